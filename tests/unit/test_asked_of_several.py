"""What is asked of several versions or so many pieces, and what is named only because it isn't wanted."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from assistant.pipeline import Assistant
from assistant.types import Record

Talk = Callable[[str], Record]


@pytest.fixture
def talk(shops: Callable[[str], Assistant]) -> Talk:
    """Says one message to the demo shop, in a conversation of its own."""
    return lambda text: shops("demo").reply(uuid.uuid4().hex, text, introduced=True)


@pytest.mark.parametrize(
    ("text", "there", "gone"),
    [
        (
            "I'd like two Squall rain jackets, one red in M and one navy in L",
            "(Red, size M) costs £129.00 and is in stock",
            "(Navy, size L) costs £129.00 and is out of stock",
        ),
        ("do you have the Ember mug in cream and in rust?", "(Cream) costs", "(Rust) costs £12.50 and is out of stock"),
    ],
)
def test_each_version_is_told_by_itself(talk: Talk, text: str, there: str, gone: str) -> None:
    reply = talk(text).reply
    assert there in reply and gone in reply and "Yes" not in reply


def test_no_yes_is_said_to_more_than_there_are(talk: Talk) -> None:
    reply = talk("do you have at least 50 of the ember mugs in sage?").reply
    assert "fewer than you need" in reply and "Yes" not in reply
    assert "Yes" in talk("can I get 3 of the ember mugs in sage?").reply


@pytest.mark.parametrize(
    ("text", "told", "untold"),
    [
        ("I don't need socks, I need gloves", "Frost Gloves", "Socks"),
        ("I don't want a down jacket. What jackets do you have?", "Squall", "Down Jacket"),
        ("I already have the Trail Runner, which other running shoes do you have?", "GTX", "Trail Runner for"),
        ("I'm not looking for a tent, what sleeping bags do you have?", "Nightfall", "Tent"),
        ("I don't want leather. What hiking boots are there?", "no leather", "Wax"),
        ("I don't need a bag", "Alright", "Bag"),
    ],
)
def test_what_isnt_wanted_is_not_offered(talk: Talk, text: str, told: str, untold: str) -> None:
    reply = talk(text).reply
    assert told in reply and untold not in reply
