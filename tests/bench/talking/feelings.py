"""The emotion head on GoEmotions' dev part and on messages of a shop, and what it costs.

GoEmotions: macro-F1 over Ekman's classes and neutral, several labels per text; each half of the set is judged with the
thresholds of the other half. Shop messages (tests/bench/emotion/shop.jsonl): the one label that a turn's RECORD shows.
"""

from __future__ import annotations

import time

import numpy as np

from .data import HERE, SHARED, Json, Missing, read_jsonl

PUBLISHED = 0.624
"""BERT's macro-F1 on GoEmotions' test part in Ekman classes, as published."""


def shop_messages(split: str) -> tuple[Json, list[str]]:
    """Accuracy and macro-F1 of the shown label on the messages of `split` ("dev", "heldout"), and the misses."""
    from assistant.messages import states_of
    from assistant.understand.feeling import EMOTIONS, default_head

    head = default_head()
    head.feel("warm", states_of("warm"))
    rows = [r for r in read_jsonl(HERE / "emotion" / "shop.jsonl") if r["split"] == split]
    pairs, spent, misses = [], [], []
    for row in rows:
        began = time.thread_time()
        found = head.feel(row["text"], states_of(row["text"])).emotion
        spent.append(1e3 * (time.thread_time() - began))
        pairs.append((row["emotion"], found))
        if found != row["emotion"]:
            misses.append(f"{row['emotion']} taken for {found}: {row['text']}")
    scores = [
        _f1(sum(a == b == e for a, b in pairs), sum(a == e for a, _ in pairs), sum(b == e for _, b in pairs))
        for e in EMOTIONS
    ]
    plain = [b for a, b in pairs if a == "neutral"]
    figures = {
        "messages": len(pairs), "accuracy": round(float(np.mean([a == b for a, b in pairs])), 4),
        "macro_f1": round(float(np.mean(scores)), 4),
        "neutral_kept": round(plain.count("neutral") / max(1, len(plain)), 4),
        "ms_p50": round(float(np.median(spent)), 2), "ms_p95": round(float(np.percentile(spent, 95)), 2),
    }  # fmt: skip
    return figures, misses


def goemotions() -> Json:
    """Macro-F1 on the dev part, and each emotion's."""
    folder = SHARED / "goemotions" / "ekman"
    if not (folder / "dev.tsv").exists():
        raise Missing(f"{folder}/dev.tsv isn't there")
    try:
        from finetune.emotion import macro_f1, read_goemotions
    except ImportError:
        raise Missing("scikit-learn isn't installed (uv sync --extra finetune)") from None
    from assistant.messages import states_of
    from assistant.understand.feeling import default_head

    head = default_head()
    data = read_goemotions(folder / "dev.tsv")
    found = np.stack([head.probabilities(text, states_of(text)) for text in data.texts])
    return {"texts": len(data.texts), "macro_f1": round(macro_f1(found, data.emotions), 4), "published_bert": PUBLISHED}


def _f1(both: int, right: int, found: int) -> float:
    return 2 * both / max(1, right + found)
