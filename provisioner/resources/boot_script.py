"""A script that is run when Android has started, by the app Termux:Boot (termux.md §4.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Text
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.resources.file import File
from provisioner.schema import option, register

FOLDER = RemotePath("~", ".termux/boot")


@register("boot_script")
@dataclass(frozen=True, slots=True)
class BootScript(Resource):
    """Have a script in ``~/.termux/boot``, which the app Termux:Boot runs when Android has started.

    - boot_script: {name: 60-notes, content: "#!/data/data/com.termux/files/usr/bin/sh\\ntermux-wake-lock\\n"}
    """

    brief: ClassVar[bool] = True

    name: str = option("its file's name; they are run in the order of names")
    content: str | None = option("the script itself", default=None)
    template: str | None = option("a Jinja2 template for it", default=None)
    body: Text | None = option("filled in from content or template", default=None)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            yield f"{self.name!r} is no name for a script: letters, digits, . _ -", "name"
        if (self.content is None) == (self.template is None):
            yield "give exactly one of content, template"

    def templates(self) -> Iterable[str]:
        return [self.template] if self.template is not None else []

    @property
    def id(self) -> ResourceId:
        return ResourceId("boot_script", self.name)

    @property
    def _file(self) -> File:
        return File(FOLDER / self.name, mode="700", body=self.body)

    def facts(self) -> Iterable[Fact[Any]]:
        return self._file.facts()

    def details(self, facts: Facts) -> Iterable[Fact[Any]]:
        return self._file.details(facts)

    def desired(self, facts: Facts) -> State | None:
        return self._file.desired(facts)

    def observed(self, facts: Facts) -> State | None:
        return self._file.observed(facts)

    def written(self, facts: Facts) -> tuple[str, str] | None:
        return self._file.written(facts)

    def refusal(self, facts: Facts) -> str:
        return self._file.refusal(facts)

    def notes(self, facts: Facts) -> Iterable[str]:
        yield "The app Termux:Boot runs it: from where your Termux comes from (F-Droid, GitHub), opened once by hand."

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self._file.steps(change, facts)
