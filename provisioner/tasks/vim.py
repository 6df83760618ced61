"""``vim``: Vim that reads Chinese, with python3 and lua inside, and vim-go (termux.md §6, §7)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared
from provisioner.resources.first_file import BlockInFirst
from provisioner.resources.git_repo import GitRepo
from provisioner.resources.helptags import HelpTags
from provisioner.resources.package import Package
from provisioner.schema import option, register
from provisioner.tasks.base import Context, Proof

VIMRCS = tuple(RemotePath("~", name) for name in (".vimrc", ".vim/vimrc", ".config/vim/vimrc"))
PACK = RemotePath("~", ".vim/pack/plugins/start")
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_ON_GITHUB = rf"{_NAME}/{_NAME}"
_ENCODING = r"[A-Za-z0-9_-]+"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin as a git repository; of a known one only what shall differ need be said."""

    name: str = option("the folder it gets")
    url: tuple[str, ...] = option("where it comes from: the first that answers is taken", default=())
    version: str = option("a tag, branch or commit", default="")


KNOWN = {"vim-go": Plugin("vim-go", ("https://github.com/fatih/vim-go.git",), "v1.29")}


@register("vim")
@dataclass(frozen=True, slots=True)
class Vim:
    """Vim has python3 and lua, works in UTF-8, recognises older Chinese encodings, and has its plugins.

    - vim: {encoding: utf-8, plugins: [vim-go, {name: commentary, url: ["https://github.com/tpope/vim-commentary.git"]}]}
    """

    encoding: str = option("Vim's own encoding", default="utf-8")
    fileencodings: tuple[str, ...] = option(
        "encodings that a file is tried in, in this order", default=("ucs-bom", "utf-8", "gb18030", "latin1")
    )
    leader: str = option("a key for Go mappings: with b to build, r run, t test, i info; none without", default="")
    plugins: tuple[str | Plugin, ...] = option(
        f"known by name: {', '.join(KNOWN)}; on GitHub as OWNER/NAME; or with name, url and version",
        default=("vim-go",),
    )

    def problems(self) -> Iterable[str | tuple[str, str]]:
        for word in (self.encoding, *self.fileencodings):
            if not re.fullmatch(_ENCODING, word):
                yield f"{word!r} is no encoding", "encoding" if word == self.encoding else "fileencodings"
        if len(self.leader) > 1 or not self.leader.isprintable() or self.leader in ('"', "|"):
            yield 'leader is one character, and none of " and |', "leader"
        for each in self.plugins:
            yield from ((doubt, "plugins") for doubt in _doubts(each))
        names = [plugin.name for plugin in self._plugins()]
        yield from ((f"{name} stands twice", "plugins") for name in dict.fromkeys(names) if names.count(name) > 1)

    def _plugins(self) -> list[Plugin]:
        return [_completed(each) for each in self.plugins]

    def resources(self, context: Context) -> Iterable[Declared]:
        plugins = self._plugins()
        for name in ("vim", "python", "luajit", *(["git"] if plugins else [])):
            yield Declared(Package(name))
        body = context.render(
            "vimrc",
            encoding=self.encoding,
            fileencodings=self.fileencodings,
            leader="\\\\" if self.leader == "\\" else self.leader,
            plugins=[plugin.name for plugin in plugins],
        )
        yield Declared(BlockInFirst(VIMRCS, body, "vim", "Vim", comment='"', at="top"))
        for plugin in plugins:
            yield Declared(_clone(plugin))
            yield Declared(HelpTags(PACK / plugin.name, plugin.version))

    def proofs(self, context: Context) -> Iterable[Proof]:
        from provisioner.tasks.vim_proofs import vim_proofs

        return vim_proofs(self.encoding, self.fileencodings, [plugin.name for plugin in self._plugins()])


def _doubts(each: str | Plugin) -> Iterable[str]:
    if isinstance(each, str):
        known = each in KNOWN or re.fullmatch(_ON_GITHUB, each)
        return () if known else (f"{each!r} is not known: write OWNER/NAME, or a mapping with name and url",)
    if not re.fullmatch(_NAME, each.name):
        return (f"{each.name!r} is no name for a folder",)
    return [doubt if isinstance(doubt, str) else doubt[0] for doubt in _clone(_completed(each)).problems()]


def _completed(each: str | Plugin) -> Plugin:
    if isinstance(each, Plugin):
        known = KNOWN.get(each.name, each)
        return Plugin(each.name, each.url or known.url, each.version or known.version)
    return KNOWN.get(each) or Plugin(each.rpartition("/")[2], (f"https://github.com/{each}.git",))


def _clone(plugin: Plugin) -> GitRepo:
    return GitRepo(PACK / plugin.name, plugin.url, plugin.version)
