"""``copy``: whatever the names and the bytes are, it arrives whole and proved, or nothing is put in place."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import Laptop
from tests.field.conftest import flat

pytestmark = pytest.mark.usefixtures("pixel")
SH = "#!/data/data/com.termux/files/usr/bin/sh\n"


@pytest.fixture
def there(phone: StandInPhone) -> Path:
    """An empty folder in the phone's home."""
    subprocess.run(["rm", "-rf", phone.home / "there"], check=True)
    (phone.home / "there").mkdir()
    return phone.home / "there"


@pytest.fixture
def tree(laptop: Laptop) -> Path:
    """A folder with everything that may lie in one."""
    top = laptop.home / "工作 tree"
    (top / "空 dir/.hidden").mkdir(parents=True)
    (top / "空 dir/文件 1.txt").write_text("你好\n")
    (top / "back\\slash").write_bytes(b"\0\xff" * 1000)
    (top / "two\nlines").write_text("x")
    (top / "-rf").write_text("")
    Path(os.fsdecode(os.fsencode(top) + b"/\xc4\xe3.gbk")).write_text("GBK")
    (top / "run.sh").write_text("#!/bin/sh\n")
    (top / "run.sh").chmod(0o755)
    (top / "link").symlink_to("空 dir")
    (top / "nowhere").symlink_to("/no/where")
    os.utime(top / "run.sh", (1_700_000_000, 1_700_000_000))
    return top


def look(top: Path) -> dict[bytes, object]:
    """What lies in a folder: links by where they lead, files by their bytes and whether they can be run."""
    found: dict[bytes, object] = {}
    for path in top.rglob("*"):
        name = os.fsencode(path.relative_to(top))
        if path.is_symlink():
            found[name] = os.fsencode(path.readlink())
        elif path.is_file():
            found[name] = path.read_bytes(), bool(path.stat().st_mode & 0o100)
        else:
            found[name] = "directory"
    return found


def test_a_tree_goes_there_and_back_as_it_is(laptop: Laptop, tree: Path, there: Path) -> None:
    assert "6 files" in laptop.run("copy", str(tree), "pixel:there")
    assert look(there / tree.name) == look(tree)
    assert (there / tree.name / "run.sh").stat().st_mtime == 1_700_000_000
    assert "6 files" in laptop.run("copy", f":~/there/{tree.name}", "back/")
    assert look(laptop.home / "back" / tree.name) == look(tree)
    assert (laptop.home / "back" / tree.name / "run.sh").stat().st_mtime == 1_700_000_000


def test_a_tree_that_is_there_takes_the_new_beside_its_own(laptop: Laptop, tree: Path, there: Path) -> None:
    for place in (there / tree.name, laptop.home / "back" / tree.name):
        (place / "空 dir").mkdir(parents=True)
        (place / "空 dir/own").write_text("own")
        (place / "空 dir/文件 1.txt").write_text("old")
    laptop.run("copy", str(tree), "pixel:there")
    laptop.run("copy", f"pixel:there/{tree.name}", "back")
    for place in (there / tree.name, laptop.home / "back" / tree.name):
        assert look(place) == {**look(tree), "空 dir/own".encode(): (b"own", False)}


def test_a_file_gets_the_name_that_is_said_and_several_go_into_a_folder(laptop: Laptop, there: Path) -> None:
    for name in ("a", "b"):
        (laptop.home / name).write_text(name)
    laptop.run("copy", "a", ":there/新 name")
    assert (there / "新 name").read_text() == "a"
    laptop.run("copy", "a", "b", ":there/made/for it/")
    assert sorted(path.name for path in (there / "made/for it").iterdir()) == ["a", "b"]
    assert "is no directory on the phone" in flat(laptop.run("copy", "a", "b", ":there/新 name", expect=1))
    assert "there is no directory there/no on the phone" in flat(laptop.run("copy", "a", ":there/no/x", expect=1))
    laptop.run("copy", ":there/新 name", ":there/made/for it/b", "got/")
    assert sorted(path.name for path in (laptop.home / "got").iterdir()) == ["b", "新 name"]


def test_a_file_is_replaced_where_a_link_leads_to_and_keeps_its_mode(laptop: Laptop, there: Path) -> None:
    (laptop.home / "new").write_text("new")
    for place in (there, laptop.home / "here"):
        place.mkdir(exist_ok=True)
        (place / "real").write_text("old")
        (place / "real").chmod(0o750)
        (place / "link").symlink_to("real")
    laptop.run("copy", "new", ":there/link")
    laptop.run("copy", ":there/real", "here/link")
    for place in (there, laptop.home / "here"):
        assert (place / "link").is_symlink() and (place / "real").read_text() == "new"
        assert (place / "real").stat().st_mode & 0o777 == 0o750


def test_what_stands_in_the_way_stops_all_of_it(laptop: Laptop, tree: Path, there: Path) -> None:
    for place in (there / tree.name, laptop.home / "back" / tree.name):
        place.mkdir(parents=True)
        (place / "空 dir").write_text("a file of that name")
    before = look(there)
    said = flat(laptop.run("copy", str(tree), ":there", expect=1))
    assert "nothing was copied" in said and "is no directory" in said
    assert look(there) == before
    (there / tree.name / "空 dir").unlink()
    laptop.run("copy", str(tree), ":there")
    said = flat(laptop.run("copy", f":there/{tree.name}", "back", expect=1))
    assert "nothing was copied" in said
    assert [path.name for path in (laptop.home / "back").rglob("*")] == [tree.name, "空 dir"]


@pytest.fixture
def liar(phone: StandInPhone) -> Iterator[Path]:
    """The phone's tar; a test puts a worse one in its place."""
    path = phone.prefix / "bin/tar"
    real = path.readlink()
    yield path
    path.unlink()
    path.symlink_to(real)


def lie(tar: Path, what: str) -> None:
    real = tar.readlink()
    tar.unlink()
    tar.write_text(SH + what.replace("TAR", 'REAL "$@"').replace("REAL", str(real)))
    tar.chmod(0o755)


def test_a_byte_that_changed_on_the_way_is_noticed_and_nothing_is_put_in_place(
    laptop: Laptop, there: Path, liar: Path
) -> None:
    (laptop.home / "greeting").write_text("hello")
    lie(liar, "case $1 in -x) sed s/hello/jello/ | TAR;; *) TAR | sed s/hello/jello/;; esac\n")
    said = flat(laptop.run("copy", "greeting", ":there", expect=1))
    assert "what arrived is not what was sent" in said
    assert list(there.iterdir()) == []
    (there / "other").write_text("hello")
    said = flat(laptop.run("copy", ":there/other", ".", expect=1))
    assert "other is not what the phone said it is" in said
    assert not (laptop.home / "other").exists() and not list(laptop.home.glob(".hello-termux-copy*"))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("TAR | head -c 700\n", "broke off"),
        ("exec dd if=/dev/urandom bs=1k count=4 2>/dev/null\n", "broke off"),
        ("exec REAL -P --transform 's,.*,../../evil,' \"$@\"\n", "leads elsewhere"),
    ],
)
def test_a_phone_that_sends_nonsense_puts_nothing_anywhere(
    what: str, said: str, laptop: Laptop, there: Path, liar: Path
) -> None:
    (there / "x").write_text("x" * 2000)
    lie(liar, what)
    assert said in flat(laptop.run("copy", ":there/x", "in/", expect=1))
    assert list((laptop.home / "in").iterdir()) == [] and not (laptop.home / "evil").exists()


def test_ctrl_c_leaves_nothing_behind(laptop: Laptop, there: Path) -> None:
    with (laptop.home / "large").open("wb") as file:
        file.truncate(2_000_000_000)
    with laptop.begun("copy", "large", ":there/") as running:
        until(lambda: list(there.glob(".hello-termux-copy*/large")))
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None and b"stopped" in running.stderr.read()
    assert running.returncode == 130
    until(lambda: not list(there.iterdir()))


def until(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_not_there_and_what_cannot_be_read_are_sentences(laptop: Laptop, there: Path) -> None:
    assert "nope cannot be read: No such file" in laptop.run("copy", "nope", ":there", expect=1)
    assert "there is no there/nope on the phone" in laptop.run("copy", ":there/nope", ".", expect=1)
    (there / "closed").touch(mode=0)
    assert "there/closed on the phone may not be read" in laptop.run("copy", ":there/closed", ".", expect=1)
    (laptop.home / "a/same").mkdir(parents=True)
    (laptop.home / "same").touch()
    assert "two of these are called same" in laptop.run("copy", "same", "a/same", ":there", expect=1)
    assert "refuses the connection" in flat(laptop.run("copy", "-H", "127.0.0.1:1", "same", ":there", expect=4))
