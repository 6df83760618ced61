"""What a login starts: if it cannot run, neither screen nor ssh lets anybody in."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import PathFact
from provisioner.facts.said import SaidFact
from provisioner.findings.base import PROGRAMS, Grade, Seen, Trouble, finding, first_line, has
from provisioner.resources.command import Command
from provisioner.resources.login_shell import LINK, LoginShell

RUNS = SaidFact(
    's=$HOME/.termux/shell; [ ! -x "$s" ] || timeout 10 "$s" -c "exit 0" >/dev/null || echo "exit status $?"'
)
FORGET = Command(
    "forget-login-shell", 'rm -f "$HOME/.termux/shell"', unless='s=$HOME/.termux/shell; [ -e "$s" ] || [ ! -L "$s" ]'
)


@finding(
    "login_shell",
    Grade.WARNING,
    cause="the shell behind ~/.termux/shell was removed; login passes over such a link and takes bash",
    repair="chsh -s zsh (or bash), by its name alone",
    source="termux.md §5, §1.3; termux-app#4455; termux-packages#6134",
    asks=[PathFact(LINK), RUNS, PROGRAMS],
    mends=True,
)
def login_shell(seen: Seen) -> Iterator[Trouble]:
    """The login shell is there and runs."""
    link = seen[PathFact(LINK)]
    if link is None or link.type != "symlink":
        return
    name = link.target.rpartition("/")[2]
    if not link.resolved:
        fixes = (LoginShell(name),) if name in ("zsh", "fish") and has(seen, name) else (FORGET,)  # type: ignore[arg-type]
        if "/usr/bin//" in link.target or link.target.count("com.termux") > 1:
            cause = "chsh of an older termux-tools takes a name only; given a path it doubled it, and still exits 0"
            yield Trouble("the login shell's link has its path twice", link.target, cause=cause, fixes=fixes)
        else:
            yield Trouble(f"the login shell's link leads nowhere: {link.target}", fixes=fixes)
    elif seen[RUNS]:
        yield Trouble(
            f"the login shell {name} does not run: the next login fails, on the screen and over ssh",
            said=first_line(seen[RUNS]),
            grade=Grade.ERROR,
            cause="it is broken, or a library that it needs is; keep this session's phone at hand",
            repair="chsh -s bash, while you are in; else long-press Termux's icon > Failsafe",
            fixes=(LoginShell("bash"),),
        )
