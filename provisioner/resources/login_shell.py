"""The shell that Termux's login starts, for new sessions on the screen and for every ssh command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import PathFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, Link, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import sh

LINK = RemotePath("~", ".termux/shell")


@register("login_shell")
@dataclass(frozen=True, slots=True)
class LoginShell(Resource):
    """Make a shell the login shell, once it has been seen to run.

    - login_shell: zsh
    """

    shorthand: ClassVar[str] = "shell"
    brief: ClassVar[bool] = True
    shell: Literal["bash", "zsh", "fish"] = option("its name in $PREFIX/bin")

    @property
    def id(self) -> ResourceId:
        return ResourceId("login_shell", self.shell)

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(LINK)]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("package", self.shell)]

    def desired(self, facts: Facts) -> State:
        return {"shell": self.shell}

    def observed(self, facts: Facts) -> State:
        # A link that dangles is passed over by login, which then takes bash (termux.md §5).
        found = facts[PathFact(LINK)]
        working = found is not None and found.type == "symlink" and found.resolved == "file"
        return {"shell": found.target.rpartition("/")[2] if found and working else "bash"}

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        # A shell that cannot start would lock the user out of ssh and screen alike. The link is made by us, since chsh
        # exits 0 without effect (termux.md §5), and in one piece, since login may read it at any moment.
        program = RemotePath("$PREFIX", f"bin/{self.shell}")
        yield Step(sh('timeout 20 {} -c "exit 0"\n', program), (LINK,), Link(LINK, program))
        yield Step(sh("same {} {}\n", LINK, program))
