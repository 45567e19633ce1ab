"""One line of the phrasebook as a pattern: sentences that it stands for, made at random or recognised.

A pattern is words, slots ("[price]", "[name.rank]", "[item2]"), "<w>" and choices "(a|b|)". Recognising works on
canonical text: lower case, one number and person of each verb, contractions written out, no commas, no "right now".
So a sentence is recognised whichever way it is punctuated, but only when it is made of the pattern's words in the
pattern's order.
Knows no plan, no file and no model.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

_SLOT = re.compile(r"\[([a-z_]+)(?:\.([a-z_]+))?(\d?)\]")
_PART = re.compile(r"(\[[a-z_.]+\d?\]|<w>|\([^()|]*\|[^()]*\))")
_TOKEN = re.compile(r"\{[^}]*\}|[a-z]+(?:['-][a-z]+)*|[^\s,“”\"]")
_ITEM, _PRICE, _STOCK = r" \{item:\d+\.item\}", r" \{price:\d+\.price\}", r" \{stock:\d+\.stock\}"
_STATE = r" \{(?:in_stock|sold_out):\d+\.[a-z_]+\}"


def _chain(link: str) -> str:
    return rf"{link}(?:(?: and)?{link})*"


_LISTS = {
    "offers": _chain(rf" the{_ITEM}{_PRICE}(?: \({_STATE} \))?"),
    "choices": _chain(rf" the{_ITEM} is{_STATE} for{_PRICE}"),
    "counts": _chain(rf" the{_ITEM} :{_STOCK}"),
}
_FOLDED = {
    "are": "is", "cost": "costs", "come": "comes", "have": "has", "were": "was", "weigh": "weighs", "sell": "sells",
    "go": "goes", "do": "does", "they": "it", "their": "its", "them": "it", "don't": "does not", "doesn't": "does not",
    "it's": "it is", "they're": "it is", "that's": "that is", "here's": "here is", "what's": "what is",
    "there's": "there is", "i'm": "i am", "i'll": "i will", "i'd": "i would", "we've": "we has", "you've": "you has",
    "i've": "i has", "can't": "can not", "cannot": "can not", "couldn't": "could not", "didn't": "did not",
    "you'd": "you would", "you're": "you is", "we're": "we is", "that'd": "that would", "d'you": "does you",
    "!": ".",
}  # fmt: skip
_MOMENT = re.compile(r" (?:right now|at the moment|at present|at this time|currently|please)(?![^ ])")
"""What may stand in any sentence and changes nothing: every answer is about this moment."""


def canonical(text: str) -> str:
    """`text` (with typed placeholders) without what makes no difference, each token behind a space."""
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    return _MOMENT.sub("", "".join(f" {_FOLDED.get(token, token)}" for token in tokens))


@dataclass(frozen=True)
class Pattern:
    """A pattern. `source` is the line as it is written in the phrasebook, without its register mark."""

    source: str

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """The names under which its slots are bound. Read off the line: compiling 600 costs a start 0.1 s."""
        parts = _PART.split(self.source)[1::2]
        return tuple(dict.fromkeys(_name(part) for part in parts if not part.startswith("(")))

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        seen: set[str] = set()
        pieces = [
            _part_regex(part, seen) if number % 2 else re.escape(canonical(part)).replace(r"\ ", " ")
            for number, part in enumerate(_PART.split(self.source))
        ]
        return re.compile("".join(pieces).removesuffix(r" \.") + r"(?: \.)?")

    def match(self, text: str) -> dict[str, str] | None:
        """What its slots stand for in canonical `text`, or None when the text isn't of this pattern."""
        found = self._regex.fullmatch(text)
        return {name: value.strip() for name, value in found.groupdict().items()} if found else None

    def all(self, bound: Mapping[str, str]) -> Iterator[str]:
        """Every sentence of it, the slots filled with `bound`."""
        parts = _PART.split(self.source)
        options = [
            [part] if not number % 2 else part[1:-1].split("|") if part.startswith("(") else [bound[_name(part)]]
            for number, part in enumerate(parts)
        ]
        return (_tidied("".join(pieces)) for pieces in itertools.product(*options))

    def make(self, bound: Mapping[str, str], rng: random.Random) -> str:
        """One of its sentences at random, the slots filled with `bound`."""
        out = []
        for number, part in enumerate(_PART.split(self.source)):
            if number % 2 == 0:
                out.append(part)
            elif part.startswith("("):
                out.append(rng.choice(part[1:-1].split("|")))
            else:
                out.append(bound[_name(part)])
        return _tidied("".join(out))


def _tidied(text: str) -> str:
    """Without the spaces that an empty choice leaves, and with a capital at the beginning."""
    text = re.sub(r"\s+([.,:;?!])", r"\1", re.sub(r"\s+", " ", text)).strip(" ,")
    return text[:1].upper() + text[1:]


def _name(part: str) -> str:
    """Under which name a slot, or "<w>", is bound: "[price.was]" is "price", "[item2]" is "item2"."""
    slot = _SLOT.fullmatch(part)
    return f"{slot[1]}{slot[3]}" if slot else "w"


def _part_regex(part: str, seen: set[str]) -> str:
    """A slot, "<w>" or a choice as a regular expression over canonical text."""
    if part.startswith("("):
        ways = [re.escape(canonical(way)).replace(r"\ ", " ") for way in part[1:-1].split("|")]
        return f"(?:{'|'.join(ways)})"
    name = _name(part)
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    slot = _SLOT.fullmatch(part)
    if slot is None:
        return r"(?P<w>(?: [^ {}:;.?]+)+?)"
    field = f"{slot[2]}(?:_also)*" if slot[2] else "[a-z_]+"
    body = _LISTS.get(slot[1], rf" \{{{slot[1]}:\d+\.{field}\}}")
    return f"(?P<{name}>{body})"
