"""Files go to the phone or come from it, in one stream: proved by their digests, and put in place only then."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from provisioner.copying.arrival import Arrival
from provisioner.copying.parcel import gather, pack
from provisioner.errors import ProvisionerError
from provisioner.lean_dataclass import dataclass
from provisioner.model import JSON
from provisioner.shell import Device, device_script, sh

if TYPE_CHECKING:
    from provisioner.transport.ssh import SSHTransport
    from provisioner.transport.streams import Streams

Begin = Callable[[int], Callable[[int], object]]
"""Told how many bytes there will be; what it gives is told how many more have been carried."""

SILENT = "nothing was copied, and the phone does not say why"
_HEADER_LIMIT = 1 << 26


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of it. ``left`` are names that are neither files, directories nor links."""

    files: int
    size: int
    left: tuple[str, ...] = ()

    def to_json(self, to: str) -> dict[str, JSON]:
        return {"files": self.files, "bytes": self.size, "to": to, "left": list(self.left)}


class _NobodyListens(Exception):
    """The phone's end has stopped; it says why itself."""


def upload(transport: SSHTransport, sources: Sequence[str], dest: str, begin: Begin) -> Copied:
    """Copy from here to ``dest`` on the phone. Raises ProvisionerError, and then nothing of it was put in place."""
    goods = [gather(source) for source in sources]
    size = sum(each.size for each in goods)
    marker = secrets.token_hex(16)
    given = sh("DEST={}\nMANY={}\nREADY={}\n", dest, "1" if len(sources) > 1 else "", marker)
    with _running(transport, given, "receive.sh") as running:
        if running.wait_for(marker.encode()):
            with suppress(_NobodyListens):
                pack(goods, running.put, begin(size))
        running.finish()
    left = tuple(name for each in goods for name in each.left)
    return Copied(sum(each.files for each in goods), size, left)


def download(transport: SSHTransport, sources: Sequence[str], dest: str, begin: Begin) -> Copied:
    """Copy from the phone to ``dest`` here. Raises ProvisionerError, and then nothing of it was put in place."""
    files, size, left = 0, 0, []
    with Arrival(dest, many=len(sources) > 1) as arrival:
        for source in sources:
            with _running(transport, sh("SRC={}\n", source), "send.sh") as running:
                header = _Header.read(running)
                if header is not None:
                    name, tree = header.name(source), header.is_directory
                    left += arrival.unpack(name, running, header.sums, begin(header.size), is_tree=tree)
                    files, size = files + len(header.sums), size + header.size
                running.finish()
        arrival.place()
    return Copied(files, size, tuple(left))


class _Running:
    """A script of ours at work on the phone; its output is the answer, beside it come words for a person."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._said = bytearray()
        self._heard = b""
        self._aside = streams.listen_aside(self._said.extend)

    def wait_for(self, marker: bytes) -> bool:
        """Whether the marker came before the end."""
        return self.until(marker, _HEADER_LIMIT) is not None

    def until(self, mark: bytes, limit: int) -> bytes | None:
        """What comes before ``mark``; None at the end. Raises ProvisionerError when it does not come at all."""
        while mark not in self._heard:
            data = self._streams.receive()
            if not data:
                return None
            self._heard += data
            if len(self._heard) > limit:
                raise ProvisionerError("the phone says something else than what it was asked")
        before, _, self._heard = self._heard.partition(mark)
        return before

    def read(self, size: int, /) -> bytes:
        """For ``tarfile``: some bytes, none at the end."""
        if self._heard:
            piece, self._heard = self._heard[:size], self._heard[size:]
            return piece
        return self._streams.receive(size)

    def put(self, data: bytes) -> None:
        self._streams.send(data)
        if self._streams.ended:
            raise _NobodyListens

    def finish(self) -> None:
        """Hear it out. Raises ProvisionerError with the phone's own words if it has failed."""
        self._streams.end_input()
        while self._streams.receive():
            pass
        if self._streams.status() != 0:
            self._aside.join(1)
            words = bytes(self._said).decode("utf-8", "replace").strip().split("\n")
            told = [word for word in words if word.strip() and "Exiting with failure status" not in word]
            raise ProvisionerError(told[-1].strip() if told else SILENT)


@contextmanager
def _running(transport: SSHTransport, given: str, script: str) -> Iterator[_Running]:
    from provisioner.transport import streams

    started = streams.start(transport)
    try:
        running = _Running(started)
        text = f"{Device().preamble()}{{\n{given}{device_script(script)}exit 0\n}}\n"
        started.send(text.encode("utf-8", "surrogateescape"))
        yield running
    finally:
        started.close()


@dataclass(frozen=True, slots=True)
class _Header:
    """What ``send.sh`` says first: file or directory, where it really lies, how many bytes, the digest of each file."""

    is_directory: bool
    real: str
    size: int
    sums: dict[str, str]

    @classmethod
    def read(cls, running: _Running) -> _Header | None:
        words = [running.until(b"\0", _HEADER_LIMIT) for _ in range(3)]
        sums: dict[str, str] = {}
        while record := running.until(b"\0", _HEADER_LIMIT):
            digest, _, name = record.decode("utf-8", "surrogateescape").partition("  ")
            sums[name.removeprefix("./")] = digest
        if record is None or None in words:
            return None
        kind, real, size = ((word or b"").decode("utf-8", "surrogateescape") for word in words)
        return cls(kind == "directory", real, int(size or 0), sums)

    def name(self, source: str) -> str:
        """What it is called here: as it was named, or by where it really lies for ``.`` and the like."""
        last = source.rstrip("/").rpartition("/")[2]
        return last if last not in ("", ".", "..") else self.real.rpartition("/")[2]
