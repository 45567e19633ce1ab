"""What changes nothing of what is asked is taken off a message; what it says stays."""

from __future__ import annotations

import pytest

from assistant.understand.plain import plain


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("Hi there, quick question please: is it in stock? Thanks!", "is it in stock?"),
        ("How much is\nthe ZZ Plant?", "How much is the ZZ Plant?"),
        ("is it\nMunstead", "is it Munstead?"),
        ("black 42 then pls 😊", "black 42 then"),
        ("when do you close", "when do you close?"),
        ("& what does it cost", "and what does it cost?"),
        ("What about the red one :)", "What about the red one?"),
        ("can you note that I avoid wool", "I avoid wool"),
        ("thanks, could you please remember my shoe size is 42?", "thanks, my shoe size is 42"),
    ],
)
def test_what_asks_nothing_goes(said: str, asks: str) -> None:
    assert plain(said) == asks


@pytest.mark.parametrize(
    "said",
    [
        "hi", "thanks", "ok great thanks", "yes please", "that's all, thanks", "I need a tent", "😊", "Nike™ shoes",
        "1 Mill Lane\nLower Wick", "- a tent\n- a stove", "my kettle broke. It leaks", "hello\nI need a tent",
        "can you remember what I asked?",
    ],
)  # fmt: skip
def test_what_says_something_stays(said: str) -> None:
    assert plain(said) == said
