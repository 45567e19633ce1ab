"""Which option values a clause names, of one product's own options; which it asks for in vain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Money, Product, Variant
from assistant.understand.options import match_options, option_values
from assistant.understand.vocabulary import canonical

SHOE = {"colour": ["Black", "Navy Blue", "grey"], "size": ["40", "41", "42", "42.5"]}
SHIRT = {"color": ["red", "blue"], "size": ["S", "M", "L", "XL"], "material": ["cotton", "polyester"]}
BOTTLE = {"capacity": ["500ml", "750ml", "1000ml"], "color": ["red", "black"]}
LAPTOP = {"screen size": ["13-inch", "15-inch"], "ram": ["8GB", "16GB", "32GB"], "storage": ["256GB SSD", "1TB SSD"]}
TENT = {"waterproof": ["yes", "no"], "capacity": ["2-person", "4-person"]}
KEYBOARD = {"backlight": ["none", "white", "RGB"], "switch type": ["clicky", "linear", "tactile"]}
SPEAKER = {"battery life": ["10 hours", "20 hours"], "water resistance": ["yes", "no"], "color": ["black", "blue"]}
GRILL = {"features": ["none", "side burner", "rotisserie"]}
GRINDER = {"mechanism": ["built-in grinder", "no grinder"], "pressure": ["15 bar", "19 bar"]}


def named(text: str, values: dict[str, list[str]]) -> dict[str | None, str | None]:
    return {w.name: w.value for w in match_options(text, values)}


@pytest.mark.parametrize(
    ("text", "values", "found"),
    [
        # sizes
        ("in size 42", SHOE, {"size": "42"}),
        ("do you have it in 42?", SHOE, {"size": "42"}),
        ("42.5 please", SHOE, {"size": "42.5"}),
        ("in m", SHIRT, {"size": "M"}),
        ("a medium", SHIRT, {"size": "M"}),
        ("extra large", SHIRT, {"size": "XL"}),
        ("x-large in red", SHIRT, {"size": "XL", "color": "red"}),
        ("I'm looking for it", SHIRT, {}),
        # colours
        ("the BLACK one", SHOE, {"colour": "Black"}),
        ("in navy", SHOE, {"colour": "Navy Blue"}),
        ("gray", SHOE, {"colour": "grey"}),
        ("blue cotton shirt in size L", SHIRT, {"color": "blue", "material": "cotton", "size": "L"}),
        # what is denied
        ("without the burner?", GRILL, {"features": "none"}),
        ("with the burner", GRILL, {"features": "side burner"}),
        ("in leather without the waterproofing", TENT, {"waterproof": "no"}),
        ("without the red", BOTTLE, {}),
        # units
        ("1 litre", BOTTLE, {"capacity": "1000ml"}),
        ("the 1l bottle", BOTTLE, {"capacity": "1000ml"}),
        ("0.75 l in red", BOTTLE, {"capacity": "750ml", "color": "red"}),
        ("500 ml", BOTTLE, {"capacity": "500ml"}),
        ("the 15 inch with 16 gigs of ram", LAPTOP, {"screen size": "15-inch", "ram": "16GB"}),
        ('13" and 1 terabyte', LAPTOP, {"screen size": "13-inch", "storage": "1TB SSD"}),
        ("for 4 people", TENT, {"capacity": "4-person"}),
        ("the 4 person one", TENT, {"capacity": "4-person"}),
        ("with 20 hours of battery", SPEAKER, {"battery life": "20 hours"}),
        # switches
        ("is it waterproof", TENT, {"waterproof": "yes"}),
        ("a waterproof one for me", TENT, {"waterproof": "yes"}),
        ("not waterproof", TENT, {"waterproof": "no"}),
        ("non waterproof", TENT, {"waterproof": "no"}),
        ("without backlight", KEYBOARD, {"backlight": "none"}),
        ("no backlight and clicky", KEYBOARD, {"backlight": "none", "switch type": "clicky"}),
        ("white backlight", KEYBOARD, {"backlight": "white"}),
        ("water resistant in black", SPEAKER, {"water resistance": "yes", "color": "black"}),
        # parts of values
        ("the one with the built in grinder", GRINDER, {"mechanism": "built-in grinder"}),
        ("19 bar", GRINDER, {"pressure": "19 bar"}),
        # nothing
        ("how much is it", SHOE, {}),
        ("how large is it", SHIRT, {}),
        ("can I get it in 3 days", SHOE, {}),
        ("", SHOE, {}),
    ],
)
def test_values_that_a_clause_names(text: str, values: dict[str, list[str]], found: dict[str, str]) -> None:
    assert named(text, values) == found


@pytest.mark.parametrize(
    ("text", "values", "asked", "name"),
    [
        ("in purple?", SHOE, "purple", "colour"),
        ("size 47", SHOE, "47", "size"),
        ("do you have it in 47?", SHOE, "47", "size"),
        ("in XXL", SHIRT, "xxl", "size"),
        ("do you have it in extra small", SHIRT, "extra small", "size"),
        ("2xl please", SHIRT, "2xl", "size"),
        ("in XXL", {"size": ["40", "41"]}, "xxl", "size"),
        ("2 litres", BOTTLE, "2 litres", "capacity"),
        ("64 gb of ram", LAPTOP, "64 gb", "ram"),
    ],
)
def test_values_that_the_product_does_not_come_in(
    text: str, values: dict[str, list[str]], asked: str, name: str | None
) -> None:
    (wanted,) = match_options(text, values)
    assert (wanted.asked, wanted.name, wanted.value) == (asked, name, None)


def test_a_negated_value_is_not_wanted() -> None:
    assert named("not the black one", SHOE) == {}
    assert named("in blue, not red", SHIRT) == {"color": "blue"}


def test_the_options_name_beside_a_value_decides_between_options() -> None:
    values = {"ram": ["16GB", "32GB"], "storage": ["32GB", "64GB"]}
    assert named("32gb of storage", values) == {"storage": "32GB"}
    assert named("with 32gb ram", values) == {"ram": "32GB"}


def test_blocked_words_name_no_option() -> None:
    """The words of the product's own name, and of a price limit."""
    assert match_options("blue heron blanket", {"color": ["blue", "green"]}, frozenset({0, 1, 2})) == []


def test_values_come_in_the_order_of_the_text() -> None:
    assert [w.value for w in match_options("XL in cotton, red", SHIRT)] == ["XL", "cotton", "red"]


def test_the_options_of_active_variants_only() -> None:
    def variant(sku: str, active: bool, **options: str) -> Variant:
        return Variant(sku, "p", options, Money(100, "EUR"), None, 1, active, active)

    variants = (variant("1", True, size="M"), variant("2", True, size="L"), variant("3", False, size="XS"))
    more = variant("4", True, size="M")
    product = Product("p", "Shirt", "c", None, None, "", None, {}, {}, True, None, None, None, (*variants, more))
    assert option_values([product]) == {"size": ["M", "L"]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("extra large", "XL"),
        ("1 litre", "1000ml"),
        ("1.5L", "1500 ml"),
        ("2 kg", "2000g"),
        ("1TB", "1000 gb"),
        ("gray", "Grey"),
        ("8 hrs", "8 hours"),
        ("3 pieces", "3-piece"),
    ],
)
def test_one_form_for_all_ways_to_write_a_value(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1 litre", "100ml"), ("M", "L"), ("16GB", "16MB"), ("5 l", "5 lb"), ("2", "20")]
)
def test_different_values_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


ANY_VALUES = [SHOE, SHIRT, BOTTLE, LAPTOP, TENT, KEYBOARD, SPEAKER, GRINDER]


@given(text=st.text(max_size=60), values=st.sampled_from(ANY_VALUES))
def test_what_is_found_is_always_the_products_own(text: str, values: dict[str, list[str]]) -> None:
    for wanted in match_options(text, values):
        assert wanted.value is None or wanted.value in values[str(wanted.name)]


@given(data=st.data(), values=st.sampled_from(ANY_VALUES))
def test_a_value_written_out_is_found(data: st.DataObject, values: dict[str, list[str]]) -> None:
    name = data.draw(st.sampled_from(sorted(values)))
    value = data.draw(
        st.sampled_from([v for v in values[name] if v not in ("yes", "no", "none", "no grinder")] or ["-"])
    )
    if value != "-":
        assert named(f"with {name} {value}", values).get(name) == value
