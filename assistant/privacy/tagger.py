"""Tells which words of a text are somebody's name, part of an address, a place or an organisation.

A small network over what the packaged sentence encoder knows of each token in its context, the word's shape and
hashed pieces of its spelling, and over the same of the words beside it; trained by finetune/names_head.py, kept as
safetensors. Knows no shop and no customer.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from assistant.shop.embed import DIMENSIONS, default_embedder

LABELS = ("other", "name", "address", "place", "organisation")
BUCKETS = 1 << 13
NUM_SHAPES = 24
NEIGHBOURS = 2
"""Words on either side that the second layer sees."""
_HEAD = Path(__file__).parent / "data" / "names.safetensors"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[^\w\s]")
_WINDOW = 60
"""Words that are read at once: what the encoder takes in with its 126 tokens, as a rule."""
_TITLES = frozenset("mr mrs ms miss dr prof sir madam mister herr frau señor señora".split())

Tokens = Callable[[str], tuple[NDArray[np.float32], list[tuple[int, int]]]]


class Word:
    """A word or mark of a text at [start, end)."""

    __slots__ = ("end", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end


def words_of(text: str) -> list[Word]:
    """The words and marks of a text, in order."""
    return [Word(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]


def windows(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Stretches of words to be read at once: [first, last), whole sentences or lines where they are short enough."""
    cuts, first = [], 0
    for i in range(len(words)):
        last = i + 1 == len(words)
        full = i + 1 - first >= _WINDOW
        natural = words[i].text in ".!?" and i + 1 - first >= _WINDOW // 2
        if last or full or natural:
            cuts.append((first, i + 1))
            first = i + 1
    return cuts


def features(text: str, words: Sequence[Word], tokens: Tokens) -> tuple[NDArray[np.float32], list[list[int]]]:
    """What is known of each word: (num_words, 384 + NUM_SHAPES) and the hashed pieces of its spelling."""
    dense = np.zeros((len(words), DIMENSIONS + NUM_SHAPES), np.float32)
    hashed: list[list[int]] = []
    for first, last in windows(text, words):
        base = words[first].start
        hidden, offsets = tokens(text[base : words[last - 1].end])
        at = 0
        for i in range(first, last):
            word = words[i]
            while at < len(offsets) and offsets[at][1] + base <= word.start:
                at += 1
            own = [j for j in range(at, min(at + 12, len(offsets))) if offsets[j][0] + base < word.end]
            if own:
                dense[i, :DIMENSIONS] = hidden[own].mean(axis=0)
    for i in range(len(words)):
        dense[i, DIMENSIONS:] = _shape(text, words, i)
        hashed.append(_pieces(words, i))
    return dense, hashed


def _shape(text: str, words: Sequence[Word], i: int) -> list[float]:
    word = words[i]
    before = text[: word.start].rstrip(" ")
    starts = i == 0 or before.endswith(("\n", ".", "!", "?", '"', "“", ":", ">"))
    neighbours = [words[j].text if 0 <= j < len(words) else "" for j in (i - 2, i - 1, i + 1, i + 2)]
    shape = [
        word.text[:1].isupper() and word.text[1:].islower(),
        word.text.isupper() and len(word.text) > 1,
        word.text.isdigit(),
        len(word.text) == 1 and word.text.isalpha(),
        not word.text[:1].isalnum(),
        starts,
        before.endswith("\n") or i == 0,
        starts and word.text[:1].isupper(),
        not starts and word.text[:1].isupper(),
        any(ord(c) > 127 for c in word.text),
        len(word.text) >= 5 and word.text.isdigit(),
        word.text.lower() in _TITLES,
        *(n[:1].isupper() for n in neighbours),
        *(n.isdigit() for n in neighbours),
        neighbours[1].lower() in _TITLES or neighbours[0].lower() in _TITLES,
        neighbours[1] in (",", "-"),
        neighbours[2] in (",", "-"),
        1.0,
    ]
    return [float(s) for s in shape]


def _pieces(words: Sequence[Word], i: int) -> list[int]:
    def plain(j: int) -> str:
        if not 0 <= j < len(words):
            return "^"
        text = unicodedata.normalize("NFKD", words[j].text.lower())
        text = "".join(c for c in text if not unicodedata.combining(c))
        return re.sub(r"\d", "0", text)

    word = plain(i)
    padded = f"<{word}>"
    pieces = [f"w:{word}", f"p:{plain(i - 1)}", f"n:{plain(i + 1)}", f"pp:{plain(i - 2)}|{plain(i - 1)}"]
    pieces += [f"nn:{plain(i + 1)}|{plain(i + 2)}", f"b:{padded[:4]}", f"e:{padded[-4:]}", f"e:{padded[-3:]}"]
    pieces += [f"c:{padded[k : k + 3]}" for k in range(len(padded) - 2)]
    return [zlib.crc32(p.encode()) % BUCKETS for p in pieces]


class Tagger:
    """The head with its weights. Read-only, shared by all threads."""

    def __init__(self, weights: dict[str, NDArray[np.float32]], tokens: Tokens) -> None:
        as_float = {name: w.astype(np.float32) for name, w in weights.items()}
        self._spelling = as_float["spelling"]  # (BUCKETS, num_units)
        self._dense, self._dense_bias = as_float["dense"], as_float["dense_bias"]  # (384 + NUM_SHAPES, num_units)
        self._wide, self._wide_bias = as_float["wide"], as_float["wide_bias"]  # (5 * num_units, num_wide)
        self._out, self._out_bias = as_float["out"], as_float["out_bias"]  # (num_wide, num_labels)
        self._skip = as_float["skip"]  # (num_units, num_labels)
        self._tokens = tokens

    def probabilities(self, text: str, words: Sequence[Word]) -> NDArray[np.float32]:
        """How likely each word is of each of LABELS: (num_words, num_labels)."""
        if not words:
            return np.zeros((0, len(LABELS)), np.float32)
        dense, hashed = features(text, words, self._tokens)
        spelled = np.stack([self._spelling[pieces].sum(axis=0) for pieces in hashed])
        units = np.maximum(dense @ self._dense + self._dense_bias + spelled, 0)
        spread = np.pad(units, ((NEIGHBOURS, NEIGHBOURS), (0, 0)))
        around = np.hstack([spread[k : k + len(words)] for k in range(2 * NEIGHBOURS + 1)])
        wide = np.maximum(around @ self._wide + self._wide_bias, 0)
        scores = wide @ self._out + self._out_bias + units @ self._skip
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float32)


@lru_cache(maxsize=1)
def default_tagger() -> Tagger:
    """The tagger that ships with the package, loaded once."""
    return Tagger(load_file(_HEAD), default_embedder().tokens)
