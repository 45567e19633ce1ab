"""Answers of the default model over the demo shop: true whatever it writes, mostly in its own words, and never lost."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from assistant.config import Settings
from assistant.engine import open_engine
from assistant.engine.process import EngineProcess
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.pipeline import Assistant
from assistant.shop import schema
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from tests.unit.shop_folder import fresh_database

pytestmark = pytest.mark.model
DEMO = Path(schema.__file__).parent / "demo"
Opened = tuple[EngineProcess, LlamaTokenizer]


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    engine, tokenizer = open_engine("smollm2-135m", slots=4, context_per_slot=1536)
    yield engine, tokenizer
    engine.close()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = fresh_database(tmp_path_factory.mktemp("answers") / "demo.db")
    import_shop(db, "shop", DEMO)
    yield db
    db.close()


@pytest.fixture
def db(imported: Database, tmp_path: Path) -> Iterator[Database]:
    copy = imported.copy_to(tmp_path / "demo.db")
    yield copy
    copy.close()


@pytest.fixture
def assistant(db: Database, opened: Opened) -> Assistant:
    return Assistant(db, *opened, Settings().override(model={"deadline_s": 120.0}))


QUESTIONS = [
    ("How much is the Trail Runner in black, size 42?", "£89.00", "in stock"),
    ("Is the Trail Runner in black available in size 42?", "size 42", "is in stock"),
    ("how many Trail Runners in black 42 are left", "12 in stock", ""),
    ("What is the Ember Kettle made of?", "steel", ""),
    ("what colours does the Fellwalker Low come in?", "Brown", "Black"),
    ("which is your cheapest tent?", "£", ""),
    ("When are you open on Thursdays?", "Thu", ""),
    ("hello", "AI", ""),
    ("do you sell unicycles?", "sorry", ""),
]


@pytest.mark.parametrize(("question", "first", "second"), QUESTIONS, ids=[q for q, _, _ in QUESTIONS])
def test_an_answer_states_what_the_shop_says(question: str, first: str, second: str, assistant: Assistant) -> None:
    record = assistant.reply("c", question)
    assert first in record.reply and second in record.reply
    assert not re.search(r"[{}]|\d\.(?:price|item)", record.reply)
    assert record.model == "smollm2-135m"


def test_the_models_own_words_pass_most_of_the_time(assistant: Assistant, db: Database) -> None:
    """ "It costs", "is in stock" and the like come from the model; what it adds to that never shows."""
    with db.read() as session:
        names = session.execute(sql("SELECT name FROM product WHERE active ORDER BY position LIMIT 12")).scalars().all()
    own: list[float] = []
    for number, name in enumerate(names):
        form = ("How much is the {}?", "do you have the {} in stock")[number % 2]
        record = assistant.reply(f"c{number}", form.format(name), introduced=True)
        assert name in record.reply and "£" in record.reply
        own.append(float(record.own_words > 0))
    assert sum(own) / len(own) >= 0.5


def test_every_figure_of_an_answer_has_its_receipt(assistant: Assistant) -> None:
    record = assistant.reply("c", "How much is the Trail Runner in black, size 42?", introduced=True)
    receipts = [r.as_json() for r in record.receipts]
    assert {"sku": "TR-BLK-42", "field": "price", "value": 89.0} in [
        {k: v for k, v in r.items() if k != "as_of"} for r in receipts
    ]
    assert all(r["as_of"] for r in receipts)


def test_a_conversation_and_a_change_in_its_midst(assistant: Assistant, db: Database) -> None:
    assert "£89.00" in assistant.reply("c", "How much is the Trail Runner in black, size 42?").reply
    with db.write() as session:
        session.execute(sql("UPDATE variant SET price_minor = 7150, stock = 0 WHERE sku = 'TR-BLK-42'"))
    reply = assistant.reply("c", "how much is it now?").reply
    assert "£71.50" in reply and "out of stock" in reply and "89" not in reply
    assert "43" in assistant.reply("c", "and in size 43?").reply


def test_customers_side_by_side_get_their_own_answers(assistant: Assistant) -> None:
    asked = {"Trail Runner GTX": "", "Ember Kettle": "", "Glow Lantern": "", "Tarn 2 Tent": ""}

    def ask(name: str) -> None:
        asked[name] = assistant.reply(name, f"how much is the {name}?", introduced=True).reply

    threads = [threading.Thread(target=ask, args=(name,)) for name in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for name, reply in asked.items():
        assert f"The {name}" in reply and "£" in reply
        assert not any(other in reply for other in asked if other not in name)


def test_an_engine_killed_in_mid_answer_costs_the_customer_nothing(assistant: Assistant, opened: Opened) -> None:
    engine, _ = opened
    turn = assistant.turn("c", "How much is the Trail Runner in black, size 42?")
    said = [next(turn)]
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    said += turn
    reply = said[-1].record.reply  # type: ignore[union-attr]
    assert "£89.00" in reply and reply.count("£89.00") == 1
    assert [m.status for m in assistant.conversations.messages("c")] == ["done", "done"]
    assert "£" in assistant.reply("c", "how much is the Ember Kettle?").reply
