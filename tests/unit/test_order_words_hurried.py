"""What customers type in a hurry, in pieces, or between two things: read as what it says, and no order more."""

from __future__ import annotations

import pytest

from assistant.act.pages import _OF_THE_DESK
from assistant.understand.orders import wording
from assistant.understand.orders.patterns import ENTIRE
from assistant.understand.orders.refs import statuses
from assistant.understand.orders.signals import about_orders, only_tells
from assistant.understand.orders.wishes import read_wish

_VALUES = {"type": ["in-ear", "on-ear", "over-ear"], "color": ["white", "black"]}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dont need it anymore", "don't need it anymore"),
        ("pls cancel order w/ the lamp", "please cancel order with the lamp"),
        ("can u change ur mind", "can you change your mind"),
        ("a w/d setting", "a w/d setting"),
    ],
)
def test_what_is_typed_in_a_hurry_is_put_right(typed: str, meant: str) -> None:
    assert wording.mend(typed) == meant


@pytest.mark.parametrize(
    "text", ["The lamp arrived.", "Hi. I've had the helmet delivered.", "About the order with the mug."]
)
def test_telling_what_one_has_is_about_orders(text: str) -> None:
    assert only_tells(wording.mend(text))
    assert about_orders(text, [], identified=False)


@pytest.mark.parametrize(
    "text", ["I got a new puppy, which bed is good?", "How do I place an order?", "Hi! How do I return a mug?"]
)
def test_what_anybody_may_ask_is_not(text: str) -> None:
    assert not only_tells(wording.mend(text))
    assert not about_orders(text, [], identified=False)


def test_a_request_beside_a_general_question_is_still_one() -> None:
    assert about_orders("wanna return black shelf pls. how much do i get back", [], identified=False)
    assert about_orders("Would it be possible to change my shelf to a taller one?", [], identified=False)


def test_over_ear_is_no_preference() -> None:
    wish = read_wish("need over-ear and black one, rest same please", _VALUES)
    assert wish.want == {"type": ["over-ear"], "color": ["black"]}
    assert wish.rest_same
    assert not wish.prefer


def test_the_rest_like_it_is_now_stays() -> None:
    wish = read_wish("one that is black, with all the rest like it is now", _VALUES)
    assert wish.want == {"color": ["black"]}
    assert wish.rest_same


def test_to_be_cancelled_names_no_cancelled_orders() -> None:
    assert statuses("i want #w1234567 to be cancelled") == []
    assert statuses("my cancelled order") == ["cancelled"]
    assert ENTIRE.search("ok cancel it all then")


@pytest.mark.parametrize(
    "line", ["Be sure that all items are collected.", "Generally, you can only take action on them."]
)
def test_instructions_to_staff_are_told_apart(line: str) -> None:
    assert _OF_THE_DESK.search(line)
    assert not _OF_THE_DESK.search("An order can only be returned if its status is 'delivered'.")
