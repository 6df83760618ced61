"""What a connection loads without is there, whole, for whoever wants it afterwards."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from provisioner.transport.dialling import load
load()
absent = {"inspect", "ast", "dis", "linecache", "invoke.config", "paramiko.client"}
print(sorted(absent & set(sys.modules)))
from cryptography.hazmat.primitives.serialization import ssh
print(repr(ssh._SSHCipher(1, 2, 3, 4, 5, None, False)))
from dataclasses import dataclass, field, is_dataclass
@dataclass
class Mine:
    x: int = 1
    def more(self): self.y = 2
mine = Mine()
mine.more()
print(mine, mine.y, is_dataclass(Mine), is_dataclass(ssh._SSHCipher))
import traceback, logging
logging.basicConfig(stream=sys.stdout, format="%(message)s")
try:
    1 / 0
except ZeroDivisionError:
    logging.exception("said")
    print(traceback.format_exc().splitlines()[-1])
"""


def test_the_whole_of_what_was_left_out() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == [
        "[]",
        "_SSHCipher(alg=1, key_len=2, mode=3, block_len=4, iv_len=5, tag_len=None, is_aead=False)",
        "Mine(x=1) 2 True True",
        "said",
        "Traceback (most recent call last):",
        '  File "<string>", line 20, in <module>',
        "ZeroDivisionError: division by zero",
        "ZeroDivisionError: division by zero",
    ]
