"""zsh reads no completions from folders that others may write."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.resources.command import Command

OPEN = 'find "$HOME/.oh-my-zsh" -name .git -prune -o -type d -perm /022 -print 2>/dev/null'
WRITABLE = SaidFact(f"{OPEN} | head -n 3")
CLOSE = Command(
    "close-oh-my-zsh",
    'find "$HOME/.oh-my-zsh" -type d -perm /022 -exec chmod go-w {} +',
    unless=f'[ -z "$({OPEN} -quit)" ]',
)


@finding(
    "oh_my_zsh_writable",
    Grade.WARNING,
    cause="it was cloned with a loose umask; zsh then says: Insecure completion-dependent directories detected",
    repair="chmod -R go-w ~/.oh-my-zsh",
    source="termux.md §5; Cabbagec/termux-ohmyzsh#8; ohmyzsh#6835",
    asks=[WRITABLE],
    mends=True,
)
def oh_my_zsh_writable(seen: Seen) -> Iterator[Trouble]:
    """Nobody else may write to oh-my-zsh's folders."""
    if seen[WRITABLE]:
        yield Trouble(
            "others may write to folders of ~/.oh-my-zsh", said=seen[WRITABLE].splitlines()[0], fixes=(CLOSE,)
        )
