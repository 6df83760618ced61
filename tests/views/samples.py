"""What a phone might have come to."""

from __future__ import annotations

from provisioner.errors import Mistake, PlanStale, PlaybookError, ProvisionerError
from provisioner.model import (
    Action,
    Change,
    Digest,
    Event,
    EventKind,
    Field,
    Outcome,
    Plan,
    ProofResult,
    ProofStatus,
    ResourceId,
    Result,
    Secret,
    Source,
    Status,
    Text,
    Unknown,
)

GO = ResourceId("package", "golang")
VIMRC = ResourceId("file", "~/.vimrc")
ZSHRC = ResourceId("file", "~/.zshrc")
LOGIN = ResourceId("login_shell", "zsh")
LINK = ResourceId("symlink", "~/下载/旧的")
MIRROR = ResourceId("apt_source", "main")
SAME = ResourceId("directory", "~/bin")

OLD_VIMRC = "".join(f'" line {n}\n' for n in range(1, 9)) + "set encoding=latin1\nset tabstop=8\r\nsyntax on"
NEW_VIMRC = OLD_VIMRC.replace("latin1", "utf-8").replace("\r", "").replace("syntax on", "syntax on\n")

CHANGES = (
    Change(
        GO,
        Action.CREATE,
        task="golang",
        fields=(Field("version", None, "1.26.5"), Field("held", None, False)),
        reason="not installed",
        notes=("download 58 MB, 260 MB on the phone",),
        source=Source("playbook.yml", 4, 3),
    ),
    Change(
        VIMRC,
        Action.UPDATE,
        task="vim",
        fields=(Field("content", Text(OLD_VIMRC), Text(NEW_VIMRC)), Field("mode", "0600", "0644")),
        reason="edited by hand since the last apply",
        requires=(GO,),
        observed="ab" * 32,
    ),
    Change(
        ZSHRC,
        Action.CREATE,
        task="shell",
        fields=(
            Field("content", None, Text("".join(f"alias a{n}='echo {n}'\n" for n in range(40)))),
            Field("token", None, Secret("hunter2")),
            Field("owner", None, Unknown("made by the installer")),
        ),
    ),
    Change(
        LOGIN,
        Action.RUN,
        task="shell",
        fields=(
            Field("shell", "bash", "zsh"),
            Field("build", Digest("0123456789abcdef" * 4), Digest("fedcba9876543210" * 4)),
            Field("title", " padded ", ""),
            Field("a long one", "x" * 50, "y" * 50),
        ),
    ),
    Change(LINK, Action.DELETE, fields=(Field("target", "../存储", None), Field("text", Text("a\nb\n"), None))),
    Change(
        MIRROR,
        Action.REFUSE,
        task="mirror",
        reason="this Termux is from the Play Store, whose packages are other ones: they cannot be mixed, and "
        "changing the mirror would break pkg for good",
    ),
    Change(SAME, Action.NONE, task="shell", observed="cd" * 32),
)

PLAN = Plan(
    CHANGES,
    host="pixel",
    device="SHA256:abc",
    facts={"termux": "0.118.3", "arch": "aarch64", "free": 12.5, "groups": [3003, None]},
    playbook="playbook.yml",
    content="ef" * 32,
    warnings=("the clock of the phone is 3 min behind, and certificates may look as if they were not valid yet",),
)
SETTLED = Plan(tuple(Change(ResourceId("file", f"~/{n}"), Action.NONE) for n in range(46)), host="pixel")

OUTCOMES = (
    Outcome(GO, Status.DONE, Action.CREATE, 12_345),
    Outcome(VIMRC, Status.DONE, Action.UPDATE, 12),
    Outcome(
        ZSHRC,
        Status.FAILED,
        Action.CREATE,
        245_678,
        "exit status 1",
        "".join(f"line {n}\n" for n in range(14)) + "E: \x1b[31mno space left\x1b[0m on 设备\r\n",
        Source("playbook.yml", 7, 3),
    ),
    Outcome(LOGIN, Status.SKIPPED, Action.RUN, 0, "needs file:~/.zshrc"),
    Outcome(LINK, Status.WAITING, Action.DELETE, 30_000, "look at the phone and tap Allow"),
)
FAILED = Result(OUTCOMES, Plan(CHANGES[2:]), "20261123-180000", 290_000)
DONE = Result((Outcome(GO, Status.DONE, Action.CREATE, 5), Outcome(LOGIN, Status.DONE, Action.RUN, 5)), SETTLED)

EVENTS = (
    Event(EventKind.RUN, text="20261123-180000"),
    Event(EventKind.STARTED, GO, "apt-get install"),
    Event(EventKind.PROGRESS, GO, "Retrieving golang", percent=42.0),
    Event(EventKind.OUTPUT, GO, "Get:1 https://mirrors.tuna.tsinghua.edu.cn 下载 \x1b[2Jgone\n"),
    Event(EventKind.STARTED, GO, "another step of it"),
    Event(EventKind.RECONNECTED),
    Event(EventKind.FINISHED, GO, ms=12_345),
    Event(EventKind.STARTED, VIMRC),
    Event(EventKind.FINISHED, VIMRC, ms=12),
    Event(EventKind.STARTED, ZSHRC),
    Event(EventKind.FAILED, ZSHRC, "exit status 1", ms=245_678, rc=1),
    Event(EventKind.SKIPPED, LOGIN, "needs file:~/.zshrc"),
    Event(EventKind.STARTED, LINK),
    Event(EventKind.WAITING, LINK, "look at the phone and tap Allow", ms=30_000),
    Event(EventKind.NOTE, text="the package index is 3 days old"),
    Event(EventKind.ENDED),
)

PROOFS = (
    ProofResult("Go builds and serves", ProofStatus.OK, "go1.26.5 android/arm64, fetched in 1.2 s", 1200, "golang"),
    ProofResult("Vim", ProofStatus.FAILED, "has('lua') is 0; install luajit, then start Vim once more to see it", 90),
    ProofResult("登录 shell", ProofStatus.SKIPPED, "drifted: login_shell:zsh", 0, "shell"),
    ProofResult("storage", ProofStatus.WAITING, "look at the phone", 0, "storage"),
    ProofResult("keys", ProofStatus.LOOK, "over the keyboard stand ESC, -, HOME, UP, END, PGUP, and below them TAB"),
)

ERRORS = {
    "mistakes": PlaybookError(
        [
            Mistake(
                "there is no task pakages",
                Source("playbook.yml", 3, 3),
                line="- pakages: [git]\n",
                hint='did you mean "packages"?',
            ),
            Mistake("tab", Source("中文.yml", 4, 5), line="- 包:\tx\x1b[2J"),
            Mistake("the playbook is empty", Source("empty.yml")),
        ]
    ),
    "stale": PlanStale("the phone has changed since the plan was made", [GO, VIMRC], hint="make a new plan"),
    "plain": ProvisionerError("the phone \x1b]0;title\x07 said \u202eno " + "and no " * 20, hint="one\ntwo"),
}
