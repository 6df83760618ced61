"""What old instructions put into start-up files."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import RC_LINES, SESSION, Grade, Seen, Trouble, finding, rc_lines, session


@finding(
    "go_variables",
    Grade.WARNING,
    cause="instructions of 2017 export GOROOT; Go knows it itself, and after an upgrade the exported one is wrong",
    repair="take the line out of the file",
    source="termux.md §8",
    asks=[RC_LINES, SESSION],
)
def go_variables(seen: Seen) -> Iterator[Trouble]:
    """No start-up file sets GOROOT or GOFLAGS."""
    for name, grade in (("GOROOT", Grade.WARNING), ("GOFLAGS", Grade.NOTE)):
        lines = rc_lines(seen, f"{name}=")
        value = session(seen).get(name)
        cause = (
            "" if name == "GOROOT" else "it goes before go env -w, and programs that are not started from there lack it"
        )
        if lines:
            yield Trouble(f"{name} is set in a start-up file", lines[0], grade, cause)
        elif value:
            yield Trouble(f"{name} is set in every session", f"{name}={value}", grade, cause)
