"""Faults below the server: a read-only file, a limit on its size, a clock that goes back, kills between writes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.config import PrivacySettings
from assistant.errors import DatabaseError
from assistant.privacy.retention import apply
from assistant.shop.schema import OrderRow
from assistant.store.audit import audit
from assistant.store.audit_verify import entries, verify
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.types import Record
from tests.faults.harness import assert_whole, note
from tests.stand_in import small_shop

KEY = "ab" * 32
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = small_shop(tmp_path / "shop.db", KEY)
    yield database
    database.close()


def turn(db: Database, name: str, said: str, at: datetime = NOW) -> tuple[str, str, str]:
    conversations = Conversations(db)
    message = conversations.begin_turn(name, said, at)
    conversations.finish_turn(message, Record(reply=f"You said {said}"), {"turns": 1}, at)
    return name, said, f"You said {said}"


def test_a_read_only_database_is_read_and_never_half_written(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [turn(db, "c1", "hello")]
    db.close()
    from assistant.store import connections

    original = connections.connect

    def read_only(path: Path, key: str, busy: float, create: bool = False, read_only: bool = False) -> Any:
        connection = original(path, key, busy)
        connection.execute("PRAGMA query_only = ON")
        return connection

    monkeypatch.setattr("assistant.store.connections.connect", read_only)
    with Database.open(db.path, key=KEY) as locked:
        for _ in range(3):
            with pytest.raises(DatabaseError, match="read-only"):
                turn(locked, "c1", "lost?")
        assert "read-only" in (locked.trouble() or "")
        assert len(Conversations(locked).messages("c1")) == 2
    monkeypatch.undo()
    with Database.open(db.path, key=KEY) as back:
        assert back.trouble() is None
        kept.append(turn(back, "c1", "again"))
    note("database read-only", **assert_whole(db.path, kept, KEY))


def test_a_file_that_may_not_grow(db: Database) -> None:
    """RLIMIT_FSIZE: the system refuses every write beyond a size, as a quota does."""
    kept = [turn(db, "c1", "hello")]
    wal = db.path.with_name("shop.db-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(wal.stat().st_size, db.path.stat().st_size) + 50_000, hard))
    try:
        with pytest.raises(DatabaseError):
            for number in range(2000):
                kept.append(turn(db, "c1", f"{number} " + "x" * 3000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert db.trouble() is None
    kept.append(turn(db, "c1", "after"))
    note("file size limit", **assert_whole(db.path, kept, KEY))


def test_a_clock_that_goes_back(db: Database) -> None:
    """Order comes from numbers, not from times; nothing is deleted too early, and the chain goes on."""
    times = [NOW, NOW - timedelta(days=400), NOW - timedelta(hours=3), NOW + timedelta(days=1)]
    kept = []
    for number, at in enumerate(times):
        kept.append(turn(db, "c1", f"message {number}", at))
        with db.write() as session:
            audit(session, "staff:a", "a.b", "product:MUG", "test", at=at)
    assert [m.text for m in Conversations(db).messages("c1") if m.role == "customer"] == [q for _, q, _ in kept]
    counts = apply(db, PrivacySettings(conversations_days=30), now=NOW - timedelta(days=1000))
    assert not any(counts.values())
    with db.read() as session:
        assert [entry["entry"] for entry in entries(session)] == [1, 2, 3, 4]
    note("clock set back", **assert_whole(db.path, kept, KEY))


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from assistant.shop.schema import OrderRow
from assistant.store.audit import audit
from assistant.store.database import Database
with Database.open(Path(sys.argv[1]), key=sys.argv[2]) as db:
    number = 0
    print("ready", flush=True)
    while True:
        number += 1
        with db.write() as session:
            session.get_one(OrderRow, "W1").status = f"state {number}"
            audit(session, "customer:mia", "order.change", "order:W1", "test", {"number": number})
        print(number, flush=True)
"""


def test_a_kill_in_the_middle_of_actions(db: Database) -> None:
    """kill -9 at moments of chance: an action and its audit entry are both there or neither."""
    db.close()
    last = 0
    for round_no in range(3):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(db.path), KEY], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() and process.stdout.readline()
        time.sleep(0.15 + 0.07 * round_no)
        os.kill(process.pid, signal.SIGKILL)
        said = [int(line) for line in process.stdout.read().split("\n")[:-1] if line]
        process.wait()
        with Database.open(db.path, key=KEY) as back, back.read() as session:
            status = session.get_one(OrderRow, "W1").status
            (newest,) = entries(session, limit=1, newest=True)
            assert status == f"state {newest['details']['number']}", "half an action"
            assert newest["details"]["number"] - (said[-1] if said else 0) in (0, 1), "an acknowledged action is lost"
            assert session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() > last
            last = newest["entry"]
            assert verify(back).ok
    note("killed in the middle of actions", actions=last, **assert_whole(db.path, [], KEY))
