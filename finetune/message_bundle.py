"""Trains the encoder of messages with the screening's first head, and writes the one file that the runtime loads.

    train_to(out, shared)    the layers (assistant/encoder.py) and the head's arrays (assistant/screen/head.py)

The head's log-odds are brought to the scale that judge.py's allowances are made for, and its decision to 0, on an
eighth of the texts that the training doesn't see, with the states that the runtime computes in int8. Moods and acts are
learnt along for the layers' sake; their heads aren't kept. Needs the `finetune` extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from assistant.encoder import Encoder
from assistant.screen.head import SafetyHead
from assistant.screen.plain import BUCKETS, pieces, plain
from finetune import safety_lessons
from finetune.message_heads import Floats, Pooled
from finetune.message_layers import Top
from finetune.message_tasks import Safety, acts, moods
from finetune.message_train import Report, Settings, train
from finetune.safety_data import OK, Example

_SCARY_REFUSED = 0.06
"""The share of frightening harmless texts that may be refused, of those that the decision is chosen on."""
_STRENGTH = 30.0  # the inverse of the L2 penalty on the words
SPREAD = 15.0
"""The log-odds between the middle of the harmless texts and of the harmful ones, as judge.py's allowances assume."""


def train_to(out: Path, shared: Path, settings: Settings | None = None, report: Report = print) -> None:
    """Train and write `out`. Deterministic for a seed."""
    shown, chosen_on = safety_lessons.apart(safety_lessons.lessons(shared))
    safety = Safety(shown)
    tasks = {"safety": safety, "emotion": moods(shared), "acts": acts()}
    save(train(tasks, settings or Settings(), report), safety, of_words(shown), chosen_on, out)


def save(top: Top, safety: Safety, words: dict[str, Floats], chosen_on: Sequence[Example], out: Path) -> None:
    """Write the layers and the head, its decision chosen on `chosen_on`."""
    assert isinstance(safety.head, Pooled)
    out.parent.mkdir(parents=True, exist_ok=True)
    arrays = safety.head.arrays() | words
    save_file(top.packed() | stored(arrays), out)
    save_file(top.packed() | stored(decided(arrays, Encoder.open(out), chosen_on)), out)
    out.chmod(0o644)


def stored(arrays: dict[str, Floats]) -> dict[str, NDArray[Any]]:
    """The large arrays in half precision."""
    whole = ("bias", "words_bias")
    return {n: np.ascontiguousarray(v.astype(np.float32 if n in whole else np.float16)) for n, v in arrays.items()}


def decided(arrays: dict[str, Floats], encoder: Encoder, rows: Sequence[Example]) -> dict[str, Floats]:
    """The head with its verdict's log-odds moved and stretched as `rows` want it."""
    head = SafetyHead(arrays)
    scores = np.array([
        head.scores(head.of_pieces(plain(row.text)), encoder.states(row.text[: safety_lessons.ENCODED])[1:-1])[0]
        for row in rows
    ])  # fmt: skip
    harmful = np.array([row.label != OK for row in rows])
    scary = np.array([row.source in safety_lessons.SCARY for row in rows]) & ~harmful
    offset = float(np.quantile(scores[scary], 1 - _SCARY_REFUSED))
    scale = SPREAD / float(np.median(scores[harmful]) - np.median(scores[~harmful & ~scary]))
    changed = {name: value.copy() for name, value in arrays.items()}
    changed["bias"][0] -= offset
    for name in ("hashed", "dense", "out", "bias"):
        changed[name][..., 0] *= scale
    return changed


def of_words(rows: Sequence[Example]) -> dict[str, Floats]:
    """What the words of a text tell by themselves: logistic regression on its pieces."""
    found = [np.array(pieces(plain(row.text)) or [0]) for row in rows]
    ends = np.cumsum([0, *(len(each) for each in found)])
    values = np.concatenate([np.full(len(each), 1 / np.sqrt(len(each)), np.float32) for each in found])
    weights = np.array([safety_lessons.weight(row) for row in rows])
    model = LogisticRegression(C=_STRENGTH, max_iter=200).fit(
        csr_matrix((values, np.concatenate(found), ends), (len(rows), BUCKETS)),
        [row.label != OK for row in rows],
        sample_weight=weights / weights.mean(),
    )
    return {"words": model.coef_[0].astype(np.float32), "words_bias": model.intercept_.astype(np.float32)}
