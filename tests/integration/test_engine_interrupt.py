"""A step of llama.cpp given up in its middle: the memories hold what they did, and go on as if nothing had been."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.engine.backend import Chunk, Interrupted
from assistant.engine.llama import LlamaBackend
from assistant.engine.options import LlamaOptions
from assistant.engine.reader import TILE
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.models import resolve

pytestmark = pytest.mark.model
LENGTH = 2 * TILE


@pytest.fixture(scope="module")
def backend() -> Iterator[LlamaBackend]:
    options = LlamaOptions(resolve().path, num_slots=3, num_public=1, context=256, weights="q8_0", threads=1)
    backend = LlamaBackend(options)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def tokens() -> list[int]:
    return LlamaTokenizer(resolve().path).encode(Path("README.md").read_text("utf-8"))[: LENGTH + 8]


def interrupted_after(backend: LlamaBackend, chunks: list[Chunk], seconds: float) -> bool:
    timer = threading.Timer(seconds, backend.interrupt)
    timer.start()
    try:
        backend.run(chunks, None)
        return False
    except Interrupted:
        return True
    finally:
        timer.join()
        backend._brake.release()


@pytest.mark.parametrize("held", [0, TILE])
@pytest.mark.parametrize("num", [8, TILE], ids=["answer", "prompt"])
def test_a_memory_goes_on_as_if_nothing_had_been(backend: LlamaBackend, tokens: list[int], held: int, num: int) -> None:
    def fill(memory: int) -> None:
        backend.truncate(memory, 0)
        if held:
            backend.run([Chunk(memory, tokens[:held], 0)], None)

    last = (num - 1,)
    fill(0)
    fill(1)
    chunks = [Chunk(memory, tokens[held : held + num], held, last) for memory in (0, 1)]
    chunks = chunks[:1] if num >= TILE else chunks
    began = time.monotonic()
    expected = [rows[0].copy() for rows in backend.run(chunks, None)]
    took = time.monotonic() - began
    stopped = 0
    for share in (0.0, 0.1, 0.3, 0.5, 0.7):
        for chunk in chunks:
            backend.truncate(chunk.memory, held)
        if not interrupted_after(backend, chunks, share * took):
            continue
        stopped += 1
        assert [backend.num_held(chunk.memory) for chunk in chunks] == [held] * len(chunks)
        rows = [rows[0] for rows in backend.run(chunks, None)]
        assert all(np.abs(row - there).max() < 1e-3 for row, there in zip(rows, expected, strict=True))
    assert stopped, "nothing was ever given up"


def test_it_ends_long_before_the_step_would(backend: LlamaBackend, tokens: list[int]) -> None:
    backend.truncate(0, 0)
    chunk = Chunk(0, tokens[:LENGTH], 0)
    cpu = time.thread_time()
    backend.run([chunk], None)
    whole = time.thread_time() - cpu
    backend.truncate(0, 0)
    backend.interrupt()
    cpu = time.thread_time()
    with pytest.raises(Interrupted):
        backend.run([chunk], None)
    assert time.thread_time() - cpu < whole / 4
    assert backend.num_held(0) == 0
    backend.run([chunk], None)
    assert backend.num_held(0) == LENGTH
