"""How fast a person is erased and the audit log checked, on stores of the size that a large shop has after years.

    .venv/bin/python tests/bench/bench_privacy.py [--messages 1000000] [--entries 200000] [--out FILE]

Builds an encrypted store of 50,000 conversations of 5,000 customers in a temporary folder (half of the messages with a
record, as answers have), erases three customers, of whom one is named in a stranger's conversation, exports one, looks
for them in the deciphered bytes, and checks an audit log. Wall times are those of a shared machine; CPU seconds stand
beside them. Knows no model.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from sqlalchemy import text

from assistant.privacy.erase import erase
from assistant.privacy.export import export
from assistant.privacy.subject import Subject
from assistant.store.audit import GENESIS, digest_of, set_head
from assistant.store.audit_verify import verify
from assistant.store.database import Database
from assistant.store.pages import chunks

ROOT = Path(__file__).resolve().parents[2]
NUM_CUSTOMERS, NUM_CONVERSATIONS = 5_000, 50_000
WORDS = "how much is the trail runner in size and colour do you have it in stock can I return my order please".split()
RECORD = json.dumps(
    {
        "acts": [{"act": "price", "products": ["p123"]}],
        "emotion": "neutral",
        "receipts": [{"sku": "A-1", "field": "price", "value": "129.00", "as_of": "2026-11-27T10:00:00+00:00"}],
        "own_words": 0.5,
        "ms": {"screen": 0.1, "keep": 2.2, "understand": 9.1, "act": 4.1, "first_token": 88.2, "total": 401.1},
        "tokens": {"prompt": 211, "cached": 101, "completion": 31},
        "writes": [],
    }
)


def fill(db: Database, num_messages: int, num_entries: int) -> None:
    """The conversations in the order in which they would have come, and a chain of audit entries."""
    chance = random.Random(1)
    old = "2026-01-01 00:00:00"
    with db.write(bulk=True) as session:
        session.execute(
            text("""INSERT INTO customer(customer_id, email, first_name, last_name, member, consent, preferences)
            VALUES (:id, :id || '@example.com', 'A', 'B', 0, 1, '{}')"""),
            [{"id": f"c{number}"} for number in range(NUM_CUSTOMERS)],
        )
        session.execute(
            text("""INSERT INTO conversation(conversation_id, customer_id, channel, started_at, last_at, state)
            VALUES (:id, :who, 'chat', :old, :old, '{}')"""),
            [{"id": f"web-{n:06d}", "who": f"c{n % NUM_CUSTOMERS}", "old": old} for n in range(NUM_CONVERSATIONS)],
        )
        for start in range(0, num_messages, 50_000):
            rows = []
            for number in range(start, min(start + 50_000, num_messages)):
                turn, conversation = divmod(number, NUM_CONVERSATIONS)
                role = "assistant" if turn % 2 else "customer"
                rows.append(
                    {
                        "id": f"{chance.getrandbits(128):032x}",
                        "conversation": f"web-{conversation:06d}",
                        "no": turn + 1,
                        "role": role,
                        "text": " ".join(chance.choices(WORDS, k=12)),
                        "at": old,
                        "record": RECORD if turn % 2 else "{}",
                    }
                )
            session.execute(
                text("INSERT INTO message VALUES (:id, :conversation, :no, :role, :text, :at, 'done', :record)"), rows
            )
        named = text("UPDATE message SET text = 'write to C9@Example.com' WHERE conversation_id = 'web-000011'")
        session.execute(named)
        _log(session, num_entries)
    db.checkpoint()


def _log(session: Any, num_entries: int) -> None:
    previous, rows = GENESIS, []
    names = ("n", "at", "actor", "action", "subject", "reason", "details")
    for number in range(1, num_entries + 1):
        subject = f"order:~{number % 5000:024d}"
        values = (
            number,
            "2026-01-01T00:00:00.000000+00:00",
            "staff:a",
            "order.cancel",
            subject,
            "request",
            '{"items":2}',
        )
        previous = digest_of(previous, values)
        rows.append({**dict(zip(names, values, strict=True)), "digest": previous})
    insert = "INSERT INTO audit_entry VALUES (:n, :at, :actor, :action, :subject, :reason, :details, :digest)"
    session.execute(text(insert), rows)
    set_head(session, num_entries, previous, new=True)


def remains(db: Database, words: list[str]) -> int:
    """How many pages of the deciphered file hold one of the words."""
    data = (np.ascontiguousarray(chunk.data).tobytes() for chunk in chunks(db.path, db.secret))
    return sum(word.encode() in part for part in data for word in words)


def timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    """Seconds and CPU seconds of a piece of work, and what it returned."""
    began, cpu = time.perf_counter(), time.process_time()
    value = work()
    return {"s": round(time.perf_counter() - began, 2), "cpu_s": round(time.process_time() - cpu, 2)}, value


def measure(folder: Path, num_messages: int, num_entries: int) -> dict[str, Any]:
    with Database.open(folder / "shop.db", key="ab" * 32) as db:
        fill(db, num_messages, num_entries)
        results: dict[str, Any] = {
            "messages": num_messages,
            "database_mib": round(db.path.stat().st_size / 2**20, 1),
        }
        checked, verdict = timed(lambda: verify(db))
        assert verdict.ok, verdict.problems
        results["audit_entries"] = num_entries
        results["audit_entries_per_s"] = round(num_entries / checked["s"])
        results["audit_entries_per_cpu_s"] = round(num_entries / checked["cpu_s"])
        results["export"], _ = timed(lambda: export(db, Subject("customer:c7")))
        results["erase"], erased = timed(lambda: erase(db, Subject("customer:c7")))
        results["erased_messages"] = erased.rows["message"]
        results["erase_second"], _ = timed(lambda: erase(db, Subject("customer:c8")))
        results["erase_mentioned"], mentioned = timed(lambda: erase(db, Subject("customer:c9")))
        assert erased.is_clean and mentioned.is_clean
        results["remains"] = remains(db, ["c7@example.com", "c8@example.com", "c9@example.com"])
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="backroom-bench-") as folder:
        results = measure(Path(folder), options.messages, options.entries)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "hardware": {
            "cpu": platform.processor() or platform.machine(),
            "num_cpus": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
            "load_1m": round(load, 2),
            "python": platform.python_version(),
        },
        "results": results,
    }
    print(json.dumps(report, indent=2))
    if options.out:
        options.out.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
