"""Where an answer ends for its caller: the same text however it comes, whole sentences, stop sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from assistant.api_cut import Cut


def words(text: str) -> int:
    return len(text.split())


def whole(cut: Cut, pieces: list[str]) -> str:
    sent = "".join(cut.take(piece) for piece in pieces) + cut.rest()
    assert sent == cut.sent
    return sent


def test_without_bounds_everything_is_sent_as_it_comes() -> None:
    cut = Cut()
    assert [cut.take("It is red."), cut.take(" It is big."), cut.rest()] == ["It is red.", " It is big.", ""]
    assert cut.finish == "stop"


@pytest.mark.parametrize(
    ("limit", "sent", "finish"),
    [(6, "It is red. It is big.", "stop"), (5, "It is red.", "length"), (3, "It is red.", "length"), (2, "", "length")],
)
def test_a_limit_ends_between_sentences(limit: int, sent: str, finish: str) -> None:
    cut = Cut(max_tokens=limit, count=words)
    assert whole(cut, ["It is red.", " It is big."]) == sent and cut.finish == finish


def test_what_comes_after_a_sentence_that_did_not_fit_is_not_sent_either() -> None:
    cut = Cut(max_tokens=3, count=words)
    assert whole(cut, ["One. ", "Two three four five. ", "Six."]) == "One. "


def test_a_stop_sequence_across_pieces_is_held_back_until_it_is_clear() -> None:
    cut = Cut(stop=["END"])
    assert [cut.take("a E"), cut.take("N"), cut.take("T b"), cut.take(" EN"), cut.take("D c")] == [
        "a ",
        "",
        "ENT b",
        " ",
        "",
    ]
    assert cut.is_over and cut.rest() == "" and cut.sent == "a ENT b "


def test_the_first_of_several_stop_sequences_counts() -> None:
    assert whole(Cut(stop=["big", "red"]), ["It is red.", " It is big."]) == "It is "


@given(
    some.lists(some.text(alphabet="ab .\n", max_size=6), max_size=6),
    some.lists(some.text(alphabet="ab .\n", min_size=1, max_size=4), max_size=4),
)
def test_the_pieces_make_no_difference_to_where_it_stops(pieces: list[str], stop: list[str]) -> None:
    text = "".join(pieces)
    ends = min([place for s in stop if (place := text.find(s)) >= 0], default=len(text))
    assert whole(Cut(stop=stop), pieces) == text[:ends]
