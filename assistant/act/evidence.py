"""How well a line of the shop's own texts answers a question: an attribute with its value, or a sentence.

    scores(question, lines, encode) -> one number per line; above 0 it is more likely the answer than none is

In two steps. A small linear head over the nearness in meaning and the words that question and line share
(finetune/evidence_head.py) finds the lines worth reading; an encoder trained for it reads those (line_reader.py), and
the score is the sum of what it makes of them and of the same features with weights learnt beside it. Each line is
judged by itself, so that lines of a product, of a page and of the shop's facts are on one scale. Knows no products, no
pages and no wording.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.act.concepts import concepts, likeliest
from assistant.act.line_reader import default_reader
from assistant.language import STOP_WORDS, fold, stem, stems
from assistant.linear import Encode
from assistant.shop.search_words import with_synonyms
from assistant.turn_encoder import once

_HEAD = Path(__file__).parent / "data" / "evidence.json"
_STOP = frozenset(stem(w) for w in STOP_WORDS)
_YES_NO = re.compile(r"^\W*(?:(?:so|and|but|ok|oh|hm+)\W+)*(?:is|are|does|do|can|could|has|have|will|would|did|was)\b")
_CLIP = 5.0


@dataclass(frozen=True)
class Line:
    """Something that could answer: `text` is the shop's; `name` is the attribute's, empty for a sentence.

    `under` are the title and heading that a sentence of a page stands under.
    """

    text: str
    name: str = ""
    under: str = ""

    @property
    def whole(self) -> str:
        """The line as it is read: "material: steel"."""
        return f"{self.name.replace('_', ' ')}: {self.text}" if self.name else self.text

    @property
    def in_place(self) -> str:
        """The line under its title and heading: alone it may lack what it is about."""
        return f"{self.under}: {self.whole}" if self.under else self.whole


class EvidenceHead:
    """The weights of the head, over standardised features. Read-only."""

    def __init__(
        self, mean: NDArray[np.float32], scale: NDArray[np.float32], weights: NDArray[np.float32], bias: float
    ):
        self.mean, self.scale = mean, scale  # (num_features,)
        self.weights, self.bias = weights, bias  # (num_features,)

    @classmethod
    def load(cls, path: Path) -> EvidenceHead:
        data = json.loads(path.read_text(encoding="utf-8"))
        mean, scale, weights = (np.array(data[key], np.float32) for key in ("mean", "scale", "weights"))
        return cls(mean, scale, weights, float(data["bias"]))

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(num_lines, num_features) -> (num_lines,): log odds against "none of these"."""
        return np.asarray(self.standard(features) @ self.weights + self.bias, np.float32)

    def standard(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The features on one scale, (num_lines, num_features)."""
        return np.asarray(np.clip((features - self.mean) / self.scale, -_CLIP, _CLIP), np.float32)


@lru_cache(maxsize=1)
def default_head() -> EvidenceHead:
    """The head that ships with the package, loaded once."""
    return EvidenceHead.load(_HEAD)


def scores(question: str, lines: Sequence[Line], encode: Encode) -> NDArray[np.float32]:
    """How well each line answers; (0,) for no lines, UNREAD for lines that weren't worth reading.

    A turn asks the same of the same lines for each way that its message may be taken in (readings/)."""
    whole = tuple(lines)
    return once(encode, ("scores", question, whole), lambda: _scores(question, whole, encode))


def _scores(question: str, lines: Sequence[Line], encode: Encode) -> NDArray[np.float32]:
    found = np.full(len(lines), UNREAD, np.float32)
    if not lines:
        return found
    head, reader = default_head(), default_reader()
    told = features(question, lines, encode)
    near = np.argsort(-head.score(told), kind="stable")[:NUM_READ]
    read = reader.read(question, [lines[i].in_place for i in near], [bool(lines[i].name) for i in near])
    found[near] = read + head.standard(told[near]) @ reader.linear
    told_apart = _told_apart(question, lines, found)
    told_apart.flags.writeable = False
    return told_apart


def read_line(line: Line, encode: Encode) -> None:
    """Read a line before it is asked for: what `scores` makes of it is remembered then."""
    encode([line.whole, *([line.name.replace("_", " "), line.text] if line.name else [])])
    default_reader().remember([line.in_place])


def _told_apart(question: str, lines: Sequence[Line], found: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scores, where of two attributes that share a word ("keeps hot", "keeps cold") only the other's own word is
    asked for, lower for the one: to an encoder opposites are nearly the same."""
    asked = with_synonyms(_words(question))
    names = {place: _seen(line).name for place, line in enumerate(lines) if line.name}
    called = [(place, name) for place, name in names.items() if not name.isdisjoint(asked)]
    for place, name in names.items():
        for other, others in called:
            apart = (
                not name.isdisjoint(others)
                and bool((others - name) & asked)
                and name - others
                and not name - others & asked
            )
            if apart and found[other] > UNREAD:
                found[place] = min(found[place], found[other] - _BEHIND)
    return found


_BEHIND = 0.1


NUM_READ = 24
"""How many lines are read: of the held-out shops' questions 98 to 100% have their answer among the first eight."""
UNREAD = -10.0


def is_yes_no(question: str) -> bool:
    """Whether the question is answered by yes or no."""
    return bool(_YES_NO.search(fold(question)))


def features(question: str, lines: Sequence[Line], encode: Encode) -> NDArray[np.float32]:
    """(num_lines, num_features). A word that few of the lines have counts for more."""
    seen = [_seen(line) for line in lines]
    distinct = list(dict.fromkeys([question, *(text for line in seen for text in line.texts)]))
    vectors = dict(zip(distinct, encode(distinct), strict=True))
    own = vectors[question]
    near_to = {text: float(own @ vector) for text, vector in vectors.items()}
    asked = _Asked.of(question, seen)
    meant = concepts(question, encode)
    rows = []
    for line in seen:
        near = near_to[line.whole]
        to_name = near_to[line.called] if line.called else 0.0
        to_text = near_to[line.text] if line.called else near
        named = bool(line.called)
        rows.append([
            *_nearness(named, near, to_name, to_text, asked.yes_no),
            *_shared(asked, line, named),
            *_named(asked.words, line.name, line.own, asked.yes_no, named),
            likeliest(meant, line.called) if named else 0.0, float(asked.yes_no), len(line.words) / 30,
            len(asked.words) / 10,
        ])  # fmt: skip
    return np.array(rows, np.float32)


class _Seen(NamedTuple):
    """What of a line the features go by; the same for every question."""

    whole: str
    called: str
    """The attribute's name as it is read; empty for a sentence."""
    text: str
    words: frozenset[str]
    """Of all that is read, title and heading among it."""
    name: frozenset[str]
    own: frozenset[str]
    """The words of the text alone."""
    starts: frozenset[str]
    """What its longer words begin with."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What is embedded of it."""
        return (self.whole, self.called, self.text) if self.called else (self.whole, self.text)


@lru_cache(maxsize=16384)
def _seen(line: Line) -> _Seen:
    called, words = line.name.replace("_", " "), _words(f"{line.under} {line.whole}")
    starts = frozenset(start for word in words for start in _starts(word))
    return _Seen(line.whole, called, line.text, words, _words(called), _words(line.text), starts)


def _starts(word: str) -> list[str]:
    return [word[:end] for end in range(_PART, len(word) + 1)]


class _Asked(NamedTuple):
    """What of a question the features go by."""

    words: frozenset[str]
    others: dict[str, frozenset[str]]
    """Each word with those that mean the same in every shop."""
    starts: dict[str, list[str]]
    spread: dict[str, int]
    """How many of the lines have each word."""
    yes_no: bool

    @classmethod
    def of(cls, question: str, lines: Sequence[_Seen]) -> _Asked:
        words = _words(question)
        spread = {word: sum(word in line.words for line in lines) for word in words}
        others = {word: with_synonyms([word]) for word in words}
        return cls(words, others, {word: _starts(word) for word in words}, spread, is_yes_no(question))

    def in_part(self, word: str, line: _Seen) -> bool:
        """Whether a word of the question begins one of the line's, or the other way round: "sleeve", "sleeveless"."""
        return word in line.starts or not line.words.isdisjoint(self.starts[word])


def _nearness(named: bool, near: float, to_name: float, to_text: float, yes_no: bool) -> list[float]:
    sentence = float(not named)
    return [
        sentence, near, to_name, to_text, near * sentence, max(near, to_name, to_text),
        yes_no * sentence, yes_no * near,
    ]  # fmt: skip


def _shared(asked: _Asked, line: _Seen, named: bool) -> list[float]:
    """How much of the question is in the line, by words, by parts of words, and by how rare they are."""
    count = max(1, len(asked.words))
    same = {word for word, others in asked.others.items() if not line.words.isdisjoint(others)}
    num_part = sum(asked.in_part(word, line) for word in asked.words if word not in same)
    rare = sum(1 / max(1, asked.spread[word]) for word in same) / count
    share = len(same) / count
    return [
        share, (len(same) + num_part) / count, rare, float(bool(same) and len(same) == len(asked.words)),
        share * (not named), float(bool(same)), num_part / count,
    ]  # fmt: skip


def _named(asked: frozenset[str], name: frozenset[str], text: frozenset[str], yes_no: bool, named: bool) -> list[float]:
    count = max(1, len(asked))
    in_name, in_text = len(name & asked), len(text & asked)
    return [
        in_name / max(1, len(name)), in_name / count, in_text / count, float(in_name > 0),
        float(in_text > 0 and named), float(in_text > 0 and yes_no),
    ]  # fmt: skip


_PART = 4
"""How many letters a word must have that begins another."""


@lru_cache(maxsize=16384)
def _words(text: str) -> frozenset[str]:
    return frozenset(stems(text)) - _STOP
