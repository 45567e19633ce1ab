"""What isn't the thing asked for is never confirmed, and a superlative looks at everything of its kind.

The demo shop in code's own words; prices are read from its rows here too.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from tests.unit.shop_folder import fresh_database

Talk = Callable[..., str]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    db = fresh_database(tmp_path_factory.mktemp("exact") / "shop.db")
    import_shop(db, "shop", DEMO_SHOP)
    engine = ScriptedEngine(lambda _: "", context=50_000)
    yield Assistant(db, engine, engine.tokenizer, Settings())
    engine.close()
    db.close()


@pytest.fixture
def talk(assistant: Assistant) -> Talk:
    """Says the turns of one new conversation, and gives the last reply."""

    def say(*turns: str) -> str:
        conversation = uuid.uuid4().hex
        return [assistant.reply(conversation, turn, introduced=True) for turn in turns][-1].reply

    return say


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
def test_what_only_comes_near_is_never_confirmed(talk: Talk, asked: str) -> None:
    reply = talk(asked)
    assert not reply.startswith("Yes")
    assert "closest" in reply or "couldn't find" in reply


def test_what_is_there_is_offered_plainly(talk: Talk) -> None:
    for asked in ("do you have hot chocolate", "do you sell tents", "got any charcoal fleece"):
        reply = talk(asked)
        assert "closest" not in reply
        assert "£" in reply


def test_a_word_in_front_of_the_name_counts(talk: Talk) -> None:
    reply = talk("do you have wide fitting boots")
    assert not reply.startswith(("Yes", "We have the Drift Winter Boot"))
    assert "Moss Step (Wide)" in reply or "closest" in reply


def test_the_cheapest_one_for_somebody_is_of_what_was_searched_before(assistant: Assistant, talk: Talk) -> None:
    kids = next(p for p in assistant.catalogue.iter_products() if p.name == "Scout Kids' Backpack")
    reply = talk("cheapest backpack", "cheapest one for kids")
    assert kids.name in reply
    assert min(v.price for v in kids.variants if v.active).format("en_GB") in reply


def test_the_dearest_of_a_kind_is_among_all_of_the_kind(assistant: Assistant, talk: Talk) -> None:
    jackets = [
        v.price
        for p in assistant.catalogue.iter_products()
        if p.active and "jacket" in f"{p.name} {p.subcategory}".lower()
        for v in p.variants
        if v.active
    ]
    assert max(jackets).format("en_GB") in talk("most expensive jacket")


def test_things_sold_out_are_listed_without_those_that_are_there(assistant: Assistant, talk: Talk) -> None:
    products = [p for p in assistant.catalogue.iter_products() if p.active and p.subcategory == "Tents"]
    reply = talk("which tents are out of stock")
    for product in products:
        there = any(v.available for v in product.variants if v.active)
        assert (product.name in reply) != there


def test_several_things_are_all_in_the_sum(talk: Talk) -> None:
    assert "£36.00" in talk("total for 1 crepe pan and 1 hot chocolate")
    assert "£49.50" in talk("how much are the merino hiking socks", "what would 3 cost me")
    assert "£131.85" in talk("2x camp chairs and a spark stove, whats the total", "and a gas canister 230g")


def test_a_number_is_read_for_what_it_says(talk: Talk) -> None:
    assert "800 in" not in talk("tell me about the beam 800", "i'll take the 800 in orange")
    assert "size 30" not in talk("how much is the trail runner kids", "so thats 30 off?")
