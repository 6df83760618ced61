"""A path as it was before a run: what ``undo`` plans with. No word of a playbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from provisioner.digests import sha256
from provisioner.facts import Fact, Facts
from provisioner.facts.last import found
from provisioner.facts.paths import ContentFact, PathFact, PathState
from provisioner.facts.records import BlockLeft, Kept, Left
from provisioner.facts.trees import InsideFact, TreeFact
from provisioner.formats.marked import join, split
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, Digest, ResourceId, Secret, State, Step, Text, Value
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.resources.file import SHOWN_UP_TO
from provisioner.shell import device_script, feed, sh

NOT_OURS = "changed since the run"


class TakenBack(Protocol):
    """What else an undo takes back."""

    @property
    def path(self) -> RemotePath: ...

    def goes(self, facts: Facts) -> bool:
        """Is nothing at its path afterwards?"""


@dataclass(frozen=True, slots=True)
class Restored(Resource):
    """``path`` is as it was before a run, unless somebody has changed it since.

    ``copy``: what the run kept of it (None: nothing stood there); ``left``: what the run left, None if it was ended in
    the middle. Of a file in which the run changed only marked ``blocks`` these alone are taken back if the rest of it
    was edited.
    """

    run: str
    path: RemotePath
    kept: Kept
    copy: RemotePath | None
    left: Left | None
    blocks: tuple[BlockLeft, ...] = ()
    shared_with: tuple[str, ...] = ()
    """Addresses of changes of the same run that touched the path too and are not to be taken back."""
    beside: tuple[TakenBack, ...] = ()
    """What else the same undo takes back: it may be in the folder, and goes before it."""
    then: str = ""
    """A command to run after a change."""
    later: str = ""
    """The run after it that changed the path too."""

    @property
    def id(self) -> ResourceId:
        is_folder = self._left_type == "directory" or self.kept.mode or self.kept.whole
        return ResourceId("directory" if is_folder else self._left_type or "file", str(self.path))

    @property
    def _container(self) -> bool:
        """Was a folder made, for other things to be put into?"""
        return self._left_type == "directory" and not self.kept.whole

    @property
    def _moved(self) -> bool:
        """Was a folder moved away as a whole? Another may look the same from outside."""
        return self.kept.copy.startswith("moved-")

    @property
    def _left_type(self) -> str:
        return self.left.state.type if self.left and self.left.state else ""

    def facts(self) -> Iterable[Fact[Any]]:
        yield PathFact(self.path)
        if self.copy is not None:
            yield PathFact(self.copy)
        if self._container:
            yield InsideFact(self.path)
        elif self._moved or (self.left and self.left.tree):
            yield TreeFact(self.path)
        if self._moved and self.copy is not None:
            yield TreeFact(self.copy)
        if self.blocks:
            yield from (ContentFact(path) for path in (self.path, self.copy) if path is not None)

    def details(self, facts: Facts) -> Iterable[Fact[Any]]:
        for path in (self.path, self.copy):
            found = facts[PathFact(path)] if path is not None else None
            if path is not None and found and found.type == "file" and found.size <= SHOWN_UP_TO:
                yield ContentFact(path)

    # ---- what was, and what is

    def desired(self, facts: Facts) -> State | None:
        whole, now = self._before(facts), self.observed(facts)
        if self.copy is not None and whole is None and now and now["type"] == "directory":
            return now  # what was moved away has been moved back
        blocks = self._without_blocks(facts)
        if blocks is not None and now is not None and (blocks or self.copy):
            return {**now, "content": Text.of(blocks)}
        return whole

    def observed(self, facts: Facts) -> State | None:
        return self._state(self.path, facts)

    def _before(self, facts: Facts) -> State | None:
        if self.kept.mode:
            return {"type": "directory", "mode": self.kept.mode}
        return None if self.copy is None else self._state(self.copy, facts)

    def _state(self, path: RemotePath, facts: Facts) -> State | None:
        found = _state(facts[PathFact(path)], facts.get(ContentFact(path)))
        if found and found["type"] == "directory" and self._moved:
            return {**found, "what is in it": Digest(facts[TreeFact(path)])}
        return found

    def _is_as_left(self, facts: Facts) -> bool:
        now = facts[PathFact(self.path)]
        if self.left is None and self.kept.mode:
            return now is None or now.type == "directory"
        left = self.left.state if self.left else None
        if self.left is None or now is None or left is None:
            return self.left is not None and now is left
        if now.type != left.type or now.target != left.target:
            return False
        if now.type == "directory":
            return self._container or not self.left.tree or facts[TreeFact(self.path)] == self.left.tree
        return now.type == "symlink" or self.left.has_text_of(now)

    def _without_blocks(self, facts: Facts) -> bytes | None:
        """The file as it is now, its blocks alone taken back; None: not to be had, or the file goes back as a whole."""
        now = facts[ContentFact(self.path)] if self.blocks else None
        if now is None or (self._is_as_left(facts) and not self.shared_with):
            return None
        before = (facts[ContentFact(self.copy)] if self.copy is not None else None) or b""
        for block in self.blocks:
            was, inside = split(before, block.label, block.comment)[1], split(now, block.label, block.comment)[1]
            if _plain(was) == _plain(inside):
                continue
            if inside is None or sha256(_plain(inside) or b"") != block.sha256:
                return None
            now = join(now, block.label, block.comment, _plain(was), "end")
        return now

    # ---- why not

    def refusal(self, facts: Facts) -> str:
        now, there = facts[PathFact(self.path)], "; what the run had kept is no longer there"
        if self.copy is not None and facts[PathFact(self.copy)] is None:
            return "it cannot be put back" + there
        if self._without_blocks(facts) is not None:
            return ""
        if self.shared_with:
            return f"{' and '.join(self.shared_with)} changed it too: undo them together"
        if self.left is None and not self.kept.mode:
            return f"the run was ended in the middle of this change, so nobody can tell what is yours{self._where()}"
        if not self._is_as_left(facts):
            by = f" by {self.later}: undo that first" if self.later else ""
            return f"{'removed' if now is None else NOT_OURS}{by}; it is left as it is{self._where()}"
        return self._not_empty(facts)

    def _where(self) -> str:
        return f" (its old state lies in {self.copy})" if self.copy is not None else ""

    def _not_empty(self, facts: Facts) -> str:
        if not self._container:
            return ""
        gone = [each.path for each in self.beside if each.goes(facts)]
        others = [path for path in facts[InsideFact(self.path)] if not _goes(path, gone)]
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        return f"it holds {', '.join(map(str, others[:3]))}{more}, so it stays" if others else ""

    def goes(self, facts: Facts) -> bool:
        """Is nothing there afterwards?"""
        return self.desired(facts) is None and not self.refusal(facts)

    def reason(self, facts: Facts) -> str:
        if self._without_blocks(facts) is not None:
            return "only the block of the run: the rest of the file stays as you have it"
        return ""

    # ---- how

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        script = device_script("undo.sh") + self._script(facts)
        digest = next((field.after for field in change.fields if field.name == "content"), None)
        if isinstance(digest, Text | Digest | Secret):
            digest = digest.sha256 if isinstance(digest, Digest) else digest.digest
            script += found(digest, str(self.path), self.run)
        if self.then:
            script += sh("timeout -k 5 60 sh -c {} || :\n", self.then)
        yield Step(script)

    def _script(self, facts: Facts) -> str:
        now, blocks = facts[PathFact(self.path)], self._without_blocks(facts)
        if blocks is not None and (blocks or self.copy):
            return sh("keep {}\n", self.path) + feed(sh("put {}", self.path), blocks)
        if self.kept.mode:
            clear = "away" if now and now.type != "directory" else "keep"
            return sh(
                f"{clear} {{}}\nmkdir -p -- {{}}\nchmod -- {{}} {{}}\n", self.path, self.path, self.kept.mode, self.path
            )
        clear = ""
        if self._container and now is not None:
            clear = sh("empty {}\n", self.path)
        if self.copy is not None:
            return clear + sh("back {} {}\n", self.copy, self.path)
        bare = sh("bare {} {}\n", self.path, self.kept.top) if self.kept.top and self.kept.top != self.path else ""
        return (clear or sh("away {}\n", self.path)) + bare


def _state(found: PathState | None, content: bytes | None) -> State | None:
    if found is None:
        return None
    if found.type == "symlink":
        return {"type": "symlink", "target": found.target}
    state: dict[str, Value] = {"type": found.type}
    if found.type == "file":
        state["content"] = Digest(found.sha256) if content is None else Text.of(content)
    return {**state, "mode": found.mode}


def _plain(lines: bytes | None) -> bytes | None:
    return None if lines is None else lines.replace(b"\r\n", b"\n")


def _goes(path: RemotePath, gone: Iterable[RemotePath]) -> bool:
    """Is it one of those that go, in one of them, or a folder around one?"""
    return any(_is_within(path, each) or _is_within(each, path) for each in gone)


def _is_within(path: RemotePath, folder: RemotePath) -> bool:
    return path == folder or (path.base == folder.base and path.rest.startswith(folder.rest + "/"))
