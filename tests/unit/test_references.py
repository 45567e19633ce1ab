"""What short words point at: a version by its size, a sibling by what it lacks, things talked about added up."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant.types import Product, Record
from assistant.understand.beside import set_beside
from assistant.understand.pointing import _BOTH
from assistant.understand.siblings import sibling
from assistant.understand.sizes import chart, fits, in_order, relative, worn
from assistant.understand.state import State
from assistant.understand.vocabulary import ProductName


def entry(name: str) -> ProductName:
    return ProductName(name, name, tuple(name.lower().split()), "Things", None, None, True, None)


SLIPPER = cast(
    Product,
    SimpleNamespace(
        description="Warm felt. S fits 36-38, M fits 39-41 and L fits 42-44. Wash by hand.", attributes={}, specs={}
    ),
)
SIZES = {"size": ["S", "M", "L"], "colour": ["Red", "Grey"]}
TELEVISIONS = [entry(f'Insignia - {n}" Class Smart Fire TV') for n in (32, 43, 50)] + [entry('Sharp - 42" Class TV')]
SHOES = [entry("Trail Runner GTX"), entry("Trail Runner"), entry("Trail Pole")]


@pytest.mark.parametrize(
    ("said", "value"),
    [("I take a 39", "M"), ("size 36 please", "S"), ("43?", "L"), ("in 47", None), ("an 80", "none"), ("in M", "none")],
)
def test_a_number_that_is_worn_is_the_size_that_the_shop_says(said: str, value: str | None) -> None:
    found = worn(said, SLIPPER, SIZES)
    assert [w.value for w in found] == ([] if value == "none" else [value])


def test_the_sentence_that_maps_numbers_to_sizes_is_told_for_them_only() -> None:
    assert chart(SLIPPER, worn("a 39", SLIPPER, SIZES)) == "S fits 36-38, M fits 39-41 and L fits 42-44."
    assert chart(SLIPPER, ()) == ""
    assert fits(SLIPPER, ["S", "M", "XL"]) == {"S": (36, 38), "M": (39, 41)}


@pytest.mark.parametrize(
    ("said", "values", "value"),
    [
        ("is the big one in", ["Small", "Large"], "Large"),
        ("the smallest size", ["XL", "S", "M"], "S"),
        ("the medium one", ["S", "M", "L"], "M"),
        ("and the bigger", ["0.5 l", "1 l"], "1 l"),
        ("the bigger one", ["S", "M", "L"], None),  # than which?
        ("how big is it", ["S", "M", "L"], None),
        ("the big one", ["red", "blue"], None),
    ],
)
def test_words_of_size_point_at_an_ordered_value(said: str, values: list[str], value: str | None) -> None:
    assert [w.value for w in relative(said, {"size": values})] == ([value] if value else [])


def test_values_of_several_measures_have_no_order() -> None:
    assert in_order(["King", "Single", "Double"]) == ["Single", "Double", "King"]
    assert in_order(["250 g", "1 kg"]) == ["250 g", "1 kg"]
    assert in_order(["5 m", "3 kg"]) == []


@pytest.mark.parametrize(
    ("said", "focus", "kin", "found"),
    [
        ("oh wait no, the smaller insignia", TELEVISIONS[2], TELEVISIONS, TELEVISIONS[1]),
        ("the bigger one", TELEVISIONS[0], TELEVISIONS, TELEVISIONS[1]),
        ("the 43 inch", TELEVISIONS[2], TELEVISIONS, TELEVISIONS[1]),
        ("43?", TELEVISIONS[2], TELEVISIONS, TELEVISIONS[1]),
        ("42?", TELEVISIONS[2], TELEVISIONS, None),  # another make's
        ("the plain one without gtx", SHOES[0], SHOES, SHOES[1]),
        ("and the normal version", SHOES[0], SHOES, SHOES[1]),
        ("can I return it without a receipt", SHOES[0], SHOES, None),
    ],
)
def test_a_sibling_by_size_or_by_what_it_lacks(
    said: str, focus: ProductName, kin: list[ProductName], found: ProductName | None
) -> None:
    assert sibling(said, [focus], kin, set()) == ((found.product_id,) if found else ())


def test_another_version_of_the_same_thing_stays_a_topic_of_its_own() -> None:
    def options(size: str) -> list[dict[str, Any]]:
        return [{"asked": size, "name": "size", "value": size}]

    state = State()
    state.show("trousers", "T-34", options("34"))
    state.show("trousers", None, options("34"))  # a question about the one that was told
    state.show("trousers", "T-36", options("36"))
    assert [t["sku"] for t in state.topics] == ["T-34", "T-36"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            ("stride trousers size 34 length 30?", "and in size 36 length 32?", "two pairs then, one each. total?"),
            "£149.00",
        ),
        (("how much is the hob moka pot in 6 cups", "and the ember mug?", "moka pot + mug total"), "£49.45"),
        (("I take a 39, is there a red hut slipper", "and in grey, same size?"), "out of stock"),
        (("do you have the barnaby bear", "is the big one in"), "Large"),
        (("trail runner gtx weight", "and the plain one without gtx how much"), "£89.00"),
    ],
)
def test_what_was_talked_about_is_found_again(talk: Callable[..., Record], said: tuple[str, ...], told: str) -> None:
    assert told in talk(*said).reply


@pytest.mark.parametrize(
    ("said", "named", "pair"),
    [
        ("which is dearer again", (), ["wok", "oven"]),
        ("which has better stars", (), ["wok", "oven"]),
        ("and is that cheaper?", (), ["wok", "oven"]),
        ("vs the racket which is cheaper", ("racket",), ["oven", "racket"]),
        ("and the racket how much more", ("racket",), ["oven", "racket"]),
        ("is the racket dearer?", ("racket",), ["oven", "racket"]),
        ("which is cheaper, wired or wireless?", (), []),
        ("how much is the racket", ("racket",), []),
        ("is it cheaper in blue", (), []),
    ],
)
def test_what_is_set_beside_what(said: str, named: tuple[str, ...], pair: list[str]) -> None:
    topics = [{"product": p, "sku": None, "wanted": [], "turn": n} for n, p in enumerate(("wok", "oven"))]
    state = State(focus=["oven"], topics=topics)
    assert [i["product"] for i in set_beside(said, named, state)] == pair
    assert set_beside(said, (), State()) == []


def test_a_number_in_a_sentence_of_its_own_is_no_quantity(talk: Callable[..., Record]) -> None:
    reply = talk("how much is the Ember Mug", "lol 48. how much is the Ember Kettle").reply
    assert "48" not in reply


def test_what_a_parcel_costs_at_home_is_not_said_of_another_country(talk: Callable[..., Record]) -> None:
    reply = talk("how much is the Blue Heron Blanket", "Shipping to Poland what is the price").reply
    assert "3.95" not in reply.split("European")[0]


def test_the_sides_of_a_comparison_name_their_versions(talk: Callable[..., Record]) -> None:
    reply = talk("cloud vegan duvet in double, how much", "is that cheaper than the eider down duvet in double").reply
    assert "Duvet (Double)" in reply or "Duvet (size Double)" in reply


@pytest.mark.parametrize("text", ["is the 2 litre there", "the 2 kg one?"])
def test_a_size_of_two_is_not_both(text: str) -> None:
    assert not _BOTH.search(text)
    assert _BOTH.search("are the 2 in stock")
