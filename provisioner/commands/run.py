"""``hello-termux run``: one command on the phone."""

from __future__ import annotations

from provisioner.commands import options
from provisioner.commands.base import Given, command

EXAMPLE = """\
hello-termux run -H pixel -- go version
hello-termux run -- 'cd src/hello && go test ./... | tail'
hello-termux run -- tar xz <sources.tgz
hello-termux run -t -- vim src/hello/main.go"""


@command(options.TTY, *options.TRUST, usage="-- COMMAND...", words=1000, example=EXAMPLE)
def run(given: Given) -> int:
    """Run one command on the phone; its output comes as it is written, its exit code is ours.
    It has Termux's environment. A single word is a line for the phone's sh; several are a program and its words."""
    import sys

    from provisioner.commands.ask import asker
    from provisioner.commands.session import options_of
    from provisioner.commands.streams import require_terminal, source, tell_signal, writer
    from provisioner.connecting import connected
    from provisioner.errand import Errand, at_terminal, line_of
    from provisioner.errand import run as carry_out
    from provisioner.errors import UsageError

    if not given.words:
        raise UsageError("run what?", hint="hello-termux run -- COMMAND...")
    if given.tty:
        require_terminal(hint="without -t it needs none")
    errand = Errand(line_of(given.words))
    out, err = writer(sys.stdout.buffer), writer(sys.stderr.buffer)
    with connected(options_of(given), asker(given)) as transport:
        if given.tty:
            return at_terminal(transport, errand)
        return carry_out(transport, errand, out, err, source(), tell_signal)
