"""What staff can do in the console, as plain functions: each checks the role anew, acts, and leaves its audit entry.

Knows no Gradio and no HTTP. Raises NotAllowed for what the role doesn't reach; what goes wrong otherwise are the
house's own errors, one line each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from assistant.access.roles import may
from assistant.access.sessions import SignedIn
from assistant.config import Settings
from assistant.errors import BackroomError, InputError, UsageError
from assistant.privacy.erase import erase
from assistant.privacy.export import export
from assistant.privacy.export_page import page as export_page
from assistant.privacy.rights import set_consent
from assistant.privacy.subject import find_subject
from assistant.store.audit import audit
from assistant.store.audit_verify import entries, verify
from assistant.store.conversations import Conversations, StoredMessage
from assistant.store.database import Database
from assistant.store.handoffs import Handoff, Handoffs, reaches
from assistant.store.reviews import Reviews
from assistant.store.schema import ConversationRow, MessageRow
from assistant.types import Json
from ui.staff.reviewed import Reviewed, reviewed

NUM_CONVERSATIONS = 100
NUM_ENTRIES = 200
NUM_REVIEWED = 100


class NotAllowed(BackroomError):
    """The role of who is signed in doesn't reach this."""


@dataclass(frozen=True)
class Talk:
    """A conversation in the list. `in_charge` is the colleague who has it, `led_by` who asks in it for the customer, if
    one does."""

    conversation_id: str
    customer_id: str | None
    last_at: datetime
    num_messages: int
    last_text: str
    in_charge: str | None
    led_by: str | None


class StaffDesk:
    """The console's actions over one shop's database. Thread-safe, as the database is."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._settings = settings
        self._queue = Handoffs(db)
        self._conversations = Conversations(db)
        self._reviews = Reviews(db)

    # --- the queue -------------------------------------------------------------------------------------------------

    def queue(self, me: SignedIn) -> Sequence[Handoff]:
        """Who waits for a colleague, or is being looked after; longest waiting first."""
        need(me, "conversations")
        return self._queue.list()

    def take(self, me: SignedIn, conversation_id: str) -> Handoff:
        """Take a conversation over, whether or not it waits in the queue: the assistant answers it no more. Raises
        InputError when it is another colleague's, or the customer would see no answer there."""
        need(me, "answer")
        _must_reach(conversation_id)
        now = datetime.now(UTC)
        handoff = self._queue.open_of(conversation_id)
        if handoff is None:
            handoff = self._queue.call(conversation_id, "taken_over", {"facts": []}, now)
        handoff = self._queue.claim(handoff.handoff_id, me.name, now)
        self._note(me, "handoff.claim", conversation_id)
        return handoff

    def take_from(self, me: SignedIn, conversation_id: str) -> Handoff:
        """Take over what a colleague has taken over, who may be gone: a step of its own, under a name of its own in the
        audit log."""
        need(me, "answer")
        before = self._open_of(conversation_id)
        handoff = self._queue.claim(before.handoff_id, me.name, datetime.now(UTC), from_colleague=True)
        self._note(me, "handoff.take_from", conversation_id, {"from": before.claimed_by})
        return handoff

    def answer(self, me: SignedIn, conversation_id: str, text: str) -> None:
        """Say something to the customer, as oneself. Raises InputError when the conversation is somebody else's, or the
        customer wouldn't see it there."""
        need(me, "answer")
        _must_reach(conversation_id)
        self._queue.reply(self._open_of(conversation_id).handoff_id, me.name, text, datetime.now(UTC))
        self._note(me, "handoff.reply", conversation_id)

    def give_back(self, me: SignedIn, conversation_id: str, note: str = "") -> None:
        """Settle it: the assistant answers again."""
        need(me, "answer")
        self._queue.resolve(self._open_of(conversation_id).handoff_id, me.name, datetime.now(UTC), note=note)
        self._note(me, "handoff.resolve", conversation_id)

    def _open_of(self, conversation_id: str) -> Handoff:
        handoff = self._queue.open_of(conversation_id)
        if handoff is None:
            raise InputError("Take this conversation over first.")
        return handoff

    # --- conversations ---------------------------------------------------------------------------------------------

    def talks(self, me: SignedIn) -> list[Talk]:
        """The latest conversations, newest first."""
        need(me, "conversations")
        # The last message of each listed conversation by the index: consoles ask every few seconds, whatever is kept.
        message = aliased(MessageRow)
        last = select(func.max(message.message_no)).where(message.conversation_id == ConversationRow.conversation_id)
        query = (
            select(ConversationRow, MessageRow.message_no, MessageRow.text)
            .join(MessageRow, MessageRow.conversation_id == ConversationRow.conversation_id)
            .where(MessageRow.message_no == last.scalar_subquery())
            .order_by(ConversationRow.last_at.desc())
            .limit(NUM_CONVERSATIONS)
        )
        in_charge = {h.conversation_id: h.claimed_by for h in self._queue.list("claimed")}
        with self._db.read() as session:
            return [
                Talk(c.conversation_id, c.customer_id, c.last_at, num, text, in_charge.get(c.conversation_id), c.led_by)
                for c, num, text in session.execute(query)
            ]

    def messages(self, me: SignedIn, conversation_id: str) -> list[StoredMessage]:
        """A conversation from its beginning. Looking into it is noted."""
        need(me, "conversations")
        return self._conversations.messages(conversation_id)

    def led_by(self, me: SignedIn, conversation_id: str) -> str | None:
        """The colleague who asks in this conversation for the customer; None: the customer asks."""
        need(me, "conversations")
        with self._db.read() as session:
            row = session.get(ConversationRow, conversation_id)
            return None if row is None else row.led_by

    def open(self, me: SignedIn, conversation_id: str) -> list[StoredMessage]:
        """As `messages`, when somebody opens it: that is noted in the audit log."""
        messages = self.messages(me, conversation_id)
        self._note(me, "conversation.open", conversation_id)
        return messages

    def review(self, me: SignedIn, message_id: str, text: str | None) -> None:
        """Find an answer good (`text` None), or say what it should have been."""
        need(me, "correct")
        self._reviews.keep(message_id, me.name, datetime.now(UTC), text=text)
        with self._db.write() as session:
            what = "review.good" if text is None else "review.correct"
            audit(session, f"staff:{me.name}", what, f"message:{message_id}", "quality")

    def reviewed(self, me: SignedIn) -> list[Reviewed]:
        """The latest reviewed answers with personal data masked; looking at them is noted."""
        need(me, "research")
        with self._db.write() as session:
            audit(session, f"staff:{me.name}", "review.read", "shop:reviews", "quality")
        return reviewed(self._db, NUM_REVIEWED)

    # --- customers' rights -----------------------------------------------------------------------------------------

    def export(self, me: SignedIn, who: str) -> tuple[Json, str]:
        """Everything kept about a person: as JSON, and as a page to read. Raises UsageError for nobody."""
        need(me, "privacy")
        data = export(self._db, find_subject(self._db, who.strip()), actor=f"staff:{me.name}")
        return data, export_page(data)

    def consent(self, me: SignedIn, who: str, given: bool) -> None:
        """Note that a customer agrees to personal recommendations, or no longer does."""
        need(me, "privacy")
        actor = f"staff:{me.name}"
        set_consent(self._db, find_subject(self._db, who.strip()), given, actor=actor, source=actor)

    def erase(self, me: SignedIn, who: str, again: str) -> Json:
        """Erase a person, named twice to be sure; returns the certificate and what was done."""
        need(me, "privacy")
        if who.strip() != again.strip():
            raise UsageError("type the same name, address or number again to confirm; nothing was erased")
        subject = find_subject(self._db, who.strip())
        days = self._settings.privacy.bookkeeping_days
        erased = erase(self._db, subject, actor=f"staff:{me.name}", keep_orders_days=days)
        return erased.as_json()

    # --- the audit log ---------------------------------------------------------------------------------------------

    def audit_log(self, me: SignedIn) -> list[Json]:
        """The newest entries of the audit log."""
        need(me, "audit")
        with self._db.read() as session:
            return list(entries(session, limit=NUM_ENTRIES, newest=True))

    def verify_log(self, me: SignedIn) -> Json:
        """Whether the audit log is whole."""
        need(me, "audit")
        return verify(self._db).as_json()

    def _note(self, me: SignedIn, action: str, conversation_id: str, details: Json | None = None) -> None:
        with self._db.write() as session:
            audit(session, f"staff:{me.name}", action, f"conversation:{conversation_id}", "service", details)


def _must_reach(conversation_id: str) -> None:
    if not reaches(conversation_id):
        raise InputError(
            "Nobody would read your answer here: this was asked in a terminal, or by a program that keeps no "
            "conversation. Reach the customer another way; “Give back” settles it."
        )


def permits(me: SignedIn | None, permission: str) -> bool:
    """Whether a tab is shown; every action checks for itself besides."""
    return me is not None and may(me.role, permission)


def need(me: SignedIn, permission: str) -> None:
    """Raises NotAllowed unless the role reaches this."""
    if not may(me.role, permission):
        raise NotAllowed(f"Your role ({me.role}) doesn't allow this.")
