"""Which conversations went into which training data, and which adapters were trained from it.

The fine-tuning rooms report here (`register_data`, `register_adapter`); erasure takes a person's lines out of the files
and names the adapters, whose weights can't be cleaned. Retention takes a conversation's lines with it, and leaves the
note of whose it was. Knows nothing of training.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.adapters import lineages
from assistant.privacy.schema import TrainingAdapterRow, TrainingCustomerRow, TrainingSourceRow
from assistant.privacy.subject import customers_of
from assistant.store.database import Database
from assistant.store.schema import ConversationRow

_FILE = re.compile(r" \(sha256 ([0-9a-f]{64})\)$")
TOKENS = "tokens.safetensors"
"""The name of a file of training data as token ids (see finetune)."""


def register_data(db: Database, folder: Path, conversation_ids: Iterable[str]) -> None:
    """Note that these conversations went into the training data in `folder`. Safe to repeat."""
    with db.write() as session:
        for conversation_id in set(conversation_ids):
            session.merge(TrainingSourceRow(folder=str(folder.resolve()), conversation_id=conversation_id))


def register_adapter(db: Database, folder: Path, name: str, sha256: str) -> None:
    """Note that an adapter was trained from the data in `folder`: its name then, and its file. Safe to repeat."""
    adapter = f"{name} (sha256 {sha256})"
    with db.write() as session:
        session.merge(TrainingAdapterRow(folder=str(folder.resolve()), adapter=adapter, at=datetime.now(UTC)))


def used_in(session: Session, conversation_ids: list[str], customer_ids: list[str]) -> dict[str, list[str]]:
    """The folders of training data that these conversations, or earlier ones of these customers, went into, with the
    adapters trained from each: under the names that they and those that went on from them serve under; what serves
    nowhere under its name when trained."""
    earlier = select(TrainingCustomerRow.folder).where(TrainingCustomerRow.customer_id.in_(customer_ids)).distinct()
    folders = set(session.scalars(earlier))
    for start in range(0, len(conversation_ids), 500):
        part = conversation_ids[start : start + 500]
        query = select(TrainingSourceRow.folder).where(TrainingSourceRow.conversation_id.in_(part)).distinct()
        folders.update(session.scalars(query))
    adapters = select(TrainingAdapterRow.adapter).order_by(TrainingAdapterRow.adapter)
    trained = {
        folder: list(session.scalars(adapters.where(TrainingAdapterRow.folder == folder))) for folder in sorted(folders)
    }
    serving = lineages() if any(trained.values()) else {}
    return {folder: [name for noted in names for name in _called(noted, serving)] for folder, names in trained.items()}


def _called(noted: str, serving: Mapping[str, Sequence[str]]) -> list[str]:
    found = _FILE.search(noted)
    return [name for name, files in serving.items() if found and found[1] in files] or [noted]


def folders_of(session: Session, conversation_ids: Iterable[str]) -> dict[str, list[str]]:
    """Which of these conversations went into which folders of training data."""
    found: dict[str, list[str]] = {}
    rows = select(TrainingSourceRow).where(TrainingSourceRow.conversation_id.in_(list(conversation_ids)))
    for row in session.scalars(rows):
        found.setdefault(row.folder, []).append(row.conversation_id)
    return found


def leave_to_customers(session: Session, conversation_ids: Iterable[str]) -> None:
    """These conversations are about to go: what was noted of them becomes a note of whose they were."""
    for folder, conversations in folders_of(session, conversation_ids).items():
        for conversation_id in conversations:
            row = session.get(ConversationRow, conversation_id)
            for customer_id in customers_of(row) if row else ():
                session.merge(TrainingCustomerRow(folder=folder, customer_id=customer_id))
            session.delete(session.get_one(TrainingSourceRow, (folder, conversation_id)))
    session.flush()


def as_named(conversation_id: str) -> tuple[str, str]:
    """How a line of training data names this conversation and no other whose id goes on: as a whole string of JSON, or
    after the name of its source ("reviews/web-9")."""
    rest = json.dumps(conversation_id, ensure_ascii=False)[1:]
    return f'"{rest}', f"/{rest}"


def clean(folder: Path, words: Iterable[str]) -> tuple[int, list[str]]:
    """Take every line that holds one of `words` out of the text files below `folder`.

    Returns how many lines went, and the files that hold such a word and can't be cleaned line by line, or that can't be
    read or written. Each file is replaced whole or not at all. Where lines went, the token files made from them go too:
    the same text as numbers, which the next run makes again from what is left.
    """
    needles = [word.encode() for word in words if word]
    num_lines, left = 0, []
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        try:
            num = _without_lines(file, needles)
        except OSError:  # the person's rows are gone by now: the file is named, and the erasure goes on
            num = None
        if num is None:
            left.append(str(file))
        else:
            num_lines += num
    for derived in folder.rglob(TOKENS) if num_lines else ():
        _replace(derived, b"")
        derived.unlink()
    return num_lines, left


def _without_lines(file: Path, needles: list[bytes]) -> int | None:
    """Take the lines with a needle out of a file; how many, None for one that has no lines. Raises OSError."""
    data = file.read_bytes()
    if not any(needle in data for needle in needles):
        return 0
    if file.suffix not in (".jsonl", ".csv", ".txt", ".tsv"):
        return None
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not any(needle in line for needle in needles)]
    _replace(file, b"".join(kept))
    return len(lines) - len(kept)


def _replace(file: Path, data: bytes) -> None:
    """Give the name to the new content, then overwrite the old: an unlinked file's bytes would stay on the disk."""
    draft = file.with_name(file.name + ".cleaned")
    with draft.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    with file.open("r+b") as old:
        size = file.stat().st_size
        draft.replace(file)
        old.write(bytes(size))
        old.flush()
        os.fsync(old.fileno())
