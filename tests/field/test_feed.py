"""Packages by way of the laptop, for a phone whose apt cannot fetch: checked by the phone's own keys, or not at all."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.field.conftest import Start, flat
from tests.field.test_packages import DEAD, WHICH, program, status
from tests.support.program import Phone


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def mirror(folder: Path) -> Iterator[str]:
    """A mirror that the laptop reaches and the phone does not; its main repository's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def repository(standin: StandInPhone) -> Path:
    """The files behind the mirrors of the phone's world."""
    return Path(json.loads((standin.folder / "world.json").read_text())["cache"]) / "repo"


def dead_https(standin: StandInPhone) -> None:
    """apt's way to https no longer links; its other ways do."""
    methods = standin.prefix / "lib/methods"
    program(methods / "https", f"echo '{DEAD.format('https')}' >&2\nexit 1\n")
    (methods / "http").symlink_to("https")
    for name in ("file", "store", "copy", "gpgv", "sqv"):
        (methods / name).symlink_to(f"/usr/lib/apt/methods/{name}")
    conf = standin.prefix / "etc/apt/apt.conf.d/methods"
    conf.write_text('Dir::Bin::methods "/data/data/com.termux/files/usr/lib/methods";\n')


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the laptop fetches is kept for this test alone; the stand-in's own cache is not moved."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def fed(phone: Phone, url: str, *words: str, expect: int | tuple[int, ...] = 0) -> str:
    return flat(phone.run("feed", *words, "--mirror", url, "--yes", expect=expect))


def test_a_phone_whose_apt_cannot_fetch_is_told_of_feed_and_mended_by_it(start: Start) -> None:
    standin, phone = start()
    dead_https(standin)
    said = flat(phone.run("apply", phone.write(WHICH), "--yes", expect=1))
    assert "`hello-termux feed` fetches newer ones on the laptop" in said
    told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json", expect=1))["findings"]}
    assert told["apt_starts"]["repair"] == "hello-termux feed"
    with mirror(repository(standin)) as url:
        said = fed(phone, url)
        assert "apt_upgrade" not in said and "to install 2 → 0" in said and "[2/2]" in said
        assert "~aged" not in phone.ssh("dpkg-query -W")
        assert "No changes." in fed(phone, url)
    assert not (standin.home / ".local/state/hello-termux/feed").exists()
    assert not any("https" in line and ".deb" in line for line in standin.access_log())


def test_packages_come_to_a_phone_without_any_network(start: Start) -> None:
    standin, phone = start(aged=(), hosts=())
    said = flat(phone.run("apply", phone.write(WHICH), "--yes", expect=1))
    with mirror(repository(standin)) as url:
        fed(phone, url, "which", "golang")
    assert status(phone, "which") == status(phone, "golang") == "installed"
    assert status(phone, "clang") == "installed", "what golang needs came too"
    phone.ssh("which go")
    assert said


def test_what_the_phones_keys_do_not_vouch_for_is_not_installed(start: Start) -> None:
    standin, phone = start(aged=())
    (standin.prefix / "etc/apt/trusted.gpg.d/stand-in.gpg").unlink()
    with mirror(repository(standin)) as url:
        said = fed(phone, url, "which", expect=1)
    assert "The phone's apt does not take the index" in said and "reinstall the Termux app" in said
    assert status(phone, "which") != "installed"


def altered(repo: Path, copy: Path, name: str) -> Path:
    """The same mirror, one byte of whose ``name`` is another."""
    for path in repo.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(repo)
            target.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            spoilt = content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]
            target.write_bytes(spoilt if path.name == name else content)
    return copy


@pytest.mark.parametrize("name", ["which.deb", "Packages.gz", "InRelease"])
def test_what_was_changed_on_the_way_is_not_installed(start: Start, tmp_path: Path, name: str) -> None:
    standin, phone = start(aged=())
    with mirror(altered(repository(standin), tmp_path / "mirror", name)) as url:
        said = fed(phone, url, "which", expect=1)
    says = "does not take the index" if name == "InRelease" else "is not what the mirror's index says"
    assert says in said and status(phone, "which") != "installed"
    assert not (standin.home / ".local/state/hello-termux/feed").exists()


def test_a_phone_where_a_run_is_at_work_is_not_fed(start: Start) -> None:
    standin, phone = start(aged=())
    slow = phone.write(
        "- command: {name: s, run: 'until [ -e ~/go ]; do sleep 0.1; done; touch ~/s', creates: ~/s}\n", "slow.yml"
    )
    phone.run("apply", slow, "--yes", "--detach")
    with mirror(repository(standin)) as url:
        assert "Another run is at work on the phone." in fed(phone, url, "which", expect=1)
    (standin.home / "go").touch()


def test_an_address_that_does_not_answer_the_laptop_either_is_a_sentence(start: Start) -> None:
    _, phone = start(aged=())
    said = fed(phone, "http://127.0.0.1:9", "which", expect=1)
    assert "No mirror answers this computer either. http://127.0.0.1:9/dists/stable/InRelease cannot be fetched" in said
    assert said.endswith("on this computer: Connection refused")


def test_a_package_that_nobody_has_is_apts_own_sentence(start: Start) -> None:
    standin, phone = start(aged=())
    with mirror(repository(standin)) as url:
        assert "Unable to locate package nosuch" in fed(phone, url, "nosuch", expect=1)
