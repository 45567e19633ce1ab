"""What is trained and for how long, and where a run stands. Knows no torch and no data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

_HOW_LONG_AND_WHERE = frozenset({"minutes", "threads", "device", "save_every"})


@dataclass(frozen=True)
class TrainSettings:
    """What is trained and for how long. `tokens_per_step` is rounded to whole rows of `row_tokens`.

    `layers` (0: all) trains the last so many layers only: nothing is propagated back through those below, which saves
    a good part of the work, and serving the adapter costs less.

    `minutes` (0: none) bounds the time: the rate of learning then falls by the clock, and what a resumed run has
    used up counts. Without it a run is the same to the last bit whenever it is stopped and resumed.
    `start_from` is an adapter of the same base, rank and scale (a name or a GGUF file) to begin with, instead of
    matrices that change nothing yet.
    `activated` trains an adapter that leaves the shared beginning of all prompts to the base (activated LoRA): what the
    engine has computed of it serves every adapter, and the base.
    `keep` (0: not at all) is how much it costs to leave the base where there are no notes: that many times the
    divergence from the base's next tokens, in `keep_tokens` of its own answers a step (`[data] keep`), is added.
    `patience` evaluations without a better held-out loss end it early (0: never). `dtype` "auto" is bfloat16 where the
    hardware multiplies it faster (a GPU, AMX), else float32.
    """

    start_from: str = ""
    rank: int = 16
    layers: int = 0
    alpha: float = 32.0
    rslora: bool = False
    activated: bool = False
    dora: bool = False
    dropout: float = 0.0
    lr: float = 1e-3
    weight_decay: float = 0.0
    warmup: float = 0.05
    epochs: float = 3.0
    minutes: float = 0.0
    row_tokens: int = 1024
    tokens_per_step: int = 4096
    seed: int = 1
    dtype: str = "auto"
    device: str = "auto"
    threads: int = 0
    evaluate_every: int = 50
    dev_examples: int = 150
    save_every: int = 25
    patience: int = 0
    keep: float = 0.0
    keep_tokens: int = 256

    def learning(self) -> dict[str, Any]:
        """All that decides what is learnt: not for how long, on what, or how often it is kept."""
        return {name: value for name, value in asdict(self).items() if name not in _HOW_LONG_AND_WHERE}


@dataclass
class State:
    """Where a run stands; kept with every checkpoint. `data` is the sha256 of the token file that it learns from and
    `settings` what it learns with: with others it can't go on."""

    step: int = 0
    total: int = 0
    seconds: float = 0.0
    supervised: int = 0
    losses: list[list[float]] = field(default_factory=list)
    held_out: list[list[float]] = field(default_factory=list)
    data: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
