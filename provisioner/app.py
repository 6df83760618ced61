"""The use cases that the commands call: open a session with a phone; check and show without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.errors import Mistake, PlaybookError, UsageError

if TYPE_CHECKING:
    from provisioner.model import Plan
    from provisioner.options import Ask, Options
    from provisioner.resources.base import Declared
    from provisioner.session import Session


def load_saved(path: Path) -> Plan:
    """A plan that ``Session.save`` wrote. Raises ProvisionerError if it is none."""
    from provisioner.plan_json import read_plan

    return read_plan(path)


@contextmanager
def open_session(playbook: str | None, options: Options, ask: Ask) -> Iterator[Session]:
    """Read the playbook, reach the phone, and be ready to talk.

    Raises PlaybookError before the phone is asked anything, ConnectError, HostKeyError.
    """
    from provisioner import connecting
    from provisioner.playbook_file import resolve

    reach = connecting.reach(options, resolve(playbook).parent, ask)
    try:
        # Only now, as packets travel: these take longer to load than the phone to answer.
        from provisioner.declare import declare
        from provisioner.link import Link
        from provisioner.playbook import load
        from provisioner.session import Session, questions_of
        from provisioner.variables import parse_set

        loaded = load(playbook, host_vars=reach.vars, set_vars=parse_set(options.sets))
        declared = _selected(declare(loaded, reach.public_key), options)
        link = Link.open(reach, ask, questions_of(declared), options.patience)
    except BaseException:
        reach.abandon()
        raise
    with closing(link):
        yield Session(reach.name, link, loaded, declared, options=options, public_key=reach.public_key)


def _selected(declared: tuple[Declared, ...], options: Options) -> tuple[Declared, ...]:
    from provisioner.planner import select

    try:
        return select(declared, options.only, options.skip)
    except KeyError as error:
        known = sorted({item.task for item in declared})
        hint = f"it has: {', '.join(known)}; or write an address that a plan shows, as file:~/.vimrc"
        raise UsageError(f"nothing in the playbook is called {error.args[0]}", hint=hint) from error


def lint(paths: Sequence[str]) -> list[Mistake]:
    """All mistakes of all playbooks (none named: the one that ``plan`` would take), templates included."""
    from provisioner.declare import declare
    from provisioner.playbook import load

    mistakes: list[Mistake] = []
    for path in paths or (None,):
        try:
            declare(load(path))
        except PlaybookError as error:
            mistakes += error.mistakes
    return mistakes


def show(template: str | None, *, playbook: str | None = None, sets: Sequence[str] = ()) -> str:
    """A template as the phone would get it by ``playbook``; without a name, the names there are."""
    from provisioner.declare import rendered
    from provisioner.playbook import load
    from provisioner.variables import parse_set

    loaded = load(playbook, set_vars=parse_set(sets))
    if template is None:
        return "".join(f"{name}\n" for name in loaded.templates.names())
    return rendered(loaded, template).text
