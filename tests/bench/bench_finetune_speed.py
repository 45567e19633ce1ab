"""How fast a LoRA is trained: this project's loop, transformers' plain Trainer, and TRL's SFTTrainer where it is there.

    python tests/bench/bench_finetune_speed.py RUN/data/tokens.safetensors [--examples 48] [--threads 1] [--result FILE]

The same examples, the same base, matrices, kind of numbers and threads; each contender in a process of its own, in
turns. Counted: supervised tokens (replies and their end marks) per second of CPU while it trains, and the largest
memory. TRL is no dependency: its row is left out where it can't be imported. Prints one line of JSON for each.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
CONTENDERS = ("backroom", "trainer", "trl")
BATCH = 8
"""Examples in a batch of the others: about as many as are in one of our rows."""
ROW_TOKENS = 768
_OUT = str(Path(tempfile.gettempdir()) / "backroom-speed")


def _settings(threads: int) -> Any:
    from finetune.train_settings import TrainSettings

    return TrainSettings(layers=15, rank=16, alpha=32.0, row_tokens=ROW_TOKENS, threads=threads, device="cpu")


def _examples(file: Path, count: int) -> list[Any]:
    """Whole prompts with all of their replies, in the order of training's first epoch."""
    import random

    from finetune.token_file import read_tokens

    replies: dict[tuple[int, ...], list[Any]] = {}
    for example in read_tokens(file)["train"]:
        replies.setdefault(example.prompt, []).append(example)
    order = list(replies.values())
    random.Random("1-0").shuffle(order)
    return [e for same in order for e in same][:count]


def _backroom(examples: list[Any], threads: int) -> tuple[Callable[[], None], Any]:
    from assistant.models import resolve
    from finetune.learner import Learner
    from finetune.pack import common_prefix, rows

    learner = Learner(resolve().path, _settings(threads))
    packed = rows(examples, common_prefix(examples), ROW_TOKENS)

    def train() -> None:
        for number, row in enumerate(packed):
            learner.update([row], 1e-3, number)

    return train, learner.model


def _model(threads: int) -> Any:
    import torch

    from assistant.models import resolve
    from finetune.base import load_base, with_lora
    from finetune.learner import best_dtype

    torch.set_num_threads(threads)
    return with_lora(
        load_base(resolve().path, best_dtype("auto", "cpu")), 16, 32.0,
        layers=15, rslora=False, dora=False, dropout=0.0, seed=1,
    )  # fmt: skip


def _rows(examples: list[Any]) -> list[dict[str, list[int]]]:
    return [
        {
            "input_ids": [*e.prompt, *e.reply],
            "labels": [*[-100] * len(e.prompt), *e.reply],
        }
        for e in examples
    ]


def _arguments(folder: str) -> dict[str, Any]:
    return {
        "output_dir": folder, "per_device_train_batch_size": BATCH, "num_train_epochs": 1, "learning_rate": 1e-3,
        "report_to": [], "save_strategy": "no", "logging_strategy": "no", "use_cpu": True, "disable_tqdm": True,
        "dataloader_pin_memory": False, "gradient_checkpointing": False,
    }  # fmt: skip


def _trainer(examples: list[Any], threads: int) -> tuple[Callable[[], None], Any]:
    import torch
    from transformers import Trainer, TrainingArguments

    model = _model(threads)

    def collate(rows: list[dict[str, list[int]]]) -> dict[str, Any]:
        longest = max(len(r["input_ids"]) for r in rows)

        def padded(key: str, fill: int) -> Any:
            return torch.tensor([r[key] + [fill] * (longest - len(r[key])) for r in rows])

        mask = torch.tensor([[1] * len(r["input_ids"]) + [0] * (longest - len(r["input_ids"])) for r in rows])
        return {"input_ids": padded("input_ids", 0), "labels": padded("labels", -100), "attention_mask": mask}

    trainer = Trainer(
        model, TrainingArguments(**_arguments(_OUT), remove_unused_columns=False),
        train_dataset=_rows(examples), data_collator=collate,
    )  # fmt: skip
    return trainer.train, model


def _trl(examples: list[Any], threads: int) -> tuple[Callable[[], None], Any]:
    from datasets import Dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from assistant.models import resolve

    base = resolve().path
    tokenizer = AutoTokenizer.from_pretrained(str(base.parent), gguf_file=base.name)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    rows = Dataset.from_list(_rows(examples))
    config = SFTConfig(**_arguments(_OUT), dataset_kwargs={"skip_prepare_dataset": True})
    trainer = SFTTrainer(_model(threads), args=config, train_dataset=rows, processing_class=tokenizer)
    return trainer.train, trainer.model


def measure(contender: str, file: Path, count: int, threads: int) -> dict[str, Any]:
    """Train on the examples once, in this process."""
    import torch

    examples = _examples(file, count)
    train, model = {"backroom": _backroom, "trainer": _trainer, "trl": _trl}[contender](examples, threads)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    cpu, wall = time.process_time(), time.perf_counter()
    train()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    supervised = sum(len(e.reply) for e in examples)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peaks = {kind: _matmul_gflops(getattr(torch, kind)) for kind in ("float32", "bfloat16")}
    made = _gflop(train) if contender == "backroom" else 0.0
    return {
        "contender": contender, "examples": len(examples), "supervised_tokens": supervised, "trained": trained,
        "cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "supervised_per_cpu_s": round(supervised / cpu, 2),
        "peak_mb": round(peak_mb), "dtype": str(next(model.parameters()).dtype),
        **{f"matmul_gflops_{kind}": round(peak, 1) for kind, peak in peaks.items()},
        **({"gflop": round(made, 1)} if made else {}),
        **({f"share_of_{kind}_peak": round(made / cpu / peak, 3) for kind, peak in peaks.items()} if made else {}),
    }  # fmt: skip


def _matmul_gflops(dtype: Any) -> float:
    """What this machine's matrix product makes of a CPU second in numbers of this kind: the peak to compare with."""
    import torch

    a = torch.randn(1024, 1024).to(dtype)
    a @ a
    began = time.process_time()
    for _ in range(8):
        a @ a
    return 8 * 2 * 1024**3 / (time.process_time() - began) / 1e9


def _gflop(train: Callable[[], None]) -> float:
    """The operations of a run, forwards and backwards, as torch counts them: the run once more, untimed."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        train()
    return float(counter.get_total_flops()) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tokens", type=Path)
    parser.add_argument("--examples", type=int, default=48)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--result", type=Path)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.tokens, options.examples, options.threads)))
        return
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(options.turns):
        for contender in CONTENDERS:
            done = subprocess.run(
                [sys.executable, __file__, str(options.tokens), "--only", contender,
                 "--examples", str(options.examples), "--threads", str(options.threads)],
                capture_output=True, text=True, check=False, env=os.environ | {"OMP_NUM_THREADS": str(options.threads)},
            )  # fmt: skip
            if done.returncode:
                print(f"{contender}: left out ({done.stderr.strip().splitlines()[-1]})", file=sys.stderr)
                continue
            line = done.stdout.strip().splitlines()[-1]
            print(line, flush=True)
            found.setdefault(contender, []).append(json.loads(line))
    speeds = {c: statistics.median(r["supervised_per_cpu_s"] for r in rs) for c, rs in found.items()}
    result = {
        "supervised_per_cpu_s": speeds,
        "ratio": {c: round(speeds["backroom"] / v, 3) for c, v in speeds.items() if c != "backroom"},
        "peak_mb": {c: max(r["peak_mb"] for r in rs) for c, rs in found.items()},
        "runs": found,
    }
    print(json.dumps({k: v for k, v in result.items() if k != "runs"}))
    if options.result:
        options.result.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
