"""Which products, categories, brands and options a customer's words name, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import stems
from assistant.understand.link import Links, link
from assistant.understand.vocabulary import ProductName, Vocabulary, build, english_words

NAMES = {
    "runner": ("Trail Runner", "Footwear", "Corrick"),
    "runner-gtx": ("Trail Runner GTX", "Footwear", "Corrick"),
    "tshirt": ("T-Shirt", "Clothing", "Loom"),
    "jacket": ("Squall Rain Jacket", "Clothing", "Corrick"),
    "fleece": ("Cinder Fleece Jacket", "Clothing", "Loom"),
    "tent2": ("Tarn 2 Tent", "Camping", "Highfell"),
    "tent3": ("Tarn 3 Tent", "Camping", "Highfell"),
    "moka": ("Hob Moka Pot", "Coffee & Tea", "Ember"),
    "grinder": ("Burr Hand Grinder", "Coffee & Tea", "Ember"),
    "torch": ("Head Torch", "Camping", None),
    "macbook": ("MacBook Pro 14", "Computers", "Apple"),
    "galaxy5": ("Samsung Galaxy S5", "Phones", "Samsung"),
    "galaxy6": ("Samsung Galaxy S6", "Phones", "Samsung"),
    "dress": ("Black Women's Gown", "womens-dresses", None),
    "lamp": ("Blue & Black Check Shirt", "mens-shirts", None),
    "old": ("Old Kettle", "Kitchen", None),
}
OPTIONS = [("colour", "Black"), ("colour", "Blue"), ("size", "M"), ("size", "42"), ("capacity", "1000ml")]


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    products = [
        ProductName(key, name, stems(name), category, None, brand, key != "old", None)
        for key, (name, category, brand) in NAMES.items()
    ]
    return build(products, OPTIONS, ["material", "waterproof"], english_words())


def products(links: Links) -> list[set[str]]:
    return [set(m.product_ids) for m in links.mentions]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("how much is the Trail Runner GTX?", [{"runner-gtx"}]),
        ("how much is the trail runner", [{"runner"}]),
        ("trail runners in blue", [{"runner"}]),
        ("TRAIL RUNNER", [{"runner"}]),
        # joined, split and misspelt
        ("a tshirt please", [{"tshirt"}]),
        ("t shirts", [{"tshirt"}]),
        ("trailrunner gtx", [{"runner-gtx"}]),
        ("the sqall rain jaket", [{"jacket"}]),
        ("mokka pot", [{"moka"}]),
        ("macbok pro", [{"macbook"}]),
        ("head tourch", [{"torch"}]),
        # parts of a name that tell it apart
        ("the moka pot", [{"moka"}]),
        ("do you have the squall", [{"jacket"}]),
        ("is the macbook in stock", [{"macbook"}]),
        # several that fit equally
        ("the tarn tent", [{"tent2", "tent3"}]),
        ("tarn 3", [{"tent3"}]),
        ("a samsung galaxy", [{"galaxy5", "galaxy6"}]),
        # two in one sentence
        ("compare the tarn 2 tent with the tarn 3 tent", [{"tent2"}, {"tent3"}]),
        ("the squall rain jacket and the hob moka pot", [{"jacket"}, {"moka"}]),
        ("is the trail runner cheaper than the trail runner gtx", [{"runner"}, {"runner-gtx"}]),
        # nothing of this shop
        ("do you sell unicycles", []),
        ("in blue, please", []),
        ("what is your return policy", []),
        ("42", []),
        ("", []),
    ],
)
def test_products_that_are_named(text: str, found: list[set[str]], words: Vocabulary) -> None:
    assert products(link(text, words)) == found


def test_a_whole_name_has_full_coverage(words: Vocabulary) -> None:
    (whole,) = link("burr hand grinder", words).mentions
    (part,) = link("the burr grinder", words).mentions
    assert whole.coverage == 1.0 and whole.specific
    assert part.coverage < 1.0 and part.product_ids == ("grinder",)


def test_products_no_longer_sold_are_found_by_name(words: Vocabulary) -> None:
    assert products(link("what about the old kettle", words)) == [{"old"}]


def test_categories_and_brands(words: Vocabulary) -> None:
    links = link("footwear by corrick, and something for camping", words)
    assert [c for _, c in links.categories] == ["Footwear", "Camping"]
    assert [b for _, b in links.brands] == ["Corrick"]
    assert [c for _, c in link("any coffee and tea", words).categories] in (["Coffee & Tea"], [])


def test_options_of_the_shop_and_colours_of_none(words: Vocabulary) -> None:
    options = {o.asked: o.pairs for o in link("black or purple, 1 litre, size 42", words).options}
    assert options["black"] == {("colour", "Black")}
    assert options["purple"] == frozenset()
    assert options["1 litre"] == {("capacity", "1000ml")}
    assert options["42"] == {("size", "42")}


def test_ordinary_words_are_not_taken_for_misspellings(words: Vocabulary) -> None:
    for text in ("the rent is due", "a better torque", "my parents", "trial and error"):
        assert link(text, words).corrected == {}


@given(text=st.text(max_size=60))
def test_no_text_breaks_it(text: str, words: Vocabulary) -> None:
    links = link(text, words)
    for mention in links.mentions:
        assert mention.positions <= set(range(len(links.tokens))) and set(mention.product_ids) <= set(NAMES)


@given(
    key=st.sampled_from(sorted(NAMES)),
    form=st.sampled_from(["{}", "is the {} in stock?", "how much are your {}", "{} pls"]),
)
def test_every_product_is_found_by_its_whole_name(key: str, form: str, words: Vocabulary) -> None:
    mentions = link(form.format(NAMES[key][0]), words).mentions
    assert [m.product_ids for m in mentions] == [(key,)]
    assert mentions[0].coverage == 1.0


@pytest.mark.parametrize(("word", "same"), [("tvs", "tv"), ("dvds", "dvd"), ("gps", "gps"), ("bus", "bus")])
def test_abbreviations_in_the_plural(word: str, same: str) -> None:
    assert stems(word) == stems(same)
