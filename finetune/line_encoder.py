"""Trains the encoder that tells how well a line of a shop's texts answers a question.

The packaged MiniLM, all of its layers trained, the words' vectors kept. It reads question and line each by itself, so
that a line is read once for all questions; they meet in the states of their tokens: how near the texts are as wholes,
and how near each token of the question comes to its nearest one of the line, by learnt weights. To that the linear
head's features are added (evidence_head.py), whose weights are learnt along. Softmax over the lines of a pool and
"none" (0), with the answer among them and once more without. Needs the `finetune` extra (torch, transformers).
Knows no shop.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import BertWordPieceTokenizer
from torch.nn.functional import normalize
from transformers import BertConfig, BertModel

from assistant.act.evidence import default_head
from assistant.shop.embed import DIMENSIONS, VOCABULARY, packaged_model
from assistant.shop.onnx_weights import layers, pack
from finetune.line_pools import Asked, choose

_T = TypeVar("_T")
_CLIP = 5.0
_CHUNK = 24
"""Texts of about one length are computed together."""
_MAX_TOKENS = 96
_TOGETHER = 4
"""Questions to the same lines that stand in one batch: their lines are read once."""


@dataclass(frozen=True)
class Settings:
    """How it is trained."""

    size: int = 8
    """Lines of a question that are scored at a time."""
    batch: int = 16
    """Questions a step."""
    rate: float = 8e-5
    head_rate: float = 5e-3
    warm: float = 0.06
    without: float = 0.5
    """What the pool without its answer counts, beside the pool with it."""
    blind: float = 0.4
    """In how many questions the hand-made features are left out, so that the encoder learns to do without them."""
    seed: int = 0


class Reader(torch.nn.Module):  # type: ignore[misc]
    """(question, line) -> how well the line answers."""

    def __init__(self) -> None:
        super().__init__()
        weights = layers(packaged_model())
        vocabulary, positions = (len(weights[f"embeddings.{n}_embeddings.weight"]) for n in ("word", "position"))
        config = BertConfig(vocab_size=vocabulary, hidden_size=DIMENSIONS, num_hidden_layers=6, num_attention_heads=12,
                            intermediate_size=4 * DIMENSIONS, max_position_embeddings=positions)  # fmt: skip
        self.bert = BertModel(config, add_pooling_layer=False)
        self.bert.load_state_dict({n: torch.tensor(_turned(n, v)) for n, v in weights.items()}, strict=False)
        self.bert.embeddings.requires_grad_(False)
        self.weigh = torch.nn.Linear(DIMENSIONS, 1)
        torch.nn.init.zeros_(self.weigh.weight)
        self.nearness = torch.nn.Parameter(torch.tensor([6.0, 6.0, -5.0]))  # of wholes, of tokens, always
        self.named = torch.nn.Parameter(torch.zeros(3))  # the same, more for an attribute
        head = default_head()
        self.mean, self.scale = torch.tensor(head.mean), torch.tensor(head.scale)
        self.linear = torch.nn.Linear(len(head.weights), 1)
        with torch.no_grad():
            self.linear.weight.copy_(torch.tensor(head.weights)[None] * 0.5)
            self.linear.bias.fill_(head.bias * 0.5)
        self.tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        self.tokenizer.enable_truncation(_MAX_TOKENS)

    def states(self, texts: Sequence[str]) -> dict[str, torch.Tensor]:
        """Of each text the states of its tokens, (num_tokens, 384), [CLS] and [SEP] among them."""
        distinct = list(dict.fromkeys(texts))
        encoded = dict(zip(distinct, self.tokenizer.encode_batch(distinct), strict=True))
        found: dict[str, torch.Tensor] = {}
        for chunk in _parts(sorted(distinct, key=lambda t: len(encoded[t].ids)), _CHUNK):
            ids = torch.zeros(len(chunk), len(encoded[chunk[-1]].ids), dtype=torch.long)
            mask = torch.zeros_like(ids)
            for row, text in enumerate(chunk):
                count = len(encoded[text].ids)
                ids[row, :count], mask[row, :count] = torch.tensor(encoded[text].ids), 1
            states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
            found |= {text: states[row, : len(encoded[text].ids)] for row, text in enumerate(chunk)}
        return found

    def read(self, batch: Sequence[Asked], chosen: Sequence[Sequence[int]]) -> torch.Tensor:
        """(num_pairs,): the encoder's part of the scores of each question's chosen lines, one after the other."""
        pairs = [(each.question, each.lines[i]) for each, places in zip(batch, chosen, strict=True) for i in places]
        states = self.states(list(chain.from_iterable((question, line.in_place) for question, line in pairs)))
        asked, told = [states[q] for q, _ in pairs], [states[line.in_place] for _, line in pairs]
        wholes = (_wholes(asked) * _wholes(told)).sum(1)
        first, in_first = _padded(asked)
        second, in_second = _padded(told)
        share = torch.softmax(self.weigh(first)[..., 0].masked_fill(~in_first, -1e4), 1)
        near = torch.einsum("pqd,pld->pql", normalize(first, dim=2), normalize(second, dim=2))
        nearest = near.masked_fill(~in_second[:, None], -1.0).max(2).values
        parts = torch.stack([wholes, (share * nearest).sum(1), torch.ones(len(pairs))], 1)
        attribute = torch.tensor([float(bool(line.name)) for _, line in pairs])
        return parts @ self.nearness + attribute * (parts @ self.named)

    def told(self, features: NDArray[np.float32]) -> torch.Tensor:
        """(num_lines,): the linear part of the scores."""
        standard = ((torch.tensor(features) - self.mean) / self.scale).clip(-_CLIP, _CLIP)
        return self.linear(standard)[:, 0]


def _wholes(texts: Sequence[torch.Tensor]) -> torch.Tensor:
    return normalize(torch.stack([states.mean(0) for states in texts]), dim=1)


def _padded(texts: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """The states without [CLS] and [SEP], (N, longest, 384), and which of them are there, (N, longest)."""
    counts = [len(states) - 2 for states in texts]
    longest = max(1, *counts)
    padded = [torch.nn.functional.pad(s[1:-1], (0, 0, 0, longest - n)) for s, n in zip(texts, counts, strict=True)]
    return torch.stack(padded), torch.tensor([[at < n for at in range(longest)] for n in counts])


def _turned(name: str, value: NDArray[Any]) -> NDArray[Any]:
    """Between `x @ w` and torch's `x @ w.T`."""
    return value.T.copy() if value.ndim == 2 and ".layer." in name else value.copy()


def train(
    reader: Reader,
    asked: Sequence[Asked],
    settings: Settings,
    report: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> None:
    """Fit the reader, each of `asked` once. Deterministic for a seed and a number of threads."""
    torch.manual_seed(settings.seed)
    draw = random.Random(settings.seed)
    body = [p for n, p in reader.named_parameters() if n.startswith("bert.") and p.requires_grad]
    head = [p for n, p in reader.named_parameters() if not n.startswith("bert.")]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": settings.rate, "weight_decay": 0.01},
         {"params": head, "lr": settings.head_rate, "weight_decay": 0.0}]
    )  # fmt: skip
    batches = _batches(asked, settings.batch, draw)
    steps, warm = len(batches), max(1, int(len(batches) * settings.warm))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.02, (steps - step) / steps))
    )
    reader.train()
    running = 0.0
    for step, batch in enumerate(batches):
        loss = _loss(reader, batch, settings, draw)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        schedule.step()
        running = 0.97 * running + 0.03 * loss.item() if step else loss.item()
        report(step + 1, steps, running)
    reader.eval()


def _batches(asked: Sequence[Asked], size: int, draw: random.Random) -> list[list[Asked]]:
    """Batches in which a few questions each are to the same lines."""
    groups: dict[object, list[Asked]] = {}
    for each in asked:
        groups.setdefault((each.source, each.lines[0].whole), []).append(each)
    few = [part for group in groups.values() for part in _parts(draw.sample(group, len(group)), _TOGETHER)]
    draw.shuffle(few)
    return _parts(list(chain.from_iterable(few)), size)


def _parts(things: Sequence[_T], size: int) -> list[list[_T]]:
    return [list(things[at : at + size]) for at in range(0, len(things), size)]


def _loss(reader: Reader, batch: Sequence[Asked], settings: Settings, draw: random.Random) -> torch.Tensor:
    chosen = [choose(each, settings.size, draw) for each in batch]
    read = reader.read(batch, chosen)
    none = torch.zeros(1)
    total, weight, at = torch.zeros(()), 0.0, 0
    for each, places in zip(batch, chosen, strict=True):
        scores = read[at : at + len(places)]
        at += len(places)
        if draw.random() >= settings.blind:
            scores = scores + reader.told(each.told[places])
        right = torch.tensor([i in each.right for i in places])
        strange = torch.tensor([i not in each.right and i not in each.alike for i in places])
        lost = torch.logsumexp(torch.cat([scores[strange], none]), 0)
        if right.any():
            with_it = torch.logsumexp(torch.cat([scores, none]), 0) - torch.logsumexp(scores[right], 0)
            lost = with_it + settings.without * lost
        total, weight = total + each.weight * lost, weight + each.weight
    return total / weight


def judge(reader: Reader, asked: Sequence[Asked], limit: int = 12) -> dict[str, float]:
    """Of questions with an answer: how often it comes first, is told (above 0) and right, told and wrong, and how often
    something is told where the answer is taken away. Of questions without one: how often something is told."""
    answered, silent = [a for a in asked if a.right], [a for a in asked if not a.right]
    counts = {"first": 0, "told_right": 0, "told_wrong": 0, "told_without_answer": 0}
    for each in answered:
        places, scores = _scored(reader, each, limit)
        best, told = places[int(scores.argmax())], bool(scores.max() > 0)
        rest = [s for i, s in zip(places, scores, strict=True) if i not in each.right and i not in each.alike]
        counts["first"] += best in each.right
        counts["told_right"] += best in each.right and told
        counts["told_wrong"] += best not in each.right and told
        counts["told_without_answer"] += max(rest, default=-1.0) > 0
    found = {name: round(int(count) / max(1, len(answered)), 3) for name, count in counts.items()}
    alarms = sum(bool(_scored(reader, each, limit)[1].max() > 0) for each in silent)
    return {
        "num": len(answered),
        **found,
        "num_none": len(silent),
        "told_of_none": round(alarms / max(1, len(silent)), 3),
    }


def _scored(reader: Reader, each: Asked, limit: int) -> tuple[list[int], NDArray[np.float32]]:
    """The lines that the linear head likes best, and what is made of them."""
    places = [int(i) for i in np.argsort(-each.first)[:limit]]
    with torch.no_grad():
        scores = reader.read([each], [places]) + reader.told(each.told[places])
    return places, scores.numpy()


def save(reader: Reader, path: Path) -> None:
    """Write the layers in int8 and the head beside them, as assistant/act/line_reader.py reads them."""
    body = {n: _turned(n, v.numpy()) for n, v in reader.bert.state_dict().items() if ".layer." in n}
    head = {
        "weigh": reader.weigh.weight.detach().numpy()[0],
        "nearness": reader.nearness.detach().numpy(),
        "named": reader.named.detach().numpy(),
        "linear.weight": reader.linear.weight.detach().numpy()[0],
        "linear.bias": reader.linear.bias.detach().numpy(),
    }
    save_file({**pack(body), **{name: np.ascontiguousarray(value) for name, value in head.items()}}, path)


def timed(every: int = 50) -> Callable[[int, int, float], None]:
    """A report that prints the loss and the time."""
    began = time.monotonic()

    def report(step: int, steps: int, loss: float) -> None:
        if step % every == 0 or step == steps:
            print(f"step {step}/{steps} loss {loss:.3f} {time.monotonic() - began:.0f} s", flush=True)

    return report
