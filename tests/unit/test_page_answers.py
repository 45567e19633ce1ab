"""What makes a paragraph, a row or a value the answer to a question asked in other words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.act.aspects import best
from assistant.act.rows import outside
from assistant.language import spelt_out
from assistant.shop.embed import default_embedder
from assistant.types import Product, Record

Talk = Callable[..., Record]


def product(name: str, brand: str | None = None, description: str = "", **specs: str) -> Product:
    named = {key.replace("_", " "): value for key, value in specs.items()}
    return Product("p", name, "things", None, brand, description, None, {}, named, True, None, None, None, ())


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how long do i have to send things back", "30 days"),
        ("how many days have we got to return something", "30 days"),
        ("when do i get my money after a return", "5 working days"),
        ("from which amount on is delivery free", "60.00"),
        ("do you ship to the US?", "do not deliver to other countries"),
        ("do you take amex", "American Express"),
        ("do gift cards expire", "5 years"),
    ],
)
def test_the_sentence_that_answers_is_quoted(question: str, told: str, talk: Talk) -> None:
    assert told in talk(question).reply


@pytest.mark.parametrize("question", ["do you hire out tents as well", "can i rent a sleeping bag"])
def test_goods_alone_make_no_paragraph_an_answer(question: str, talk: Talk) -> None:
    assert "We take back" not in talk(question).reply


def test_the_row_of_the_amount_is_told() -> None:
    rows = ["Total: Up to $200; STANDARD: $16", "Total: $200.01—500.00; STANDARD: $21", "Total: Over $500.00; S: $29"]
    assert [outside("standard shipping if i spend about 250", row) for row in rows] == [True, False, True]
    assert [outside("shipping on a $90 order", row) for row in rows] == [False, True, True]
    assert not any(outside("what does shipping cost", row) for row in rows)
    assert not outside("i spend 30", "It is free from $60.")


def test_a_brand_or_half_a_word_answers_no_other_question() -> None:
    lamp = product("Desk Lamp", "Lumenfold", screen_size="7 inch", waterproof="no")
    encode = default_embedder().encode

    def told(question: str) -> list[str]:
        return [a.name for a in best(question, lamp, encode)]

    assert told("how many lumens is it") == []
    assert told("does it have a touchscreen") == []
    assert told("who makes it") == ["brand"]
    assert told("how big is the screen") == ["screen size"]


def test_a_guarantee_is_a_warranty() -> None:
    maker = product("Coffee Maker", description="It comes with a 5-year warranty. It brews 10 cups.")
    found = best("how long is it guaranteed", maker, default_embedder().encode)
    assert found and "5-year" in found[0].value


def test_what_is_typed_in_a_hurry_is_spelt_out() -> None:
    assert spelt_out("where is ur shop, cant u post it") == "where is your shop, can't you post it"


def test_a_measure_is_answered_by_a_line_with_a_figure() -> None:
    bag = product(
        "Fusion Pack", description="A roomy pack that is big enough for all your things. Dimensions: 18 x 10 x 6 in."
    )
    found = best("how big is the pack", bag, default_embedder().encode)
    assert found and "18" in found[0].value


def test_a_verb_s_parts_stand_apart(talk: Talk) -> None:
    reply = talk("could i pick it up from the shop instead?").reply
    assert "ready 2 hours after your order" in reply and "Order again instead" not in reply
    assert "Gas canisters" not in reply, "a rule for other goods"
