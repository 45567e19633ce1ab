"""What is kept of conversations: who said what when, what it rested on, what customers thought of it, who was called.

Texts are stored as the screen step leaves them (secrets masked). Knows nothing of the shop's tables.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base


class ConversationRow(Base):
    """One conversation. `state` is the dialogue state that the pipeline carries from turn to turn (JSON)."""

    __tablename__ = "conversation"
    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(default="chat")
    led_by: Mapped[str | None]
    """The colleague who asks in it for the customer, whom nobody else may go on for; NULL: the customer's own."""
    started_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MessageRow(Base):
    """One message. `record` is the RECORD of an assistant's message (without its text), empty for a customer's."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_conversation", "conversation_id", "message_no", unique=True),)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.conversation_id", ondelete="CASCADE"))
    message_no: Mapped[int]
    role: Mapped[str]
    """`customer`, `assistant` or `staff`."""
    text: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="done")
    """`done`, `pending` (being answered), `stopped` (by the customer) or `interrupted` (never answered)."""
    record: Mapped[dict[str, Any]] = mapped_column(default=dict)


class FeedbackRow(Base):
    """A thumb up (+1) or down (-1) on an assistant's message, with an optional note."""

    __tablename__ = "feedback"
    message_id: Mapped[str] = mapped_column(ForeignKey("message.message_id", ondelete="CASCADE"), primary_key=True)
    vote: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class HandoffRow(Base):
    """A conversation that was handed to a person, and what became of it; see assistant/store/handoffs.py."""

    __tablename__ = "handoff"
    __table_args__ = (Index("ix_handoff_queue", "status", "created_at"),)
    handoff_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.conversation_id", ondelete="CASCADE"), index=True
    )
    customer_id: Mapped[str | None] = mapped_column(index=True)
    reason: Mapped[str]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default="waiting")
    """`waiting`, `claimed` or `resolved`."""
    created_at: Mapped[datetime]
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")


class AnswerReviewRow(Base):
    """What a colleague made of an answer; see assistant/store/reviews.py. `text` NULL: good as it is."""

    __tablename__ = "answer_review"
    message_id: Mapped[str] = mapped_column(ForeignKey("message.message_id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(index=True)
    text: Mapped[str | None]
    staff: Mapped[str]
    at: Mapped[datetime]
