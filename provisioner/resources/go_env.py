"""A setting of Go that lasts: kept where ``go env -w`` keeps it, so that Vim, ssh and cron see it too.

Go is not asked to write it: it would empty its file first, and be the slowest program of a run. What it refuses to
write (cmd/go/internal/envcmd, checkEnvWrite, of Go 1.26) is a mistake in the playbook instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact, PathFact, in_the_way, own_mode
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Write
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.suggest import did_you_mean

GOENV = RemotePath("~", ".config/go/env")
_NAMES = """AR CC CXX FC GCCGO PKG_CONFIG CGO_ENABLED GO_EXTLINK_ENABLED GO111MODULE GO386 GOAMD64 GOARCH GOARM GOARM64
GOAUTH GOBIN GOCACHE GOCACHEPROG GOEXPERIMENT GOFIPS140 GOFLAGS GOINSECURE GOMIPS GOMIPS64 GOMODCACHE GONOPROXY
GONOSUMDB GOOS GOPATH GOPPC64 GOPRIVATE GOPROXY GORISCV64 GOROOT GOSUMDB GOTMPDIR GOTOOLCHAIN GOVCS GOWASM"""
_FLAGS = [f"CGO_{each}FLAGS{rule}" for each in ("C", "CPP", "CXX", "F", "LD") for rule in ("", "_ALLOW", "_DISALLOW")]
SETTABLE = frozenset((*_NAMES.split(), *_FLAGS))
"""What Go 1.26 knows (internal/cfg, KnownEnv), but for what it finds out itself or reads from the environment alone."""


@register("go_env")
@dataclass(frozen=True, slots=True)
class GoEnv(Resource):
    """Set one variable of ``go env``. A value in ``replaces`` may be changed; any other that you set yourself stays.

    - go_env: {name: GOPROXY, value: "https://goproxy.cn,direct"}
    """

    batch: ClassVar[str] = "go env"
    brief: ClassVar[bool] = True

    name: str = option("the variable")
    value: str = option("what it shall be")
    keep_own: bool = option("leave another value alone, unless it is in replaces", default=False)
    replaces: tuple[str, ...] = option("values that are nobody's own choice", factory=tuple)

    def problems(self) -> Iterable[tuple[str, str]]:
        if self.name not in SETTABLE:
            known = "`go help environment` lists those that there are"
            yield (
                f"{self.name!r} is no variable that `go env -w` sets: {did_you_mean(self.name, SETTABLE, known)}",
                "name",
            )
        elif re.search(r"[\0\v\r\n]", self.value):
            yield "a setting of Go is one line", "value"
        elif self.name in ("GOPATH", "GOMODCACHE") and self.value and not self.value.startswith("/"):
            yield f"{self.name} is a whole path, from / on: not ~, nor a relative one", "value"
        elif self.name == "GO111MODULE" and self.value not in ("", "auto", "on", "off"):
            yield "GO111MODULE is auto, on or off", "value"

    @property
    def id(self) -> ResourceId:
        return ResourceId("go_env", self.name)

    def facts(self) -> Iterable[Fact[Any]]:
        return [ContentFact(GOENV), PathFact(GOENV)]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("package", "golang")]

    def desired(self, facts: Facts) -> State:
        return {"value": self._now(facts) if self._own(facts) else self.value}

    def observed(self, facts: Facts) -> State | None:
        now = self._now(facts)
        return None if now is None else {"value": now}

    def _now(self, facts: Facts) -> str | None:
        text = (facts[ContentFact(GOENV)] or b"").decode("utf-8", "replace")
        lines = [line.partition("=") for line in text.splitlines()]
        return next((value for name, _, value in reversed(lines) if name == self.name), None)

    def _own(self, facts: Facts) -> bool:
        now = self._now(facts)
        return self.keep_own and now is not None and now != self.value and now not in self.replaces

    def refusal(self, facts: Facts) -> str:
        return in_the_way(GOENV, facts[PathFact(GOENV)])

    def remarks(self, facts: Facts) -> Iterable[str]:
        if self._own(facts):
            yield f"{self.name} is {self._now(facts)}, your own choice: it stays (the playbook says {self.value})."

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self.batch_steps([(self, change)], facts)

    @classmethod
    def batch_steps(cls, work: Sequence[tuple[Resource, Change]], facts: Facts) -> Iterable[Step]:
        settings = {each.name: each.value for each, _ in work if isinstance(each, GoEnv)}
        data = b"".join(_with(facts[ContentFact(GOENV)] or b"", settings))
        yield Step(backs_up=(GOENV,), makes=Write(GOENV, data, own_mode(facts[PathFact(GOENV)])))


def _with(data: bytes, settings: Mapping[str, str]) -> Iterator[bytes]:
    """The lines of Go's file with these settings: each where it stood, or behind the others; all else stays."""
    left = dict(settings)
    for line in data.splitlines(keepends=True):
        name = line.partition(b"=")[0].decode("utf-8", "replace")
        if name not in settings:
            yield line if line.endswith(b"\n") else line + b"\n"
        elif name in left:
            yield f"{name}={left.pop(name)}\n".encode()
    yield from (f"{name}={value}\n".encode() for name, value in left.items())
