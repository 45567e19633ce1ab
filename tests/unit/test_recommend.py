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


def speaks_of(product: Product, word: str) -> bool:
    texts = [
        *product.attributes.values(),
        *product.specs.values(),
        product.description or "",
        product.subcategory or "",
    ]
    return word in " ".join(map(str, texts)).lower()


def test_a_gift_for_somebody_who_does_something_goes_with_it(assistant: Assistant, talk: Talk) -> None:
    for words in ("gift for a runner", "my brother is really into running, what could i get him?"):
        record = talk(words)
        found = products(assistant, record)
        assert "As a gift" in record.reply and all(speaks_of(p, "running") for p in found), record.reply
        assert len({p.subcategory for p in found}) > 1  # not three pairs of one kind of shoe


def test_a_gift_for_nobody_in_particular_is_made_for_no_child(assistant: Assistant, talk: Talk) -> None:
    first = products(assistant, talk("present for a keen hiker under 40"))[0]
    assert "child" not in f"{first.name} {first.subcategory} {first.attributes}".lower()


def test_an_amount_without_a_currency_is_a_gifts_budget(assistant: Assistant, talk: Talk) -> None:
    record = talk("gift for a runner, about 50")
    assert record.cards and all(float(card.price.removeprefix("£")) <= 60 for card in record.cards)


def test_advice_about_what_is_not_sold_says_so(assistant: Assistant, talk: Talk) -> None:
    record = talk("which drill would you recommend")
    assert "couldn't find a drill" in record.reply and not record.cards
    record = talk("what trombone would suit my wife")
    assert "couldn't find a trombone in our shop. As a gift I would suggest" in record.reply
    assert "couldn't find" not in talk("what tent would suit my girlfriend").reply


def test_words_of_ranking_name_no_thing(assistant: Assistant, talk: Talk) -> None:
    record = talk("which of your sleeping bag things has the best reviews")
    assert "best rated" in record.reply and {p.subcategory for p in products(assistant, record)} == {"Sleeping Bags"}


def test_a_kind_that_is_named_after_a_page_is_looked_for(assistant: Assistant, talk: Talk) -> None:
    record = talk("how much is the tarn 2 tent", "how long does delivery take", "ok what sleeping bags are there")
    assert {p.subcategory for p in products(assistant, record)} == {"Sleeping Bags"}


def test_what_is_set_beside_another_is_of_its_kind_and_said_once(assistant: Assistant, talk: Talk) -> None:
    record = talk("trail runner gtx or the plain one, which costs less")
    assert {p.subcategory for p in products(assistant, record)} == {"Trail Running Shoes"}
    assert record.reply.count("£119.00") == 1
