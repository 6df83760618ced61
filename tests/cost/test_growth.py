"""A thousand files cost a thousand times one file, and no exec more."""

from __future__ import annotations

from itertools import pairwise

import pytest

from provisioner.transport.base import Cost
from tests.support.ready_phone import ReadyPhone

SIZES = (250, 500, 1000)


@pytest.fixture(scope="module")
def costs(ready: ReadyPhone) -> dict[int, Cost]:
    """Files → the cost of seeing that all are as they should be."""
    found = {}
    for size in SIZES:
        with ready.session(ready.files(size)) as session:
            plan = session.plan()
            assert (len(plan.changes), plan.pending) == (size + 1, ())
            found[size] = session.cost
    return found


def test_a_thousand_files_are_one_exec(costs: dict[int, Cost]) -> None:
    assert {(cost.connections, cost.execs) for cost in costs.values()} == {(1, 1)}


def test_the_question_grows_with_the_number_of_files(costs: dict[int, Cost]) -> None:
    per_file = [(costs[more].sent - costs[less].sent) / (more - less) for less, more in pairwise(SIZES)]
    assert per_file[1] <= per_file[0] * 1.1
    assert max(per_file) <= 50


def test_the_answer_grows_with_the_number_of_files(costs: dict[int, Cost]) -> None:
    per_file = [(costs[more].received - costs[less].received) / (more - less) for less, more in pairwise(SIZES)]
    assert per_file[1] <= per_file[0] * 1.1
