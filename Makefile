# Every target installs what it needs: Debian packages that are missing (by root or sudo), and a .venv.
# A second time it finds them there, and starts at once.

PYTHON ?= python3
PLAYBOOK ?=
PEERS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Most tests wait for a phone most of the time: two for each core keep the cores busy.
PYTEST = $(BIN)/pytest -n $$((2 * $$(getconf _NPROCESSORS_ONLN))) --dist worksteal
export PYTHON

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help rehearse test test-faults check bench format clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
	    printf '  make %-11s %s\n' "$$name" "$$text"; done

rehearse: $(VENV)/.rehearse $(INSTALLED) ## the main job on a stand-in phone on this computer: plan, apply, plan, verify
	@$(BIN)/hello-termux rehearse $(PLAYBOOK)

test: $(VENV)/.test $(VENV)/.sources ## all tests
	@$(PYTEST)

test-faults: $(VENV)/.test $(INSTALLED) ## cut the wire, kill and fill up the phone at every step: a table of what held, 30 min at most
	@$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(PAGE),--page $(PAGE))

check: $(VENV)/.test $(VENV)/.sources ## style, types, layers, and all tests
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@said=$$($(BIN)/lint-imports 2>&1) || { echo "$$said"; exit 1; }
	@$(PYTEST)

bench: $(VENV)/.rehearse $(INSTALLED) ## what plan, apply and start-up cost, beside their budgets; PEERS=1, TRICKS=1, PHONE=ADDRESS:PORT IDENTITY=KEY
	@$(BIN)/python -m tests.bench $(if $(PEERS),--peers) $(if $(TRICKS),--tricks) $(if $(PHONE),--phone $(PHONE)) \
	    $(if $(IDENTITY),--identity $(IDENTITY)) $(if $(DISPOSABLE),--disposable)

format: $(INSTALLED) ## put the code into its usual form
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

clean: ## remove what the other targets made
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.rehearse $(VENV)/.test: $(VENV)/.%: tests/setup/missing.py provisioner/rehearsal/host.py provisioner/rehearsal/files/packages.txt
	@sh tests/setup/programs.sh $*
	@mkdir -p $(VENV)
	@touch $@

$(INSTALLED): pyproject.toml
	@sh tests/setup/programs.sh venv
	@echo "Installing into $(VENV) ..." >&2
	@[ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[rehearsal,dev]'
	@touch $@

# What tests build or run, from Debian's mirror; a test whose file is not to be had is left out.
$(VENV)/.sources: $(INSTALLED) tests/support/debian_files.py provisioner/tasks/vim_build.py
	@if $(BIN)/python -m tests.support.debian_files; then touch $@; fi
