"""Which adapters the engine's process has, and how one is loaded or unloaded while it serves.

`AdapterDesk` is the supervisor's side: callers wait on it, and a new process is brought to the same state. Knows no
llama.cpp and no request.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.engine.messages import AdapterChanged, LoadAdapter, UnloadAdapter
from assistant.errors import EngineError, ModelError

_log = logging.getLogger("backroom.engine")
AdapterCommand = LoadAdapter | UnloadAdapter


class AdapterDesk:
    """The adapters of one engine, changed under its lock. `send` tells the process, the first of which loads
    `initial` by itself.

    `loaded` maps names to files: what requests may name.
    """

    def __init__(
        self, initial: Mapping[str, Path], lock: threading.Condition, send: Callable[[AdapterCommand], None]
    ) -> None:
        self.loaded = dict(initial)
        self._lock = lock
        self._send = send
        self._waiting: dict[str, queue.SimpleQueue[str | None]] = {}

    def change(self, command: AdapterCommand, timeout_s: float) -> None:
        """Have the process carry out `command`, and wait until it has.

        Raises ModelError with its reason when it can't, EngineError when it dies over it or says nothing in time.
        """
        name = command.name
        answer: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self._lock:
            if name in self._waiting:
                raise EngineError(f"adapter {name!r} is being loaded or unloaded already; wait for that")
            if isinstance(command, UnloadAdapter) and name not in self.loaded:
                raise ModelError(f"no adapter {name!r} is loaded")
            self._waiting[name] = answer
            self._send(command)
        try:
            problem = answer.get(timeout=timeout_s)
        except queue.Empty:
            raise EngineError(f"the engine didn't settle adapter {name!r} within {timeout_s:g} s") from None
        finally:
            with self._lock:
                self._waiting.pop(name, None)
        if problem:
            raise ModelError(problem)
        with self._lock:
            if isinstance(command, LoadAdapter):
                self.loaded[name] = command.path

    def take(self, report: AdapterChanged) -> None:
        """The process's word on a command. Called under the lock."""
        if report.is_gone:
            self.loaded.pop(report.name, None)
        if waiting := self._waiting.get(report.name):
            waiting.put(report.problem)
        elif report.problem:  # a new process could not be brought to the old state
            self.loaded.pop(report.name, None)
            _log.error("%s; requests for it are refused", report.problem)

    def process_died(self) -> None:
        """Those who wait are told; what was under way may have been the cause and isn't tried again."""
        for name, waiting in self._waiting.items():
            waiting.put(f"the engine died while it changed adapter {name!r}; look at the file before trying again")

    def restore(self) -> list[LoadAdapter]:
        """What a new process, which comes without any, must be told."""
        return [LoadAdapter(name, path) for name, path in self.loaded.items()]
