"""Trains the upper half of the message encoder with its heads, all tasks at once, and writes what the runtime loads.

    backroom finetune head messages --out FOLDER [--put-in]

Two passes over all texts, a batch of one task at a time in random order; the rate rises and falls in a straight line,
and what is kept is a running mean of the weights of the last two fifths. About 20 minutes of one core, 4 GB of memory.
head_gates.py measures the result before it may be used. Needs the `finetune` extra.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from finetune.message_heads import Linear, Pooled
from finetune.message_layers import Lower, Top, lower
from finetune.message_tasks import Task

Report = Callable[[str], None]
Step = tuple[str, NDArray[np.int64]]
_SORTED = 32  # batches whose texts are sorted by length among themselves, for less padding
_LEAST_RATE = 0.02


@dataclass(frozen=True)
class Settings:
    """How it is trained."""

    passes: int = 2
    batch: int = 64
    rate: float = 1e-4
    head_rate: float = 1e-3
    hashed_rate: float = 1e-2
    hashed_decay: float = 1e-5
    """L2 on the rows of emotions' n-grams; without it they learn single texts by heart."""
    warm: float = 0.06
    """Share of the steps in which the rate rises."""
    mean_from: float = 0.6
    """Share of the steps after which the running mean of the weights begins."""
    mean_step: float = 0.01
    """How far it goes towards the weights, every fourth step."""
    seed: int = 0


def train(tasks: Mapping[str, Task], settings: Settings, report: Report = print) -> Top:
    """Fit the layers and the tasks' heads, in place; the layers come back. Deterministic for a seed and one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    top = Top()
    heads = {name: task.head for name, task in tasks.items()}
    below = {name: lower(task.texts) for name, task in tasks.items()}
    plan = [step for _ in range(settings.passes) for step in _pass(tasks, below, settings.batch, random)]
    optimizers = _optimizers(top, heads, settings)
    weights = [p for module in (top, *heads.values()) for p in module.parameters()]
    mean: list[Tensor] = []
    began, running = time.process_time(), dict.fromkeys(tasks, 0.0)
    for module in (top, *heads.values()):
        module.train()
    for number, (name, rows) in enumerate(plan):
        _set_rates(optimizers, _rate(number, len(plan), settings.warm))
        states, mask = below[name].batch(rows)
        logits = heads[name](top(states, mask), mask, tasks[name].bag(rows))
        loss = _step(tasks[name].loss(logits, rows), top, optimizers)
        running[name] += 0.02 * (loss - running[name])
        if number == int(settings.mean_from * len(plan)):
            mean = [p.detach().clone() for p in weights]
        elif mean and number % 4 == 0:
            _towards(mean, weights, settings.mean_step)
        if number % 100 == 0:
            told = ", ".join(f"{task} {value:.3f}" for task, value in running.items())
            report(f"step {number} of {len(plan)}: {told}; {time.process_time() - began:.0f} s of CPU")
    with torch.no_grad():
        for parameter, value in zip(weights, mean, strict=True):
            parameter.copy_(value)
    for module in (top, *heads.values()):
        module.eval()
    return top


def _pass(tasks: Mapping[str, Task], below: Mapping[str, Lower], size: int, random: np.random.Generator) -> list[Step]:
    """Every task's batches of a pass over its texts, in random order."""
    plan: list[Step] = []
    for name, task in tasks.items():
        for _ in range(task.passes):
            plan += [(name, rows) for rows in _batches(task.drawn(random), below[name].lengths, size, random)]
    return [plan[i] for i in random.permutation(len(plan))]


def _batches(
    texts: NDArray[np.int64], lengths: NDArray[np.int64], size: int, random: np.random.Generator
) -> list[NDArray[np.int64]]:
    """The texts in batches of `size`, each of about one length."""
    texts = random.permutation(texts)
    found: list[NDArray[np.int64]] = []
    for at in range(0, len(texts), size * _SORTED):
        some = texts[at : at + size * _SORTED]
        some = some[np.argsort(lengths[some], kind="stable")]
        found += [some[k : k + size] for k in range(0, len(some), size)]
    return found


def _optimizers(top: Top, heads: Mapping[str, nn.Module], settings: Settings) -> list[torch.optim.Optimizer]:
    hashed: list[Tensor] = []
    decayed: list[Tensor] = []
    dense: list[Tensor] = []
    for head in heads.values():
        bag = head.hashed if isinstance(head, Pooled) else head.words if isinstance(head, Linear) else None
        own = [] if bag is None else list(bag.parameters())
        (decayed if isinstance(head, Pooled) and head.dense is None else hashed).extend(own)
        dense += [p for p in head.parameters() if all(p is not q for q in own)]
    found: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(
            [{"params": list(top.parameters()), "lr": settings.rate, "weight_decay": 0.01},
             {"params": dense, "lr": settings.head_rate, "weight_decay": 0.01},
             {"params": hashed, "lr": settings.hashed_rate, "weight_decay": 0.0}]
        )
    ]  # fmt: skip
    if decayed:
        found.append(torch.optim.Adam(decayed, lr=settings.hashed_rate, weight_decay=settings.hashed_decay))
    for optimizer in found:
        for group in optimizer.param_groups:
            group["full"] = group["lr"]
    return found


def _rate(number: int, num_steps: int, warm: float) -> float:
    """The share of the full rate at a step."""
    return min(1.0, (number + 1) / (warm * num_steps)) * max(_LEAST_RATE, 1 - number / num_steps)


def _set_rates(optimizers: Sequence[torch.optim.Optimizer], share: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = share * group["full"]


def _step(loss: Tensor, top: Top, optimizers: Sequence[torch.optim.Optimizer]) -> float:
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(list(top.parameters()), 1.0)
    for optimizer in optimizers:
        optimizer.step()
    return float(loss.detach())


def _towards(mean: Sequence[Tensor], weights: Sequence[Tensor], step: float) -> None:
    with torch.no_grad():
        for value, parameter in zip(mean, weights, strict=True):
            value.lerp_(parameter, step)
