"""What a program that was not built by Termux's own Go does not find on a phone, and how it does.

Go's net reads /etc/resolv.conf, and crypto/x509 the certificates of a Linux; an Android has neither, so that names
"cannot be looked up on [::1]:53" and servers are "signed by unknown authority" (termux.md §8). Termux's Go has Termux's
paths there; ``go build -overlay`` puts them into a program that is built elsewhere.
"""

from __future__ import annotations

import json
from pathlib import Path

from provisioner.remote_path import PREFIX

CERTIFICATES = f"{PREFIX}/etc/tls/cert.pem"
_PATHS = {
    "net/dnsclient_unix.go": ('"/etc/resolv.conf"', f'"{PREFIX}/etc/resolv.conf"'),
    "crypto/x509/root_linux.go": ("var certFiles = []string{", f'var certFiles = []string{{\n\t"{CERTIFICATES}",'),
}


def overlay(root: Path, folder: Path) -> list[str]:
    """The flags by which ``go build`` takes changed copies, made in ``folder``, of files of Go's own below ``root``.

    A Go whose files do not look as expected is left as it is.
    """
    replaced = {}
    for number, (name, (before, after)) in enumerate(_PATHS.items()):
        original = root / "src" / name
        try:
            text = original.read_text("utf-8")
        except OSError:
            continue
        if before in text:
            changed = folder / f"overlay-{number}.go"
            changed.write_text(text.replace(before, after), "utf-8")
            replaced[str(original)] = str(changed)
    if not replaced:
        return []
    listed = folder / "overlay.json"
    listed.write_text(json.dumps({"Replace": replaced}), "utf-8")
    return ["-overlay", str(listed)]
