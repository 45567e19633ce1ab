"""Trains the small classifiers that sit on packaged sentence embeddings, and saves them as JSON.

    python -m finetune.heads           # the act head (acts_head.py), from what customers say in finetune/data
    python -m finetune.heads concepts  # the head for which attribute is asked, from finetune/data/concepts.txt
    python -m finetune.heads deeds     # what a clause wants done with an order (deeds_head.py)
    python -m finetune.heads emotion   # the emotion head (emotion.py), from GoEmotions and finetune/data/emotions.txt
    python -m finetune.heads names     # the tagger of names and addresses (names_head.py)
    backroom finetune head messages    # what must not be answered, with an encoder of its own (message_bundle.py)
    backroom finetune head safety      # the second head for that (safety_head.py); acts and emotion with gates too
    python -m finetune.heads evidence  # which lines of a shop are worth reading for a question (evidence_head.py)
    python -m finetune.heads lines     # which of them answers it, an encoder trained whole (line_training.py)
    python -m finetune.reading_judge, python -m finetune.answer_reader    # which way to take a message is right

A linear head is multinomial logistic regression on an L2-normalised MiniLM embedding and on the words of the text: one
weight row and one bias per label. It is saved as JSON (never pickle), so reading it runs no code. Needs the `finetune`
extra (scikit-learn); the runtime does not.
Knows no dialogues and no torch.
"""

from __future__ import annotations

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

DATA = Path(__file__).parent / "data"
EMOTIONS_TEXT = DATA / "emotions.txt"
EMOTION_HEAD = Path(__file__).parents[1] / "assistant" / "understand" / "data" / "emotion.safetensors"
CONCEPTS = DATA / "concepts.txt"
CONCEPTS_HEAD = Path(__file__).parents[1] / "assistant" / "act" / "data" / "concepts.json"
SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", str(Path(__file__).parents[2] / "shared" / "data")))


@dataclass(frozen=True)
class Fit:
    """How a head is fitted."""

    strength: float = 10.0
    """The inverse of the L2 penalty (scikit-learn's C)."""
    balance: float = 1.0
    """1: every label weighs the same; 0: as much as its examples; between: (mean / own) to that power."""
    scale: float = 0.3
    """What a known word adds to the inputs, beside an embedding of length one."""
    least: int = 8
    """A word in fewer texts has no weight of its own."""


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


def features(texts: Sequence[str], words: dict[str, int], scale: float = Fit.scale) -> NDArray[np.float32]:
    """(num_texts, embedding + num_words): the embeddings, then `scale` for every known word that is there."""
    encode = default_embedder().encode
    batches = [encode(list(texts[at : at + 64])) for at in range(0, len(texts), 64)]
    counted = np.zeros((len(texts), len(words)), np.float32)
    for row, text in enumerate(texts):
        counted[row, [words[w] for w in word_features(text) if w in words]] = scale
    return np.hstack([np.vstack(batches), counted])


def train(examples: Examples, out: Path, how: Fit = Fit()) -> float:
    """Fit a head, write it to `out`, and return its accuracy on the examples of full weight in five folds."""
    words = known_words(examples.texts, how)
    inputs, labels = features(examples.texts, words, how.scale), np.array(examples.labels)
    weights = np.array(examples.weights)
    right: list[bool] = []
    for there, out_of_it in StratifiedKFold(5, shuffle=True, random_state=0).split(inputs, labels):
        model = fit(inputs[there], labels[there], weights[there], how)
        own = out_of_it[weights[out_of_it] == 1.0]
        right += list(model.predict(inputs[own]) == labels[own])
    write(fit(inputs, labels, weights, how), words, how, out)
    return float(np.mean(right))


def known_words(texts: Sequence[str], how: Fit) -> dict[str, int]:
    """The words that get a weight of their own -> their columns."""
    count = Counter(word for text in texts for word in word_features(text))
    return {w: at for at, w in enumerate(sorted(w for w, n in count.items() if n >= how.least))}


def fit(inputs: NDArray[np.float32], labels: NDArray[Any], weights: NDArray[Any], how: Fit) -> Any:
    """A scikit-learn model with `classes_`, `coef_`, `intercept_` and `predict_proba`."""
    shares = {label: float(weights[labels == label].sum()) for label in set(labels)}
    mean = float(np.mean(list(shares.values())))
    weighed = weights * np.array([(mean / shares[label]) ** how.balance for label in labels])
    return LogisticRegression(C=how.strength, max_iter=3000).fit(inputs, labels, sample_weight=weighed)


def write(model: Any, words: dict[str, int], how: Fit, out: Path) -> None:
    """The model as JSON, in the form that assistant/linear.py loads."""
    head = {
        "embedding": "all-MiniLM-L6-v2 int8",
        "labels": [str(label) for label in model.classes_],
        "words": list(words),
        "scale": how.scale,
        "weights": [[round(float(w), 3) for w in row] for row in model.coef_],
        "bias": [round(float(b), 4) for b in model.intercept_],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(head) + "\n", encoding="utf-8")


def train_emotion(out: Path = EMOTION_HEAD) -> None:
    """Fit the emotion head on GoEmotions and the shop's messages, and print how it does on GoEmotions' dev part."""
    from finetune import emotion

    folder = SHARED / "goemotions" / "ekman"
    if not (folder / "train.tsv").is_file():
        raise SystemExit(f"{folder}: GoEmotions isn't there; name the folder of data sets in BACKROOM_SHARED_DATA")
    shop = emotion.from_shop(*read_labelled(EMOTIONS_TEXT))
    files = [DATA / "acts.txt", *sorted((DATA / "acts").glob("*.txt"))]
    texts, acts = (list(itertools.chain(*parts)) for parts in zip(*map(read_labelled, files), strict=True))
    public = emotion.read_goemotions(folder / "train.tsv")
    train_part = emotion.together(public, shop, emotion.plain(texts, acts))
    macro_f1 = emotion.train(train_part, emotion.read_goemotions(folder / "dev.tsv"), out)
    print(f"{len(train_part.texts)} texts, macro-F1 on GoEmotions dev {macro_f1:.3f}, written to {out.name}")


def train_acts() -> None:
    """Fit the act head; see acts_head.py."""
    from finetune import acts_head

    acts_head.train_acts(sys.argv[2:])


def train_concepts() -> None:
    """Fit the head for which attribute a question asks; see assistant/act/concepts.py."""
    examples = Examples()
    examples.add(*read_patterns(CONCEPTS))
    _train(examples, CONCEPTS_HEAD)


def train_deeds() -> None:
    """Fit the head for what a clause wants done with an order; see deeds_head.py."""
    from finetune import deeds_head

    num_texts, accuracy = deeds_head.train_deeds()
    print(f"{num_texts} texts, accuracy {accuracy:.3f} on the deeds' own (5-fold), written to {deeds_head.HEAD.name}")


def _train(examples: Examples, out: Path) -> None:
    accuracy = train(examples, out)
    print(
        f"{len(examples.texts)} examples, {len(set(examples.labels))} labels, accuracy {accuracy:.3f} on the authored "
        f"ones (5-fold), written to {out.name}"
    )


def train_names() -> None:
    """Fit the tagger of names and addresses; see names_head.py."""
    from finetune import names_head

    print(f"{names_head.train(SHARED)} texts, written to {names_head.HEAD.name}")


def train_evidence() -> None:
    """Fit the head for which line answers a question; see evidence_head.py."""
    from finetune import evidence_head

    for kind, figures in evidence_head.train(SHARED).items():
        print(f"{kind}: {figures}")


def train_lines() -> None:
    """Fit the encoder that tells how well a line answers; see line_training.py."""
    from finetune import line_training

    for kind, figures in line_training.train_reader(SHARED).items():
        print(f"{kind}: {figures}")


HEADS = {
    "acts": train_acts,
    "concepts": train_concepts,
    "deeds": train_deeds,
    "emotion": train_emotion,
    "evidence": train_evidence,
    "lines": train_lines,
    "names": train_names,
}


def main() -> None:
    which = sys.argv[1] if sys.argv[1:] else "acts"
    if which not in HEADS:
        raise SystemExit(f"no head {which!r}; there are {', '.join(HEADS)}")
    HEADS[which]()


if __name__ == "__main__":
    main()
