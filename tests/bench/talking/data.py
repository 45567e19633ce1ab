"""Where the evaluation's texts come from: public data sets beside the checkout, and the cases that lie here.

A data set that isn't there raises Missing, which the report says plainly. Knows no model.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", str(ROOT.parent / "shared" / "data")))
Json = dict[str, Any]


class Missing(Exception):
    """A data set or a package isn't there; the text says which."""


@dataclass(frozen=True)
class Intents:
    """Utterances with their intent, for training and for testing."""

    train: list[tuple[str, str]]
    test: list[tuple[str, str]]


def multidogo(num_train: int, num_test: int) -> Intents:
    """Customers' turns of MultiDoGO (fast food), by its own split; at most so many, drawn with a fixed seed."""
    folder = SHARED / "multidogo-fastfood"
    parts = []
    for name, most in (("train", num_train), ("test", num_test)):
        rows = [(r[0], r[2]) for r in _rows(folder / f"{name}.tsv")]
        parts.append(random.Random(1).sample(rows, min(most, len(rows))))
    return Intents(parts[0], parts[1])


def multidogo_slots(name: str, most: int) -> list[tuple[list[str], list[str]]]:
    """Words and their slot labels ("O" for none) of a part of MultiDoGO."""
    rows = [(r[0].split(), r[1].split()) for r in _rows(SHARED / "multidogo-fastfood" / f"{name}.tsv")]
    rows = [(words, labels) for words, labels in rows if len(words) == len(labels)]
    return random.Random(1).sample(rows, min(most, len(rows)))


def _rows(path: Path) -> list[list[str]]:
    """(utterance, slot labels, intent) of a MultiDoGO file, whose columns differ between its parts."""
    if not path.exists():
        raise Missing(f"{path} isn't there")
    lines = path.read_text("utf-8").splitlines()
    wanted = [lines[0].split("\t").index(name) for name in ("utterance", "slot-labels", "intent")]
    cells = (line.split("\t") for line in lines[1:])
    return [[row[at].strip() for at in wanted] for row in cells if len(row) > max(wanted) and row[wanted[2]].strip()]


def bitext() -> Intents:
    """Bitext's requests; a third is the test. Requests that differ only in their numbers count once."""
    path = SHARED / "bitext" / "customer_support.csv"
    if not path.exists():
        raise Missing(f"{path} isn't there")
    with path.open(encoding="utf-8") as file:
        pairs = {
            re.sub(r"\d+", "0", r["instruction"].lower()): (r["instruction"], r["intent"]) for r in csv.DictReader(file)
        }
    rows = sorted(pairs.values())
    random.Random(1).shuffle(rows)
    cut = 2 * len(rows) // 3
    return Intents(rows[:cut], rows[cut:])


def read_jsonl(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
