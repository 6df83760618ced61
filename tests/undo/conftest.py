"""A phone that somebody has lived in, for all of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone
from tests.support.program import Phone

OWN = {
    ".zshrc": "# mine\r\nalias ll='ls -l'\r\nPS1=\"\u4f60\u597d \"".encode(),
    ".vimrc": b'" mine\r\nset nu\r\n' + '" \u4f60\u597d\r\n'.encode("gbk"),
    ".profile": b"export MINE=1",
    ".termux/termux.properties": b"bell-character=vibrate\n",
    ".config/go/env": b"GOFLAGS=-mod=mod\n",
}
"""What the person has: line ends of Windows, GBK, no final newline."""


@contextmanager
def lived_in(folder: Path) -> Iterator[StandInPhone]:
    """Such a phone, on which nothing of ours ever ran."""
    with StandInPhone.start(folder, options=Options(storage="grant")) as phone:
        (phone.home / ".local").mkdir(mode=0o700)
        for name, data in OWN.items():
            path = phone.home / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(data)
        (phone.home / ".vimrc").chmod(0o640)
        yield phone


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    with lived_in(tmp_path_factory.mktemp("phone")) as phone:
        yield phone


@pytest.fixture(scope="session")
def phone(standin: StandInPhone, tmp_path_factory: pytest.TempPathFactory) -> Phone:
    return Phone.of(standin, tmp_path_factory.mktemp("config"))
