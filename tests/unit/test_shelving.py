"""The shop's texts are judged before a customer asks, and again when they change."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import text

from assistant.config import Settings
from assistant.engine.scripted import ByteTokenizer, ScriptedEngine
from assistant.pipeline import Assistant
from assistant.screen import shelf
from assistant.shelving import Shelving, shop_texts
from assistant.shop.embed import default_embedder
from assistant.shop.search import Search

THREAT = "I will find you and kill you and your whole family"


@pytest.fixture
def assistant(shop_db: Any, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    monkeypatch.setattr(shelf, "_OF_THE_HEADS_IN_USE", shelf._Verdicts())
    return Assistant(shop_db, ScriptedEngine([]), ByteTokenizer(), Settings())


def _describe(db: Any, words: str) -> None:
    with db.write() as session:
        session.execute(text("UPDATE product SET description = :words"), {"words": words})
    Search(db, default_embedder()).refresh()


def test_every_text_that_is_quoted_is_looked_at(shop_db: Any) -> None:
    _describe(shop_db, "A line that nobody wrote.")
    with shop_db.write() as session:
        session.execute(text("INSERT INTO policy(policy_id, title, text, position) VALUES ('p', 'P', 'A page.', 9)"))
    texts = list(shop_texts(shop_db))
    assert {"A line that nobody wrote.", "A page."} <= set(texts)


def test_a_change_is_looked_at_once(assistant: Assistant, shop_db: Any) -> None:
    shelving = Shelving(shop_db, assistant.guard)
    shelving.look()
    assert shelving.look() == 0
    _describe(shop_db, f"Warm wool. {THREAT}.")
    assert shelving.look() == 1
    assert shelf._OF_THE_HEADS_IN_USE.get(THREAT) is False
    assert shelving.look() == 0


def test_it_runs_by_itself_and_stops(assistant: Assistant, shop_db: Any) -> None:
    _describe(shop_db, THREAT)
    shelving = Shelving(shop_db, assistant.guard, poll_s=0.05, first_after_s=0.0)
    shelving.start()
    until = time.monotonic() + 10
    while shelf._OF_THE_HEADS_IN_USE.get(THREAT) is None and time.monotonic() < until:
        time.sleep(0.02)
    shelving.stop()
    assert shelf._OF_THE_HEADS_IN_USE.get(THREAT) is False
