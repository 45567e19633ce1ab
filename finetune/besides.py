"""What the base itself says of anything but shops, for training to hold the adapter to (`[train] keep`).

An adapter that only ever sees notes gets narrower: it forgets how its base talks of the rest. Questions lie in
finetune/data/besides.txt, none of them one that ability.py asks; the answers are the base's own, drawn with a seed, so
that no other data and no other licence comes in. Knows no training.
"""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

from assistant.engine import open_engine
from assistant.engine.request import Engine, GenerateRequest, Sampling, Token, Tokenizer
from assistant.errors import EngineError
from finetune.pack import Tokens

FILE = Path(__file__).parent / "data" / "besides.txt"
_LONGEST = 24
"""Tokens of an answer: it is the first that say whether a model still answers as it did."""
_WARMTH = 0.7
_AT_ONCE = 8


def questions(path: Path = FILE) -> list[str]:
    """Every question that the file stands for, in its order."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            parts = re.split(r"\{([^{}]*)\}", line.strip())
            ways = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
            found += ["".join(words) for words in itertools.product(*ways)]
    return found


def besides(base: Path, count: int, seed: int) -> list[Tokens]:
    """At most `count` of the questions, each with what the base says to it. Raises EngineError when it says nothing."""
    asked = questions()
    random.Random(seed).shuffle(asked)
    engine, tokenizer = open_engine(base, slots=_AT_ONCE, context_per_slot=256)
    try:
        return answered(engine, tokenizer, asked[:count], seed)
    finally:
        engine.close()


def answered(engine: Engine, tokenizer: Tokenizer, asked: list[str], seed: int) -> list[Tokens]:
    """The questions with the model's answers, up to its end mark or the longest that is learnt from."""
    found = []
    for start in range(0, len(asked), _AT_ONCE):
        prompts = [tuple(tokenizer.chat([{"role": "user", "content": q}])) for q in asked[start : start + _AT_ONCE]]
        streams = [
            engine.generate(_request(f"besides-{start + at}", prompt, tokenizer, seed + start + at))
            for at, prompt in enumerate(prompts)
        ]  # all of them first: the engine writes them side by side
        for prompt, stream in zip(prompts, streams, strict=True):
            reply = tuple(event.token for event in stream if isinstance(event, Token))
            if not reply:
                raise EngineError("the base says nothing to a question; look at its chat template, or set keep = 0")
            found.append(Tokens(prompt, reply))
    return found


def _request(name: str, prompt: tuple[int, ...], tokenizer: Tokenizer, seed: int) -> GenerateRequest:
    return GenerateRequest(
        name, name, prompt, max_tokens=_LONGEST, stop_tokens=tuple(tokenizer.eos_tokens),
        sampling=Sampling(temperature=_WARMTH, seed=seed), deadline_s=300.0,
    )  # fmt: skip
