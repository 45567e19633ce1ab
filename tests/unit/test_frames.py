"""The grammar that models are held to: whatever it lets them write passes the verifier, and says what is needed."""

from __future__ import annotations

import pytest

from assistant.act.plan import Plan
from assistant.binding import hopeless
from assistant.frames import frames
from assistant.verify import Verifier, agree, check
from tests.unit.grammar import sentences
from tests.unit.plans import add_fact


def plan_of(core: str, *names: str, plural: bool = False, needs: str = "price") -> Plan:
    plan = Plan(phrase=True)
    fact = add_fact(plan, *names, plural=plural)
    plan.say(core, fact.key(needs))
    return plan


PLANS = {
    "price": ("The {1.item} costs {1.price} and is {1.in_stock}.", "price in_stock", "price"),
    "price alone": ("The {1.item} costs {1.price}.", "price", "price"),
    "price, sold out": ("The {1.item} costs {1.price} and is {1.sold_out}.", "price sold_out", "price"),
    "there": ("{1.yes}, the {1.item} is {1.in_stock} and costs {1.price}.", "yes in_stock price", "in_stock"),
    "there, several prices": ("{1.yes}, the {1.item} is {1.in_stock}.", "yes in_stock", "in_stock"),
    "gone": ("{1.no}, the {1.item} is {1.sold_out}.", "no sold_out", "sold_out"),
    "count": ("Of the {1.item} we have {1.stock}.", "stock", "stock"),
    "material": ("The {1.item} has this material: {1.material}.", "material", "material"),
    "rating": ("The {1.item} is rated {1.rating} by our customers.", "rating", "rating"),
    "colours": ("The {1.item} comes in these colours: {1.colour}.", "colour", "colour"),
    "cheapest": (
        "The {1.rank} is the {1.item}, which costs {1.price} and is {1.in_stock}.",
        "rank price in_stock",
        "price",
    ),
}


@pytest.mark.parametrize("plural", [False, True])
@pytest.mark.parametrize("name", PLANS)
def test_whatever_the_grammar_lets_through_passes(name: str, plural: bool) -> None:
    core, names, needs = PLANS[name]
    plan = plan_of(core, *names.split(), plural=plural, needs=needs)
    placeholders = frames(plan)
    assert placeholders is not None and placeholders.grammar is not None
    written = sentences(placeholders.grammar)
    assert written
    for sentence in written:
        assert check(sentence, plan) is None, sentence
        assert not any(hopeless(sentence[:end], plan) for end in range(len(sentence))), sentence
        verifier = Verifier(plan)
        (said,) = [*verifier.feed(sentence), *verifier.end()]
        assert said.own and not list(verifier.rest())
        assert agree(sentence, plan) == sentence


def test_only_what_the_first_sentence_states_is_offered() -> None:
    plan = plan_of("The {1.item} costs {1.price}.", "price", "was", "in_stock")
    placeholders = frames(plan)
    assert placeholders is not None and set(placeholders.allowed) == {"{1.item}", "{1.price}"}


@pytest.mark.parametrize(
    "core", ["I'm sorry, I don't know.", "The {1.item} costs {1.price}, the {2.item} {2.price}.", ""]
)
def test_there_is_no_grammar_for_everything(core: str) -> None:
    plan = Plan(phrase=True)
    add_fact(plan, "price")
    add_fact(plan, "price")
    plan.core = [core] if core else []
    assert frames(plan) is None
