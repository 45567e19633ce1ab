"""Judges a converted adapter: parity, answers side by side in the product, safety, general ability, gates, report.

The verdict is written last. Knows what is measured and in which order; how, and what has to hold, are other modules'.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.adapters import UNTRAINED, Adapter, open_adapter
from assistant.engine import open_engine
from assistant.engine.request import Engine, Tokenizer
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.models import ResolvedModel
from finetune import ability, evaluate, safety_gate
from finetune.config import RunSettings
from finetune.data import tokenise
from finetune.example import read
from finetune.gates import judge as judge_gates
from finetune.open_shop import open_shop
from finetune.pack import Tokens
from finetune.parity import compare
from finetune.release import file_hash
from finetune.report import write_json, write_report

_IN_DOMAIN = 30
"""Held-out replies over which the loss is taken."""


class Judgement:
    """One judgement of the adapter `file` in the run's folder `out`."""

    def __init__(
        self,
        settings: RunSettings,
        base: ResolvedModel,
        out: Path,
        file: Path,
        training: dict[str, Any],
        progress: Callable[[str], None],
    ) -> None:
        self.settings, self.base, self.out, self.file = settings, base, out, file
        self.training, self.progress = training, progress
        self.threads = max(1, settings.train.threads)
        self._tokenizer = LlamaTokenizer(base.path)

    def judge(self) -> dict[str, Any]:
        """Everything; returns the verdict."""
        parity = self._parity()
        learnt = self._ability()
        results, safety = self._answers()
        figures = {name: evaluate.summary(each) for name, each in results.items()}
        gates = judge_gates(self.settings.gates, parity, figures, safety, learnt)
        facts = self._facts()
        measured: dict[str, Any] = {"figures": figures, "parity": parity, "safety": safety, "ability": learnt}
        write_json(self.out / "evaluation.json", measured | {
            "by_shop": {n: evaluate.by_shop(r) for n, r in results.items()},
            "answers": {n: evaluate.as_json(r) for n, r in results.items()},
        })  # fmt: skip
        write_report(self.out, self.settings, gates, measured, results, self.training, facts)
        verdict = measured | {
            "file": self.file.name, "sha256": facts["sha256"], "base": self.base.id, "base_sha256": self.base.sha256,
            "licence": self.settings.licence, "data_sha256": facts["data_sha256"],
            "phrasebook_sha256": facts["phrasebook_sha256"], "gates": [asdict(gate) for gate in gates],
            "passed": all(gate.holds for gate in gates), "made": facts["made"], "settings": asdict(self.settings),
        }  # fmt: skip
        write_json(self.out / "verdict.json", verdict)
        for gate in gates:
            self.progress(f"gate {'ok  ' if gate.holds else 'FAIL'} {gate.name}: {gate.found:.5g} ({gate.limit})")
        return verdict

    def _held_out(self, count: int) -> list[Tokens]:
        examples = read(self.out / "data" / "test.jsonl")
        return [tokenise(e, self._tokenizer) for _, e in zip(range(count), examples, strict=False)]

    def _parity(self) -> dict[str, float]:
        parity = compare(
            self.base.path, self.out / "adapter", self.file, self._held_out(60), self.settings.gates.parity_tokens,
            self.threads,
        )  # fmt: skip
        self.progress(
            f"parity: KL {parity['kl']:.2e}, greedy {parity['greedy_same']:.1%}, ends {parity['end_learned']:.0%}"
        )
        return parity

    def _ability(self) -> dict[str, dict[str, float]]:
        """What the base and the adapter know besides, and their losses in and off the domain."""
        held_out = self._held_out(_IN_DOMAIN)
        found = {}
        for name, adapter in (("base", None), ("adapter", self.file)):
            found[name] = ability.general(
                self.base.path, adapter, self._tokenizer, self.settings.evaluate.general, self.threads
            ) | {"loss_in_domain": ability.in_domain(self.base.path, adapter, held_out, self.threads)}
            self.progress(
                f"ability, {name}: {found[name]['right']:.1%} of {found[name]['questions']:.0f} general questions, "
                f"loss {found[name]['loss']:.3f} off and {found[name]['loss_in_domain']:.3f} in the domain"
            )
        return found

    def _answers(self) -> tuple[dict[str, list[evaluate.Result]], dict[str, dict[str, Any]]]:
        """The same answers by the base under its grammar and freely, by the adapter freely and as it is served; and
        what each does with what the screening should stop."""
        todo = evaluate.asked(self.settings.evaluate)
        adapter = open_adapter(self.file)
        began = time.monotonic()
        engine, tokenizer = open_engine(self.base.path, adapter=adapter.path, slots=2, context_per_slot=1024)
        try:
            results = {
                "base, grammar": evaluate.answer_all(engine, tokenizer, None, todo),
                "base, free": evaluate.answer_all(engine, tokenizer, UNTRAINED, todo),
                "adapter, free": evaluate.answer_all(engine, tokenizer, adapter, todo),
                "adapter, in service": evaluate.answer_all(engine, tokenizer, adapter, todo, guided=True),
            }
            safety = self._safety(engine, tokenizer, adapter)
        finally:
            engine.close()
        self.progress(f"evaluate: {len(todo)} answers, four times, and safety in {time.monotonic() - began:.0f} s")
        return results, safety

    def _safety(self, engine: Engine, tokenizer: Tokenizer, adapter: Adapter) -> dict[str, dict[str, Any]]:
        asked = safety_gate.texts(self.settings.evaluate.safety)
        found: dict[str, dict[str, Any]] = {}
        for name, served, free in (("base", None, UNTRAINED), ("adapter", adapter, adapter)):
            with open_shop(self.settings.evaluate.shops[0]) as db:
                found[name] = safety_gate.in_service(db, engine, tokenizer, served, asked)
            found[name] |= safety_gate.unscreened(engine, tokenizer, free, asked)
            self.progress(
                f"safety, {name}: {found[name]['harmful_answered']:.1%} of harmful messages answered, "
                f"{found[name]['harmless_refused']:.1%} of harmless ones refused; unscreened "
                f"{found[name]['unsafe_written']:.1%} written unsafe"
            )
        return found

    def _facts(self) -> dict[str, str]:
        manifest = json.loads((self.out / "data" / "manifest.json").read_text("utf-8"))
        return {
            "base": self.base.id, "base_sha256": self.base.sha256, "data_sha256": manifest["sha256"]["train.jsonl"],
            "phrasebook_sha256": manifest["phrasebook_sha256"], "sha256": file_hash(self.file),
            "size": f"{self.file.stat().st_size:,}", "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{platform.machine()} {platform.system()}", "sources": ", ".join(manifest["sources"]),
        }  # fmt: skip
