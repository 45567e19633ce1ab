"""Conversations in shops of other people's data: a catalogue of versions that are only there or not, one of counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record

Talk = Callable[..., Record]


@pytest.mark.parametrize(
    "said",
    [
        ("how much is the smartphone?",),
        ("price of a smartphone please", "and is it there?"),
        ("do you have the smartphone",),
        ("got any laptops?", "what do they cost"),
        ("how much is the backpack",),
    ],
)
def test_what_is_there_in_some_versions_only_is_said_to_be_so(said: tuple[str, ...], say: Talk) -> None:
    reply = say("tau2", *said).reply
    assert "available in some versions" in reply
    assert "is available and" not in reply
    assert "is available." not in reply


@pytest.mark.parametrize(
    "said",
    [
        ("do you have the smartphone in rose gold?", "how much is it"),
        ("the smartphone in gold please", "what does it cost"),
        ("is the smartphone there in gold, 128GB?", "price?"),
    ],
)
def test_of_the_version_talked_of_it_is_said_that_it_is_not_there(said: tuple[str, ...], say: Talk) -> None:
    reply = say("tau2", *said).reply
    assert "is not available at the moment" in reply
    assert "some versions" not in reply


@pytest.mark.parametrize("kind", ["tau2", "dummyjson"])
@pytest.mark.parametrize(
    "said", ["do you do gift wrapping?", "do you offer gift wrapping", "do you do key cutting", "do you engrave things"]
)
def test_a_service_that_no_page_speaks_of_is_not_answered_with_goods(kind: str, said: str, say: Talk) -> None:
    record = say(kind, said)
    assert "I don't have that information about our shop" in record.reply
    assert "A colleague can tell you" in record.reply
    assert not record.cards


@pytest.mark.parametrize(
    ("kind", "said", "first", "second"),
    [
        ("dummyjson", "cheapest laptop and what warranty does it have", "Lenovo Yoga 920", "6 months warranty"),
        ("dummyjson", "whats the best rated perfume? how fast does it ship", "Calvin Klein CK One", "Ships overnight"),
        ("tau2", "whats the cheapest headphones and what colors does it come in", "$330.08", "in these colors"),
    ],
)
def test_what_is_asked_of_the_one_that_is_found_is_answered(
    kind: str, said: str, first: str, second: str, say: Talk
) -> None:
    reply = say(kind, said).reply
    assert first in reply
    assert second in reply


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("dummyjson", "the iphone 13 pro died after two days"),
        ("dummyjson", "the red shoes fell apart"),
        ("tau2", "the water bottle cracked"),
        ("tau2", "the tea kettle leaks all over my stove"),
    ],
)
def test_what_went_wrong_is_acknowledged(kind: str, said: str, say: Talk) -> None:
    reply = say(kind, said).reply
    assert "sorry about that" in reply
    assert "Shall I call a colleague" in reply


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("warranty & return on it", ("6 months warranty", "7 days return policy")),
        ("price + ships when", ("$99.99", "Ships in 1 week")),
        ("price & rating", ("$99.99", "4.99 out of 5")),
        ("whats it cost and the return", ("$99.99", "7 days return policy")),
        ("price, warranty, shipping", ("$99.99", "6 months warranty", "Ships in 1 week")),
    ],
)
def test_every_one_of_two_short_questions_is_answered(said: str, told: tuple[str, ...], say: Talk) -> None:
    reply = say("dummyjson", "do you have the amazon echo plus", said).reply
    assert all(part in reply for part in told)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("do i have to buy a load?", "minimum order quantity: 9"),
        ("do i have to buy loads", "minimum order quantity: 9"),
        ("And it start from your warehouse when?", "Ships in 1 week"),
        ("what if he hates it?", "7 days return policy"),
    ],
)
def test_a_fact_is_asked_for_in_words_of_ones_own(said: str, told: str, say: Talk) -> None:
    assert told in say("dummyjson", "do you have the amazon echo plus", said).reply


@pytest.mark.parametrize("said", ["how wide is it though?", "how deep is it", "what's its width?"])
def test_a_height_is_no_answer_to_how_wide(said: str, say: Talk) -> None:
    reply = say("tau2", "do you have the bookshelf in wood, white?", said).reply
    assert "height" not in reply and "don't have that information" in reply
    assert "ft" in say("tau2", "do you have the bookshelf in wood, white?", "how tall is it?").reply


@pytest.mark.parametrize(
    "said",
    [
        ("do you have the nike air jordan in size 9",),
        ("do you have the nike air jordan", "do you have it in size 9?"),
    ],
)
def test_a_size_that_no_text_names_gets_no_yes(said: tuple[str, ...], say: Talk) -> None:
    reply = say("dummyjson", *said).reply
    assert "Yes" not in reply and "in stock" not in reply
    assert "doesn't say whether" in reply
