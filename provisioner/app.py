"""The use cases that the commands call: open a session with a phone; check and show without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.errors import Mistake, PlaybookError, UsageError

if TYPE_CHECKING:
    from provisioner.facts.records import RunRecord
    from provisioner.model import JSON, Plan
    from provisioner.options import Ask, Options
    from provisioner.playbook.entries import Playbook
    from provisioner.resources.base import Declared
    from provisioner.session import Session
    from provisioner.undo import Undo


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

    reach = connecting.reach(options, _folder_of(playbook), ask)
    try:
        # Only now, as packets travel: these take longer to load than the phone to answer.
        from provisioner.connecting.link import Link
        from provisioner.sealing import sealed_errors
        from provisioner.session import Session, questions_of

        loaded, declared = _wanted(playbook, options, reach.vars, reach.public_key)
        # A guard of a command may hold a secret: then the phone keeps no questions.
        keeps, remembers = not loaded.secrets, options.remembers
        link = Link.open(reach, ask, questions_of(declared), options.patience, keeps=keeps, remembers=remembers)
    except BaseException:
        reach.abandon()
        raise
    with sealed_errors(loaded.secrets), closing(link):
        yield Session(reach.name, link, loaded, declared, options=options, public_key=reach.public_key)


def _folder_of(playbook: str | None) -> Path:
    """Where the playbook is. Raises PlaybookError; UsageError if a phone stands where a playbook is expected."""
    from provisioner.playbook.file import resolve

    try:
        return resolve(playbook).parent
    except PlaybookError as error:
        if playbook and _is_phone(playbook):
            hint = f"write -H {playbook}; without a playbook's name it is playbook.yml, or go-dev"
            raise UsageError(f"{playbook} is a phone, and a playbook is expected here", hint=hint) from error
        raise


def _is_phone(text: str) -> bool:
    import ipaddress

    from provisioner import inventory
    from provisioner.transport.target import Address

    try:
        ipaddress.ip_address(Address.parse(text).host)
    except ValueError:
        return text in inventory.load().entries
    return True


def require_sound(playbook: str | None, options: Options) -> None:
    """Raise what ``open_session`` would raise before it asks the phone anything: PlaybookError, UsageError."""
    _wanted(playbook, options)


def _wanted(
    playbook: str | None, options: Options, host_vars: Mapping[str, JSON] | None = None, public_key: str = ""
) -> tuple[Playbook, tuple[Declared, ...]]:
    """The playbook, and what is wanted of it."""
    from provisioner.declare import declare
    from provisioner.playbook.entries import load
    from provisioner.playbook.variables import parse_set

    loaded = load(playbook, host_vars=host_vars, set_vars=parse_set(options.sets))
    declared = declare(loaded, public_key)
    _require_used(loaded)
    return loaded, _selected(declared, options)


def _require_used(playbook: Playbook, shown: str = "") -> None:
    if playbook.only_set:
        from provisioner.playbook.set_names import require_used

        require_used(playbook, shown)


def _selected(declared: tuple[Declared, ...], options: Options) -> tuple[Declared, ...]:
    from provisioner.planner import select
    from provisioner.suggest import did_you_mean

    try:
        return select(declared, options.only, options.skip)
    except KeyError as error:
        word, known = error.args[0], sorted({item.task for item in declared})
        otherwise = f"it has: {', '.join(known)}; or write an address that a plan shows, as file:~/.vimrc"
        meant = [str(item.id) for item in declared if _last(word) == _last(item.id.name.partition("#")[0])]
        hint = did_you_mean(word, [*known, *(str(item.id) for item in declared)], otherwise)
        hint = f'did you mean "{meant[0]}"?' if meant and word not in known else hint
        raise UsageError(f"nothing in the playbook is called {word}", hint=hint) from error


def _last(path: str) -> str:
    """What a package, a file or a folder is called by people, wherever it is."""
    return path.rstrip("/").rpartition("/")[2]


@contextmanager
def open_undo(run: str, options: Options, ask: Ask) -> Iterator[Session]:
    """Reach the phone, read what its runs have noted, and be ready to take back ``run``.

    ``run``: a name or the beginning of one; empty: the newest that changed anything. Raises
    ProvisionerError if there is no such run, UsageError, ConnectError, HostKeyError.
    """
    from provisioner import connecting
    from provisioner.connecting.link import Link
    from provisioner.facts.records import RecordsFact
    from provisioner.playbook.entries import Playbook
    from provisioner.session import Session

    reach = connecting.reach(options, Path.cwd(), ask)
    try:
        link = Link.open(reach, ask, [RecordsFact()], options.patience)
    except BaseException:
        reach.abandon()
        raise
    with closing(link):
        records = link.conversation.ask([RecordsFact()])[RecordsFact()]
        meant = _meant(records, run)
        taken = _taken_back(records, meant, options, reach.public_key)
        notes = (f"This takes back the run {meant.id} ({meant.title}).", *taken.notes)
        nothing = Playbook.none(f"undo of {meant.id}")
        yield Session(reach.name, link, nothing, taken.declared, options=options, notes=notes, sealed=taken.sealed)


def _meant(records: Sequence[RunRecord], name: str) -> RunRecord:
    from provisioner.errors import ProvisionerError

    fitting = [each for each in records if each.id.startswith(name) and (name or each.changed_anything)]
    if fitting:
        return fitting[-1]
    if not name:
        raise ProvisionerError("No run that the phone remembers has changed anything: there is nothing to undo.")
    raise ProvisionerError(f"There is no run {name}.", hint="hello-termux log --list shows those that there are")


def _taken_back(records: Sequence[RunRecord], run: RunRecord, options: Options, public_key: str) -> Undo:
    from provisioner.undo import undo

    words = public_key.split()
    try:
        key = words[1] if len(words) > 1 else ""
        return undo(records, run, options.only, key, packages=options.packages)
    except KeyError as error:
        known = ", ".join(str(change.id) for change in run.changes)
        raise UsageError(f"the run {run.id} changed nothing called {error.args[0]}", hint=f"it has: {known}") from error


def lint(paths: Sequence[str], sets: Sequence[str] = ()) -> list[Mistake]:
    """All mistakes of all playbooks (none named: the one that ``plan`` would take), templates included.

    Raises UsageError for one of the ``sets`` of which a playbook without mistakes can make no use.
    """
    from provisioner.declare import declare
    from provisioner.playbook.entries import load
    from provisioner.playbook.variables import parse_set

    variables = parse_set(sets)
    mistakes: list[Mistake] = []
    for path in paths or (None,):
        try:
            loaded = load(path, set_vars=variables)
            declare(loaded)
            _require_used(loaded)
        except PlaybookError as error:
            mistakes += error.mistakes
    return mistakes


def show(template: str | None, *, playbook: str | None = None, sets: Sequence[str] = ()) -> str:
    """A template as the phone would get it by ``playbook``; without a name, the names there are."""
    from provisioner.declare import rendered
    from provisioner.playbook.entries import load
    from provisioner.playbook.variables import parse_set
    from provisioner.sealing import forms, masked

    loaded = load(playbook, set_vars=parse_set(sets))
    if template is None:
        return "".join(f"{name}\n" for name in loaded.templates.names())
    text = rendered(loaded, template).text
    _require_used(loaded, template)
    return masked(text, forms(loaded.secrets))
