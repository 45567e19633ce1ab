"""How an engine's process is told what to load: plain data that travels to it.

Knows no llama.cpp until `open` is called, which happens in the engine's own process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from assistant.engine.backend import Backend


class BackendOptions(Protocol):
    """What every kind of backend is described by. Picklable."""

    @property
    def name(self) -> str:
        """What status calls the model."""

    @property
    def summary(self) -> str:
        """How it is run, in a few words."""

    @property
    def adapters(self) -> Mapping[str, Path]:
        """The adapters that requests can name."""

    @property
    def num_slots(self) -> int:
        """Conversations that can be answered at once."""

    @property
    def context(self) -> int:
        """Tokens that fit into one conversation's memory."""

    def open(self) -> Backend:
        """Load it; raises ModelError or EngineError."""


@dataclass(frozen=True)
class LlamaOptions:
    """How the model is set up. `num_slots` conversations run at once, in memories of `context` tokens each.

    `weights` is the type that the weights are converted to ("" for as they are); how well each choice does depends on
    the machine: see `profile`. With `flash_prompts` prompts are read with flash attention whatever answers do: see
    `reader`. Idle conversations' memories may be parked in `park_mb` megabytes. `adapters` maps the names that requests
    use to LoRA files in GGUF; `label` is what status calls the model (empty: the file's name), and `sha256` the hash of
    its file, for adapters that say which file they were made for.
    """

    model: Path
    label: str = ""
    sha256: str = ""
    adapters: Mapping[str, Path] = field(default_factory=dict)
    weights: str = ""
    threads: int = 2
    num_slots: int = 8
    num_public: int = 2
    context: int = 2048
    max_batch: int = 512
    flash_attention: bool = False
    flash_prompts: bool = True
    unified_kv: bool = False
    kv_type: str = "f16"
    park_mb: int = 512

    @property
    def summary(self) -> str:
        """How the model is run, in a few words for the operator."""
        kv = f"{self.kv_type} {'unified' if self.unified_kv else 'split'}"
        weights = f"weights as {self.weights}, " if self.weights else ""
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"{weights}{threads}, {self.num_slots} slots of {self.context} tokens, KV {kv}"

    @property
    def num_sequences(self) -> int:
        return self.num_slots + self.num_public

    @property
    def name(self) -> str:
        return self.label or self.model.stem

    def open(self) -> Backend:
        """Load the model. Only ever called in the engine's own process, and in tests of the backend itself."""
        from assistant.engine.llama import LlamaBackend

        return LlamaBackend(self)
