"""Whether the served file computes what was trained: llama.cpp's logits against torch's, on an F32 export of the base.

On a quantised base rounding hides a wrong permutation; on F32 the two agree to about 1e-6 nats per token, and a wrong
order of the query rows is off by whole nats. The order of greedy choices is checked on the served type too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine.offline import all_logits, requantise
from finetune.base import load_base
from finetune.pack import Tokens

_CLEAR = 0.2
Floats = NDArray[np.float64]


def log_softmax(logits: NDArray[Any]) -> Floats:
    """Log-probabilities over the last axis."""
    values = logits.astype(np.float64)
    values -= values.max(axis=-1, keepdims=True)
    return np.asarray(values - np.log(np.exp(values).sum(axis=-1, keepdims=True)))


def divergence(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Mean Kullback-Leibler divergence per place, in nats: (T, V) against (T, V)."""
    p, q = log_softmax(ours), log_softmax(theirs)
    return float((np.exp(p) * (p - q)).sum(axis=-1).mean())


def compare(
    base: Path, trained: Path, adapter: Path, examples: Sequence[Tokens], max_tokens: int, threads: int = 1
) -> dict[str, float]:
    """`kl`: served on F32 against torch; `kl_untrained`: how far training went; `greedy_same`: the share of a reply's
    tokens at which the served type and torch choose the same, where torch's choice is clear (by a fifth of a nat: many
    wordings are learnt, and between two that are as likely rounding decides); `end_learned`: the share of replies that
    end where they should. Over the first of the examples, about `max_tokens` tokens in all."""
    chosen: list[Tokens] = []
    for example in examples:
        if chosen and sum(len(e.prompt) + len(e.reply) for e in chosen) > max_tokens:
            break
        chosen.append(example)
    texts = [(*e.prompt, *e.reply) for e in chosen]
    with_adapter, without = _torch_logits(base, trained, texts)
    with tempfile.TemporaryDirectory(prefix="backroom-parity-") as folder:
        exact = Path(folder) / "base-f32.gguf"
        requantise(base, exact, "F32", threads)
        served = all_logits(exact, texts, adapter, threads)
    quantised = all_logits(base, texts, adapter, threads)
    same, ends, places = 0, 0, 0
    for example, ours, theirs in zip(chosen, quantised, with_adapter, strict=True):
        at = slice(len(example.prompt) - 1, len(example.prompt) + len(example.reply) - 1)
        best = np.sort(theirs[at], axis=-1)[:, -2:]
        clear = best[:, 1] - best[:, 0] > _CLEAR
        same += int((ours[at].argmax(-1) == theirs[at].argmax(-1))[clear].sum())
        places += int(clear.sum())
        ends += int(ours[len(example.prompt) + len(example.reply) - 2].argmax() == example.reply[-1])
    return {
        "kl": float(np.mean([divergence(t, s) for t, s in zip(with_adapter, served, strict=True)])),
        "kl_untrained": float(np.mean([divergence(t, b) for t, b in zip(with_adapter, without, strict=True)])),
        "greedy_same": same / max(1, places),
        "end_learned": ends / len(chosen),
        "tokens": float(sum(map(len, texts))),
    }


def _torch_logits(
    base: Path, trained: Path, texts: Sequence[tuple[int, ...]]
) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
    """The logits with the trained adapter (rounded to 16 bits as it is served), and without."""
    import torch
    from peft import PeftModel

    model = PeftModel.from_pretrained(load_base(base, "float32"), str(trained)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(parameter.half().float())
        ours = [model(input_ids=torch.tensor([text])).logits[0].numpy() for text in texts]
        with model.disable_adapter():
            plain = [model(input_ids=torch.tensor([text])).logits[0].numpy() for text in texts]
    return ours, plain
