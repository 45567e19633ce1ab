"""Secrets in many conversations under several adapters: none ever comes out of, or lies in, another's memory.

The scripted backend says what its memory holds, so a memory given to the wrong conversation shows in the answer.
BACKROOM's full canary (10,000 turns) is this with CANARY_TURNS=10000.
"""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

from assistant.engine.request import Finished, GenerateRequest, Token
from assistant.engine.scheduler import Scheduler
from assistant.engine.scripted_backend import END, START, ScriptedBackend, ScriptedOptions

NUM_TURNS = int(os.environ.get("CANARY_TURNS", "1200"))
CONVERSATIONS, ADAPTERS = 100, ("", "kind", "brief", "formal")
SYSTEM = (START, *b"the shop's own text, the same for everybody: " * 2)


def secret(conversation: int, adapter: str) -> bytes:
    return f"<{conversation}:{adapter}>".encode()


def foreign(text: bytes, conversation: int, adapter: str) -> bool:
    """Whether it holds a secret, or the beginning of one, that isn't this conversation's."""
    own = secret(conversation, adapter)
    return any(not own.startswith(found) for found in re.findall(rb"<[0-9]*(?::[a-z]*>?)?", text))


def test_no_secret_is_ever_anothers() -> None:
    chance = random.Random(5)
    loaded = {name: Path(__file__) for name in ADAPTERS if name}
    options = ScriptedOptions(num_slots=6, num_public=4, context=1500, adapters=loaded, park_bytes=20_000)
    backend: ScriptedBackend = options.open()
    scheduler = Scheduler(backend, 6)
    histories: dict[tuple[int, str], list[int]] = {}
    asked: dict[str, tuple[int, str]] = {}
    answers: dict[str, list[int]] = {}
    busy: set[tuple[int, str]] = set()
    begun = done = cached = cancelled = 0
    while done < NUM_TURNS:
        while len(asked) < 10 and begun < NUM_TURNS:
            who = (chance.randrange(CONVERSATIONS), chance.choice(ADAPTERS))
            if who in busy:
                continue
            history = histories.get(who) or [*SYSTEM]
            history = history if len(history) < 1000 else [*SYSTEM]
            prompt = [*history, START, *secret(*who), *b" says hello", START]
            begun += 1
            name = f"r{begun}"
            request = GenerateRequest(
                name, str(who[0]), tuple(prompt), len(SYSTEM), stop_tokens=(END,), adapter=who[1] or None
            )
            scheduler.add(request, time.monotonic() + 60)
            asked[name], answers[name] = who, []
            histories[who] = prompt
            busy.add(who)
            if chance.random() < 0.05:
                scheduler.cancel(chance.choice(list(asked)))
                scheduler.interrupt()
        for name, event in scheduler.admit() + scheduler.step():
            if isinstance(event, Token):
                answers[name].append(event.token)
            elif isinstance(event, Finished):
                who = asked.pop(name)
                text = bytes(answers.pop(name))
                assert not foreign(text, *who), f"{who} got {text!r}"
                if event.reason == "cancelled":
                    cancelled += 1
                else:
                    assert text == secret(*who) + b" says hello"
                histories[who] += text
                busy.discard(who)
                done += 1
                cached += event.num_cached
        _check_memories(scheduler, backend)
    assert cached > 0 and cancelled > 0 and scheduler.counts.resumed > 0, "reuse, stops and parking were all tried"


def _check_memories(scheduler: Scheduler, backend: ScriptedBackend) -> None:
    """Every memory and every parked one holds its owner's secret only; public ones hold none."""
    cache = scheduler._cache
    held = [(slot.owner, backend.memories[slot.index]) for slot in cache._slots if slot.owner]
    held += [(key, parked.tokens) for key, parked in cache._parked.items()]
    held += [(key, parked.saved.view("<u4").tolist()) for key, parked in cache._parked.items()]
    for key, tokens in held:
        text = bytes(token for token in tokens if token < 256)
        assert not foreign(text, int(key.conversation), key.adapter or ""), f"the memory of {key} holds {text!r}"
    for public in cache._public:
        assert b"<" not in bytes(token for token in backend.memories[public.index] if token < 256)
