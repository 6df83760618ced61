"""A rendered text is kept, and taken only while everything it was made from is as it was."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

from provisioner import kept, places, templates
from provisioner.kept import Entry, KeptTexts
from provisioner.lean_dataclass import replace
from provisioner.model import Source
from provisioner.templates import Templates


class Marked(KeptTexts):
    """Keeps another text than it is told, so that it shows whether a text was kept or rendered."""

    def keep(self, key: str, entry: Entry) -> None:
        super().keep(key, replace(entry, text="kept"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.j2").write_text(text)


def render(folder: Path, name: str = "it", **values: object) -> str:
    found = Templates([folder / "first", folder / "second"], Marked(folder / "kept"))
    return found.render(name, values, Source("play.yml")).text


def test_a_text_is_kept_until_its_template_changes(folder: Path) -> None:
    write(folder / "second", "it", "a {{ x }}")
    assert [render(folder, x=1), render(folder, x=1)] == ["a 1", "kept"]
    write(folder / "second", "it", "b {{ x }}")
    assert [render(folder, x=1), render(folder, x=1)] == ["b 1", "kept"]


@pytest.mark.parametrize("how", ["include 'part'", "extends 'part'", "import 'part' as part"])
def test_until_a_template_in_it_changes(folder: Path, how: str) -> None:
    write(folder / "second", "it", "{% " + how + " %}{{ part }}")
    write(folder / "second", "part", "{# a #}one")
    first = render(folder, part="")
    assert render(folder, part="") == "kept"
    write(folder / "second", "part", "{# b #}two")
    assert render(folder, part="") == first.replace("one", "two") != "kept"


def test_of_two_texts_with_the_same_part_both_notice(folder: Path) -> None:
    found = Templates([folder / "second"], Marked(folder / "kept"))
    write(folder / "second", "part", "one")
    for name in ("a", "b"):
        write(folder / "second", name, "{% include 'part' %}")
        found.render(name, {}, Source("play.yml"))
    write(folder / "second", "part", "two")
    assert [render(folder, "a"), render(folder, "b")] == ["two", "two"]


@pytest.mark.parametrize("part", ["it", "maybe"])
def test_until_another_file_has_its_name(folder: Path, part: str) -> None:
    write(folder / "second", "it", "old {% include 'maybe' ignore missing %}")
    assert [render(folder), render(folder)] == ["old ", "kept"]
    write(folder / "first", part, "new")
    assert "new" in render(folder)


VALUES: list[tuple[object, object]] = [
    (1, 2),
    (1, "1"),
    (1, True),
    (1, 1.0),
    ((1,), [1]),
    (None, ""),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    (["a, b"], ["a", "b"]),
]


@pytest.mark.parametrize(("one", "other"), VALUES, ids=str)
def test_another_value_is_another_text(folder: Path, one: object, other: object) -> None:
    write(folder / "second", "it", "{{ x }}")
    assert render(folder, x=one) != "kept"
    assert render(folder, x=one) == "kept"
    assert render(folder, x=other) != "kept"


def test_a_value_that_does_not_show_all_of_itself_keeps_nothing(folder: Path) -> None:
    class Shy:
        def __repr__(self) -> str:
            return "(secret)"

    write(folder / "second", "it", "{{ x }}")
    assert [render(folder, x=[Shy()]) for _ in range(2)] == ["[(secret)]"] * 2


@pytest.mark.parametrize("what", ["{{ [1, 2] | random }}", "{% include 'dice' %}"])
def test_chance_is_not_kept(folder: Path, what: str) -> None:
    write(folder / "second", "dice", "{{ lipsum(n=1) }}")
    write(folder / "second", "it", what)
    render(folder)
    assert render(folder) != "kept"


@pytest.mark.parametrize("moved", ["ours", "jinja2", "python"])
def test_another_version_renders_anew(folder: Path, monkeypatch: pytest.MonkeyPatch, moved: str) -> None:
    write(folder / "second", "it", "{{ x }}")
    site = folder / "site"
    (site / "jinja2").mkdir(parents=True)
    (site / "jinja2" / "__init__.py").touch()
    (site / "Jinja2-3.1.4.dist-info").mkdir()

    class Spec:
        origin = str(site / "jinja2" / "__init__.py")

    monkeypatch.setattr("importlib.util.find_spec", lambda name: Spec)
    templates._maker.cache_clear()
    assert [render(folder, x=1), render(folder, x=1)] == ["1", "kept"]
    if moved == "ours":
        monkeypatch.setattr(templates, "__version__", "99")
    elif moved == "python":
        monkeypatch.setattr(sys, "version", "9.9")
    else:
        (site / "Jinja2-3.1.4.dist-info").rename(site / "jinja2-3.1.5.dist-info")
    templates._maker.cache_clear()
    assert render(folder, x=1) == "1"
    monkeypatch.undo()
    templates._maker.cache_clear()


def test_a_plan_is_made_from_the_same_whether_kept_or_rendered(folder: Path) -> None:
    write(folder / "second", "part", "{{ x }}")
    write(folder / "second", "it", "{% include 'part' %}{% include 'none' ignore missing %}")
    digests = []
    for _ in range(2):
        found = Templates([folder / "second"], KeptTexts(folder / "kept"))
        found.render("it", {"x": 1}, Source("play.yml"))
        digests.append(found.digests)
    assert digests[0] == digests[1]
    assert set(digests[0]) == {"it", "part"}


@pytest.mark.parametrize("damage", [b"", b"\0", b"x\n{}\nkept", None])
def test_a_damaged_entry_is_none(folder: Path, damage: bytes | None) -> None:
    write(folder / "second", "it", "{{ x }}")
    render(folder, x=1)
    (entry,) = (folder / "kept").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1] if damage is None else damage)
    assert [render(folder, x=1), render(folder, x=1)] == ["1", "kept"]


def test_a_folder_that_cannot_be_is_no_error(folder: Path) -> None:
    write(folder / "second", "it", "{{ x }}")
    (folder / "kept").write_text("a file")
    assert [render(folder, x=1), render(folder, x=1)] == ["1", "1"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_entries_are_for_their_owner(folder: Path) -> None:
    KeptTexts(folder / "kept").keep("key", Entry("text \ud800", {}))
    assert KeptTexts(folder / "kept").get("key") == Entry("text \ud800", {})
    assert [path.stat().st_mode & 0o777 for path in (folder / "kept", folder / "kept" / "key")] == [0o700, 0o600]


@pytest.mark.parametrize("name", ["a\nb", "a\0b", ""])
def test_whatever_a_template_is_called_its_entry_is_whole_or_not_there(folder: Path, name: str) -> None:
    entry = Entry("text\nmore", {"it": "1", name: "", "other": "2"})
    KeptTexts(folder / "kept").keep("key", entry)
    assert KeptTexts(folder / "kept").get("key") == (None if name else entry)


def test_there_are_never_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_FILES", 8)
    for run in range(4):
        texts = KeptTexts(folder / "kept")
        for number in range(20):
            texts.keep(f"{run}-{number}", Entry("text", {}))
        assert texts.get(f"{run}-0") is not None
        assert len(list((folder / "kept").iterdir())) <= 12
    texts.keep("long", Entry("x" * kept.MAX_ENTRY, {}))
    assert texts.get("long") is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs is asked anyway")
@pytest.mark.parametrize("given", [None, "/xdg", "", "relative"])
def test_the_folders_are_those_of_platformdirs(monkeypatch: pytest.MonkeyPatch, given: str | None) -> None:
    for name in (places.CACHE, places.CONFIG, "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    if given is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", given)
        monkeypatch.setenv("XDG_CONFIG_HOME", given)
    assert places.cache_folder() == platformdirs.user_cache_path("hello-termux")
    assert places.config_folder() == platformdirs.user_config_path("hello-termux")
