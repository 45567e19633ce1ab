"""Conversations on disk: a customer's message before its answer begins, the answer with what it rested on after.

A turn is two transactions. `begin_turn` writes the customer's message as `pending`; once it has returned, no crash can
lose that message. `finish_turn` writes the answer, marks the message `done` and keeps the dialogue state, all or
nothing. A message still `pending` at the next start was cut off in between: `pending()` lists those for the recovery,
which takes each up by its id, unless the conversation has gone on by then. A page that says the same again continues
that message instead of adding a second.

Knows nothing of shops, models or who may read what; texts arrive as the screen step leaves them (secrets masked).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assistant.errors import InputError
from assistant.store import turn_rows as rows
from assistant.store.database import Database, driver
from assistant.store.json_texts import with_texts
from assistant.store.schema import ConversationRow, FeedbackRow, MessageRow
from assistant.store.turn_rows import ASSISTANT, CUSTOMER, DONE, INTERRUPTED, PENDING, STAFF, STOPPED
from assistant.types import Json, Record

__all__ = [
    "ASSISTANT", "CUSTOMER", "DONE", "INTERRUPTED", "PENDING", "STAFF", "STOPPED",
    "Conversations", "PendingTurn", "StoredMessage", "append_message", "begin_led",
]  # fmt: skip


@dataclass(frozen=True)
class StoredMessage:
    """A kept message. `record` is the whole RECORD of an assistant's message, empty for the others."""

    message_id: str
    role: str
    text: str
    at: datetime
    status: str
    record: Json


@dataclass(frozen=True)
class PendingTurn:
    """A customer's message that nobody has answered yet."""

    message_id: str
    conversation_id: str
    customer_id: str | None
    text: str
    at: datetime
    led_by: str | None


class Conversations:
    """The conversations of one database. Thread-safe, as the database is; holds nothing in memory."""

    def __init__(self, db: Database, max_messages: int | None = None) -> None:
        self._db = db
        self._max_messages = max_messages

    def begin_turn(
        self,
        conversation_id: str,
        text: str,
        at: datetime,
        customer_id: str | None = None,
        led_by: str | None = None,
        waiting: str | None = None,
    ) -> str:
        """Keep a customer's message as pending and return its id; on disk when this returns.

        The same text as the conversation's last message, still pending, is that message again (its answer was cut off).
        Any other pending message of the conversation is marked `interrupted`: it stays, without an answer.
        `led_by` is the colleague who says it for the customer. `waiting` is the id of the pending message that this is:
        nothing is added then, and when something has been said since, or it has its answer, InputError is raised.
        Raises InputError when the conversation is full, or isn't open to who speaks (see `is_open_to`).
        """
        with self._db.write() as session:
            raw = driver(session)
            rows.open_conversation(raw, conversation_id, at, customer_id, led_by)
            last = rows.last(raw, conversation_id)
            pending = last if last is not None and last.status == PENDING else None
            if waiting is not None and (pending is None or pending.message_id != waiting):
                raise InputError("The conversation has gone on since this message.")
            if pending is not None and (waiting is not None or pending.text == text):
                return pending.message_id
            num_messages = 0 if last is None else last.number
            if self._max_messages is not None and num_messages + 2 > self._max_messages:
                raise InputError("This conversation has become too long. Please start a new one.")
            rows.interrupt_pending(raw, conversation_id)
            return rows.add(raw, conversation_id, num_messages + 1, CUSTOMER, text, at, PENDING, {})

    def finish_turn(self, message_id: str, record: Record, state: Json, at: datetime, status: str = DONE) -> str:
        """Keep the answer to a message and return the answer's id. `status` is `done` or `stopped` (by the customer).

        Safe to repeat: a message that already has its answer keeps it. `state` is kept only when this is the
        customer's latest message, so a late answer can't undo what was understood since. What a colleague wrote
        meanwhile undoes nothing of it.
        """
        with self._db.write() as session:
            raw = driver(session)
            message = rows.asked(raw, message_id)
            if message is None:
                raise InputError("This message is no longer there.")
            if message.status not in (PENDING, INTERRUPTED) and (answer := rows.answer_to(raw, message)):
                return answer
            if rows.last_said(raw, message.conversation_id, 1)[0][0] == message_id:
                rows.keep_state(raw, message.conversation_id, state)
            rows.mark_answered(raw, message_id)
            rest = record.as_json()
            return _append(raw, message.conversation_id, ASSISTANT, rest.pop("reply"), at, status, rest)

    def is_open_to(self, conversation_id: str, customer_id: str | None) -> bool:
        """Whether this customer (None: nobody is signed in) may see the conversation and go on in it."""
        with self._db.look() as raw:
            return rows.is_open_to(raw, conversation_id, customer_id)

    def state(self, conversation_id: str) -> Json:
        """The dialogue state after the last finished turn; empty for a new conversation."""
        with self._db.look() as raw:
            return dict(json.loads(rows.state_text(raw, conversation_id)))

    def messages(self, conversation_id: str, role: str | None = None) -> list[StoredMessage]:
        """Every message of the conversation, or those of one role, oldest first; none for an unknown conversation."""
        query = select(MessageRow).where(MessageRow.conversation_id == conversation_id)
        if role is not None:
            query = query.where(MessageRow.role == role)
        with self._db.read() as session:
            return [_stored(row) for row in session.scalars(query.order_by(MessageRow.message_no))]

    def said_by_staff(self, conversation_id: str) -> list[StoredMessage]:
        """What colleagues wrote between the last two finished answers, oldest first: news to a caller who only gets
        answers, with the last of them."""
        query = select(MessageRow).where(MessageRow.conversation_id == conversation_id)
        said: list[StoredMessage] = []
        num_answers = 0
        with self._db.read() as session:
            for row in session.scalars(query.order_by(MessageRow.message_no.desc()).execution_options(yield_per=16)):
                num_answers += row.role == ASSISTANT and row.status == DONE
                if num_answers == 2:
                    break
                if num_answers and row.role == STAFF:
                    said.append(_stored(row))
        return said[::-1]

    def num_messages(self, conversation_id: str) -> int:
        """How many messages the conversation has."""
        query = select(func.count()).select_from(MessageRow).where(MessageRow.conversation_id == conversation_id)
        with self._db.read() as session:
            return session.scalar(query) or 0

    def last_said(self, conversation_id: str, limit: int) -> list[tuple[str, str]]:
        """Ids and texts of the customer's last messages, at most `limit`, oldest first, of however many there are."""
        with self._db.look() as raw:
            return rows.last_said(raw, conversation_id, limit)[::-1]

    def pending(self) -> list[PendingTurn]:
        """The messages whose answers were cut off, oldest first. Ask at start, before new turns begin."""
        with self._db.read() as session:
            rows = session.execute(
                select(MessageRow, ConversationRow.customer_id, ConversationRow.led_by)
                .join(ConversationRow, ConversationRow.conversation_id == MessageRow.conversation_id)
                .where(MessageRow.status == PENDING)
                .order_by(MessageRow.at, MessageRow.conversation_id)
            )
            return [
                PendingTurn(m.message_id, m.conversation_id, customer, m.text, m.at, led_by)
                for m, customer, led_by in rows
            ]

    def interrupt(self, message_id: str) -> None:
        """Give up on a pending message: it stays, marked `interrupted`."""
        with self._db.write() as session:
            message = session.get(MessageRow, message_id)
            if message is not None and message.status == PENDING:
                message.status = INTERRUPTED

    def take_out(self, message_id: str, part: str, mask: str) -> None:
        """Put `mask` for `part` in a message, in what was answered and understood since, and in the dialogue state."""
        with self._db.write() as session:
            message = session.get(MessageRow, message_id)
            if message is None:
                return
            conversation = session.get_one(ConversationRow, message.conversation_id)

            def without(text: str) -> str:
                return _also_folded(part).sub(mask, text)

            conversation.state = with_texts(conversation.state, without)
            later = select(MessageRow).where(
                MessageRow.conversation_id == message.conversation_id, MessageRow.message_no >= message.message_no
            )
            for row in session.scalars(later):
                row.text = row.text.replace(part, mask) if row is message else without(row.text)
                row.record = with_texts(row.record, without)

    def feedback(self, message_id: str, vote: int, note: str = "") -> None:
        """Keep a customer's thumb: +1 or -1, 0 takes it back. A second vote replaces the first.

        Raises InputError for another vote, or a message that isn't an answer.
        """
        if vote not in (-1, 0, 1):
            raise InputError("A vote is +1, -1 or 0.")
        with self._db.write() as session:
            message = session.get(MessageRow, message_id)
            if message is None or message.role == CUSTOMER:
                raise InputError("Only an answer can be voted on.")
            session.execute(delete(FeedbackRow).where(FeedbackRow.message_id == message_id))
            if vote:
                session.add(FeedbackRow(message_id=message_id, vote=vote, note=note, at=datetime.now(UTC)))

    def vote(self, message_id: str) -> int:
        """The vote on an answer: +1, -1, or 0 when there is none."""
        with self._db.read() as session:
            row = session.get(FeedbackRow, message_id)
            return 0 if row is None else row.vote

    def counts(self) -> dict[str, int]:
        """How many conversations and messages are kept, for a start line or the metrics."""
        with self._db.read() as session:
            num_conversations = session.scalar(select(func.count()).select_from(ConversationRow)) or 0
            num_messages = session.scalar(select(func.count()).select_from(MessageRow)) or 0
            return {"conversations": num_conversations, "messages": num_messages}


def begin_led(session: Session, conversation_id: str, customer_id: str, led_by: str, at: datetime) -> None:
    """Begin a conversation in which a colleague asks for a customer, within the caller's transaction."""
    rows.open_conversation(driver(session), conversation_id, at, customer_id, led_by)


def append_message(session: Session, conversation_id: str, role: str, text: str, at: datetime, record: Json) -> str:
    """Add a finished message at the conversation's end, within the caller's transaction; returns its id."""
    return _append(driver(session), conversation_id, role, text, at, DONE, record)


def _append(raw: Any, conversation_id: str, role: str, text: str, at: datetime, status: str, record: Json) -> str:
    last = rows.last(raw, conversation_id)
    rows.touch(raw, conversation_id, at)
    return rows.add(raw, conversation_id, 1 if last is None else last.number + 1, role, text, at, status, record)


def _stored(row: MessageRow) -> StoredMessage:
    record = {"reply": row.text, **row.record} if row.role == ASSISTANT else dict(row.record)
    return StoredMessage(row.message_id, row.role, row.text, row.at, row.status, record)


def _also_folded(part: str) -> re.Pattern[str]:
    """`part` wherever it isn't the middle of a word or number, also where white space or case was made plain."""
    end = r"(?!\d)" if part[-1:].isdigit() else r"(?!\w)"
    words = r"\s+".join(map(re.escape, part.split()))
    return re.compile(rf"(?<!\w){words}{end}", re.IGNORECASE)
