"""Intents: a head on the packaged embeddings and words against TF-IDF, and against the default model as it comes.

Every data set has a head of its own, trained on its own training part: what is compared is the way, not the shop's act
head. Accuracy on the test part.
"""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from .data import Intents, Json, Missing

Prompt = Callable[[str, int], str]
"""Asks the model: (prompt, most tokens) -> its answer."""


def measure(name: str, data: Intents) -> Json:
    """Accuracies and milliseconds of CPU per utterance of both trained ways."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
    except ImportError:
        raise Missing("scikit-learn isn't installed (uv sync --extra finetune)") from None
    (texts, labels), (asked, right) = (list(map(list, zip(*part, strict=True))) for part in (data.train, data.test))
    baseline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=2000)
    ).fit(texts, labels)
    found, baseline_ms = _timed(lambda: baseline.predict(asked), len(asked))
    words = _vocabulary(texts)
    model = LogisticRegression(C=10, max_iter=2000).fit(_features(texts, words), labels)
    ours, ours_ms = _timed(lambda: model.predict(_features(asked, words)), len(asked))
    return {
        "data": name, "intents": len(set(labels)), "train": len(texts), "test": len(asked),
        "tfidf": _accuracy(found, right), "tfidf_ms": baseline_ms,
        "ours": _accuracy(ours, right), "ours_ms": ours_ms,
    }  # fmt: skip


def prompted(data: Intents, ask: Prompt, num: int) -> Json:
    """Accuracy of the model without fine-tuning, told the intents and two examples of each, on `num` utterances."""
    labels = sorted({label for _, label in data.train})
    draw = random.Random(2)
    examples = [draw.choice([t for t, x in data.train if x == label]) for label in labels]
    shown = "\n".join(f"{t[:60]} => {label}" for t, label in zip(examples, labels, strict=True))
    right = 0
    sample = draw.sample(data.test, min(num, len(data.test)))
    for text, label in sample:
        said = ask(f"Give the intent of a customer's message.\n{shown}\n{text[:120]} =>", 12)
        best = process.extractOne(said.strip().split("\n")[0], labels, scorer=fuzz.ratio)
        right += bool(best) and best[0] == label
    return {"model": round(right / max(1, len(sample)), 4), "model_sample": len(sample)}


def default_model() -> tuple[Prompt, Callable[[], None]]:
    """A way to ask the default model as it comes, greedily, and a way to close it."""
    import tempfile
    from pathlib import Path

    from assistant.config import Settings
    from assistant.engine.request import GenerateRequest, Token
    from assistant.runtime import open_runtime

    folder = tempfile.TemporaryDirectory(prefix="backroom-eval-")
    settings = Settings().override(shop={"db": Path(folder.name) / "shop.db"}, model={"slots": 1, "adapter": None})
    runtime = open_runtime(settings)

    def ask(prompt: str, max_tokens: int) -> str:
        tokens = tuple(runtime.tokenizer.chat([{"role": "user", "content": prompt}], generation_prompt=True))
        request = GenerateRequest(
            uuid.uuid4().hex, uuid.uuid4().hex, tokens[-1900:], max_tokens=max_tokens,
            stop_tokens=runtime.tokenizer.eos_tokens, deadline_s=120.0,
        )  # fmt: skip
        out = [event.token for event in runtime.process.generate(request) if isinstance(event, Token)]
        return runtime.tokenizer.decode(out)

    def close() -> None:
        runtime.close()
        folder.cleanup()

    return ask, close


def _vocabulary(texts: list[str], least: int = 3) -> dict[str, int]:
    from assistant.linear import word_features

    count = Counter(word for text in texts for word in word_features(text))
    return {w: at for at, w in enumerate(sorted(w for w, n in count.items() if n >= least))}


def _features(texts: list[str], words: dict[str, int]) -> Any:
    """Embeddings and words side by side, as the act head has them (finetune/heads.py)."""
    from scipy import sparse

    from assistant.linear import word_features
    from assistant.shop.embed import default_embedder

    found = [[words[w] for w in word_features(text) if w in words] for text in texts]
    ends = np.cumsum([0] + [len(f) for f in found]).astype(np.int32)  # scikit-learn takes no 64-bit indices
    columns = np.array([c for f in found for c in f], np.int32)
    counted = sparse.csr_matrix((np.full(len(columns), 0.3, np.float32), columns, ends), (len(texts), len(words)))
    return sparse.hstack([sparse.csr_matrix(default_embedder().encode(texts)), counted]).tocsr()


def _timed(work: Callable[[], Any], num: int) -> tuple[Any, float]:
    began = time.process_time()
    result = work()
    return result, round(1e3 * (time.process_time() - began) / num, 2)


def _accuracy(found: Any, right: list[str]) -> float:
    return round(float(np.mean(np.array(found) == np.array(right))), 4)
