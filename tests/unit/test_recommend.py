"""Advice: among what was just shown, and gifts whose wishes are spread over a message."""

from __future__ import annotations

from collections.abc import Callable

from assistant.pipeline import Assistant
from assistant.types import Product, Record

Talk = Callable[..., Record]


def products(assistant: Assistant, record: Record) -> list[Product]:
    """The products on the answer's cards."""
    return assistant.catalogue.products([card.product_id for card in record.cards])


def test_advice_after_a_list_is_among_what_was_listed(assistant: Assistant, talk: Talk) -> None:
    listed = talk("show me your head torches")
    advised = talk("show me your head torches", "which one do you recommend?")
    assert {c.product_id for c in advised.cards} <= {c.product_id for c in listed.cards}


def test_advice_after_one_product_is_of_its_kind(assistant: Assistant, talk: Talk) -> None:
    record = talk("how much is the Nightfall -5 Sleeping Bag?", "which would you recommend?")
    assert {p.subcategory for p in products(assistant, record)} == {"Sleeping Bags"}


def test_a_gift_over_several_sentences_is_one_wish(assistant: Assistant, talk: Talk) -> None:
    record = talk("i need a present for my dad, he likes coffee. budget about 50 quid")
    assert "As a gift" in record.reply and record.cards
    text = " ".join(f"{p.name} {p.description} {p.subcategory}" for p in products(assistant, record))
    assert "coffee" in text.lower()
    assert all(float(card.price.removeprefix("£")) <= 50 for card in record.cards)


def test_what_fits_the_words_is_borne_by_the_products_name(assistant: Assistant, talk: Talk) -> None:
    record = talk("can you recommend a head torch?")
    names = {p.product_id: p.name for p in products(assistant, record)}
    said = [r for r in record.receipts if r.kind == "product" and r.field == "name" and r.key in names]
    assert said
    assert all(r.value == names[r.key] for r in said)
