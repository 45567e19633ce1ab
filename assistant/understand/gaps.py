"""By how much one thing costs more than another: "what does the 90 add to the price over the 60", "and the price gap?".

Finds the two sides: things that are named, versions that are named of one thing, or what was told last. Looks at prices
only to know whether a side has one, and leaves a difference of anything but money alone, and what a service costs more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant import measures
from assistant.language import fold
from assistant.request import Piece, Request, Wanted
from assistant.types import Product
from assistant.understand import basket
from assistant.understand.basket_pieces import as_told, talked_about
from assistant.understand.carry import wanted_from
from assistant.understand.clause import Clause, query_words
from assistant.understand.kinds import Linked
from assistant.understand.mentions import Mention
from assistant.understand.options import match_options, option_values
from assistant.understand.pointing import the_two
from assistant.understand.quantities import ordinals
from assistant.understand.sizes import relative
from assistant.understand.state import State

Lookup = Callable[[str], Product | None]
Sides = tuple[Piece, ...]

_MONEY = r"(?:[$€£]|(?:dollars?|pounds?|euros?|quid|bucks|money|price|cost|costs)\b)"
_ON = r"(?=\W*$|\W+(?:is|are|does|do|would|will|than|for|the|then|that|it|if|in|to|vs|against)\b)"
_CHOICE = r"by (?:taking|choosing|getting|buying|going|having)|against|over the|instead of|compared"
_GAP = re.compile(
    rf"\b(?:diff|difference|gap)\b.*{_MONEY}|{_MONEY} ?(?:diff|difference|gap)\b"
    rf"|\bhow (?:many|much) (?:more|less|extra) ?{_MONEY}|\b(?:what'?s|what is|how much is) the extra ?{_MONEY}"
    r"|\b(?P<open>how much (?:more|less|extra|dearer|cheaper|pricier)\b(?: expensive)?)"
    rf"{_ON}(?!.*\b(?:weighs?|holds?|lasts?)\b)"
    r"|\bpay how much (?:more|less|extra)\b|\badds? to the price\b|\bhow much \w+er\b.*\bin price\b"
    rf"|\bsaved?\b.*\b(?:{_CHOICE})\b|\bfrom (?:the )?\w+ (?:one )?i save\b"
    r"|\b(?P<by>by how much)\b(?!.*\b(?!cheaper|dearer|pricier)\w+er\b)"
)
"""Asks for a difference in money; one that two things are told apart by anyhow is the comparison's own. `open` and `by`
say nothing of what costs more: the words behind them may name something else than a side."""
_OTHER_SIDE = re.compile(r"\b(?:compared?(?: (?:it|that|this))? (?:with|to|against)|vs|versus|against)\b")
"""One thing that is named is set beside the one that is talked about."""
_TWO = 2


def price_gap(text: str, requests: Sequence[Request], state: State, linked: Linked, lookup: Lookup) -> Request | None:
    """The request for what two sides cost and which costs less, and by how much; None where there are no two, or where
    the message was read so anyhow and names no version."""
    said = fold(text)
    asks = bool(_GAP.search(said)) and not _of_a_service(*linked(text, state))
    if not asks and not _OTHER_SIDE.search(said):
        return None
    read = next((r for r in requests if r.act == "compare" and len(r.products) == _TWO), None)
    sides = _sides(text, read, state, linked, lookup, asks=asks)
    products = tuple(dict.fromkeys(p for side in sides for p in side.products))
    names = {product.name for p in products if (product := lookup(p)) is not None}
    if len(sides) != _TWO or sides[0] == sides[1] or len(names) != len(products):
        return None  # of two things called the same nobody could tell which is meant
    extra = (read.extra if read else {"unlinked": ()}) | {"sides": sides}
    if asks and all(_has_one_price(side, lookup) for side in sides):
        told_apart = len(products) == 1 or any(side.wanted or side.skus for side in sides) or measures.asked(text)
        known = read or Request("compare", text, products=products, from_context=True)
        return replace(known, extra=extra) if told_apart or not read else None
    return Request("compare", text, products=products) if len(products) == _TWO and not read else None


def _of_a_service(clause: Clause, mentions: Sequence[Mention]) -> bool:
    """Whether what costs the more or less is no thing and no version of one: "how much extra for express delivery",
    "how much extra to have it engraved", "by how much is it reduced"."""
    match = _GAP.search(fold(clause.text))
    end = max(match.end("open"), match.end("by")) if match else -1
    behind = {at: t.text for at, t in enumerate(clause.links.tokens) if 0 <= end <= t.start}
    sides = [m.positions for m in mentions] + [o.positions for o in clause.links.options]
    sides += [positions for positions, _ in (*clause.links.brands, *clause.links.subcategories)]
    points = ordinals(clause.text) or any(word in ("one", "ones") or word.isdigit() for word in behind.values())
    if points or any(positions & behind.keys() for positions in sides):
        return False
    return any(word in query_words(clause).split() and not _OF_PRICE.search(word) for word in behind.values())


_OF_PRICE = re.compile(rf"^(?:{_MONEY}|pay(?:ing)?|charged?|dearer|pricier|cheaper)$")


def _has_one_price(side: Piece, lookup: Lookup) -> bool:
    """Whether all the versions that a side may mean cost the same."""
    product = lookup(side.products[0])
    sold = [v for v in product.variants if v.active] if product else []
    fit = [v for v in sold if v.sku in side.skus] or [
        v for v in sold if all(v.options.get(w.name or "") == w.value for w in side.wanted if w.value)
    ]
    return len({v.price for v in fit}) == 1


def _sides(text: str, read: Request | None, state: State, linked: Linked, lookup: Lookup, *, asks: bool) -> Sides:
    clause, mentions = linked(text, state)
    named = [p for p in basket.pieces(clause.links.tokens, text, mentions, lookup, state) if len(p.products) == 1]
    named = [replace(piece, quantity=1) for piece in named]
    if read and len({p.products for p in named}) < _TWO and len(set(read.skus)) < _TWO:
        named = [Piece((product,), 1, _kept(product, state)) for product in read.products]
        return tuple(_as_named(text, piece, lookup) for piece in named)
    if len(named) >= _TWO:
        return tuple(named) if len(named) == _TWO and named[0].products != named[1].products else ()
    about = next(iter(talked_about(state)), None)
    if named and (about is None or named[0].products == about.products):
        about = about or named[0]
        return (asks and _versions(text, about, state, lookup)) or (_beside(named[0], state) if asks else ())
    if named:
        return named[0], _told(about, state) if about else named[0]
    if not asks:
        return ()
    if about and (places := _placed(text, about, state)):
        return places
    versions = _versions(text, about, state, lookup) if about else ()
    return versions or tuple(_as_named(text, piece, lookup) for piece in _last_two(text, state))


def _kept(product: str, state: State) -> tuple[Wanted, ...]:
    return tuple(w for w in map(wanted_from, state.earlier(product)) if not w.pinned)


def _as_named(text: str, piece: Piece, lookup: Lookup) -> Piece:
    """A side in the version that the message names for it: "long to long", "the 20k against the little solar one"."""
    product = lookup(piece.products[0])
    values = option_values([product] if product else ())
    named = [w for w in match_options(text, values) if w.value]
    named += [w for w in relative(text, values) if w.value and w.name not in {n.name for n in named}]
    one_each = [w for at, w in enumerate(named) if w.name not in {n.name for n in named[:at]}]
    kept = [w for w in piece.wanted if w.name not in {n.name for n in one_each}]
    return replace(piece, wanted=(*kept, *one_each), skus=()) if one_each else piece


def _told(about: Piece, state: State) -> Piece:
    """What is talked about, in the very version that was told."""
    told = [t for t in state.topics if t["product"] == about.products[0]]
    return replace(about, skus=(str(told[-1]["sku"]),), wanted=()) if told and told[-1]["sku"] else about


def _beside(named: Piece, state: State) -> Sides:
    """The thing that is named and was talked of last, beside the other one that was told before it."""
    others = [t for t in state.topics if t["product"] != named.products[0]]
    return (named, as_told(others[-1], state)) if others else ()


def _placed(text: str, about: Piece, state: State) -> Sides:
    """What is talked about beside the first, second or last of what was told: "difference in price to the first?"."""
    places = ordinals(text)
    told = state.listed if len(state.listed) > 1 and state.list_turn >= 0 else state.topics
    if len(places) != 1 or not -len(told) <= places[0] < len(told):
        return ()
    other = as_told(told[places[0]], state)
    return (_told(about, state), other) if other.products != about.products else ()


def _last_two(text: str, state: State) -> Sides:
    """The two that were set beside each other or told last, each in its version."""
    two = the_two(state, text)
    return tuple(as_told(item, state) for item in two) if len(two) == _TWO else ()


def _versions(text: str, about: Piece, state: State, lookup: Lookup) -> Sides:
    """Two versions of one thing: both named, or the one that is named beside the one that was told."""
    product = lookup(about.products[0])
    values = option_values([product] if product else ())
    named = [w for w in (*match_options(text, values), *_by_number(text, values), *relative(text, values)) if w.value]
    by_name: dict[str | None, list[Wanted]] = {}
    for w in named:
        if all(w.value != n.value for n in by_name.setdefault(w.name, [])):
            by_name[w.name].append(w)
    two = next((name for name, some in by_name.items() if len(some) == _TWO), None)
    told = {w.name: w for w in about.wanted if w.value}
    if two:
        fixed = {**told, **{n: some[0] for n, some in by_name.items() if n != two}}
        kept = tuple(w for n, w in fixed.items() if n != two)
        return tuple(_version(replace(about, wanted=(w, *kept), skus=()), state, lookup, (w,)) for w in by_name[two])
    changed = tuple(some[0] for n, some in by_name.items() if n not in told or told[n].value != some[0].value)
    if not changed or not told:
        return ()
    kept = tuple(w for n, w in told.items() if n not in {c.name for c in changed})
    return about, _version(replace(about, wanted=(*changed, *kept), skus=()), state, lookup, changed)


def _by_number(text: str, values: Mapping[str, Sequence[str]]) -> list[Wanted]:
    """The values that are named by no more than their number: "the 90"."""
    said = re.findall(r"\bthe (\d+(?:\.\d+)?)s?\b", fold(text))
    own = [(name, value) for name, some in values.items() for value in some]
    found = [[(n, v) for n, v in own if re.match(rf"{re.escape(number)}(?![\d.,])", v)] for number in said]
    return [Wanted(value, name, value) for some in found if len(some) == 1 for name, value in some]


def _version(piece: Piece, state: State, lookup: Lookup, named: tuple[Wanted, ...]) -> Piece:
    """The version with the values that are `named`: one that was told before comes first, then one that is as the other
    in all else, then any."""
    product = lookup(piece.products[0])
    variants = [v for v in product.variants if v.active] if product else []
    fit = [v for v in variants if all(v.options.get(w.name or "") == w.value for w in named)]
    told = [str(t["sku"]) for t in reversed(state.topics) if t["sku"] in {v.sku for v in fit}]
    if told:
        return replace(piece, wanted=(), skus=(told[0],))
    whole = any(all(v.options.get(w.name or "") == w.value for w in piece.wanted) for v in fit)
    return piece if whole else replace(piece, wanted=named)
