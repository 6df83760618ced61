"""The playbook ``full``, applied whole: its Vim is a real one, built from the source that the task pins.

It takes a minute of a processor, so there is one build, and one test; and since a build is what Android ends soonest,
this one is ended half-way.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.errors import RunFailed
from provisioner.model import Event, EventKind
from provisioner.rehearsal import Options, StandInPhone
from tests.support.debian_files import VIM_SOURCE
from tests.support.program import Phone

PACKAGED = "cd $PREFIX; dpkg -L vim | sed 's,.*/usr/,,' | xargs ls -ld --time-style=full-iso 2>/dev/null; dpkg -s vim"
ASK = "-u NONE -i NONE -n -es -c \"call setline(1, py3eval('1+1') . luaeval('2+1'))\" -c print -c 'qa!'"


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[StandInPhone]:
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    archive = VIM_SOURCE.kept()
    if archive is None:
        pytest.skip("Vim's source is not here: python -m tests.support.debian_files fetches it")
    options = Options(storage="grant", files={VIM_SOURCE.urls[0]: archive})
    with StandInPhone.start(tmp_path / "phone", options=options) as phone:
        yield phone


@pytest.fixture
def phone(standin: StandInPhone, tmp_path: Path) -> Phone:
    config = tmp_path / "config"
    config.mkdir()
    return Phone.of(standin, config)


@pytest.mark.timeout(1500)
def test_full_is_applied_whole_though_its_build_of_vim_is_killed_half_way(phone: Phone, standin: StandInPhone) -> None:
    packaged = kill_half_way(phone, standin)

    shown = phone.run("apply", "full", "--yes", "-v")
    assert "\nDone: " in shown
    assert "going on with the build that was interrupted" in shown
    assert shown.count("gcc -c") < 100, "everything was compiled again"
    fetched = [line for line in standin.access_log() if "/pool/main/v/vim/" in line]
    assert len(fetched) == 1, fetched

    assert phone.ssh(PACKAGED) == packaged, "the packaged Vim is another"
    assert phone.ssh("readlink ~/.local/bin/vim").startswith("../lib/hello-termux/")
    assert phone.ssh(f"~/.local/bin/vim {ASK}").strip() == "23"
    assert phone.ssh("ls -A ~/.cache/hello-termux 2>/dev/null", check=False).strip() == "", "the build folder is left"

    assert phone.run("apply", "full", "--yes").splitlines()[-1].startswith("No changes. ")
    shown = phone.run("verify", "full", "--only", "vim_build")
    assert "failed" not in shown.splitlines()[-1]
    assert "/.local/bin/vim: python3 lua" in shown

    assert "\nDone: " in phone.run("undo", "--yes", "--only", "vim_build")
    assert phone.ssh("ls -A ~/.local/bin ~/.local/lib/hello-termux 2>/dev/null", check=False).strip() == ""
    assert phone.ssh(PACKAGED) == packaged, "the packaged Vim is another"


def kill_half_way(phone: Phone, standin: StandInPhone) -> str:
    """Apply, and end the run without a word when half of Vim is compiled; the packaged Vim as it was then."""
    percents: list[float] = []
    killed: list[int] = []
    packaged: list[str] = []

    def on_event(event: Event) -> None:
        if killed or event.kind is not EventKind.PROGRESS or not event.text.endswith("compiled"):
            return
        percents.append(event.percent or 0)
        if percents[-1] >= 50:
            packaged.append(phone.ssh(PACKAGED))
            killed.append(kill_run(standin))

    with phone.session("full") as session, pytest.raises(RunFailed, match="ended before its last step"):
        session.apply(session.plan(), on_event)
    assert killed == [0]
    assert percents == sorted(percents) and percents[0] < 25 and len(percents) > 10, percents
    assert not (standin.home / ".local/bin/vim").is_symlink()
    return packaged[0]


def kill_run(standin: StandInPhone) -> int:
    """As Android does it: every process of the run at once."""
    runs = standin.home / ".local/state/hello-termux/runs"
    newest = max(runs.iterdir(), key=lambda run: run.name)
    session = (newest / "pid").read_text().strip()
    return standin.inside(f"{standin.environment['PREFIX']}/bin/pkill", "-9", "-s", session).returncode
