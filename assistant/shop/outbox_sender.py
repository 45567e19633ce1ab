"""Tells the shop's own systems of every write to an order: an HTTP POST to the address that the operator set, signed.

    deliver(db, webhook(url, secret), now)      what waits, once; `backroom orders outbox --send`
    Sender(db, url).start()                     again and again, in a running server

Signed as the Standard Webhooks specification says (webhook-id, webhook-timestamp, webhook-signature: HMAC-SHA256 over
"id.timestamp.body"). Messages of one customer keep their order. Only one sender delivers at a time, whichever process
it is in; what arrived is never sent again. A crash in the moment between arriving and noting it is the one case in
which the same message comes twice, with the same id. Knows no order and no rules.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from assistant.errors import BackroomError
from assistant.privacy.schema import StateRow
from assistant.rounds import Rounds
from assistant.shop.outbox import OutboxRow, mark, message, num_waiting, waiting
from assistant.store.audit import audit
from assistant.store.database import Database
from assistant.types import Json

log = logging.getLogger("backroom.outbox")

EVERY_S = 5.0
LONGEST_WAIT_S = 3600.0
"""Between two tries of a message that fails again and again."""
_SECRET, _LEASE = "webhook_secret", "outbox_lease"
_LEASE_S = 60.0
"""How long a sender may be silent before another takes its place; longer than one delivery can take."""

Send = Callable[[Json], str | None]


class Unreachable(BackroomError):
    """The shop's systems can't be reached at all: there is no sense in trying the other messages now."""


def webhook_secret(db: Database, *, renew: bool = False, by: str = "system:serve") -> str:
    """The secret that messages are signed with ("whsec_" and base64), made at first use; `renew` makes a new one."""
    with db.write() as session:
        row = session.get(StateRow, _SECRET)
        if row is not None and not renew:
            return row.value
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        session.merge(StateRow(name=_SECRET, value=secret))
        audit(session, by, "webhook_secret.renew" if row else "webhook_secret.make", "shop:webhook", "administration")
        return secret


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a message (Standard Webhooks, version 1)."""
    signed = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def webhook(url: str, secret: str, timeout_s: float = 10.0) -> Send:
    """A sender that posts a message as JSON to `url` and returns None, or what went wrong: any answer but 2xx.

    It follows no redirection and uses no proxy, so nothing goes anywhere but there. Raises Unreachable.
    """
    import httpx

    def send(what: Json) -> str | None:
        body = json.dumps(what, separators=(",", ":")).encode()
        key, timestamp = str(what["key"]), int(time.time())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "webhook-id": key,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, key, timestamp, body),
        }
        try:
            with httpx.Client(timeout=timeout_s, trust_env=False, follow_redirects=False) as client:
                answer = client.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(f"{url}: {type(error).__name__}") from None
        return None if answer.is_success else f"{url}: answered {answer.status_code}"

    return send


def deliver(
    db: Database,
    send: Send,
    now: datetime,
    limit: int = 100,
    *,
    without: Collection[str] = (),
    failed: Callable[[OutboxRow, str], None] = lambda row, problem: None,
    is_over: Callable[[], bool] = lambda: False,
) -> tuple[int, int]:
    """Hand waiting messages to `send`, oldest first, `limit` at a look: (delivered, still waiting).

    After a failure, which `failed` hears of, the same customer's later messages wait too; with Unreachable all do.
    Customers `without` are left out. Nothing is delivered while another sender is at it.
    """
    me = secrets.token_hex(8)
    held = set(without)
    if not waiting(db, 1, held) or not _lease(db, me, now):
        return 0, num_waiting(db)
    delivered = 0
    try:
        while rows := waiting(db, limit, held):  # each look leaves out who was held, so that it comes to the rest
            for row in rows:
                if row.customer_id in held:
                    continue
                if is_over() or not _lease(db, me, datetime.now(UTC)):
                    return delivered, num_waiting(db)
                try:
                    problem = send(message(row))
                except Unreachable as error:
                    mark(db, row, str(error), now)
                    failed(row, str(error))
                    return delivered, num_waiting(db)
                mark(db, row, problem, now)
                if problem is None:
                    delivered += 1
                else:
                    held.add(row.customer_id)
                    failed(row, problem)
    finally:
        _lease(db, me, datetime.now(UTC), release=True)
    return delivered, num_waiting(db)


def _lease(db: Database, me: str, now: datetime, *, release: bool = False) -> bool:
    """Whether this sender may deliver: nobody else does. Taken and kept for a minute, or given back."""
    with db.write() as session:
        row = session.get(StateRow, _LEASE)
        holder, _, until = row.value.partition(" ") if row is not None else ("", "", "")
        if holder not in ("", me) and datetime.fromisoformat(until) > datetime.now(UTC):
            return False
        until = (max(now, datetime.now(UTC)) + timedelta(seconds=0 if release else _LEASE_S)).isoformat()
        session.merge(StateRow(name=_LEASE, value=f"{me} {until}"))
        return True


class Sender:
    """Delivers what waits, in a running server, until `stop`.

    A message that fails is tried again after 10 s, 20 s, 40 s and so on, at most an hour later; after a start at once.
    """

    def __init__(self, db: Database, url: str, *, every_s: float = EVERY_S) -> None:
        self._db, self._url = db, url
        self._not_before: dict[str, float] = {}
        """By customer: the oldest message to one holds up the later ones."""
        self._every_s = every_s
        self._rounds = Rounds("outbox", self.round, log, "the shop's systems can't be told", every_s=every_s)

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        """See `Rounds.stop`."""
        self._rounds.stop()

    def round(self) -> None:
        """One look at what waits."""
        now = time.monotonic()
        self._not_before = {customer: at for customer, at in self._not_before.items() if at > now}
        held = self._not_before.keys()
        if waiting(self._db, 1, held):
            send = webhook(self._url, webhook_secret(self._db))
            deliver(
                self._db, send, datetime.now(UTC),
                without=held, failed=self._failed, is_over=lambda: self._rounds.is_over,
            )  # fmt: skip

    def _failed(self, row: OutboxRow, problem: str) -> None:
        wait = min(LONGEST_WAIT_S, 2 * self._every_s * 2 ** min(row.num_tries, 12))
        self._not_before[row.customer_id] = time.monotonic() + wait
        log.warning("message %s isn't delivered (try %d): %s", row.key, row.num_tries + 1, problem)
