"""Finds how a model runs best on this machine: tries one setting after another, keeps what helps, stores the result.

A type of weights, keys or values is taken only when the model's answers stay what they are: the divergence of its next
tokens from the model as it is must stay below what rounding alone makes. Knows no llama.cpp; `trial` measures.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.engine.launch import engine_environment
from assistant.engine.options import LlamaOptions
from assistant.engine.profile import Profile
from assistant.engine.trial import Work
from assistant.errors import ModelError

SAFE_DIVERGENCE = 0.01
"""Nats. Batches of another size alone make 0.001, Q8_0 of 4-bit weights 0.005, Q4_0 of Q4_1 weights more than 0.03."""
_NEW_TOKENS, _ANSWER_TOKENS = 275, 60  # of an average turn
_LONGEST_S = 600  # of one trial
_GAIN = 0.97  # a setting must save 3% to be taken: less is noise


@dataclass(frozen=True)
class Tried:
    """One setting and what it did. `turn_ms` is what an average turn takes when all slots are busy; None: it failed."""

    setting: str
    turn_ms: float | None
    is_safe: bool
    figures: dict[str, Any]
    taken: bool = False


class Tuner:
    """Tunes one model. `tokens` are at least 700 of a real text; `by_cpu` compares processor time instead of the
    clock's, for a machine that is busy with other things (the number of threads is then left alone)."""

    def __init__(
        self, model: Path, sha256: str, tokens: tuple[int, ...], cores: int, say: Callable[[Tried], None], by_cpu: bool
    ) -> None:
        self._model, self._sha256, self._tokens, self._cores = model, sha256, tokens, cores
        self._say = say
        self._by_cpu = by_cpu
        self.tried: list[Tried] = []

    def run(self) -> Profile:
        """Try everything, and return the best profile.

        Raises ModelError when the model doesn't even run as it is, OSError when no trial can be started.
        """
        with tempfile.TemporaryDirectory() as folder:
            reference = Path(folder) / "reference.npy"
            best = Profile(threads=1 if self._by_cpu else self._cores)
            best_ms = self._try("as it is", best, reference, is_reference=True)
            if best_ms is None:
                problem = self.tried[0].figures["problem"]
                raise ModelError(f"{self._model} can't be tuned, because it doesn't run as it is: {problem}")
            for setting, change in self._changes():
                candidate = replace(best, **change)
                if candidate == best:
                    continue
                turn_ms = self._try(setting, candidate, reference)
                if turn_ms is not None and turn_ms < _GAIN * best_ms:
                    best, best_ms = candidate, turn_ms
                    self.tried[-1] = replace(self.tried[-1], taken=True)
                self._say(self.tried[-1])
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        return replace(best, threads=None if self._by_cpu else best.threads, measured=stamp)

    def _changes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for weights in ("q8_0", "bf16", "q4_0"):
            yield f"weights {weights}", {"weights": weights}
        for kv_type in ("bf16", "f32"):
            yield f"KV {kv_type}", {"kv_type": kv_type}
        yield "KV unified", {"unified_kv": True}
        yield "prompts without flash attention", {"flash_prompts": False}
        yield "flash attention, KV f16", {"flash_attention": True, "kv_type": "f16"}
        yield "flash attention, KV q8_0", {"flash_attention": True, "kv_type": "q8_0"}
        for max_batch in (256, 1024):
            yield f"micro-batch {max_batch}", {"max_batch": max_batch}
        if not self._by_cpu:
            for threads in range(1, self._cores):
                yield f"threads {threads}", {"threads": threads}
        for slots in (4, 16):
            yield f"slots {slots}", {"slots": slots}

    def _try(self, setting: str, profile: Profile, reference: Path, *, is_reference: bool = False) -> float | None:
        figures = self._measure(profile, reference, is_reference)
        unit = "cpu_ms" if self._by_cpu else "ms"
        turn_ms, is_safe = None, False
        if "problem" not in figures:
            is_safe = figures["divergence"] <= SAFE_DIVERGENCE
            per_token = figures[f"prompt_{unit}"] / 192, figures[f"answers_{unit}"] / (profile.slots or 8)
            turn_ms = round(_NEW_TOKENS * per_token[0] + _ANSWER_TOKENS * per_token[1], 1)
        self.tried.append(Tried(setting, turn_ms, is_safe, figures, taken=is_reference))
        if is_reference:
            self._say(self.tried[-1])
        return turn_ms if is_safe else None

    def _measure(self, profile: Profile, reference: Path, is_reference: bool) -> dict[str, Any]:
        options = LlamaOptions(
            self._model,
            sha256=self._sha256,
            weights=profile.weights,
            threads=profile.threads or self._cores,
            num_slots=profile.slots or 8,
            num_public=0,
            context=768,
            max_batch=profile.max_batch,
            flash_attention=profile.flash_attention,
            flash_prompts=profile.flash_prompts,
            unified_kv=profile.unified_kv,
            kv_type=profile.kv_type,
        )
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "assistant.engine.trial"],
                input=pickle.dumps(Work(options, self._tokens, reference, is_reference)),
                capture_output=True,
                env=engine_environment(),
                timeout=_LONGEST_S,
            )
        except subprocess.TimeoutExpired:
            return {"problem": f"it wasn't done within {_LONGEST_S} s"}
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            return {"problem": lines[-1] if lines else f"it ended with code {done.returncode}"}
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures
