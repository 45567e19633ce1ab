"""Trains the small classifiers that sit on packaged sentence embeddings, and saves them as JSON.

    python -m finetune.heads           # the act head, from finetune/data/acts*.txt; prints cross-validated accuracy
    python -m finetune.heads concepts  # the head for which attribute is asked, from finetune/data/concepts.txt
    python -m finetune.heads emotion   # the emotion head (emotion.py), from GoEmotions and finetune/data/emotions.txt
    python -m finetune.heads names     # the tagger of names and addresses (names_head.py)
    python -m finetune.heads safety    # what must not be answered (safety_head.py)
    python -m finetune.heads evidence  # which line of a shop's texts answers a question (evidence_head.py)

The act head is multinomial logistic regression on an L2-normalised MiniLM embedding and on the words of the text: one
weight row and one bias per label. It is saved as JSON (never pickle), so reading it runs no code. Where the public data
sets are at hand (`BACKROOM_SHARED_DATA`, else ../shared/data) their human texts are learnt from as well, at a lower
weight; they are not part of this repository. Needs the `finetune` extra (scikit-learn); the runtime does not.
Knows no dialogues and no torch.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.linear import word_features
from assistant.shop.embed import default_embedder

try:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
except ImportError as error:  # pragma: no cover - exercised by hand without the extra
    raise ImportError(
        "training a head needs scikit-learn: install the extra with `uv sync --extra finetune`"
    ) from error

ACTS_TEXT = Path(__file__).parent / "data" / "acts.txt"
ACTS_PATTERNS = Path(__file__).parent / "data" / "acts_patterns.txt"
EMOTIONS_TEXT = ACTS_TEXT.with_name("emotions.txt")
EMOTION_HEAD = Path(__file__).parents[1] / "assistant" / "understand" / "data" / "emotion.safetensors"
ACTS_HEAD = Path(__file__).parents[1] / "assistant" / "understand" / "data" / "acts.json"
CONCEPTS = Path(__file__).parent / "data" / "concepts.txt"
CONCEPTS_HEAD = Path(__file__).parents[1] / "assistant" / "act" / "data" / "concepts.json"
SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", str(Path(__file__).parents[2] / "shared" / "data")))

_WORD_SCALE = 0.3
_MIN_COUNT = 8  # a word in fewer texts has no weight of its own
_HUMAN_WEIGHT = 0.4
_BITEXT = {
    "cancel_order": "order", "change_order": "order", "track_order": "order", "get_refund": "order",
    "change_shipping_address": "order", "track_refund": "order", "check_refund_policy": "policy",
    "check_payment_methods": "policy", "delivery_options": "policy", "delivery_period": "policy",
    "contact_human_agent": "human", "complaint": "complaint",
}  # fmt: skip
"""Which act the intents of the bitext data set are; the others have none."""


@dataclass
class Examples:
    """Labelled texts with a weight each. Mutable while they are collected."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, texts: Sequence[str], labels: Sequence[str], weight: float = 1.0) -> None:
        self.texts += texts
        self.labels += labels
        self.weights += [weight] * len(texts)


def read_labelled(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels of a file in which `[label]` opens a section and every other line is an example."""
    texts: list[str] = []
    labels: list[str] = []
    label = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            label = line[1:-1]
        else:
            texts.append(line)
            labels.append(label)
    return texts, labels


def expand(pattern: str, limit: int = 8) -> list[str]:
    """At most `limit` of the texts that a line with `{a|b}` stands for, drawn with a seed of its own."""
    parts = re.split(r"\{([^{}]*)\}", pattern)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    texts = [" ".join("".join(words).split()) for words in itertools.product(*choices)]
    texts = list(dict.fromkeys(text for text in texts if text))
    return texts if len(texts) <= limit else random.Random(pattern).sample(texts, limit)


def read_patterns(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels of a file in the form of acts_patterns.txt."""
    texts, labels = read_labelled(path)
    pairs = [(text, label) for line, label in zip(texts, labels, strict=True) for text in expand(line)]
    return [text for text, _ in pairs], [label for _, label in pairs]


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
        for intent, act in _BITEXT.items():
            pairs += [(text, act) for text in draw.sample(by_intent[intent], 30)]
    if (path := folder / "safety" / "benign_wildguard.json").exists():
        prompts = [row["prompt"] for row in json.loads(path.read_text(encoding="utf-8"))]
        pairs += [(text, "none") for text in draw.sample([p for p in prompts if 15 < len(p) < 90], 150)]
    return [text for text, _ in pairs], [label for _, label in pairs]


def features(texts: Sequence[str], words: dict[str, int]) -> NDArray[np.float32]:
    """(num_texts, embedding + num_words): the embeddings, then `_WORD_SCALE` for every known word that is there."""
    encode = default_embedder().encode
    batches = [encode(list(texts[at : at + 64])) for at in range(0, len(texts), 64)]
    counted = np.zeros((len(texts), len(words)), np.float32)
    for row, text in enumerate(texts):
        counted[row, [words[w] for w in word_features(text) if w in words]] = _WORD_SCALE
    return np.hstack([np.vstack(batches), counted])


def train(examples: Examples, out: Path, *, strength: float = 10.0) -> float:
    """Fit a head, write it to `out`, and return its accuracy on the examples of full weight in five folds.

    `strength` is the inverse of the L2 penalty (scikit-learn's C).
    """
    count = Counter(word for text in examples.texts for word in word_features(text))
    words = {w: at for at, w in enumerate(sorted(w for w, n in count.items() if n >= _MIN_COUNT))}
    inputs, labels = features(examples.texts, words), np.array(examples.labels)
    weights = np.array(examples.weights)
    right: list[bool] = []
    for there, out_of_it in StratifiedKFold(5, shuffle=True, random_state=0).split(inputs, labels):
        model = _fit(inputs[there], labels[there], weights[there], strength)
        own = out_of_it[weights[out_of_it] == 1.0]
        right += list(model.predict(inputs[own]) == labels[own])
    model = _fit(inputs, labels, weights, strength)
    head = {
        "embedding": "all-MiniLM-L6-v2 int8",
        "labels": [str(label) for label in model.classes_],
        "words": list(words),
        "scale": _WORD_SCALE,
        "weights": [[round(float(w), 3) for w in row] for row in model.coef_],
        "bias": [round(float(b), 4) for b in model.intercept_],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(head) + "\n", encoding="utf-8")
    return float(np.mean(right))


def _fit(inputs: NDArray[np.float32], labels: NDArray[Any], weights: NDArray[Any], strength: float) -> Any:
    model = LogisticRegression(C=strength, max_iter=3000, class_weight="balanced")
    return model.fit(inputs, labels, sample_weight=weights)


def act_examples() -> Examples:
    """Everything that the act head learns from."""
    examples = Examples()
    examples.add(*read_labelled(ACTS_TEXT))
    examples.add(*read_patterns(ACTS_PATTERNS))
    human = human_examples(SHARED)
    if not human[0]:
        print(f"no public data sets at {SHARED}: learning from finetune/data alone")
    examples.add(*human, _HUMAN_WEIGHT)
    return examples


def train_emotion() -> None:
    """Fit the emotion head on GoEmotions and the shop's messages, and print how it does on GoEmotions' dev part."""
    from finetune import emotion

    folder = SHARED / "goemotions" / "ekman"
    if not (folder / "train.tsv").is_file():
        raise SystemExit(f"{folder}: GoEmotions isn't there; name the folder of data sets in BACKROOM_SHARED_DATA")
    shop = emotion.from_shop(*read_labelled(EMOTIONS_TEXT))
    train_part = emotion.together(emotion.read_goemotions(folder / "train.tsv"), shop)
    macro_f1 = emotion.train(train_part, emotion.read_goemotions(folder / "dev.tsv"), EMOTION_HEAD)
    print(f"{len(train_part.texts)} texts, macro-F1 on GoEmotions dev {macro_f1:.3f}, written to {EMOTION_HEAD.name}")


def train_acts() -> None:
    """Fit the act head; see assistant/understand/acts.py."""
    _train(act_examples(), ACTS_HEAD)


def train_concepts() -> None:
    """Fit the head for which attribute a question asks; see assistant/act/concepts.py."""
    examples = Examples()
    examples.add(*read_patterns(CONCEPTS))
    _train(examples, CONCEPTS_HEAD)


def _train(examples: Examples, out: Path) -> None:
    accuracy = train(examples, out)
    print(
        f"{len(examples.texts)} examples, {len(set(examples.labels))} labels, accuracy {accuracy:.3f} on the authored "
        f"ones (5-fold), written to {out.name}"
    )


def train_names() -> None:
    """Fit the tagger of names and addresses; see names_head.py."""
    from finetune import names_head

    print(f"{names_head.train(SHARED)} words, written to {names_head.HEAD.name}")


def train_safety() -> None:
    """Fit the safety head; see safety_head.py."""
    from finetune import safety_head

    print(f"{safety_head.train(SHARED)} texts, written to {safety_head.HEAD.name}")


def train_evidence() -> None:
    """Fit the head for which line answers a question; see evidence_head.py."""
    from finetune import evidence_head

    for kind, figures in evidence_head.train(SHARED).items():
        print(f"{kind}: {figures}")


HEADS = {
    "acts": train_acts,
    "concepts": train_concepts,
    "emotion": train_emotion,
    "evidence": train_evidence,
    "names": train_names,
    "safety": train_safety,
}


def main() -> None:
    which = sys.argv[1] if sys.argv[1:] else "acts"
    if which not in HEADS:
        raise SystemExit(f"no head {which!r}; there are {', '.join(HEADS)}")
    HEADS[which]()


if __name__ == "__main__":
    main()
