"""The engine as everybody else sees it: a supervised process that outlives its crashes.

One thread (the supervisor) starts the process, reads what it reports and starts it again when it dies; callers' threads
only add requests and wait on their own answer. All state is changed under one lock.
Knows no llama.cpp, no text and no shop.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from assistant.engine.adapters import AdapterDesk
from assistant.engine.answer import Answer
from assistant.engine.launch import Child
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
from assistant.engine.refusal import refusal
from assistant.engine.request import (
    EngineCounts,
    EngineStatus,
    GenerateRequest,
)
from assistant.engine.request_desk import RequestDesk
from assistant.engine.watch import HangWatch
from assistant.errors import EngineError, ModelError

_log = logging.getLogger("backroom.engine")
_GIVE_UP_AFTER = 3  # deaths in a row before requests are turned away until it is back
_MAX_PAUSE_S = 30.0
_CLOSE_GRACE_S = 1.0  # a step that is under way may end; then the process is killed


class EngineProcess:
    """Implements `Engine` with a process of its own.

    `queue_limit` requests wait at most, beside those that run. A process that has work and makes no step for
    `hang_timeout_s` is killed. With `wait`, the constructor returns when the model is loaded, and raises ModelError or
    EngineError when it can't be.
    """

    def __init__(
        self,
        options: BackendOptions,
        *,
        queue_limit: int = 64,
        wait: bool = True,
        start_timeout_s: float = 120.0,
        hang_timeout_s: float = 60.0,
    ) -> None:
        self.options = options
        self.last_death: str | None = None
        self._start_timeout_s = start_timeout_s
        self._hang_timeout_s = hang_timeout_s
        self._lock = threading.Condition(threading.RLock())
        self._adapters = AdapterDesk(options.adapters, self._lock, self._send)
        self._requests = RequestDesk(options.num_slots + queue_limit, options.num_slots)
        self._child: Child | None = None
        self._ready = False
        self._was_ready = False
        self._closed, self._closed_at = False, 0.0
        self._failure: tuple[type[EngineError] | type[ModelError], str] | None = None
        self._deaths_in_a_row = 0
        self._restarts = 0
        self._beat = Beat(0, 0, 0)
        self._before = EngineCounts()  # by the processes that have ended
        self._supervisor = threading.Thread(target=self._supervise, name="engine-supervisor", daemon=True)
        self._supervisor.start()
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        """Block until the model is loaded. When it can't be, close the engine and raise ModelError or EngineError."""
        with self._lock:
            self._lock.wait_for(lambda: self._ready or self._failure or self._closed, self._start_timeout_s)
            ready, failure = self._ready, self._failure
        if not ready:
            self.close()
            kind, message = failure or (EngineError, f"the model was not loaded within {self._start_timeout_s:g} s")
            raise kind(message)

    def generate(self, request: GenerateRequest) -> Answer:
        """See `Engine.generate`. The request is queued at once, not only when the first event is asked for."""
        problem = refusal(request, self.options.context, self._adapters.loaded)
        if problem:
            raise EngineError(f"the engine refused the request: {problem}")
        with self._lock:
            self._check_open()
            pending = self._requests.take(request)
            if self._ready:
                self._send(Generate(request, pending.deadline))
        return Answer(pending, self._abandon)

    @property
    def adapters(self) -> Mapping[str, Path]:
        """The adapters that requests may name, with their files."""
        with self._lock:
            return dict(self._adapters.loaded)

    def load_adapter(self, name: str, path: Path, *, timeout_s: float = 30.0) -> None:
        """Load a LoRA file while serving, and return when requests may name it. Survives the engine's restarts.

        Raises ModelError when the file is broken, the name taken or the adapter made for another model (both are
        named), EngineError when the engine isn't there.
        """
        self._change_adapter(LoadAdapter(name, path.resolve()), timeout_s)

    def unload_adapter(self, name: str, *, timeout_s: float = 120.0) -> None:
        """Free an adapter: requests that name it are refused from now on, and this returns when the last has ended.

        Raises ModelError when it isn't loaded, EngineError when it is still in use after `timeout_s` (it goes later).
        """
        self._change_adapter(UnloadAdapter(name), timeout_s)

    def forget(self, conversation: str | None = None) -> None:
        """Drop what the memories hold of a conversation; None: of all. A process that isn't running holds nothing."""
        with self._lock:
            if self._ready:
                self._send(Forget(conversation))

    def give_up(self, conversation: str) -> None:
        """Cancel what a conversation waits for, from any thread: its customer is gone. Waiters get an EngineError."""
        with self._lock:
            for request_id in self._requests.end_of(conversation, "nobody waits for this answer any more"):
                self._send(Cancel(request_id))

    def _change_adapter(self, command: LoadAdapter | UnloadAdapter, timeout_s: float) -> None:
        with self._lock:
            if not self._lock.wait_for(lambda: self._ready or self._closed, timeout_s) or self._closed:
                raise EngineError("the engine isn't running; try again when it is")
        self._adapters.change(command, timeout_s)

    def _check_open(self) -> None:
        if self._closed:
            raise EngineError("the engine is closed")
        if self._failure:  # whatever its kind, it is no mistake of the one who asks
            raise EngineError(self._failure[1])

    def status(self) -> EngineStatus:
        """See `Engine.status`."""
        with self._lock:
            begun = self._requests.num_begun
            return EngineStatus(
                ready=self._ready,
                model=self.options.name,
                context=self.options.context,
                slots=self.options.num_slots,
                queued=len(self._requests) - begun,
                running=begun,
                restarts=self._restarts,
                summary=self.options.summary,
                counts=self._before.plus(self._beat.counts).plus(self._requests.first),
            )

    @property
    def pid(self) -> int | None:
        """The process id of the engine while there is one."""
        with self._lock:
            return self._child.process.pid if self._child else None

    def close(self) -> None:
        """See `Engine.close`. Requests on their way end with EngineError."""
        with self._lock:
            self._closed, self._closed_at = True, time.monotonic()
            self._send(Stop())
            self._requests.fail_all("the engine was closed")
            self._lock.notify_all()
        if threading.current_thread() is not self._supervisor:
            self._supervisor.join(timeout=10)

    def _send(self, command: Command) -> None:
        """Tell the process; when it is just dying, the supervisor will notice. Called under the lock."""
        if self._child:
            with contextlib.suppress(OSError):
                self._child.connection.send(command)

    def _abandon(self, request_id: str) -> None:
        with self._lock:
            if self._requests.drop(request_id):
                self._send(Cancel(request_id))

    # The supervisor's thread from here on.

    def _supervise(self) -> None:
        while not self._closed:
            try:
                child = Child(self._options())
            except OSError as error:
                self._after_death(f"it could not be started: {error}", None)
                continue
            with self._lock:
                self._child = child
                if self._closed:
                    self._send(Stop())
            failed = self._attend(child)
            with self._lock:  # nobody sends any more when its connection is closed
                self._child, self._ready = None, False
            how = child.reap()
            if not self._closed:
                self._after_death(how, failed)

    def _options(self) -> BackendOptions:
        """What a process starts with. Once one was ready the adapters are loaded after that, those in use now, one by
        one: a file that has gone since costs its own requests, not the engine."""
        return replace(self.options, adapters={}) if self._was_ready else self.options  # type: ignore[type-var]

    def _attend(self, child: Child) -> Failed | None:
        """Read the process's reports until it ends; its last words, if it had any."""
        failed, num_steps = None, -1
        watch = HangWatch(child.process.pid)
        try:
            while True:
                if child.connection.poll(1.0):
                    report: Report = child.connection.recv()
                    self._take(report)
                    if isinstance(report, Failed):
                        failed = report
                    if isinstance(report, Ready | Outputs):
                        watch.progressed()
                if self._closed and time.monotonic() - self._closed_at > _CLOSE_GRACE_S:
                    child.kill()
                limit = self._hang_timeout_s if self._ready else self._start_timeout_s
                if self._beat.num_steps != num_steps or (self._ready and not self._requests):
                    watch.progressed()
                    num_steps = self._beat.num_steps
                elif watch.look() > limit:
                    _log.error("the engine hangs: no step for %g s; it is killed", limit)
                    child.kill()
        except (EOFError, OSError):
            return failed

    def _take(self, report: Report) -> None:
        with self._lock:
            if isinstance(report, Beat):
                self._beat = report
            elif isinstance(report, Ready):
                self._become_ready(report)
            elif isinstance(report, Outputs):
                for request_id, output in report.outputs:
                    if self._requests.deliver(request_id, output):
                        self._deaths_in_a_row = 0
            elif isinstance(report, AdapterChanged):
                self._adapters.take(report)

    def _become_ready(self, report: Ready) -> None:
        _log.info("engine ready: %s loaded in %.2f s", self.options.name, report.load_s)
        self._failure = None
        if self._was_ready:
            for command in self._adapters.restore():
                self._send(command)
        self._ready = self._was_ready = True
        for pending in self._requests.all:
            self._send(Generate(pending.request, pending.deadline))
        self._lock.notify_all()

    def _after_death(self, how: str, failed: Failed | None) -> None:
        """Decide who is tried again, and wait a while when it died several times in a row."""
        with self._lock:
            self._before, self._beat = self._before.plus(self._beat.counts), Beat(0, 0, 0)
            first_start = not self._was_ready
            self.last_death = failed.message if failed else f"the engine's process ended ({how})"
            self._deaths_in_a_row += 1
            self._adapters.process_died()
            self._restarts += 1
            _log.error("%s; it is started again", self.last_death)
            if first_start or self._deaths_in_a_row >= _GIVE_UP_AFTER:
                hint = "" if failed else "; `backroom doctor` looks for the cause"
                kind = ModelError if failed and failed.is_model_error else EngineError
                self._failure = (kind, self.last_death + hint)
                self._requests.fail_all(self._failure[1])
                self._lock.notify_all()
            self._requests.retry_all()
            again = first_start or self._deaths_in_a_row > 1
            pause_s = min(_MAX_PAUSE_S, 0.25 * 2**self._deaths_in_a_row) if again else 0.0
            self._lock.wait_for(lambda: self._closed, pause_s)
