"""``hello-termux ship``: a Go program built here or there, and run on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.errand import Errand
    from provisioner.shipping.shipment import Shipment, Shipped, Wanted
    from provisioner.shipping.target import Stage
    from provisioner.transport.ssh import SSHTransport
    from provisioner.views.base import View

STAGE = Option("--stage", value="laptop|phone", help="where it is built (where it is quicker, and possible)")
TO = Option("--to", value="PATH", help="where it goes on the phone, a folder if it ends with / (~/go/bin/)")
RUN = Option("--run", help="run it there as if it were here: input, output, Ctrl-C, exit code")
FORWARD = Option("--forward", value="[HERE:]PORT", help="while it runs, a port of this computer leads to its PORT")


@command(
    STAGE,
    TO,
    RUN,
    options.TTY,
    FORWARD,
    *options.TRUST,
    usage="[PACKAGE [ARGUMENT ...]]",
    words=1000,
    example="hello-termux ship ./cmd/web --run --forward 1111",
)
def ship(given: Given) -> int:
    """Build a Go program, here or on the phone, and put it into the phone's ~/go/bin.

    PACKAGE is what go build takes, without it the current folder; arguments are the program's, those with a dash behind
    a -- of their own.
    """
    from provisioner.commands.ask import asker
    from provisioner.commands.session import options_of
    from provisioner.commands.streams import require_terminal
    from provisioner.errors import UsageError
    from provisioner.shipping.shipment import open_shipment
    from provisioner.views.choice import view_for

    wanted, ports = _wanted(given), _ports(given.forward)
    runs = given.run or given.tty or ports is not None
    if given.words[1:] and not runs:
        raise UsageError(f"{given.words[1]!r} would be for the program, which is not run", hint="--run runs it")
    if given.tty:
        if given.json:
            raise UsageError("--json and -t contradict each other", hint="a terminal is for a person; give one of them")
        require_terminal(hint="--run without -t needs none")
    view = view_for(json=given.json, color=not given.no_color, verbose=True)
    with open_shipment(options_of(given), asker(given)) as shipment:
        with view.progress(None) as on_event:
            shipped = shipment.send(wanted, on_event)
        if given.json or not runs:  # else standard output is the program's
            view.shipped(shipped.to_json())
        return _run(shipment, shipped, given, ports, view) if runs else 0


def _run(shipment: Shipment, shipped: Shipped, given: Given, ports: tuple[int, int] | None, view: View) -> int:
    from contextlib import ExitStack

    from provisioner.commands.ask import say
    from provisioner.shipping.forwarding import Forward

    lines = [f"{shipped.place} runs on {shipment.name}; Ctrl-C ends it there."]
    with ExitStack() as stack:
        if ports:
            forward = stack.enter_context(Forward(shipment.transport, ports[1], ports[0]))
            lines.append(f"http://127.0.0.1:{forward.port} leads to its port {ports[1]}.")
        for line in () if given.json else lines:
            say(line)
        status, why = shipment.run(shipped, given.words[1:], _way(given, view))
    if why:
        say(f"{shipped.place} could not be run: {why}.")
    return status


def _way(given: Given, view: View) -> Callable[[SSHTransport, Errand], int]:
    """How it is run: at a terminal, or with its streams apart."""
    from provisioner.commands.streams import source, tell_signal
    from provisioner.errand import at_terminal, run

    if given.tty:
        return at_terminal
    out, err = _sinks(given, view)
    return lambda transport, errand: run(transport, errand, out, err, source(), tell_signal)


def _sinks(given: Given, view: View) -> tuple[Callable[[bytes], None], Callable[[bytes], None]]:
    """Where the program's words go: as they are, to those who ran it; to a program, as events."""
    import codecs
    import sys
    from functools import partial

    from provisioner.commands.streams import writer

    if not given.json:
        return writer(sys.stdout.buffer), writer(sys.stderr.buffer)
    from provisioner.model import Event, EventKind

    def tell(decoder: codecs.IncrementalDecoder, data: bytes) -> None:
        with view.progress(None) as on_event:
            on_event(Event(EventKind.OUTPUT, text=decoder.decode(data)))

    make = codecs.getincrementaldecoder("utf-8")
    return partial(tell, make("replace")), partial(tell, make("replace"))


def _wanted(given: Given) -> Wanted:
    from provisioner.errors import UsageError
    from provisioner.remote_path import RemotePath
    from provisioner.shipping.shipment import Wanted

    package = given.word or "."
    if package.startswith("-"):
        raise UsageError(
            f"{package} is no package", hint=f"name it before the program's arguments: ship . -- {package}"
        )
    try:
        to = RemotePath.parse(given.to) if given.to else None
    except ValueError as error:
        raise UsageError(f"--to: {error}") from None
    return Wanted(package, _stage(given.stage), to, given.to.endswith("/"))


def _stage(text: str) -> Stage | None:
    from provisioner.errors import UsageError
    from provisioner.suggest import did_you_mean

    match text:
        case "":
            return None
        case "laptop" | "phone":
            return text
        case _:
            raise UsageError(f"--stage is laptop or phone, not {text!r}", hint=did_you_mean(text, ("laptop", "phone")))


def _ports(text: str) -> tuple[int, int] | None:
    """This computer's port and the program's."""
    from provisioner.errors import UsageError

    if not text:
        return None
    here, _, there = text.rpartition(":")
    numbers = [int(word) if word.isascii() and word.isdigit() else -1 for word in (here or there, there)]
    if not (0 <= numbers[0] < 65536 and 0 < numbers[1] < 65536):
        raise UsageError(f"--forward takes a port, or two: 1111 or 8080:1111, not {text!r}")
    return numbers[0], numbers[1]
