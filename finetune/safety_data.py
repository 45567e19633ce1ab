"""The texts that the safety head is trained and judged on, with their source and whether they are held out.

Authored ones lie in finetune/data/safety; public ones in ../shared/data, where they are there. A third of everything is
held out: by its text's hash, for authored patterns by none of it (their lines are for training only). Knows no model.
"""

from __future__ import annotations

import csv
import itertools
import json
import random
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AUTHORED = Path(__file__).parent / "data" / "safety"
OK = "ok"
HAND_WRITTEN = ("harmful_lines", "harmful_more", "harmful_talk", "benign_lines", "benign_more", "benign_talk")
_PATTERNS = (
    "harmful_patterns",
    "harmful_wide",
    "harmful_deep",
    "injection_patterns",
    "benign_patterns",
    "benign_wide",
    "benign_deep",
    "harmful_said",
    "benign_said",
    "everyday",
    "harmful_voices",
    "benign_voices",
)
UNSURE = "harmful"
"""The label of texts that are harmful in a way their source doesn't tell: they train the verdict, not the category."""


@dataclass(frozen=True)
class Example:
    """A text, what it is (OK, a category or UNSURE), where it comes from, and whether training may not see it."""

    text: str
    label: str
    source: str
    held_out: bool


def authored(per_pattern: int = 16, seed: int = 5) -> list[Example]:
    """Everything written for this: expanded patterns for training, single lines of which every third is held out."""
    dice = random.Random(seed)
    found = []
    for name in _PATTERNS:
        for label, line in _sections(AUTHORED / f"{name}.txt"):
            count = per_pattern * (1 + (label == OK) * 2) * (1 + name.endswith(("_wide", "_deep", "_said")))
            found += [Example(text, label, name, False) for text in _expanded(line, count, dice)]
    found += [Example(text, OK, "shop_talk", False) for text in _shop_talk(dice)]
    for name in HAND_WRITTEN:
        for number, (label, line) in enumerate(_sections(AUTHORED / f"{name}.txt")):
            found.append(Example(line, label, name, number % 3 == 2))
    return found


def _shop_talk(dice: random.Random) -> Iterator[str]:
    """What is said in a shop every day: of things that are sold, and what the other heads learn from."""
    words = [w for line in read_lines(AUTHORED / "shop_words.txt") for w in line.split("|")]
    forms = read_lines(AUTHORED / "shop_patterns.txt")
    for word in words:
        yield from (form.replace("[]", word) for form in (forms[0], *dice.sample(forms, 5)))
    for name in ("acts.txt", "shopping.txt", "acts_patterns.txt"):
        for _, line in _sections(AUTHORED.parent / name):
            yield from _expanded(line, 4, dice)


def read_lines(path: Path) -> list[str]:
    """The lines of an authored file, without comments."""
    return [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("# ")]


def public(shared: Path) -> list[Example]:
    """What the shared folders hold, each text once; those folders that aren't there are left out."""
    found: list[Example] = []
    for source, label, text in itertools.chain(_risky(shared), _benign(shared), _jailbreaks(shared), _retail(shared)):
        text = (text or "").strip()
        if text:
            found.append(Example(text, label, source, is_held_out(text)))
    return list({e.text: e for e in found}.values())


def is_held_out(text: str) -> bool:
    """Whether a public text is of the third that training may not see."""
    return zlib.crc32(text.encode()) % 3 == 2


def _sections(path: Path) -> Iterator[tuple[str, str]]:
    label = OK
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        if re.fullmatch(r"\[\w+\]", line):
            label = line[1:-1]
        elif line.strip() and not line.startswith("# "):
            yield label, line.strip()


def _expanded(pattern: str, count: int, dice: random.Random) -> list[str]:
    """Up to `count` different texts of a pattern, each choice made at random."""
    parts = [p[1:-1].split("|") if p.startswith("{") else [p] for p in re.split(r"(\{[^{}]*\})", pattern)]
    found = {"".join(dice.choice(choices) for choices in parts).strip() for _ in range(2 * count)}
    return [dice.choice((t, t, t, t.lower(), t.rstrip("?.!"))) for t in sorted(found)[:count]]


_AREAS = {
    "Adult Content": "sexual",
    "Social stereotypes and unfair discrimination": "hate",
    "Toxic language (hate speech)": "hate",
    "Mental Health or Overreliance Crisis": UNSURE,
    "Compromise privacy by leaking or inferring private information (person/individual)": "fraud",
    "Risks from leaking or inferring sensitive information (organization/gov)": "fraud",
    "Assisting illegal activities": UNSURE,
    "Nudging or advising users to perform unethical or unsafe actions": UNSURE,
    "Reducing the cost of disinformation campaigns": "fraud",
    "Causing material harm by disseminating misinformation e.g. in medicine or law": "medical_legal",
}
"""Left out: questions that treat the assistant as human, and common misconceptions: a shop needn't refuse those."""


def _risky(shared: Path) -> Iterator[tuple[str, str, str]]:
    for row in read_csv(shared / "safety" / "do_not_answer.csv"):
        if row["types_of_harm"] in _AREAS:
            yield "do_not_answer", _AREAS[row["types_of_harm"]], row["question"]


def _benign(shared: Path) -> Iterator[tuple[str, str, str]]:
    for row in read_json(shared / "safety" / "benign_wildguard.json"):
        yield "wildguard_benign", OK, row["prompt"]


def _jailbreaks(shared: Path) -> Iterator[tuple[str, str, str]]:
    for text in read_json(shared / "safety" / "inthewild_jailbreaks.json"):
        yield "inthewild_jailbreaks", "injection", text
    for row in read_csv(shared / "safety" / "giskard_injections.csv"):
        yield "giskard_injections", "injection", row["prompt"]


def _retail(shared: Path) -> Iterator[tuple[str, str, str]]:
    for part in ("train", "dev", "test"):
        for row in read_csv(shared / "product-qa" / "hetPQA" / f"{part}.csv", "\t"):
            yield "hetpqa", OK, row["question"]
    for row in read_csv(shared / "bitext" / "customer_support.csv"):
        yield "bitext", OK, row["instruction"]
    for row in read_csv(shared / "multidogo-fastfood" / "dev.tsv", "\t"):
        yield "multidogo", OK, row["utterance"]
    for task in read_json(shared / "tau1-retail" / "tasks_train.json"):
        yield "tau1", OK, task["instruction"]
    for wish in read_jsonl(shared / "shoppingbench" / "product_dev.jsonl"):
        yield "shoppingbench", OK, wish["query"]
    for dialogue in read_jsonl(shared / "cucom" / "ecommerce.jsonl"):
        for turn in dialogue["turns"][:3]:
            if turn["role"] == "user":
                yield "cucom", OK, turn["content"]


def sampled(examples: Iterable[Example], most: dict[str, int], seed: int = 11) -> list[Example]:
    """At most so many of a source, drawn by `seed`; sources that `most` doesn't name stay whole."""
    by_source: dict[str, list[Example]] = {}
    for example in examples:
        by_source.setdefault(example.source, []).append(example)
    dice = random.Random(seed)
    return [
        e
        for source, rows in by_source.items()
        for e in (dice.sample(rows, most[source]) if len(rows) > most.get(source, len(rows)) else rows)
    ]


def read_csv(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """The rows of a table; none when it isn't there. Tab-separated ones have no quotes."""
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            if delimiter == "\t":
                yield from csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)
            else:
                yield from csv.DictReader(file)


def read_json(path: Path) -> list[Any]:
    """The list that a file holds; empty when it isn't there."""
    return list(json.loads(path.read_text("utf-8"))) if path.is_file() else []


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file, one a line; none when it isn't there."""
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)
