"""What short messages mean after others, over the products of two shops: pointing, doubting, taking two together."""

from __future__ import annotations

import pytest

from assistant.pipeline import Assistant
from assistant.types import Product
from tests.unit.test_topics import Talk, kinds, shop, talk, told

__all__ = ["shop", "talk"]


def some(shop: Assistant, talk: Talk, number: int) -> list[Product]:
    """Products whose names are enough to know them by."""
    found = []
    for products in kinds(shop).values():
        for product in products[:2]:
            if told(talk(f"How much is the {product.name}?")[0]) == {product.product_id}:
                found.append(product)
            if len(found) == number:
                return found
    return found


@pytest.mark.parametrize("doubt", ["are you sure?", "really?", "hm is that right?", "you sure about that"])
def test_a_doubted_answer_is_given_again(shop: Assistant, talk: Talk, doubt: str) -> None:
    for product in some(shop, talk, 3):
        first, again = talk(f"How much is the {product.name}?", doubt)
        assert again.reply.endswith(first.reply) and again.receipts


@pytest.mark.parametrize("words", ["how much are both together", "what do they cost together?", "total for the two"])
def test_two_talked_about_are_summed(shop: Assistant, talk: Talk, words: str) -> None:
    one, other = some(shop, talk, 2)
    record = talk(f"How much is the {one.name}?", f"and the {other.name}?", words)[-1]
    basket = next(a for a in record.acts if a.act == "basket")
    assert [item["products"] for item in basket.slots["items"]] == [[one.product_id], [other.product_id]]


@pytest.mark.parametrize("words", ["back to the first one", "the previous one?", "and the other one?"])
def test_what_was_talked_about_before_is_found_again(shop: Assistant, talk: Talk, words: str) -> None:
    one, other = some(shop, talk, 2)
    record = talk(f"Is the {one.name} in stock?", f"and the {other.name}?", words)[-1]
    assert told(record) == {one.product_id}


@pytest.mark.parametrize(
    ("words", "place"), [("2", 1), ("number 3", 2), ("the third looks nice", 2), ("the last one", -1), ("first", 0)]
)
def test_a_place_in_the_list_is_pointed_at(shop: Assistant, talk: Talk, words: str, place: int) -> None:
    for kind in list(kinds(shop))[:3]:
        listed, pointed = talk(f"show me your {kind.replace('-', ' ')}", words)
        shown = [card.product_id for card in listed.cards]
        if len(shown) == 3:
            assert told(pointed) == {shown[place]}, (kind, pointed.reply)


@pytest.mark.parametrize("words", ["ok", "hm ok", "ok great thanks"])
def test_an_ok_asks_for_nothing(shop: Assistant, talk: Talk, words: str) -> None:
    product = some(shop, talk, 1)[0]
    assert not talk(f"How much is the {product.name}?", words)[-1].receipts


def test_a_misspelt_option_is_the_one_it_is_near(shop: Assistant, talk: Talk) -> None:
    runner = next((p for p in shop.catalogue.iter_products() if p.name == "Trail Runner"), None)
    if runner is None:
        pytest.skip("this shop has no options")
    for words in ("in blak?", "balck", "do you have it in bleu?"):
        record = talk("How much is the Trail Runner?", words)[-1]
        wanted = "Blue" if "bleu" in words else "Black"
        assert {"name": "colour", "value": wanted} in record.acts[0].slots["options"]


@pytest.mark.parametrize("words", ["that and the {}, how much", "it + the {} = ?", "the same one plus one {}, all in?"])
def test_what_is_talked_about_and_what_is_named_are_summed(shop: Assistant, talk: Talk, words: str) -> None:
    one, other = some(shop, talk, 2)
    record = talk(f"How much is the {one.name}?", words.format(other.name))[-1]
    basket = next(a for a in record.acts if a.act == "basket")
    assert [item["products"][0] for item in basket.slots["items"]] == [one.product_id, other.product_id]


@pytest.mark.parametrize("words", ["what are all three together?", "all 4 of them in total, how much"])
def test_two_are_no_sum_of_three(shop: Assistant, talk: Talk, words: str) -> None:
    one, other = some(shop, talk, 2)
    record = talk(f"How much is the {one.name}?", f"and the {other.name}?", words)[-1]
    assert "in total" not in record.reply


@pytest.mark.parametrize("words", ["if i take {} is it cheaper", "is the {} one dearer?", "would {} be more expensive"])
def test_a_version_is_weighed_against_the_one_before(shop: Assistant, talk: Talk, words: str) -> None:
    for products in kinds(shop).values():
        for product in products:
            first = product.variants[0]
            others = [
                (n, v.options[n]) for v in product.variants for n in v.options
                if v.active and first.active and v.options[n] != first.options.get(n)
                and {k: x for k, x in v.options.items() if k != n} == {k: x for k, x in first.options.items() if k != n}
            ]  # fmt: skip
            if others and all(len(str(x)) > 2 for x in (*first.options.values(), others[0][1])):
                ask = f"How much is the {product.name} in {', '.join(first.options.values())}?"
                record = talk(ask, words.format(others[0][1]))[-1]
                if "compare" in [a.act for a in record.acts]:
                    assert record.reply.count("cost") >= 2
                    return
    pytest.skip("this shop has no such versions")
