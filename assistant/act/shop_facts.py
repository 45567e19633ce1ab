"""What a shop states of itself (address, phone, opening hours): which fact answers a question, and how it is said.

Knows no pages and no products.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from assistant.act.context import Context
from assistant.act.plan import Field, Plan
from assistant.act.till import SHIPPING_FACTS, Till
from assistant.language import STOP_WORDS, stem, stems
from assistant.types import Receipt

_NOT_TOLD = frozenset({"name", "currency", "locale", "timezone", "now"})
_FACT_CONFIDENT = 0.42
_STOP = {stem(w) for w in STOP_WORDS}


@dataclass(frozen=True)
class ShopFact:
    """One fact that the shop states of itself, and how well it fits the question."""

    key: str
    value: str
    score: float


def told_facts(info: Mapping[str, str]) -> dict[str, str]:
    """What the shop states of itself to anybody."""
    return {k: v for k, v in info.items() if k not in _NOT_TOLD and v and len(v) < _LONG}


def shop_fact(question: str, context: Context) -> ShopFact | None:
    """The fact of the shop that fits the question best, None when none fits well."""
    told = told_facts(context.info)
    if not told:
        return None
    vectors = context.encode([question, *(f"{k.replace('_', ' ')}: {v}" for k, v in told.items())])
    meant = context.encode([_GLOSSES.get(k, k.replace("_", " ")) for k in told]) @ vectors[0]
    asked = set(stems(question)) - _STOP
    if not any(word.isalpha() and len(word) > 2 for word in asked | set(stems(question)) & _ASKS_BARE):
        return None  # a bare number asks for no fact, however near a phone number it looks
    scored = []
    abroad = bool(_TO_A_PLACE.search(question.lower()))
    for (key, value), vector, called in zip(told.items(), vectors[1:], meant, strict=True):
        if abroad and key in SHIPPING_FACTS:
            continue  # what a parcel costs at home says nothing of Poland
        shared = asked & set(stems(key.replace("_", " ")))
        within = (asked & set(stems(value))) - shared
        near = max(float(vector @ vectors[0]), float(called) if key in _GLOSSES and called > _SAME else 0.0)
        scored.append(ShopFact(key, value, near + 0.2 * len(shared) + 0.1 * min(2, len(within))))
    top = max(scored, key=lambda f: f.score, default=None)
    return top if top is not None and top.score >= _FACT_CONFIDENT else None


_TO_A_PLACE = re.compile(
    r"\b(?:ship\w*|deliver\w*|post\w*|sen[dt]\w*) (?:\w+ ){0,3}?(?:to|in|into) (?!(?:me|my|you|us|a|an|the|be|your|"
    r"home|get|stock|time|one)\b|\d)\w+|\babroad\b|\boverseas\b|\binternational\w*\b"
)
"""Asks what it costs to send something to a place that it names."""
_ASKS_BARE = set(stems("where when who open"))
_SAME = 0.6
_GLOSSES = {
    "address": "where are you located",
    "location": "where are you located",
    "phone": "what is your phone number",
    "email": "how can I write to you",
    "opening_hours": "when are you open",
}
"""What the usual facts of a shop answer, in a customer's words."""


def also_hours(question: str, fact: ShopFact, context: Context) -> list[ShopFact]:
    """The fact, and where it is about opening hours every other fact on them: an exception stands beside the rule."""
    if not _OPENS.search(f"{fact.key.replace('_', ' ')} {fact.value}"):
        return [fact]
    others = [k for k, v in context.info.items() if k not in _NOT_TOLD and k != fact.key and len(v) < _LONG]
    days = set(stems(question)) & _DAYS
    found = [fact]
    for key in others:
        said = f"{key.replace('_', ' ')} {context.info[key]}"
        if _OPENS.search(said) and (_OF_DAYS.search(said) or days & set(stems(said))):
            found.append(ShopFact(key, context.info[key], 0.0))
    return found[:3]


def say_day(question: str, context: Context, plan: Plan) -> None:
    """Which day today or tomorrow is, by the shop's clock, where the question says so."""
    for word, ahead in (("today", 0), ("tonight", 0), ("tomorrow", 1)):
        if re.search(rf"\b{word}\b", question.lower()):
            day = context.now + timedelta(days=ahead)
            fact = plan.fact("the shop's calendar")
            receipt = Receipt("shop", "now", "now", day.date().isoformat(), context.as_of)
            fact.fields["day"] = Field("value", f"{day:%A}, {day.day} {day:%B}", (receipt,), "the day")
            plan.say(f"{word.capitalize()} is {fact.key('day')}.".replace("Tonight is", "Today is"))
            return


_LONG = 400
_OPENS = re.compile(r"\bopening (?:hours|times)\b(?!.*\border)|\bopen\b|\bclosed\b", re.I)
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday holiday christmas easter"
_OF_DAYS = re.compile(rf"\b(?:{_DAY_NAMES.replace(' ', '|')})s?\b", re.I)
_DAYS = set(stems(_DAY_NAMES))


def say_fact(found: ShopFact, context: Context, plan: Plan) -> None:
    fact = plan.fact("our shop")
    name = found.key.replace("_", " ")
    receipt = Receipt("shop", found.key, found.key, found.value, context.as_of)
    value = found.value.rstrip(".")
    if found.key in SHIPPING_FACTS and (till := Till(context)).shipping is not None:
        value = till.money(till.shipping)
    fact.fields["value"] = Field("quote", value, (receipt,), name)
    label = name[:1].upper() + name[1:]
    plan.say(f"{label}: {fact.key('value')}.", fact.key("value"))
