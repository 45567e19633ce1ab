"""Guesses and forced tokens: quicker, and never another answer."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from assistant.engine.backend import Logits
from assistant.engine.draft import Costs, Lookup, draft, width
from assistant.engine.request import Finished, GenerateRequest, Grammar, Placeholders, Sampling, Token
from assistant.engine.scheduler import Scheduler
from assistant.engine.scripted_backend import END, NUM_TOKENS, START, ScriptedBackend, ScriptedOptions

GRAMMAR = Grammar(
    (
        ("", ("the",)),
        ("the", ("{1.item}",)),
        ("{1.item}", ("costs", "is")),
        ("costs", ("{1.price}",)),
        ("is", ("{1.stock}",)),
        ("{1.price}", ("and", ".")),
        ("and", ("is",)),
        ("{1.stock}", (".",)),
    ),
    frozenset({"{1.item}"}),
)


class Whimsical:
    """A sampler with a will of its own that depends on what came before, like a seeded one."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.seen: list[int] = []

    def pick(self, logits: Logits) -> int:
        best = np.argsort(-logits)[:3]
        token = int(best[self._chance.randrange(len([t for t in best if logits[t] > -np.inf]))])
        self.seen.append(token)
        return token

    def note(self, token: int) -> None:
        self.seen.append(token)

    def close(self) -> None:
        pass


class Repetitive(ScriptedBackend):
    """Its next token depends on the last three, so that text comes back; samplers draw by the request's seed."""

    def _logits(self, memory: list[int]) -> Logits:
        chance = np.random.default_rng(hash(tuple(memory[-3:])) % 2**32)
        row = chance.normal(size=NUM_TOKENS).astype(np.float32)
        row[: ord("a")] -= 5.0
        row[ord("d") :] -= 5.0
        return row

    def sampler(self, sampling: Sampling) -> Whimsical:  # type: ignore[override]
        return Whimsical(sampling.seed)


def answers(
    even: bool, *, jumping: bool = True, guessing: bool = True, placeholders: Placeholders | None = None
) -> tuple[dict[str, list[int]], Scheduler, ScriptedBackend]:
    backend = Repetitive(ScriptedOptions(num_slots=4, context=400, even_chunks=even))
    scheduler = Scheduler(backend, 4, jumping=jumping, guessing=guessing)
    for number in range(6):
        prompt = (START, *(b"abcabcab" * 5), *[number + 65], START)
        scheduler.add(
            GenerateRequest(
                f"r{number}",
                f"c{number}",
                prompt,
                max_tokens=60 + number,
                stop_tokens=(END,),
                sampling=Sampling(seed=number),
                placeholders=placeholders,
            ),
            time.monotonic() + 60,
        )
    tokens: dict[str, list[int]] = {}
    while scheduler.has_work:
        for request_id, event in scheduler.admit() + scheduler.step():
            if isinstance(event, Token):
                tokens.setdefault(request_id, []).append(event.token)
            elif isinstance(event, Finished):
                assert event.num_completion == len(tokens[request_id])
    return tokens, scheduler, backend


@pytest.mark.parametrize("even", [False, True])
def test_guesses_change_nothing_but_the_number_of_steps(even: bool) -> None:
    plain, slow, _ = answers(even, guessing=False)
    guessed, quick, backend = answers(even)
    assert guessed == plain
    assert quick.counts.guessed_right > 10 and quick.num_steps < slow.num_steps
    assert quick.counts.output == slow.counts.output == sum(map(len, plain.values()))
    if even:
        for _, chunks in backend.batches:
            answering = [len(c.tokens) for c in chunks if c.position > 45]
            assert len(set(answering)) <= 1, "answers compute chunks of one length"


@pytest.mark.parametrize("placeholders", [Placeholders(("{1.item}",), GRAMMAR), Placeholders(("{1.price}", "{2.x}"))])
@pytest.mark.parametrize("even", [False, True])
def test_forced_tokens_and_guesses_change_nothing_under_a_grammar(even: bool, placeholders: Placeholders) -> None:
    plain, slow, _ = answers(even, jumping=False, guessing=False, placeholders=placeholders)
    jumped, middle, _ = answers(even, guessing=False, placeholders=placeholders)
    both, quick, _ = answers(even, placeholders=placeholders)
    assert plain == jumped == both
    assert quick.num_steps <= middle.num_steps <= slow.num_steps
    if placeholders.grammar:
        assert middle.num_steps < slow.num_steps / 3, "most of a grammar's tokens are forced"
        assert bytes(both["r0"]).decode().startswith("The {1.item} ")


def test_a_lookup_finds_what_came_after_the_same_words() -> None:
    lookup = Lookup()
    text = list(b"the red mug costs much; the red ")
    assert bytes(lookup.guess(text, 4)) == b"mug "
    text += b"pan. A red "
    assert bytes(lookup.guess(text, 4)) == b"pan."
    assert list(lookup.guess([*text, 1, 2], 4)) == []
    assert list(Lookup().guess([], 3)) == [] == list(Lookup().guess([7], 3))


def test_a_draft_ends_where_the_answer_would() -> None:
    assert draft([1, 2, 9, 3], None, None, {9}, 8).tokens == (1, 2)
    assert draft([1, 2, 3], None, None, {9}, 2).tokens == (1, 2)


def test_the_width_pays() -> None:
    costs = Costs(step=3, sequence=1)
    assert width([[1.0, 0.9, 0.8, 0.7]], costs, 4) == 4
    assert width([[1.0, 0.05]] * 8, costs, 4) == 1
    assert width([[1.0] * 6], costs, 16) == 6
    assert width([], costs, 4) == 1
