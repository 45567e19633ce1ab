"""What colleagues made of the assistant's answers, as a researcher may read it: with personal data masked.

Whoever's data may only be stored (a restriction) isn't in it. Knows no Gradio, and nothing of training: what may be
learnt from is the customers' to say, and `backroom finetune` asks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from assistant.privacy.pii import Known, mask
from assistant.privacy.rights import is_restricted
from assistant.privacy.subject import customers_of
from assistant.store.conversations import CUSTOMER, Conversations
from assistant.store.database import Database
from assistant.store.reviews import Review, Reviews
from assistant.store.schema import ConversationRow


@dataclass(frozen=True)
class Reviewed:
    """A reviewed answer. `should` is what should have been said; None: it was good."""

    at: datetime
    asked: str
    said: str
    should: str | None


def reviewed(db: Database, limit: int) -> list[Reviewed]:
    """The latest reviewed answers, newest first."""
    readable = (review for review in reversed(Reviews(db).all()) if _may_be_read(db, review))
    known = Known.of(db)
    return [
        Reviewed(
            review.at,
            mask(_question(db, review), known),
            mask(review.said, known),
            None if review.text is None else mask(review.text, known),
        )
        for review in islice(readable, limit)
    ]


def _may_be_read(db: Database, review: Review) -> bool:
    with db.read() as session:
        row = session.get(ConversationRow, review.conversation_id)
        return row is not None and not any(is_restricted(session, customer) for customer in customers_of(row))


def _question(db: Database, review: Review) -> str:
    """The customer's message that the answer is to."""

    messages = Conversations(db).messages(review.conversation_id)
    before = takewhile(lambda message: message.message_id != review.message_id, messages)
    return next((message.text for message in reversed(list(before)) if message.role == CUSTOMER), "")
