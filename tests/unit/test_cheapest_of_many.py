"""A kind with hundreds of things: its cheapest beside words that say nothing, and what only its texts name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.shop.importers import import_shop
from tests.unit.shop_folder import FILES, fresh_database

_NUM = 300


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Lamps that say so twice, a tenth of them of brass; the cheapest says least of itself."""
    folder = tmp_path_factory.mktemp("lamps")
    brass = {n: "A brass desk lamp." if n % 10 == 0 else "A fine desk lamp." for n in range(_NUM)}
    lamps = [f"L{n},Desk Lamp No {n},Lamps,,Lux,{brass[n]},yes" for n in range(_NUM)]
    prices = [f"S{n},L{n},{20 + n}.00,5" for n in range(_NUM)]
    header = "product_id,name,category,subcategory,brand,description,active"
    (folder / "products.csv").write_text(
        "\n".join([header, *lamps, "X,Glimmer,Lamps,,Lux,Bright enough for a treadmill.,yes"]) + "\n"
    )
    (folder / "variants.csv").write_text("\n".join(["sku,product_id,price,stock", *prices, "SX,X,3.00,5"]) + "\n")
    (folder / "shop.json").write_text(FILES["shop.json"])
    db = fresh_database(folder / "shop.db")
    import_shop(db, "shop", folder)
    engine = ScriptedEngine(lambda _: "", context=50_000)
    made = Assistant(db, engine, engine.tokenizer, Settings())
    yield made
    engine.close()
    db.close()


def _asked(shop: Assistant, *texts: str) -> str:
    conversation = uuid.uuid4().hex
    return [shop.reply(conversation, text, introduced=True).reply for text in texts][-1]


@pytest.mark.parametrize("words", ["", ", just curious lol", " you've actually got for a zeppelin"])
def test_words_that_nothing_has_narrow_nothing(shop: Assistant, words: str) -> None:
    assert "Glimmer" in _asked(shop, f"what is the cheapest of your lamps{words}")


def test_words_that_some_have_do(shop: Assistant) -> None:
    assert "Desk Lamp No 0" in _asked(shop, "what is the cheapest of your lamps in brass")


def test_what_only_a_text_of_the_topic_names_is_not_sold(shop: Assistant) -> None:
    assert not _asked(shop, "got any lamps?", "you have treadmill?").startswith("We have")


def test_a_superlative_says_among_what(shop: Assistant) -> None:
    assert "The most expensive of our lamps is the" in _asked(shop, "what is the dearest of your lamps")
    assert "that I found" in _asked(shop, "what is the cheapest of your lamps in brass")


def test_of_one_thing_in_one_version_its_kind_is_meant(shop: Assistant) -> None:
    assert "The most expensive of our lamps is the" in _asked(shop, "how much is the Glimmer?", "and the dearest?")


@pytest.mark.parametrize("words", ["dearest thing in your lamps section", "cheapest in the lamp department"])
def test_a_shelf_is_called_by_a_word_of_its_name(shop: Assistant, words: str) -> None:
    assert "lamps" in _asked(shop, words)
