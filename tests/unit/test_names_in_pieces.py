"""Long names of which customers say a maker and a number, or a model's number alone."""

from __future__ import annotations

import pytest

from assistant.language import stems
from assistant.understand.link import link
from assistant.understand.vocabulary import ProductName, Vocabulary, build, english_words

NAMES = {
    "tcl32": 'TCL 32" Class 3-Series Full HD 1080p LED Smart Roku TV - 40S355-CA',
    "tcl40": 'TCL 40" Class 3-Series Full HD 1080p LED Smart Roku TV - 40S355-CA',
    "tcl55": 'TCL - 55" Class 4-Series 4K UHD Roku Smart TV',
    "tcl75": 'TCL - 75" Class 6-Series Mini-LED QLED 4K UHD Smart TV',
    "samsung75": 'Samsung 75" Q900T 8K Ultra HD HDR Smart QLED TV',
    "samsung65": 'Samsung - 65" Class Q800T Series QLED 8K UHD Smart Tizen TV',
    "samsung65a": 'Samsung - 65" Class QN900A Series QLED 8K UHD Smart Tizen TV',
    "samsung55": 'Samsung - 55" Class S95B OLED 4K Smart Tizen TV',
    "sony32": 'Sony - 32" Class W830K HD LED Google TV',
    "sony55": 'Sony - 55" Class BRAVIA XR A95K 4K HDR OLED Google TV',
    "sony49": 'Sony - 49" Class X800H Series LED 4K UHD Smart Android TV',
    "sony65": 'Sony - 65" Class X900H Series LED 4K UHD Smart Android TV',
    "hp": 'HP - 17.3" Laptop - AMD Ryzen 5 - 8GB Memory',
    "omen": 'HP - Omen 17.3" Gaming Laptop - Intel Core i7 - 16GB Memory',
    "hp14": 'HP - 14" Chromebook - 4GB Memory',
    "hp15": 'HP - 15.6" Laptop - Intel Core i3 - 8GB Memory',
}


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    products = [
        ProductName(key, name, stems(name), "laptops" if name[:2] == "HP" else "tvs", None, None, True, None)
        for key, name in NAMES.items()
    ]
    return build(products, [], [], english_words())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("does the TCL 32 do netflix?", {"tcl32"}),
        ("I want the Samsung 75 inch 8K", {"samsung75"}),
        ("how much is the Q800T", {"samsung65"}),
        ("the small Sony for the kitchen, the 32 inch", {"sony32"}),
        ("what do I pay if I take the HP 17.3 inch", {"hp", "omen"}),  # "I" is no piece of "i7"
    ],
)
def test_found_by_a_few_pieces(text: str, found: set[str], words: Vocabulary) -> None:
    assert [set(m.product_ids) for m in link(text, words).mentions] == [found]


@pytest.mark.parametrize("text", ["have you a 55 inch?", "the smart one", "any samsung?", "is 512 gb enough"])
def test_what_many_have_names_none(text: str, words: Vocabulary) -> None:
    assert not [m for m in link(text, words).mentions if m.specific]
