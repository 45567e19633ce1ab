"""The topic of a search, which stays until another one begins, and the messages that only refine it.

The topic is the last search; once another product is talked about, its kind. "Anything cheaper?", "got a bigger one",
"what else", "60 litres?" have no subject of their own: they are about the topic. Works on the state, the clause's words
and the shop's vocabulary; knows no prices and no measures, and looks at products only for what is to be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from assistant.language import STOP_WORDS, fold, stems
from assistant.measures import adjective
from assistant.request import Bounds, Limits, Refine, Request
from assistant.types import Product
from assistant.understand.clause import Clause
from assistant.understand.state import State
from assistant.understand.vocabulary import Vocabulary

_CHEAPER = re.compile(r"\b(?:cheaper|less expensive|less pricey|more affordable|lower[- ]priced?|costs? less)\b")
_DEARER = re.compile(r"\b(?:more expensive|pricier|dearer|fancier|higher[- ]priced?)\b")
_OTHER = re.compile(
    r"\b(?:(?:some|any)thing|what|which|who) else\b|\b(?:any|some|no) others?\b|\bthe others\b|\balternatives?\b"
    r"|\bsimilar\b|\b(?:like|such as) (?:that|this|it|those|these|them)\b"
    r"|\b(?:any|show me|see|got|have|are there|list)(?: some)? more\b"
    r"|^\W*(?:and |ok(?:ay)? )*(?:more|others?|else)\b|\bother (?:ones?|options|models|kinds|choices)\b"
    r"|\b(?:some|any)thing different\b|\bdifferent ones?\b|\banother one\b"
    r"|^\W*(?:and )?is (?:that|this) (?:all|it|everything)\b"
)
_DEFINITE = re.compile(
    r"\bthe (?:\w+ )?(?:one|ones|two)\b|\bthe (?:cheaper|dearer|bigger|smaller)\b|\bwhich\b|\bthan\b|\bhow much\b"
)
_OF_THOSE = re.compile(r"\b(?:of|between|among) (?:those|these|them|the (?:two|three|2|3)|both)\b")
"""One of what was shown is meant: "the cheaper of those"."""
_WHAT_ELSE = re.compile(r"\b(?:what|which) else\b|\bwhich others\b")
_FILLER = frozenset(
    """anything something nothing else other others another one ones more similar alternative alternatives different got
    have has show see list any some else like maybe perhaps bit little slightly way much lot well option options model
    models kind kinds choice choices cheaper expensive less pricier dearer affordable fancier lower priced price
    same thing guys mate love please pls thanks instead rather else all
    look looking want need find prefer suggest recommend""".split()
)


_NO_LIMITS = Limits()


@dataclass(frozen=True)
class Topic:
    """What is being looked for: the words and limits of it, products that were named for it, and what was shown."""

    query: str = ""
    limits: Limits = _NO_LIMITS
    products: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


def topic(state: State, vocabulary: Vocabulary) -> Topic | None:
    """The topic of the conversation; None when nothing was looked for yet, or nothing that has a kind."""
    search = state.search
    shown = tuple(str(p) for p in search.get("shown") or ())
    subject = any(search.get(name) for name in ("query", "category", "subcategory", "brand", "products"))
    if subject and (not state.focus or set(state.focus) & set(shown)):
        return Topic(str(search.get("query") or ""), limits_of(search), tuple(search.get("products") or ()), shown)
    entry = vocabulary.products.get(state.focus[0]) if state.focus else None
    if entry is None or not (entry.subcategory or entry.category):
        return None
    kind = Limits(subcategory=entry.subcategory) if entry.subcategory else Limits(category=entry.category)
    return Topic("", kind, (), tuple(state.focus))


def limits_of(search: dict[str, Any]) -> Limits:
    """The limits of a kept search."""
    return Limits(
        price=Bounds(search.get("low"), search.get("high")),
        category=search.get("category"),
        subcategory=search.get("subcategory"),
        brand=search.get("brand"),
        without=tuple(map(str, search.get("without") or ())),
    )


def refined(request: Request, clause: Clause, state: State, vocabulary: Vocabulary) -> Request | None:
    """The request as a refinement of the topic; None where the clause has a subject of its own, or there is no topic.

    `request` has the clause's own words and limits, and no products.
    """
    how = _how(clause)
    about = topic(state, vocabulary)
    if about is None or how is None:
        return None
    return turned(request, about, how, fold(clause.text), state)


_DENIES = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|no|nope|hm+|but|please|and|oh)\W+)*"
    r"(?:not|anything but|any but|all but|except(?: for)?|but not)\W+"
    r"(?:the|that|those|these|this)? ?((?:[\w-]+ ){1,3}?)(?:ones?|kind|type|sort)\b(?: please| then| though)*\W*$"
)


_NOT_A = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|no|nope|hm+|but|please|oh)\W+)*(?:not|anything but) an? ((?:[\w-]+ ){0,2}?[\w-]+)"
    r"(?: please| though)*\W*$"
)


def denied(text: str) -> str:
    """The words by which a message says which of what was shown it doesn't want: "not the tartan one" -> "tartan"."""
    match = _DENIES.search(fold(text)) or _NOT_A.search(fold(text))
    words = [w for w in match[1].split() if w not in STOP_WORDS] if match else []
    return " ".join(words)


def left_out(
    request: Request, clause: Clause, state: State, vocabulary: Vocabulary, lookup: Callable[[str], Product | None]
) -> Request | None:
    """The topic without what the message says it doesn't want; None where it denies nothing that is so of some of the
    topic's products only ("not a member though"), or there is no topic. `lookup` reads a product by its id."""
    words = denied(clause.text)
    about = topic(state, vocabulary) if words and (state.listed or state.focus) else None
    if about is None:
        return None
    kind = about.limits.subcategory or about.limits.category
    shown = [*state.focus, *(str(i["product"]) for i in state.listed), *about.shown]
    of_kind = (p for p, e in vocabulary.products.items() if kind and e.active and kind in (e.subcategory, e.category))
    products = filter(None, map(lookup, list(dict.fromkeys([*shown, *of_kind]))[:_FEW_OF_TOPIC]))
    written = [_written(p, whole=bool(_DENIES.search(fold(clause.text)))) for p in products]
    having = [set(stems(words)) <= own for own in written]
    return turned(request, about, "without", words, state) if any(having) and not all(having) else None


_FEW_OF_TOPIC = 12  # products that are looked at for what is to be left out


def _written(product: Product, *, whole: bool) -> set[str]:
    """The stems of what a product is called, is and comes in; `whole`: and of what is told of it."""
    options = (value for variant in product.variants for value in variant.options.values())
    said = [product.name, product.subcategory, product.category, product.brand, *options]
    said += [*product.attributes.values(), *product.specs.values(), product.description if whole else None]
    return set(stems(" ".join(str(s) for s in said if s)))


def within(request: Request, clause: Clause, state: State, vocabulary: Vocabulary) -> Request | None:
    """What the clause would be as a wish for something of the topic that has what it names ("60 litres?"); None where
    it names nothing, or a kind of its own."""
    words, limits = _own_words(clause), request.limits
    about = topic(state, vocabulary)
    if about is None or not 0 < len(words) <= _FEW or limits.category or limits.subcategory or limits.brand:
        return None
    return turned(request, about, "fits", " ".join(words), state)


_FEW = 4


def turned(request: Request, about: Topic, how: str, words: str, state: State) -> Request:
    """A search of the topic, turned by what the clause says."""
    beside = tuple(state.focus) or tuple(dict.fromkeys(str(i["product"]) for i in state.listed))
    price = request.limits.price or about.limits.price
    limits = replace(about.limits, price=price, in_stock=request.limits.in_stock, rating=request.limits.rating)
    change = Refine(how, words, beside, tuple(dict.fromkeys((*about.shown, *beside))))
    return replace(
        request, act="search", query=about.query, limits=limits, products=about.products, group=bool(about.products),
        extra=request.extra | {"refine": change},
    )  # fmt: skip


def _how(clause: Clause) -> str | None:
    """Which way the clause turns the topic, where it points at nothing and names nothing itself."""
    text = fold(clause.text)
    if _DEFINITE.search(text) and not _WHAT_ELSE.search(text):
        return None
    if _own_words(clause) or _OF_THOSE.search(text):
        return None
    if _CHEAPER.search(text):
        return "cheaper"
    if _DEARER.search(text):
        return "dearer"
    if any(t.text.endswith("er") and adjective(t.text) for t in clause.links.tokens):
        return "more"
    return "other" if _OTHER.search(text) else None


def _own_words(clause: Clause) -> list[str]:
    """What the clause names itself: "anything cheaper for kids", "other colours"."""
    tokens = clause.links.tokens
    return [t.text for t in tokens if t.text not in STOP_WORDS and t.text not in _FILLER and not adjective(t.text)]
