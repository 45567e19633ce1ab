"""Trains the act head (assistant/understand/acts.py) on customers' lines, and says how it reads writers it never saw.

    python -m finetune.heads acts             # from finetune/data/acts*.txt and finetune/data/acts/*.txt
    python -m finetune.heads acts young terse # before that, how well each of these writers is read by the others' head

Every file of finetune/data/acts holds one kind of writer (terse, chatty, second language, ...), so that leaving a file
out is a test on wordings of somebody else. `*thing*` in a line is something for sale: the runtime shows it to the head
as "the item", "items", or as it is, so all three are learnt. Half of the lines are learnt with slips as well (no
apostrophes, no capitals, no question mark, a wrong letter). Where the public data sets are at hand
(`BACKROOM_SHARED_DATA`, else ../shared/data) their human texts are learnt from as well, at a lower weight; they are not
part of this repository. Knows no dialogues and no torch.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.language import words_to_numbers
from finetune.heads import DATA, SHARED, Examples, Fit, features, fit, known_words, read_labelled, read_patterns, write

AUTHORED = DATA / "acts"
HEAD = Path(__file__).parents[1] / "assistant" / "understand" / "data" / "acts.json"
HOW = Fit(strength=5.0, balance=0.5, scale=0.5, least=4)
_PATTERN_WEIGHT = 0.5
_HUMAN_WEIGHT = 0.4
BITEXT = {
    "cancel_order": "order", "change_order": "order", "track_order": "order", "get_refund": "order",
    "change_shipping_address": "order", "track_refund": "order", "check_refund_policy": "policy",
    "check_payment_methods": "policy", "delivery_options": "policy", "delivery_period": "policy",
    "contact_human_agent": "human", "complaint": "complaint",
}  # fmt: skip
"""Which act the intents of the bitext data set are; the others have none."""

_THING = re.compile(r"\*((?:the|a|an|some|one|this|that)\s+)?([^*]+)\*", re.IGNORECASE)
_POINTED = re.compile(
    r"\b(?:the|a|an|any|your|this|that|my|our|me|some|these|those|no|one|which|what|of|\w+est)\s*$", re.I
)


def as_shown(line: str) -> list[str]:
    """The forms in which the head may see a line: its things as they are, as a named product, as a kind of thing.

    "my *kettle* leaks" -> "my kettle leaks", "my item leaks", "my items leaks": the runtime masks just so.
    """
    if "*" not in line:
        return [words_to_numbers(line)]

    def named(match: re.Match[str]) -> str:
        determiner = match[1] or ("" if _POINTED.search(line[: match.start()]) else "the ")
        return f"{determiner}item"

    forms = [line.replace("*", ""), _THING.sub(named, line), _THING.sub(lambda m: f"{m[1] or ''}items", line)]
    return list(dict.fromkeys(words_to_numbers(form) for form in forms))


def slipped(text: str, draw: random.Random) -> str:
    """`text` as it is typed in a hurry: one or two of the usual slips."""
    for slip in draw.sample(("case", "mark", "apostrophe", "letter"), 2):
        if slip == "case":
            text = text.lower()
        elif slip == "mark":
            text = text.rstrip(".?!") if text[-1:] in ".?!" else text + draw.choice(("?", ".", "??", "!"))
        elif slip == "apostrophe":
            text = text.replace("'", "")
        else:
            text = _mistyped(text, draw)
    return text


def _mistyped(text: str, draw: random.Random) -> str:
    long = [m for m in re.finditer(r"[A-Za-z]{5,}", text) if m[0] != "items"]
    if not long:
        return text
    word = draw.choice(long)
    at = draw.randrange(word.start() + 1, word.end() - 1)
    swapped, dropped = text[at + 1] + text[at], ""
    return text[:at] + draw.choice((swapped, dropped + text[at + 1])) + text[at + 2 :]


def authored(path: Path) -> Examples:
    """A file's lines in every form; the forms of a line share its weight of one."""
    draw = random.Random(path.stem)
    found = Examples()
    for line, label in zip(*read_labelled(path), strict=True):
        forms = as_shown(line)
        if draw.random() < 0.5:
            forms = list(dict.fromkeys([*forms, slipped(draw.choice(forms), draw)]))
        found.add(forms, [label] * len(forms), 1.0 / len(forms))
    return found


def human_examples(folder: Path) -> tuple[list[str], list[str]]:
    """What people really asked: of products (hetPQA), of a shop (bitext), and of anything else (benign prompts).

    Empty for a data set that isn't there. The samples are drawn with a fixed seed.
    """
    draw = random.Random(3)
    pairs: list[tuple[str, str]] = []
    if (path := folder / "product-qa" / "hetPQA" / "train.csv").exists():
        rows = csv.DictReader(path.open(encoding="utf-8"), delimiter="\t")
        asked = {r["question"] for r in rows if r["source"] in ("attribute", "bullet", "Desc", "CQA")}
        short = sorted(q for q in asked if len(q) < 90)
        pairs += [(q, "details") for q in draw.sample(short, min(300, len(short)))]
    if (path := folder / "bitext" / "customer_support.csv").exists():
        by_intent: dict[str, list[str]] = {}
        for row in csv.DictReader(path.open(encoding="utf-8")):
            by_intent.setdefault(row["intent"], []).append(row["instruction"])
        for intent, act in BITEXT.items():
            pairs += [(text, act) for text in draw.sample(by_intent[intent], 30)]
    if (path := folder / "safety" / "benign_wildguard.json").exists():
        prompts = [row["prompt"] for row in json.loads(path.read_text(encoding="utf-8"))]
        pairs += [(text, "none") for text in draw.sample([p for p in prompts if 15 < len(p) < 90], 150)]
    return [text for text, _ in pairs], [label for _, label in pairs]


def sources() -> dict[str, Examples]:
    """Everything that the act head learns from, by where it comes from."""
    found = {"acts": Examples(), "patterns": Examples(), "public": Examples()}
    found["acts"].add(*read_labelled(DATA / "acts.txt"))
    found["patterns"].add(*read_patterns(DATA / "acts_patterns.txt"), _PATTERN_WEIGHT)
    found["public"].add(*human_examples(SHARED), _HUMAN_WEIGHT)
    if not found["public"].texts:
        print(f"no public data sets at {SHARED}: learning from finetune/data alone")
    return found | {path.stem: authored(path) for path in sorted(AUTHORED.glob("*.txt"))}


def together(parts: Sequence[Examples]) -> Examples:
    """All examples of several sources."""
    whole = Examples()
    for part in parts:
        whole.texts += part.texts
        whole.labels += part.labels
        whole.weights += part.weights
    return whole


def act_examples() -> Examples:
    """Everything that the act head learns from."""
    return together(list(sources().values()))


def held_out(found: dict[str, Examples], writer: str) -> float:
    """The accuracy on one writer's lines of a head that has learnt from all the others."""
    own, others = found[writer], together([part for name, part in found.items() if name != writer])
    words = known_words(others.texts, HOW)
    model = fit(features(others.texts, words, HOW.scale), np.array(others.labels), np.array(others.weights), HOW)
    right = model.predict(features(own.texts, words, HOW.scale)) == np.array(own.labels)
    return float(np.average(right, weights=own.weights))


def train_acts(writers: Sequence[str] = (), out: Path = HEAD) -> None:
    """Fit the act head, write it to `out`; before that print how a head without each of `writers` reads them."""
    found = sources()
    for writer in writers:
        print(f"{writer}: {held_out(found, writer):.3f}")
    whole = together(list(found.values()))
    words = known_words(whole.texts, HOW)
    model = fit(features(whole.texts, words, HOW.scale), np.array(whole.labels), np.array(whole.weights), HOW)
    write(model, words, HOW, out)
    print(f"{len(whole.texts)} examples, {len(set(whole.labels))} labels, written to {out.name}")
