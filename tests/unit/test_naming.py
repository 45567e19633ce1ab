"""Which words name a product, and which say something of the one under discussion or point at one like it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record
from assistant.understand.siblings import pointed_words, sibling
from assistant.understand.vocabulary import ProductName


def entry(name: str, kind: str = "Things") -> ProductName:
    return ProductName(name, name, tuple(name.lower().split()), kind, None, None, True, None)


LAPTOPS = [
    entry("Air - 13.3 - 256GB - Gold"),
    entry("Air - 13.3 - 512GB - Gold"),
    entry("Air - 13.3 - 512GB - Grey"),
    entry("Stream 14 - 512GB - Blue"),
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the 512 one?", ["512"]),
        ("dang. the 512 one", ["512"]),
        ("colours on the 75", ["75"]),
        ("how much is the 3 person one then", ["3", "person"]),
        ("is the minus 5 model in stock", ["-5"]),
        ("ok boxed it is", ["boxed"]),
        ("how much is it", []),
        ("do you have one?", []),
    ],
)
def test_the_words_with_which_one_of_several_is_pointed_at(text: str, words: list[str]) -> None:
    assert pointed_words(text) == words


def test_the_nearest_in_name_of_those_with_the_word_is_meant() -> None:
    assert sibling("the 512 one?", LAPTOPS[:1], LAPTOPS, set()) == (LAPTOPS[1].product_id,)


def test_a_word_of_the_focus_points_nowhere_else() -> None:
    assert sibling("the gold one", LAPTOPS[:1], LAPTOPS, set()) == ()
    assert sibling("the 512 one?", LAPTOPS[:1], LAPTOPS, {"512"}) == ()


@pytest.mark.parametrize(
    ("before", "now", "product"),
    [
        ("how much is the Harbour Duffel?", "are the zips waterproof on it", "harbour-duffel"),
        ("tell me about the Nightfall -5 Sleeping Bag", "is it there in long with zip on the left side?", "nightfall"),
        ("how much is the Burr Hand Grinder", "how many settings does it have", "burr-hand-grinder"),
        ("how heavy is the Tarn 2 Tent?", "ok how much is the 3 person one then", "tarn-3-tent"),
        ("how much is the Beck Steel Bottle?", "ok the flask then, how much?", "beck-vacuum-flask"),
    ],
)
def test_what_is_talked_about_stays_it_unless_another_is_named(
    talk: Callable[..., Record], before: str, now: str, product: str
) -> None:
    cards = {card.product_id for card in talk(before, now).cards}
    assert len(cards) == 1 and next(iter(cards)).startswith(product)


def test_a_kind_alone_is_compared_as_a_whole(talk: Callable[..., Record]) -> None:
    record = talk("compare the two sleeping bags")
    assert {card.product_id for card in record.cards} == {
        "nightfall-minus-5-sleeping-bag",
        "nightfall-plus-5-sleeping-bag",
    }


def test_an_ordinary_word_after_my_is_the_customers_own(talk: Callable[..., Record]) -> None:
    record = talk("my card number is 4111 1111 1111 1111, can i pay with it?")
    assert "gift-card" not in {card.product_id for card in record.cards} and "Gift Card" not in record.reply


def test_where_my_things_are_is_a_matter_of_orders(talk: Callable[..., Record]) -> None:
    assert talk("this is the third time im asking where my stuff is!!").acts[0].act == "order"
