"""The staff queue: conversations that were handed to a person, with a summary of facts, until somebody settles them.

    queue = Handoffs(db)
    handoff = queue.call("c1", "asked", {"facts": ["Asked: where is my order?"]}, at)   # the assistant
    queue.claim(handoff.handoff_id, "lena", at)                                          # then a colleague
    queue.reply(handoff.handoff_id, "lena", "Hello, this is Lena.", at)
    queue.resolve(handoff.handoff_id, "lena", at, note="sent a new one")

`waiting` -> `claimed` -> `resolved`; a claim goes over to a colleague who takes it, and waits again when its own may no
longer answer (`let_go`). A conversation has at most one that isn't resolved: to call again while one waits renews its
summary. Thread-safe, as the database is; holds nothing in memory. Knows no shop and decides nobody's rights: who may
act as whom is the caller's to know.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.errors import InputError
from assistant.store.conversations import STAFF, append_message
from assistant.store.database import Database
from assistant.store.schema import ConversationRow, HandoffRow
from assistant.types import Json

WAITING, CLAIMED, RESOLVED = "waiting", "claimed", "resolved"
ONCE, ASKED, TYPED = "once-", "ask-", "chat-"
"""What the ids of conversations begin with that show no colleague's words: an API call without `user`, and those in a
terminal, `backroom ask` and `backroom chat`."""
_IN_CHARGE = "SELECT claimed_by FROM handoff WHERE conversation_id = ? AND status = ?"


@dataclass(frozen=True)
class Handoff:
    """One entry of the queue.

    `reason` is why a person was called: "asked", "order", "complaint", "frustrated", "unknown". `summary` is JSON for
    the colleague: what was asked, about what, how the customer feels. `claimed_by` is whose it is or was, if anybody's.
    """

    handoff_id: str
    conversation_id: str
    customer_id: str | None
    reason: str
    summary: Json
    status: str
    created_at: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    resolved_at: datetime | None
    note: str


class Handoffs:
    """The queue of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def call(
        self, conversation_id: str, reason: str, summary: Json, at: datetime, customer_id: str | None = None
    ) -> Handoff:
        """Put a conversation into the queue; on disk when this returns.

        One that is in it already keeps its place, its reason and its colleague, and gets the new summary.
        Raises InputError for an unknown conversation.
        """
        with self._db.write() as session:
            conversation = session.get(ConversationRow, conversation_id)
            if conversation is None:
                raise InputError("There is no such conversation.")
            row = _open_of(session, conversation_id)
            if row is None:
                row = HandoffRow(
                    handoff_id=uuid.uuid4().hex,
                    conversation_id=conversation_id,
                    customer_id=customer_id or conversation.customer_id,
                    reason=reason,
                    status=WAITING,
                    created_at=at,
                )
                session.add(row)
            row.summary = summary
            session.flush()
            return _handoff(row)

    def list(self, status: str | None = None, *, limit: int = 200, offset: int = 0) -> Sequence[Handoff]:
        """The queue, longest waiting first. `status` None: everything that isn't resolved."""
        states = (WAITING, CLAIMED) if status is None else (status,)
        wanted = select(HandoffRow).where(HandoffRow.status.in_(states))
        with self._db.read() as session:
            rows = session.scalars(
                wanted.order_by(HandoffRow.created_at, HandoffRow.handoff_id).limit(limit).offset(offset)
            )
            return [_handoff(row) for row in rows]

    def get(self, handoff_id: str) -> Handoff:
        """One entry, resolved or not. Raises InputError when there is none."""
        with self._db.read() as session:
            return _handoff(_row(session, handoff_id))

    def open_of(self, conversation_id: str) -> Handoff | None:
        """The conversation's entry that isn't resolved, if it has one."""
        with self._db.read() as session:
            row = _open_of(session, conversation_id)
            return None if row is None else _handoff(row)

    def in_charge(self, conversation_id: str) -> str | None:
        """The colleague who has taken the conversation over, and answers it from now on; None while nobody has."""
        with self._db.look() as raw:
            row = raw.execute(_IN_CHARGE, (conversation_id, CLAIMED)).fetchone()
        return None if row is None else row[0]

    def num_waiting(self, *, before: datetime | None = None) -> int:
        """How many wait for a colleague; with `before`, only those that were called earlier than that."""
        count = select(func.count()).select_from(HandoffRow).where(HandoffRow.status == WAITING)
        if before is not None:
            count = count.where(HandoffRow.created_at < before)
        with self._db.read() as session:
            return session.scalar(count) or 0

    def claim(self, handoff_id: str, staff: str, at: datetime, *, from_colleague: bool = False) -> Handoff:
        """Make it this colleague's, `from_colleague` also from another. Claiming one's own again changes nothing.

        Raises InputError when it is another colleague's or settled already.
        """
        with self._db.write() as session:
            row = _row(session, handoff_id)
            if row.status == RESOLVED:
                raise InputError("This request has been settled already.")
            if row.status == CLAIMED and row.claimed_by != staff and not from_colleague:
                raise InputError(f"{row.claimed_by} is looking after this request.")
            if row.status == WAITING or row.claimed_by != staff:
                row.status, row.claimed_by, row.claimed_at = CLAIMED, staff, at
            return _handoff(row)

    def reply(self, handoff_id: str, staff: str, text: str, at: datetime) -> str:
        """A colleague's words to the customer, kept as a message of the conversation; returns the message's id.

        Raises InputError when the text is empty or the request isn't this colleague's.
        """
        if not text.strip():
            raise InputError("An answer needs some text.")
        with self._db.write() as session:
            row = _claimed(session, handoff_id, staff)
            return append_message(session, row.conversation_id, STAFF, text.strip(), at, {"staff": staff})

    def resolve(self, handoff_id: str, staff: str, at: datetime, *, note: str = "") -> Handoff:
        """Settle it. One that waits may be settled at once; raises InputError when it is another colleague's."""
        with self._db.write() as session:
            row = _row(session, handoff_id)
            if row.status == CLAIMED and row.claimed_by != staff:
                raise InputError(f"{row.claimed_by} is looking after this request.")
            if row.status != RESOLVED:
                row.status, row.resolved_at, row.note = RESOLVED, at, note
                row.claimed_by = row.claimed_by or staff
            return _handoff(row)


def reaches(conversation_id: str) -> bool:
    """Whether what a colleague writes into this conversation reaches the customer."""
    return not conversation_id.startswith((ONCE, ASKED, TYPED))


def let_go(session: Session, staff: str) -> int:
    """What this colleague has claimed waits again, each at its old place, within the caller's transaction; how many."""
    claimed = select(HandoffRow).where(HandoffRow.status == CLAIMED, HandoffRow.claimed_by == staff)
    rows = session.scalars(claimed).all()
    for row in rows:
        row.status, row.claimed_by, row.claimed_at = WAITING, None, None
    return len(rows)


def _row(session: Session, handoff_id: str) -> HandoffRow:
    row = session.get(HandoffRow, handoff_id)
    if row is None:
        raise InputError("There is no such request in the queue.")
    return row


def _claimed(session: Session, handoff_id: str, staff: str) -> HandoffRow:
    row = _row(session, handoff_id)
    if row.status != CLAIMED or row.claimed_by != staff:
        raise InputError("Take this request first, then it is yours to answer.")
    return row


def _open_of(session: Session, conversation_id: str) -> HandoffRow | None:
    unsettled = select(HandoffRow).where(
        HandoffRow.conversation_id == conversation_id, HandoffRow.status.in_((WAITING, CLAIMED))
    )
    return session.scalars(unsettled.order_by(HandoffRow.created_at)).first()


def _handoff(row: HandoffRow) -> Handoff:
    return Handoff(
        row.handoff_id,
        row.conversation_id,
        row.customer_id,
        row.reason,
        dict(row.summary),
        row.status,
        row.created_at,
        row.claimed_by,
        row.claimed_at,
        row.resolved_at,
        row.note,
    )
