"""Trains the small classifiers that sit on packaged sentence embeddings, and saves them as JSON.

    python -m finetune.heads        # trains the act head from finetune/data/acts.txt, prints cross-validated accuracy

A head is multinomial logistic regression on L2-normalised MiniLM embeddings: one weight row and one bias per label. It
is saved as JSON (never pickle), so reading it runs no code. Needs the `finetune` extra (scikit-learn); the runtime does
not. Knows no dialogues and no torch.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from assistant.shop.embed import default_embedder

try:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
except ImportError as error:  # pragma: no cover - exercised by hand without the extra
    raise ImportError(
        "training a head needs scikit-learn: install the extra with `uv sync --extra finetune`"
    ) from error

ACTS_TEXT = Path(__file__).parent / "data" / "acts.txt"
ACTS_HEAD = Path(__file__).parents[1] / "assistant" / "understand" / "data" / "acts.json"


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


def train(texts: list[str], labels: list[str], out: Path, *, strength: float = 10.0) -> float:
    """Fit a head, write it to `out`, and return its accuracy in five-fold cross-validation.

    `strength` is the inverse of the L2 penalty (scikit-learn's C).
    """
    features = default_embedder().encode(texts)
    model = LogisticRegression(C=strength, max_iter=3000, class_weight="balanced")
    predicted = cross_val_predict(model, features, labels, cv=5)
    model.fit(features, labels)
    head = {
        "embedding": "all-MiniLM-L6-v2 int8",
        "labels": [str(label) for label in model.classes_],
        "weights": [[round(float(w), 4) for w in row] for row in model.coef_],
        "bias": [round(float(b), 4) for b in model.intercept_],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(head) + "\n", encoding="utf-8")
    return float(np.mean(predicted == np.array(labels)))


def main() -> None:
    texts, labels = read_labelled(ACTS_TEXT)
    accuracy = train(texts, labels, ACTS_HEAD)
    print(
        f"{len(texts)} examples, {len(set(labels))} acts, accuracy {accuracy:.3f} (5-fold), written to {ACTS_HEAD.name}"
    )


if __name__ == "__main__":
    main()
