"""Whether an adapter served beside its base is the same as the base with the adapter merged in: greedy tokens, Q8_0.

Where a processor has no AMX the product serves Q8_0 weights, and eight bits keep what was trained (four don't: merging
into Q4_1 undoes it, which is why parity.py compares that type with torch). Both sides are llama.cpp's, each with its
own rounding: the base's weights and the adapter in 16 bits beside them here, the sum of both rounded once there. The
sum is PEFT's own, from the trained folder, so that a file with another scale or order of rows is found out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.engine.offline import iter_logits, requantise
from finetune.base import model_config, read_adapter_config
from finetune.merge_whole import merge_whole
from finetune.pack import Tokens

SERVED = "Q8_0"
CLEAR = 0.2
"""Nats between the first and the second token, from which on a choice isn't rounding's."""


def same_merged(
    base: Path, trained: Path, adapter: Path, examples: Sequence[Tokens], num_replied: int, threads: int = 1
) -> dict[str, float]:
    """`merged_same`: the share of the replies' tokens (teacher-forced) at which both choose the same;
    `merged_same_clear` that of those where the merged model's choice is clear; `merged_tokens` and `merged_clear`: how
    many those are. Nothing for an activated adapter, which can't be merged.

    `trained` is the PEFT folder, `base` and `adapter` are GGUF files; the first of the examples are taken, until their
    replies have `num_replied` tokens.
    """
    if read_adapter_config(trained).get("alora_invocation_tokens"):
        return {}
    chosen: list[Tokens] = []
    for example in examples:
        if sum(len(e.reply) for e in chosen) >= num_replied:
            break
        chosen.append(example)
    texts = [(*e.prompt, *e.reply) for e in chosen]
    same, clear, same_clear, places = 0, 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="backroom-merged-") as folder:
        served, merged = Path(folder) / "served.gguf", Path(folder) / "merged.gguf"
        requantise(base, served, SERVED, threads)
        merge_whole(base, trained, merged, SERVED, model_config(base), threads)
        beside, within = iter_logits(served, texts, adapter, threads), iter_logits(merged, texts, None, threads)
        for example, ours, theirs in zip(chosen, beside, within, strict=True):
            at = slice(len(example.prompt) - 1, len(example.prompt) + len(example.reply) - 1)
            agree = ours[at].argmax(-1) == theirs[at].argmax(-1)
            best = np.partition(theirs[at], -2, axis=-1)[:, -2:]
            sure = np.abs(best[:, 1] - best[:, 0]) > CLEAR
            same, places = same + int(agree.sum()), places + len(agree)
            same_clear, clear = same_clear + int(agree[sure].sum()), clear + int(sure.sum())
    return {
        "merged_same": same / max(1, places),
        "merged_same_clear": same_clear / max(1, clear),
        "merged_tokens": float(places),
        "merged_clear": float(clear),
    }
