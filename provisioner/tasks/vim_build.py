"""``vim_build``: Vim from source, for when the packaged one lacks a feature at run time (termux.md §6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Literal

from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared
from provisioner.resources.package import Package
from provisioner.resources.vim_built import LIBRARIES, TOOLS, BuildPlanned, VimBuilt
from provisioner.schema import option, register
from provisioner.shell import sh, words
from provisioner.tasks.base import Context, Proof
from provisioner.tasks.search_path import own_programs_on_path

LOCAL = RemotePath("~", ".local")


@dataclass(frozen=True, slots=True)
class VimSource:
    """The source as one archive: any address will do, since only this digest is unpacked."""

    version: str = option("Vim's version", default="9.1.1230")
    sha256: str = option(
        "digest of the archive", default="203640cca8fa97603868ef42f34eeb723803ab15fd141b68b1cba54b7993b2bf"
    )
    url: tuple[str, ...] = option(
        "where it comes from: the first that answers with the right file is taken",
        default=tuple(
            f"https://{mirror}/debian/pool/main/v/vim/vim_9.1.1230.orig.tar.xz"
            for mirror in ("mirrors.tuna.tsinghua.edu.cn", "mirrors.ustc.edu.cn", "mirrors.bfsu.edu.cn")
        ),
    )


@register("vim_build")
@dataclass(frozen=True, slots=True)
class VimBuild:
    """Vim runs with these features: the packaged one if it can, else one built on the phone, in your own prefix.

    - vim_build: {when: missing, features: [python3, lua]}
    """

    shorthand: ClassVar[str] = "when"
    when: Literal["missing", "always", "never"] = option(
        "build if the packaged Vim lacks a feature when it runs, in any case, or not at all", default="missing"
    )
    features: tuple[Literal["python3", "lua"], ...] = option("what Vim must have", default=("python3", "lua"))
    source: VimSource = option("what is built", default=VimSource())
    jobs: int | Literal["auto"] = option("compilers at a time; auto: 2, or 1 on a small phone", default="auto")
    prefix: RemotePath = option("installed here; its bin, if not that of ~/.local, you put on PATH", default=LOCAL)

    def problems(self) -> Iterable[tuple[str, str]]:
        if not self.features or len(set(self.features)) != len(self.features):
            yield "features are python3, lua or both, each once", "features"
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)+", self.source.version):
            yield "source.version is numbers with dots between: 9.1.1230", "source"
        if not re.fullmatch(r"[0-9a-f]{64}", self.source.sha256):
            yield "source.sha256 is 64 hexadecimal digits in lower case", "source"
        if not self.source.url or not all(re.fullmatch(r"https?://\S+", url) for url in self.source.url):
            yield "source.url is at least one address, each beginning with https:// or http://", "source"
        if self.jobs != "auto" and not 1 <= self.jobs <= 64:
            yield "jobs is a number from 1 to 64, or auto", "jobs"
        if self.prefix.base != "~" or not self.prefix.rest:
            yield "prefix is a folder below ~: what is in $PREFIX belongs to packages", "prefix"

    def _built(self, when: Literal["missing", "always"]) -> VimBuilt:
        source = self.source
        return VimBuilt(when, self.features, source.version, source.sha256, source.url, self.jobs, self.prefix)

    def resources(self, context: Context) -> Iterable[Declared]:
        if self.when == "never":
            return
        built = self._built(self.when)
        for name in ("vim", *(LIBRARIES[feature] for feature in self.features)):
            yield Declared(Package(name))
        for name in TOOLS:
            yield Declared(Package(name), conditions=(BuildPlanned(built),))
        yield Declared(built)
        if self.prefix == LOCAL:
            yield from own_programs_on_path()

    def proofs(self, context: Context) -> Iterable[Proof]:
        if self.when == "never":
            return
        packaged = "" if self.when == "always" else ' "$PREFIX/bin/vim"'
        script = sh("for vim in {}", self.prefix / "bin/vim") + (
            f"{packaged}; do\n"
            f'if vim_has "$vim" {words(self.features)}; then echo "$vim: {" ".join(self.features)}"; exit 0; fi\n'
            f'done\necho "no Vim here runs with {" and ".join(self.features)}"\nexit 1\n'
        )
        yield Proof(
            "vim runs with its features",
            "vim_build",
            script,
            shows="the Vim that was built, or the packaged one if that is enough, has its languages",
            how="it is started without files of yours and asked has('python3'), has('lua')",
            uses=("vim_build.sh",),
        )
