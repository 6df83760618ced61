"""``undo``: what a run changed is as it was, what the person changed since stays, and an undo can itself be undone."""

from __future__ import annotations

import json
from pathlib import Path

from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone
from tests.undo.conftest import lived_in
from tests.undo.playbooks import block, file, write

NOBODYS = " -o ".join(
    f"-path ./{name} -prune" for name in (".local/state", ".cache", "storage", ".config/go/telemetry")
)
"""Ours, what programs leave behind when they run, and Android's."""


def tree(phone: Phone) -> str:
    """Type, mode, link and digest of everything of the person's, and of what decides where packages come from."""
    return phone.ssh(
        f"cd ~ && find . {NOBODYS} -o -name '.zcompdump*' -o -name .viminfo -o -printf '%p %y %m %l\\n' | sort\n"
        f"find . {NOBODYS} -o -name '.zcompdump*' -o -name .viminfo -o -path ./.oh-my-zsh -prune -o -type f -print0 |"
        " sort -z | xargs -0 sha256sum\n"
        "cat $PREFIX/etc/apt/sources.list; readlink $PREFIX/etc/termux/chosen_mirrors || :\n"
    )


def test_go_dev_on_a_lived_in_phone_is_taken_back_to_the_byte_and_comes_again(tmp_path: Path) -> None:
    with lived_in(tmp_path / "phone") as standin:
        phone = Phone.of(standin, tmp_path)
        before = tree(phone)
        phone.run("apply", "go-dev", "--yes")
        applied = tree(phone)
        shown = phone.run("undo", "--yes")
        assert "apt_upgrade:all cannot be undone" in shown
        assert tree(phone) == before
        phone.run("undo", "--yes")
        assert tree(phone) == applied
        phone.run("plan", "go-dev")


def test_a_plan_of_an_undo_changes_nothing_and_a_script_must_agree(phone: Phone) -> None:
    phone.run("apply", write(phone, file("~/agree", "x\n")), "--yes")
    before = phone.tree()
    shown = phone.run("undo", expect=1)
    assert "- file:~/agree" in shown and "--yes agrees" in shown
    assert phone.tree() == before
    plan = json.loads(phone.run("undo", "--json", "--yes").splitlines()[0])
    assert (plan["type"], plan["format"]) == ("plan", "hello-termux plan")


def test_what_was_edited_since_is_left_and_said_and_the_rest_goes(phone: Phone, standin: StandInPhone) -> None:
    phone.run("apply", write(phone, file("~/one", "1\n"), file("~/two", "2\n")), "--yes")
    (standin.home / "two").write_text("mine now\n")
    shown = phone.run("undo", "--yes", expect=1)
    assert "changed since the run" in shown
    assert not (standin.home / "one").exists()
    assert (standin.home / "two").read_text() == "mine now\n"


def test_around_a_block_one_may_edit(phone: Phone, standin: StandInPhone) -> None:
    rc = standin.home / "rc"
    rc.write_bytes(b"first\r\n")
    phone.run("apply", write(phone, block("~/rc", "x", "ours")), "--yes")
    rc.write_bytes(b"zeroth\r\n" + rc.read_bytes() + b"last\r\n")
    assert "only the block of the run" in " ".join(phone.run("undo", "--yes").split())
    assert rc.read_bytes() == b"zeroth\r\nfirst\r\nlast\r\n"


def test_one_change_of_many_is_taken_back(phone: Phone, standin: StandInPhone) -> None:
    (standin.home / "shared").write_text("own\n")
    entries = [block("~/shared", "a", "A"), block("~/shared", "b", "B"), file("~/other", "o\n")]
    phone.run("apply", write(phone, *entries), "--yes")
    phone.run("undo", "--only", "block:~/shared#a", "--yes")
    text = (standin.home / "shared").read_text()
    assert text.startswith("own\n") and "\nB\n" in text and "\nA\n" not in text
    assert (standin.home / "other").exists()
    assert "changed nothing called nonsense" in phone.run("undo", "--only", "nonsense", expect=1)


def test_an_older_run_is_taken_back_only_where_no_later_one_changed_the_same(
    phone: Phone, standin: StandInPhone
) -> None:
    first = phone.run("apply", write(phone, file("~/a", "1\n"), file("~/b", "1\n")), "--yes", "--json")
    run = json.loads(first.splitlines()[-1])["run"]
    phone.run("apply", write(phone, file("~/a", "2\n")), "--yes")
    shown = " ".join(phone.run("undo", run, "--yes", expect=1).split())
    assert "changed since the run by 2" in shown and "undo that first" in shown
    assert (standin.home / "a").read_text() == "2\n" and not (standin.home / "b").exists()
    assert "There is no run nonsense" in phone.run("undo", "nonsense", expect=1)


def test_the_key_that_opens_the_phone_is_not_taken_out(phone: Phone, standin: StandInPhone) -> None:
    keys = standin.home / ".ssh/authorized_keys"
    ours = keys.read_text()
    with phone.session(write(phone, {"openssh": {"key": "auto"}})) as session:
        session.plan()
        keys.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOther other\n")  # we are in already
        assert session.apply(session.plan(), lambda event: None).converged
    shown = " ".join(phone.run("undo", "--yes", expect=1).split())
    assert "the key that you log in with stays" in shown
    assert ours.split()[1] in keys.read_text()
    keys.write_text(ours)


def test_a_file_behind_a_link_comes_back_and_the_link_stays(phone: Phone, standin: StandInPhone) -> None:
    real = standin.home / "dotfiles/gitconfig"
    real.parent.mkdir()
    real.write_text("[user]\n")
    (standin.home / ".gitconfig").symlink_to("dotfiles/gitconfig")
    phone.run("apply", write(phone, file("~/.gitconfig", "[core]\n")), "--yes")
    assert real.read_text() == "[core]\n"
    phone.run("undo", "--yes")
    assert real.read_text() == "[user]\n"
    assert (standin.home / ".gitconfig").is_symlink()


def test_copies_of_many_steps_do_not_overwrite_each_other(phone: Phone, standin: StandInPhone) -> None:
    for name in "abc":
        (standin.home / f"many-{name}").write_text(f"old {name}\n")
    phone.run("apply", write(phone, *(file(f"~/many-{name}", "new\n") for name in "abc")), "--yes")
    phone.run("undo", "--yes")
    assert [(standin.home / f"many-{name}").read_text() for name in "abc"] == ["old a\n", "old b\n", "old c\n"]


def test_runs_that_were_locked_out_push_no_other_out(phone: Phone, standin: StandInPhone) -> None:
    runs = standin.home / ".local/state/hello-termux/runs"
    slow = phone.write("- command: {name: slow, run: 'sleep 5; touch ~/slow', creates: ~/slow}\n", "slow.yml")
    run = phone.run("apply", slow, "--yes", "--detach").split("The run ")[1].split()[0]
    before = {path.name for path in runs.iterdir()}
    phone.run("apply", write(phone, file("~/quick", "x\n")), "--yes", expect=1)
    after = {path.name for path in runs.iterdir()}
    assert run in after and after <= before
    phone.run("attach", run)


def test_the_end_of_a_run_in_the_middle_of_a_step_is_told(phone: Phone, standin: StandInPhone) -> None:
    playbook = write(phone, block("~/half", "x", "ours"), {"directory": {"path": "~/whole"}})
    phone.run("apply", playbook, "--yes")
    run: Path = max((standin.home / ".local/state/hello-termux/runs").iterdir())
    (run / "after").write_bytes(b"")  # as if killed before it could note what it left
    shown = " ".join(phone.run("undo", "--only", "directory:~/whole", "--yes", expect=1).split())
    assert "ended in the middle of this change" in shown
    assert (standin.home / "whole").exists()


def test_a_file_is_ours_though_the_run_was_killed_when_it_had_written_it(phone: Phone, standin: StandInPhone) -> None:
    (standin.home / "mine").write_text("mine\n")
    phone.run("apply", write(phone, file("~/mine", "ours\n"), file("~/new", "ours\n")), "--yes")
    run: Path = max((standin.home / ".local/state/hello-termux/runs").iterdir())
    (run / "after").unlink(missing_ok=True)
    (standin.home / "new").unlink()  # as if killed before it came to this one
    phone.run("undo", "--yes")
    assert (standin.home / "mine").read_text() == "mine\n" and not (standin.home / "new").exists()


def test_the_runs_of_a_phone_are_listed_with_what_they_did(phone: Phone) -> None:
    phone.run("apply", write(phone, file("~/listed", "x\n")), "--yes")
    run = phone.run("hosts", "--runs").split("\n")[1].split()[0]
    phone.run("undo", run[:-2], "--yes")
    rows = json.loads(phone.run("hosts", "--runs", "--json"))["runs"]
    assert [row["did"] for row in rows[:2]] == [f"undo of {run}", "apply playbook.yml"]
    assert {row["state"] for row in rows} <= {"ended", "broken off"} and len(rows) <= 10
