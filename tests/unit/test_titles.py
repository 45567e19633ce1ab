"""Long titles have a short name where their beginning is theirs alone, and are found by it."""

from __future__ import annotations

import pytest

from assistant.language import stems
from assistant.understand.link import link
from assistant.understand.titles import short_names
from assistant.understand.vocabulary import ProductName, Vocabulary, build

NAMES = {
    "four": 'Microsoft - Surface Laptop 4 - 13.5" Touch-Screen - AMD Ryzen 7 - 16GB Memory - 256GB SSD - Ice Blue',
    "go": 'Microsoft - Surface Laptop Go - 12.4" Touch-Screen - Intel Core i5 - 8GB Memory - 128GB SSD - Platinum',
    "gold": "Apple - MacBook Air - M1 Chip - 8GB Memory - 256GB SSD - Gold Colour Edition",
    "grey": "Apple - MacBook Air - M1 Chip - 8GB Memory - 256GB SSD - Space Grey Edition",
    "guitar": "Fender Squier Dreadnought Acoustic Guitar with Gig Bag, Tuner, Strap, Strings and Picks",
    "brewer": "Bonavita BV1900TS 8-Cup Carafe Coffee Brewer, Stainless Steel",
    "plain": "Camp Mug",
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    english = frozenset("surface laptop touch screen gold space go coffee brewer bag with air guitar".split())
    return build(
        (ProductName(key, name, stems(name), "Things", None, None, True, None) for key, name in NAMES.items()),
        (),
        (),
        english,
    )


def test_a_long_title_is_called_by_the_shortest_beginning_that_is_its_own() -> None:
    assert short_names(NAMES) == {
        "four": "Microsoft - Surface Laptop 4",
        "go": "Microsoft - Surface Laptop Go",
        "guitar": "Fender Squier Dreadnought Acoustic Guitar",
        "brewer": "Bonavita BV1900TS 8-Cup Carafe Coffee Brewer",
    }


def test_a_beginning_that_is_another_s_whole_name_is_nobody_s_short_name() -> None:
    names = {"a": "Trail Boot", "b": "Trail Boot - waterproof, insulated, with a spare pair of laces"}
    assert short_names(names) == {"b": "Trail Boot - waterproof"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("what about the surface laptop 4, price", "four"),
        ("how much is the surface laptop go", "go"),
        ("the squier dreadnought?", "guitar"),
    ],
)
def test_the_short_name_names_the_product(vocabulary: Vocabulary, said: str, meant: str) -> None:
    assert [m.product_ids for m in link(said, vocabulary).mentions] == [(meant,)]


def test_what_both_short_names_have_names_both(vocabulary: Vocabulary) -> None:
    (mention,) = link("got the surface laptop?", vocabulary).mentions
    assert set(mention.product_ids) == {"four", "go"}
