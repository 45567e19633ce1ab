"""The trained reader of lines: what it tells, and that nothing but the two texts decides it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from assistant.act.line_reader import default_reader

_PAGE = [
    "Delivery: Orders over £80 travel free of charge.",
    "Delivery: Parcels leave us on Tuesdays and Fridays.",
    "Returns: Unworn shoes may come back within 28 days with the receipt.",
    "Visiting us: Dogs on a lead are welcome everywhere but in the café.",
]


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("what do i need to spend so i dont pay for postage", 0),
        ("on which days does the van set off", 1),
        ("they dont fit, how long have i got to bring them to you", 2),
        ("can my spaniel come in with me", 3),
    ],
)
def test_the_line_that_answers_comes_first_without_its_words(question: str, place: int) -> None:
    assert int(default_reader().read(question, _PAGE, [False] * 4).argmax()) == place


def test_a_score_depends_on_its_own_two_texts_only() -> None:
    reader = default_reader()
    together = reader.read("can my dog come in", _PAGE, [False] * 4)
    alone = [reader.read("can my dog come in", [line], [False])[0] for line in reversed(_PAGE)]
    assert np.array_equal(together, alone[::-1])


def test_texts_without_words_have_finite_scores() -> None:
    found = default_reader().read("", ["", "?", "日本語", "word " * 500], [False, True, False, True])
    assert np.isfinite(found).all()
    assert default_reader().read("is it red", [], []).shape == (0,)


def test_it_is_served_without_torch() -> None:
    code = "import sys; from assistant.act.line_reader import default_reader as d; d(); print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.strip() == "False"
