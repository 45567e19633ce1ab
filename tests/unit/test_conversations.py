"""Conversations: what is acknowledged is on disk, an answer comes once, and nothing is lost when the process dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from assistant.errors import InputError
from assistant.store.conversations import STAFF, Conversations, append_message
from assistant.store.database import Database
from assistant.store.schema import MessageRow
from assistant.types import Act, Receipt, Record

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "shop.db", key="secret")
    yield database
    database.close()


def answer(text: str) -> Record:
    return Record(
        reply=text, acts=[Act("price", {"products": ["p1"]})], receipts=[Receipt("sku", "S1", "price", "89.00", AT)]
    )


def test_a_turn_is_kept_with_its_record_and_state(db: Database) -> None:
    conversations = Conversations(db)
    message = conversations.begin_turn("c1", "how much is it?", AT, None)
    assert [(m.role, m.status) for m in conversations.messages("c1")] == [("customer", "pending")]
    kept = conversations.finish_turn(message, answer("It is €89."), {"focus": "p1"}, AT + timedelta(seconds=1))
    question, reply = conversations.messages("c1")
    assert (question.status, reply.status, reply.role, reply.text) == ("done", "done", "assistant", "It is €89.")
    assert reply.message_id == kept
    assert reply.record == answer("It is €89.").as_json()
    assert conversations.state("c1") == {"focus": "p1"}
    assert conversations.pending() == []


def test_the_last_things_said_are_the_customers_and_in_order(db: Database) -> None:
    conversations = Conversations(db)
    for text in ("one", "two", "three"):
        conversations.finish_turn(conversations.begin_turn("c1", text, AT, None), answer("A."), {}, AT)
    assert [text for _, text in conversations.last_said("c1", 2)] == ["two", "three"]
    assert conversations.last_said("c2", 2) == []


@pytest.mark.parametrize("part", ["1111", "2026", "Four one one  ONE", "12", "1"])
def test_what_is_taken_out_leaves_figures_times_keys_and_longer_words_alone(db: Database, part: str) -> None:
    conversations = Conversations(db)
    record = Record(reply=f"You wrote {part}, not {part}9 nor x{part}.", acts=[Act("none", {"said": part.lower()})])
    record.receipts = [Receipt("sku", "91111202612", "price", f"EUR {part}", datetime(2026, 3, 1, 12, tzinfo=UTC))]
    record.tokens = {"prompt": 1111, "cached": 2026, "completion": 12}
    state = {"focus": [f"7{part}34"], "num_turns": 1, "at": "2026-03-01", part: 3, "log": [{"said": f"it's {part}"}]}
    message = conversations.begin_turn("c1", f"it's {part}x", AT)
    conversations.finish_turn(message, record, state, AT)
    conversations.take_out(message, part, "[card number]")
    question, reply = conversations.messages("c1")
    assert question.text == "it's [card number]x"
    assert reply.text == f"You wrote [card number], not {part}9 nor x{part}."
    assert reply.record["tokens"] == {"prompt": 1111, "cached": 2026, "completion": 12}
    assert reply.record["acts"][0]["said"] == "[card number]" and reply.record["receipts"][0]["sku"] == "91111202612"
    assert reply.record["receipts"][0]["value"] == "EUR [card number]"
    assert reply.record["receipts"][0]["as_of"].startswith("2026-03-01T12")
    assert conversations.state("c1") == {**state, "log": [{"said": "it's [card number]"}]}


def test_a_conversation_s_messages_are_counted_and_chosen_by_role(db: Database) -> None:
    conversations = Conversations(db)
    conversations.finish_turn(conversations.begin_turn("c1", "hello", AT), answer("Hello."), {}, AT)
    conversations.begin_turn("c2", "and I", AT)
    assert [conversations.num_messages(each) for each in ("c1", "c2", "c3")] == [2, 1, 0]
    assert [m.text for m in conversations.messages("c1", "assistant")] == ["Hello."]


def test_conversations_are_apart(db: Database) -> None:
    conversations = Conversations(db)
    for name in ("a", "b"):
        message = conversations.begin_turn(name, f"from {name}", AT, None)
        conversations.finish_turn(message, answer(f"to {name}"), {"who": name}, AT)
    assert [m.text for m in conversations.messages("a")] == ["from a", "to a"]
    assert conversations.state("b") == {"who": "b"}
    assert conversations.messages("c") == [] and conversations.state("c") == {}


def test_finishing_twice_keeps_one_answer(db: Database) -> None:
    conversations = Conversations(db)
    message = conversations.begin_turn("c", "hello", AT, None)
    first = conversations.finish_turn(message, answer("one"), {}, AT)
    assert conversations.finish_turn(message, answer("two"), {}, AT) == first
    assert [m.text for m in conversations.messages("c")] == ["hello", "one"]
    with pytest.raises(InputError, match="no longer there"):
        conversations.finish_turn("nothing", answer("x"), {}, AT)


def test_the_same_words_again_after_a_crash_continue_the_pending_message(db: Database) -> None:
    conversations = Conversations(db)
    lost = conversations.begin_turn("c", "is it waterproof?", AT, "mia")
    assert [(p.message_id, p.text, p.customer_id) for p in conversations.pending()] == [
        (lost, "is it waterproof?", "mia")
    ]
    assert conversations.begin_turn("c", "is it waterproof?", AT, "mia") == lost
    conversations.finish_turn(lost, answer("Yes."), {}, AT)
    assert [m.text for m in conversations.messages("c")] == ["is it waterproof?", "Yes."]
    assert conversations.begin_turn("c", "is it waterproof?", AT, "mia") != lost


def test_other_words_after_a_crash_leave_the_message_interrupted(db: Database) -> None:
    conversations = Conversations(db)
    lost = conversations.begin_turn("c", "is it waterproof?", AT, None)
    second = conversations.begin_turn("c", "never mind, the blue one?", AT, None)
    conversations.finish_turn(second, answer("Yes, in blue."), {"colour": "blue"}, AT)
    assert [m.status for m in conversations.messages("c")] == ["interrupted", "done", "done"]
    conversations.finish_turn(lost, answer("late"), {"colour": "none"}, AT)
    assert conversations.state("c") == {"colour": "blue"}
    third = conversations.begin_turn("c", "bye", AT, None)
    conversations.interrupt(third)
    assert conversations.pending() == []


def test_a_message_that_waits_is_taken_up_by_its_id_whatever_its_text(db: Database) -> None:
    conversations = Conversations(db)
    lost = conversations.begin_turn("c", "is it waterproof?", AT)
    assert conversations.begin_turn("c", "is it [masked]?", AT, waiting=lost) == lost
    assert [(m.text, m.status) for m in conversations.messages("c")] == [("is it waterproof?", "pending")]


@pytest.mark.parametrize("since", ["answered", "other words", "the same words", "a colleague", "interrupted", "erased"])
def test_a_message_that_no_longer_waits_is_not_taken_up(db: Database, since: str) -> None:
    conversations = Conversations(db)
    lost = conversations.begin_turn("c", "yes", AT)
    if since == "answered":
        conversations.finish_turn(lost, answer("Done."), {}, AT)
    elif since == "other words":
        conversations.begin_turn("c", "no", AT)
    elif since == "the same words":
        conversations.finish_turn(conversations.begin_turn("c", "yes", AT), answer("Done."), {}, AT)
        conversations.begin_turn("c", "yes", AT)
    elif since == "a colleague":
        with db.write() as session:
            append_message(session, "c", STAFF, "Hello, this is Lena.", AT, {})
    elif since == "interrupted":
        conversations.interrupt(lost)
    else:
        with db.write() as session:
            session.execute(delete(MessageRow))
    before = conversations.messages("c")
    with pytest.raises(InputError, match="gone on"):
        conversations.begin_turn("c", "yes", AT, waiting=lost)
    assert conversations.messages("c") == before


def test_what_a_colleague_writes_meanwhile_undoes_nothing_of_a_turn(db: Database) -> None:
    conversations = Conversations(db)
    message = conversations.begin_turn("c", "yes", AT)
    with db.write() as session:
        append_message(session, "c", STAFF, "Hello, this is Lena.", AT, {})
    conversations.finish_turn(message, answer("Order W1 is cancelled."), {"task": "done"}, AT)
    assert conversations.state("c") == {"task": "done"}
    assert [m.role for m in conversations.messages("c")] == ["customer", "staff", "assistant"]


def test_a_stopped_answer_says_so(db: Database) -> None:
    conversations = Conversations(db)
    message = conversations.begin_turn("c", "tell me everything", AT, None)
    conversations.finish_turn(message, answer("Well,"), {}, AT, status="stopped")
    assert [m.status for m in conversations.messages("c")] == ["done", "stopped"]


def test_a_customer_s_conversation_is_nobody_else_s(db: Database) -> None:
    conversations = Conversations(db)
    conversations.begin_turn("c", "hi", AT, None)
    conversations.begin_turn("c", "me again", AT, "mia")
    for other in ("tom", None):
        assert not conversations.is_open_to("c", other)
        with pytest.raises(InputError, match="another customer"):
            conversations.begin_turn("c", "what did she ask?", AT, other)
    assert [m.text for m in conversations.messages("c")] == ["hi", "me again"]
    assert conversations.is_open_to("c", "mia") and conversations.is_open_to("never begun", None)


def test_a_conversation_in_which_somebody_told_who_they_are_is_no_other_customer_s(db: Database) -> None:
    conversations = Conversations(db)
    message = conversations.begin_turn("c", "I'm mia@example.com", AT, None)
    conversations.finish_turn(message, answer("Hello."), {"task": {"customer": "mia"}}, AT)
    assert [conversations.is_open_to("c", who) for who in (None, "mia", "tom")] == [True, True, False]
    with pytest.raises(InputError, match="another customer"):
        conversations.begin_turn("c", "and mine?", AT, "tom")


def test_a_conversation_ends_somewhere(db: Database) -> None:
    conversations = Conversations(db, max_messages=4)
    for number in range(2):
        conversations.finish_turn(conversations.begin_turn("c", str(number), AT, None), answer("ok"), {}, AT)
    with pytest.raises(InputError, match="too long"):
        conversations.begin_turn("c", "one more", AT, None)
    assert conversations.counts() == {"conversations": 1, "messages": 4}


def test_feedback_is_kept_replaced_and_taken_back(db: Database) -> None:
    conversations = Conversations(db)
    question = conversations.begin_turn("c", "hello", AT, None)
    reply = conversations.finish_turn(question, answer("hi"), {}, AT)
    conversations.feedback(reply, 1)
    conversations.feedback(reply, -1, "wrong size")
    assert conversations.vote(reply) == -1
    conversations.feedback(reply, 0)
    assert conversations.vote(reply) == 0
    for message, vote in ((question, 1), ("nothing", 1), (reply, 5)):
        with pytest.raises(InputError):
            conversations.feedback(message, vote)


CRASH = """
import sys, os
from datetime import UTC, datetime
from pathlib import Path
from assistant.store.conversations import STAFF, Conversations, append_message
from assistant.store.database import Database
from assistant.store.schema import MessageRow
conversations = Conversations(Database.open(Path(sys.argv[1]), key="secret"))
for number in range(10_000):
    conversations.begin_turn(f"c{number}", f"message {number}", datetime.now(UTC), None)
    print(number, flush=True)
"""


def test_kill_9_loses_no_acknowledged_message(tmp_path: Path) -> None:
    path = tmp_path / "crash.db"
    process = subprocess.Popen([sys.executable, "-c", CRASH, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = -1
    while acknowledged < 25:
        acknowledged = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
    process.wait()
    database = Database.open(path, key="secret")
    kept = {pending.text for pending in Conversations(database).pending()}
    database.close()
    assert {f"message {number}" for number in range(acknowledged + 1)} <= kept
