"""Starts the engine's process and tells how it ended. Knows no request and no model."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import assistant
from assistant.engine.options import BackendOptions

_TAIL_BYTES = 2000


class Child:
    """One running engine process and the connection to it."""

    def __init__(self, options: BackendOptions) -> None:
        ours, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "assistant.engine.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                env=engine_environment(),
            )
        finally:
            theirs.close()
        self.connection: Connection[Any, Any] = Connection(ours.detach())
        self.connection.send(options)

    def kill(self) -> None:
        """End it now, whatever it does."""
        self.process.kill()

    def reap(self, timeout_s: float = 5.0) -> str:
        """Wait for its end (it is killed when it takes too long) and say how it ended, in words for an operator."""
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.connection.close()
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _TAIL_BYTES))
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        self._errors.close()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"{how}: {lines[-1]}" if lines else how


def engine_environment() -> dict[str, str]:
    """Ours, with the place that this package was imported from, and llama.cpp's debugger backtrace switched off.

    A fixed threshold makes the C library give every large block back when it is freed: left to itself it learns to keep
    them, and parked memories, which come and go in all sizes, then take a third more than their budget.
    """
    root = str(Path(assistant.__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    ours = {"PYTHONPATH": os.pathsep.join(paths), "GGML_NO_BACKTRACE": "1", "MALLOC_MMAP_THRESHOLD_": str(1 << 20)}
    return {**os.environ, **ours}
