"""Measures that a message names, and what has them."""

from __future__ import annotations

import pytest

from assistant.act.measured import has, measures_in


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("looking for a 55 inch tv, budget 500", 'TCL - 55" Class 5-Series'),
        ("a bottle, metal, a litre", "1000ml"),
        ("a 17 inch laptop", '17.3" Laptop'),
        ("around six feet", "6 ft"),
        ("1tb ones under 1500?", "1TB SSD"),
    ],
)
def test_has(said: str, text: str) -> None:
    assert all(has(wanted, [text]) for wanted in measures_in(said)) and measures_in(said)


def test_another_measure() -> None:
    assert not has(measures_in("a 55 inch tv")[0], ['TCL 50" Class', "55 W"])


@pytest.mark.parametrize("said", ["2 in 1 laptop under 800", "size 10 under $50", "soup hot till 1pm", "for 2 people"])
def test_no_measure(said: str) -> None:
    assert measures_in(said) == []
