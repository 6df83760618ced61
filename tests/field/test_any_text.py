"""Whatever a person writes in a playbook is on the phone to the byte: through every layer, by ssh, under a login shell
that would expand it."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone

EVIL = "'\"\\$`!*?[]{}()<>|&;#~=%^\n\r\t -"
# Not those that YAML breaks a line at, or does not know.
steady = st.characters(exclude_characters="\0\ufeff", exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"))
characters = st.one_of(st.sampled_from(EVIL), steady)
TEMPLATE = ("{{", "{%", "{#")
"""What Jinja2 reads: a template, not a text."""


def plain(text: str) -> bool:
    return not any(mark in text for mark in TEMPLATE)


contents = st.text(characters, max_size=60).filter(plain)
names = st.text(characters.filter(lambda c: c not in "/\n\r\t"), min_size=1, max_size=30).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200 and plain(name)
)


@pytest.fixture(scope="module")
def zsh_phone(phone: Phone) -> Phone:
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [zsh]\n- login_shell: zsh\n"), "--yes")
    return phone


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each example is a run on the phone
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(names, contents, min_size=1, max_size=6), st.lists(contents, min_size=1, max_size=3))
@example({"-n": "$(touch ~/owned)", "$(touch owned)": "`touch ~/owned`", "*": "EOF\n"}, ["'; touch ~/owned; '"])
@example({"a\\": "\\", "'": "'", '"': '"', "~": "~", " ": " ", "!!": "!!\n"}, ["{ x }", "\n\n"])
def test_names_contents_and_words_arrive_to_the_byte(
    standin: StandInPhone, zsh_phone: Phone, files: dict[str, str], words: list[str]
) -> None:
    folder = standin.home / "any"
    zsh_phone.ssh("rm -rf ~/any ~/.any")
    entries: list[object] = [{"file": {"path": f"~/any/{name}", "content": text}} for name, text in files.items()]
    entries.append({"block": {"path": "~/.any", "label": "x", "content": "\n".join(words) + "\nend"}})
    playbook = zsh_phone.write(json.dumps(entries, ensure_ascii=False), "any.yml")
    with zsh_phone.session(playbook) as session:
        result = session.apply(session.plan(), lambda event: None)
        assert result.converged, [outcome.message for outcome in result.outcomes if outcome.message]
        assert not session.plan().pending
    assert {path.name: path.read_bytes().decode() for path in folder.iterdir()} == files
    block = (standin.home / ".any").read_bytes().decode()
    assert ("\n".join(words) + "\nend").replace("\r\n", "\n") in block.replace("\r\n", "\n")
    assert not (standin.home / "owned").exists()
