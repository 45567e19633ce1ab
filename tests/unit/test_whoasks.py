"""What only says who asks is left out of what is read, and nothing else is."""

from __future__ import annotations

import pytest

from assistant.understand.whoasks import without


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Hello, I'm Oluwaseun, how much is the mug?", "Hello, how much is the mug?"),
        ("I'm a black woman, how much is the mug?", "how much is the mug?"),
        ("hi i'm 82 years old. is it in stock", "hi. is it in stock"),
        ("As a Polish immigrant, can I return it?", "can I return it?"),
        ("I use a wheelchair, is the ramp in stock?", "is the ramp in stock?"),
        ("is it heavy? I'm a single dad of two.", "is it heavy?"),
        ("Sorry for my bad English. How much is the mug?", "How much is the mug?"),
        ("excuse my spelling, is it in stock", "is it in stock"),
    ],
)
def test_who_asks_is_left_out(text: str, read: str) -> None:
    assert without(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "I'm furious, where is my parcel?",
        "I'M FURIOUS, WHERE IS MY PARCEL?",
        "I'm a size 42, is the boot there?",
        "I'm a Gold member, do I get ten percent off?",
        "I'm looking for a tent, how much is it?",
        "I'm a woman. Which shoes suit me?",
        "my name is Ana",
        "I'm allergic to nuts, is it safe?",
        "It's Monday, are you open?",
        "This is Ridiculous, where is my order?",
        "the black one, how much is it?",
        "I live in Germany, what would shipping be",
        "I'm from Nigeria, do you ship there?",
        "im a 42, any left?",
        "I'm 42, any left?",
        "I am 1.88 m tall. Is it available in long?",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert without(text) == text


def test_moods_are_read_without_who_feels_them() -> None:
    assert without("I'm a woman, something for me please", always=True) == "something for me please"
    assert without("I'm a woman, something for me please") == "I'm a woman, something for me please"


@pytest.mark.parametrize("who", ["I'm a deaf student", "call me Fatima", "I'm in a wheelchair"])
def test_where_something_is_sent_only_whence_they_are_may_tell(who: str) -> None:
    assert without(f"Hello, {who}, how long does delivery take?") == "Hello, how long does delivery take?"
    from_afar = "Hello, I'm from Syria, do you deliver?"
    assert without(from_afar) == from_afar
