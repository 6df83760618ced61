"""The folk remedy for certificates."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.resources.command import Command

VERIFY = SaidFact('[ ! -x "$PREFIX/bin/git" ] || timeout 10 git config --global --bool http.sslVerify')
RESET = Command(
    "git-ssl-verify",
    "git config --global --unset-all http.sslVerify",
    unless='[ "$(git config --global --bool http.sslVerify)" != false ]',
)


@finding(
    "git_ssl_verify",
    Grade.WARNING,
    cause="somebody switched it off where a certificate failed; now anybody in the Wi-Fi can change what is cloned",
    repair="git config --global --unset-all http.sslVerify; if clones fail then: clock, ca-certificates, pkg upgrade",
    source="cases.md, git over TLS fails; termux-packages#19377, #19359",
    asks=[VERIFY],
    mends=True,
)
def git_ssl_verify(seen: Seen) -> Iterator[Trouble]:
    """git checks certificates."""
    if seen[VERIFY] == "false":
        yield Trouble("git takes any certificate", said="http.sslVerify=false", fixes=(RESET,))
