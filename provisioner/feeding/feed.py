"""``feed``: packages for a phone that cannot fetch them itself, by way of the laptop.

The laptop fetches the mirror's signed index and hands it to the phone, whose apt says which packages it wants; it
fetches those and hands them over too. The phone installs them in a run like any other, checked by its own keys.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from provisioner.errors import ArchiveError, ConnectError, ProbeError, ProvisionerError
from provisioner.facts.host import Host, HostFact
from provisioner.facts.said import SaidFact
from provisioner.feeding import archive
from provisioner.places import cache_folder
from provisioner.resources.base import Declared
from provisioner.resources.fed_packages import FOLDER, ONLY_FED, FedFact, FedFile, FedPackages
from provisioner.suitability import ROOM, SPREAD, require_termux
from provisioner.tasks.mirror import FALLBACK, KNOWN

if TYPE_CHECKING:
    from provisioner.connecting.link import Link
    from provisioner.options import Ask, Options
    from provisioner.session import Session

MAIN = SaidFact(
    "sed -n 's/^deb  *\\(\\[[^]]*\\] *\\)\\{0,1\\}\\(http[^ ]*\\) .*/\\2/p; s/^URIs: *\\(http[^ ]*\\).*/\\1/p'"
    ' "$PREFIX/etc/apt/sources.list" "$PREFIX"/etc/apt/sources.list.d/*main*.sources 2>/dev/null | head -n 1'
)
"""The address of the main repository that the phone itself would fetch from."""
_INDEX = f"""s out
mkdir -p {FOLDER}/lists/partial
echo "deb file:{FOLDER}/repo stable main" >{FOLDER}/sources.list
timeout 120 apt-get {ONLY_FED} -q -o Debug::NoLocking=false -o APT::Update::Error-Mode=any update 2>&1
rc=$?
s rc
echo $rc
"""

_BUSY = 75
_FREE = f"mkdir -p {FOLDER}; flock -n {FOLDER}/../lock true || exit {_BUSY}"

Tell = Callable[[str], None]


class Feeder:
    """A connection to one phone, which is fed over it."""

    def __init__(self, link: Link, session: Callable[[Sequence[Declared]], Session], names: Sequence[str]) -> None:
        self._link = link
        self._names = tuple(names)
        self._main = ""
        self.session = session([Declared(FedPackages(self._names), "feed")])

    def bring_index(self, main: str, tell: Tell) -> None:
        """Hand the phone the index of the mirror ``main``, or of the first that answers here: its own, then others.

        Raises ArchiveError, and ProvisionerError with apt's words if the phone does not trust it.
        """
        facts = self._link.conversation.ask([HostFact(), MAIN])
        host = facts[HostFact()]
        require_termux(host)
        index = self._fetch_index(_mirrors(main, facts[MAIN], host), host.arch, tell)
        self._send({"dists/stable/InRelease": index.release, f"dists/stable/{index.path}": index.packages})
        self._link.conversation.begin([_INDEX])
        ended = self._link.conversation.ended(150)
        if ended is None or ended.get("rc", b"").strip() != b"0":
            said = (ended or {}).get("out", b"").decode("utf-8", "replace")
            why = next((line for line in said.splitlines() if line.startswith(("E:", "W:", "CANNOT"))), "(nothing)")
            raise ProvisionerError(
                f"The phone's apt does not take the index of {self._main}; it says: {why}",
                hint="Its keys may be too old for this archive: reinstall the Termux app, which brings newer ones.",
            )

    def _fetch_index(self, mirrors: Sequence[str], arch: str, tell: Tell) -> archive.Index:
        errors = []
        for self._main in mirrors:
            try:
                index = archive.fetch_index(self._main, arch)
            except ArchiveError as error:
                errors.append(error.summary)
                continue
            tell(f"The index is from {self._main}.")
            return index
        raise ArchiveError("No mirror answers this computer either.", hint="\n".join(errors[:3]))

    def bring_packages(self, tell: Tell) -> None:
        """Fetch what the phone's apt wants, and hand it over. Raises ArchiveError, ProvisionerError, ConnectionLost."""
        facts = self._link.conversation.ask([HostFact(), FedFact(self._names)])
        fed = facts[FedFact(self._names)]
        _require_room(facts[HostFact()], fed.files)
        cache = cache_folder() / "feed"
        with tempfile.TemporaryFile() as packed:
            with tarfile.open(fileobj=packed, mode="w") as out:
                for number, file in enumerate(fed.files, 1):
                    tell(f"[{number}/{len(fed.files)}] {PurePosixPath(file.path).name}")
                    found = archive.fetch(self._main, _safe(file.path), file.size, file.sha256, cache)
                    out.add(found, file.path)
            packed.seek(0)
            tell("They are sent to the phone.")
            self._unpack(packed)

    def _send(self, files: dict[str, bytes]) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as out:
            for path, content in files.items():
                info = tarfile.TarInfo(path)
                info.size = len(content)
                out.addfile(info, io.BytesIO(content))
        packed.seek(0)
        self._unpack(packed, begin=f"rm -rf {FOLDER}; ")

    def _unpack(self, packed: IO[bytes], begin: str = "") -> None:
        from provisioner.errand import Errand, line_of, run

        said: list[bytes] = []
        line = f"umask 077; {_FREE}; {begin}mkdir -p {FOLDER}/repo && tar -xf - --no-same-owner -C {FOLDER}/repo"
        status = run(self._link.transport, Errand(line_of([line])), said.append, said.append, packed)
        if status == _BUSY:
            raise ProvisionerError("Another run is at work on the phone.", hint="`hello-termux attach` shows it.")
        if status:
            why = b"".join(said).decode("utf-8", "replace").strip() or "it does not say why"
            raise ProvisionerError(f"The packages could not be put on the phone: {why}", hint="Is there room left?")

    def clear(self) -> None:
        """Leave nothing of it on the phone, if the phone is still there."""
        with suppress(ConnectError, ProbeError):
            self._link.conversation.begin([f"rm -rf -- {FOLDER}\n"])
            self._link.conversation.ended(30)


@contextmanager
def open_feeder(names: Sequence[str], options: Options, ask: Ask) -> Iterator[Feeder]:
    """Reach the phone. Raises ConnectError, HostKeyError."""
    from provisioner import connecting
    from provisioner.connecting.link import Link
    from provisioner.playbook.entries import Playbook
    from provisioner.session import Session

    reach = connecting.reach(options, Path.cwd(), ask)
    try:
        link = Link.open(reach, ask, [HostFact(), MAIN], options.patience)
    except BaseException:
        reach.abandon()
        raise

    def session(declared: Sequence[Declared]) -> Session:
        return Session(reach.name, link, Playbook.none("feed"), declared, options=options)

    with closing(link):
        feeder = Feeder(link, session, names)
        try:
            yield feeder
        finally:
            feeder.clear()


def _mirrors(wanted: str, own: str, host: Host) -> list[str]:
    """Where to look, best first. A Play Store build has an archive of its own, and no other fits it."""
    if wanted:
        return [(KNOWN[wanted].main if wanted in KNOWN else wanted).rstrip("/")]
    others = [] if host.origin == "play" else [KNOWN[name].main for name in FALLBACK]
    return list(dict.fromkeys(filter(None, [own.rstrip("/"), *others])))


def _safe(path: str) -> str:
    """A path of the repository, as the phone told it. Raises ProvisionerError if it leads out of it."""
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or not path.endswith(".deb"):
        raise ProvisionerError(f"The index names a package at {path}, which is no place for one.")
    return path


def _require_room(host: Host, files: Sequence[FedFile]) -> None:
    needed = ROOM + sum(file.size for file in files) * (SPREAD + 1) // 1_000_000
    if 0 <= host.free_mb < needed:
        raise ProvisionerError(
            f"Only {host.free_mb} MB are free on the phone, and the packages need about {needed} MB: make room first."
        )
