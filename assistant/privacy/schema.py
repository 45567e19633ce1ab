"""The tables of the data-protection room: consents, restrictions and holds, what was erased, what adapters learnt from.

Knows no rule of what is erased when; see rules.py.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base


class ConsentRow(Base):
    """What a customer agreed to or took back, every time: the proof that Art. 7 GDPR asks for. What they had forgotten
    here stands among it, so that no import brings it back (see importers/wishes.py)."""

    __tablename__ = "consent_record"
    customer_id: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    given: Mapped[bool]
    source: Mapped[str] = mapped_column(default="")
    """Where it was said: "chat", "staff:anna", "command line"."""


class HoldRow(Base):
    """A mark on a person: `restriction` (Art. 18: stored, not used) or `legal_hold` (must not be erased)."""

    __tablename__ = "privacy_hold"
    reference: Mapped[str] = mapped_column(primary_key=True)
    """`customer:mia` or `conversation:web-1`."""
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")


class ErasureRow(Base):
    """One reference that was erased, as a keyed digest: enough to erase it again when a backup brings it back."""

    __tablename__ = "erasure"
    digest: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class StateRow(Base):
    """What this room keeps for itself: the keys of its digests and signatures (hexadecimal), and what is still due."""

    __tablename__ = "privacy_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class TrainingSourceRow(Base):
    """A conversation that went into a folder of training data."""

    __tablename__ = "training_source"
    folder: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class TrainingCustomerRow(Base):
    """A customer of whom a conversation went into a folder of training data, noted when retention takes it: adapters
    have learnt from it all the same."""

    __tablename__ = "training_customer"
    folder: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class TrainingAdapterRow(Base):
    """An adapter that was trained from a folder of training data."""

    __tablename__ = "training_adapter"
    folder: Mapped[str] = mapped_column(primary_key=True)
    adapter: Mapped[str] = mapped_column(primary_key=True)
    """Its name when it was trained and the file, "fern (sha256 ...)": it may serve under another name."""
    at: Mapped[datetime]
