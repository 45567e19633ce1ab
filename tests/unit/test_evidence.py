"""Which line of a shop's texts answers a question: the trained head, and what it is asked for."""

from __future__ import annotations

import pytest

from assistant.act.aspects import best
from assistant.act.evidence import Line, features, scores
from assistant.shop.embed import default_embedder
from assistant.types import Money, Product, Variant

_LINES = [
    Line("stainless steel, walnut handle", "material"),
    Line("2", "warranty_years"),
    Line("hand wash only", "care"),
    Line("The blade is 20 cm long and is ground by hand."),
    Line("It comes with a leather sheath."),
    Line("A repair takes up to 10 working days.", under="Repairs"),
]


def _first(question: str) -> tuple[int, float]:
    told = scores(question, _LINES, default_embedder().encode)
    return int(told.argmax()), float(told.max())


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("what's it made of", 0),
        ("how should i clean it", 2),
        ("how big is the blade", 3),
        ("do you get a sheath with it", 4),
        ("how long are repairs", 5),
    ],
)
def test_the_line_that_answers_comes_first(question: str, place: int) -> None:
    assert _first(question)[0] == place


def test_the_answer_scores_above_none_and_an_unrelated_question_below() -> None:
    assert _first("does it come with a sheath?")[1] > 0.5
    assert _first("can it be used under water by divers?")[1] < 0
    assert _first("who won the match yesterday")[1] < 0


def test_every_line_has_the_same_finite_features_whatever_stands_in_it() -> None:
    encode = default_embedder().encode
    odd = [Line(""), Line("", "name"), Line("ß" * 500, "x" * 300), Line("日本語")]
    found = features("", odd, encode)
    assert found.shape == features("what?", _LINES, encode)[:4].shape
    assert bool(abs(found).max() < 1e6)
    assert scores("what?", [], encode).shape == (0,)


def _product(**texts: str) -> Product:
    variant = Variant("K1", "k", {}, Money(5000, "GBP"), None, 3, True, True)
    return Product(
        "k", "Shea Butter Wash", "Care", None, None, texts["description"], None, {"volume": "250 ml"}, {}, True, None,
        None, None, (variant,),
    )  # fmt: skip


def test_words_of_the_name_still_ask_where_nothing_else_does() -> None:
    product = _product(description="Shea Butter Wash cleans gently with the power of shea butter. Made in France.")
    found = best("is there shea butter in it", product, default_embedder().encode)
    assert found and "power of shea butter" in found[0].value


def test_nothing_is_told_where_no_line_answers() -> None:
    product = _product(description="A gentle wash for every day. The bottle is recycled.")
    assert not best("how many watts does it draw", product, default_embedder().encode)
