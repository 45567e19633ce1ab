"""A plan's facts and placeholders: whoever words them can state nothing that isn't there."""

from __future__ import annotations

import pytest

from assistant.act.plan import Plan, render
from tests.unit.plans import add_fact


def test_placeholders_are_filled_with_their_facts_and_receipts() -> None:
    plan = Plan()
    add_fact(plan, "price", texts={"item": "Trail Boot", "price": "€89.00"})
    text, receipts = render("the {1.item} costs {1.price}, {1.price}.", plan)
    assert text == "The Trail Boot costs €89.00, €89.00."
    assert [(r.key, r.field, r.value) for r in receipts] == [
        ("SKU-1", "item", "Trail Boot"),
        ("SKU-1", "price", "€89.00"),
    ]


def test_a_fact_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    plan = Plan()
    add_fact(plan, "price", texts={"item": "{1.price} mug", "price": "€5"})
    assert render("The {1.item}.", plan)[0] == "The {1.price} mug."


@pytest.mark.parametrize("text", ["{2.price}", "{1.cost}", "{0.price}"])
def test_a_fact_that_is_not_there_is_an_error(text: str) -> None:
    plan = Plan()
    fact = add_fact(plan, "price")
    with pytest.raises(KeyError):
        render(text, plan)
    with pytest.raises(KeyError, match="thing 1"):
        fact.key("cost")


def test_needs_are_listed_once() -> None:
    plan = Plan()
    add_fact(plan, "price")
    plan.say("It costs {1.price}.", "{1.price}")
    plan.say("That is {1.price}.", "{1.price}")
    assert plan.needs == ["{1.price}"] and len(plan.core) == 2
    assert plan.placeholders() == ("{1.item}", "{1.price}")
