"""What a crash left unanswered is taken up at the next start, and never said over what has been said since."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant.desk import Desk
from assistant.metrics import Metrics
from assistant.pipeline import Assistant
from assistant.server import _answer_left
from assistant.store.conversations import STAFF, append_message
from assistant.store.database import Database
from assistant.types import CustomerRef
from tests.stand_in import ready_status
from tests.unit.orders_shop import assistant, order, order_shop

MIA: dict[str, Any] = {"customer": CustomerRef("mia"), "introduced": True}
CANCEL = "Cancel order #W1000001, it was ordered by mistake"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    shop = order_shop(tmp_path / "shop.db")
    yield shop
    shop.close()


def cut_off(db: Database, text: str, conversation: str = "web-1") -> Assistant:
    """The assistant of the next start; a message waits that the last one didn't answer."""
    one = assistant(db)
    one.conversations.begin_turn(conversation, text, datetime.now(UTC), "mia")
    return one


def recovery(one: Assistant, meanwhile: Callable[[], object] = bool) -> None:
    """The recovery at start; `meanwhile` happens after it has looked, while it waits for the model."""
    desk = Desk(one, Metrics(ready_status))
    _answer_left(
        cast(Any, SimpleNamespace(assistant=one, process=SimpleNamespace(wait_ready=meanwhile))),
        desk,
        one.conversations.pending(),
    )


def said(one: Assistant) -> list[tuple[str, str]]:
    return [(m.role, m.status) for m in one.conversations.messages("web-1")]


def test_it_is_answered_where_nothing_was_said_since(db: Database) -> None:
    one = assistant(db)
    one.reply("web-1", CANCEL, **MIA)
    recovery(cut_off(db, "yes"))
    assert said(one)[2:] == [("customer", "done"), ("assistant", "done")]
    assert order(db, "#W1000001")["status"] == "cancelled"


@pytest.mark.parametrize("left", ["yes", "Yes, go ahead", "ok"])
def test_a_yes_of_before_agrees_to_nothing_that_was_proposed_since(db: Database, left: str) -> None:
    one = cut_off(db, left)
    recovery(one, lambda: one.reply("web-1", CANCEL, **MIA))
    assert order(db, "#W1000001")["status"] == "pending"
    assert said(one) == [("customer", "interrupted"), ("customer", "done"), ("assistant", "done")]


@pytest.mark.parametrize("left", ["How much are the Trail Boots?", "is the lamp there in black?", "yes"])
def test_what_the_customer_has_asked_again_is_answered_once(db: Database, left: str) -> None:
    one = cut_off(db, left)
    recovery(one, lambda: one.reply("web-1", left, **MIA))
    assert said(one) == [("customer", "done"), ("assistant", "done")]


def test_what_the_customer_asks_again_meanwhile_is_answered_once(db: Database) -> None:
    one = cut_off(db, "How much are the Trail Boots?")
    desk = Desk(one, Metrics(ready_status))
    again = desk.turn("web-1", "How much are the Trail Boots?", **MIA)
    next(again)
    left = one.conversations.pending()
    runtime = cast(Any, SimpleNamespace(assistant=one, process=SimpleNamespace(wait_ready=bool)))
    waits = threading.Thread(target=_answer_left, args=(runtime, desk, left))
    waits.start()
    for _ in again:
        pass
    waits.join(20)
    assert said(one) == [("customer", "done"), ("assistant", "done")]


def test_what_a_colleague_has_answered_is_not_answered_again(db: Database) -> None:
    one = cut_off(db, "Is anybody there?")

    def colleague() -> None:
        with db.write() as session:
            append_message(session, "web-1", STAFF, "Yes, I am Lena.", datetime.now(UTC), {})

    recovery(one, colleague)
    assert said(one) == [("customer", "interrupted"), ("staff", "done")]


def test_the_others_are_answered_all_the_same(db: Database) -> None:
    one = cut_off(db, "yes")
    cut_off(db, "How much are the Trail Boots?", "web-2")
    recovery(one, lambda: one.reply("web-1", CANCEL, **MIA))
    assert "€90.00" in one.conversations.messages("web-2")[-1].text
