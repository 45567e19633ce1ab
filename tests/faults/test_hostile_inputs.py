"""Thousands of hostile inputs through the real API and pipeline: none breaks it, changes the shop or comes back alive.

The model declines (the answers are code's own words): what it may say is the pipeline's matter and tested there.
`FAULTS_INPUTS` says how many; `make test-faults` sends 10,000.
"""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from assistant.api import create_app
from assistant.config import Settings
from assistant.customers import find_customer
from assistant.desk import Desk
from assistant.engine.request import EngineEvent, EngineStatus, GenerateRequest
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import EngineError
from assistant.metrics import Metrics
from assistant.pipeline import Assistant
from assistant.privacy.export import export
from assistant.privacy.export_page import page
from assistant.privacy.subject import Subject
from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from tests.faults.harness import assert_whole, note
from tests.faults.hostile import messages

NUM_INPUTS = int(os.environ.get("FAULTS_INPUTS", "120"))
SHOP_TABLES = ("product", "variant", "customer", "order", "order_line", "payment", "promotion", "policy", "outbox")
pytestmark = pytest.mark.timeout(3000)


class Declining:
    """An engine that says nothing."""

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        raise EngineError("nothing is generated here")

    def status(self) -> EngineStatus:
        return EngineStatus(ready=True, model="none", context=2048, slots=1)

    def close(self) -> None:
        pass


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    db = Database.open(tmp_path / "shop.db", key="ab" * 32)
    import_shop(db, "shop", DEMO_SHOP)
    yield db
    db.close()


def shop_rows(db: Database) -> dict[str, Any]:
    with db.read() as session:
        return {table: session.execute(text(f'SELECT * FROM "{table}"')).all() for table in SHOP_TABLES}


def test_hostile_inputs(shop: Database) -> None:
    settings = Settings()
    engine = ScriptedEngine(lambda _: "", context=2048)
    assistant = Assistant(shop, Declining(), engine.tokenizer, settings)
    app = create_app(
        Desk(assistant, Metrics(Declining().status)),
        settings,
        status=Declining().status,
        find_customer=lambda key, email: find_customer(shop, customer_id=key, email=email),
        trouble=shop.trouble,
    )
    before = shop_rows(shop)
    statuses: Counter[int] = Counter()
    acknowledged = []
    headers = {"Content-Type": "application/json"}
    with TestClient(app, raise_server_exceptions=False) as client:
        for number in range(NUM_INPUTS):
            body = messages(1, number)
            response = client.post("/v1/chat/completions", content=body, headers=headers)
            statuses[response.status_code] += 1
            assert response.status_code in (200, 400, 403, 413, 422, 429), (number, response.status_code, body[:200])
            if response.status_code != 200 or "json" not in response.headers["content-type"]:
                continue
            reply = response.json()["backroom"]["reply"]
            bad = [c for c in reply if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c != "\n"]
            assert not bad and "<script" not in reply.lower() and "\x1b" not in reply, (number, reply)
            acknowledged.append(reply)
        assert client.get("/readyz").status_code == 200
    engine.close()
    assert shop_rows(shop) == before, "an input changed the shop"
    assert len(acknowledged) > NUM_INPUTS // 4
    with shop.read() as session:
        names = list(session.scalars(text("SELECT conversation_id FROM conversation ORDER BY random() LIMIT 200")))
    for name in names:
        shown = page(export(shop, Subject(f"conversation:{name}"))).lower()
        assert "<script" not in shown and "<img" not in shown and "<iframe" not in shown
    note(f"{NUM_INPUTS:,} hostile inputs", statuses=dict(statuses), **assert_whole(shop.path, [], "ab" * 32))
