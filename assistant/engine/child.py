"""The engine's own process: `python -m assistant.engine.child FD`, started by `EngineProcess` and by nobody else.

Reads commands from the socket FD, answers requests with a scheduler, and ends when the other side does. Imports nothing
of the web server, the database or the shop, so that it is back quickly after a crash.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

from assistant.engine.messages import (
    AdapterChanged,
    Beat,
    Cancel,
    Command,
    Failed,
    Forget,
    Generate,
    LoadAdapter,
    Outputs,
    Ready,
    Report,
    Stop,
    UnloadAdapter,
)
from assistant.engine.options import BackendOptions
from assistant.engine.scheduler import Scheduler
from assistant.errors import BackroomError, ModelError

_BEAT_S = 0.5


class Worker:
    """Runs the scheduler in the main thread; two helper threads listen for commands and show signs of life."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._scheduler: Scheduler | None = None
        self._parent = os.getppid()

    def run(self) -> None:
        """Load the model and answer until told to stop."""
        options: BackendOptions = self._connection.recv()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()
        started = time.monotonic()
        try:
            backend = options.open()
            self._scheduler = Scheduler(backend, options.num_slots)
            self._send(Ready(time.monotonic() - started))
            self._serve(self._scheduler)
            backend.close()
        except BackroomError as error:
            self._send(Failed(str(error), isinstance(error, ModelError)))

    def _serve(self, scheduler: Scheduler) -> None:
        while True:
            if not scheduler.has_work and not self._obey(scheduler, self._inbox.get()):
                return
            while not self._inbox.empty():
                if not self._obey(scheduler, self._inbox.get()):
                    return
            for phase in (scheduler.admit, scheduler.step):
                if outputs := phase():
                    self._send(Outputs(outputs))
            self._free_adapters(scheduler)

    def _free_adapters(self, scheduler: Scheduler) -> None:
        for name in scheduler.free_adapters():
            self._send(AdapterChanged(name, is_gone=True))

    def _obey(self, scheduler: Scheduler, command: Command) -> bool:
        """Carry out a command; False when it was the last one."""
        if isinstance(command, Generate):
            scheduler.add(command.request, command.deadline)
        elif isinstance(command, Cancel):
            scheduler.cancel(command.request_id)
        elif isinstance(command, LoadAdapter):
            self._free_adapters(scheduler)
            self._send(AdapterChanged(command.name, scheduler.load_adapter(command.name, command.path)))
        elif isinstance(command, UnloadAdapter):
            scheduler.unload_adapter(command.name)
        elif isinstance(command, Forget):
            scheduler.forget(command.conversation)
        return not isinstance(command, Stop)

    def _listen(self) -> None:
        try:
            while True:
                command = self._connection.recv()
                self._inbox.put(command)
                if isinstance(command, Cancel) and self._scheduler:
                    self._scheduler.interrupt()
        except (EOFError, OSError):
            os._exit(0)  # the supervisor is gone; the main thread may be deep in llama.cpp

    def _beat(self) -> None:
        while os.getppid() == self._parent:
            scheduler = self._scheduler
            if scheduler:
                self._send(Beat(scheduler.num_steps, len(scheduler.waiting), len(scheduler.running), scheduler.counts))
            time.sleep(_BEAT_S)
        os._exit(0)

    def _send(self, report: Report) -> None:
        try:
            with self._sending:
                self._connection.send(report)
        except OSError:
            os._exit(0)


def main() -> None:
    """Entry point of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the supervisor too, and it decides
    Worker(Connection(int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
