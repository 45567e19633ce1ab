"""The automatic judge of answers from evidence: figures, denials and what is left out."""

from __future__ import annotations

import pytest

from tests.bench.product_qa.measure import judge

EVIDENCE = "Dishwasher safe: yes. Capacity 1.7 litres. It does not come with a lid."


@pytest.mark.parametrize(
    ("answer", "human", "faithful", "complete"),
    [
        ("The capacity is 1.7 litres.", "The capacity is 1.7 litres.", True, True),
        ("Its capacity is 2 litres.", "The capacity is 1.7 litres.", False, False),
        ("The capacity is 1.7 litres, for a whole family.", "The capacity is 1.7 litres.", False, True),
        ("Yes, dishwasher safe.", "The capacity is 1.7 litres.", True, False),
        ("It does not come with a lid.", "No lid comes with it.", True, True),
        ("It comes with a lid.", "No lid comes with it.", False, True),
        ("It isn't dishwasher safe.", "It is dishwasher safe.", False, True),
        ("", "No lid comes with it.", False, False),
    ],
)
def test_answers_are_judged_by_their_words(answer: str, human: str, faithful: bool, complete: bool) -> None:
    verdict = judge(answer, EVIDENCE, "What is it like?", human)
    assert (verdict.faithful, verdict.complete) == (faithful, complete)
