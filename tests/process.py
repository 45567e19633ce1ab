"""Backroom as a process of its own, as an operator starts it: for tests of `serve` from the outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

COMMAND = [sys.executable, "-c", "from assistant.cli import main; main()"]
READY_S = 120.0


def backroom(*arguments: str, timeout: float = 180, text_in: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=timeout, input=text_in)


class Serving:
    """`backroom serve` (or another serving command) on a free port while the block lasts."""

    def __init__(self, arguments: Sequence[str], command: str = "serve") -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*COMMAND, command, *arguments, "--port", "0"], stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self.line = ""
        self.address = ""

    def __enter__(self) -> Serving:
        timer = threading.Timer(READY_S, self.process.kill)
        timer.start()
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        timer.cancel()
        words = [word for word in self.line.split() if word.startswith("http://")]
        assert words, f"the server didn't start: {self.errors()}"
        self.address = words[0]
        self.ready_s = time.monotonic() - self.began
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)
        self._errors.close()

    def stop(self, number: int) -> int:
        """Sends a signal and waits for the end; returns the exit code."""
        os.kill(self.process.pid, number)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def errors(self) -> str:
        """What it wrote to stderr so far."""
        self._errors.seek(0)
        return self._errors.read()

    def get(self, path: str, timeout: float = 60) -> tuple[int, bytes]:
        """Status and body of a GET."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=timeout) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def ask(self, text: str, user: str | None = None, timeout: float = 120, **more: Any) -> Any:
        """A chat completion's whole body, parsed; the text of a stream."""
        body = {"messages": [{"role": "user", "content": text}], **({"user": user} if user else {}), **more}
        request = urllib.request.Request(
            self.address + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=timeout) as response:
            data = response.read().decode()
        return data if more.get("stream") else json.loads(data)
