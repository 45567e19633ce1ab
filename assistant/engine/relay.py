"""A saved memory, rewritten for a context of the same model that keeps its values the other way round.

With flash attention llama.cpp keeps a token's values in a row, without it the values of all tokens in a row, and takes
what one context saved in no context of the other kind. The layout is that of `llama_kv_cache::state_write` (llama.cpp,
src/llama-kv-cache.cpp), for keys and values that aren't quantised and models with one plain cache. Knows bytes only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine.backend import Saved

_HEAD = 8  # bytes: llama.cpp's mark, and the number of the memory that it was
_CELL = 12  # bytes about each token: its position, the number of its memories (1), which one
_KEYS_HEAD, _ROWS_HEAD, _COLUMNS_HEAD = 12, 12, 12  # type and row size; type and row size; type, item size and width
_ITEM_SIZES = {0: 4, 1: 2, 30: 2}  # bytes of a F32, F16 and BF16, by ggml's numbers


class UnknownLayout(Exception):
    """The bytes aren't laid out as expected: another llama.cpp, or another kind of model."""


@dataclass(frozen=True)
class _Place:
    """Where things lie in a saved memory of `num_tokens` tokens: offsets of the cells, of the keys and the values."""

    num_tokens: int
    cells: int
    keys: int
    values: int
    num_layers: int
    is_transposed: bool


class Room:
    """Bytes that are used again: fresh ones cost more to come by than what is done with them."""

    def __init__(self) -> None:
        self._bytes = np.empty(0, np.uint8)

    def of(self, size: int) -> Saved:
        """`size` bytes, which hold anything, until the next call."""
        if size > len(self._bytes):
            self._bytes = np.empty(size + size // 8, np.uint8)
        return self._bytes[:size]


def relay(saved: Saved, num_memories: int, room: Room) -> Saved:
    """`saved` for a context with `num_memories` memories and its values the other way round, written into `room`.

    Raises UnknownLayout when the bytes aren't what they should be.
    """
    place = _find(saved)
    result = room.of(_HEAD + 8 + (place.values - place.cells) + (len(saved) - place.values) + 4 * num_memories)
    at = _put(result, 0, saved[:_HEAD], _words(num_memories, place.num_tokens), saved[place.cells : place.keys - 8])
    kinds = _words(not place.is_transposed, place.num_layers)
    at = _put(result, at, kinds, saved[place.keys : place.values])
    start = place.values
    for _ in range(place.num_layers):
        head, values, start = _values(saved, start, place)
        at = _put(result, at, head)
        end = at + values.nbytes
        np.copyto(result[at:end].view(values.dtype).reshape(values.shape[::-1]), values.T)
        at = end
    if saved[start:].any():
        raise UnknownLayout("there is more behind the values")
    end = at + 4 * (num_memories - 1)
    result[at:end] = 0
    return result[:end]


def _find(saved: Saved) -> _Place:
    (num_streams,) = _number(saved, _HEAD, 1)
    counts = _number(saved, _HEAD + 4, int(num_streams))
    if not counts.any():
        raise UnknownLayout("nothing is saved")
    before = int(np.argmax(counts != 0))  # the memories before it are said to be empty
    num_tokens, cells = int(counts[before]), _HEAD + 8 + 4 * before
    if (_number(saved, cells, 3 * num_tokens)[1::3] != 1).any():
        raise UnknownLayout("a token belongs to several memories")
    at = cells + _CELL * num_tokens
    is_transposed, num_layers = (int(number) for number in _number(saved, at, 2))
    keys = at = at + 8
    if is_transposed > 1 or not 0 < num_layers < 1000:
        raise UnknownLayout(f"{num_layers} layers")
    for _ in range(num_layers):
        kind, row, high = (int(number) for number in _number(saved, at, 3))
        if kind not in _ITEM_SIZES or high or row % _ITEM_SIZES[kind]:
            raise UnknownLayout(f"keys of type {kind}")
        at += _KEYS_HEAD + row * num_tokens
    return _Place(num_tokens, cells, keys, at, num_layers, bool(is_transposed))


def _values(saved: Saved, at: int, place: _Place) -> tuple[Saved, NDArray[Any], int]:
    """One layer's values as they lie, the head that they need the other way round, and where the next layer's begin."""
    kind, first, second = (int(number) for number in _number(saved, at, 3))
    item = _ITEM_SIZES.get(kind, 0)
    width = second if place.is_transposed else first // item if item else 0
    if not item or not 0 < width < 1_000_000 or (first != item if place.is_transposed else second):
        raise UnknownLayout(f"values of type {kind}")
    begin = at + (_COLUMNS_HEAD if place.is_transposed else _ROWS_HEAD)
    end = begin + item * width * place.num_tokens
    if end > len(saved):
        raise UnknownLayout("it ends too early")
    shape = (width, place.num_tokens) if place.is_transposed else (place.num_tokens, width)
    values = saved[begin:end].view(np.dtype(f"u{item}")).reshape(shape)
    return _words(*((kind, item * width, 0) if place.is_transposed else (kind, item, width))), values, end


def _put(result: Saved, at: int, *parts: Saved) -> int:
    for part in parts:
        result[at : at + len(part)] = part
        at += len(part)
    return at


def _words(*numbers: int) -> Saved:
    return np.array(numbers, np.uint32).view(np.uint8)


def _number(saved: Saved, at: int, num: int) -> NDArray[np.uint32]:
    if at + 4 * num > len(saved):
        raise UnknownLayout("it ends too early")
    return np.frombuffer(saved[at : at + 4 * num].tobytes(), np.uint32)
