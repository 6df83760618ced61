"""Every proof says what a person wants to know of it."""

from __future__ import annotations

from docs import make_proofs_page
from provisioner.tasks.base import Proof


def test_every_proof_has_a_name_of_its_own_and_words_and_comes_after_one_that_is_there() -> None:
    proofs = [each for each in make_proofs_page.all_of_them() if isinstance(each, Proof)]
    names = [(proof.task, proof.name) for proof in proofs]
    assert len(set(names)) == len(names)
    for number, proof in enumerate(proofs):
        assert proof.shows and proof.how and 0 < proof.timeout <= 400
        assert not proof.after or (proof.task, proof.after) in names[:number]
