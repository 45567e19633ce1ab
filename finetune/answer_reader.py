"""Trains the reader of answers: an encoder that sees the talk, the message and one answer together.

    python tests/bench/bench_readings.py --keep ANSWERS.npz           # every way answered and judged, on the read sets
    python -m finetune.answer_reader ANSWERS.npz [MORE.npz]           # writes the weights: half an hour of one core
    python -m finetune.answer_reader ANSWERS.npz --check street_g     # trains without a set, tells how it does there

The upper layers of the packaged MiniLM and a head over its first state are trained, on messages of which some answers
are right and some aren't, a few answers of each at a time. The loss asks two things: of every answer if it is right,
and of the right ones to stand before the others. After each pass everything is kept beside the weights, so an
interrupted training goes on with the pass it was in. Needs the `finetune` extra. Knows no shop and no traits.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import BertWordPieceTokenizer
from torch import Tensor, nn
from torch.nn import functional

from assistant.encoder import joined
from assistant.readings.answer_reader import WEIGHTS, parts
from assistant.readings.judge import Judge
from assistant.readings.second_look import MARGIN
from assistant.shop.embed import DIMENSIONS, VOCABULARY
from finetune.judged_answers import Floats, Message, read
from finetune.message_layers import Below, Top
from finetune.reading_judge import fit, told

_BATCH, _ANSWERS, _NEAR, _CHUNK = 8, 4, 16, 32
"""Messages a step, answers of each, batches within which messages are sorted by length, answers scored together."""
_NONE = -1e4


@dataclass(frozen=True)
class Settings:
    """How it is trained."""

    first: int = 3
    """The lowest layer that is trained."""
    passes: int = 2
    rate: float = 6e-5
    head_rate: float = 3e-4
    warm: float = 0.1
    least: float = 0.03
    """What is left of the rates at the end."""
    dropout: float = 0.1
    seed: int = 0


class Reader(nn.Module):  # type: ignore[misc]
    """The token ids of talks with an answer -> log odds that it answers, (B,)."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        torch.manual_seed(settings.seed)
        self.top = Top(settings.first)
        self.head = nn.Sequential(
            nn.Linear(DIMENSIONS, DIMENSIONS), nn.Tanh(), nn.Dropout(settings.dropout), nn.Linear(DIMENSIONS, 1)
        )
        self.below = Below(settings.first)

    def forward(self, ids: Sequence[Sequence[int]]) -> Tensor:
        # Half precision: twice as quick where the processor has it, and as good.
        with torch.autocast("cpu", torch.bfloat16):
            states, mask = self.below(ids)
            scores: Tensor = self.head(self.top(states, mask)[:, 0])[:, 0]
        return scores.float()

    def save(self, path: Path) -> None:
        """Write the layers in int8 and the head beside them, as assistant/readings/answer_reader.py reads them."""
        head = {
            "first.weight": self.head[0].weight, "first.bias": self.head[0].bias,
            "last.weight": self.head[3].weight, "last.bias": self.head[3].bias,
        }  # fmt: skip
        save_file({**self.top.packed(), **{n: v.detach().numpy().copy() for n, v in head.items()}}, path)


class Texts:
    """The token ids of each message with each of its answers, as the runtime puts them together."""

    def __init__(self) -> None:
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)

    def __call__(self, message: Message, answer: int) -> list[int]:
        return joined(self._tokenizer, parts(message.before, message.say, message.answers[answer]))


def train(messages: Sequence[Message], settings: Settings, kept: Path | None = None) -> Reader:
    """A trained reader. With `kept` each pass is written there, and what is there isn't done again."""
    torch.set_num_threads(1)  # more only wait for each other on texts this short
    reader, texts = Reader(settings), Texts()
    learnt = [m for m in messages if len({bool(m.right[at]) for at in m.distinct}) > 1]
    steps = settings.passes * -(-len(learnt) // _BATCH)
    optimizer = torch.optim.AdamW(
        [{"params": reader.top.parameters(), "lr": settings.rate},
         {"params": reader.head.parameters(), "lr": settings.head_rate}], weight_decay=0.01,
    )  # fmt: skip
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps, settings))
    done = _go_on(kept, reader, optimizer, schedule)
    for number in range(done, settings.passes):
        began, total = time.monotonic(), 0.0
        lot = random.Random(settings.seed * 1000 + number)
        batches = list(_batches(learnt, lot))
        for at, batch in enumerate(batches, 1):
            loss = _step(reader.train(), texts, batch, lot)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
            if at % 50 == 0 or at == len(batches):
                spent = time.monotonic() - began
                print(f"pass {number + 1}, step {at}/{len(batches)}: loss {total / at:.3f}, {spent:.0f} s", flush=True)
        if kept:
            parts_of = (reader.top, reader.head, optimizer, schedule)
            torch.save([number + 1, *(part.state_dict() for part in parts_of)], kept)
    reader.eval()
    return reader


def _rate(step: int, steps: int, settings: Settings) -> float:
    return min((step + 1) / (settings.warm * steps), 1.0) * max(settings.least, 1 - step / steps)


def _go_on(
    kept: Path | None, reader: Reader, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR
) -> int:
    """How many passes were done before; what they left is taken up."""
    if kept is None or not kept.exists():
        return 0
    done, *states = torch.load(kept, weights_only=True)
    for part, state in zip((reader.top, reader.head, optimizer, schedule), states, strict=True):
        part.load_state_dict(state)
    return int(done)


def _batches(messages: Sequence[Message], lot: random.Random) -> Iterator[list[Message]]:
    """All messages once; those of about one length together, so that little is padded."""
    order = lot.sample(list(messages), len(messages))
    for at in range(0, len(order), _BATCH * _NEAR):
        near = sorted(order[at : at + _BATCH * _NEAR], key=lambda m: len(m.say) + max(map(len, m.answers)))
        batches = [near[start : start + _BATCH] for start in range(0, len(near), _BATCH)]
        yield from lot.sample(batches, len(batches))


def _step(reader: Reader, texts: Texts, batch: Sequence[Message], lot: random.Random) -> Tensor:
    chosen = [_chosen(m, lot) for m in batch]
    scores = reader([texts(m, at) for m, places in zip(batch, chosen, strict=True) for at in places])
    right = torch.tensor([float(m.right[at]) for m, places in zip(batch, chosen, strict=True) for at in places])
    loss = functional.binary_cross_entropy_with_logits(scores, right)
    for own, true in zip(scores.split([*map(len, chosen)]), right.split([*map(len, chosen)]), strict=True):
        of_right = torch.logsumexp(own.masked_fill(true < 1.0, _NONE), 0)
        loss = loss + (torch.logsumexp(own, 0) - of_right) / len(batch)
    return loss


def _chosen(message: Message, lot: random.Random) -> list[int]:
    """The answers of a message that are learnt from this time: as it was read, a right one, and wrong ones."""
    places = message.distinct
    right = [at for at in places if message.right[at]]
    wrong = [at for at in places[1:] if not message.right[at]]
    first = [0] if message.right[0] else [0, lot.choice(right)]
    return first + lot.sample(wrong, min(len(wrong), _ANSWERS - len(first)))


def scores(reader: Reader, messages: Sequence[Message]) -> list[Floats]:
    """Of each message the log odds of all its answers, (num_answers,)."""
    texts = Texts()
    wanted = [(number, at) for number, m in enumerate(messages) for at in m.distinct]
    ids = [texts(messages[number], at) for number, at in wanted]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    found = np.zeros(len(ids), np.float32)
    with torch.no_grad():
        for start in range(0, len(order), _CHUNK):
            chunk = order[start : start + _CHUNK]
            found[chunk] = reader([ids[i] for i in chunk]).numpy()
    known = {(number, messages[number].answers[at]): value for (number, at), value in zip(wanted, found, strict=True)}
    return [np.array([known[number, text] for text in m.answers]) for number, m in enumerate(messages)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("answers", type=Path, nargs="+", help="what bench_readings.py kept")
    parser.add_argument("--check", nargs="+", default=(), metavar="SET", help="leave these sets out; writes nothing")
    parser.add_argument("--kept", type=Path, help="where each pass is kept, to go on with")
    options = parser.parse_args(arguments)
    messages = read(options.answers)
    rest = [m for m in messages if m.split not in options.check]
    reader = train(rest, Settings(), options.kept)
    if not options.check:
        reader.save(WEIGHTS)
        print(f"{WEIGHTS}: learnt from {len(rest)} messages")
        return
    judge = Judge(fit(rest))
    for split in options.check:
        out = [m for m in messages if m.split == split]
        print(f"{split} left out, by traits: {told(out, judge, MARGIN)}")
        print(f"{split} left out, read too:  {told(out, judge, MARGIN, scores(reader, out))}", flush=True)


if __name__ == "__main__":
    main()
