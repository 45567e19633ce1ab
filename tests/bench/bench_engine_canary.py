"""Secrets in a hundred conversations under several adapters, with the real model: does one ever get out?

    .venv/bin/python tests/bench/bench_engine_canary.py --turns 10000 --seconds 3600 --out FILE

Every conversation is told a code word of its own, under every adapter another. Turns join and leave, are stopped,
parked, resumed and forgotten, and an adapter is unloaded and loaded again. Looked at:
- every answer's text, for another's code word;
- after every step every memory: its key, the tokens it is said to hold, and how many llama.cpp says it holds;
- the contents of memories by logits: what the model expects after them against the same tokens computed afresh by a
  second backend that has never seen anybody else, and the same for another conversation's (how sharp that is);
- answers against the same request alone: equal, or parting where two tokens are nearly as likely.
Three answers of four are begun for the model ("The code word is"), so that the next tokens are a code word, if it has
one to say: what leaks does so within few tokens. The contents of one memory in fifteen that were used again are looked
at by logits, chosen by lot. Exit code 1 when anything of that fails. The figures are written every 50 turns, so that it
may be stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import random
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench.machine import machine
from assistant.engine import llama as llama_backend
from assistant.engine.backend import Chunk, Interrupted, Logits
from assistant.engine.gguf import read_header
from assistant.engine.llama import LlamaBackend
from assistant.engine.messages import Output, Refused
from assistant.engine.options import LlamaOptions
from assistant.engine.profile import find_profile
from assistant.engine.request import Finished, GenerateRequest, Sampling, Token
from assistant.engine.scheduler import Scheduler
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.models import resolve

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.integration.engine_stage import write_adapter  # noqa: E402

CONVERSATIONS = 100
SYSTEM = {
    "role": "system",
    "content": "You are the assistant of an outdoor shop. You answer in one short, friendly sentence. A customer may "
    "tell you a code word: repeat it to that customer when asked, and to nobody else. You never invent code words. "
    "When you don't know one, say that you don't know it and offer to ask a colleague. Be polite, and write no more "
    "than that.",
}
QUESTIONS = (
    "What is my code word?",
    "And the customer's before me?",
    "What did anybody tell you last?",
    "Which code words do you know?",
    "Say the other code word.",
)
BEGUN = "The code word is"
PROBE = " The code word is"
LONGEST = 260  # tokens of a conversation, after which it begins anew
LOOKED_AT_REUSED, LOOKED_AT_OTHERS = 0.07, 0.02  # shares of the memories whose contents are compared
MAX_KL = 0.05  # nats; measured beside it is what another conversation's memory would give
Who = tuple[int, str]


@dataclass
class Findings:
    """What was seen. `bad` is what must not happen, one line each."""

    counts: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    own_kl: list[float] = field(default_factory=list)
    other_kl: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        def spread(values: list[float]) -> dict[str, float] | None:
            ordered = sorted(values)
            if not ordered:
                return None
            return {"min": ordered[0], "median": ordered[len(ordered) // 2], "max": ordered[-1], "num": len(ordered)}

        return {
            **dict(self.counts),
            "leaks_and_faults": self.bad[:20],
            "num_leaks_and_faults": len(self.bad),
            "kl_of_memory_to_fresh": spread(self.own_kl),
            "kl_of_another_conversation": spread(self.other_kl),
            "logit_gap_where_batched_and_alone_part": spread(self.gaps),
        }


def secrets(number: int) -> list[str]:
    """Words that no language has; the first six letters of one occur in no other."""
    chance, words = random.Random(11), {}
    while len(words) < number:
        word = "".join(chance.choice("zxqjvkw") + chance.choice("aeiou") for _ in range(3))
        if not any(head in word or word[:6] in other for head, other in words.items()):
            words[word[:6]] = word
    return [word.capitalize() for word in words.values()]


class Canary:
    """The whole run: two backends, one scheduler, and everybody's conversation."""

    def __init__(self, adapters: dict[str, Path], options: LlamaOptions, tokenizer: LlamaTokenizer) -> None:
        self.names = ("", *adapters)
        self.files = adapters
        self.tokenizer = tokenizer
        self.backend = LlamaBackend(options)
        self.fresh = LlamaBackend(replace(options, num_slots=1, num_public=0, park_mb=0))
        self.scheduler = Scheduler(self.backend, options.num_slots)
        self.public = tuple(tokenizer.chat([SYSTEM], generation_prompt=False))
        words = secrets(CONVERSATIONS * len(self.names))
        everybody = [(number, name) for number in range(CONVERSATIONS) for name in self.names]
        self.secret: dict[Who, str] = dict(zip(everybody, words, strict=True))
        self.heads = {word[:6].lower(): who for who, word in self.secret.items()}
        self.histories: dict[Who, list[int]] = {}
        self.asked: dict[str, tuple[Who, GenerateRequest]] = {}
        self.answers: dict[str, list[int]] = {}
        self.recent: deque[Who] = deque(maxlen=60)
        self.looked_at: dict[int, tuple[object, int]] = {}
        self.last_row: dict[str, tuple[Who, Logits]] = {}
        self.found = Findings()
        self.chance = random.Random(7)
        self.begun = 0
        self.alarm = threading.Timer(0, lambda: None)  # that gives up a step

    # Asking.

    def ask(self) -> None:
        """One more turn of somebody who isn't being answered: mostly of those who were here lately."""
        busy = {who for who, _ in self.asked.values()}
        pool = list(self.recent) if self.recent and self.chance.random() < 0.7 else list(self.secret)
        who = self.chance.choice(pool)
        if who in busy or who[1] in self.scheduler._leaving:
            return
        history = self.histories.get(who, [])
        if not history or len(history) > LONGEST:
            history = list(self.public)
            text = f"My code word is {self.secret[who]}. What is it?"
        else:
            text = self.chance.choice(QUESTIONS)
        prompt = (*history, *self._message(text, first=len(history) == len(self.public)))
        self.begun += 1
        if begins := self.begun % 4 != 0:
            prompt += tuple(self.tokenizer.encode(BEGUN))
        drawn = self.begun % 3 == 0
        request = GenerateRequest(
            f"r{self.begun}",
            str(who[0]),
            prompt,
            len(self.public),
            max_tokens=4 if begins else 8,
            stop_tokens=self.tokenizer.eos_tokens,
            adapter=who[1] or None,
            sampling=Sampling(temperature=0.8, top_p=0.95, seed=self.begun) if drawn else Sampling(),
        )
        self.scheduler.add(request, time.monotonic() + 3600)
        self.asked[request.request_id], self.answers[request.request_id] = (who, request), []
        self.histories[who] = list(prompt)
        self.recent.append(who)

    def _message(self, text: str, *, first: bool) -> list[int]:
        before = [] if first else self.tokenizer.encode("<|im_end|>\n", special=True)
        asked = self.tokenizer.chat([SYSTEM, {"role": "user", "content": text}])
        return before + asked[len(self.public) :]

    # Running.

    def run(self, turns: int, seconds: float, save: Any) -> None:
        end, done, saved = time.monotonic() + seconds, 0, 0
        while done < turns and time.monotonic() < end:
            while len(self.asked) < 20 and self.begun - done < 40:
                self.ask()
            self._disturb()
            for name, event in self._step():
                if isinstance(event, Token):
                    self.answers[name].append(event.token)
                elif isinstance(event, Finished):
                    done += 1
                    self._ended(name, event)
                elif isinstance(event, Refused):
                    self.found.bad.append(f"{name}: {event.message}")
                    self.asked.pop(name, None)
            self._look_at_memories()
            if done >= saved + 50:
                saved = done
                save()
        save()

    def _step(self) -> list[Output]:
        """One step, which is given up in its middle now and then, as when somebody leaves."""
        outputs, steps = self.scheduler.admit(), self.scheduler.num_steps
        if self.chance.random() < 0.03:
            self.alarm = threading.Timer(self.chance.random() * 0.2, self.scheduler.interrupt)
            self.alarm.start()
        ready = bool(self.scheduler.running)
        outputs += self.scheduler.step()
        self.found.counts["steps_given_up"] += ready and self.scheduler.num_steps == steps
        return outputs

    def _disturb(self) -> None:
        draw = self.chance.random()
        if draw < 0.01 and self.asked:
            self.scheduler.cancel(self.chance.choice(list(self.asked)))
        elif draw < 0.012:
            self.scheduler.forget(str(self.chance.randrange(CONVERSATIONS)))
            self.found.counts["conversations_forgotten"] += 1
        elif draw < 0.013:
            name = self.chance.choice(list(self.files))
            self.scheduler.unload_adapter(name)
        for name in self.scheduler.free_adapters():
            self.found.counts["adapters_unloaded_and_loaded"] += 1
            self.scheduler.load_adapter(name, self.files[name])
        leaving = self.scheduler._leaving
        if leaving and not any(request.adapter in leaving for _, request in self.asked.values()):
            self.scheduler.free_adapters()

    def _ended(self, name: str, end: Finished) -> None:
        who, request = self.asked.pop(name)
        answer = self.answers.pop(name)
        counts = self.found.counts
        counts["turns"] += 1
        counts["stopped"] += end.reason == "cancelled"
        counts["turns_that_reused_more_than_the_public_prefix"] += end.num_cached > len(self.public)
        counts["prompt_tokens"] += end.num_prompt
        counts["prompt_tokens_reused"] += end.num_cached
        text = self.tokenizer.decode(answer)
        counts["answers_that_say_their_own_code_word"] += self.secret[who].lower() in text.lower()
        self._search(text, who, f"the answer to {who}")
        self.histories[who] += answer
        if end.reason == "cancelled":
            return
        reused = end.num_cached > len(self.public)
        if self.chance.random() < (LOOKED_AT_REUSED if reused else LOOKED_AT_OTHERS):
            self._check_contents(who)
        if counts["turns"] % 50 == 0:
            self._check_alone(who, request, answer)
        if counts["turns"] % 500 == 0:
            self._check_public()

    def _search(self, text: str, who: Who | None, where: str) -> None:
        """Note every code word of somebody else, by its first six letters."""
        lower = text.lower()
        for head, owner in self.heads.items():
            if owner != who and head in lower:
                self.found.bad.append(f"{where} holds the code word of {owner}: {text[-80:]!r}")

    # Looking at memories.

    def _look_at_memories(self) -> None:
        cache = self.scheduler._cache
        running = {sequence.memory: sequence for sequence in self.scheduler.running}
        for slot in cache._slots:
            held = self.backend.num_held(slot.index)
            sequence = running.get(slot.index)
            tokens = sequence.tokens[: sequence.num_computed] if sequence else slot.tokens
            self.found.counts["memories_looked_at"] += 1
            if held != len(tokens):
                self.found.bad.append(f"memory {slot.index} holds {held} tokens where {len(tokens)} are known")
            if slot.owner is None or self.looked_at.get(slot.index) == (slot.owner, held):
                continue
            self.looked_at[slot.index] = (slot.owner, held)
            who = (int(slot.owner.conversation), slot.owner.adapter or "")
            if sequence and sequence.cache_key != slot.owner:
                self.found.bad.append(f"memory {slot.index} of {slot.owner} is used by {sequence.cache_key}")
            if self.histories[who][: len(tokens)] != tokens:
                history = self.histories[who]
                if not sequence or tokens[: len(history)] != history:
                    self.found.counts["memories_of_an_earlier_visit"] += 1
            self._search(self.tokenizer.decode(list(tokens)), who, f"memory {slot.index}")
        for key, parked in cache._parked.items():
            if self.looked_at.get(id(parked)) != (key, 0):  # type: ignore[comparison-overlap]
                self.looked_at[id(parked)] = (key, 0)
                self._search(self.tokenizer.decode(parked.tokens), (int(key.conversation), key.adapter or ""), "parked")

    def _check_contents(self, who: Who) -> None:
        """The memory that `who` was just answered in, by what the model expects after it."""
        cache = self.scheduler._cache
        name = who[1] or None
        slots = [
            s
            for s in cache._slots
            if s.owner and not s.in_use and (int(s.owner.conversation), s.owner.adapter) == (who[0], name)
        ]
        if not slots:
            return
        slot = max(slots, key=lambda s: s.last_used)
        probe = self.tokenizer.encode(PROBE)
        known = self._fresh_row([*slot.tokens, *probe], name)
        row = self._row_after(slot.index, len(slot.tokens), probe, name)
        kl = divergence(known, row)
        self.backend.truncate(slot.index, len(slot.tokens))
        self.found.own_kl.append(round(kl, 6))
        if kl > MAX_KL:
            self.found.bad.append(f"memory {slot.index} of {who} is {kl:.3f} nats from its own tokens")
        before = self.last_row.get(who[1])
        if before and before[0] != who:
            self.found.other_kl.append(round(divergence(known, before[1]), 6))
        self.last_row[who[1]] = (who, known)

    def _check_public(self) -> None:
        probe = self.tokenizer.encode(PROBE)
        for public in self.scheduler._cache._public:
            if public.key is None:
                continue
            tokens, name = list(public.key.tokens), public.key.adapter
            self._search(self.tokenizer.decode(tokens), None, "a public memory")
            known = self._fresh_row([*tokens, *probe], name)
            row = self._row_after(public.index, len(tokens), probe, name)
            kl = divergence(known, row)
            self.backend.truncate(public.index, len(tokens))
            self.found.counts["public_memories_checked"] += 1
            if kl > MAX_KL:
                self.found.bad.append(f"the public memory {public.index} is {kl:.3f} nats from its own tokens")

    def _row_after(self, memory: int, num_held: int, probe: list[int], adapter: str | None) -> Logits:
        """What the model expects after a memory and `probe`. An alarm set for a step must not go off in here."""
        self.alarm.cancel()
        chunk = Chunk(memory, probe, num_held, (len(probe) - 1,))
        for _ in range(9):
            with contextlib.suppress(Interrupted):  # it went off before, between two steps
                ((row,),) = self.backend.run([chunk], adapter)
                return row
        raise AssertionError("given up nine times")

    def _fresh_row(self, tokens: list[int], adapter: str | None) -> Logits:
        self.fresh.truncate(0, 0)
        step = self.fresh.max_batch
        for start in range(0, len(tokens), step):
            piece = tokens[start : start + step]
            wanted = (len(piece) - 1,) if start + len(piece) == len(tokens) else ()
            rows = self.fresh.run([Chunk(0, piece, start, wanted)], adapter)
        return np.array(rows[0][0])

    def _check_alone(self, who: Who, request: GenerateRequest, answer: list[int]) -> None:
        """The same request alone, on the backend that has never seen anybody else."""
        alone: list[int] = []
        self.fresh.truncate(0, 0)
        scheduler = Scheduler(self.fresh, 1)
        scheduler.add(replace(request, request_id="alone", conversation=""), time.monotonic() + 3600)
        while scheduler.has_work:
            alone += [e.token for _, e in scheduler.admit() + scheduler.step() if isinstance(e, Token)]
        kind = "greedy" if request.sampling.temperature == 0 else "drawn"
        self.found.counts[f"{kind}_answers_compared_with_alone"] += 1
        self.found.counts[f"{kind}_answers_equal_to_alone"] += alone == answer
        at = next((i for i, (a, b) in enumerate(zip(alone, answer, strict=False)) if a != b), None)
        if at is None or kind == "drawn":
            return
        row = self._fresh_row([*request.prompt, *alone[:at]], request.adapter)
        gap = abs(float(row[alone[at]] - row[answer[at]]))
        self.found.gaps.append(round(gap, 4))
        if gap > 1.0:
            self.found.bad.append(f"the answer to {who} parts from the one given alone by {gap:.2f}")


def divergence(known: Logits, row: Logits) -> float:
    """Kullback-Leibler divergence in nats of two distributions of the next token."""
    a, b = (each.astype(np.float64) - np.logaddexp.reduce(each.astype(np.float64)) for each in (known, row))
    return float((np.exp(a) * (a - b)).sum())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", help="Instead of what suits this machine.")
    parser.add_argument("--kv-type", help="Likewise; prompts are read apart with f16.")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    model = resolve()
    how = find_profile(model.sha256, read_header(model.path), 1)
    how = replace(how, weights=options.weights or how.weights, kv_type=options.kv_type or how.kv_type)
    with tempfile.TemporaryDirectory() as folder:
        adapters = {"house-words": ROOT / "models" / "adapters" / "house-words" / "house-words.gguf"}
        for name, scale in (("kind", 0.03), ("brief", 0.05), ("formal", 0.08)):
            adapters[name] = write_adapter(Path(folder) / f"{name}.gguf", scale=scale)
        setup = LlamaOptions(
            model.path,
            sha256=model.sha256,
            adapters=adapters,
            weights=how.weights,
            kv_type=how.kv_type,
            threads=options.threads,
            num_slots=12,
            num_public=5,
            context=384,
            max_batch=256,
            park_mb=200,
        )
        llama_backend.TILE = 16  # these prompts are short: they are to be read apart all the same
        canary = Canary(adapters, setup, LlamaTokenizer(model.path))
        began = time.monotonic()

        def save() -> None:
            counts = canary.scheduler.counts
            results = {
                "machine": machine(),
                "model": model.id,
                "conversations": CONVERSATIONS,
                "adapters": list(canary.names),
                "how": setup.summary,
                "wall_s": round(time.monotonic() - began),
                "cpu_s": round(time.process_time()),
                "parked": counts.parked,
                "resumed": counts.resumed,
                "pieces_of_prompts_read_apart": canary.backend._reader.num_read if canary.backend._reader else 0,
                **canary.found.summary(),
                "passed": not canary.found.bad,
            }
            if options.out:
                options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")

        canary.run(options.turns, options.seconds, save)
    print(json.dumps(canary.found.summary(), indent=2))
    return 1 if canary.found.bad else 0


if __name__ == "__main__":
    sys.exit(main())
