"""The row of keys that a phone's keyboard lacks, and how Termux takes keys, bell and shortcuts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

from provisioner.formats.marked import markers
from provisioner.lean_dataclass import dataclass
from provisioner.resources.base import Declared
from provisioner.resources.termux_properties import FIRST, SECOND, TermuxProperties
from provisioner.schema import option, register
from provisioner.shell import sh
from provisioner.suggest import did_you_mean
from provisioner.tasks.base import Context, Look, Proof

LABEL = "keyboard"
_WORDS = """CTRL ALT FN SHIFT SPACE ESC TAB HOME END PGUP PGDN INS DEL BKSP UP DOWN LEFT RIGHT ENTER BACKSLASH QUOTE
APOSTROPHE F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 KEYBOARD DRAWER PASTE SCROLL"""
NAMES = frozenset(_WORDS.split())
"""What Termux calls the keys that are no characters (termux.md §10)."""
_SHORTCUTS = "there are create-session, next-session, previous-session, rename-session"
SHORTCUTS = ("create-session", "next-session", "previous-session", "rename-session")
ROWS = (
    ("ESC", "/", "- |", "HOME", "UP", "END", "PGUP"),
    ("TAB", "CTRL", "ALT", "LEFT", "DOWN", "RIGHT", "PGDN"),
)


@register("keyboard")
@dataclass(frozen=True, slots=True)
class Keyboard:
    """Give Termux's screen the keys that Vim and a shell need: ESC, TAB, CTRL, ALT, arrows.

    - keyboard: {volume_keys: virtual, bell: ignore}
    """

    shorthand: ClassVar[str] = "extra_keys"
    extra_keys: tuple[tuple[str, ...], ...] = option(
        "rows of keys: a name (ESC), a character (/), or two with a space between: the second by swiping up (- |)",
        default=ROWS,
    )
    style: Literal["default", "arrows-only", "arrows-all", "all", "none"] = option(
        "how the keys' names are drawn", default="default"
    )
    volume_keys: Literal["virtual", "volume"] = option(
        "virtual: Volume Down is Ctrl, Volume Up the special keys; volume: they set the volume", default="virtual"
    )
    back_key: Literal["back", "escape"] = option("what Android's back key is", default="back")
    bell: Literal["vibrate", "beep", "ignore"] = option("what the bell character does", default="ignore")
    shortcuts: Mapping[str, str] = option(
        "for a keyboard of keys: create-session, next-session, previous-session, rename-session, each `ctrl + x`",
        factory=dict,
    )

    def problems(self) -> Iterable[str | tuple[str, str]]:
        for row in self.extra_keys:
            if not row:
                yield "a row without keys", "extra_keys"
            for key in row:
                if problem := _problem(key):
                    yield problem, "extra_keys"
        for name, keys in self.shortcuts.items():
            if name not in SHORTCUTS:
                yield f"there is no shortcut {name}: {did_you_mean(name, SHORTCUTS, _SHORTCUTS)}", "shortcuts"
            if not re.fullmatch(r"ctrl ?\+ ?[!-~]", keys):
                yield f"{name}: {keys!r} is no shortcut: write `ctrl + t`", "shortcuts"

    def resources(self, context: Context) -> Iterable[Declared]:
        body = context.render(
            "termux.properties",
            extra_keys=extra_keys(self.extra_keys),
            style=self.style,
            volume_keys=self.volume_keys,
            back_key=self.back_key,
            bell=self.bell,
            shortcuts={name: _spaced(keys) for name, keys in sorted(self.shortcuts.items())},
        )
        yield Declared(TermuxProperties(LABEL, body=body))

    def proofs(self, context: Context) -> Iterable[Proof | Look]:
        begin, end = (line.partition(b" (")[0].decode() for line in markers(LABEL, "#"))
        script = sh('cd\nfile={}\n[ -e "$file" ] || file={}\n', FIRST.rest, SECOND.rest)
        script += '[ -r "$file" ] || { echo "there is no ~/$file"; exit 1; }\n'
        script += sh('awk -v begin={} -v end={} {} "$file"\n', begin, end, _LAST_WORD)
        yield Proof(
            "Termux's properties",
            "keyboard",
            script,
            shows="the one file that Termux reads has our settings, and no later line undoes them",
            how="the file is read; whether the app has read it since cannot be seen from here",
            timeout=10,
        )
        yield from (Look("keys", "keyboard", text) for text in self._looks())

    def _looks(self) -> Iterator[str]:
        rows = ", and ".join(f"{row[0].partition(' ')[0]} … {row[-1].partition(' ')[0]}" for row in self.extra_keys)
        yield f"above the phone's keyboard stand {rows}"
        if self.volume_keys == "virtual":
            yield "Volume Down + C stops a program, as Ctrl + C does"


_LAST_WORD = """
index($0, begin) == 1 { ours = seen = 1; next }
{ sub(/\\r$/, "") }
$0 == end { ours = 0; next }
/^[ \\t]*([#!].*)?$/ { next }
{ key = $0; sub(/^[ \\t]+/, "", key); sub(/[ \\t=:].*/, "", key) }
ours { mine[key] = 1; next }
seen && key in mine { print key " is set again below our block"; bad = 1; exit }
END {
  if (bad) exit 1
  for (key in mine) count++
  if (!count) { print "our block is not in ~/" FILENAME; exit 1 }
  print count " settings of ours in ~/" FILENAME
}
"""
"""Is our block there, and is it the last word on its settings?"""


def extra_keys(rows: Iterable[Iterable[str]]) -> str:
    """The rows as Termux reads them: a list of lists in the notation of JSON's careless brother."""
    return "[" + ",".join("[" + ",".join(_key(key) for key in row) + "]" for row in rows) + "]"


def _key(key: str) -> str:
    first, _, second = key.partition(" ")
    return f"{{key: {_word(first)}, popup: {_word(second)}}}" if second else _word(first)


def _word(key: str) -> str:
    """A backslash is one for Java's properties and one for JSON; Termux has names for it and for both quotes."""
    return "'" + {"\\": "BACKSLASH", '"': "QUOTE", "'": "APOSTROPHE"}.get(key, key) + "'"


def _problem(key: str) -> str:
    parts = key.split(" ")
    if not 1 <= len(parts) <= 2:
        return f"{key!r}: one key, or two with one space between"
    return next((each for part in parts for each in _wrong(part)), "")


def _wrong(part: str) -> Iterator[str]:
    if part in NAMES or (len(part) == 1 and part.isprintable()):
        return
    if part.upper() in NAMES:
        yield f"{part!r}: Termux writes it {part.upper()}"
    elif not re.fullmatch(r"[^\s\\'\"\x00-\x1f]{1,4}", part):
        hint = did_you_mean(part, NAMES, "a name of a key, or up to four characters")
        yield f"there is no key {part!r}: {hint}"


def _spaced(keys: str) -> str:
    return "ctrl + " + keys[-1]
