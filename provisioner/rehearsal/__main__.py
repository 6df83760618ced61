"""``python -m provisioner.rehearsal start|stop|status|ssh``: a stand-in phone for looking into."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path

from provisioner.rehearsal.host import RehearsalError
from provisioner.rehearsal.phone import StandInPhone, ssh_to
from provisioner.rehearsal.userland import Options


def main() -> int:
    """Does one verb, says what came of it."""
    parser = argparse.ArgumentParser(prog="python -m provisioner.rehearsal", description=__doc__)
    parser.add_argument("verb", choices=["start", "stop", "status", "ssh"])
    parser.add_argument("command", nargs="*", help="with ssh: what to run")
    parser.add_argument("--port", type=int, default=8022)
    parser.add_argument("--folder", type=Path, default=StandInPhone.default_folder())
    parser.add_argument("--keep", action="store_true", help="with start: return, and leave it running")
    parser.add_argument("--storage", choices=["deny", "grant"], default="deny")
    parser.add_argument("--variant", choices=["apt", "play", "pacman"], default="apt")
    asked = parser.parse_intermixed_args()
    try:
        return _do(asked)
    except RehearsalError as error:
        print(f"rehearsal: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _do(asked: argparse.Namespace) -> int:
    if asked.verb == "start":
        options = Options(storage=asked.storage, variant=asked.variant)
        phone = StandInPhone.start(asked.folder, port=asked.port, options=options, keep=asked.keep)
        print(" ".join(phone.ssh), flush=True)  # noqa: T201
        while not asked.keep and StandInPhone.running(asked.folder):
            time.sleep(1)
        return 0
    found = StandInPhone.running(asked.folder)
    if found is None:
        print(f"no stand-in phone runs in {asked.folder}", file=sys.stderr)  # noqa: T201
        return 0 if asked.verb == "stop" else 1
    if asked.verb == "ssh":
        return ssh_to(found, *asked.command)
    if asked.verb == "stop":
        found.stop()
    else:
        print(" ".join(found.ssh))  # noqa: T201
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
