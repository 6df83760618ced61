"""docs/doctor.md is made from the findings."""

from __future__ import annotations

from provisioner.findings import load_all


def test_the_page_of_findings_is_up_to_date() -> None:
    from docs import make_doctor_page

    text = make_doctor_page.PAGE.read_text(encoding="utf-8")
    assert make_doctor_page.page(text) == text, "python docs/make_doctor_page.py"
    assert all(f"| `{name}` |" in text for name in load_all())
