"""Our block at the top of ``~/.zshrc``, which leaves loading oh-my-zsh to a file of the user's that does it itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact
from provisioner.formats.marked import split
from provisioner.lean_dataclass import dataclass, replace
from provisioner.model import Change, ResourceId, State, Step, Text
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Claim, Resource
from provisioner.resources.block import Block

ZSHRC = RemotePath("~", ".zshrc")
_LOADS = rb"(?m)^[^#\n]*(?:source|\.)\s+\S*oh-my-zsh\.sh"
OWN = Text("# Your own lines below load oh-my-zsh, with the theme and the plugins that you chose there.\n")


@dataclass(frozen=True, slots=True)
class ZshStartup(Resource):
    """A ``block`` in ``~/.zshrc``. Whoever ran oh-my-zsh's installer has a line that loads it: loading it twice would
    double the time a shell takes to start, so then the block says so and no more."""

    brief: ClassVar[bool] = True

    body: Text

    @property
    def id(self) -> ResourceId:
        return ResourceId("zsh_startup", str(ZSHRC))

    def _block(self, facts: Facts | None = None) -> Block:
        block = Block(ZSHRC, "zsh", at="top", body=self.body)
        return replace(block, body=OWN) if facts is not None and self._loaded_by_user(facts) else block

    def _loaded_by_user(self, facts: Facts) -> bool:
        before, _, after = split(facts[ContentFact(ZSHRC)] or b"", "zsh", "#")
        return bool(re.search(_LOADS, before) or re.search(_LOADS, after))

    def claims(self) -> Iterable[Claim]:
        return self._block().claims()

    def facts(self) -> Iterable[Fact[Any]]:
        return self._block().facts()

    def desired(self, facts: Facts) -> State | None:
        return self._block(facts).desired(facts)

    def observed(self, facts: Facts) -> State | None:
        return self._block(facts).observed(facts)

    def written(self, facts: Facts) -> tuple[str, str] | None:
        return self._block(facts).written(facts)

    def refusal(self, facts: Facts) -> str:
        return self._block(facts).refusal(facts)

    def reason(self, facts: Facts) -> str:
        return self._block(facts).reason(facts)

    def remarks(self, facts: Facts) -> Iterable[str]:
        if self._loaded_by_user(facts):
            yield "Your own .zshrc loads oh-my-zsh: its theme and plugins stay, those of the playbook are not used."

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self._block(facts).steps(change, facts)
