"""Slips that a message puts right itself, orders of one sentence with their own say each, numbers that are no house."""

from __future__ import annotations

import pytest

from assistant.understand.orders import wording
from assistant.understand.orders.clauses import clauses
from assistant.understand.orders.items import Mention, mentions
from assistant.understand.orders.patterns import ONLY
from assistant.understand.orders.refs import address_in
from assistant.understand.orders.repair import repaired
from assistant.understand.orders.wishes import read_wish
from assistant.understand.vocabulary import canonical

_LAMP = {"black": "color", "white": "color", "high": "brightness", "low": "brightness"}
_LAPTOP = {"15-inch": "screen", "17-inch": "screen", "i5": "processor", "i7": "processor"}
_VALUES = [{canonical(value): option for value, option in each.items()} for each in (_LAMP, _LAPTOP)]


def _find(text: str) -> list[Mention]:
    return mentions(text, ["Desk Lamp", "Laptop", "Jigsaw Puzzle"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Swap the lamp for black, no sorry, I meant white, rest the same", "swap the lamp for white, rest the same"),
        ("Change it to high brightness, no sorry, I meant low brightness", "change it to low brightness"),
        ("A 15-inch i5 laptop, no wait, 17-inch", "a i5 laptop, 17-inch"),
        ("Cancel the lamp, sorry, I meant return it", "return the lamp"),
        ("I want to cancel, I mean return the lamp", "i want to return the lamp"),
        ("Cancel order #W1234567, no sorry, I mean #W7654321", "cancel order #w7654321"),
        ("Return the puzzle. Oops, I meant the lamp.", "return the lamp."),
        ("The blue one, sorry, the green one", "the green one"),
        ("Not waterproof, no sorry, I meant waterproof", "waterproof"),
        ("I'd like the lamp changed to black... actually no, white", "i'd like the lamp changed to white"),
    ],
)
def test_a_slip_is_put_right_where_it_was_made(said: str, meant: str) -> None:
    assert repaired(wording.mend(said), _VALUES, _find) == meant


@pytest.mark.parametrize(
    "said",
    [
        "no, i meant the lamp",
        "no, sorry, i don't have the number",
        "return the puzzle, sorry for the trouble",
        "cancel the lamp order, my mistake, ordered twice",
        "cancel the lamp, oops, i ordered it twice",
        "can you make that black",
        "change the lamp. make it black.",
        "i don't want it, i mean the lamp",
    ],
)
def test_what_is_no_slip_stays(said: str) -> None:
    assert repaired(said, _VALUES, _find) == said


def test_each_of_several_numbered_orders_has_its_own_clause() -> None:
    told = "#w1111111, which is no longer needed, and #w2222222, which was ordered by mistake"
    assert clauses(told) == ["#w1111111, which is no longer needed", "and #w2222222, which was ordered by mistake"]
    done = "#w1111111 cancelled because i don't need it, #w2222222 sent to 12 elm street, york, 12345"
    assert clauses(done) == [
        "#w1111111 cancelled because i don't need it",
        "#w2222222 sent to 12 elm street, york, 12345",
    ]


def test_orders_that_share_what_is_said_stay_together() -> None:
    both = "cancel #w1111111 and #w2222222 because i don't need them"
    assert clauses(both) == [both]


def test_an_order_number_is_no_house() -> None:
    text = "#W2222222 sent to 953 Park Avenue, Suite 613, New York, NY 10064"
    assert address_in(text.lower(), text)["address1"] == "953 Park Avenue"


def test_nothing_else_different_leaves_the_other_items_and_keeps_the_rest() -> None:
    assert not ONLY.search("the kettle ought to be in steel, and nothing else different")
    assert ONLY.search("just the kettle, nothing else")
    wish = read_wish("one in white, and nothing else different", {"color": ["black", "white"], "size": ["S", "M"]})
    assert wish.rest_same


def test_another_color_is_any_but_the_one_it_has() -> None:
    wish = read_wish("in another color", {"color": ["black", "white"]}, current={"color": "black"})
    assert wish.exclude == {"color": ["black"]}
    assert wish.show
