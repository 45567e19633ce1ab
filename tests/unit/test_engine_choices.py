"""An answer that is kept to given wordings is one of each sentence's, in order, whatever the model would like."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np
import pytest

from assistant.act.plan import Fact, Field, Plan
from assistant.engine.choices import ChoiceAutomaton
from assistant.engine.draft import Draft
from assistant.engine.mask import State, TokenTable
from assistant.engine.phrase import automaton_for
from assistant.engine.request import EngineCounts, Placeholders
from assistant.engine.writer import Writer
from assistant.wording.notes import notes
from assistant.wording.rewording import Rewording
from assistant.wording.ways import ways
from tests.unit.test_engine_draft import GRAMMAR

STOP = 0
TEXTS = [
    "",
    *[chr(c) for c in range(32, 127)],
    "The",
    " the",
    "{1",
    ".item}",
    " is",
    " in",
    " stock",
    "Sor",
    "ry",
    " a",
]


@pytest.fixture(scope="module")
def table() -> TokenTable:
    """Single characters and some longer tokens; texts are split greedily."""

    def encode(text: str) -> list[int]:
        tokens = []
        while text:
            token = max((t for t in range(1, len(TEXTS)) if text.startswith(TEXTS[t])), key=lambda t: len(TEXTS[t]))
            tokens.append(token)
            text = text[len(TEXTS[token]) :]
        return tokens

    return TokenTable([text.encode() for text in TEXTS], [STOP], encode)


def written(automaton: ChoiceAutomaton, rng: random.Random) -> str:
    """What a model that likes any token as well as any other writes."""
    state, text = automaton.start, ""
    for _ in range(2000):
        for token in state.forced:
            assert not state.forbidden[token]
            state, text = automaton.next(state, token), text + TEXTS[token]
        allowed = np.flatnonzero(~state.forbidden)
        assert len(allowed)
        token = int(rng.choice(list(allowed)))
        if token == STOP:
            return text
        state, text = automaton.next(state, token), text + TEXTS[token]
    raise AssertionError("no end")


def test_every_answer_is_one_wording_of_each_sentence(table: TokenTable) -> None:
    first, second = ("The {1.item} is in stock.", "The {1.item} is in.", "Sorry, no."), ("Bye.", "Goodbye!")
    automaton = ChoiceAutomaton(table, (first, second), (STOP,))
    seen = {written(automaton, random.Random(n)) for n in range(200)}
    assert seen == {f"{a} {b}" for a in first for b in second}


def test_a_tokenizer_that_puts_a_space_before_every_text_forces_nothing_that_isnt_meant(table: TokenTable) -> None:
    spaced = TokenTable([text.encode() for text in TEXTS], [STOP], lambda text: list(table.encode(" " + text)))
    first, second = ("The {1.item} is in stock.", "The {1.item} is in."), ("Bye.",)
    for kept in (Placeholders((), sentences=(first, second)), Placeholders((), grammar=GRAMMAR)):
        automata = [automaton_for(each, kept, (STOP,)) for each in (table, spaced)]
        said, said_spaced = ({written(a, random.Random(n)) for n in range(50)} for a in automata)  # type: ignore[arg-type]
        assert said == said_spaced


def test_what_the_vocabulary_cant_spell_is_left_out(table: TokenTable) -> None:
    automaton = automaton_for(table, Placeholders((), sentences=(("Ein Café.", "A bar."),)), (STOP,))
    assert isinstance(automaton, ChoiceAutomaton)
    assert written(automaton, random.Random(1)) == "A bar."
    with pytest.raises(ValueError, match="sentence 1 can't be written"):
        ChoiceAutomaton(table, (("é",),), (STOP,))


def test_all_ways_of_a_note_pass_the_check(table: TokenTable) -> None:
    plan = Plan(core=["The {1.item} costs {1.price} and is {1.in_stock}.", "{2.no}, the {2.item} are {2.sold_out}."])
    plan.facts += [
        Fact(1, "Lamp", False, {"item": Field("item", "Lamp"), "price": Field("price", "from €5 to €9"),
                                "in_stock": Field("in_stock", "in stock")}),
        Fact(2, "Boots", True, {"item": Field("item", "Boots"), "sold_out": Field("sold_out", "out of stock"),
                                "no": Field("no", "no")}),
    ]  # fmt: skip
    found = notes(plan)
    guide = tuple(ways(note, plan) for note in found)
    assert all(len(each) > 8 for each in guide)
    assert not any("comes to {1.price}" in way or "priced at {1.price}" in way for way in guide[0])
    assert all(" is {2.sold_out}" not in way for way in guide[1])
    automaton = ChoiceAutomaton(table, guide, (STOP,))
    for number in range(60):
        judge = Rewording(plan, found)
        text = written(automaton, random.Random(number))
        for _ in (*judge.feed(text), *judge.end()):
            pass
        assert (judge.num_own, judge.refused, judge.failed) == (2, [], None), text


def test_where_nothing_may_follow_the_answer_ends() -> None:
    stuck = SimpleNamespace(state=State("", np.ones(4, dtype=np.bool_), ()), tokens=[1])  # its sampler isn't asked
    writer = Writer(100, EngineCounts(), lambda *_: None)
    assert writer.take(stuck, Draft(), [np.zeros(4, dtype=np.float32)]) == "stop"  # type: ignore[arg-type]
