"""The staff queue: who waits, whose it is, what the customer gets to read, and what goes with the conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from assistant.errors import InputError
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.store.handoffs import Handoffs, let_go
from assistant.store.schema import ConversationRow
from assistant.types import Record

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def queue(shop_db: Database) -> Handoffs:
    conversations = Conversations(shop_db)
    for name, customer in (("c1", "mia"), ("c2", None)):
        message = conversations.begin_turn(name, "Get me a person", AT, customer)
        conversations.finish_turn(message, Record(reply="I'm calling one."), {}, AT)
    return Handoffs(shop_db)


def test_the_longest_waiting_comes_first_and_a_second_call_renews_only_the_summary(queue: Handoffs) -> None:
    late = queue.call("c2", "asked", {"facts": ["a"]}, AT + timedelta(minutes=2))
    first = queue.call("c1", "order", {"facts": ["b"]}, AT + timedelta(minutes=1))
    again = queue.call("c2", "complaint", {"facts": ["c"]}, AT + timedelta(minutes=9))
    assert [h.conversation_id for h in queue.list()] == ["c1", "c2"]
    assert (again.handoff_id, again.reason, again.summary) == (late.handoff_id, "asked", {"facts": ["c"]})
    assert first.customer_id == "mia" and late.customer_id is None
    assert queue.num_waiting() == 2 and queue.num_waiting(before=late.created_at) == 1


def test_a_claim_is_one_colleagues(queue: Handoffs) -> None:
    handoff = queue.call("c1", "asked", {}, AT)
    assert queue.claim(handoff.handoff_id, "lena", AT).claimed_by == "lena"
    queue.claim(handoff.handoff_id, "lena", AT)
    for act in (queue.claim, lambda h, s, at: queue.reply(h, s, "Hi", at), queue.resolve):
        with pytest.raises(InputError):
            act(handoff.handoff_id, "omar", AT)
    assert queue.num_waiting() == 0 and [h.status for h in queue.list()] == ["claimed"]
    assert queue.claim(handoff.handoff_id, "omar", AT, from_colleague=True).claimed_by == "omar"
    assert queue.in_charge("c1") == "omar"
    with pytest.raises(InputError, match="Take this request first"):
        queue.reply(handoff.handoff_id, "lena", "Hi", AT)


def test_what_a_colleague_lets_go_waits_again_and_nothing_else_does(queue: Handoffs, shop_db: Database) -> None:
    hers, settled = queue.call("c1", "asked", {}, AT), queue.call("c2", "asked", {}, AT)
    queue.claim(settled.handoff_id, "lena", AT)
    queue.resolve(settled.handoff_id, "lena", AT)
    others = queue.call("c2", "asked", {}, AT)
    queue.claim(hers.handoff_id, "lena", AT)
    queue.claim(others.handoff_id, "omar", AT)
    with shop_db.write() as session:
        assert let_go(session, "lena") == 1
    assert {(h.conversation_id, h.status, h.claimed_by) for h in queue.list()} == {
        ("c1", "waiting", None),
        ("c2", "claimed", "omar"),
    }
    assert queue.get(settled.handoff_id).claimed_by == "lena"


def test_a_reply_is_a_message_of_the_conversation(queue: Handoffs, shop_db: Database) -> None:
    handoff = queue.call("c1", "asked", {}, AT)
    with pytest.raises(InputError, match="Take this request first"):
        queue.reply(handoff.handoff_id, "lena", "Hello", AT)
    queue.claim(handoff.handoff_id, "lena", AT)
    with pytest.raises(InputError, match="text"):
        queue.reply(handoff.handoff_id, "lena", "  ", AT)
    queue.reply(handoff.handoff_id, "lena", "Hello, Lena here.", AT)
    last = Conversations(shop_db).messages("c1")[-1]
    assert (last.role, last.text, last.record, last.status) == ("staff", "Hello, Lena here.", {"staff": "lena"}, "done")


def test_a_settled_one_is_over_and_the_next_call_is_a_new_one(queue: Handoffs) -> None:
    handoff = queue.call("c1", "asked", {}, AT)
    queue.claim(handoff.handoff_id, "lena", AT)
    settled = queue.resolve(handoff.handoff_id, "lena", AT, note="sent another")
    assert settled.status == "resolved" and settled.note == "sent another"
    assert queue.list() == [] and queue.open_of("c1") is None and len(queue.list("resolved")) == 1
    with pytest.raises(InputError, match="settled"):
        queue.claim(handoff.handoff_id, "lena", AT)
    assert queue.call("c1", "asked", {}, AT).handoff_id != handoff.handoff_id


def test_it_goes_with_its_conversation(queue: Handoffs, shop_db: Database) -> None:
    handoff = queue.call("c1", "asked", {}, AT)
    with shop_db.write() as session:
        session.execute(delete(ConversationRow).where(ConversationRow.conversation_id == "c1"))
    with pytest.raises(InputError, match="no such request"):
        queue.get(handoff.handoff_id)
    with pytest.raises(InputError, match="conversation"):
        queue.call("c9", "asked", {}, AT)


def test_who_asks_for_a_person_and_complains_isnt_offered_one_after_the_call() -> None:
    from assistant.act.answer import still_open
    from assistant.request import Request

    acts = [Request(act, "") for act in ("human", "complaint", "price")]
    assert [r.act for r in still_open(acts)] == ["human", "price"]
    assert [r.act for r in still_open(acts[1:])] == ["complaint", "price"]
