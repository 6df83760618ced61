"""Source lists: which line is the main repository's, and that all others survive its change."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner import apt_lists

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
        st.characters(exclude_characters="\n", exclude_categories=("Cs",)),
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
