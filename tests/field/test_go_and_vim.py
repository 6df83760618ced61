"""Go and Vim on phones where something stands in the way: real ones, on the stand-in phone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone
from tests.field.conftest import flat
from tests.support.module_proxy import MODULE, VERSION, module_proxy
from tests.support.program import Phone

SH = "#!/data/data/com.termux/files/usr/bin/sh\n"
GO = "- mirror: tuna\n- golang: {profile: china, tools: []}\n"
PROXY = "https://goproxy.cn"
USES = f'package main\n\nimport "{MODULE}"\n\nfunc main() {{ println(greet.Words) }}\n'


@pytest.fixture(scope="module")
def go_phone(phone: Phone) -> Phone:
    phone.run("apply", phone.write(GO), "--yes")
    return phone


def findings(phone: Phone) -> dict[str, dict[str, object]]:
    """All that doctor says; what it warns of are no errors here."""
    return {each["name"]: each for each in json.loads(phone.run("doctor", "--json"))["findings"]}


def go(phone: Phone, words: str, *, files: dict[str, str]) -> str:
    """What go says in a folder with just these files, after its exit status."""
    made = "".join(f"cat >{name} <<'EOF'\n{text}EOF\n" for name, text in files.items())
    return phone.ssh(f"rm -rf ~/src/t; mkdir -p ~/src/t; cd ~/src/t\n{made}( {words} ) 2>&1; echo rc=$?\n")


MAIN = "package main\n\nfunc main() {}\n"


def test_a_go_mod_that_wants_a_newer_go_is_told_both_versions_and_nothing_is_fetched(
    standin: StandInPhone, go_phone: Phone
) -> None:
    asked = standin.access_log()
    said = go(go_phone, "go build", files={"go.mod": "module x\n\ngo 1.99\n", "main.go": MAIN})
    version = go_phone.ssh("go env GOVERSION").strip().removeprefix("go")
    assert f"go.mod requires go >= 1.99 (running go {version}; GOTOOLCHAIN=local)" in said
    assert "rc=1" in said and standin.access_log() == asked


def test_a_toolchain_line_alone_is_no_hindrance(standin: StandInPhone, go_phone: Phone) -> None:
    asked = standin.access_log()
    text = "module x\n\ngo 1.20\n\ntoolchain go1.99.1\n"
    assert "rc=0" in go(go_phone, "go build", files={"go.mod": text, "main.go": MAIN})
    assert standin.access_log() == asked


def test_settings_are_read_by_go_and_one_that_it_does_not_know_is_a_mistake(go_phone: Phone) -> None:
    settings = {"GOFLAGS": "-mod=mod", "GOPRIVATE": "corp.example"}
    entries = "".join(f"- go_env: {{name: {name}, value: {value}}}\n" for name, value in settings.items())
    unknown = f"{entries}- go_env: {{name: GONOSUCH, value: x}}\n"
    said = flat(go_phone.run("apply", go_phone.write(unknown, "unknown.yml"), "--yes", expect=1))
    assert "'GONOSUCH' is no variable that `go env -w` sets" in said
    go_phone.run("apply", go_phone.write(entries, "known.yml"), "--yes")
    assert go_phone.ssh("go env GOFLAGS GOPRIVATE").split() == ["-mod=mod", "corp.example"]
    go_phone.ssh("go env -u GOFLAGS GOPRIVATE")


def test_a_phone_whose_go_fetches_other_gos_is_told_so_and_mended(go_phone: Phone) -> None:
    go_phone.ssh("go env -w GOTOOLCHAIN=auto")
    assert "go_toolchain" in {name for name, each in findings(go_phone).items() if each["grade"] != "ok"}
    go_phone.run("doctor", "--fix", "--yes")
    assert go_phone.ssh("go env GOTOOLCHAIN").strip() == "local"


@pytest.mark.parametrize(
    ("relays", "altered", "says"),
    [
        (True, False, "hello from the proxy"),
        (True, True, "SECURITY ERROR"),
        (False, False, "sum.golang.org"),
    ],
    ids=["checked by way of the proxy", "altered on the way", "the proxy has no checksums"],
)
def test_a_module_comes_by_the_proxy_and_is_checked_while_sum_golang_org_is_blocked(
    tmp_path: Path, relays: bool, altered: bool, says: str
) -> None:
    served = module_proxy(tmp_path, PROXY, relays=relays, altered=altered)
    options = Options(aged=(), files=served.files, variables={"HELLO_TERMUX_PATIENCE": "1"})
    with StandInPhone.start(tmp_path / "phone", options=options) as standin:
        phone = Phone.of(standin, tmp_path)
        goenv = standin.home / ".config/go/env"
        goenv.parent.mkdir(parents=True)
        goenv.write_text(f"GOSUMDB={served.verifier}\n")
        phone.run("apply", phone.write(GO), "--yes")
        assert phone.ssh("go env GOSUMDB GOPROXY").split() == [served.verifier, "https://goproxy.cn,direct"]
        asked = len(standin.access_log())
        words = f"go mod init t && go get {MODULE}@{VERSION} && go run ."
        said = go(phone, f"{words}", files={"main.go": USES})
        assert says in said and ("rc=0" in said) == (relays and not altered)
        lookups = [line for line in standin.access_log()[asked:] if "/sumdb/" in line]
        assert lookups and all(" goproxy.cn " in line for line in lookups)


def test_a_company_proxy_stays_and_the_plan_says_so(standin: StandInPhone, go_phone: Phone) -> None:
    go_phone.ssh("go env -w GOPROXY=https://proxy.corp.example")
    said = flat(go_phone.run("plan", go_phone.write(GO)))
    assert "GOPROXY is https://proxy.corp.example, your own choice: it stays" in said
    wish = go_phone.write("- golang: {proxy: 'https://goproxy.io,direct', tools: []}\n", "wish.yml")
    go_phone.run("apply", wish, "--yes")
    assert go_phone.ssh("go env GOPROXY").strip() == "https://goproxy.io,direct"
    go_phone.run("apply", go_phone.write(GO), "--yes")
    assert go_phone.ssh("go env GOPROXY").strip() == "https://goproxy.cn,direct"


def test_checksums_that_were_switched_off_are_on_again(go_phone: Phone) -> None:
    go_phone.ssh("go env -w GOSUMDB=off")
    go_phone.run("apply", go_phone.write(GO), "--yes")
    assert go_phone.ssh("go env GOSUMDB").strip() == "sum.golang.google.cn"


@pytest.mark.parametrize(
    ("dies", "says"),
    [
        ("kill -SYS $$", "Bad system call. This phone's Android forbids a call that this Go makes"),
        ('echo \'CANNOT LINK EXECUTABLE "go": cannot locate symbol "x"\' >&2; exit 1', "CANNOT LINK EXECUTABLE"),
    ],
    ids=["by the system's filter", "for a library"],
)
def test_a_go_that_dies_is_explained_and_the_other_proofs_are_made(
    standin: StandInPhone, go_phone: Phone, dies: str, says: str
) -> None:
    program = standin.prefix / "bin/go"
    real = program.readlink()
    program.unlink()
    program.write_text(f"{SH}{dies}\n")
    program.chmod(0o700)
    try:
        playbook = go_phone.write("- golang: {tools: []}\n- shell: {login: bash}\n", "two.yml")
        said = flat(go_phone.run("verify", playbook, expect=1))
    finally:
        program.unlink()
        program.symlink_to(real)
    assert says in said and "login shell" in said and "bash starts" in said


def test_a_compiler_that_android_kills_is_explained_and_not_tried_again(standin: StandInPhone, go_phone: Phone) -> None:
    program = standin.prefix / "bin/go"
    real = program.readlink()
    program.unlink()
    program.write_text(
        f'{SH}[ "$1" = build ] || exec {real} "$@"\necho "$PWD $*" >>~/tries\necho "x: signal: killed" >&2\nexit 1\n'
    )
    program.chmod(0o700)
    try:
        said = flat(go_phone.run("verify", go_phone.write(GO), expect=1))
    finally:
        program.unlink()
        program.symlink_to(real)
    assert "go build: killed, most likely for want of memory: close other apps and try again" in said
    tries = (standin.home / "tries").read_text().splitlines()  # each proof builds in a folder of its own
    assert tries and len(set(tries)) == len(tries)


def test_an_older_gopls_of_ones_own_is_named(standin: StandInPhone, go_phone: Phone) -> None:
    go_phone.run("apply", go_phone.write("- packages: [gopls]\n"), "--yes")
    own = standin.home / "go/bin/gopls"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(f"{SH}echo golang.org/x/tools/gopls v0.1.0\n")
    own.chmod(0o700)
    gopls = standin.prefix / "bin/gopls"
    real = gopls.readlink()
    gopls.unlink()
    gopls.write_text(f"{SH}echo golang.org/x/tools/gopls v0.23.0\n")  # Debian's says no version
    gopls.chmod(0o700)
    told = findings(go_phone)["old_gopls"]
    gopls.unlink()
    gopls.symlink_to(real)
    own.unlink()
    assert told["symptom"] == "~/go/bin/gopls is 0.1.0, the packaged one 0.23.0"
    assert told["repair"] == "rm ~/go/bin/gopls"


def test_a_project_on_the_shared_storage_is_found_with_the_way_home(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path / "phone", options=Options(aged=(), storage="grant")) as standin:
        phone = Phone.of(standin, tmp_path)
        phone.run("apply", phone.write("- storage: {need: [shared]}\n"), "--yes")
        phone.ssh("mkdir -p ~/storage/shared/web && echo module web >~/storage/shared/web/go.mod")
        told = findings(phone)["go_on_sdcard"]
        assert told["repair"] == "mkdir -p ~/src && mv ~/storage/shared/web ~/src/"
        phone.ssh(str(told["repair"]))
        assert findings(phone)["go_on_sdcard"]["grade"] == "ok"
