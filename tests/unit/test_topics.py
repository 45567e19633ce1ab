"""A topic stays until another begins: messages without a subject of their own refine it, over every kind of two shops.

What is listed is held against the shop's rows, so that the tests hold for any catalogue.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from assistant.types import Product, Record
from tests.unit.importing import shared_data
from tests.unit.shop_folder import fresh_database

Talk = Callable[..., list[Record]]


@pytest.fixture(scope="module", params=["demo", "dummyjson"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    db = fresh_database(tmp_path_factory.mktemp("topics") / "shop.db")
    if request.param == "demo":
        import_shop(db, "shop", DEMO_SHOP)
    else:
        import_shop(db, "dummyjson", shared_data("dummyjson"))
    engine = ScriptedEngine(lambda _: "", context=50_000)
    yield Assistant(db, engine, engine.tokenizer, Settings())
    engine.close()
    db.close()


@pytest.fixture
def talk(shop: Assistant) -> Talk:
    """Says the turns of one new conversation, and gives every answer."""

    def say(*turns: str) -> list[Record]:
        conversation = uuid.uuid4().hex
        return [shop.reply(conversation, turn, introduced=True) for turn in turns]

    return say


def kinds(shop: Assistant) -> dict[str, list[Product]]:
    """The products on sale by kind, of the kinds that have a few."""
    found: dict[str, list[Product]] = defaultdict(list)
    for product in shop.catalogue.iter_products():
        if product.active and any(v.active for v in product.variants):
            found[product.subcategory or product.category].append(product)
    return {kind: products for kind, products in found.items() if kind and len(products) > 3}


def told(record: Record) -> set[str]:
    """The products whose cards stand beside an answer."""
    return {card.product_id for card in record.cards}


def lowest(product: Product) -> int:
    return min(v.price.minor for v in product.variants if v.active)


def test_what_else_is_of_the_same_kind_and_new(shop: Assistant, talk: Talk) -> None:
    for kind, products in list(kinds(shop).items())[:12]:
        first, more = talk(f"show me your {kind.replace('-', ' ')}", "what else do you have?")
        own = {p.product_id for p in products}
        if len(told(first)) == 3 and told(first) <= own:
            assert told(more) and told(more) <= own - told(first), (kind, more.reply)


def test_cheaper_is_of_the_same_kind_and_below_what_was_told(shop: Assistant, talk: Talk) -> None:
    for kind, products in list(kinds(shop).items())[:12]:
        asked = sorted(products, key=lowest)[len(products) // 2]
        first, less = talk(f"How much is the {asked.name}?", "got anything cheaper?")
        if told(first) != {asked.product_id}:
            continue  # a name that several share
        own = {p.product_id: p for p in products}
        if any(lowest(p) < lowest(asked) for p in products):
            assert told(less) and all(lowest(own[p]) < lowest(asked) for p in told(less)), (kind, less.reply)
        else:
            assert less.reply.startswith("Nothing of that kind costs less"), (kind, less.reply)


@pytest.mark.parametrize("turn", ["something else?", "anything cheaper?", "got a bigger one?", "any others"])
def test_without_a_topic_nothing_is_listed(talk: Talk, turn: str) -> None:
    assert not talk(turn)[-1].receipts


def test_a_measure_alone_keeps_what_has_it(shop: Assistant, talk: Talk) -> None:
    if shop.catalogue.info().get("name") != "Fell & Hearth":
        pytest.skip("this shop writes no measures into options")
    record = talk("what is your cheapest rucksack", "60 litres?")[-1]
    duffel = next(p for p in shop.catalogue.iter_products() if p.name == "Harbour Duffel")
    price = {v.price.format("en_GB") for v in duffel.variants if v.options["capacity"] == "60 l"}
    assert told(record) == {duffel.product_id} and any(p in record.reply for p in price)


def test_bigger_is_measured_against_the_version_told(shop: Assistant, talk: Talk) -> None:
    if shop.catalogue.info().get("name") != "Fell & Hearth":
        pytest.skip("this shop writes no measures into options")
    turns = talk("Harbour Duffel 40 litres, how much is it?", "same but bigger", "and an even bigger one?")
    assert "60 l" in turns[1].reply and "90 l" in turns[2].reply
