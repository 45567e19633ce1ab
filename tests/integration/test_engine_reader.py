"""Prompts read in a context of their own: the same conversation afterwards, in one place, whoever overtakes whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.engine import reader as reader_module
from assistant.engine.backend import Chunk, Logits
from assistant.engine.llama import LlamaBackend
from assistant.engine.options import LlamaOptions
from assistant.engine.reader import TILE, Reader
from assistant.engine.relay import Room, UnknownLayout, relay
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.models import resolve

pytestmark = pytest.mark.model
LENGTH = 2 * TILE
ROUNDING = 0.05  # nats; another text is several away
SLOTS = 3


@pytest.fixture(scope="module")
def texts() -> list[list[int]]:
    """Different texts of LENGTH + 1 tokens, one for each memory."""
    tokens = LlamaTokenizer(resolve().path).encode(Path("README.md").read_text("utf-8"))
    assert len(tokens) > SLOTS * (LENGTH + 1)
    return [tokens[number * LENGTH : (number + 1) * LENGTH + 1] for number in range(SLOTS)]


def make(**options: object) -> LlamaBackend:
    return LlamaBackend(
        LlamaOptions(resolve().path, num_slots=SLOTS, num_public=1, context=192, weights="q8_0", **options)
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def backend() -> Iterator[LlamaBackend]:
    backend = make()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def plain(texts: list[list[int]]) -> list[NDArray[np.float64]]:
    """What is expected after each text where nothing is read apart."""
    backend = make(flash_prompts=False)
    assert backend._reader is None
    rows = [after(backend, memory, text) for memory, text in enumerate(texts)]
    backend.close()
    return rows


def logarithms(row: Logits) -> NDArray[np.float64]:
    wide = row.astype(np.float64)
    return np.asarray(wide - np.logaddexp.reduce(wide))


def divergence(known: NDArray[np.float64], row: NDArray[np.float64]) -> float:
    return float((np.exp(known) * (known - row)).sum())


def after(backend: LlamaBackend, memory: int, text: list[int]) -> NDArray[np.float64]:
    """What is expected after `text`, its last token computed as an answer's are."""
    backend.truncate(memory, 0)
    backend.run([Chunk(memory, text[:-1], 0)], None)
    return last(backend, memory, text)


def last(backend: LlamaBackend, memory: int, text: list[int]) -> NDArray[np.float64]:
    return logarithms(backend.run([Chunk(memory, text[-1:], len(text) - 1, (0,))], None)[0][0])


def reader_of(backend: LlamaBackend) -> Reader:
    assert backend._reader is not None, "this model and build of llama.cpp are known to allow it"
    return backend._reader


def test_what_was_read_apart_is_the_same_conversation(
    backend: LlamaBackend, texts: list[list[int]], plain: list[NDArray[np.float64]]
) -> None:
    rows = [after(backend, memory, text) for memory, text in enumerate(texts)]
    for number, row in enumerate(rows):
        assert divergence(plain[number], row) < ROUNDING
        assert all(divergence(other, row) > 1 for place, other in enumerate(plain) if place != number)


def test_a_memory_is_in_one_of_the_contexts(backend: LlamaBackend, texts: list[list[int]]) -> None:
    reader, home = reader_of(backend), backend._answers
    backend.truncate(1, 0)
    backend.run([Chunk(1, texts[1][:TILE], 0)], None)
    assert (reader.num_held(1), home.num_held(1), backend.num_held(1)) == (TILE, 0, TILE)
    last(backend, 1, texts[1][: TILE + 1])
    assert (reader.num_held(1), home.num_held(1), backend.num_held(1)) == (0, TILE + 1, TILE + 1)
    backend.run([Chunk(1, texts[1][TILE + 1 : 2 * TILE + 1], TILE + 1)], None)
    assert (reader.num_held(1), home.num_held(1)) == (2 * TILE + 1, 0)
    backend.truncate(1, 9)
    assert backend.num_held(1) == 9
    backend.copy(1, 2, 9)
    assert (reader.num_held(1), home.num_held(1), home.num_held(2)) == (0, 9, 9)
    backend.run([Chunk(1, texts[1][9 : 9 + TILE], 9)], None)
    backend.truncate(1, 0)
    assert backend.num_held(1) == 0
    assert all(reader.context.num_held(place) == 0 for place in range(reader.context.num_memories))


def test_prompts_that_overtake_each_other_are_not_mixed(
    backend: LlamaBackend, texts: list[list[int]], plain: list[NDArray[np.float64]]
) -> None:
    for memory in range(SLOTS):
        backend.truncate(memory, 0)
    for start, end in ((0, TILE), (TILE, LENGTH)):
        for memory, text in enumerate(texts):  # more prompts than the reader has places
            backend.run([Chunk(memory, text[start:end], start)], None)
    chunks = [Chunk(memory, text[-1:], LENGTH, (0,)) for memory, text in enumerate(texts)]
    for number, (row,) in enumerate(backend.run(chunks, None)):
        assert divergence(plain[number], logarithms(row)) < ROUNDING


def test_there_and_back_again_nothing_has_changed(backend: LlamaBackend, texts: list[list[int]]) -> None:
    after(backend, 0, texts[0])
    saved = backend.save(0)
    there = relay(saved, 7, Room())
    assert not np.array_equal(there[: len(saved)], saved)
    assert np.array_equal(relay(there, backend.num_sequences, Room()), saved)
    for broken in (saved[:100], saved[: len(saved) // 2], np.zeros(64, np.uint8), np.full(4000, 255, np.uint8)):
        with pytest.raises(UnknownLayout):
            relay(broken, 2, Room())


def test_a_model_whose_memories_can_not_be_moved_is_read_where_it_answers(
    monkeypatch: pytest.MonkeyPatch, texts: list[list[int]], plain: list[NDArray[np.float64]]
) -> None:
    def refuse(*_: object) -> None:
        raise UnknownLayout("another llama.cpp")

    monkeypatch.setattr(reader_module, "relay", refuse)
    backend = make()
    assert backend._reader is None and backend.prompt_tile == 1
    assert divergence(plain[0], after(backend, 0, texts[0])) < ROUNDING
    backend.close()


def test_a_copy_is_there_at_once(
    backend: LlamaBackend, texts: list[list[int]], plain: list[NDArray[np.float64]]
) -> None:
    """Saved, read on from or written over before anything is computed where it was made."""
    for memory, number in ((0, 0), (1, 1), (2, 2)):
        backend.truncate(memory, 0)
        backend.run([Chunk(memory, texts[number][:-1], 0)], None)
    backend.copy(0, 1, LENGTH)
    saved = backend.save(1)
    backend.copy(0, 1, TILE)
    backend.run([Chunk(1, texts[0][TILE:LENGTH], TILE)], None)
    backend.copy(0, 2, LENGTH)
    backend.truncate(2, 0)
    backend.run([Chunk(2, texts[2][:LENGTH], 0)], None)
    for memory, number in ((1, 0), (2, 2)):
        assert divergence(plain[number], last(backend, memory, texts[number])) < ROUNDING
    assert backend.restore(1, saved)
    assert divergence(plain[0], last(backend, 1, texts[0])) < ROUNDING
