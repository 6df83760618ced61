"""From a fresh phone to one that Go is written on, in the order in which a person meets it."""

from __future__ import annotations

import json

import pytest

from tests.support.program import Phone

PLAYBOOK = "go-dev"
EXECS_OF_AN_APPLY = 2
TURNS = 5

BREAKAGES = {
    "the block in .zshrc is gone": ("sed -i '/>>> hello-termux/,/<<< hello-termux/d' ~/.zshrc", "zsh_startup:~/.zshrc"),
    "the mirror was changed": (
        "echo 'deb https://packages-cf.termux.dev/apt/termux-main stable main' >$PREFIX/etc/apt/sources.list",
        "apt_source:termux",
    ),
    "the login shell is bash again": ("rm -f ~/.termux/shell", "login_shell:zsh"),
    "half a clone": ("rm ~/.oh-my-zsh/.git/HEAD", "git_repo:~/.oh-my-zsh"),
    "a package was removed": ("dpkg --force-depends --remove gopls >/dev/null 2>&1 </dev/null", "package:gopls"),
    "a Go setting was lost": ("go env -u GOTOOLCHAIN", "go_env:GOTOOLCHAIN"),
    "the .vimrc was emptied": (": >~/.vimrc", "block:~/.vimrc#vim"),
    "the keyboard was reset": ("rm ~/.termux/termux.properties", "termux_properties:"),
}


def story(phone: Phone) -> list[str]:
    """The playbook, without what waits for a finger if nobody is at the phone."""
    return [PLAYBOOK, "--skip", "storage"] if (phone.config / "nobody-taps").exists() else [PLAYBOOK]


def test_a_plan_writes_not_one_byte(phone: Phone) -> None:
    before = phone.tree()
    shown = phone.run("plan", PLAYBOOK, expect=2)
    assert phone.tree() == before
    assert "apt_source:termux" in shown
    assert "Plan: " in shown.splitlines()[-1]


def test_apply_converges(phone: Phone) -> None:
    shown = phone.run("apply", PLAYBOOK, "--yes", expect=(0, 6))
    if "Waiting for you: " in shown:
        # Nobody taps "Allow" on this phone: everything else must be done, and is what the story goes on with.
        (phone.config / "nobody-taps").touch()
        shown = phone.run("apply", *story(phone), "--yes")
        assert shown.splitlines()[-1].startswith("No changes. ")
    else:
        assert "\nDone: " in shown
    assert phone.ssh("readlink ~/.termux/shell").strip().endswith("/bin/zsh")
    assert "mirrors.tuna.tsinghua.edu.cn" in phone.ssh("cat $PREFIX/etc/apt/sources.list")


def test_the_second_apply_has_nothing_to_do(phone: Phone) -> None:
    before = phone.tree()
    shown = phone.run("apply", *story(phone), "--yes")
    assert shown.splitlines()[-1].startswith("No changes. ")
    assert phone.tree() == before


def test_a_no_op_is_one_connection_one_exec_and_few_turns(phone: Phone) -> None:
    with phone.session(PLAYBOOK, skip=story(phone)[2:]) as session:
        plan = session.plan()
        cost = session.cost
    assert not plan.pending
    assert (cost.connections, cost.execs) == (1, 1)
    assert cost.turns <= TURNS
    assert cost.sent <= 8_000


def test_verify_shows_that_it_works(phone: Phone) -> None:
    report = phone.config / "report.html"
    shown = phone.run("verify", *story(phone), "--report", str(report))
    assert "Proofs: " in shown and "failed" not in shown.partition("Proofs: ")[2]
    assert "http server" in shown
    assert all(
        word in report.read_text(encoding="utf-8") for word in ("http server", "apt_source:termux", "No changes.")
    )
    assert phone.ssh("ls -A ~/.cache/hello-termux 2>/dev/null", check=False).strip() == ""


def test_pkg_leaves_the_mirror_alone(phone: Phone) -> None:
    phone.ssh("pkg install -y which </dev/null")
    phone.run("plan", PLAYBOOK, "--only", "mirror")


@pytest.mark.parametrize("what", BREAKAGES)
def test_one_broken_thing_is_named_and_repaired(phone: Phone, what: str) -> None:
    command, address = BREAKAGES[what]
    phone.ssh(f"export PATH=$PREFIX/bin\n{command}\n")
    plan = json.loads(phone.run("plan", *story(phone), "--json", expect=2))
    pending = [change["address"] for change in plan["changes"] if change["action"] not in ("none", "refuse")]
    assert len(pending) == 1 and address in pending[0]
    phone.run("apply", *story(phone), "--yes")
    phone.run("plan", *story(phone))


def test_an_apply_with_a_change_costs_at_most_one_exec_more(phone: Phone) -> None:
    phone.ssh("rm -f ~/.termux/shell")
    with phone.session(PLAYBOOK, skip=story(phone)[2:]) as session:
        plan = session.plan()
        result = session.apply(plan, lambda event: None)
        cost = session.cost
    assert result.converged
    assert (cost.connections, cost.execs) == (1, 1)
    assert cost.execs <= EXECS_OF_AN_APPLY


def test_a_saved_plan_is_applied_once_and_is_stale_after(phone: Phone) -> None:
    phone.ssh("rm -f ~/.termux/shell")
    file = phone.config / "saved.plan"
    phone.run("plan", *story(phone), "--out", str(file), expect=2)
    phone.run("apply", str(file), "--yes")
    before = phone.tree()
    assert "login_shell:zsh" in phone.run("apply", str(file), "--yes", expect=3)
    assert phone.tree() == before
