"""What isn't the thing asked for is never confirmed, and a superlative looks at everything of its kind.

The demo shop in code's own words; prices are read from its rows here too.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.act.exact import sizes_asked
from assistant.pipeline import Assistant
from assistant.types import Record
from assistant.understand.orders.patterns import so_many

Reply = Callable[..., str]


@pytest.fixture
def said(talk: Callable[..., Record]) -> Reply:
    """Says the turns of one new conversation, and gives the words of the last answer."""
    return lambda *turns: talk(*turns).reply


@pytest.mark.parametrize(
    "asked",
    [
        "do you have lindt chocolate",
        "do you sell kayaks",
        "do you sell charcoal",
        "need a pocket knife",
        "do you have nike shoes",
    ],
)
def test_what_only_comes_near_is_never_confirmed(said: Reply, asked: str) -> None:
    reply = said(asked)
    assert not reply.startswith("Yes")
    assert "closest" in reply or "couldn't find" in reply


def test_what_is_there_is_offered_plainly(said: Reply) -> None:
    for asked in ("do you have hot chocolate", "do you sell tents", "got any charcoal fleece"):
        reply = said(asked)
        assert "closest" not in reply
        assert "£" in reply


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("any trousers that come in 2 colours?", []),
        ("could i have them in 2 days", []),
        ("can i pay in 3 instalments", []),
        ("in 2 or 3 sizes", []),
        ("they arrive in 5-6 weeks", []),
        ("sandals in 46?", ["46"]),
        ("in a 46 for men please", ["46"]),
        ("in size 46 black", ["46"]),
        ("sandals in 46 please", ["46"]),
    ],
)
def test_how_many_of_what_is_no_size(text: str, sizes: list[str]) -> None:
    assert sizes_asked(text) == sizes


def test_a_number_of_colours_is_no_other_thing(said: Reply) -> None:
    assert "closest" not in said("any trousers that come in 2 colours?")
    assert "couldn't find exactly" in said("do you have sandals in 46?")


@pytest.mark.parametrize(
    ("clause", "count"),
    [
        ("return the 2 person tent", None),
        ("send the 4 slice toaster back", None),
        ("the 4-slice toaster", None),
        ("the 3 seater sofa", None),
        ("the 6 cup cafetiere", None),
        ("can i send these 2 back", 2),
        ("these 2 cups go back", 2),
        ("those 3 lamps", 3),
    ],
)
def test_the_size_of_a_thing_is_not_how_many(clause: str, count: int | None) -> None:
    assert so_many(clause) == count


def test_a_word_in_front_of_the_name_counts(said: Reply) -> None:
    reply = said("do you have wide fitting boots")
    assert not reply.startswith(("Yes", "We have the Drift Winter Boot"))
    assert "Moss Step (Wide)" in reply or "closest" in reply


def test_the_cheapest_one_for_somebody_is_of_what_was_searched_before(assistant: Assistant, said: Reply) -> None:
    kids = next(p for p in assistant.catalogue.iter_products() if p.name == "Scout Kids' Backpack")
    reply = said("cheapest backpack", "cheapest one for kids")
    assert kids.name in reply
    assert min(v.price for v in kids.variants if v.active).format("en_GB") in reply


def test_the_dearest_of_a_kind_is_among_all_of_the_kind(assistant: Assistant, said: Reply) -> None:
    jackets = [
        v.price
        for p in assistant.catalogue.iter_products()
        if p.active and "jacket" in f"{p.name} {p.subcategory}".lower()
        for v in p.variants
        if v.active
    ]
    assert max(jackets).format("en_GB") in said("most expensive jacket")


def test_things_sold_out_are_listed_without_those_that_are_there(assistant: Assistant, said: Reply) -> None:
    products = [p for p in assistant.catalogue.iter_products() if p.active and p.subcategory == "Tents"]
    reply = said("which tents are out of stock")
    for product in products:
        there = any(v.available for v in product.variants if v.active)
        assert (product.name in reply) != there


def test_several_things_are_all_in_the_sum(said: Reply) -> None:
    assert "£36.00" in said("total for 1 crepe pan and 1 hot chocolate")
    assert "£49.50" in said("how much are the merino hiking socks", "what would 3 cost me")
    assert "£131.85" in said("2x camp chairs and a spark stove, whats the total", "and a gas canister 230g")


def test_a_number_is_read_for_what_it_says(said: Reply) -> None:
    assert "800 in" not in said("tell me about the beam 800", "i'll take the 800 in orange")
    assert "size 30" not in said("how much is the trail runner kids", "so thats 30 off?")
