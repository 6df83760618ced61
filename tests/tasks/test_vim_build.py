"""``vim_build``: when a Vim is built, and every stage of a build, with a source that is made up and takes no time.

A real build takes minutes: ``tests/acceptance/test_full.py`` makes one.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.errors import PlaybookError
from provisioner.facts import Fact, Facts
from provisioner.facts.host import Host, HostFact
from provisioner.facts.packages import PackageFact, PackageState
from provisioner.facts.vim import PACKAGED, VimFact, VimState
from provisioner.model import Action, Change, ResourceId
from provisioner.planner import make_changes, remarks
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared
from provisioner.resources.vim_built import BuildPlanned, VimBuilt
from provisioner.runner import Conversation
from provisioner.tasks.vim_build import VimBuild
from provisioner.transport.local import LocalTransport
from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import context_for, program, run, task_of

LINK = RemotePath("~", ".local/bin/vim")
ALL = frozenset({"python3", "lua"})
FULL = VimState("9.2.450", ALL)
BARE = VimState("9.2.450", frozenset())


def build(yaml: str = "- vim_build: {}") -> VimBuild:
    task = task_of(yaml)
    assert isinstance(task, VimBuild)
    return task


def declared(task: VimBuild) -> list[Declared]:
    return list(task.resources(context_for()))


def built(task: VimBuild) -> VimBuilt:
    return next(item.resource for item in declared(task) if isinstance(item.resource, VimBuilt))


def ours(task: VimBuild, features: Iterable[str] = ALL) -> VimState:
    return VimState("9.1.1230", frozenset(features), f"../lib/hello-termux/{built(task).name}/bin/vim")


def facts(packaged: VimState | None, mine: VimState | None = None, installed: bool = True, free: int = 9999) -> Facts:
    state = PackageState("installed", "1") if installed else None
    answers: dict[Fact[Any], Any] = {PackageFact(name): state for name in ("vim", "python", "luajit")}
    host = Host(arch="aarch64", memory_mb=3000, free_mb=free)
    return Facts(answers | {VimFact(PACKAGED): packaged, VimFact(LINK): mine, HostFact(): host})


def change_of(task: VimBuild, seen: Facts) -> Change:
    return make_changes([Declared(built(task))], seen)[0]


def test_what_a_playbook_may_say() -> None:
    assert build("- vim_build: missing") == build() == VimBuild()
    assert build("- vim_build: {when: always, jobs: 3, features: [lua]}").jobs == 3
    assert declared(build("- vim_build: never")) == []
    assert list(build("- vim_build: never").proofs(context_for())) == []


@pytest.mark.parametrize(
    "options",
    [
        "features: []",
        "features: [lua, lua]",
        "features: [perl]",
        "jobs: 0",
        "jobs: many",
        "prefix: $PREFIX",
        "prefix: ~",
        "source: {sha256: abc}",
        "source: {url: []}",
        "source: {url: [ftp://x]}",
        "source: {version: new}",
    ],
)
def test_mistakes_are_found(options: str) -> None:
    with pytest.raises(PlaybookError):
        build(f"- vim_build: {{{options}}}")


# ---- when it is built


def test_on_a_fresh_phone_it_is_decided_in_the_run() -> None:
    change = change_of(build(), facts(None, installed=False))
    assert change.action is Action.RUN
    assert str(change.fields[0].after) == "(known after apply)"
    assert "if needed" in change.reason and "if it is built" in change.notes[0]


def test_the_packaged_vim_is_enough_if_it_can() -> None:
    assert change_of(build(), facts(FULL)).action is Action.NONE
    assert remarks([Declared(built(build()))], facts(FULL)) == ()


def test_it_is_built_if_the_packaged_one_cannot() -> None:
    change = change_of(build(), facts(BARE))
    assert change.action is Action.CREATE
    assert "python3 and lua" in change.reason and "minutes" in change.notes[0]


def test_one_feature_may_be_all_that_is_wanted() -> None:
    task = build("- vim_build: {features: [lua]}")
    assert change_of(task, facts(VimState("9.2.1", frozenset({"lua"})))).action is Action.NONE


def test_a_build_of_ours_is_enough() -> None:
    for task in (build(), build("- vim_build: always")):
        assert change_of(task, facts(BARE, ours(task))).action is Action.NONE
        assert change_of(task, facts(BARE, replace(ours(task), target=ours(task).target.replace("/bin", ".b/bin"))))


def test_a_build_that_lost_a_feature_is_made_again() -> None:
    task = build("- vim_build: always")
    assert change_of(task, facts(FULL, ours(task, ["lua"]))).action is Action.UPDATE


def test_always_is_always_and_once() -> None:
    task = build("- vim_build: always")
    assert change_of(task, facts(FULL)).action is Action.CREATE
    assert change_of(task, facts(FULL, VimState("9.0.1", ALL, ""))).action is Action.UPDATE
    assert change_of(task, facts(FULL, ours(task))).action is Action.NONE


def test_a_build_that_is_needless_now_is_told_and_left() -> None:
    seen = facts(FULL, ours(build()))
    assert change_of(build(), seen).action is Action.NONE
    assert "remove that link" in remarks([Declared(built(build()))], seen)[0]


def test_without_room_nothing_is_begun() -> None:
    change = change_of(build(), facts(BARE, free=120))
    assert change.action is Action.REFUSE and "120 MB" in change.reason


def test_tools_are_installed_only_for_a_build_that_is_certain() -> None:
    task = build()
    tools = {str(item.id): item for item in declared(task) if item.conditions}
    assert set(tools) == {f"package:{name}" for name in ("clang", "make", "pkg-config", "ncurses", "libiconv")}
    condition = BuildPlanned(built(task))
    assert condition.judge(facts(BARE)) is None
    for seen in (facts(FULL), facts(None, installed=False), facts(BARE, ours(task))):
        assert condition.judge(seen) is not None
    assert ResourceId("package", "clang") in built(task).needs()


# ---- what is asked


def test_a_running_vim_is_asked_and_the_answer_kept(tmp_path: Path) -> None:
    phone = TempPhone(tmp_path)
    calls = tmp_path / "calls"
    (phone.prefix / "var/lib/dpkg").mkdir(parents=True)
    (phone.prefix / "var/lib/dpkg/status").touch()
    program(phone.prefix / "bin", "vim", f"echo x >>'{calls}'; echo 9020450 1 0")
    questions = [VimFact(PACKAGED), VimFact(LINK)]

    def ask(remember: bool = False) -> Facts:
        with LocalTransport(phone.prefix, phone.home) as transport:
            return Conversation(phone.device, transport.shell()).ask(questions, remember=remember)

    for _ in range(2):
        assert ask()[VimFact(PACKAGED)] == VimState("9.2.450", frozenset({"python3"}))
    assert ask()[VimFact(LINK)] is None
    asked = len(calls.read_text())
    ask(remember=True)
    assert len(calls.read_text()) == asked + 2
    assert ask()[VimFact(PACKAGED)] == VimState("9.2.450", frozenset({"python3"}))
    assert len(calls.read_text()) == asked + 2, "the answer was not kept"
    program(phone.home / "lib", "vim", "echo 9011230 1 1")
    linked = phone.home / ".local/bin"
    linked.mkdir(parents=True, exist_ok=True)
    (linked / "vim").symlink_to("../../lib/vim")
    assert ask()[VimFact(LINK)] == VimState("9.1.1230", ALL, "../../lib/vim")


# ---- the stages of a build

MAKEFILE = """\
include config.mk
all:
\t[ ! -f "$(HOME)/fail-make" ] || . "$(HOME)/fail-make"
\techo made >>"$(HOME)/made"
\techo '#!/bin/sh' >vim
\techo 'cat "$(HOME)/answer"' >>vim
clean:
\techo cleaned >>"$(HOME)/made"
install:
\tmkdir -p "$(DESTDIR)$(home)/bin"
\tfor name in vim view vimdiff; do cp vim "$(DESTDIR)$(home)/bin/$$name"; chmod 755 "$(DESTDIR)$(home)/bin/$$name"; done
"""
CONFIGURE = """\
for word; do case $word in --prefix=*) echo "home=${word#*=}" >config.mk ;; esac; done
echo "$*" >"$HOME/configured"
"""


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    phone = TempPhone(tmp_path / "phone")
    phone.put({"~/answer": "1\n"})  # what the built Vim says to has(...)
    return phone


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    source = tmp_path / "vim-9.9"
    texts = {
        "auto/configure": CONFIGURE,
        "Makefile": MAKEFILE,
        "option.c": '"/tmp"\n',
        "os_unix.h": '".,/var/tmp,/tmp"\n',
    }
    for name, text in {**texts, "diff.c": "", "testdir/test_x.vim": "x"}.items():
        (source / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (source / "src" / name).write_text(text)
    with tarfile.open(tmp_path / "vim.tar.xz", "w:xz") as tar:
        tar.add(source, source.name)
    return tmp_path / "vim.tar.xz"


def wanted(archive: Path, *before: Path) -> VimBuilt:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    url = tuple(path.as_uri() for path in (*before, archive))
    return VimBuilt("always", ("python3", "lua"), "9.9.1", digest, url, 2, RemotePath("~", ".local"))


def attempt(resource: VimBuilt, phone: TempPhone) -> tuple[int, str]:
    """Run the step as a run does, without what keeps copies."""
    change = Change(resource.id, Action.CREATE)
    script = "".join(step.script for step in resource.steps(change, facts(BARE)))
    aside = 'aside() { rm -rf -- "$1"; }\n'
    text = f"{phone.device.preamble()}{aside}{{\n( set -eu\n{script}\n)\n}} </dev/null\n"
    done = subprocess.run(["sh", "-s"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def target(phone: TempPhone) -> str:
    return str(phone.path("~/.local/bin/vim").readlink())


needs_tools = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("make", "curl", "xz")), reason="needs make, curl and xz"
)


@needs_tools
def test_a_build_from_beginning_to_end(phone: TempPhone, archive: Path) -> None:
    resource = wanted(archive)
    rc, said = attempt(resource, phone)
    assert rc == 0, said
    assert target(phone) == f"../lib/hello-termux/{resource.name}/bin/vim"
    assert phone.path("~/.local/bin/vimdiff").exists()
    assert "--enable-luainterp=dynamic" in phone.path("~/configured").read_text()
    assert not phone.path("~/.cache").exists(), "the build folder is left"

    rc, said = attempt(resource, phone)  # made again, since it lost a feature say: beside the one in use
    assert rc == 0, said
    assert target(phone) == f"../lib/hello-termux/{resource.name}.b/bin/vim"
    assert not phone.path(f"~/.local/lib/hello-termux/{resource.name}").exists()


@needs_tools
def test_a_wrong_file_is_not_unpacked_and_the_next_address_is_tried(phone: TempPhone, archive: Path) -> None:
    wrong = archive.with_name("wrong.tar.xz")
    wrong.write_bytes(b"not it")
    rc, said = attempt(wanted(archive, archive.with_name("nothing"), wrong), phone)
    assert rc == 0, said
    assert "not the file that the playbook names" in said
    archive.write_bytes(archive.read_bytes() + b"x")
    rc, said = attempt(replace(wanted(archive), sha256="0" * 64, version="9.9.2"), phone)
    assert rc != 0 and "None of the addresses" in said
    assert "9.9.1" in target(phone)


@needs_tools
def test_half_a_download_is_gone_on_with(phone: TempPhone, archive: Path) -> None:
    resource = wanted(archive)
    part = phone.path(f"~/.cache/hello-termux/vim-build/{resource.name}.tar.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(archive.read_bytes())  # whole, but the run ended before it was looked at
    rc, said = attempt(replace(resource, url=("file:///nowhere",)), phone)
    assert rc == 0, said


@needs_tools
def test_an_interrupted_build_goes_on(phone: TempPhone, archive: Path) -> None:
    resource = wanted(archive)
    phone.put({"~/fail-make": "exit 2\n"})
    rc, said = attempt(resource, phone)
    assert rc != 0
    assert "memory" not in said
    assert not phone.path("~/.local/bin/vim").is_symlink()
    phone.path("~/configured").unlink()
    archive.unlink()
    phone.path("~/fail-make").unlink()
    rc, said = attempt(resource, phone)
    assert rc == 0, said
    assert "going on with the build" in said
    assert not phone.path("~/configured").exists(), "it was configured again"


KILLED = {
    "clang": "kill -9 $$",
    "what gcc has started": "echo 'gcc: fatal error: Killed signal terminated program cc1' >&2; exit 1",
    "make": "kill -9 $PPID; sleep 1",
}


@needs_tools
@pytest.mark.parametrize("who", KILLED)
def test_a_compiler_that_is_killed_is_told_in_words_and_what_it_has_made_stays(
    who: str, phone: TempPhone, archive: Path
) -> None:
    phone.put({"~/fail-make": f"{KILLED[who]}\n"})
    for _ in range(2):
        rc, said = attempt(wanted(archive), phone)
        last = said.rstrip().splitlines()[-1]
        assert rc != 0
        assert last.startswith("The compiler was killed, most likely by Android for want of memory: close other apps")
        assert not phone.path("~/made").exists(), "it was cleaned away"
    phone.path("~/fail-make").unlink()
    assert attempt(wanted(archive), phone)[0] == 0


@needs_tools
def test_a_vim_that_cannot_do_it_does_not_take_the_place_of_one(phone: TempPhone, archive: Path) -> None:
    assert attempt(wanted(archive), phone)[0] == 0
    before = target(phone)
    phone.put({"~/answer": "0\n"})
    rc, said = attempt(replace(wanted(archive), version="9.9.2"), phone)
    assert rc != 0 and "the Vim you had stays" in said
    assert target(phone) == before
    assert not phone.path("~/.cache").exists()


def test_nothing_is_built_if_the_packaged_vim_can_after_all(phone: TempPhone, archive: Path) -> None:
    program(phone.prefix / "bin", "vim", "echo 1")
    rc, said = attempt(replace(wanted(archive), when="missing", url=("file:///nowhere",)), phone)
    assert rc == 0 and "nothing to build" in said
    assert not phone.path("~/.local").exists()


def test_the_proof_names_the_vim_that_can(phone: TempPhone, tmp_path: Path) -> None:
    proof = next(iter(build().proofs(context_for())))
    program(phone.prefix / "bin", "vim", "echo 0")
    assert run(proof, phone, tmp_path)[0] == 1
    program(phone.prefix / "bin", "vim", "echo 1")
    assert run(proof, phone, tmp_path) == (0, f"{phone.prefix}/bin/vim: python3 lua")
    always = next(iter(build("- vim_build: always").proofs(context_for())))
    assert run(always, phone, tmp_path)[0] == 1
