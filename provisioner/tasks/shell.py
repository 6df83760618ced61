"""``shell``: zsh as the login shell, with oh-my-zsh (termux.md §5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from provisioner.lean_dataclass import dataclass
from provisioner.model import ResourceId
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared
from provisioner.resources.git_repo import GitRepo
from provisioner.resources.login_shell import LoginShell
from provisioner.resources.package import Package
from provisioner.resources.zsh_startup import ZshStartup
from provisioner.schema import option, register
from provisioner.shell import sh
from provisioner.tasks.base import Context, Proof

ZSH_PROOFS = ("common_proof.sh", "zsh_proof.sh")
FOLDER = RemotePath("~", ".oh-my-zsh")
SOURCES = (
    "https://mirrors.tuna.tsinghua.edu.cn/git/ohmyzsh.git",
    "https://github.com/ohmyzsh/ohmyzsh.git",
)
"""The mirror first: GitHub is often out of reach where it is wanted (cases.md, oh-my-zsh cannot be fetched)."""


@register("shell")
@dataclass(frozen=True, slots=True)
class Shell:
    """New sessions, on the screen and over ssh, start this shell; zsh has oh-my-zsh, and your own .zshrc stays.

    - shell: {login: zsh, framework: oh-my-zsh, theme: robbyrussell, plugins: [git, golang]}
    """

    shorthand: ClassVar[str] = "login"
    login: Literal["bash", "zsh", "fish"] = option("the login shell", default="zsh")
    framework: Literal["oh-my-zsh", "none"] = option("what zsh is dressed with", default="oh-my-zsh")
    theme: str = option("oh-my-zsh's theme", default="robbyrussell")
    plugins: tuple[str, ...] = option("oh-my-zsh's plugins", default=("git",))
    source: tuple[str, ...] = option("where oh-my-zsh comes from, in this order", default=SOURCES)
    version: str = option("a tag, branch or commit of oh-my-zsh; without it the newest", default="")

    def problems(self) -> Iterable[tuple[str, str]]:
        for name, words in (("theme", (self.theme,)), ("plugins", self.plugins)):
            for word in words:
                if not word or not all(c.isalnum() or c in "-_./+" for c in word):
                    yield f"{word!r} is no name that oh-my-zsh could have", name

    def resources(self, context: Context) -> Iterable[Declared]:
        if self.login != "bash":
            yield Declared(Package(self.login))
        if self.login == "zsh" and self.framework == "oh-my-zsh":
            yield Declared(Package("git"))
            # Colours and line ends as oh-my-zsh's own installer sets them, so that its updater finds what it expects.
            settings = {"core.eol": "lf", "core.autocrlf": "false", "oh-my-zsh.remote": "origin"}
            clone = GitRepo(FOLDER, self.source, self.version, settings)
            yield Declared(clone)
            text = context.render("zshrc", theme=self.theme, plugins=self.plugins)
            yield Declared(ZshStartup(text), requires=(clone.id,))
        yield Declared(LoginShell(self.login), requires=self._before_login())

    def _before_login(self) -> tuple[ResourceId, ...]:
        # A zsh that starts without its files asks questions on the first screen: files first.
        return (ResourceId("zsh_startup", "~/.zshrc"),) if self.login == "zsh" and self.framework != "none" else ()

    def proofs(self, context: Context) -> Iterable[Proof]:
        script = (
            sh(
                '[ "$(readlink -f "$HOME/.termux/shell")" = "$(readlink -f "$PREFIX/bin/"{})" ] ||\n'
                '{ echo "the login shell is $(readlink "$HOME/.termux/shell" || echo bash)"; exit 1; }\n',
                self.login,
            )
            if self.login != "bash"
            else ""
        )
        yield Proof(
            "login shell",
            "shell",
            script + sh('timeout 20 "$PREFIX/bin/"{} -c {}\n', self.login, f"echo {self.login} starts"),
            shows="new sessions start this shell, and it runs",
            how="the link ~/.termux/shell is followed, and the shell started once",
        )
        if self.login == "zsh":
            theme = self.theme if self.framework == "oh-my-zsh" else ""
            yield Proof(
                "zsh's first prompt",
                "shell",
                sh("zsh_prompt {}\n", theme),
                shows="a session of yours begins with the theme's prompt, and without a complaint; how long that takes",
                how="zsh starts in a terminal, reads your files and is sent the end of its input",
                timeout=180,
                uses=ZSH_PROOFS,
                after="login shell",
                leaves="the index of completions that zsh's first start makes",
            )
            yield Proof(
                "a Chinese file name",
                "shell",
                "zsh_chinese\n",
                shows="a Chinese file name is listed as itself",
                how="ls and zsh list one in a terminal",
                timeout=60,
                uses=ZSH_PROOFS,
                after="login shell",
            )
