"""A disk that is full: what cannot be written whole is not written at all, and what was there before stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.errors import UsageError
from provisioner.pairing import key

resource = pytest.importorskip("resource", reason="needs a POSIX system")

KEY = "from provisioner.pairing.key import have_own_key; have_own_key()"
PLAN = """
from pathlib import Path
from provisioner.model import Plan
from provisioner.plan_json import write_plan
write_plan(Plan(()), Path("plan.json"))
"""
REPORT = """
from pathlib import Path
from provisioner.model import Plan
from provisioner.report.page import write_page
write_page(Path("report.html"), Plan(()), (), None)
"""


def on_a_full_disk(words: list[str], folder: Path, environment: dict[str, str], room: int) -> str:
    """What the program says where no file may have more than ``room`` bytes."""
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2]), "HELLO_TERMUX_CONFIG_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert ended.returncode == 1
    return ended.stderr


@pytest.mark.parametrize(
    ("words", "room"),
    [
        (["-m", "provisioner", "init"], 100),
        (["-c", KEY], 0),
        (["-c", KEY], 200),
        (["-c", PLAN], 10),
        (["-c", REPORT], 500),
    ],
    ids=["playbook.yml", "public key", "private key", "plan", "report"],
)
def test_nothing_of_it_is_left(words: list[str], room: int, tmp_path: Path, environment: dict[str, str]) -> None:
    said = on_a_full_disk(words, tmp_path, environment, room)
    assert "File too large" in said
    assert {path.name for path in tmp_path.iterdir()} <= {"id_ed25519.pub"}, "half a file was left"


def test_what_was_there_stays(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "playbook.yml").write_text("- golang: {}\n")
    said = on_a_full_disk(["-m", "provisioner", "init", "--force"], tmp_path, environment, 100)
    assert "playbook.yml cannot be written: File too large" in said
    assert [path.name for path in tmp_path.iterdir()] == ["playbook.yml"]
    assert (tmp_path / "playbook.yml").read_text() == "- golang: {}\n"


def test_a_key_that_was_made_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that pair at once: a phone may already have been given the first one's."""
    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(tmp_path))
    first = key.have_own_key()
    monkeypatch.setattr(key, "find_own_key", lambda: None)
    with pytest.raises(UsageError, match="File exists"):
        key.have_own_key()
    monkeypatch.undo()
    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(tmp_path))
    assert key.have_own_key() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["id_ed25519", "id_ed25519.pub"]
