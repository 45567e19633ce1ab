"""One reply in its context: what the customer had said, what the case expects, which products each sentence is about.

Knows how a sentence is bound to products and options; judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .mentions import (
    Constraint,
    Mention,
    clauses,
    find_options,
    find_products,
    name_pattern,
    plain,
    satisfies,
    sentences,
)
from .world import Product, Variant, World, squeezed

Json = dict[str, Any]
THOUSANDS = r"\s?(?:k|grand|thousand)\b"
NEGATION = re.compile(
    r"\b(?:not|no|none|never|nothing|neither|nor|without|cannot|unable|\w+n't|unfortunately"
    r"|sold out|out of stock|unavailable|only)\b",
    re.I,
)
DONT_KNOW = re.compile(
    r"(?:\b(?:don't|do not|doesn't|does not|can't|cannot|couldn't|could not|isn't|not|no|haven't|without|unable to)\b"
    r"[^.!?\n]{0,60}?\b(?:know|information|info|details?|data|say|says|tell|answer|sure"
    r"|certain|listed|specified|state[sd]?"
    r"|mentioned|recorded|record|on file|confirm|find (?:that|this|it|anything about)|hold"
    r"|figure|exact|stock count|look that up)\b)"
    r"|\bunknown\b|\bI'm not sure\b|\bno idea\b",
    re.I,
)
NOT_FOUND = re.compile(
    r"\b(?:couldn't|could not|can't|cannot|can not|didn't|did not|don't see|do not see|unable "
    r"to|not able to|wasn't able to)\b"
    r"[^.!?\n]{0,25}\b(?:find|see|locate|match)\b|\bno (?:match|results?|such (?:product"
    r"|item))|\bnothing (?:that )?(?:match|found|like)"
    r"|\bfound (?:nothing|no\b)|\b(?:none|nothing) (?:of|in|under|below|that|matches|fits)",
    re.I,
)
NOUN_NOT_GOODS = (
    r"(?:any |that |this |the |a |an |more |enough |further |such |exact |its |stock |their |your |specific "
    r")*(?:information|info|details?|data|record|answer|figure|numbers?|counts?|way|access"
    r"|idea|opinion|return policy|warranty|policy|reviews?|preference|weather|knowledge"
    r"|physical)"
)
"""What a reply that doesn't know says it doesn't have: no goods."""
NOT_CARRIED = re.compile(
    r"\b(?:don't|do not|doesn't|does not)\b(?: currently| actually)? (?:have|carry|sell|stock"
    rf"|offer|list|seem to have)\b(?! {NOUN_NOT_GOODS})"
    r"|\bisn't (?:something )?(?:we|in our|part of)|\bnot (?:in|part of) our (?:shop|catalogue"
    r"|catalog|range|store|assortment)"
    r"|\bnot something (?:that )?we|\bno [\w\s\-]{2,40} (?:in our|in the) (?:shop|catalogue"
    rf"|catalog|range|store)|\bwe have no\b(?! {NOUN_NOT_GOODS})",
    re.I,
)


@dataclass
class Turn:
    """One turn to be judged. `said` holds all the customer's texts up to and with this one; `shown` the products that
    earlier replies named, the latest first."""

    world: World
    say: str
    said: list[str]
    expect: list[Json]
    record: Json
    shown: list[Product] = field(default_factory=list)

    @property
    def reply(self) -> str:
        return plain(str(self.record.get("reply", "")))

    @property
    def parts(self) -> list[Json]:
        """Every single expectation, alternatives and parts alike."""
        return [part for one in self.expect for part in one.get("parts", [one])]

    @property
    def focus(self) -> list[Product]:
        """The products that the case says the customer means, unless that is a whole class of them."""
        for part in self.parts:
            names = part.get("products", [])
            if names and part["kind"] not in ("search",) and not any(n[0] in "*#" for n in names):
                return [p for name in names for p in self.world.named(name)]
        return []

    @property
    def wanted(self) -> dict[str, str]:
        """The options that the case says the customer means."""
        for part in self.parts:
            if part.get("options"):
                return dict(part["options"])
        return {}

    def customer_numbers(self) -> set[str]:
        """The figures that the customer gave, those in thousands ("4 grand", "1.5k") also in full; "half" is one."""
        found = set()
        for text in self.said:
            found |= worded_numbers(text)
            found |= {"0.5"} if re.search(r"\bhalf\b", text, re.I) else set()
            for figure, thousands in re.findall(rf"(\d[\d,]*(?:\.\d+)?)({THOUSANDS})?", text, flags=re.I):
                found.add(figure.replace(",", ""))
                if thousands:
                    found.add(f"{float(figure.replace(',', '')) * 1000:g}")
        return found


_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_SMALL = {word: at for at, word in enumerate(f"{_UNITS} eighteen nineteen".split(), 1)}
_TENS = {word: 10 * at for at, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_LARGE = {"hundred": 100, "thousand": 1000, "grand": 1000}


def worded_numbers(text: str) -> set[str]:
    """The numbers that a text says in words: "ten thousand dollars", "under a hundred", "twenty-five"; each as figures,
    its beginnings too ("two hundred and fifty" holds 2, 200 and 250)."""
    found: set[str] = set()
    value = 0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _SMALL or word in _TENS:
            value += _SMALL.get(word, 0) + _TENS.get(word, 0)
        elif word in _LARGE:
            value = max(value, 1) * _LARGE[word]
        elif word in ("a", "and"):
            continue
        else:
            value = 0
        found |= {str(value)} if value else set()
    return found


@dataclass
class Sentence:
    """A sentence with the products it is bound to. `named`: those it names itself."""

    text: str
    turn: Turn
    mentions: list[Mention]
    products: list[Product]
    carried: Constraint = field(default_factory=dict)
    """The options that the sentence before spoke of, where this one goes on about the same products."""

    @property
    def named(self) -> list[Product]:
        return unique(p for m in self.mentions for p in m.products)

    @property
    def is_question(self) -> bool:
        return self.text.rstrip("\"' )").endswith("?")

    @property
    def clauses(self) -> list[str]:
        return clauses(self.text, self.turn.world)

    @property
    def is_of_a_page(self) -> bool:
        """Whether a sentence that names no product stands on one of the shop's pages, word for word: then it is the
        page's, about no product in particular."""
        for text in (self.text, self.text.partition(": ")[2]):
            words = squeezed(text)
            if not self.mentions and words.count(" ") >= 4 and f" {words} " in self.turn.world.squeezed_pages:
                return True
        return False

    def nearest(self, position: int) -> list[Product]:
        """The products that a figure at `position` belongs to: the name last said before it, else the next one."""
        before = [m for m in self.mentions if m.end <= position]
        if before:
            return list(before[-1].products)
        after = [m for m in self.mentions if m.start >= position]
        return list(after[0].products) if after else self.products

    def explicit(self, text: str | None = None, products: Sequence[Product] | None = None) -> Constraint:
        """The option values that (a part of) the sentence itself speaks of, product names left out."""
        whole = self.text if text is None else text
        for name in {p.name for p in self.named}:
            whole = name_pattern(name).sub(lambda m: " " * len(m[0]), whole)
        return find_options(whole, self.products if products is None else products)

    def asked(self, explicit: Constraint, products: Sequence[Product]) -> Constraint:
        """The explicit options plus those that the customer's own words name for these products ("anything red?")."""
        focus = {p.pid for p in self.turn.focus}
        if all(p.pid in focus for p in products):
            return explicit
        return {**find_options(self.turn.say, products), **explicit}

    def inherited(self, explicit: Constraint, products: Sequence[Product]) -> Constraint:
        """The explicit options plus those of the question for what the sentence leaves open."""
        focus = {p.pid for p in self.turn.focus}
        if not focus or not all(p.pid in focus for p in products):
            return explicit
        return {**{k: (v,) for k, v in self.turn.wanted.items()}, **explicit}


def unique(products: Iterator[Product] | Sequence[Product]) -> list[Product]:
    seen: dict[str, Product] = {}
    for product in products:
        seen.setdefault(product.pid, product)
    return list(seen.values())


def bind(turn: Turn) -> list[Sentence]:
    """The reply's sentences, each bound: to the products it names, else to those of the sentence before, else to what
    the customer means, else to what was shown last."""
    bound: list[Sentence] = []
    likely = turn.focus + turn.shown[:3]
    previous: list[Product] = turn.focus or turn.shown[:1]
    for text in sentences(turn.reply, turn.world):
        mentions = find_products(text, turn.world, likely)
        sentence = Sentence(text, turn, mentions, [])
        sentence.products = sentence.named or previous
        goes_on = bound and {p.pid for p in sentence.products} == {p.pid for p in bound[-1].products}
        if bound and (not mentions or goes_on):
            sentence.carried = {**bound[-1].carried, **bound[-1].explicit()}
        previous = sentence.products
        bound.append(sentence)
    return bound


def variants_of(products: Sequence[Product], said: Constraint) -> list[tuple[Product, Variant]]:
    """The listed variants that have what was said; an option that a product doesn't have rules it out."""
    return [(p, v) for p in products for v in p.live if satisfies(v, said)]
