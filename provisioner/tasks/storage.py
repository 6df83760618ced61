"""The phone's shared storage, within reach of the shell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from provisioner.lean_dataclass import dataclass
from provisioner.resources.base import Declared
from provisioner.resources.shared_storage import Link, SharedStorage
from provisioner.schema import option, register
from provisioner.shell import words
from provisioner.tasks.base import Context, Look, Proof

ABSENT = """[ -e "$HOME/storage" ] || [ -L "$HOME/storage" ] || { echo "not granted yet: apply asks for it"; exit 77; }
"""
ROOM = """free=$(stat -f -L -c '%a %S' "$HOME/storage/shared" 2>/dev/null) || free=''
echo "$said${free:+; $((${free% *} * ${free#* } / 1048576)) MB are free there}"
"""
UNWRITABLE = "no file can be written to ~/storage/$link: take the permission away in Android's settings, grant it again"


@register("storage")
@dataclass(frozen=True, slots=True)
class Storage:
    """Have photos, downloads and the rest of the shared storage below ``~/storage``; asks on the phone if need be.

    - storage: {need: [shared, downloads]}
    """

    shorthand: ClassVar[str] = "need"
    need: tuple[Link, ...] = option("the links that must work", default=("shared", "downloads"))
    wait: int = option("seconds to wait for a finger on the phone", default=30)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        return self._resource().problems()

    def _resource(self) -> SharedStorage:
        return SharedStorage(self.need, self.wait)

    def resources(self, context: Context) -> Iterable[Declared]:
        yield Declared(self._resource())

    def proofs(self, context: Context) -> Iterable[Proof | Look]:
        names = words(self.need)
        yield Proof(
            "write to the shared storage",
            "storage",
            f'{ABSENT}storage_probe {names} 2>/dev/null || {{ echo "{UNWRITABLE}"; exit 1; }}\n'
            f"said='a file written, read and deleted in {names}'\n{ROOM}",
            shows="files of Termux reach the storage that Android's apps share",
            how="a small file is written, read and deleted behind each link",
            timeout=20 * len(self.need) + 10,
            uses=("storage.sh",),
        )
        yield Look(
            "shared storage",
            "storage",
            "a photo just taken is in ls -t ~/storage/shared/DCIM/Camera",
        )
