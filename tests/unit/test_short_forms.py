"""Short forms of chats are written out where they name nothing, and nowhere else."""

from __future__ import annotations

import pytest

from assistant.act.pursuits import pursuits
from assistant.understand.short_forms import written_out


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("can i swap em", "can i swap them"),
        ("n the brightest?", "the brightest?"),
        ("r they any good", "are they any good"),
        ("the r value", "the r value"),
        ("laptop w 1tb", "laptop with 1tb"),
        ("wats in it", "what's in it"),
        ("the red n black ones", "the red and black ones"),
        ("bulb, 8 w please", "bulb, 8 w please"),
        ("size W, N or M", "size W, N or M"),
        ("an em-dash", "an em-dash"),
        ("rock'n'roll", "rock'n'roll"),
        ("hve u got it", "have you got it"),
        ("whn r you open, wht time", "when are you open, what time"),
        ("wll it fit", "will it fit"),
        ("a usb hub, 40w", "a usb hub, 40w"),
    ],
)
def test_little_words_are_written_out(said: str, meant: str) -> None:
    assert written_out(said, lambda word: False) == meant


def test_a_word_of_the_shop_stays() -> None:
    assert written_out("a dat cable", {"dat"}.__contains__) == "a dat cable"


def test_doers_do_what_they_are_called_by() -> None:
    assert pursuits(["runner", "cyclist", "running", "coffee", "her"]) == ["running", "cycling"]
