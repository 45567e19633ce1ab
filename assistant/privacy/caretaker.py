"""What data protection needs of a running server: retention every day, the file rewritten at night, and an erasure made
by another process (the command line) carried on to what only this one holds: the engine's memories, isolated copies.

A thread with one loop. Knows no HTTP and no model; whoever starts it says how to forget.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from assistant.config import PrivacySettings
from assistant.privacy.compact import compact, compact_due, is_compact_due
from assistant.privacy.erase import erase_again, finish_all
from assistant.privacy.retention import apply
from assistant.privacy.schema import ErasureRow
from assistant.rounds import Rounds
from assistant.shop.importers.aside import remove_left
from assistant.shop.schema import ShopInfo
from assistant.store.database import Database

log = logging.getLogger("backroom.privacy")

POLL_S = 3.0
FINISH_EVERY_S = 60.0
"""How old an erasure is that was cut off for certain, and not merely still at work in another process."""
FIRST_AFTER_S, EVERY_S, AGAIN_AFTER_S = 20.0, 24 * 3600.0, 3600.0
"""Retention: after the start, from one round to the next, and after one that failed."""


class Caretaker:
    """Looks after one database until `stop`. `forget` empties what this process holds of conversations."""

    def __init__(
        self,
        db: Database,
        settings: PrivacySettings,
        forget: Callable[[], None],
        *,
        has_webhook: bool = True,
        poll_s: float = POLL_S,
        first_after_s: float = FIRST_AFTER_S,
    ) -> None:
        self._db = db
        self._settings = settings
        self._forget = forget
        self._has_webhook = has_webhook
        self._due = time.monotonic() + first_after_s
        self._finish_from = 0.0
        self._num_erased: int | None = None
        self._tried_at: tuple[int, int] | None = None
        self._rounds = Rounds("caretaker", self._round, log, "data protection", every_s=poll_s)

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        """See `Rounds.stop`."""
        self._rounds.stop()

    def _round(self) -> None:
        self._finish_erasures()
        self._look_for_erasures()
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + AGAIN_AFTER_S  # should this one fail
            self._keep_house()
            self._due = time.monotonic() + EVERY_S
        self._rewrite_at_night()

    def _finish_erasures(self) -> None:
        """Go on with what a crash or a long reader cut off, not all the time when it can't be done yet."""
        if time.monotonic() < self._finish_from:
            return
        self._finish_from = time.monotonic() + FINISH_EVERY_S
        for certificate in finish_all(self._db, after_s=FINISH_EVERY_S):
            log.warning("an erasure that was cut off is finished; its certificate: %s", json.dumps(certificate))

    def _look_for_erasures(self) -> None:
        with self._db.read() as session:
            num_erased = session.scalar(select(func.count()).select_from(ErasureRow)) or 0
        if self._num_erased is not None and num_erased != self._num_erased:
            self._forget()
        self._num_erased = num_erased

    def _keep_house(self) -> None:
        remove_left(self._db.path.parent)
        counts = apply(
            self._db, self._settings, has_webhook=self._has_webhook, is_over=lambda: self._rounds.is_over
        )  # fmt: skip
        keep = self._settings.bookkeeping_days
        again = 0 if self._rounds.is_over else erase_again(self._db, keep_orders_days=keep)
        if any(counts.values()) or again:
            log.info("retention: %s deleted, %d erased again", counts, again)

    def _rewrite_at_night(self) -> None:
        """Once in the quiet hour of the shop's day, when something was deleted since the last time."""
        with self._db.read() as session:
            zone = session.scalar(select(ShopInfo.value).where(ShopInfo.key == "timezone")) or "UTC"
            now = datetime.now(ZoneInfo(zone))
            today = (now.toordinal(), now.hour)
            if now.hour != self._settings.quiet_hour or self._tried_at == today or not is_compact_due(session):
                return
        self._tried_at = today
        if compact(self._db):
            with self._db.write() as session:
                compact_due(session, False)
