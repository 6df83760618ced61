"""What shows that Vim works on the phone, with the user's own files. The shell of it is device/vim_proof.sh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.shell import DEVICE, feed, sh, words
from provisioner.tasks.base import Proof

TASK = "vim"
USES = ("common_proof.sh", "vim_proof.sh")
HAS = "vim has what it needs"
CHINESE = "你好，世界\n文件\n"


def vim_proofs(encoding: str, fileencodings: Sequence[str], plugins: Sequence[str]) -> Iterator[Proof]:
    """Those of Vim itself, and of the plugins (by name) that are known here."""
    wants = ["python3", "lua", f"encoding={encoding}", *(["GoBuild"] if "vim-go" in plugins else [])]
    yield Proof(
        HAS,
        TASK,
        _file("proof.vim", "vim_has.vim") + f"vim_proof {words(wants)}\n",
        shows="Vim, with your files, runs a line of python3 and of lua, has its encoding and vim-go's commands;"
        " how long it takes to start",
        how="the Vim that a login finds opens a .go file and is asked",
        uses=USES,
    )
    yield from _texts(encoding, fileencodings)
    if "vim-go" in plugins:
        yield Proof(
            "vim-go at work",
            TASK,
            _file("proof.vim", "vim_go.vim") + _file("main.go", "vim_go.go") + "vim_go_works\n",
            shows="in Vim, definitions are found, words completed, files formatted when saved, mistakes shown",
            how="in a small module: :GoDef, Ctrl-X Ctrl-O, :w, :GoBuild twice; through gopls; skipped without gopls",
            timeout=300,
            uses=USES,
            after=HAS,
            doing="gopls reads Go's library",
        )
    if "vim-go" in plugins and "ultisnips" in (name.lower() for name in plugins):
        yield Proof(
            "snippets",
            TASK,
            _file("proof.vim", "vim_snippet.vim") + _file("main.go", "vim_go.go") + "vim_snippets\n",
            shows="UltiSnips expands vim-go's snippets",
            how="ff is typed and expanded in a .go file",
            uses=USES,
            after=HAS,
        )


def _texts(encoding: str, fileencodings: Sequence[str]) -> Iterator[Proof]:
    """Chinese text, if Vim is to work in an encoding that has it; in GB18030 too, if that is to be recognised."""
    if encoding.lower() not in ("utf-8", "utf8"):
        return
    files = {"utf-8.txt": CHINESE.encode()}
    if "gb18030" in (name.lower() for name in fileencodings):
        files["gb18030.txt"] = CHINESE.encode("gb18030")
    laid = "".join(feed(sh("cat >{}", name), data) for name, data in files.items())
    yield Proof(
        "Chinese text",
        TASK,
        laid + _file("proof.vim", "vim_text.vim") + f"vim_texts {words(list(files))}\n",
        shows=f"a Chinese text in {' and in '.join(name.removesuffix('.txt').upper() for name in files)} opens right"
        " and is saved byte for byte, even where LANG is not set",
        how="each is opened and saved by a Vim without LANG, and compared",
        uses=USES,
        after=HAS,
    )


def _file(name: str, source: str) -> str:
    """Shell that lays out a file of device/proofs."""
    return feed(sh("cat >{}", name), (DEVICE / "proofs" / source).read_bytes())
