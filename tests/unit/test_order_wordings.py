"""Wordings by which requests were misread: what need not be, values of two options, ellipses, addresses."""

from __future__ import annotations

import pytest

from assistant.understand.orders import wording
from assistant.understand.orders.refs import address_in
from assistant.understand.orders.wishes import read_wish

SPEAKER = {"color": ["red", "black"], "water resistance": ["yes", "no"]}
GLASSES = {
    "frame color": ["black", "brown"], "lens color": ["black", "green"], "lens type": ["polarized", "non-polarized"],
}  # fmt: skip


@pytest.mark.parametrize(
    "text", ["red; it needn't be water resistant", "red, it doesn't have to be water resistant, thanks"]
)
def test_what_need_not_be_is_no_wish_for_it(text: str) -> None:
    wish = read_wish(wording.mend(text), SPEAKER)
    assert wish.want == {"color": ["red"]} and wish.prefer == {"water resistance": ["no"]}


def test_a_value_of_two_options_goes_to_the_one_that_is_left() -> None:
    wish = read_wish("black, green, non-polarized", GLASSES)
    assert wish.want == {"frame color": ["black"], "lens color": ["green"], "lens type": ["non-polarized"]}


def test_no_luck_then_is_a_second_choice() -> None:
    text = wording.complete("a red one. no luck? then a black one")
    assert text == "a red one. if not available, a black one" and not wording.says_no(wording.complete("none? then x"))
    assert wording.complete("no thanks? then bye") == "no thanks? then bye"


@pytest.mark.parametrize(
    ("text", "street", "code", "city"),
    [
        ("Please send it to Hauptstr. 5, 10115 Berlin", "Hauptstr. 5", "10115", "Berlin"),
        ("Lange Straße 12a, 80331 München, Germany.", "Lange Straße 12a", "80331", "München"),
        ("to Rue de la Paix 3, 75002 Paris please", "Rue de la Paix 3", "75002", "Paris"),
        ("to 1234 Elm St, Springfield, IL, 62701", "1234 Elm St", "62701", "Springfield"),
    ],
)
def test_addresses_as_they_are_written_where_people_live(text: str, street: str, code: str, city: str) -> None:
    low = wording.mend(text)
    found = address_in(low, text)
    assert (found["address1"], found["postcode"], found["city"]) == (street, code, city)
    assert len(wording.sentences(low)) == 1


def test_trade_in_is_no_exchange_of_an_order() -> None:
    assert not wording.actions("trade in my old bike") and wording.actions("trade my bike for a red one")
