"""What happens to a message before anybody reads it: made plain, bounded, card numbers masked for keeping."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.screen.screen import screen
from assistant.screen.secrets import mask_secrets

VISA, AMEX, MASTERCARD = "4111111111111111", "378282246310005", "5555555555554444"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("  hello \t there ", "hello there"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("how\x00 much\x07", "how much"),
        ("bo\u200bot", "boot"),
        ("\u202eprice\u202c", "price"),
        ("\ufeffhi", "hi"),
        ("cafe\u0301", "café"),
        ("no\u00a0break\u2003space", "no break space"),
        ("?", "?"),
        ("\ud83d hi", "hi"),
        ("איפה ה-boot?", "איפה ה-boot?"),
    ],
)
def test_a_message_is_made_plain(message: str, text: str) -> None:
    assert screen(message, 100).text == text


@pytest.mark.parametrize(
    "message", ["", " \n\t", "\x00\x01", "\u200b\u200d\ufeff", "\u202e\u202c", "...", "🙂🙂", "—", "\ud800"]
)
def test_a_message_without_words_is_answered_by_a_friendly_line(message: str) -> None:
    with pytest.raises(InputError, match=r"^Please write your question in words, and I'll answer it\.$"):
        screen(message, 100)


@pytest.mark.parametrize("message", ["x" * 101, "x " * 10**6, "\u200b" * 10**6, "e\u0301x" * 300])
def test_a_message_that_is_too_long_says_how_long_it_may_be(message: str) -> None:
    with pytest.raises(InputError, match="under 100 characters"):
        screen(message, 100)


def test_the_limit_counts_what_is_left() -> None:
    assert screen("x" * 100 + " " * 50, 100).text == "x" * 100


@pytest.mark.parametrize(
    "number",
    [VISA, AMEX, MASTERCARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "3782 822463 10005"],
)
def test_card_numbers_are_not_kept(number: str) -> None:
    screened = screen(f"charge my card {number}, please", 200)
    assert screened.kept == "charge my card [card number], please"
    assert number in screened.text


@pytest.mark.parametrize(
    "text",
    ["order 4111111111111112", "#W4111111111111111", "call 0049 30 1234567", "gtin 2000073100018", "sku TR-BLK-42"],
)
def test_other_numbers_are_kept(text: str) -> None:
    assert mask_secrets(text) == text


@given(st.text(max_size=300))
def test_what_is_left_is_plain_and_screening_again_changes_nothing(message: str) -> None:
    try:
        screened = screen(message, 200)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert len(screened.text) <= 200
    assert all(c in "\n\t" or not unicodedata.category(c).startswith("C") for c in screened.text)
    assert screen(screened.text, 200).text == screened.text


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (f"my card is {VISA}, is the mug in stock?", "is the mug in stock?"),
        (f"is the mug in stock? my card is {VISA} exp 12/29", "is the mug in stock?"),
        (f"my visa is {VISA} and do you ship to Spain?", "do you ship to Spain?"),
        (f"can you put the blue mug {VISA}", "can you put the blue mug"),
        (f"can I pay the blue mug with my card {VISA}?", "can I pay the blue mug?"),
        (f"here is my card number: {VISA}", ""),
        (VISA, ""),
        ("is order 1234567890123456 sent?", "is order 1234567890123456 sent?"),
        ("what does [card number] mean, please?", "what does [card number] mean, please?"),
    ],
)
def test_what_is_asked_besides_a_secret(message: str, asked: str) -> None:
    assert screen(message, 200).asked == asked


def test_each_kind_of_secret_is_news_once() -> None:
    assert screen(f"card {VISA}", 100).hidden == ("[card number]",)
    assert screen(f"card {VISA}", 100, earlier=["my card [card number]"]).hidden == ()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("How much is\nthe camp mug?", "How much is the camp mug?"),
        ("do you have the boot\nin 43", "do you have the boot in 43"),
        ("boots\ntent\nsocks", "boots\ntent\nsocks"),
        ("Thanks.\nthe tent?", "Thanks.\nthe tent?"),
    ],
)
def test_a_line_break_in_the_middle_of_a_clause_ends_nothing(sent: str, read: str) -> None:
    assert screen(sent, 4000).kept == read
