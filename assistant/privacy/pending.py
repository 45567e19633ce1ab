"""Erasures that were begun and aren't finished: a note in the database from the transaction that takes the rows until
the last byte is overwritten, so that a crash in between loses nothing. The server finishes them when it finds one.

The note holds what the second half needs (the person's identifiers, the folders of training data) and goes with it.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.privacy.schema import StateRow

_PREFIX = "erasing:"


@dataclass(frozen=True)
class Pending:
    """What is still to do for one erased person. `words` point to them, `statement` is for the certificate."""

    name: str
    """The note's name in privacy_state."""
    begun: float
    """Seconds since 1970: one that was begun just now is still being worked at."""
    words: list[str]
    conversations: list[str]
    folders: list[str]
    statement: dict[str, Any] = field(default_factory=dict)


def note(session: Session, pending: Pending) -> None:
    """Keep it, in the transaction that takes the rows."""
    session.add(StateRow(name=pending.name, value=json.dumps(asdict(pending), ensure_ascii=False)))


def new_name() -> str:
    """A name for a note, which says nothing of whom it is about."""
    return _PREFIX + secrets.token_hex(8)


def unfinished(session: Session, begun_before: float) -> list[Pending]:
    """The erasures that a crash, or somebody reading meanwhile, has left half done."""
    rows = session.scalars(select(StateRow.value).where(StateRow.name.startswith(_PREFIX)).order_by(StateRow.name))
    found = [Pending(**json.loads(value)) for value in rows]
    return [pending for pending in found if pending.begun <= begun_before]
