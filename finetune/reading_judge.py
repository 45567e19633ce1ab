"""Trains the judge of readings: which way of taking a message leads to the answer that is wanted.

    python tests/bench/bench_readings.py --keep ANSWERS.npz     # every way answered and judged, on the read sets
    python -m finetune.reading_judge ANSWERS.npz                # writes the weights
    python -m finetune.reading_judge ANSWERS.npz --check        # trains without each set in turn, and tells how it does

Each message is a list of answers with their traits (assistant/readings/traits.py) and whether each is right. The loss
asks two things: of every answer if it is right, and of the right ones to stand before the others. A few networks are
trained from other beginnings and put side by side as one, which errs less than each. In the same way one is trained
that does without what is dear to know of an answer, and one that sees only the first answer, and tells whether it is
wrong where another is right. Knows no shop and no text.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional

from assistant.readings.judge import PARTS, WEIGHTS, Judge, of_first, without_reading
from assistant.readings.second_look import DOUBT, MARGIN, SHARE, likeliest, worth_reading
from assistant.readings.traits import ACTS, NUM_TRAITS
from assistant.readings.ways import NAMES
from finetune.judged_answers import Floats, Message, read

_HIDDEN, _NUM_NETS, _EPOCHS, _BATCH = 96, 3, 40, 32
_RATE, _DECAY, _DROPOUT, _CLIP = 3e-3, 0.05, 0.5, 5.0
_SPREAD, _NONE, _FAR = 1e-3, -1.0, 1e4
_OF_REPLY = slice(len(NAMES) + len(ACTS), NUM_TRAITS)
_UNTRUE = 4.0
"""How many wrong answers one counts for that states something untrue."""


def fit(messages: Sequence[Message], seed: int = 0) -> dict[str, Floats]:
    """The weights of all networks, by the names that Judge reads."""
    quick = [replace(m, inputs=without_reading(m.inputs)) for m in messages]
    doubt = [
        Message(m.split, of_first(m.inputs), np.array([m.right.any() and not m.right[0]]), np.zeros(1, np.bool_))
        for m in messages
    ]
    parts = zip(PARTS, (messages, quick, doubt), strict=True)
    return {f"{part}{name}": value for part, seen in parts for name, value in _fit(seen, seed).items()}


def _fit(messages: Sequence[Message], seed: int) -> dict[str, Floats]:
    stacked = np.concatenate([m.inputs for m in messages])
    mean, scale = stacked.mean(axis=0), stacked.std(axis=0) + _SPREAD
    width = max(len(m.inputs) for m in messages)
    seen = np.zeros((len(messages), width, stacked.shape[1]), np.float32)
    right = np.full((len(messages), width), _NONE, np.float32)
    weight = np.zeros((len(messages), width), np.float32)
    for at, m in enumerate(messages):
        seen[at, : len(m.inputs)] = np.clip((m.inputs - mean) / scale, -_CLIP, _CLIP)
        right[at, : len(m.inputs)] = m.right
        weight[at, : len(m.inputs)] = np.where(m.wrong, _UNTRUE, 1.0)
    data = torch.tensor(seen), torch.tensor(right), torch.tensor(weight)
    nets = [_net(data, stacked.shape[1], seed + at) for at in range(_NUM_NETS)]
    return {
        "mean": mean,
        "scale": scale,
        "first.weight": np.concatenate([n[0].weight.detach().numpy() for n in nets]),
        "first.bias": np.concatenate([n[0].bias.detach().numpy() for n in nets]),
        "last.weight": np.concatenate([n[3].weight.detach().numpy() for n in nets], axis=1) / _NUM_NETS,
        "last.bias": np.mean([n[3].bias.detach().numpy() for n in nets], axis=0),
    }


def _net(data: tuple[Tensor, Tensor, Tensor], num_inputs: int, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(num_inputs, _HIDDEN), nn.ReLU(), nn.Dropout(_DROPOUT), nn.Linear(_HIDDEN, 1))
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, total_iters=_EPOCHS)
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(data[0])).split(_BATCH):
            loss = _loss(net(data[0][batch])[..., 0], data[1][batch], data[2][batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return net.eval()


def _loss(scores: Tensor, right: Tensor, weight: Tensor) -> Tensor:
    """All (num_messages, num_answers); where there is no answer `right` is _NONE and `weight` 0."""
    there = right > _NONE
    each = functional.binary_cross_entropy_with_logits(scores, right.clamp(min=0.0), reduction="none")
    loss = (each * weight).sum(1) / there.sum(1)
    of_right = torch.logsumexp(scores.masked_fill(right < 1.0, -_FAR), 1)
    ahead = torch.logsumexp(scores.masked_fill(~there, -_FAR), 1) - of_right
    return (loss + ahead * (right == 1.0).any(1)).mean()


def told(messages: Sequence[Message], judge: Judge, margin: float, read: Sequence[Floats] | None = None) -> str:
    """One line: how many are right as read, as judged, and with the best of all ways. `read` are the scores of the
    reader of answers, (num_answers,) a message, where it has its say."""
    none = [np.zeros(len(m.inputs), np.float32) for m in messages]
    chosen = [_choice(judge, m.inputs, margin, own) for m, own in zip(messages, read or none, strict=True)]
    before, after = sum(m.right[0] for m in messages), sum(m.right[c] for m, c in zip(messages, chosen, strict=True))
    lost = sum(m.right[0] and not m.right[c] for m, c in zip(messages, chosen, strict=True))
    untrue = sum(m.wrong[0] for m in messages), sum(m.wrong[c] for m, c in zip(messages, chosen, strict=True))
    looked = sum(judge.doubt(m.inputs) >= DOUBT for m in messages)
    count = len(messages)
    return (
        f"{count} messages: right as read {before / count:.1%}, as judged {after / count:.1%} ({looked} looked at, "
        f"{sum(c != 0 for c in chosen)} taken otherwise, {lost} lost), of the best way "
        f"{sum(m.right.any() for m in messages) / count:.1%}; untrue {untrue[0]} -> {untrue[1]}"
    )


def _choice(judge: Judge, seen: Floats, margin: float, read: Floats) -> int:
    """As the second look chooses; answers whose own traits are the same count as one."""
    if judge.doubt(seen) < DOUBT:
        return 0
    worth = worth_reading(judge.quickly(seen), [row.tobytes() for row in seen[:, _OF_REPLY]])
    return worth[likeliest(judge.weigh(seen[worth]) + SHARE * read[worth], margin)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("answers", type=Path, nargs="+", help="what bench_readings.py kept")
    parser.add_argument("--check", action="store_true", help="on sets left out; writes nothing")
    parser.add_argument("--margin", type=float, default=MARGIN)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    messages = read(options.answers)
    for split in sorted({m.split for m in messages}) if options.check else ():
        rest, out = [m for m in messages if m.split != split], [m for m in messages if m.split == split]
        print(f"{split} left out: {told(out, Judge(fit(rest)), options.margin)}", flush=True)
    if not options.check:
        weights = fit(messages)
        save_file({name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}, WEIGHTS)
        print(f"{WEIGHTS}: {told(messages, Judge(weights), options.margin)} (trained on these)")


if __name__ == "__main__":
    main()
