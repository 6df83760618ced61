"""What ``copy`` is given: which of its words are on the phone, which here, and which way it goes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from provisioner.errors import UsageError
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import PREFIX
from provisioner.suggest import did_you_mean
from provisioner.transport.target import CABLE


@dataclass(frozen=True, slots=True)
class Operand:
    """One word. ``host`` is None for a path here, and empty for a phone that is not named (``:path``)."""

    path: str
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """Everything that goes from ``sources`` to ``dest``, one of which is on the phone ``host``."""

    host: str
    up: bool
    sources: tuple[str, ...]
    dest: str


def plan(words: Sequence[str], known: Collection[str], exists: Collection[str] = ()) -> Errand:
    """Read ``SRC... DEST``. ``known`` are the phones' names; ``exists`` those words that are files here.

    Raises UsageError where both ends are here, both on a phone, or two phones are named.
    """
    if len(words) < 2:
        raise UsageError(
            "copy what to where?", hint="hello-termux copy SRC... DEST; what is on the phone has a : before it"
        )
    *sources, dest = [parse(word, known, word in exists) for word in words]
    remote = [source for source in sources if source.host is not None]
    hosts = {each.host for each in (*remote, dest) if each.host}
    if len(hosts) > 1 or (remote and dest.host is not None):
        raise UsageError("copy goes from this computer to one phone, or back", hint="copy it here first")
    if remote and len(remote) < len(sources):
        raise UsageError("some of that is on the phone and some here: copy one after the other")
    if not remote and dest.host is None:
        raise UsageError(
            "nothing of that is on a phone", hint=f"a path there has a colon: {words[-1]} becomes :{words[-1]}"
        )
    paths = tuple(remote_path(each.path) if remote else each.path for each in sources)
    return Errand(next(iter(hosts), ""), not remote, paths, dest.path if remote else remote_path(dest.path))


def parse(word: str, known: Collection[str], is_here: bool = False) -> Operand:
    """``:path``, ``phone:path`` or ``usb:phone:path`` are on a phone; ``./a:b`` and ``C:\\a`` are here."""
    cable = CABLE if word.startswith(CABLE) else ""
    name, colon, path = word.removeprefix(cable).partition(":")
    if not colon or "/" in name or "\\" in name or (len(name) == 1 and path.startswith(("\\", "/"))):
        return Operand(word)
    if not name or name in known:
        return Operand(path, cable + name)
    if is_here:
        return Operand(word)
    raise UsageError(
        f"no phone is named {name}", hint=did_you_mean(name, known, f"a file of this computer is ./{word}")
    )


def remote_path(path: str) -> str:
    """A path for the phone's shell, which stands in the home; ``~/x`` and ``$PREFIX/x`` are known."""
    for short, long in (("~", "."), ("$HOME", "."), ("$PREFIX", PREFIX)):
        if path == short or path.startswith(f"{short}/"):
            path = long + path.removeprefix(short)
            break
    return path if path.startswith(("/", "./")) else f"./{path}"
