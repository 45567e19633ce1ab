"""A product that the shop lists without anything to buy of it: said to be not available, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.shop.importers import import_shop
from tests.unit.shop_folder import FILES, fresh_database, write_folder


@pytest.fixture(scope="module")
def ghost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("shop")
    products = FILES["products.csv"] + "P9,Ghost Lamp,Home,,Loom,,,,,,,,steel\n"
    engine = ScriptedEngine(lambda _: "", context=50_000)
    with fresh_database(folder / "shop.db") as db:
        import_shop(db, "shop", write_folder(folder / "in", products=products))
        yield Assistant(db, engine, engine.tokenizer, Settings())
    engine.close()


@pytest.mark.parametrize("asked", ["How much is the Ghost Lamp?", "Do you have the Ghost Lamp in size 42?"])
def test_it_is_not_available(ghost: Assistant, asked: str) -> None:
    record = ghost.reply(asked, asked, introduced=True)
    assert "the Ghost Lamp is not available" in record.reply and ": ." not in record.reply
