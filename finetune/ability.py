"""Whether an adapter has made its base forget what has nothing to do with shops; and its loss in its own field.

A small set of common questions (finetune/data/general.txt), asked as a chat: the choice among four answers by their
mean log-probability, and the loss on the right one. In its own domain: the loss on held-out replies. On the served
type of weights, by llama.cpp. A ruler for a change, not a benchmark of knowledge. Knows no torch and no training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.engine.offline import all_logits
from assistant.engine.request import Tokenizer
from assistant.errors import UsageError
from finetune.pack import Tokens

FILE = Path(__file__).parent / "data" / "general.txt"
_AT_ONCE = 40
"""Texts whose logits are held in memory together: some 6 MB each."""


@dataclass(frozen=True)
class Choice:
    """A question with its answers, the right one first."""

    question: str
    answers: tuple[str, ...]


def choices(path: Path = FILE) -> list[Choice]:
    """The questions of a file. Raises UsageError for a line with fewer than two answers."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        question, *answers = (part.strip() for part in line.split("|"))
        if len(answers) < 2 or not all(answers):
            raise UsageError(f"{path}:{number}: a question, its right answer and a wrong one are needed, parted by |")
        found.append(Choice(question, tuple(answers)))
    return found


def general(model: Path, adapter: Path | None, tokenizer: Tokenizer, count: int, threads: int = 1) -> dict[str, float]:
    """`right`: the share of `count` questions whose right answer is the likeliest; `loss`: on it, in nats per token."""
    asked = choices()[:count]
    texts = [_tokens(c.question, a, tokenizer) for c in asked for a in c.answers]
    losses = iter(_losses(model, adapter, texts, threads))
    each = [[next(losses) for _ in c.answers] for c in asked]
    return {
        "questions": float(len(asked)),
        "right": sum(ls[0] == min(ls) for ls in each) / max(1, len(each)),
        "loss": float(np.mean([ls[0] for ls in each])) if each else 0.0,
    }


def in_domain(model: Path, adapter: Path | None, examples: Sequence[Tokens], threads: int = 1) -> float:
    """The mean loss on held-out replies, in nats per token of each."""
    return float(np.mean(_losses(model, adapter, examples, threads))) if examples else 0.0


def _tokens(question: str, answer: str, tokenizer: Tokenizer) -> Tokens:
    prompt = tokenizer.chat([{"role": "user", "content": question}])
    said = answer[:1].upper() + answer[1:] + "."
    return Tokens(tuple(prompt), tuple(tokenizer.encode(said)))


def _losses(model: Path, adapter: Path | None, texts: Sequence[Tokens], threads: int) -> list[float]:
    """For each text the mean loss over its reply's tokens."""
    out: list[float] = []
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        found = all_logits(model, [(*t.prompt, *t.reply) for t in part], adapter, threads)
        out += [_loss(logits, text) for logits, text in zip(found, part, strict=True)]
    return out


def _loss(logits: NDArray[np.float32], text: Tokens) -> float:
    first = len(text.prompt) - 1
    places = logits[first : first + len(text.reply)].astype(np.float64)
    top = places.max(axis=-1)
    total = top + np.log(np.exp(places - top[:, None]).sum(axis=-1))
    return float((total - places[np.arange(len(text.reply)), list(text.reply)]).mean())
