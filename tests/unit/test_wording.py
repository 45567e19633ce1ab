"""The phrasebook lets through what says a note truly, and nothing else; an answer has all its notes in order."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from assistant.act.plan import Fact, Field, Plan
from assistant.errors import UsageError
from assistant.types import Receipt
from assistant.wording.notes import Note, notes, typed
from assistant.wording.pattern import Pattern, canonical
from assistant.wording.phrasebook import default_phrasebook, parse
from assistant.wording.rewording import Rewording, says

RECEIPT = (Receipt("sku", "A", "price", 1, datetime(2026, 3, 1, tzinfo=UTC)),)


def a_plan(*core: str, closing: tuple[str, ...] = ()) -> Plan:
    """Two products: the first is in stock, the second isn't."""
    plan = Plan(core=list(core), closing=list(closing))
    plan.facts.append(
        Fact(1, "Lamp", False, {
            "item": Field("item", "Lamp"), "price": Field("price", "€12.00", RECEIPT),
            "in_stock": Field("in_stock", "in stock", RECEIPT), "yes": Field("yes", "yes"),
            "was": Field("price", "€20.00"), "stock": Field("stock", "12 in stock"),
        })
    )  # fmt: skip
    plan.facts.append(
        Fact(2, "Boots", True, {
            "item": Field("item", "Boots"), "price": Field("price", "€42.00"),
            "sold_out": Field("sold_out", "out of stock"), "no": Field("no", "no"),
            "rule": Field("quote", "Boots go back within 14 days."),
        })
    )  # fmt: skip
    return plan


def said(plan: Plan, text: str) -> tuple[Rewording, list[str]]:
    judge = Rewording(plan)
    out = [r.text for r in judge.begin()]
    for piece in re.findall(r".{1,7}", text, re.DOTALL):
        out += [r.text for r in judge.feed(piece)]
    out += [r.text for r in judge.end()]
    return judge, out + [r.text for r in judge.rest()]


PRICE = "The {1.item} costs {1.price} and is {1.in_stock}."
GONE = "{2.no}, the {2.item} are {2.sold_out}."


def test_another_wording_of_a_note_is_the_models_own() -> None:
    judge, out = said(a_plan(PRICE), "You can get the {1.item} for {1.price}; it's {1.in_stock}.")
    assert out == ["You can get the Lamp for €12.00; it's in stock."]
    assert (judge.num_own, judge.num_code, judge.refused) == (1, 0, [])


@pytest.mark.parametrize(
    "false",
    [
        "The {1.item} costs {1.price} and is not {1.in_stock}.",
        "The {1.item} costs {2.price} and is {1.in_stock}.",
        "The {2.item} costs {1.price} and is {1.in_stock}.",
        "The {1.item} costs {1.was} and is {1.in_stock}.",
        "The {1.item} costs {1.price} and is only {1.in_stock} today.",
        "The {1.item} costs {1.price} and is {1.in_stock}, and we ship it for free.",
        "The {1.item} no longer costs {1.price} and is {1.in_stock}.",
        "The {1.item} costs less than {1.price} and is {1.in_stock}.",
        "Sure, the {1.item} is the best.",
        "The {1.item} costs {1.price}.",
        "The {1.item} costs {1.price} and is {1.in_stock}",
    ][:-1],
)
def test_what_says_something_else_is_not_shown_and_code_says_the_note(false: str) -> None:
    judge, out = said(a_plan(PRICE), false)
    assert out == ["The Lamp costs €12.00 and is in stock."]
    assert judge.num_own == 0 and judge.refused


def test_every_note_is_said_once_and_in_order() -> None:
    plan = a_plan("Nobody taught me this.", PRICE, GONE, closing=("Nor this one.",))
    _, out = said(plan, "I'm sorry, the {2.item} are {2.sold_out}. The {1.item} is {1.in_stock} and costs {1.price}.")
    assert out == [
        "Nobody taught me this.",
        "The Lamp costs €12.00 and is in stock.",
        "I'm sorry, the Boots are out of stock.",
        "Nor this one.",
    ]


def test_a_refused_sentence_costs_its_own_note_only() -> None:
    plan = a_plan(PRICE, GONE)
    judge, out = said(plan, "The {1.item} is free. Unfortunately the {2.item} is {2.sold_out}.")
    assert out == ["The Lamp costs €12.00 and is in stock.", "Unfortunately the Boots are out of stock."]
    assert (judge.num_own, judge.num_code) == (1, 1)


def test_no_cheer_before_bad_news() -> None:
    judge, _ = said(a_plan(GONE), "Good news: the {2.item} is {2.sold_out}.")
    assert judge.refused
    judge, _ = said(a_plan(PRICE), "Sure! The {1.item} costs {1.price} and is {1.in_stock}.")
    assert not judge.refused


def test_a_quote_ends_its_sentence() -> None:
    judge, out = said(
        a_plan("{2.rule}", PRICE), "Our page says: {2.rule} It's {1.price} for the {1.item}, and it's {1.in_stock}."
    )
    assert out[0] == "Our page says: Boots go back within 14 days."
    assert judge.num_own == 2


def test_a_restarted_answer_is_not_said_twice() -> None:
    judge = Rewording(a_plan(PRICE, GONE))
    first = "The {1.item} is {1.in_stock} and costs {1.price}. "
    out = [r.text for r in judge.feed(first + "Un")]
    judge.restart()
    out += [r.text for r in judge.feed(first + "Sorry, the {2.item} are {2.sold_out}. ")]
    out += [r.text for r in (*judge.end(), *judge.rest())]
    assert out == ["The Lamp is in stock and costs €12.00.", "Sorry, the Boots are out of stock."]


def test_an_endless_sentence_and_babble_end_the_models_part() -> None:
    judge, out = said(a_plan(PRICE), "and it is " * 60)
    assert judge.failed and out == ["The Lamp costs €12.00 and is in stock."]
    judge, out = said(a_plan(PRICE), "It is fun. " * 9)
    assert judge.failed and out == ["The Lamp costs €12.00 and is in stock."]


def lines() -> Iterator[tuple[Note, str, Plan]]:
    """Every wording of the phrasebook, made from a sentence of code's with facts of the right kinds."""
    rng = random.Random(4)
    for entry in default_phrasebook().entries:
        plan = Plan()
        text = _with_facts(entry.code.source, plan)
        plan.core = [text]
        for note in notes(plan):
            for found, bound in note.entries:
                plain = {k: re.sub(r"\{[a-z_]+:", "{", v) for k, v in bound.items()}
                for line in found.lines:
                    yield note, line.pattern.make(plain, rng), plan


def _with_facts(source: str, plan: Plan) -> str:
    """A sentence of code's with placeholders in its slots: [item2] and what follows belong to a second product."""
    shapes = {
        "[offers]": "the [item] [price] ([in_stock]) and the [item2] [price2] ([sold_out2])",
        "[choices]": "the [item] is [in_stock] for [price] and the [item2] is [in_stock2] for [price2]",
        "[counts]": "the [item]: [stock] and the [item2]: [stock2]",
    }
    for slot, shape in shapes.items():
        source = source.replace(slot, shape)
    for number in (1, 2):
        plan.facts.append(Fact(number, "Thing", False, {"item": Field("item", "Thing")}))

    def put(match: re.Match[str]) -> str:
        kind, name, second = match[1], match[2] or match[1], match[3]
        fact = plan.facts[1 if second else 0]
        fact.fields[name] = Field(kind, "Something.")  # type: ignore[arg-type]
        return fact.key(name)

    return re.sub(r"\[([a-z_]+)(?:\.([a-z_]+))?(\d?)\]", put, source).replace("<w>", "colours")


def test_every_line_of_the_phrasebook_is_recognised() -> None:
    made = list(lines())
    assert len(made) > 400
    assert [(n.text, s) for n, s, plan in made if not says(canonical(typed(s, plan)), n)] == []


def test_no_line_survives_a_negation_or_a_swapped_fact() -> None:
    for note, sentence, plan in lines():
        words = sentence.split()
        for place in range(1, len(words)):
            for lie in ("not", "never", "only", "almost", "free"):
                spoilt = " ".join([*words[:place], lie, *words[place:]])
                assert not says(canonical(typed(spoilt, plan)), note), spoilt
        swapped = re.sub(r"\{([12])\.", lambda m: f"{{{3 - int(m[1])}.", sentence)
        if swapped != sentence and "{2." not in note.text:
            assert not says(canonical(typed(swapped, plan)), note), swapped


def test_a_note_with_a_figure_of_codes_is_codes_to_say() -> None:
    assert notes(a_plan("The {1.item} costs 5 euros less."))[0].entries == ()


def test_a_pattern_takes_words_over_as_they_stand() -> None:
    found = Pattern("The [item] has this <w>: [value].").match(
        canonical("The {item:1.item} have this pack size: {value:1.pack}.")
    )
    assert found == {"item": "{item:1.item}", "w": "pack size", "value": "{value:1.pack}"}


@pytest.mark.parametrize("source", ["[yes], the [item] and [item2] (are|is) <w> for [price.was]: [item].", "No (a|)."])
def test_the_slots_of_a_pattern_are_those_it_binds(source: str) -> None:
    assert Pattern(source).slots == tuple(Pattern(source)._regex.groupindex)


def test_a_wording_that_states_more_than_its_sentence_is_refused_by_line() -> None:
    with pytest.raises(UsageError, match=r"book:2: has the slots \['item', 'price'\]"):
        parse("= The [item] is here.\nThe [item] is here for [price].\n", "book")
