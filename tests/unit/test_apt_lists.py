"""Source lists: which line is the main repository's, and that all others survive its change."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.formats import apt_lists

TUNA = "https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main"
WANTED = f"deb {TUNA} stable main\n"
line = st.one_of(
    st.sampled_from(
        [
            "deb https://packages-cf.termux.dev/apt/termux-main/ stable main",
            "deb [arch=all,aarch64] http://mirrors.tuna.tsinghua.edu.cn/termux stable main",
            "deb https://dl.bintray.com/termux/termux-packages-24 stable main",
            "deb https://tur.example/apt tur-packages tur tur-on-device",
            "deb-src https://x.example stable main",
            "# a comment",
            "",
            "  ",
            "你好",
        ]
    ),
    st.text(
        st.characters(exclude_characters="\n", exclude_categories=["Cs"]),
        max_size=30,
    ),
)


@settings(max_examples=200)
@given(st.lists(line, max_size=8))
def test_one_main_line_after_and_the_others_untouched(lines: list[str]) -> None:
    text = "".join(each + "\n" for each in lines)
    main = {number for number, _ in apt_lists.main_lines(text)}
    others = [each for number, each in enumerate(lines) if number not in main]
    changed = apt_lists.set_main(text, WANTED)
    assert [url for _, url in apt_lists.main_lines(changed) if apt_lists.is_main(url)] == [TUNA]
    assert changed.replace(WANTED, "", 1) == "".join(each + "\n" for each in others)
    assert apt_lists.set_main(changed, WANTED) == changed


@given(st.lists(line, max_size=8), st.lists(st.sampled_from(["https://a/termux-main", "https://b/termux-main"])))
def test_changed_to_and_fro_the_list_does_not_grow(lines: list[str], mirrors: list[str]) -> None:
    wanted = "# ours\ndeb {} stable main\n"
    text = once = apt_lists.set_main("".join(each + "\n" for each in lines), wanted.format(TUNA))
    for mirror in mirrors:
        text = apt_lists.set_main(text, wanted.format(mirror))
    assert apt_lists.set_main(text, wanted.format(TUNA)) == once


def test_a_list_with_one_unknown_stable_line_means_that_one() -> None:
    assert apt_lists.main_lines("deb http://10.0.0.1/mirror stable main\n") == [(0, "http://10.0.0.1/mirror")]


def test_a_disabled_deb822_source_names_nothing() -> None:
    assert apt_lists.uris("Types: deb\nURIs: https://a/termux-main\nEnabled: no\n") == []


def test_a_deb822_source_keeps_all_but_its_address() -> None:
    text = "# mine\nTypes: deb\nURIs: https://a https://b\nSuites: stable\nSigned-By: /k.gpg\n"
    assert (
        apt_lists.set_uris(text, "https://c")
        == "# mine\nTypes: deb\nURIs: https://c\nSuites: stable\nSigned-By: /k.gpg\n"
    )


field = st.one_of(
    st.sampled_from(
        [
            "Types: deb",
            "Suites: stable",
            "Signed-By: /k.gpg",
            "# mine",
            " continued",
            "Enabled: yes",
            "",
            "X-URIs: https://x",
        ]
    ),
    st.sampled_from(["URIs: https://a/termux-main", "uris:https://b https://c", "URIs :  https://d/"]),
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20),
)


@settings(max_examples=200)
@given(st.lists(field, max_size=9), st.booleans())
def test_a_deb822_source_names_one_address_after_and_its_other_lines_are_untouched(
    fields: list[str], last_newline: bool
) -> None:
    text = "\n".join(fields) + ("\n" if last_newline else "")
    changed = apt_lists.set_uris(text, TUNA)
    assert apt_lists.set_uris(changed, TUNA) == changed
    before, after = text.split("\n"), changed.split("\n")
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if apt_lists.uris(old) or old != new:
            assert apt_lists.uris(new) == [TUNA]
        else:
            assert old == new
    assert bool(apt_lists.uris(changed)) >= bool(apt_lists.uris(text))
    assert set(apt_lists.uris(changed)) <= {TUNA}


@given(st.lists(field, max_size=9))
def test_a_deb822_source_that_is_switched_off_names_nothing_and_keeps_every_line(fields: list[str]) -> None:
    text = "".join(f"{each}\n" for each in fields)
    off = "Enabled: no\n" + text
    assert apt_lists.uris(off) == []
    assert off.removeprefix("Enabled: no\n") == text


@settings(max_examples=100)
@given(st.lists(line, max_size=8), st.sampled_from(["https://u/x11", "http://v/root/"]))
def test_a_side_list_keeps_everything_but_the_addresses_in_force(lines: list[str], url: str) -> None:
    text = "\n".join(lines)
    changed = apt_lists.set_only(text, url)
    assert {found for _, found, _ in apt_lists.lines(changed)} <= {url}
    in_force = {number for number, _, _ in apt_lists.lines(text)}
    pairs = enumerate(zip(text.split("\n"), changed.split("\n"), strict=True))
    assert all(old == new for number, (old, new) in pairs if number not in in_force)
