"""Amounts, limits, ratings, places in a list and counts, as customers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.request import Bounds
from assistant.understand.quantities import bound_spans, comparative, min_rating, ordinals, price_bounds, quantity


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("jackets under 50", None, 5000),
        ("jackets under €50", None, 5000),
        ("jackets under £ 49.99", None, 4999),
        ("below 49,50 euros", None, 4950),
        ("under fifty bucks", None, 5000),
        ("under fifty-five euros", None, 5500),
        ("less than two hundred dollars", None, 20000),
        ("no more than a hundred pounds", None, 10000),
        ("up to 1,200 dollars", None, 120000),
        ("up to 1.200,50 euros", None, 120050),
        ("a laptop for less than 2k", None, 200000),
        ("at most $2000", None, 200000),
        ("my budget is 80", None, 8000),
        ("budget of about 80 euros", None, 8000),
        ("I can only spend 30", None, 3000),
        ("80 or less", None, 8000),
        ("80 euros max", None, 8000),
        ("something for 20 euros", None, 2000),
        ("a tent that doesn't cost more than 300", None, 30000),
        ("nothing over 120", None, 12000),
        ("i don't want to spend over 90", None, 9000),
        ("no jackets over 200 please", None, 20000),
        ("nothing fancy, over 100 is fine", 10000, None),
        ("got like 100 to spend", None, 10000),
        ("under a tenner", None, 1000),
        ("less than 2 grand", None, 200000),
        ("over 100", 10000, None),
        ("more than $100", 10000, None),
        ("at least 40 euros", 4000, None),
        ("40 or more", 4000, None),
        ("between 20 and 40", 2000, 4000),
        ("from 20 to 40 euros", 2000, 4000),
        ("between forty and twenty pounds", 2000, 4000),
        ("20-40 euros", 2000, 4000),
        ("between $1k and $2k", 100000, 200000),
        ("over 20 but under 50", 2000, 5000),
        ("around 100 euros", 8000, 12000),
        ("not less than 20", 2000, None),
        ("no less than 20", 2000, None),
        ("not under 100 please", 10000, None),
        ("i don't want anything below 50", 5000, None),
        ("nothing under 20", 2000, None),
        ("you have nothing under 20?", None, 2000),
        ("do you have no jackets under 50?", None, 5000),
        ("max. £1,200", None, 120000),
        ("under 50 shoes", None, 5000),
        ("headphones under 50 wireless", None, 5000),
        ("under 80 please", None, 8000),
        ("under 80 with a hood", None, 8000),
        ("a red one under 30 pls", None, 3000),
        ("less than £2 pens", None, 200),
    ],
)
def test_price_limits(text: str, low: int | None, high: int | None) -> None:
    assert price_bounds(text) == Bounds(low, high)


@pytest.mark.parametrize(
    "text",
    [
        "a laptop with at least 16 GB",
        "at least 4 stars",
        "under 15 inches",
        "a tent for 4 people",
        "more than 3 litres",
        "less than 500 g",
        "over 20 years of warranty",
        "within 3 days",
        "for 2 weeks",
        "do you have more than 5 of them",
        "size 42",
        "a head torch with over 500 lm",
        "sleeping bag for below 0 degrees",
        "gloves for under 10 degrees",
        "under 10 °C",
        "weighs less than 2 kilos",
        "less than 300 grams",
        "over 20 km",
        "a duvet over 10 tog",
        "more than 300 threads",
        "up to 8 players",
        "at least 3 pockets",
        "more than 2 ports",
        "between 2 and 4 players",
        "within 5 working days",
        "more than 30 psi",
        "the trail runner in 42",
        "iphone 13",
        "the first two",
        "how much is it",
        "",
    ],
)
def test_numbers_that_are_no_prices(text: str) -> None:
    assert not price_bounds(text)


def test_currencies_without_cents() -> None:
    assert price_bounds("under 5000 yen", digits=0) == Bounds(None, 5000)
    assert price_bounds("under 5.5", digits=3) == Bounds(None, 5500)


@given(
    st.integers(1, 99999), st.sampled_from(["under {}", "up to {}", "at most €{}", "less than {} euros", "{} or less"])
)
def test_any_amount_is_read_exactly(amount: int, form: str) -> None:
    assert price_bounds(form.format(amount)) == Bounds(None, amount * 100)
    assert price_bounds(form.format(f"{amount}.95")) == Bounds(None, amount * 100 + 95)


@given(st.text(max_size=80))
def test_no_text_breaks_them(text: str) -> None:
    bounds = price_bounds(text)
    assert bounds.low is None or bounds.low >= 0
    assert all(0 <= a < b for a, b in bound_spans(text))
    for reader in (min_rating, ordinals, comparative, quantity):
        reader(text)


def test_where_a_limit_stands() -> None:
    text = "size 42 under 50 euros"
    (start, end), *rest = bound_spans(text)
    assert not rest and text[start:end].startswith("under 50")


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("at least 4 stars", 4.0),
        ("4.5 stars or more", 4.5),
        ("rated above 4", 4.0),
        ("four stars", 4.0),
        ("good ones", None),
    ],
)
def test_ratings(text: str, rating: float | None) -> None:
    assert min_rating(text) == rating


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("the second one", [1]),
        ("the 3rd", [2]),
        ("the first and the last", [0, -1]),
        ("the first two", [0, 1]),
        ("number 2 please", [1]),
        ("option three", [2]),
        ("the latter", [-1]),
        ("the last time I came", []),
        ("first name", []),
        ("in blue", []),
    ],
)
def test_places_in_a_list(text: str, places: list[int]) -> None:
    assert ordinals(text) == places


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the cheaper one", "cheaper"),
        ("which is less expensive?", "cheaper"),
        ("the more expensive one", "dearer"),
        ("the better rated", "better_rated"),
        ("and the other one?", "other"),
        ("how much is it", None),
    ],
)
def test_comparatives(text: str, name: str | None) -> None:
    assert comparative(text) == name


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I need 30 of them", 30),
        ("are there 5 left", 5),
        ("can I get 12", 12),
        ("I want twelve", 12),
        ("two pairs", 2),
        ("in size 42", None),
        ("is it in stock", None),
    ],
)
def test_how_many(text: str, count: int | None) -> None:
    assert quantity(text) == count
