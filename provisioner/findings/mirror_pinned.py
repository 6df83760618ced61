"""Three files decide where packages come from; ``pkg`` overwrites one of them."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import ContentFact, PathFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.formats import apt_lists, web_address
from provisioner.resources.apt_source import CHOSEN, DEB822, LIST, AptSource
from provisioner.tasks.mirror import KNOWN

SHIPPED = ("packages.termux.dev", "packages-cf.termux.dev")


def addresses(seen: Seen) -> list[str]:
    """Every main repository that apt is told of, each once."""
    found = [url for _, url in apt_lists.main_lines(_text(seen, LIST))]
    found += [url for path in DEB822 for url in apt_lists.uris(_text(seen, path))]
    return list(dict.fromkeys(url.rstrip("/") for url in found))


def _text(seen: Seen, path: object) -> str:
    return (seen[ContentFact(path)] or b"").decode("utf-8", "replace")  # type: ignore[arg-type]


@finding(
    "mirror_pinned",
    Grade.WARNING,
    cause="pkg picks a mirror of its own after six hours and overwrites sources.list, unless chosen_mirrors names one",
    repair="hello-termux apply with `mirror: tuna`; or termux-change-repo on the phone",
    source="termux.md §2.2; termux-packages#11031, #5632, #7889",
    asks=[ContentFact(LIST), *map(ContentFact, DEB822), PathFact(CHOSEN)],
    mends=True,
)
def mirror_pinned(seen: Seen) -> Iterator[Trouble]:
    """apt and pkg mean the same mirror, and pkg will leave it so."""
    if seen.host.origin == "play" or seen.host.package_manager != "apt":
        return
    urls = addresses(seen)
    hosts = list(dict.fromkeys(web_address.split(url).host or url for url in urls))
    place = next((each for each in KNOWN.values() if urls and apt_lists.same(each.main, urls[0])), None)
    fixes = (AptSource(place.main, chosen=place.file),) if place else ()
    if not urls:
        yield Trouble("apt is told of no main repository at all", grade=Grade.ERROR)
    elif len(hosts) > 1:
        yield Trouble(f"apt is told of two main repositories: {' and '.join(hosts)}", said=" ".join(urls), fixes=fixes)
    elif not _pinned(seen, hosts[0]):
        chosen = seen[PathFact(CHOSEN)]
        leads = f"leads to {chosen.target.rpartition('/')[2]}" if chosen and chosen.target else "is not there"
        grade = Grade.NOTE if hosts[0] in SHIPPED else Grade.WARNING
        yield Trouble(f"packages come from {hosts[0]}, but chosen_mirrors {leads}: pkg will change it", "", grade,
                      fixes=fixes if hosts[0] not in SHIPPED else ())  # fmt: skip


def _pinned(seen: Seen, host: str) -> bool:
    chosen = seen[PathFact(CHOSEN)]
    if chosen is None or not chosen.resolved:
        return False
    name = chosen.target.rstrip("/").rpartition("/")[2]
    shipped = name == "default" and host in SHIPPED
    return shipped or name in (host, "hello-termux") or chosen.resolved == "directory"
