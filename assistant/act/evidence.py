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
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.act.concepts import concepts, fits
from assistant.act.line_reader import default_reader
from assistant.language import STOP_WORDS, fold, stem, stems
from assistant.linear import Encode
from assistant.shop.search_words import with_synonyms

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
    """How well each line answers; (0,) for no lines, UNREAD for lines that weren't worth reading."""
    return _scores(question, tuple(lines), encode)


@lru_cache(maxsize=64)
def _scores(question: str, lines: tuple[Line, ...], encode: Encode) -> NDArray[np.float32]:
    """A turn asks the same of the same lines for each way that its message may be taken in (readings/)."""
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
    names = {place: _words(line.name.replace("_", " ")) for place, line in enumerate(lines) if line.name}
    for place, name in names.items():
        for other, others in names.items():
            apart = (
                bool(name & others) and bool((others - name) & asked) and name - others and not name - others & asked
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
    names = [line.name.replace("_", " ") for line in lines]
    distinct = list(
        dict.fromkeys([question, *(x.whole for x in lines), *filter(None, names), *(x.text for x in lines)])
    )
    vectors = dict(zip(distinct, encode(distinct), strict=True))
    asked = _words(question)
    own = [_words(f"{line.under} {line.whole}") for line in lines]
    spread = Counter(word for words in own for word in words)
    meant = concepts(question, encode)
    yes_no = is_yes_no(question)
    rows = []
    for line, name, words in zip(lines, names, own, strict=True):
        near = float(vectors[question] @ vectors[line.whole])
        to_name = float(vectors[question] @ vectors[name]) if name else 0.0
        to_text = float(vectors[question] @ vectors[line.text]) if name else near
        concept = max((p for kind, p in meant.items() if fits(kind, line.name)), default=0.0) if name else 0.0
        rows.append([
            *_nearness(bool(name), near, to_name, to_text, yes_no),
            *_shared(asked, words, spread, bool(name)),
            *_named(asked, _words(name), _words(line.text), yes_no, bool(name)),
            concept, float(yes_no), len(words) / 30, len(asked) / 10,
        ])  # fmt: skip
    return np.array(rows, np.float32)


def _nearness(named: bool, near: float, to_name: float, to_text: float, yes_no: bool) -> list[float]:
    sentence = float(not named)
    return [
        sentence, near, to_name, to_text, near * sentence, max(near, to_name, to_text),
        yes_no * sentence, yes_no * near,
    ]  # fmt: skip


def _shared(asked: frozenset[str], words: frozenset[str], spread: Counter[str], named: bool) -> list[float]:
    """How much of the question is in the line, by words, by parts of words, and by how rare they are."""
    count = max(1, len(asked))
    same = {a for a in asked if a in words or with_synonyms([a]) & words}
    part = {a for a in asked - same if any(_joined(a, word) for word in words)}
    rare = sum(1 / max(1, spread[word]) for word in same) / count
    share = len(same) / count
    return [
        share, (len(same) + len(part)) / count, rare, float(bool(asked) and len(same) == len(asked)),
        share * (not named), float(bool(same)), len(part) / count,
    ]  # fmt: skip


def _named(asked: frozenset[str], name: frozenset[str], text: frozenset[str], yes_no: bool, named: bool) -> list[float]:
    count = max(1, len(asked))
    in_name, in_text = len(name & asked), len(text & asked)
    return [
        in_name / max(1, len(name)), in_name / count, in_text / count, float(in_name > 0),
        float(in_text > 0 and named), float(in_text > 0 and yes_no),
    ]  # fmt: skip


def _joined(a: str, b: str) -> bool:
    """ "sleeve" and "sleeveless": one word begins with the other."""
    return len(a) >= 4 and len(b) >= 4 and (a.startswith(b) or b.startswith(a))


@lru_cache(maxsize=16384)
def _words(text: str) -> frozenset[str]:
    return frozenset(stems(text)) - _STOP
