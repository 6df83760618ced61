"""The shared storage, whose permission is Android's: not asked for, not granted, taken away, granted again."""

from __future__ import annotations

from tests.field.conftest import Start, flat

NEED = "- storage: {need: [shared, downloads], wait: 1}\n"


def test_nobody_taps_and_it_waits_for_a_finger_without_asking_twice(start: Start) -> None:
    standin, phone = start(aged=(), storage="deny")
    playbook = phone.write(NEED)
    said = flat(phone.run("apply", playbook, "--yes", expect=6))
    assert "look at the phone: open Termux, so that it is on the screen, and tap Allow" in said
    assert sum("storage" in line for line in standin.asked_of_android()) == 1
    assert "Termux will ask on the phone's screen: 1 s to tap Allow" in flat(phone.run("plan", playbook, expect=2))
    (standin.folder / "phone/stand-in/storage").write_text("grant\n")  # the next time somebody is there
    phone.run("apply", phone.write(NEED.replace("wait: 1", "wait: 30")), "--yes")
    phone.run("plan", playbook)


def test_a_permission_that_is_taken_away_and_given_again(start: Start) -> None:
    standin, phone = start(aged=(), storage="grant")
    playbook = phone.write(NEED.replace("wait: 1", "wait: 30"))
    phone.run("apply", playbook, "--yes")
    asked = standin.asked_of_android()
    storage = standin.folder / "phone/storage/0"

    storage.chmod(0)
    for command in ("plan", "apply"):
        words = ["--yes"] if command == "apply" else []
        said = flat(phone.run(command, playbook, *words, expect=6))
        assert "Termux may not reach the storage any more" in said and "grant it again" in said
    assert "storage" in phone.run("doctor", expect=(0, 1))
    storage.chmod(0o500)  # readable, and not writable
    assert "grant it again" in flat(phone.run("verify", playbook, expect=1))
    assert standin.asked_of_android() == asked, "where ~/storage is, Termux would ask on its input"

    storage.chmod(0o700)
    phone.run("plan", playbook)
    phone.run("verify", playbook)
    assert standin.asked_of_android() == asked


def test_links_that_lead_nowhere_are_not_taken_for_granted(start: Start) -> None:
    standin, phone = start(aged=(), storage="deny")
    phone.ssh("mkdir ~/storage; ln -s /storage/emulated/7 ~/storage/shared; ln -s nowhere ~/storage/downloads")
    before = phone.tree()
    assert "take the one for files and media" in flat(phone.run("plan", phone.write(NEED), expect=6))
    assert phone.tree() == before and not standin.asked_of_android()


def test_a_storage_folder_of_ones_own_is_never_emptied(start: Start) -> None:
    standin, phone = start(aged=(), storage="grant")
    phone.ssh("mkdir -p ~/storage/shared; echo mine >~/storage/shared/notes")
    said = flat(phone.run("apply", phone.write(NEED), "--yes", expect=6))
    assert "there is a ~/storage without Termux's links. Move what is yours out of it" in said
    assert (standin.home / "storage/shared/notes").read_text() == "mine\n"
    assert not any("storage" in line for line in standin.asked_of_android())
