"""Trains LoRA matrices on packed rows: resumable, deterministic, within a budget of steps or minutes.

    python -m finetune.train DATA.safetensors --base MODEL.gguf --out FOLDER [--minutes 20]

Reads token ids, so it needs no tokenizer; loss on replies only. Run by `accelerate launch` or torchrun with several
processes, each takes its share of every step's rows and gradients are summed: the same steps as with one.
Knows no shop, no prompt and no GGUF adapter.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import UsageError
from finetune.base import load_base, with_lora
from finetune.pack import Row, Tokens, common_prefix, rows

Progress = Callable[[str], None]


@dataclass(frozen=True)
class TrainSettings:
    """What is trained and for how long. `tokens_per_step` is rounded to whole rows of `row_tokens`.

    `layers` (0: all) trains the last so many layers only: nothing is propagated back through those below, which saves
    a good part of the work, and serving the adapter costs less.

    `minutes` (0: none) bounds the time: the rate of learning then falls by the clock, and what a resumed run has
    used up counts. Without it a run is the same to the last bit whenever it is stopped and resumed.
    `start_from` is an adapter of the same base, rank and scale (a name or a GGUF file) to begin with, instead of
    matrices that change nothing yet.
    `patience` evaluations without a better held-out loss end it early (0: never). `dtype` "auto" is bfloat16 where the
    hardware multiplies it faster (a GPU, AMX), else float32.
    """

    start_from: str = ""
    rank: int = 16
    layers: int = 0
    alpha: float = 32.0
    rslora: bool = False
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


@dataclass
class State:
    """Where a run stands; kept with every checkpoint."""

    step: int = 0
    total: int = 0
    seconds: float = 0.0
    supervised: int = 0
    losses: list[list[float]] = field(default_factory=list)
    held_out: list[list[float]] = field(default_factory=list)


def _dtype(wanted: str, device: str) -> str:
    if wanted != "auto":
        return wanted
    cpu = Path("/proc/cpuinfo")
    fast = device != "cpu" or (cpu.is_file() and "amx_bf16" in cpu.read_text())
    return "bfloat16" if fast else "float32"


def read_tokens(path: Path) -> dict[str, list[Tokens]]:
    """The splits ("train", "dev") of a token file. Raises UsageError when it is none."""
    from safetensors.numpy import load_file

    try:
        arrays = load_file(path)
    except Exception as error:
        raise UsageError(f"{path}: no token file ({error}); make it with `backroom finetune data`") from None
    splits: dict[str, list[Tokens]] = {}
    for split in ("train", "dev"):
        ids, ends = arrays[f"{split}.ids"], arrays[f"{split}.ends"]
        start = 0
        splits[split] = []
        for prompt_end, end in ends:
            splits[split].append(
                Tokens(tuple(int(t) for t in ids[start:prompt_end]), tuple(int(t) for t in ids[prompt_end:end]))
            )
            start = int(end)
    return splits


def write_tokens(path: Path, splits: dict[str, Sequence[Tokens]]) -> None:
    """Write a token file: for each split all ids in a line, and the end of each prompt and reply in it."""
    from safetensors.numpy import save_file

    arrays: dict[str, Any] = {}
    for split, examples in splits.items():
        ids: list[int] = []
        ends: list[tuple[int, int]] = []
        for example in examples:
            ids += example.prompt
            prompt_end = len(ids)
            ids += example.reply
            ends.append((prompt_end, len(ids)))
        arrays[f"{split}.ids"] = np.asarray(ids, dtype=np.int32)
        arrays[f"{split}.ends"] = np.asarray(ends, dtype=np.int64).reshape(-1, 2)
    part = path.with_name(path.name + ".part")
    save_file(arrays, part)
    part.replace(path)


def _short(name: str) -> str:
    """A LoRA matrix's name without the model's part in front and PEFT's behind."""
    return name[name.index("layers.") :].removesuffix(".default.weight")


class Trainer:
    """One run in one folder. `train` goes on from the last whole checkpoint, if there is one."""

    def __init__(self, base: Path, data: Path, out: Path, settings: TrainSettings, progress: Progress = print) -> None:
        import torch

        os.environ.setdefault("GOMP_SPINCOUNT", "0")
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self.settings, self.out, self.progress = settings, out, progress
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self.device = self._device()
        splits = read_tokens(data)
        if not splits["train"]:
            raise UsageError(f"{data}: there is nothing to train on; make more data")
        self.prefix = common_prefix([*splits["train"], *splits["dev"]])
        self.examples = splits["train"]
        self.dev_rows = rows(splits["dev"][: settings.dev_examples], self.prefix, settings.row_tokens)
        self.rows_per_step = max(1, round(settings.tokens_per_step / settings.row_tokens))
        self.model = with_lora(
            load_base(base, _dtype(settings.dtype, self.device), self.device), settings.rank, settings.alpha,
            layers=settings.layers,
            rslora=settings.rslora, dora=settings.dora, dropout=settings.dropout, seed=settings.seed,
        )  # fmt: skip
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, lr=settings.lr, weight_decay=settings.weight_decay)
        self.state = State()
        self._epoch_rows: tuple[int, list[Row]] = (-1, [])

    def _device(self) -> str:
        import torch

        wanted = self.settings.device
        device = ("cuda" if torch.cuda.is_available() else "cpu") if wanted == "auto" else wanted
        if self.world > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("nccl" if device == "cuda" else "gloo")
            device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if device == "cuda" else device
        return device

    def begin_with(self, matrices: Mapping[str, Any]) -> None:
        """Set the matrices to those of an earlier adapter ("layers.3.mlp.up_proj.lora_A" -> array), before `train`.

        Raises UsageError when they aren't the ones that are trained here.
        """
        import torch

        mine = {_short(n): p for n, p in self.model.named_parameters() if p.requires_grad}
        if {n: tuple(p.shape) for n, p in mine.items()} != {n: m.shape for n, m in matrices.items()}:
            raise UsageError(
                f"the adapter {self.settings.start_from} has other matrices than are trained here; "
                "set the same rank and layers, or leave start_from out"
            )
        with torch.no_grad():
            for name, parameter in mine.items():
                parameter.copy_(torch.from_numpy(matrices[name]))

    def train(self) -> State:
        """Train to the end of the budget and leave the adapter in `out`/adapter."""
        self._resume()
        state, settings = self.state, self.settings
        per_epoch = math.ceil(len(self._rows_of(0)) / self.rows_per_step)
        if not state.total:
            state.total = max(1, math.ceil(per_epoch * settings.epochs))
        began = time.monotonic() - state.seconds
        while self._done() < 1:
            loss, supervised = self._step(per_epoch)
            state.step += 1
            state.supervised += supervised
            state.losses.append([state.step, round(loss, 5)])
            state.seconds = time.monotonic() - began
            self._report(loss)
            if state.step % settings.evaluate_every == 0 and self._evaluate() and self._has_stalled():
                break
            if state.step % settings.save_every == 0:
                self._save()
        self._evaluate()
        self._save()
        if self.rank == 0:
            self.model.save_pretrained(str(self.out / "adapter"))
            (self.out / "adapter" / "training.json").write_text(
                json.dumps({"settings": asdict(settings), "state": asdict(state)}, indent=1)
            )
        return state

    def _rows_of(self, epoch: int) -> list[Row]:
        """The rows of an epoch: prompts, each with its replies, in an order that only the seed and the epoch decide."""
        if self._epoch_rows[0] != epoch:
            replies: dict[tuple[int, ...], list[Tokens]] = {}
            for example in self.examples:
                replies.setdefault(example.prompt, []).append(example)
            order = list(replies.values())
            random.Random(f"{self.settings.seed}-{epoch}").shuffle(order)
            packed = rows([e for same in order for e in same], self.prefix, self.settings.row_tokens)
            self._epoch_rows = (epoch, packed)
        return self._epoch_rows[1]

    def _step(self, per_epoch: int) -> tuple[float, int]:
        """One update; returns the mean loss per supervised token and their number, over all processes."""
        import torch

        state = self.state
        epoch, place = divmod(state.step, per_epoch)
        packed = self._rows_of(epoch)  # an epoch may pack into a row less than the first
        batch = packed[place * self.rows_per_step : (place + 1) * self.rows_per_step] or packed[: self.rows_per_step]
        count = sum(len(row.labels) for row in batch)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.lr * self._schedule()
        total = 0.0
        self.model.train()
        torch.manual_seed(self.settings.seed * 1_000_003 + state.step)
        for row in batch[self.rank :: self.world]:
            loss = self._loss(row) / count
            loss.backward()
            total += float(loss.detach())
        if self.world > 1:
            total = self._sum_over_processes(total)
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=False)
        return total, count

    def _sum_over_processes(self, total: float) -> float:
        import torch

        for parameter in self.trained:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            torch.distributed.all_reduce(parameter.grad)
        value = torch.tensor([total], device=self.device)
        torch.distributed.all_reduce(value)
        return float(value)

    def _done(self) -> float:
        """How much of the budget is used up, 0 to 1: of the steps, or of the minutes where that is more."""
        state, minutes = self.state, self.settings.minutes
        return max(state.step / max(1, state.total), state.seconds / (60 * minutes) if minutes > 0 else 0.0)

    def _schedule(self) -> float:
        """Linear warm-up, then a cosine to a tenth."""
        done, warm = self._done(), max(1e-9, self.settings.warmup)
        if done < warm:
            return (done + 0.1 * warm) / (1.1 * warm)
        return 0.1 + 0.45 * (1 + math.cos(math.pi * min(1.0, (done - warm) / (1 - warm))))

    def _loss(self, row: Row) -> Any:
        """The summed loss of a row's supervised tokens; logits are computed for those places only."""
        import torch

        def tensor(array: Any) -> Any:
            return torch.from_numpy(array).to(self.device)

        inner = self.model.get_base_model()
        hidden = inner.model(
            input_ids=tensor(row.ids)[None],
            position_ids=tensor(row.positions)[None],
            attention_mask=tensor(row.mask())[None, None],
            use_cache=False,
        ).last_hidden_state[0]
        logits = inner.lm_head(hidden[tensor(row.sources)]).float()
        return torch.nn.functional.cross_entropy(logits, tensor(row.labels), reduction="sum")

    def _evaluate(self) -> bool:
        """Add the held-out loss; False when there is nothing held out."""
        import torch

        if not self.dev_rows:
            return False
        self.model.eval()
        with torch.no_grad():
            total = sum(float(self._loss(row)) for row in self.dev_rows)
        count = sum(len(row.labels) for row in self.dev_rows)
        if not self.state.held_out or self.state.held_out[-1][0] != self.state.step:
            self.state.held_out.append([self.state.step, round(total / count, 5)])
            self.progress(f"step {self.state.step}: held-out loss {total / count:.4f}")
        return True

    def _has_stalled(self) -> bool:
        values = [loss for _, loss in self.state.held_out]
        patience = self.settings.patience
        return bool(patience) and len(values) > patience and min(values[-patience:]) > min(values[:-patience])

    def _report(self, loss: float) -> None:
        state = self.state
        if self.rank == 0 and (state.step % 10 == 0 or state.step == 1):
            speed = state.supervised / max(1e-9, state.seconds)
            left = state.seconds / max(1e-9, self._done()) - state.seconds
            self.progress(f"step {state.step}/{state.total}: loss {loss:.4f}, {speed:.0f} tokens/s, {left:.0f} s left")

    def _save(self) -> None:
        """Keep everything that is needed to go on, whole or not at all; the checkpoint before is removed after."""
        import torch

        if self.rank != 0:
            return
        final = self.out / "checkpoints" / f"step-{self.state.step:06d}"
        part = final.with_suffix(".part")
        try:
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            weights = {n: p.detach().cpu() for n, p in self.model.named_parameters() if p.requires_grad}
            torch.save({"weights": weights, "optimizer": self.optimizer.state_dict()}, part / "state.pt")
            (part / "state.json").write_text(json.dumps(asdict(self.state)))
            shutil.rmtree(final, ignore_errors=True)
            part.replace(final)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise UsageError(
                f"{final}: the checkpoint can't be written ({error.strerror}); free some space and run the same again, "
                "it goes on from the last one"
            ) from None
        for old in sorted(final.parent.glob("step-??????"))[:-2]:
            shutil.rmtree(old, ignore_errors=True)

    def _resume(self) -> None:
        import torch

        found = sorted((self.out / "checkpoints").glob("step-??????"))
        if not found:
            return
        kept = torch.load(found[-1] / "state.pt", map_location=self.device, weights_only=True)
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                if name in kept["weights"]:
                    parameter.copy_(kept["weights"][name])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.state = State(**json.loads((found[-1] / "state.json").read_text()))
        self.progress(f"going on from step {self.state.step}")


def main() -> None:
    import argparse

    parser = argparse.ArgumentParser(description="Train LoRA matrices on a token file.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    for name, kind in (("lr", float), ("epochs", float), ("minutes", float), ("rank", int), ("alpha", float),
                       ("row_tokens", int), ("tokens_per_step", int), ("evaluate_every", int), ("save_every", int),
                       ("seed", int), ("threads", int), ("dtype", str), ("device", str)):  # fmt: skip
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind)
    options = vars(parser.parse_args())
    data, base, out = options.pop("data"), options.pop("base"), options.pop("out")
    settings = TrainSettings(**{k: v for k, v in options.items() if v is not None})
    Trainer(base, data, out, settings).train()


if __name__ == "__main__":
    main()
