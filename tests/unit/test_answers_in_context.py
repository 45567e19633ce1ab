"""Conversations with the demo shop in code's own words: what is understood over several turns, and what is said of it.

Prices and stock are read from the shop's rows here too, so that the tests hold when the demo shop changes its figures.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.pipeline import Assistant
from assistant.types import Product, Record

Talk = Callable[..., Record]


def named(assistant: Assistant, name: str) -> Product:
    return next(p for p in assistant.catalogue.iter_products() if p.name == name)


def price(assistant: Assistant, name: str, **options: str) -> str:
    """What the version with these options costs, as the shop writes it."""
    variants = [v for v in named(assistant, name).variants if options.items() <= v.options.items() and v.active]
    assert len({v.price for v in variants}) == 1, (name, options)
    return variants[0].price.format("en_GB")


def test_an_option_alone_asks_the_same_again(assistant: Assistant, talk: Talk) -> None:
    record = talk("Is the Trail Runner there in black, size 43?", "and in blue?")
    variant = next(
        v for v in named(assistant, "Trail Runner").variants if v.options == {"colour": "Blue", "size": "43"}
    )
    assert record.reply.startswith("Yes" if variant.available else "No") and "Blue, size 43" in record.reply


def test_what_about_a_number_is_a_size_and_no_price(talk: Talk) -> None:
    record = talk("Is the Trail Runner there in black, size 43?", "what about 44")
    assert "size 44" in record.reply and "size 43" not in record.reply


def test_a_value_that_only_other_products_have_is_no_yes(talk: Talk) -> None:
    assert not talk("the Trail Runner please", "do you have it in forest?").reply.startswith("Yes")


def test_a_size_of_a_product_without_sizes_is_no_yes(talk: Talk) -> None:
    assert not talk("Is the Ember Kettle available in medium?").reply.startswith("Yes")


def test_a_superlative_weighs_only_what_fits(assistant: Assistant, talk: Talk) -> None:
    record = talk("what is the cheapest Trail Runner GTX in slate?")
    variants = [v for v in named(assistant, "Trail Runner GTX").variants if v.options["colour"] == "Slate" and v.active]
    assert "Slate" in record.reply and min(v.price for v in variants).format("en_GB") in record.reply


def test_the_dearest_after_the_cheapest_is_of_the_same_kind(assistant: Assistant, talk: Talk) -> None:
    tents = [p for p in assistant.catalogue.iter_products() if p.subcategory == "Tents" and p.active]
    dearest = max((v.price for p in tents for v in p.variants if v.active), default=None)
    assert dearest is not None and dearest.format("en_GB") in talk("cheapest tent", "and the most expensive?").reply


def test_a_budget_that_nothing_keeps_is_said(talk: Talk) -> None:
    record = talk("do you have the Basecamp 6 Family Tent for under 20 pounds?")
    assert "nothing of that kind fits" in record.reply and not record.reply.startswith("Yes")


def test_prices_are_those_of_the_version_asked_for(assistant: Assistant, talk: Talk) -> None:
    assert price(assistant, "Iron Skillet", diameter="28 cm") in talk("how much is the iron skillet in 28 cm?").reply


def test_a_product_no_longer_sold_names_its_successor(talk: Talk) -> None:
    record = talk("do you still have the Ember Kettle Classic?")
    assert "no longer sold" in record.reply and "Its successor is the Ember Kettle" in record.reply


def test_what_nobody_wrote_down_is_not_known(talk: Talk) -> None:
    assert "don't have that information" in talk("is the Ember Kettle bluetooth enabled?").reply


def test_a_page_answers_what_a_page_says(talk: Talk) -> None:
    record = talk("how long do I have to return something?")
    assert "30 days" in record.reply and any(r.kind == "policy" for r in record.receipts)


def test_it_without_anything_before_asks_which(talk: Talk) -> None:
    record = talk("how much is it?")
    assert record.clarifying and record.reply.endswith("?")


@pytest.mark.parametrize("words", ["are you a real person?", "am i talking to a robot", "is this automated"])
def test_it_says_that_it_is_an_ai(talk: Talk, words: str) -> None:
    assert "AI" in talk(words).reply


@pytest.mark.parametrize(
    "words", ["can I talk to a human please", "get me somebody from the shop", "a real person, please"]
)
def test_a_person_is_called_when_asked_for(talk: Talk, words: str) -> None:
    assert talk(words).handoff


@pytest.mark.parametrize("words", ["what's the weather tomorrow?", "write me a poem", "who should I vote for"])
def test_what_is_none_of_its_business_is_said_so(talk: Talk, words: str) -> None:
    record = talk(words)
    assert "can't help with" in record.reply and not record.receipts and not record.handoff


def test_a_word_that_says_of_what_kind_is_no_product(talk: Talk) -> None:
    record = talk("do you have vegan shoes?")
    assert "Duvet" not in record.reply and record.cards


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("got a really cheap blanket? the cheapest please", "hearthside-throw"),
        ("top-end blanket, which one is the most expensive", "blue-heron-blanket"),
    ],
)
def test_the_cheapest_is_of_the_kind_that_the_clause_before_named(talk: Talk, words: str, right: str) -> None:
    record = talk("how much is the Tarn 2 Tent", words)
    assert [c.product_id for c in record.cards] == [right], record.reply


def test_a_card_never_shows_the_version_of_the_product_before_it(talk: Talk) -> None:
    record = talk("is the Feather Air Mat in stock and what's the price of the Lodge Self-Inflating Mat")
    cards = {c.product_id: c for c in record.cards}
    assert cards["lodge-self-inflating-mat"].sku is None, "several versions were told of: the card is of none of them"
    assert cards["lodge-self-inflating-mat"].price != cards["feather-air-mat"].price
    assert "Lodge Self-Inflating Mat, which thickness" in record.reply  # and not of the mat named before


def test_the_first_two_things_asked_are_no_two_of_the_first(talk: Talk) -> None:
    record = talk("Two things: how much is the Ember Kettle? and have you got the Tarn 2 Tent?")
    assert "2 \u00d7" not in record.reply and "in total" not in record.reply
    assert {c.product_id for c in record.cards} == {"ember-kettle", "tarn-2-tent"}


def test_a_version_that_was_asked_for_is_the_one_that_is_told_of(talk: Talk) -> None:
    record = talk("looking for a sleeping bag for minus 5, long, zip on the left")
    told = next(part for part in record.reply.split(" and the ") if "-5" in part)
    assert "Left" in told


def test_returning_to_a_product_returns_no_order(talk: Talk) -> None:
    record = talk("how much is the Ember Kettle", "ok let's return to the Tarn 2 Tent. Remind me of the price?")
    assert "Tarn 2 Tent" in record.reply and "who you are" not in record.reply
    assert "who you are" in talk("I want to return the tent I bought").reply


@pytest.mark.parametrize("words", ["count please", "and how many do you hold?", "is there a number of pieces left"])
def test_a_count_is_asked_for_in_other_words(talk: Talk, words: str) -> None:
    assert "in stock" in talk("how much is the Iron Skillet", words).reply


def test_two_talked_about_are_no_option_of_size_two(talk: Talk) -> None:
    record = talk("how much is the Ember Kettle", "do you have the Iron Skillet", "put those two side by side")
    assert "Ember Kettle" in record.reply and "Iron Skillet" in record.reply


def test_a_budget_said_alone_narrows_the_last_search(talk: Talk) -> None:
    record = talk("do you have sleeping bags", "I only have £100 for it")
    assert record.cards[0].name == "Nightfall +5 Sleeping Bag" and "-5" not in record.reply, record.reply
