"""What the engine's process and its supervisor say to each other: plain data, pickled over a socket pair.

Knows neither of the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assistant.engine.request import EngineCounts, EngineEvent, GenerateRequest


@dataclass(frozen=True)
class Begun:
    """A request has left the queue: if the engine dies now, it may have been the cause."""


@dataclass(frozen=True)
class Refused:
    """A request that ends without an answer. `kind` ("deadline" or "refused") says which error its caller gets."""

    kind: str
    message: str


Output = tuple[str, EngineEvent | Begun | Refused]
"""A request's id and what happened to it."""


# From the supervisor to the engine's process.


@dataclass(frozen=True)
class Generate:
    """Answer a request until `deadline` on the clock of `time.monotonic`, which all processes share."""

    request: GenerateRequest
    deadline: float


@dataclass(frozen=True)
class Cancel:
    """Stop answering; nothing happens when it has already ended."""

    request_id: str


@dataclass(frozen=True)
class Stop:
    """End the process."""


@dataclass(frozen=True)
class LoadAdapter:
    """Load a LoRA file under a name, between two steps."""

    name: str
    path: Path


@dataclass(frozen=True)
class UnloadAdapter:
    """Free an adapter, and the memories computed with it, once no request uses it."""

    name: str


@dataclass(frozen=True)
class Forget:
    """Empty the memories of a conversation; None: of all."""

    conversation: str | None


Command = Generate | Cancel | Stop | LoadAdapter | UnloadAdapter | Forget


# From the engine's process to the supervisor.


@dataclass(frozen=True)
class Ready:
    """The model is loaded."""

    load_s: float


@dataclass(frozen=True)
class Outputs:
    """What the last step did."""

    outputs: list[Output]


@dataclass(frozen=True)
class Beat:
    """Sent twice a second. A process with work whose `num_steps` stands still hangs."""

    num_steps: int
    num_waiting: int
    num_running: int
    counts: EngineCounts = field(default_factory=EngineCounts)


@dataclass(frozen=True)
class Failed:
    """The process can't go on and ends. `is_model_error` when the model file is at fault."""

    message: str
    is_model_error: bool


@dataclass(frozen=True)
class AdapterChanged:
    """An adapter was loaded, or with `is_gone` unloaded; with a `problem`, it was not."""

    name: str
    problem: str | None = None
    is_gone: bool = False


Report = Ready | Outputs | Beat | Failed | AdapterChanged
