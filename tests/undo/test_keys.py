"""Keys: an undo takes out the lines that its run has put in, leaves all others, and locks nobody out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.declare import declare
from provisioner.model import Action, Change
from provisioner.playbook.entries import read
from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone
from tests.support.temp_phone import TempPhone
from tests.undo.playbooks import write

OWN, ONE, TWO, OTHER = (f"ssh-ed25519 AAAA{'x' * 20}{name} {name}" for name in ("own", "one", "two", "other"))


class Keys:
    def __init__(self, folder: Path) -> None:
        self.phone = TempPhone(folder / "phone")
        self.folder = self.phone.home / ".ssh"
        self.file = self.folder / "authorized_keys"
        self.playbook = folder / "playbook.yml"

    def lines(self, *lines: str) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.file.write_text("".join(f"{line}\n" for line in lines))
        self.file.chmod(0o600)

    def apply(self, *lines: str) -> None:
        declared = declare(read(json.dumps([{"authorized_key": line} for line in lines]), self.playbook, {}, {}))
        self.phone.apply(declared, self.phone.plan(declared))

    def undo(self, *only: str, login: str = "", run: str = "") -> dict[str, Change]:
        changes, _ = self.phone.undo(run, only, login.split()[1] if login else "")
        return {change.id.name: change for change in changes}

    @property
    def now(self) -> list[str]:
        return self.file.read_text().splitlines()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def test_lines_that_came_since_stay_where_they_are(keys: Keys) -> None:
    keys.lines(OWN)
    keys.apply(ONE, TWO)
    keys.lines("# by hand", *keys.now, OTHER)
    keys.file.chmod(0o400)
    keys.undo()
    assert keys.now == ["# by hand", OWN, OTHER]
    assert keys.file.stat().st_mode & 0o777 == 0o400
    keys.undo()
    assert sorted(keys.now) == sorted(["# by hand", OWN, OTHER, ONE, TWO])


def test_a_new_file_goes_unless_somebody_has_put_a_line_there(keys: Keys) -> None:
    keys.apply(ONE)
    keys.undo()
    assert not keys.folder.exists()
    keys.apply(ONE)
    keys.lines(*keys.now, OTHER)
    changes = keys.undo()
    assert keys.now == [OTHER]
    assert changes["~/.ssh"].action is Action.REFUSE  # it is not empty


def test_one_key_of_two_goes_by_its_address(keys: Keys) -> None:
    keys.lines(OWN)
    keys.apply(ONE, TWO)
    keys.undo("authorized_key:one")
    assert keys.now == [OWN, TWO]


def test_doubles_that_a_run_has_thrown_out_are_there_again(keys: Keys) -> None:
    keys.lines(ONE, f"no-pty {ONE} again")
    keys.apply(ONE)
    assert keys.now == [ONE]
    keys.lines(*keys.now, OTHER)
    keys.undo()
    assert keys.now == [ONE, OTHER, f"no-pty {ONE} again"]


def test_what_the_person_has_taken_out_is_not_missed(keys: Keys) -> None:
    keys.lines(OWN)
    keys.apply(ONE)
    keys.lines(OWN, OTHER)
    assert all(change.action is Action.NONE for change in keys.undo().values())
    keys.file.unlink()
    assert all(change.action is Action.NONE for change in keys.undo().values())


def test_the_key_of_this_login_stays_and_the_others_go(keys: Keys) -> None:
    keys.lines(OWN)
    keys.apply(ONE, TWO)
    change = keys.undo(login=TWO)["~/.ssh/authorized_keys"]
    assert change.pending and "the key that you log in with stays" in change.reason
    assert keys.now == [OWN, TWO]


def test_where_only_it_would_go_the_change_is_refused_until_it_is_named(keys: Keys) -> None:
    keys.lines(OWN)
    keys.apply(ONE)
    [run] = [each.name for each in (keys.phone.home / ".local/state/hello-termux/runs").iterdir()]
    assert keys.undo(login=ONE)["~/.ssh/authorized_keys"].action is Action.REFUSE
    assert keys.undo("authorized_key", login=ONE, run=run)["~/.ssh/authorized_keys"].action is Action.REFUSE
    change = keys.undo("authorized_key:one", login=ONE, run=run)["~/.ssh/authorized_keys"]
    assert "it is the key that you log in with" in change.reason
    assert keys.now == [OWN]


def test_a_key_that_was_there_before_the_run_may_lose_its_double(keys: Keys) -> None:
    keys.lines(f"no-pty {ONE}")
    keys.apply(TWO)
    assert keys.undo(login=ONE)["~/.ssh/authorized_keys"].pending
    assert keys.now == [f"no-pty {ONE}"]


def test_modes_with_which_nobody_gets_in_do_not_come_back(keys: Keys) -> None:
    keys.lines(ONE)
    keys.file.chmod(0o666)
    keys.folder.chmod(0o777)
    keys.apply(ONE)
    assert (keys.file.stat().st_mode & 0o777, keys.folder.stat().st_mode & 0o777) == (0o600, 0o700)
    keys.undo()
    assert (keys.file.stat().st_mode & 0o777, keys.folder.stat().st_mode & 0o777) == (0o644, 0o755)


def test_a_link_stays_one(keys: Keys) -> None:
    keys.lines(OWN)
    real = keys.file.rename(keys.phone.home / "keys")
    keys.file.symlink_to("../keys")
    keys.apply(ONE)
    keys.lines(*keys.now, OTHER)
    assert not [each for each in keys.undo().values() if each.action is Action.REFUSE]
    assert keys.file.is_symlink() and real.read_text().splitlines() == [OWN, OTHER]


def test_the_program_takes_the_key_of_the_login_out_when_it_is_named(phone: Phone, standin: StandInPhone) -> None:
    keys = standin.home / ".ssh/authorized_keys"
    ours = keys.read_text()
    body = ours.split()[1]
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOther other\n"
    with phone.session(write(phone, {"openssh": {"key": f"ssh-ed25519 {body} mine"}})) as session:
        session.plan()
        keys.write_text(other)  # we are in already
        assert session.apply(session.plan(), lambda event: None).converged
    try:
        shown = phone.run("undo", "--only", "authorized_key:mine", "--yes")
        assert "it is the key that you log in with" in " ".join(shown.split())
        assert keys.read_text() == other
    finally:
        keys.write_text(ours)
