"""The webhook: every write arrives, signed, in its customer's order, once; a failure is tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import run
from assistant.privacy.schema import StateRow
from assistant.shop import outbox
from assistant.shop.outbox_sender import Sender, deliver, signature, webhook, webhook_secret
from assistant.store.database import Database

NOW = datetime(2026, 11, 28, tzinfo=UTC)


class Shop:
    """The shop's own systems: an HTTP server that keeps what it gets. `answers` are its statuses, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.slow_s = 0.0
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(shop.slow_s)
                shop.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(shop.answers.pop(0) if shop.answers else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def keys(self) -> list[str]:
        return [json.loads(body)["key"] for _, body in self.got]


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("BACKROOM_DB_KEY", "webhook test")
    with Database.open(tmp_path / "shop.db") as db:
        yield db


def put(db: Database, *pairs: tuple[str, str]) -> None:
    with db.write() as session:
        for key, customer in pairs:
            outbox.put(session, key, {"action": "cancel_pending_order", "order_id": "#W1"}, customer, NOW)


def send(db: Database, shop: Shop) -> tuple[int, int]:
    return deliver(db, webhook(shop.url, webhook_secret(db)), NOW)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_message_is_signed_and_arrives_once(db: Database, shop: Shop) -> None:
    put(db, ("a", "mia"))
    assert send(db, shop) == (1, 0) and send(db, shop) == (0, 0)
    [(headers, body)] = shop.got
    assert json.loads(body)["action"] == "cancel_pending_order" and headers["idempotency-key"] == "a"
    signed = f"a.{headers['webhook-timestamp']}.".encode() + body  # as the receiver checks it, by the specification
    secret = base64.b64decode(webhook_secret(db).removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}" and headers["webhook-id"] == "a"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60


def test_the_signature_is_the_specifications() -> None:
    """The example of the Standard Webhooks libraries."""
    body = b'{"test": 2432232314}'
    found = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_failure_holds_up_that_customers_later_messages_only(db: Database, shop: Shop) -> None:
    put(db, ("a", "mia"), ("b", "tom"), ("c", "mia"))
    shop.answers = [500]
    assert send(db, shop) == (1, 2)
    assert shop.keys() == ["a", "b"] and "500" in str(outbox.waiting(db)[0].problem)
    assert send(db, shop) == (2, 0)
    assert shop.keys() == ["a", "b", "a", "c"]


def test_many_that_are_refused_hold_up_nobody_elses(db: Database, shop: Shop) -> None:
    """Whoever reads only the oldest hundred never comes to the others."""
    put(db, *((f"m{n}", f"customer {n}") for n in range(120)), ("ours", "mia"))
    shop.answers = [422] * 120
    sender = Sender(db, shop.url, every_s=1000)
    sender.round()
    assert shop.keys()[-1] == "ours" and outbox.num_waiting(db) == 120
    put(db, ("later", "mia"), ("held", "customer 7"))
    sender.round()
    assert shop.keys()[-1] == "later" and len(shop.keys()) == 122, "who was refused isn't tried again yet"


def test_nothing_else_is_tried_where_nobody_answers(db: Database, shop: Shop) -> None:
    put(db, ("a", "mia"), ("b", "tom"))
    shop.server.shutdown()
    shop.server.server_close()
    assert send(db, shop) == (0, 2)
    assert [row.num_tries for row in outbox.waiting(db)] == [1, 0]


def test_redirections_are_not_followed(db: Database, shop: Shop) -> None:
    put(db, ("a", "mia"))
    shop.answers = [307]
    assert send(db, shop) == (0, 1)


def test_two_senders_send_nothing_twice(db: Database, shop: Shop) -> None:
    put(db, *((f"m{n}", f"customer {n % 3}") for n in range(12)))
    shop.slow_s = 0.02
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send(db, shop), range(4)))
    until(lambda: send(db, shop)[1] == 0)
    assert sorted(shop.keys()) == sorted(f"m{n}" for n in range(12))


def test_a_sender_that_died_is_followed_by_another(db: Database, shop: Shop) -> None:
    put(db, ("a", "mia"))
    with db.write() as session:
        session.merge(
            StateRow(name="outbox_lease", value=f"dead {(datetime.now(UTC) + timedelta(seconds=50)).isoformat()}")
        )
    assert send(db, shop) == (0, 1)
    with db.write() as session:
        session.merge(StateRow(name="outbox_lease", value=f"dead {datetime.now(UTC).isoformat()}"))
    assert send(db, shop) == (1, 0)


def test_a_running_server_tells_and_tries_again(db: Database, shop: Shop) -> None:
    shop.answers = [503, 503]
    sender = Sender(db, shop.url, every_s=0.05)
    sender.start()
    try:
        put(db, ("a", "mia"))
        until(lambda: not outbox.waiting(db))
    finally:
        sender.stop()
    assert shop.keys() == ["a"] * 3


def test_what_waited_survives_a_restart(db: Database, shop: Shop) -> None:
    put(db, ("a", "mia"))
    shop.answers = [500]
    before = Sender(db, shop.url)
    before.round()
    before.round()  # not due again yet
    assert shop.keys() == ["a"]
    after = Sender(db, shop.url)
    after.round()
    assert shop.keys() == ["a", "a"] and not outbox.waiting(db)
    after.round()
    assert shop.keys() == ["a", "a"]


def test_the_secret_on_the_command_line(db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "shop.db")
    assert run(["orders", "webhook-secret", "--db", path]) == 0
    first = capsys.readouterr().out.strip()
    assert first == webhook_secret(db) and first.startswith("whsec_")
    assert run(["orders", "webhook-secret", "--renew", "--db", path]) == 0
    assert capsys.readouterr().out.strip() != first
