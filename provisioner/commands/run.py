"""``hello-termux run``: one command on the phone."""

from __future__ import annotations

from provisioner.commands import options
from provisioner.commands.base import Given, command

EXAMPLE = """\
hello-termux run -H pixel -- go version
hello-termux run -- 'cd src/hello && go test ./... | tail'
hello-termux run -- tar xz <sources.tgz"""


@command(*options.TRUST, usage="-- COMMAND...", words=1000, example=EXAMPLE)
def run(given: Given) -> int:
    """Run one command on the phone; its output comes as it is written, its exit code is ours.
    It has Termux's environment. A single word is a line for the phone's sh; several are a program and its words."""
    import sys

    from provisioner.commands.ask import asker
    from provisioner.commands.session import options_of
    from provisioner.commands.streams import source, tell_signal, writer
    from provisioner.connecting import connected
    from provisioner.errand import Errand, line_of
    from provisioner.errand import run as carry_out
    from provisioner.errors import UsageError

    if not given.words:
        raise UsageError("run what?", hint="hello-termux run -- COMMAND...")
    out, err = writer(sys.stdout.buffer), writer(sys.stderr.buffer)
    with connected(options_of(given), asker(given)) as transport:
        return carry_out(transport, Errand(line_of(given.words)), out, err, source(), tell_signal)
