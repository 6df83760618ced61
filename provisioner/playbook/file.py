"""Which file a playbook's name means, and its text. Quick to load: the phone is called before playbooks are read."""

from __future__ import annotations

from pathlib import Path

from provisioner.errors import Mistake, PlaybookError
from provisioner.model import Source
from provisioner.places import packaged, shown
from provisioner.suggest import did_you_mean

MAX_BYTES = 1_000_000
LOCAL = "playbook.yml"
DEFAULT = "go-dev"


def names() -> tuple[str, ...]:
    """The packaged playbooks, in alphabetical order."""
    return tuple(sorted(path.stem for path in packaged("playbooks").glob("*.yml")))


def resolve(name: str | Path | None = None) -> Path:
    """The file that is meant. A bare word is a packaged playbook first, then a file.

    Without a name: ``playbook.yml`` of the current folder, else the packaged ``go-dev``. Raises PlaybookError if there
    is no such file; that it can be read is not checked.
    """
    if name is None:
        return Path(LOCAL) if Path(LOCAL).is_file() else packaged("playbooks") / f"{DEFAULT}.yml"
    path = Path(name)
    if str(name) in names():
        return packaged("playbooks") / f"{name}.yml"
    if "\0" not in str(name) and path.exists():
        return path
    if path.is_symlink():
        hint = "mend the link, or name another file"
        raise PlaybookError(
            [Mistake(f"{name} is a link to {path.readlink()}, which is not there", Source(str(name)), hint=hint)]
        )
    nearby = [str(each) for each in sorted(path.parent.glob("*.y*ml"))] if "\0" not in str(name) else []
    known = [*names(), *nearby]
    stem = path.name.removesuffix(".yml").removesuffix(".yaml")
    exact = next((each for each in (stem, f"{name}.yml", f"{name}.yaml") if each in known), None)
    hint = f'did you mean "{exact}"?' if exact else did_you_mean(str(name), known, f"packaged are {', '.join(names())}")
    raise PlaybookError([Mistake(f"there is no playbook {name}", Source(str(name)), hint=hint)])


def read_text(path: Path) -> str:
    """The text of a file of at most 1 MB, without a byte order mark. Raises PlaybookError."""

    def refuse(summary: str, hint: str = "") -> PlaybookError:
        return PlaybookError([Mistake(summary, Source(shown(path)), hint=hint)])

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except IsADirectoryError as error:
        raise refuse("this is a directory, not a playbook", "name a file in it") from error
    except OSError as error:
        if path.is_dir():  # Windows says "permission denied"
            raise refuse("this is a directory, not a playbook", "name a file in it") from error
        raise refuse(f"this playbook cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise refuse("this file is larger than 1 MB, which no playbook is", "did you name the right file?")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse("this text is UTF-16: byte 0", "save it as UTF-8")
    if b"\0" in data:
        raise refuse(f"this is a binary file: byte {data.index(0)} is NUL", "a playbook is UTF-8 text")
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        at = error.start
        raise refuse(f"this is not UTF-8 text: byte {at} is 0x{data[at]:02x}", "save it as UTF-8") from error
