"""Messages that tell more than they ask: the question counts, about what was told before it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.pipeline import Assistant
from assistant.types import Record

Talk = Callable[..., Record]


def kinds(assistant: Assistant, record: Record) -> set[str | None]:
    products = assistant.catalogue.products([card.product_id for card in record.cards])
    return {p.subcategory for p in products}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (
            "So my husband turns 50 next week and he's taken up camping of all things, at his age, and he'd love a "
            "head torch that is bright. What have you got?",
            "Head Torches",
        ),
        ("Morning, I run a small cafe and we need a coffee maker. What do you stock?", "Coffee Makers"),
        ("Hiya, total beginner here, my physio told me to get one of those tents. Do you do them?", "Tents"),
    ],
)
def test_a_question_without_a_subject_is_about_what_was_told(
    assistant: Assistant, talk: Talk, said: str, kind: str
) -> None:
    assert kinds(assistant, talk(said)) == {kind}


def test_a_price_is_asked_of_what_was_told(talk: Talk) -> None:
    said = (
        "Just moved into my first flat and the landlord's left me with nothing, not even a kettle, so it's been cold "
        "mornings. First thing: a kettle. What do you want for one?"
    )
    assert "£59.00" in talk(said).reply and "don't have that information" not in talk(said).reply


def test_a_sentence_that_only_tells_gets_no_answer_of_its_own(talk: Talk) -> None:
    reply = talk(
        "I'll be staying in London over the holidays though. What's standard delivery to an address there?"
    ).reply
    assert "don't have that information" not in reply


def test_an_option_told_before_belongs_to_the_question(talk: Talk) -> None:
    assert "black, size 42" in talk("my size is 42. do you have the gtx in black?").reply.lower()
    assert "size 42" in talk("my size is 42. the gtx in black, it is there?").reply


def test_other_words_for_a_kind_are_understood(assistant: Assistant, talk: Talk) -> None:
    record = talk("any rucksacks?")
    assert record.cards and all("ack" in card.name for card in record.cards)


def test_who_asks_changes_no_answer(talk: Talk) -> None:
    answers = {talk(f"i'm a {who}woman, do you have hats").reply for who in ("", "black ", "white ")}
    assert len(answers) == 1


def test_a_kind_is_listed_whatever_is_told_beside_it(assistant: Assistant, talk: Talk) -> None:
    assert kinds(assistant, talk("what sleeping bag for my 6 foot 4 husband")) == {"Sleeping Bags"}
