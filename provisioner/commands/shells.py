"""Shell completion: three small scripts that ask this program at TAB, so that they never grow old.

They call ``hello-termux completion :words -- WORDS``, the last of WORDS being the one under the cursor, and get a
candidate a line, its description behind a tab; the line ``:files`` means that file names fit too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from provisioner.commands import load_all
from provisioner.commands.base import Command, Option
from provisioner.commands.options import COMMON, CONNECTION

ASK = ":words"
FILES = ":files"

SCRIPTS = {
    "bash": r"""
_hello_termux() {
    local IFS=$'\n' line files=() current="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    # A name with a colon or an equals sign is several words to bash; put the last one together again.
    local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    for line in $(hello-termux completion :words -- "${words[@]}" 2>/dev/null); do
        if [ "$line" = :files ]; then
            files=($(compgen -f -- "$current"))
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done
    case "${#COMPREPLY[@]} ${COMPREPLY[0]}" in
        "0 ") compopt -o filenames 2>/dev/null ;;  # it quotes what is no file: a phone's colon
        *:) compopt -o nospace 2>/dev/null ;;
    esac
    COMPREPLY+=("${files[@]}")
}
complete -F _hello_termux hello-termux
""",
    "zsh": r"""
#compdef hello-termux
_hello_termux() {
    local line
    local -a found phones
    for line in ${(f)"$(hello-termux completion :words -- "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
        if [[ $line == :files ]]; then
            _files
        elif [[ ${line%%$'\t'*} == *: ]]; then
            phones+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        else
            found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        fi
    done
    (( $#phones )) && _describe hello-termux phones -S ""
    (( $#found )) && _describe hello-termux found
}
if [[ $funcstack[1] == _hello_termux ]]; then
    _hello_termux "$@"
else
    compdef _hello_termux hello-termux
fi
""",
    "fish": r"""
function __hello_termux
    set -l words (commandline -opc) (commandline -ct)
    for line in (hello-termux completion :words -- $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c hello-termux -f -a '(__hello_termux)'
""",
}

SHELLS = tuple(SCRIPTS)


def script(shell: str) -> str:
    """The text to source in ``shell``."""
    return SCRIPTS[shell].lstrip("\n")


def candidates(words: Sequence[str]) -> Iterator[str]:
    """What may stand where the last of ``words`` does, with descriptions."""
    *before, current = words or ("",)
    commands = load_all()
    command, pending = _read(before, commands)
    if pending and pending.name in ("only", "skip"):
        offered = _tasks(before, current)
    elif pending:
        offered = _values(pending)
    elif current.startswith("-"):
        offered = _options(command)
    elif command is None:
        offered = ((name, each.summary) for name, each in commands.items())
    else:
        offered = _words(command)
    for name, about in offered:
        if name == FILES or name.startswith(current):
            yield f"{name}\t{about}" if about else name


def _read(words: Iterable[str], commands: dict[str, Command]) -> tuple[Command | None, Option | None]:
    """The command that was named, and the option that still waits for its value."""
    command, pending = None, None
    for word in words:
        if pending:
            pending = None
        elif word.startswith("-"):
            own = command.options if command else ()
            pending = next((each for each in (*COMMON, *own) if word in each.flags and each.value), None)
        else:
            command = command or commands.get(word)
    return command, pending


def _options(command: Command | None) -> Iterator[tuple[str, str]]:
    for option in (*(command.options if command else ()), *COMMON):
        if not command or command.phone or option not in CONNECTION:
            yield max(option.flags, key=len), option.help


def _values(option: Option) -> Iterable[tuple[str, str]]:
    if option.name == "host":
        return _hosts()
    if option.name == "playbook":
        return [*_playbooks(), (FILES, "")]
    if "|" in option.value:
        return [(word, "") for word in option.value.split("|")]
    return [(FILES, "")] if option.value == "FILE" else []


def _tasks(before: Sequence[str], current: str) -> Iterable[tuple[str, str]]:
    """The tasks and resources of the playbook that is named, or of the usual one; also behind a comma."""
    from provisioner.errors import PlaybookError
    from provisioner.playbook.file import read_text, resolve

    named = [word for word in before[1:] if word in dict(_playbooks()) or Path(word).is_file()]
    try:
        text = read_text(resolve(named[-1] if named else None))
    except PlaybookError:
        return
    first, comma, _ = current.rpartition(",")
    for kind in sorted(set(re.findall(r"^- (\w+)", text, re.MULTILINE)) - {"vars", "secrets", "when"}):
        yield f"{first}{comma}{kind}", ""


def _words(command: Command) -> Iterable[tuple[str, str]]:
    return WORDS.get(command.name, list)() if "PLAYBOOK" not in command.usage else [*_playbooks(), (FILES, "")]


def _packaged(folder: str, suffix: str) -> Iterator[str]:
    """Names of the files that came with the program, with or without an installation."""
    package = Path(__file__).parents[1]
    for place in (package / "_data" / folder, package.parent / folder):
        if place.is_dir():
            yield from sorted(path.name.removesuffix(suffix) for path in place.glob(f"*{suffix}"))
            return


def _playbooks() -> Iterable[tuple[str, str]]:
    return [(name, "packaged playbook") for name in _packaged("playbooks", ".yml")]


def _templates() -> Iterable[tuple[str, str]]:
    return [(name, "template") for name in _packaged("templates", ".j2")]


def _hosts() -> Iterable[tuple[str, str]]:
    from provisioner import inventory
    from provisioner.errors import ProvisionerError

    try:
        known = list(inventory.load(Path.cwd()))
    except ProvisionerError:  # nobody wants to read of a mistake in hosts.toml while completing
        known = []
    return [*((entry.name, entry.address) for entry in known), ("rehearsal", "the stand-in phone")]


WORDS: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
    "ship": lambda: [(FILES, "")],
    "show": _templates,
    "completion": lambda: [(shell, "") for shell in SHELLS],
    "shell": lambda: _hosts(),
    "copy": lambda: [(FILES, ""), *((f"{name}:", about) for name, about in _hosts())],
    "unpair": lambda: [(name, about) for name, about in _hosts() if name != "rehearsal"],
    "hosts": lambda: [("list", ""), ("rename", ""), ("remove", ""), *_hosts()],
}
