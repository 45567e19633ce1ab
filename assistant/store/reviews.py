"""What colleagues made of the assistant's answers: found good, or put right, for training and for the record.

    reviews = Reviews(db)
    reviews.keep(message_id, "anna", at, text="The kettle holds 1.7 litres.")   # a correction
    reviews.keep(message_id, "anna", at)                                        # good as it is

One review per answer, the latest counts. Thread-safe; holds nothing in memory. Knows no trainer: who may see reviews,
and masking of personal data, are the callers'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from assistant.errors import InputError
from assistant.store.conversations import ASSISTANT
from assistant.store.database import Database
from assistant.store.schema import AnswerReviewRow, MessageRow

MAX_CHARS = 2000


@dataclass(frozen=True)
class Review:
    """A reviewed answer. `text` is what should have been said; None: the answer is good as it is."""

    message_id: str
    conversation_id: str
    said: str
    text: str | None
    staff: str
    at: datetime


class Reviews:
    """The reviews of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, message_id: str, staff: str, at: datetime, *, text: str | None = None) -> None:
        """Keep a review. Raises InputError for a message that is no answer, or an empty or endless correction."""
        if text is not None and not 0 < len(text.strip()) <= MAX_CHARS:
            raise InputError(f"A correction has 1 to {MAX_CHARS} characters.")
        with self._db.write() as session:
            message = session.get(MessageRow, message_id)
            if message is None or message.role != ASSISTANT:
                raise InputError("Only the assistant's answers can be reviewed.")
            row = session.get(AnswerReviewRow, message_id) or AnswerReviewRow(message_id=message_id)
            row.conversation_id, row.text, row.staff, row.at = message.conversation_id, text, staff, at
            if text is not None:
                row.text = text.strip()
            session.add(row)

    def all(self, conversation_id: str | None = None) -> Sequence[Review]:
        """Every review, or those of one conversation, oldest first."""
        query = select(AnswerReviewRow, MessageRow.text).join(
            MessageRow, MessageRow.message_id == AnswerReviewRow.message_id
        )
        if conversation_id is not None:
            query = query.where(AnswerReviewRow.conversation_id == conversation_id)
        with self._db.read() as session:
            rows = session.execute(query.order_by(AnswerReviewRow.at, AnswerReviewRow.message_id))
            return [
                Review(row.message_id, row.conversation_id, said, row.text, row.staff, row.at) for row, said in rows
            ]
