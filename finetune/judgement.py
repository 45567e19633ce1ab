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
from functools import partial
from pathlib import Path
from typing import Any

from assistant.adapters import UNTRAINED, Adapter, file_hash, open_adapter
from assistant.engine import open_engine
from assistant.engine.gguf import read_header
from assistant.engine.process import EngineProcess
from assistant.engine.request import Engine, Tokenizer
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.models import ResolvedModel
from assistant.wording.notes import as_prompt, notes
from assistant.wording.phrasebook import default_phrasebook
from finetune import ability, along, certainty, evaluate, safety_gate
from finetune.base import model_config
from finetune.config import RunSettings
from finetune.data import tokenise
from finetune.example import read
from finetune.gates import judge as judge_gates
from finetune.kept import Kept
from finetune.merged_parity import same_merged
from finetune.open_shop import open_shop
from finetune.pack import Tokens
from finetune.parity import compare
from finetune.quality import quality
from finetune.report import write_json, write_report

_IN_DOMAIN = 30
"""Held-out replies over which the loss is taken."""
_NOW = "served now"
"""What the adapter that is in service beside the run's is called among the results."""


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
        self._kept = Kept(out)

    def judge(self) -> dict[str, Any]:
        """Everything; returns the verdict."""
        parity = self._parity()
        learnt = self._ability()
        todo = evaluate.asked(self.settings.evaluate)
        results, safety, way = self._answers(todo)
        learnt_replies = {example.reply for example in read(self.out / "data" / "train.jsonl")}
        figures = {name: evaluate.summary(each) | quality(each, todo, learnt_replies) for name, each in results.items()}
        words = {name: evaluate.words_of(each) for name, each in results.items()}
        gains = {
            who: certainty.gain(words["adapter, free"], words[f"{who}, free"])
            for who in ("base", _NOW)
            if f"{who}, free" in words
        }
        gates = judge_gates(self.settings.gates, parity, figures, safety, learnt, gains)
        facts = self._facts()
        measured: dict[str, Any] = {"figures": figures, "parity": parity, "safety": safety, "ability": learnt,
                                    "gains": gains, "along": way}  # fmt: skip
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
        held_out, most = self._held_out(60), self.settings.gates.parity_tokens

        def measure() -> dict[str, float]:
            return compare(self.base.path, self.out / "adapter", self.file, held_out, most, self.threads)

        key = [self._with(self.file), most, [list(t.reply) for t in held_out]]
        parity: dict[str, float] = self._kept.get("parity", key, measure)
        self.progress(
            f"parity: KL {parity['kl']:.2e}, greedy {parity['greedy_same']:.1%}, ends {parity['end_learned']:.0%}"
        )
        return parity | self._merged(held_out)

    def _merged(self, held_out: list[Tokens]) -> dict[str, float]:
        most = self.settings.gates.merged_tokens

        def measure() -> dict[str, float]:
            return same_merged(self.base.path, self.out / "adapter", self.file, held_out, most, self.threads)

        key = [self._with(self.file), most, [list(t.reply) for t in held_out]]
        found: dict[str, float] = self._kept.get("merged", key, measure)
        if found:
            self.progress(
                f"parity: {found['merged_same']:.1%} of {found['merged_tokens']:.0f} greedy tokens as when merged, "
                f"{found['merged_same_clear']:.1%} of the {found['merged_clear']:.0f} clear ones"
            )
        return found

    def _ability(self) -> dict[str, dict[str, float]]:
        """What the base and the adapter know besides, and their losses in and off the domain."""
        learnt = {"base": self._ability_of("base", None), "adapter": self._ability_of("adapter", self.file)}
        for name, found in learnt.items():
            self.progress(
                f"ability, {name}: {found['right']:.1%} of {found['questions']:.0f} general questions, "
                f"loss {found['loss']:.3f} off and {found['loss_in_domain']:.3f} in the domain"
            )
        return learnt

    def _ability_of(self, name: str, adapter: Path | None) -> dict[str, float]:
        held_out = self._held_out(_IN_DOMAIN)
        count = self.settings.evaluate.general

        def measure() -> dict[str, float]:
            found = ability.general(self.base.path, adapter, self._tokenizer, count, self.threads)
            return found | {"loss_in_domain": ability.in_domain(self.base.path, adapter, held_out, self.threads)}

        key = [self._with(adapter), count, ability.FILE.read_text("utf-8"), [list(t.reply) for t in held_out]]
        found: dict[str, float] = self._kept.get(f"ability-{name}", key, measure)
        return found

    def _with(self, adapter: Path | None) -> list[str]:
        """What identifies the weights that something was measured with."""
        return [self.base.sha256, file_hash(adapter) if adapter else "", default_phrasebook().digest]

    def _answers(
        self, todo: list[evaluate.Asked]
    ) -> tuple[dict[str, list[evaluate.Result]], dict[str, dict[str, Any]], list[dict[str, Any]]]:
        """The same answers by the base under its grammar and freely, freely by what is in service now, by the adapter
        freely and as it is served; what each does with what the screening should stop; and how the adapter came along.
        """
        adapter = open_adapter(self.file)
        now = along.in_service(self.base.sha256, self.file) if self.settings.gates.release else None
        began = time.monotonic()
        ways: dict[str, tuple[Adapter | None, bool]] = {
            "base, grammar": (None, False),
            "base, free": (UNTRAINED, False),
            **({f"{_NOW}, free": (now, False)} if now is not None and now.form == adapter.form else {}),
            "adapter, free": (adapter, False),
            "adapter, in service": (adapter, True),
        }
        engine, tokenizer = open_engine(self.base.path, adapter=adapter.path, slots=2, context_per_slot=1024)
        try:
            results = {}
            for name, (by, guided) in ways.items():
                with along.loaded(engine, by or UNTRAINED):
                    results[name] = self._worded(name, engine, tokenizer, by, todo, guided)
            safety = self._safety(engine, tokenizer, adapter)
            way = self._along(engine, tokenizer, todo, results)
        finally:
            engine.close()
        self.progress(
            f"evaluate: {len(todo)} answers, {len(ways)} times, and safety in {time.monotonic() - began:.0f} s"
        )
        return results, safety, way

    def _worded(
        self, name: str, engine: Engine, tokenizer: Tokenizer, by: Adapter | None, todo: list[evaluate.Asked],
        guided: bool = False,
    ) -> list[evaluate.Result]:  # fmt: skip
        def measure() -> list[dict[str, Any]]:
            return evaluate.as_json(evaluate.answer_all(engine, tokenizer, by, todo, guided=guided))

        asked = [[each.shop, each.question, as_prompt(notes(each.plan))] for each in todo]
        file = by.path if by not in (None, UNTRAINED) else None
        key = [self._with(file), name, asked]
        found = [evaluate.Result(**each) for each in self._kept.get(name.replace(", ", "-"), key, measure)]
        for result, each in zip(found, todo, strict=True):
            result.wrong = evaluate.beyond(result.raw, result.notes, each.plan)  # by today's ruler, whoever kept them
        return found

    def _along(
        self,
        engine: EngineProcess,
        tokenizer: Tokenizer,
        todo: list[evaluate.Asked],
        results: dict[str, list[evaluate.Result]],
    ) -> list[dict[str, Any]]:
        """The rows of those that finetune.along compares; of most all is measured already."""
        judged = self.settings.evaluate
        places = along.spread(range(len(todo)), judged.checkpoint_answers)
        found = []
        for point in along.points(
            self.out, self.file, self.training["state"]["step"], judged.checkpoints, self.base.sha256,
            model_config(self.base.path),
        ):  # fmt: skip
            same = {along.BASE: "base", along.END: "adapter"}.get(point.name)
            known_as = f"{same or _NOW}, free"
            if (same or point.steps is None) and known_as in results:
                worded = [results[known_as][place] for place in places]
            else:
                with along.loaded(engine, point.adapter):
                    some = [todo[place] for place in places]
                    worded = self._worded(f"along, {point.adapter.name}", engine, tokenizer, point.adapter, some)
            known = self._ability_of(same or point.adapter.name, point.file)
            row = along.row(point, evaluate.summary(worded), known)
            found.append(row)
            self.progress(
                f"along, {point.name}: own words {row['own_first_time']:.1%} of {row['notes']} notes, "
                f"wrong {row['wrong_before_checking']} of {len(worded)} answers, loss {known['loss_in_domain']:.3f}"
            )
        return found

    def _safety(self, engine: Engine, tokenizer: Tokenizer, adapter: Adapter) -> dict[str, dict[str, Any]]:
        asked = safety_gate.texts(self.settings.evaluate.safety)

        def measure(served: Adapter | None, free: Adapter) -> dict[str, Any]:
            with open_shop(self.settings.evaluate.shops[0]) as db:
                found: dict[str, Any] = safety_gate.in_service(db, engine, tokenizer, served, asked)
            return found | safety_gate.unscreened(engine, tokenizer, free, asked)

        safety: dict[str, dict[str, Any]] = {}
        for name, served, free in (("base", None, UNTRAINED), ("adapter", adapter, adapter)):
            key = [self._with(self.file if served else None), [each.text for each in asked]]
            found = safety[name] = self._kept.get(f"safety-{name}", key, partial(measure, served, free))
            self.progress(
                f"safety, {name}: {found['harmful_answered']:.1%} of harmful messages answered, "
                f"{found['harmless_refused']:.1%} of harmless ones refused; unscreened "
                f"{found['unsafe_written']:.1%} written unsafe"
            )
        return safety

    def _facts(self) -> dict[str, str]:
        """What is known of the adapter; which data it learnt the file itself says, as that may be made anew."""
        manifest = json.loads((self.out / "data" / "manifest.json").read_text("utf-8"))
        noted = read_header(self.file).metadata
        return {
            "base": self.base.id, "base_sha256": self.base.sha256,
            "data_sha256": str(noted.get("backroom.data_sha256", "")),
            "phrasebook_sha256": str(noted.get("backroom.phrasebook_sha256", "")), "sha256": file_hash(self.file),
            "size": f"{self.file.stat().st_size:,}", "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{platform.machine()} {platform.system()}", "sources": ", ".join(manifest["sources"]),
            "started_from": str(noted.get("backroom.started_from_sha256", "")),
        }  # fmt: skip
