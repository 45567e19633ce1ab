"""A customer stops an answer: what it did to the dialogue holds as far as they can know of it, whatever comes next."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.pipeline import Assistant
from assistant.store.database import Database
from assistant.types import CustomerRef, Delta, Record
from tests.unit.orders_shop import assistant as order_assistant
from tests.unit.orders_shop import order, order_shop

Stop = Callable[..., Record]


def stop(one: Assistant, conversation: str, text: str, after: int = 1, **how: Any) -> str:
    """Stop the answer to `text` after so many sentences; gives what was said. One that is over by then is a mistake."""
    turn = one.turn(conversation, text, **how)
    said = [next(turn) for _ in range(after)]
    assert all(isinstance(event, Delta) for event in said), "nothing was left to stop"
    turn.close()  # type: ignore[attr-defined]
    return "".join(event.text for event in said if isinstance(event, Delta))


@pytest.mark.parametrize(
    ("stopped", "then", "expected"),
    [
        ("show me tents", "how much is the second one?", "Tarn 3 Tent"),
        ("what tents do you have?", "is the last one in stock?", "Basecamp 6"),
        ("How much is the Hearthside Throw?", "and in mustard?", "Hearthside Throw (Mustard)"),
        ("how much are a kettle and two mugs together?", "and another mug", "3 × the Ember Mug"),
        ("I never wear wool. Got a throw?", "recommend a throw", "no wool"),
    ],
)
def test_the_next_message_builds_on_it(assistant: Assistant, stopped: str, then: str, expected: str) -> None:
    conversation = uuid.uuid4().hex
    assert expected not in stop(assistant, conversation, stopped)
    assert expected in assistant.reply(conversation, then).reply


def test_it_counts_as_a_turn(assistant: Assistant) -> None:
    conversation = uuid.uuid4().hex
    assert "AI" in stop(assistant, conversation, "show me tents")
    assert "AI" not in assistant.reply(conversation, "how much is the Ember Mug?").reply
    assert assistant.conversations.state(conversation)["num_turns"] == 2


@pytest.mark.parametrize("yes", ["yes", "yes please", "ok"])
def test_an_offer_of_the_answer_before_is_over(assistant: Assistant, yes: str) -> None:
    conversation = uuid.uuid4().hex
    assert "Shall I call a colleague" in assistant.reply(conversation, "I want to complain, this is awful").reply
    stop(assistant, conversation, "How much is the Hearthside Throw in mustard?")
    assert not assistant.reply(conversation, yes).handoff


@pytest.mark.parametrize("yes", ["yes", "yes please", "ok"])
def test_an_offer_that_was_not_heard_is_not_taken_up(assistant: Assistant, yes: str) -> None:
    conversation = uuid.uuid4().hex
    assert "colleague" not in stop(assistant, conversation, "I want to complain, this is awful")
    assert not assistant.reply(conversation, yes).handoff


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    shop = order_shop(tmp_path / "shop.db")
    yield shop
    shop.close()


MIA: dict[str, Any] = {"customer": CustomerRef("mia"), "introduced": True}


def test_a_proposal_that_was_not_heard_is_made_again_before_it_is_carried_out(db: Database) -> None:
    one = order_assistant(db)
    said = stop(one, "c", "Cancel order #W1000001, it was ordered by mistake", **MIA)
    assert "Shall I go ahead" not in said
    again = one.reply("c", "yes", **MIA)
    assert not again.writes and "Shall I go ahead" in again.reply and order(db, "#W1000001")["status"] == "pending"
    assert one.reply("c", "yes", **MIA).writes and order(db, "#W1000001")["status"] == "cancelled"


@pytest.mark.parametrize("then", ["no, leave it", "no", "yes"])
def test_what_was_carried_out_stays_carried_out(db: Database, then: str) -> None:
    one = order_assistant(db)
    one.reply("c", "Cancel order #W1000001, it was ordered by mistake", **MIA)
    stop(one, "c", "yes", **MIA)
    assert order(db, "#W1000001")["status"] == "cancelled"
    after = one.reply("c", then, **MIA)
    assert not after.writes and "leave that as it is" not in after.reply and "Shall I go ahead" not in after.reply


def test_an_answer_that_was_heard_to_its_end_asks_what_it_asks(db: Database) -> None:
    one = order_assistant(db)
    assert "Shall I go ahead" in one.reply("c", "Cancel order #W1000001, it was ordered by mistake", **MIA).reply
    assert one.reply("c", "yes", **MIA).writes
