"""Trains LoRA matrices on packed rows: resumable, deterministic, within a budget of steps or minutes.

    python -m finetune.train DATA.safetensors --base MODEL.gguf --out FOLDER [--minutes 20]
    accelerate launch --num_processes 2 -m finetune.train DATA.safetensors --base MODEL.gguf --out FOLDER

    OUT/checkpoints  OUT/along  OUT/tensorboard  OUT/adapter (PEFT's form) with training.json, last

Reads token ids, so it needs no tokenizer; loss on replies only. Knows no shop, no prompt and no GGUF adapter.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.adapters import file_hash
from assistant.errors import BackroomError, UsageError
from finetune import checkpoint
from finetune.activated import activate
from finetune.learner import Learner
from finetune.pack import Row, Tokens, common_prefix, rows
from finetune.token_file import read_tokens
from finetune.train_settings import State, TrainSettings

Progress = Callable[[str], None]

_LONGEST_STEP_S = 60.0
"""What a step counts for at most: a process that was stopped for a while (SIGSTOP, a laptop that slept) has not
trained meanwhile, and its rate of learning must not jump."""


class Trainer:
    """One run in one folder. `train` goes on from the last whole checkpoint, if there is one."""

    def __init__(self, base: Path, data: Path, out: Path, settings: TrainSettings, progress: Progress = print) -> None:
        self.settings, self.out, self.progress = settings, out, progress
        splits = read_tokens(data)
        if not splits["train"]:
            raise UsageError(f"{data}: there is nothing to train on; make more data")
        self.state = State(data=file_hash(data), settings=settings.learning())
        self._goes_on()
        self.prefix = common_prefix([*splits["train"], *splits["dev"]])
        self.examples = splits["train"]
        self.dev_rows = rows(splits["dev"][: settings.dev_examples], self.prefix, settings.row_tokens)
        self.keep_rows = self._kept(splits["keep"], data)
        self.rows_per_step = max(1, round(settings.tokens_per_step / settings.row_tokens))
        self.learner = Learner(base, settings)
        if settings.activated:
            activate(self.learner.model, self.prefix)
        self._epoch_rows: tuple[int, list[Row]] = (-1, [])
        self._log: Any = None

    def train(self) -> State:
        """Train to the end of the budget and leave the adapter in `out`/adapter."""
        self._resume()
        state, settings = self.state, self.settings
        per_epoch = math.ceil(len(self._rows_of(0)) / self.rows_per_step)
        if not state.total:
            state.total = max(1, math.ceil(per_epoch * settings.epochs))
        self._log = self._tensorboard()
        at = time.monotonic()
        while self._done() < 1:
            loss, supervised = self._step(per_epoch)
            state.step += 1
            state.supervised += supervised
            state.losses.append([state.step, round(loss, 5)])
            at, before = time.monotonic(), at
            state.seconds += self.learner.from_the_first(min(at - before, _LONGEST_STEP_S))
            self._report(loss)
            if state.step % settings.evaluate_every == 0:
                if self.learner.rank == 0:
                    checkpoint.keep_along(self.out, state.step, self.learner.model)
                if self._evaluate() and self._has_stalled():
                    break
            if state.step % settings.save_every == 0:
                self._save()
        self._evaluate()
        self._save()
        if self._log is not None:
            self._log.close()
        if self.learner.rank == 0:
            checkpoint.finish(
                self.out / "adapter", self.learner.model, {"settings": asdict(settings), "state": asdict(state)}
            )
        return state

    def _goes_on(self) -> None:
        """Raises UsageError when what was begun here is another run: its checkpoints know nothing of this one's data or
        settings, and would be taken for what was learnt with them. One that notes neither is of an older release."""
        begun, now = checkpoint.standing(self.out), self.state
        if begun is None or (begun.data, begun.settings) == (now.data, now.settings):
            return
        others = [f"{name} = {was!r}" for name, was in begun.settings.items() if now.settings.get(name) != was]
        what = f"settings ({', '.join(others)})" if others else "data"
        raise UsageError(
            f"{self.out}: begun with other {what}; give another --out, or remove its checkpoints to begin anew"
        )

    def _kept(self, examples: list[Tokens], data: Path) -> list[Row]:
        """The rows of what the adapter must go on to say as its base does; one of them goes into each update."""
        settings = self.settings
        if not settings.keep:
            return []
        if not examples:
            raise UsageError(f"{data}: no answers of the base to keep to; set [data] keep too, or [train] keep = 0")
        if settings.activated:
            raise UsageError("an activated adapter isn't at work where there are no notes; set keep = 0")
        return rows(examples, common_prefix(examples), settings.keep_tokens)

    def _tensorboard(self) -> Any:
        """A log of the losses in `out`/tensorboard, by the first process; steps done again replace the old."""
        if self.learner.rank != 0:
            return None
        from torch.utils.tensorboard import SummaryWriter

        return SummaryWriter(str(self.out / "tensorboard"), purge_step=self.state.step + 1)

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
        epoch, place = divmod(self.state.step, per_epoch)
        packed = self._rows_of(epoch)  # an epoch may pack into a row less than the first
        batch = packed[place * self.rows_per_step : (place + 1) * self.rows_per_step] or packed[: self.rows_per_step]
        seed = self.settings.seed * 1_000_003 + self.state.step
        kept = self.keep_rows and [self.keep_rows[self.state.step % len(self.keep_rows)]]
        loss = self.learner.update(batch, self.settings.lr * self._schedule(), seed, kept)
        return loss, sum(len(row.labels) for row in batch)

    def _say(self, line: str) -> None:
        if self.learner.rank == 0:
            self.progress(line)

    def _done(self) -> float:
        """How much of the budget is used up, 0 to 1: of the steps, or of the minutes where that is more."""
        state, minutes = self.state, self.settings.minutes
        return max(state.step / max(1, state.total), state.seconds / (60 * minutes) if minutes > 0 else 0.0)

    def _schedule(self) -> float:
        """Linear warm-up, then a cosine to a hundredth: the last steps settle what the others have found."""
        done, warm = self._done(), max(1e-9, self.settings.warmup)
        if done < warm:
            return (done + 0.1 * warm) / (1.1 * warm)
        return 0.01 + 0.495 * (1 + math.cos(math.pi * min(1.0, (done - warm) / (1 - warm))))

    def _evaluate(self) -> bool:
        """Add the held-out loss; False when there is nothing held out."""
        if not self.dev_rows:
            return False
        loss = self.learner.mean_loss(self.dev_rows)
        if not self.state.held_out or self.state.held_out[-1][0] != self.state.step:
            self.state.held_out.append([self.state.step, round(loss, 5)])
            if self._log is not None:
                self._log.add_scalar("loss/held out", loss, self.state.step)
            self._say(f"step {self.state.step}: held-out loss {loss:.4f}")
        return True

    def _has_stalled(self) -> bool:
        values = [loss for _, loss in self.state.held_out]
        patience = self.settings.patience
        return bool(patience) and len(values) > patience and min(values[-patience:]) >= min(values[:-patience])

    def _report(self, loss: float) -> None:
        state = self.state
        if self._log is not None:
            self._log.add_scalar("loss/train", loss, state.step)
            self._log.add_scalar("rate", self.settings.lr * self._schedule(), state.step)
        if state.step % 10 == 0 or state.step == 1:
            speed = state.supervised / max(1e-9, state.seconds)
            left = state.seconds / max(1e-9, self._done()) - state.seconds
            self._say(f"step {state.step}/{state.total}: loss {loss:.4f}, {speed:.0f} tokens/s, {left:.0f} s left")

    def _save(self) -> None:
        if self.learner.rank == 0:
            checkpoint.save(self.out, self.state, self.learner.trained, self.learner.optimizer.state_dict())

    def _resume(self) -> None:
        kept = checkpoint.latest(self.out, self.learner.device)
        if kept is None:
            return
        self.state, weights, optimizer = kept
        self.learner.restore(weights, optimizer)
        self._say(f"going on from step {self.state.step}")


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
    try:
        trainer = Trainer(base, data, out, settings, lambda line: print(line, flush=True))
        trainer.train()
        trainer.learner.close()
    except BackroomError as error:
        raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    main()
