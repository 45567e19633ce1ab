"""What the shop is about to say is judged sentence by sentence, seldom by the encoder, and remembered."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.messages import Messages
from assistant.opinions import opinion
from assistant.screen import shelf as shelf_module
from assistant.screen.head import SafetyHead, Words
from assistant.screen.opinion import CLEAR, Opinion
from assistant.screen.shelf import SUSPICIOUS, UNFIT, Shelf


class _Words(Words):
    """Finds "vile" and "odd" suspicious."""

    def __init__(self) -> None:
        pass

    def of(self, text: str) -> float:
        return SUSPICIOUS + 1 if "vile" in text or "odd" in text else SUSPICIOUS - 1


class _Head(SafetyHead):
    """Says what the states add up to."""

    def __init__(self) -> None:
        pass

    def of_pieces(self, text: str) -> NDArray[np.float32]:
        return np.zeros(1, np.float32)

    def scores(self, of_pieces: NDArray[np.float32], states: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(of_pieces + states.sum(), np.float32)


class _Encoder:
    """Remembers what it was asked to read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, text: str) -> NDArray[np.float32]:
        self.read.append(text)
        return np.full((1, 1), 2 * UNFIT if "vile" in text else CLEAR - 1, np.float32)


def _nothing(text: str) -> NDArray[np.float32]:
    """The states by the second encoder: they add nothing."""
    return np.zeros((1, 1), np.float32)


@pytest.fixture
def encoder() -> _Encoder:
    return _Encoder()


@pytest.fixture
def shelf(encoder: _Encoder) -> Shelf:
    return Shelf(Opinion(encoder, _nothing, _Head(), _Head(), _Words()), ours=False)


def test_harmless_words_cost_no_run_of_the_encoder(shelf: Shelf, encoder: _Encoder) -> None:
    assert shelf.fit("A warm blanket of wool. It weighs 410 g.")
    assert encoder.read == []


def test_one_unfit_sentence_makes_the_text_unfit(shelf: Shelf, encoder: _Encoder) -> None:
    assert not shelf.fit("A warm blanket of wool. Here is something vile indeed. It weighs 410 g.")
    assert encoder.read == ["Here is something vile indeed"]


def test_lines_are_sentences_too(shelf: Shelf) -> None:
    assert not shelf.fit("Warm and dry always\nsomething vile in here\nWeight is 410 g")


def test_a_suspicious_sentence_may_be_fit(shelf: Shelf, encoder: _Encoder) -> None:
    assert shelf.fit("An odd little lamp.")
    assert encoder.read == ["An odd little lamp"]


def test_verdicts_of_both_kinds_are_remembered(shelf: Shelf, encoder: _Encoder) -> None:
    for _ in range(3):
        assert shelf.fit("An odd little lamp.")
        assert not shelf.fit("One vile little lamp.")
    assert encoder.read == ["An odd little lamp", "One vile little lamp"]


def test_the_oldest_verdict_is_forgotten_first(
    shelf: Shelf, encoder: _Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "_REMEMBERED", 2)
    for word in ("first", "second", "third", "second", "first"):
        shelf.fit(f"The odd {word} lamp.")
    assert [t.split()[2] for t in encoder.read] == ["first", "second", "third", "first"]


def test_one_or_two_words_are_not_judged(shelf: Shelf, encoder: _Encoder) -> None:
    assert shelf.fit("vile lamp")
    assert encoder.read == []


def test_the_heads_in_use_tell_a_threat_from_a_shelf() -> None:
    shelf = Shelf(opinion())
    assert shelf.fit(
        "A chef's knife with a blade of 20 cm that stays sharp for years. Kills 99% of bacteria and stains."
    )
    assert not shelf.fit("I will find you and kill you and your whole family, you worthless pig.")


def test_what_was_judged_ahead_costs_nothing_when_it_is_quoted(shelf: Shelf, encoder: _Encoder) -> None:
    texts = [
        "# Care\n- An **odd** little lamp. It is warm and dry.",
        "One vile little lamp",
        "odd old lamp (odd pale green)",
    ]
    rests: list[None] = []
    assert shelf.ahead(texts, lambda: False, lambda: rests.append(None)) == len(rests) == 4
    assert (
        shelf.fit("An odd little lamp")
        and shelf.fit("“An odd little lamp.”")
        and not shelf.fit("One vile little lamp.")
    )
    assert shelf.fit("odd old lamp (odd pale green)")
    assert len(encoder.read) == 4
    assert shelf.ahead(texts, lambda: False, lambda: rests.append(None)) == 0


def test_judging_ahead_ends_when_it_is_told_to(shelf: Shelf, encoder: _Encoder) -> None:
    assert shelf.ahead(["An odd little lamp."], lambda: True, lambda: None) == 0
    assert encoder.read == []


def test_the_heads_in_use_have_one_memory_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "_OF_THE_HEADS_IN_USE", shelf_module._Verdicts())
    read: list[str] = []
    states = Messages()

    def counted(text: str) -> NDArray[np.float32]:
        read.append(text)
        return states(text)

    text = "I will find you and kill you and your whole family."
    assert not Shelf(opinion(counted)).fit(text) and not Shelf(opinion(counted)).fit(text)
    assert len(read) == 1
