"""Prints the Debian packages that this computer lacks; runs on a bare Python, before there is a virtual environment.

``missing.py venv``: for a virtual environment; ``rehearse``: also for the stand-in phone; ``test``: also for the tests.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

TOP = Path(__file__).resolve().parents[2]
LEVELS = ("venv", "rehearse", "test")
SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
FOR_TESTS = {
    "adb": "adb", "bzip2": "bzip2", "dropbear": "dropbear-bin", "ed": "ed", "file": "file", "fish": "fish",
    "ifconfig": "net-tools", "ip": "iproute2", "less": "less", "patch": "patch", "perl": "perl", "runsv": "runit",
    "shellcheck": "shellcheck", "tmux": "tmux", "unzip": "unzip", "xz": "xz-utils", "zbarimg": "zbar-tools",
}  # fmt: skip
BROWSER = {"chromedriver": "chromium-driver"}  # 124 MB to fetch; Ubuntu has it as a snap only, and skips its test
HEADERS_FOR_TESTS = {  # of a Vim with Python and Lua
    "python3*/Python.h": "python3-dev", "luajit-2.1/lua.h": "libluajit-5.1-dev", "ncurses.h": "libncurses-dev",
}  # fmt: skip


def for_venv() -> list[str]:
    return [] if importlib.util.find_spec("ensurepip") else ["python3-venv"]


def for_rehearse() -> list[str]:
    """What the stand-in phone says that it lacks. Its Go comes with the virtual environment."""
    host = _host()
    headers = [] if Path("/usr/include/grp.h").is_file() else ["libc6-dev"]  # Go's net calls C
    try:
        host.packages()
    except host.ProgramsMissing as missing:
        return [*headers, *(name for name in missing.packages if name != "golang-go")]
    return headers


def for_test() -> list[str]:
    wanted = FOR_TESTS | (BROWSER if _is_debian() else {})
    programs = [package for program, package in wanted.items() if not shutil.which(program, path=SEARCH)]
    include = Path("/usr/include")
    return programs + [package for header, package in HEADERS_FOR_TESTS.items() if not any(include.glob(header))]


def _is_debian() -> bool:
    try:
        return "ID=debian" in Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False


def _host() -> ModuleType:
    """``provisioner.rehearsal.host`` without its package, which imports what is not installed yet."""
    sys.path.insert(0, str(TOP))
    spec = importlib.util.spec_from_file_location("host", TOP / "provisioner/rehearsal/host.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["host"] = module
    spec.loader.exec_module(module)
    return module


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"hello-termux needs Python 3.11 or later; this is {sys.version.split()[0]}. "
              "With another one: make PYTHON=python3.12 ...", file=sys.stderr)  # fmt: skip
        return 1
    wanted = {"venv": for_venv, "rehearse": for_rehearse, "test": for_test}
    names = [name for level in LEVELS[: LEVELS.index(sys.argv[1]) + 1] for name in wanted[level]()]
    print(*sorted(set(names)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
