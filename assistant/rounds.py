"""Work that a running server does again and again beside its customers, each kind on a thread of its own.

Knows nothing of what is done in a round.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from assistant.errors import BackroomError


class Rounds:
    """Calls `work` every `every_s` seconds, for the first time after `first_after_s`, from `start` until `stop`.

    A round that fails is logged with `failed` and followed by the next, whatever the error was: one bad round must not
    end what keeps a promise for months.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        log: logging.Logger,
        failed: str,
        *,
        every_s: float,
        first_after_s: float = 0.0,
    ) -> None:
        self._work, self._log, self._failed = work, log, failed
        self._every_s, self._first_after_s = every_s, first_after_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_over(self) -> bool:
        """Whether `stop` was called: a long round looks at it between its pieces."""
        return self._over.is_set()

    def rest(self, seconds: float) -> None:
        """Let others have the processor in the middle of a round; ends at once when `stop` is called."""
        self._over.wait(seconds)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no other round, and wait for the one under way: what it works with is closed after this."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        self._over.wait(self._first_after_s)
        while not self._over.is_set():
            try:
                self._work()
            except BackroomError as error:
                self._log.warning("%s: %s", self._failed, error)
            except Exception:
                self._log.exception("%s: this round failed unexpectedly", self._failed)
            self._over.wait(self._every_s)
