"""Every line of shell that leaves this repository is clean: the scripts that lie in it, and those that it writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner import app
from provisioner.declare import declare
from provisioner.facts.host import HostFact
from provisioner.model import Plan
from provisioner.planner import Work, arrange, first_questions
from provisioner.playbook.entries import load
from provisioner.probe import compile_probe
from provisioner.rehearsal import Options, StandInPhone
from provisioner.shell import Device, device_script
from provisioner.stream import compile_run
from tests.resources.test_resources import CASES, case_id, declared_by
from tests.support.ready_phone import ReadyPhone
from tests.support.temp_phone import TempPhone

pytestmark = pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")

TOP = Path(__file__).parents[2]
PLAYBOOKS = sorted(path.stem for path in (TOP / "playbooks").glob("*.yml"))
PLACES = ("provisioner", "tests", ".ci")

# What the scripts that we write do on purpose; each byte of them travels.
MEANT = (
    "SC1007",  # r= h=: several names made empty
    "SC2005",  # echo $(...): joins lines
    "SC2016",  # what a person wrote is quoted, whatever it looks like
    "SC2046",  # as SC2005
    "SC2116",  # as SC2005
    "SC2069",  # 2>&1 >/dev/null: standard error is the answer
    "SC2164",  # cd "$HOME": the preamble has been there
    "SC2034",  # W: not every probe has a fact that watches files of its own (facts/memo.py)
    "SC2317",  # functions that the runner calls by their names
)


def test_the_scripts_in_the_repository() -> None:
    files = [path for place in PLACES for path in sorted((TOP / place).rglob("*")) if path.is_file()]
    scripts = [path for path in files if is_shell(path)]
    fragments = [path for path in files if path.suffix == ".sh" and path.parent.name == "device"]
    assert len(scripts) > 15 and len(fragments) > 3
    check(*scripts)
    check("-s", "sh", *fragments)


def is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(100)
    return first.startswith(b"#!") and first.split(b"/")[-1].strip() in (b"sh", b"bash", b"dash")


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_probe(playbook: str, tmp_path: Path) -> None:
    declared = declare(load(playbook), "ssh-ed25519 AAAA somebody")
    probe = compile_probe([HostFact(), *first_questions(declared)])
    generated(tmp_path / "probe.sh", Device().preamble() + 's() { echo "$1"; }\n' + probe)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_run(playbook: str, fresh: ReadyPhone, tmp_path: Path) -> None:
    """All that a phone in its first minute needs."""
    with fresh.session(playbook) as session:
        plan = session.plan()
        assert session._facts is not None
        work = arrange(plan, session._declared, session._facts)
    generated(tmp_path / "run.sh", compile_run(work, Device(), "a-run", "a-marker"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadyPhone]:
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    folder = tmp_path_factory.mktemp("fresh")
    with StandInPhone.start(folder / "phone", options=Options(storage="grant")) as phone:
        yield ReadyPhone(phone, folder)


@pytest.mark.parametrize("path", CASES, ids=case_id)
def test_the_steps_of_a_case(path: Path, tmp_path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    phone = TempPhone(tmp_path / "phone")
    phone.put(case.get("before", {}))
    declared = declared_by(case, tmp_path)
    changes = phone.plan(declared)
    generated(tmp_path / "probe.sh", phone.device.preamble() + compile_probe(first_questions(declared)))
    work = arrange(Plan(changes), declared, phone.facts)
    generated(tmp_path / "steps.sh", phone.device.preamble() + "".join(steps(work)))


def steps(work: tuple[Work, ...]) -> list[str]:
    return [
        f"s{n}() {{\n{step.script or ':'}\n}}\n" for n, step in enumerate(step for item in work for step in item.steps)
    ]


@pytest.mark.parametrize(
    ("shell", "command"),
    [("bash", ["shellcheck", "-s", "bash", "-e", "SC2207"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])],
)
def test_the_completion(shell: str, command: list[str], tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    printed = subprocess.run(
        [sys.executable, "-m", "provisioner", "completion", shell], capture_output=True, text=True, check=True
    )
    script = tmp_path / "completion"
    script.write_text(printed.stdout)
    subprocess.run([*command, script], check=True)


EVERYTHING = "- openssh: {autostart: both}\n- shell: {login: zsh}\n- mirror: tuna\n- keyboard: {}\n- vim: {}\n"


@pytest.mark.parametrize("template", app.show(None, playbook="go-dev").split())
def test_the_template(template: str, tmp_path: Path) -> None:
    playbook = tmp_path / "everything.yml"
    playbook.write_text(EVERYTHING)
    rendered = tmp_path / "rendered"
    rendered.write_text(app.show(template, playbook=str(playbook)))
    if is_shell(rendered):
        check(rendered)
    elif template.startswith("zshrc") and shutil.which("zsh"):
        subprocess.run(["zsh", "-n", rendered], check=True)


def generated(path: Path, text: str) -> None:
    for script in (TOP / "provisioner/device").glob("*.sh"):  # comments do not travel, but say what is meant
        text = text.replace(device_script(script.name), script.read_text())
    path.write_text(text, "utf-8", "surrogateescape")
    check("-s", "sh", path, "-e", ",".join(MEANT))


def check(*words: Path | str) -> None:
    done = subprocess.run(["shellcheck", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
