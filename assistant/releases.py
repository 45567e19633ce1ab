"""Keeps a running server at the adapter that is released: looks at released.json now and then, and swaps.

A new adapter is loaded beside the old one before anybody uses it; answers that are being written end with the one that
they began with. Where the operator has named an adapter, nothing is swapped. Knows no torch and no HTTP.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from assistant.adapters import Adapter, InUse, canary, released
from assistant.rounds import Rounds

if TYPE_CHECKING:
    from assistant.engine.process import EngineProcess

_log = logging.getLogger("backroom.adapters")


class Releases:
    """Follows the releases for one base model with one engine. `start` it, and `stop` it before the engine closes."""

    def __init__(self, process: EngineProcess, in_use: InUse, base_sha256: str, every_s: float = 5.0) -> None:
        self._process, self._in_use, self._base = process, in_use, base_sha256
        self._rounds = Rounds(
            "releases",
            self.look,
            _log,
            "the released adapter isn't taken over",
            every_s=every_s,
            first_after_s=every_s,
        )

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        """See `Rounds.stop`."""
        self._rounds.stop()

    def look(self) -> bool:
        """Take over what is released now; whether anything changed. Raises ModelError or EngineError."""
        wanted, trial = released(self._base), canary(self._base)
        tried, share = trial or (None, 0.0)
        wanted, tried = self._named(wanted), self._named(tried)
        before = {a.name: a for a in (self._in_use.current, self._in_use.canary) if a}
        after = {a.name: a for a in (wanted, tried) if a}
        changed = (wanted, tried, share) != (self._in_use.current, self._in_use.canary, self._in_use.share)
        if not changed:
            return False
        for name in after.keys() - self._process.adapters.keys():
            self._process.load_adapter(name, after[name].path)
        self._in_use.current, self._in_use.canary, self._in_use.share = wanted, tried, share
        _log.info("in service: %s%s", _called(wanted), f", canary {_called(tried)} ({share:.0%})" if tried else "")
        for name in before.keys() - after.keys():
            self._process.unload_adapter(name)
        return True

    def _named(self, adapter: Adapter | None) -> Adapter | None:
        """The adapter by what the engine calls its file: another file may have its own name there."""
        if adapter is None:
            return None
        loaded = self._process.adapters
        its_own = [name for name, path in loaded.items() if path == adapter.path]
        free = (f"{adapter.name}-{number}" for number in count(2) if f"{adapter.name}-{number}" not in loaded)
        name = its_own[0] if its_own else next(free) if adapter.name in loaded else adapter.name
        return replace(adapter, name=name)


def _called(adapter: Adapter | None) -> str:
    return adapter.name if adapter else "the base without an adapter"
