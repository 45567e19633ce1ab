"""The rows that a turn reads and writes of its conversation, in SQL on the driver's connection.

A turn writes twice, and most of its time beside the model went into putting these dozen statements together. Works
within its caller's transaction; what the statements mean together is conversations.py's.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, NamedTuple

from assistant.errors import InputError
from assistant.store.connections import compact_json
from assistant.types import Json

CUSTOMER, ASSISTANT, STAFF = "customer", "assistant", "staff"
PENDING, DONE, STOPPED, INTERRUPTED = "pending", "done", "stopped", "interrupted"

_OWNER = (
    "SELECT customer_id, led_by, json_extract(state, '$.task.customer') FROM conversation WHERE conversation_id = ?"
)
_NEW = (
    "INSERT INTO conversation(conversation_id, customer_id, led_by, channel, started_at, last_at, state) "
    "VALUES (?, ?, ?, 'chat', ?, ?, '{}')"
)
_TOUCH = "UPDATE conversation SET last_at = ?, customer_id = coalesce(?, customer_id) WHERE conversation_id = ?"
_KEEP_STATE = "UPDATE conversation SET state = ? WHERE conversation_id = ?"
_STATE = "SELECT state FROM conversation WHERE conversation_id = ?"
_LAST = (
    "SELECT message_id, message_no, status, text FROM message "
    "WHERE conversation_id = ? ORDER BY message_no DESC LIMIT 1"
)
_LAST_SAID = (
    "SELECT message_id, text FROM message WHERE conversation_id = ? AND role = ? ORDER BY message_no DESC LIMIT ?"
)
_MESSAGE = "SELECT conversation_id, message_no, status FROM message WHERE message_id = ?"
_ANSWER = (
    f"SELECT message_id FROM message WHERE conversation_id = ? AND message_no > ? AND role = '{ASSISTANT}' "
    "ORDER BY message_no LIMIT 1"
)
_INTERRUPT = f"UPDATE message SET status = '{INTERRUPTED}' WHERE conversation_id = ? AND status = '{PENDING}'"
_ANSWERED = f"UPDATE message SET status = '{DONE}' WHERE message_id = ?"
_ADD = (
    "INSERT INTO message(message_id, conversation_id, message_no, role, text, at, status, record) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class Last(NamedTuple):
    """A conversation's latest message."""

    message_id: str
    number: int
    status: str
    text: str


class Asked(NamedTuple):
    """Where the message to be answered stands."""

    conversation_id: str
    number: int
    status: str


def kept_time(at: datetime) -> str:
    """A moment as the tables keep it, in UTC. Raises ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def open_conversation(
    raw: Any, conversation_id: str, at: datetime, customer_id: str | None, led_by: str | None = None
) -> None:
    """Begin the conversation when it is new. Raises InputError where it isn't open to who speaks: see `is_open_to`."""
    row, moment = raw.execute(_OWNER, (conversation_id,)).fetchone(), kept_time(at)
    if row is None:
        raw.execute(_NEW, (conversation_id, customer_id, led_by, moment, moment))
        return
    if not _is_open(row, customer_id, led_by):
        raise InputError("This conversation belongs to another customer. Please start a new one.")
    raw.execute(_TOUCH, (moment, customer_id, conversation_id))


def is_open_to(raw: Any, conversation_id: str, customer_id: str | None, led_by: str | None = None) -> bool:
    """Whether who speaks may go on in this conversation; `customer_id` None: nobody is signed in.

    A customer's is nobody else's, nor anybody's who isn't signed in: their sign-in has ended then. One in which
    somebody told who they are is no other customer's. What a colleague leads is only theirs. A new one is anybody's.
    """
    row = raw.execute(_OWNER, (conversation_id,)).fetchone()
    return row is None or _is_open(row, customer_id, led_by)


def _is_open(row: Any, customer_id: str | None, led_by: str | None) -> bool:
    signed_in, leader, told = row
    own = customer_id == signed_in if signed_in is not None else customer_id is None or told in (None, customer_id)
    return own and led_by == leader


def touch(raw: Any, conversation_id: str, at: datetime) -> None:
    """Note that something happened in the conversation."""
    raw.execute(_TOUCH, (kept_time(at), None, conversation_id))


def state_text(raw: Any, conversation_id: str) -> str:
    """The dialogue state as JSON, "{}" for an unknown conversation."""
    row = raw.execute(_STATE, (conversation_id,)).fetchone()
    return "{}" if row is None else str(row[0])


def keep_state(raw: Any, conversation_id: str, state: Json) -> None:
    raw.execute(_KEEP_STATE, (compact_json(state), conversation_id))


def last(raw: Any, conversation_id: str) -> Last | None:
    """The conversation's latest message, None where it has none."""
    row = raw.execute(_LAST, (conversation_id,)).fetchone()
    return None if row is None else Last(*row)


def last_said(raw: Any, conversation_id: str, limit: int) -> list[tuple[str, str]]:
    """Ids and texts of the customer's last messages, the latest first."""
    return list(raw.execute(_LAST_SAID, (conversation_id, CUSTOMER, limit)))


def asked(raw: Any, message_id: str) -> Asked | None:
    """Where a message stands, None when it is no longer there."""
    row = raw.execute(_MESSAGE, (message_id,)).fetchone()
    return None if row is None else Asked(*row)


def answer_to(raw: Any, message: Asked) -> str | None:
    """The id of the answer that a message already has."""
    row = raw.execute(_ANSWER, (message.conversation_id, message.number)).fetchone()
    return None if row is None else str(row[0])


def interrupt_pending(raw: Any, conversation_id: str) -> None:
    """What still waited for an answer gets none."""
    raw.execute(_INTERRUPT, (conversation_id,))


def mark_answered(raw: Any, message_id: str) -> None:
    raw.execute(_ANSWERED, (message_id,))


def add(
    raw: Any, conversation_id: str, number: int, role: str, text: str, at: datetime, status: str, record: Json
) -> str:
    """Add a message; returns its id."""
    message_id = uuid.uuid4().hex
    raw.execute(_ADD, (message_id, conversation_id, number, role, text, kept_time(at), status, compact_json(record)))
    return message_id
