"""The shop's lines are read before anybody asks: then an answer has nothing of the shop's left to read."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

from assistant.act import ahead
from assistant.act.evidence import Line, scores
from assistant.act.line_reader import LineReader, default_reader
from assistant.config import Settings
from assistant.engine.scripted import ByteTokenizer, ScriptedEngine
from assistant.pipeline import Assistant
from assistant.shelving import Shelving, products_for_sale
from assistant.shop.embed import Embedder, default_embedder
from assistant.shop.importers import import_shop
from assistant.store.database import Database

SHOP = {
    "shop.json": '{"name": "Two Things", "currency": "EUR", "phone": "555-0101"}',
    "products.csv": "product_id,name,category,description,material\n"
    "lamp,Bow Lamp,Lamps,Throws a warm light over the whole desk.,brass\n",
    "variants.csv": "sku,product_id,price,stock\nL,lamp,40,2\n",
}
QUESTIONS = ("Is the bow lamp made of brass?", "Do you repair lamps?", "What's your phone number?")


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    folder = tmp_path / "shop"
    (folder / "policies").mkdir(parents=True)
    for name, text in SHOP.items():
        (folder / name).write_text(text)
    (folder / "policies" / "repairs.md").write_text("# Repairs\n\nWe repair every lamp that we sold.\n")
    with Database.open(tmp_path / "shop.db", create=True) as db:
        import_shop(db, "shop", folder)
        yield db


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the two encoders read from now on; what was read before is forgotten."""
    made: list[str] = []
    embed, line = Embedder._made, LineReader._read
    monkeypatch.setattr(Embedder, "_made", lambda self, text: made.append(text) or embed(self, text))
    monkeypatch.setattr(LineReader, "_read", lambda self, text: made.append(text) or line(self, text))
    monkeypatch.setattr(default_embedder(), "_cache", OrderedDict())
    monkeypatch.setattr(default_reader(), "_known", OrderedDict())
    return made


def test_what_was_read_ahead_is_not_read_for_an_answer(shop: Database, read: list[str]) -> None:
    assistant = Assistant(shop, ScriptedEngine([]), ByteTokenizer(), Settings())
    assert assistant.read_ahead(products_for_sale(shop)) >= 4
    assert {"material: brass", "Throws a warm light over the whole desk."} <= set(read)
    known = set(read)
    assistant.reply("a", "hello")
    for question in QUESTIONS:
        read.clear()
        answer = assistant.reply("a", question).reply
        own = [text for text in read if text in known or ("lamp" in text.lower() and text.endswith("."))]
        assert own == [], (question, answer)


def test_it_ends_when_there_is_no_room_or_it_is_over(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = Assistant(shop, ScriptedEngine([]), ByteTokenizer(), Settings())
    assert assistant.read_ahead(products_for_sale(shop), lambda: True) == 0
    monkeypatch.setattr(ahead, "ROOM", 2)
    assert assistant.read_ahead(products_for_sale(shop)) == 2


def test_a_line_read_ahead_scores_as_one_that_was_not(shop: Database) -> None:
    lines = [Line("brass", "material"), Line("Throws a warm light over the whole desk.")]
    before = scores("is it brass", lines, Embedder(num_workers=1).encode)
    Assistant(shop, ScriptedEngine([]), ByteTokenizer(), Settings()).read_ahead(products_for_sale(shop))
    assert scores("is it brass", lines, Embedder(num_workers=1).encode).tolist() == before.tolist()


def test_a_server_reads_ahead_at_its_first_look(shop: Database) -> None:
    assistant = Assistant(shop, ScriptedEngine([]), ByteTokenizer(), Settings())
    seen: list[str] = []

    def noted(products: Any, is_over: Any, rest: Any) -> int:
        seen.extend(p.product_id for p in products)
        return len(seen)

    shelving = Shelving(shop, assistant.guard, noted)
    shelving.look()
    assert seen == ["lamp"]
    shelving.look()
    assert seen == ["lamp"]
