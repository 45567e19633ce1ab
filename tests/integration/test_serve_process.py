"""`backroom serve` from the outside, with the real model: start, answers, sudden death, and a clean end."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.runtime import DEMO_SHOP
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from tests.process import COMMAND, Serving, backroom

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop, imported once."""
    path = tmp_path_factory.mktemp("demo") / "shop.db"
    done = backroom("import", "shop", str(DEMO_SHOP), "--db", str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tables"]["products"]["inserted"] >= 60
    return path


@pytest.fixture(scope="module")
def server(demo_db: Path) -> Iterator[Serving]:
    with Serving(["--db", str(demo_db)]) as running:
        yield running


def test_it_says_in_one_line_what_it_serves(server: Serving) -> None:
    assert server.line.startswith("Backroom serves Fell & Hearth at http://127.0.0.1:")
    assert "smollm2-135m" in server.line
    assert server.get("/readyz")[0] == 200


def test_answers_come_from_the_shop(server: Serving) -> None:
    first = server.ask("How much is the Squall Rain Jacket?", "visit")["backroom"]
    assert "£129.00" in first["reply"] and "AI" in first["reply"]
    assert any(receipt["field"] == "price" for receipt in first["receipts"])
    second = server.ask("Is it available in red in size M?", "visit")["backroom"]
    assert "AI" not in second["reply"]
    assert any(receipt.get("sku") == "SQJ-RED-M" for receipt in second["receipts"]), second


def test_without_user_the_earlier_messages_are_understood(server: Serving) -> None:
    body = server.ask("x", messages=[
        {"role": "user", "content": "Tell me about the Squall Rain Jacket"},
        {"role": "assistant", "content": "It is a rain jacket."},
        {"role": "user", "content": "How much is it?"},
    ])  # fmt: skip
    assert "£129.00" in body["backroom"]["reply"] and "AI assistant" not in body["backroom"]["reply"]


def test_the_browser_chat_is_there(server: Serving) -> None:
    status, page = server.get("/")
    assert status == 200 and b"Fell &amp; Hearth" in page
    assert server.get("/docs")[0] == 200


def test_the_second_server_on_a_port_says_so(server: Serving, demo_db: Path) -> None:
    port = server.address.rsplit(":", 1)[1]
    done = backroom("serve", "--db", str(demo_db), "--port", port)
    assert done.returncode == 2 and f"port {port} is in use" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_told_to(demo_db: Path, number: int) -> None:
    with Serving(["--db", str(demo_db), "--isolate"]) as server:
        assert server.ask("hello", "a")["backroom"]["reply"]
        assert server.get("/")[0] == 404
        children = subprocess.run(
            ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True
        ).stdout.split()
        assert children
        assert server.stop(number) == 0
        assert server.errors() == ""
    for child in children:
        deadline = time.monotonic() + 10
        while Path(f"/proc/{child}").exists():
            assert time.monotonic() < deadline, "the engine's process is still there"
            time.sleep(0.1)


def test_a_message_that_a_kill_9_left_unanswered_is_answered_after_the_restart(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    assert backroom("import", "shop", str(DEMO_SHOP), "--db", str(path)).returncode == 0
    with Serving(["--db", str(path)]) as server:
        asking = subprocess.Popen(
            [*COMMAND[:1], "-c", ASK_AND_BE_CUT_OFF, server.address], stdout=subprocess.PIPE, text=True
        )
        kill_once_kept(server, path)
        asking.wait(30)
    with Database.open(path) as db:
        (left,) = Conversations(db).pending()
    assert left.text == "How much is the Squall Rain Jacket?"
    with Serving(["--db", str(path)]), Database.open(path) as db:
        deadline = time.monotonic() + 60
        while len(kept := Conversations(db).messages("api-cut")) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert [message.role for message in kept] == ["customer", "assistant"]
    assert "£129.00" in kept[1].text


ASK_AND_BE_CUT_OFF = """
import sys, urllib.request, json
body = {"user": "cut", "messages": [{"role": "user", "content": "How much is the Squall Rain Jacket?"}]}
request = urllib.request.Request(sys.argv[1] + "/v1/chat/completions", json.dumps(body).encode(),
                                 {"Content-Type": "application/json"})
try:
    urllib.request.urlopen(request, timeout=60).read()
except OSError:
    pass
"""


def kill_once_kept(server: Serving, path: Path) -> None:
    """kill -9 as soon as the customer's message is on disk and its answer isn't."""
    deadline = time.monotonic() + 60
    with Database.open(path) as db:
        while not Conversations(db).pending():
            assert time.monotonic() < deadline, "the message never came"
            time.sleep(0.002)
    server.stop(signal.SIGKILL)


def test_the_database_is_encrypted(demo_db: Path) -> None:
    raw: Any = sqlite3.connect(demo_db)
    with pytest.raises(sqlite3.DatabaseError):
        raw.execute("SELECT * FROM product").fetchall()
    raw.close()
    assert b"Squall" not in demo_db.read_bytes()
