"""Trains the head that tells which line of a shop's texts answers a question, and whether any does.

    python -m finetune.heads evidence     # from hetPQA's train and dev part; prints how it does on its test part

hetPQA has real questions about products, each with the one piece of evidence that answers it (an attribute, a bullet, a
sentence). Beside it are put other lines of the same product and of others; once more without it, where "none" is right.
The head is linear, fitted with a softmax over the lines and "none" (whose score is 0). Of the test part only questions
and products count that the other parts don't have. Knows no dialogues; needs the `finetune` extra (torch).
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.act.evidence import EvidenceHead, Line, features
from assistant.language import STOP_WORDS, stem, stems
from assistant.shop.embed import default_embedder

HEAD = Path(__file__).parents[1] / "assistant" / "act" / "data" / "evidence.json"
_WEIGHTS = {"attribute": 5.0, "bullet": 1.0, "Desc": 1.0, "CQA": 1.0, "review": 0.5, "OSP": 0.5}
"""Attributes are rarer than sentences in hetPQA, not in shops; reviews and articles read unlike a shop's texts."""
_NONE_WEIGHT = 0.7
_STOP = {stem(w) for w in STOP_WORDS}


@dataclass(frozen=True)
class Asked:
    """One row of hetPQA: a question about a product and the line that answers it."""

    product: str
    question: str
    line: Line
    source: str


@dataclass(frozen=True)
class Pool:
    """A question with lines of which the first answers it; `num_same` more are of the same product."""

    question: str
    lines: tuple[Line, ...]
    num_same: int
    source: str


def read(path: Path) -> list[Asked]:
    """The rows of one part of hetPQA."""
    found = []
    for row in csv.DictReader(path.open(encoding="utf-8"), delimiter="\t"):
        text = row["candidate"].strip(' "')
        line = attribute(row["candidate"]) if row["source"] == "attribute" else Line(re.sub(r"\.\.+", ". ", text)[:400])
        if line is not None:
            found.append(Asked(row["ASIN"], row["question"].strip(), line, row["source"]))
    return found


def attribute(text: str) -> Line | None:
    """`material: { value:"wood" }` as a shop would write it; None where nothing readable is in it."""
    match = re.match(r'\s*"?([\w ]+):\s*(\{.*)', text, re.DOTALL)
    if not match:
        return None
    body = re.sub(r"normalized_value:\s*\{[^{}]*\},?", "", match[2])
    values = []
    for part in re.split(r"\}\s*;\s*\{", body):
        sides = re.findall(r"(\w+):\s*\[?\s*\{\s*unit:(\w+),\s*value:\s*([\d.]+)", part.replace(" ,", ","))
        pairs = re.findall(r'(\w+):\s*("[^"]*"|[^{}\[\],;"]+)', part)
        told = [v.strip(' "') for k, v in pairs if k in ("value", "content", "total")]
        units = [v.strip(' "') for k, v in pairs if k == "unit"][:1]
        if sides:
            values.append(", ".join(f"{'' if n == 'value' else n} {v.rstrip('.')} {u}".strip() for n, u, v in sides))
        elif told or pairs:
            values.append(" ".join([told[0], *units]) if told else " ".join(v.strip(' "') for _, v in pairs))
    value = "; ".join(v for v in values if v)
    value = {"true": "yes", "false": "no"}.get(value, value)
    return Line(value, match[1].strip()) if value else None


def pools(rows: Sequence[Asked], size: int, seed: int, num_same: int = 4) -> list[Pool]:
    """Each question among `size` lines: attributes and sentences by turns, no two of one name, none like the answer."""
    draw = random.Random(seed)
    encode = default_embedder().encode
    of_product: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        of_product[row.product].append(row.line)
    others = [(r.product, r.line) for r in rows if r.source != "review"]
    found = []
    for row in rows:
        lines = [row.line]
        mine = encode([row.line.whole])[0]

        def fits(line: Line, lines: list[Line] = lines, mine: NDArray[np.float32] = mine) -> bool:
            known = any(line.whole == x.whole or (line.name and line.name == x.name) for x in lines)
            return not known and _shared(line.whole, lines[0].whole) < 0.6 and encode([line.whole])[0] @ mine < 0.75

        own = list(of_product[row.product])
        draw.shuffle(own)
        for line in own:
            if len(lines) <= num_same and fits(line):
                lines.append(line)
        same = len(lines) - 1
        for _ in range(200):
            product, line = draw.choice(others)
            turn = bool(line.name) == bool(len(lines) % 2)
            if len(lines) < size and product != row.product and turn and fits(line):
                lines.append(line)
        found.append(Pool(row.question, tuple(lines), same, row.source))
    return found


def _shared(a: str, b: str) -> float:
    first, second = set(stems(a)) - _STOP, set(stems(b)) - _STOP
    return len(first & second) / max(1, min(len(first), len(second)))


def fit(groups: Sequence[Pool], rounds: int = 6) -> EvidenceHead:
    """The head that puts the answer first, and "none" where it isn't there."""
    torch.manual_seed(0)
    encode = default_embedder().encode
    inputs = [features(p.question, p.lines, encode) for p in groups]
    every = np.vstack(inputs)
    mean, scale = every.mean(0), every.std(0) + 1e-3
    standard = [torch.tensor(np.clip((x - mean) / scale, -5, 5), dtype=torch.float32) for x in inputs]
    model = torch.nn.Linear(every.shape[1], 1)
    torch.nn.init.zeros_(model.weight)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.1)
    order = np.random.RandomState(0)
    none = torch.zeros(1)
    for _ in range(rounds):
        places = order.permutation(len(groups))
        for at in range(0, len(places), 32):
            loss = torch.zeros(())
            for place in places[at : at + 32]:
                pool, told = groups[place], model(standard[place])[:, 0]
                with_it = torch.logsumexp(torch.cat([told, none]), 0) - told[0]
                without = torch.logsumexp(torch.cat([told[1 + pool.num_same :], none]), 0)
                loss = loss + _WEIGHTS[pool.source] * (with_it + _NONE_WEIGHT * without)
            optimizer.zero_grad()
            (loss / 32).backward()
            optimizer.step()
    weights = model.weight.detach().numpy()[0]
    return EvidenceHead(mean, scale, weights.astype(np.float32), float(model.bias.detach()))


def judge(head: EvidenceHead, groups: Sequence[Pool]) -> dict[str, float]:
    """How often the answer comes first, is told (above 0) and right, told and wrong; and told where there is none."""
    encode = default_embedder().encode
    first = right = wrong = alarm = 0
    for pool in groups:
        told = head.score(features(pool.question, pool.lines, encode))
        without = told[1 + pool.num_same :]
        first += told.argmax() == 0
        right += told.argmax() == 0 and told[0] > 0
        wrong += told.argmax() != 0 and told.max() > 0
        alarm += without.max() > 0
    counts = {"first": first, "told_right": right, "told_wrong": wrong, "told_without_answer": alarm}
    return {name: round(int(count) / len(groups), 3) for name, count in counts.items()}


def unseen(test: Sequence[Asked], known: Sequence[Asked]) -> list[Asked]:
    """The test rows whose product and question the other parts don't have."""
    products, questions = {r.product for r in known}, {r.question for r in known}
    return [r for r in test if r.product not in products and r.question not in questions]


def save(head: EvidenceHead, path: Path) -> None:
    """Write the head as JSON: reading it runs no code."""
    parts = {"mean": head.mean, "scale": head.scale, "weights": head.weights}
    data = {name: [round(float(x), 5) for x in part] for name, part in parts.items()}
    path.write_text(json.dumps({**data, "bias": round(head.bias, 5)}) + "\n", encoding="utf-8")


def train(shared: Path) -> dict[str, dict[str, float]]:
    """Fit and write the head; how it does on the unseen part of the test questions, by kind of evidence."""
    folder = shared / "product-qa" / "hetPQA"
    if not (folder / "train.csv").is_file():
        raise SystemExit(f"{folder}: hetPQA isn't there; name the folder of data sets in BACKROOM_SHARED_DATA")
    known = read(folder / "train.csv") + read(folder / "dev.csv")
    head = fit(pools(known, 14, seed=1) + pools(known, 10, seed=2, num_same=2))
    save(head, HEAD)
    test = pools(unseen(read(folder / "test.csv"), known), 14, seed=0)
    kinds = {"attribute": {"attribute"}, "sentence": {"bullet", "Desc"}, "other": {"CQA", "review", "OSP"}}
    return {name: judge(head, [p for p in test if p.source in sources]) for name, sources in kinds.items()}
