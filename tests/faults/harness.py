"""What every fault is judged by: customers who note what the server acknowledged, and what must be true afterwards."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import text

from assistant.store.audit_verify import verify
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from tests.process import Serving

QUESTIONS = (
    "How much is the Squall Rain Jacket?",
    "Is it available in red in size M?",
    "Do you have a camp mug?",
    "What is your returns policy?",
)
ROWS: dict[str, dict[str, Any]] = {}
"""The table of results: a row for each fault (see conftest)."""


@dataclass
class Load:
    """Customers who go on asking, each in a conversation of their own, while the block lasts."""

    server: Serving
    num_customers: int = 3
    acknowledged: list[tuple[str, str, str]] = field(default_factory=list)
    """(conversation, question, reply) of every answer that came back whole."""
    statuses: Counter[int | str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(self.num_customers)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def wait_for(self, num_more: int, within_s: float = 90.0) -> None:
        """Until so many more answers have come."""
        goal, deadline = len(self.acknowledged) + num_more, time.monotonic() + within_s
        while len(self.acknowledged) < goal:
            assert time.monotonic() < deadline, f"no answers any more: {self.statuses}"
            time.sleep(0.05)

    def _ask(self, customer: int) -> None:
        name = f"fault-{id(self)}-{customer}"
        number = 0
        while not self._over.is_set():
            question = f"{QUESTIONS[number % len(QUESTIONS)]} ({number})"
            number += 1
            status: int | str
            try:
                record = self.server.ask(question, name, timeout=60)["backroom"]
                status = 200
            except urllib.error.HTTPError as error:
                status, record = error.code, None
            except (OSError, ValueError) as error:
                status, record = type(error).__name__, None
            with self._lock:
                self.statuses[status] += 1
                if record is not None:
                    self.acknowledged.append((f"api-{name}", question, record["reply"]))
            if record is None:
                time.sleep(0.2)


def ready(server: Serving, within_s: float = 60.0) -> float:
    """Seconds until /readyz says so."""
    began = time.monotonic()
    while server.get("/readyz")[0] != 200:
        assert time.monotonic() - began < within_s, f"not ready: {server.get('/readyz')}; {server.errors()[-2000:]}"
        time.sleep(0.05)
    return time.monotonic() - began


def assert_whole(path: Path, acknowledged: list[tuple[str, str, str]], key: str | None = None) -> dict[str, Any]:
    """Nothing acknowledged is lost, no turn is half written, the file and the audit chain are sound."""
    with Database.open(path, key=key, create=False) as db:
        kept = Conversations(db)
        lost = []
        for name in {conversation for conversation, _, _ in acknowledged}:
            messages = [(m.role, m.text) for m in kept.messages(name)]
            pairs = set(pairwise(messages))
            lost += [
                (name, question)
                for conversation, question, reply in acknowledged
                if conversation == name and (("customer", question), ("assistant", reply)) not in pairs
            ]
        assert not lost, f"{len(lost)} acknowledged answers are lost: {lost[:3]}"
        with db.read() as session:
            assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
            orphans = """SELECT count(*) FROM message a WHERE role = 'assistant' AND NOT EXISTS (SELECT 1 FROM message q
                WHERE q.conversation_id = a.conversation_id AND q.message_no < a.message_no AND q.role = 'customer')"""
            assert session.execute(text(orphans)).scalar_one() == 0
        verdict = verify(db)
        assert verdict.ok, verdict.problems
        return {"acknowledged": len(acknowledged), "lost": 0, "audit": "verified"}


def note(fault: str, **row: Any) -> None:
    """A row of the table of results."""
    ROWS[fault] = row


def as_json(server: Serving, path: str) -> Any:
    return json.loads(server.get(path)[1])
