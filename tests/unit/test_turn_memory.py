"""What a turn remembers of its own work, and that the shop's words are learnt anew when any of its texts changes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from assistant.act.evidence import Line, scores
from assistant.shop.embed import default_embedder
from assistant.shop.importers import import_shop
from assistant.shop.search import Filters, Search
from assistant.shop.search_glance import SearchGlance
from assistant.shop.texts import texts_version
from assistant.shop_words import ShopWords
from assistant.store.database import Database
from assistant.turn_encoder import TurnEncoder, once

SHOP = {
    "shop.json": '{"name": "Two Things", "currency": "EUR"}',
    "products.csv": "product_id,name,category,description,material\n"
    "lamp,Bow Lamp,Lamps,Throws a warm light over the whole desk.,brass\n"
    "rug,Kelim Rug,Rugs,Woven by hand.,wool\n",
    "variants.csv": "sku,product_id,price,stock\nL,lamp,40,2\nR,rug,90,1\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    folder = tmp_path / "shop"
    (folder / "policies").mkdir(parents=True)
    for name, content in SHOP.items():
        (folder / name).write_text(content)
    (folder / "policies" / "repairs.md").write_text("# Repairs\n\nWe repair every lamp that we sold.\n")
    with Database.open(tmp_path / "shop.db", create=True) as db:
        import_shop(db, "shop", folder)
        Search(db, default_embedder()).refresh()
        yield db


CHANGES = (
    "UPDATE policy SET text = text || ' Kintsugi too.'",
    "INSERT INTO policy(policy_id, title, text, position) VALUES ('k', 'Kintsugi', 'We mend cups.', 9)",
    "DELETE FROM policy",
    "INSERT INTO shop_info(key, value) VALUES ('synonyms', 'rug = zarpette')",
    "UPDATE product SET description = 'Throws light.'",
    """INSERT INTO variant(sku, product_id, price_minor, stock, active, options, position)
    SELECT 'lavender', product_id, price_minor, 1, 1, '{"colour": "lavender"}', 99 FROM variant LIMIT 1""",
)


@pytest.mark.parametrize("change", CHANGES)
def test_every_text_that_changes_gives_another_version(shop: Database, change: str) -> None:
    with shop.look() as raw:
        before = texts_version(raw)
        assert texts_version(raw) == before
    with shop.write() as session:
        session.execute(text(change))
    with shop.look() as raw:
        assert texts_version(raw) != before


def test_a_price_and_a_stock_are_no_text(shop: Database) -> None:
    with shop.look() as raw:
        before = texts_version(raw)
    with shop.write() as session:
        session.execute(text("UPDATE variant SET price_minor = 100, stock = 0"))
    with shop.look() as raw:
        assert texts_version(raw) == before


def test_the_shops_own_word_is_known_from_the_next_turn(shop: Database) -> None:
    shop_words = ShopWords(shop)
    words = shop_words.now()[0]
    assert "zarpett" not in words.by_kind and not words.is_word("kintsugi")
    with shop.write() as session:
        session.execute(text("INSERT INTO shop_info(key, value) VALUES ('synonyms', 'rug = zarpette')"))
        session.execute(text("UPDATE policy SET text = text || ' Kintsugi too.'"))
    words = shop_words.now()[0]
    assert words.by_kind["zarpett"] == {"rug"} and words.is_word("kintsugi")
    assert shop_words.now()[0] is words


def test_a_turn_searches_once_and_the_next_sees_the_shop_anew(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    search, asked = Search(shop, default_embedder()), []
    find = Search.products
    monkeypatch.setattr(Search, "products", lambda self, *what: asked.append(what) or find(self, *what))
    turn, cheap = SearchGlance(search), Filters(price_max=5000, options={"colour": frozenset({"red"})})
    assert turn.products("lamp", limit=3) == turn.products("lamp", limit=3) != []
    assert turn.products("lamp", cheap) == turn.products("lamp", cheap) == []
    assert len(asked) == 2
    with shop.write() as session:
        session.execute(text("UPDATE product SET active = 0 WHERE product_id = 'lamp'"))
    assert [hit.product_id for hit in SearchGlance(search).products("lamp", limit=3)] == ["rug"]


def test_what_was_found_can_be_changed_by_who_asked(shop: Database) -> None:
    turn = SearchGlance(Search(shop, default_embedder()))
    turn.products("lamp").clear()
    turn.near("something for the desk").clear()
    assert turn.products("lamp") and turn.near("something for the desk")


def test_lines_are_weighed_once_for_a_turn_and_no_longer() -> None:
    asked: list[str] = []

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        return default_embedder().encode(texts)

    lines = [Line("brass", "material"), Line("Throws a warm light over the whole desk.")]
    turn = TurnEncoder(encode)
    first = scores("is it brass", lines, turn)
    num = len(asked)
    assert scores("is it brass", list(lines), turn) is first and len(asked) == num
    assert scores("is it brass", lines, encode).tolist() == first.tolist()
    gone = weakref.ref(first)
    del first, turn
    gc.collect()
    assert gone() is None


def test_without_a_turn_nothing_is_kept() -> None:
    made = []
    for _ in range(2):
        once(default_embedder().encode, "a", lambda: made.append(1))
    assert len(made) == 2
