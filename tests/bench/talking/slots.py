"""Slots of MultiDoGO: a linear tagger over words and their neighbours against each word's commonest label.

F1 over whole slots: a run of words with one label counts when it is found from its first word to its last.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby
from typing import Any

from .data import Json, Missing

Rows = list[tuple[list[str], list[str]]]


def measure(train: Rows, test: Rows) -> Json:
    try:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import SGDClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer
    except ImportError:
        raise Missing("scikit-learn isn't installed (uv sync --extra finetune)") from None
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for words, labels in train:
        for word, label in zip(words, labels, strict=True):
            seen[word.lower()][label] += 1
    common = {word: count.most_common(1)[0][0] for word, count in seen.items()}
    tagger = make_pipeline(
        DictVectorizer(),
        FunctionTransformer(_short_indices),
        SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=12, random_state=0),
    )
    tagger.fit([f for words, _ in train for f in _features(words)], [x for _, labels in train for x in labels])
    gold = [labels for _, labels in test]
    tagged = [list(tagger.predict(_features(words))) for words, _ in test]
    looked_up = [[common.get(w.lower(), "O") for w in words] for words, _ in test]
    return {
        "data": "multidogo slots", "labels": len({x for labels in gold for x in labels if x != "O"}),
        "train": len(train), "test": len(test), "commonest_f1": _f1(gold, looked_up), "ours_f1": _f1(gold, tagged),
    }  # fmt: skip


def _short_indices(matrix: Any) -> Any:
    """The sparse matrix with the 32-bit indices that scikit-learn wants."""
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    return matrix


def _features(words: list[str]) -> list[dict[str, float]]:
    padded = ["<", "<", *(w.lower() for w in words), ">", ">"]
    rows = []
    for at in range(2, len(words) + 2):
        word = padded[at]
        row = {f"{d}:{padded[at + d]}": 1.0 for d in (-2, -1, 0, 1, 2)}
        row |= {f"pair:{padded[at - 1]} {word}": 1.0, f"next:{word} {padded[at + 1]}": 1.0}
        row |= {f"end:{word[-n:]}": 1.0 for n in (2, 3, 4)} | {"digit": float(word[:1].isdigit())}
        rows.append(row)
    return rows


def _spans(labels: list[str]) -> set[tuple[int, int, str]]:
    out, at = set(), 0
    for label, run in groupby(labels):
        size = len(list(run))
        if label != "O":
            out.add((at, at + size, label))
        at += size
    return out


def _f1(gold: list[list[str]], found: list[list[str]]) -> float:
    pairs = [(_spans(g), _spans(f)) for g, f in zip(gold, found, strict=True)]
    right = sum(len(g & f) for g, f in pairs)
    return round(2 * right / max(1, sum(len(g) + len(f) for g, f in pairs)), 4)
