"""Small playbooks, written on the spot."""

from __future__ import annotations

import json

from tests.support.program import Phone


def write(phone: Phone, *entries: object) -> str:
    return phone.write(json.dumps(entries))


def file(path: str, content: str) -> dict[str, object]:
    return {"file": {"path": path, "content": content}}


def block(path: str, label: str, content: str) -> dict[str, object]:
    return {"block": {"path": path, "label": label, "content": content}}
