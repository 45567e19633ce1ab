"""What a clause takes over from the turns before: options, the last search, and when it takes nothing.

Works on one clause and the kept state; decides no act and reads no database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant.language import Tok, fold, stems
from assistant.request import Request, Wanted
from assistant.types import Product
from assistant.understand.clause import Clause
from assistant.understand.denied import others_than_denied
from assistant.understand.options import match_options, option_values
from assistant.understand.topic import limits_of
from assistant.understand.vocabulary import canonical

OF_THOSE = re.compile(r"\b(?:those|these|them|of the|which|all)\b")


def same_search(request: Request, search: dict[str, Any]) -> Request:
    """The last search once more, in the order that is asked for now."""
    kept = limits_of(search)
    price = request.limits.price or kept.price
    limits = replace(
        request.limits,
        category=kept.category,
        subcategory=kept.subcategory,
        brand=kept.brand,
        price=price,
        without=request.limits.without or kept.without,
    )
    products = tuple(search.get("products") or ())
    return replace(request, query=str(search.get("query") or ""), products=products, limits=limits, from_context=True)


def narrowed_search(request: Request, search: dict[str, Any]) -> Request:
    """The last search with a word more: "cheapest one for kids" after a search for backpacks."""
    kept = same_search(request, search)
    return replace(kept, query=f"{request.query} {kept.query}", products=(), from_context=False)


def match_product(text: str, blocked: frozenset[int], product: Product) -> list[Wanted]:
    """The options of any product that the clause names, or wishes in others than those it denies."""
    values = option_values([product])
    named = match_options(text, values, blocked)
    return [*named, *others_than_denied(text, values, named)]


def named_afresh(clause: Clause, request: Request) -> bool:
    """Whether a product is named as for the first time ("how much is a t-shirt"): then nothing said before counts."""
    mine = [m for m in clause.links.mentions if set(m.product_ids) & set(request.products)]
    if not mine or request.from_context or request.extra.get("pronoun"):
        return False
    first = min(mine[0].positions)
    before = {t.text for t in clause.links.tokens[max(0, first - 3) : first]}
    return bool(before & _INDEFINITE) and not before & {"the", "that", "this"}


def names_one(request: Request) -> bool:
    """Whether a question about goods names one product by most of its name: the talk is of that one then, wherever the
    answer came from."""
    surely = float(request.extra.get("coverage") or 0.0) >= _SURELY
    own = len(request.products) == 1 and not request.from_context and not request.group
    return own and surely and request.act in ("details", "availability", "price", "stock", "options")


_SURELY = 0.5


def combined_afresh(clause: Clause, request: Request, named: list[Wanted]) -> bool:
    """Whether a clause asks what there is at all, or if there is a combination of its own ("is there animals in 500
    pieces?", "how many themes altogether?"): what was said before it doesn't narrow that."""
    if request.extra.get("pronoun"):
        return False
    text = fold(clause.text)
    return bool(_AT_ALL.search(text)) or (bool(_THERE_IS.search(text)) and len({w.name for w in named if w.value}) > 1)


_AT_ALL = re.compile(r"\b(?:altogether|at all|in total|overall|in all|how many diff(?:erent)?)\b")
_THERE_IS = re.compile(r"\b(?:is|are) there\b")


def same_as_told(text: str, option: str) -> bool:
    """Whether a clause means the value of an option that was told just now: "is that thickness available in pink"."""
    name = re.escape(option.replace("_", " ").lower())
    return bool(option) and bool(re.search(rf"\b(?:that|this|the same|same) {name}\b", fold(text)))


COMES_IN = re.compile(r"\b(?:come|comes|coming|other|have|got|get|available|offer)\b")
THAT_ONE = re.compile(r"\b(?:it|that|that one|this one|they)\b")
_INDEFINITE = frozenset("a an any which what whats some your".split())


def elsewhere(
    clause: Clause, values: dict[str, list[str]], blocked: frozenset[int], named: list[Wanted]
) -> list[Wanted]:
    """Values that this shop has, but not for these products: "forest" of a jacket that comes in navy only."""
    taken = " ".join(w.asked for w in named).split()
    out: list[Wanted] = []
    comes_in = {canonical(v) for vs in values.values() for v in vs}
    for mention in clause.links.options:
        if canonical(mention.asked.replace(" ", "")) in comes_in:
            continue
        if _is_plural(clause.links.tokens, mention.positions):
            continue
        names = [n for n in values if n in {name for name, _ in mention.pairs}]
        if names and not mention.positions & blocked and not set(mention.asked.split()) & set(taken):
            out.append(Wanted(mention.asked, names[0], None))
    return out


def _is_plural(tokens: Sequence[Tok], positions: frozenset[int]) -> bool:
    """ "Any 8s at all": the s of a number is no size."""
    first = min(positions)
    glued = first > 0 and tokens[first - 1].end == tokens[first].start and tokens[first - 1].text[0].isdigit()
    return glued and tokens[first].text == "s"


def is_named(word: str, named: list[Wanted]) -> bool:
    """Whether a word is part of an option that was found ("waterproof"), or of its name ("size 12")."""
    told = (f"{w.asked} {w.name or ''} {w.value or ''}".replace("_", " ") for w in named)
    return bool(set(stems(word)) & {s for text in told for s in stems(text)})


def wanted_from(kept: dict[str, object]) -> Wanted:
    """An option as the dialogue state keeps it."""
    return Wanted(
        asked=str(kept["asked"]),
        name=str(kept["name"]) if kept["name"] is not None else None,
        value=str(kept["value"]) if kept["value"] is not None else None,
        pinned=bool(kept.get("pinned")),
    )
