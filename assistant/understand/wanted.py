"""The options that a clause names for its products, and those named earlier that still hold.

Reads products live (through `lookup`) to know their options; prices only to choose between versions that fit alike.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from assistant.language import fold, stems
from assistant.request import Request, Wanted
from assistant.types import Product
from assistant.understand.bare import is_bare
from assistant.understand.beside import weighs_versions
from assistant.understand.carry import (
    COMES_IN,
    THAT_ONE,
    combined_afresh,
    elsewhere,
    is_named,
    match_product,
    named_afresh,
    same_as_told,
    wanted_from,
)
from assistant.understand.clause import Clause, asks_for
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.denied import others_than_denied
from assistant.understand.naming_signs import Lookup
from assistant.understand.options import match_options, option_values
from assistant.understand.receivers import for_another
from assistant.understand.sizes import chart, relative, step, stepped, worn
from assistant.understand.state import State
from assistant.understand.vocabulary import Vocabulary


def with_options(
    request: Request, clause: Clause, state: State, blocked: frozenset[int], vocabulary: Vocabulary, lookup: Lookup
) -> Request:
    """The options named for the request's products; those named earlier stay where nothing else was said."""
    products = [p for p in map(lookup, request.products[:12]) if p is not None]
    values = option_values(products)
    named = match_options(clause.text, values, blocked) if products else []
    named += elsewhere(clause, values, blocked, named)
    if len(products) == 1:
        named += others_than_denied(clause.text, values, named)
        if request.from_context and (further := stepped(clause.text, values, _chosen(state))):
            return _further(request, further, state)
        named = _sized(clause, products[0], values, named)
        request.extra["size_chart"] = chart(products[0], named)
    carried: list[Wanted] = []
    if products and set(request.products) <= set(state.focus) and not request.skus:
        names = {w.name for w in named}
        carried = [w for w in map(wanted_from, state.wanted) if w.name not in names]
    elif len(products) == 1 and not named and not request.from_context and _GOES_BACK.search(fold(clause.text)):
        carried = [w for w in map(wanted_from, state.earlier(products[0].product_id)) if not w.pinned]
    if named_afresh(clause, request) or combined_afresh(clause, request, named):
        carried = []
    carried = [w for w in carried if not for_another(clause.text, w.name or "", values.get(w.name or "", ()))]
    if not THAT_ONE.search(fold(clause.text)) or COMES_IN.search(fold(clause.text)):
        carried = [w for w in carried if not asks_for(clause, w.name or "")]
    if given_up := _given_up(clause.text, carried):
        carried = [w for w in carried if w not in given_up]
        request = replace(request, act="availability") if request.act in _NOTHING_ELSE else request
    if request.act in SUPERLATIVES:
        carried = [w for w in carried if not w.pinned and request.from_context]
        if request.from_context and state.act in SUPERLATIVES | {"search"}:
            carried += [w for w in map(wanted_from, state.search.get("wanted", [])) if w not in carried]
    same = [w for w in map(wanted_from, state.wanted) if w.value and same_as_told(clause.text, w.name or "")]
    carried += [replace(w, pinned=False) for w in same if all(w.name != o.name for o in (*carried, *named))]
    asked_names = tuple(n for n in values if asks_for(clause, n))
    told_by = request.extra.get("told_by", ())
    extra = request.extra | {
        "named": tuple(named),
        "unlinked": tuple(w for w in request.extra["unlinked"] if not is_named(w, named) and w not in told_by),
        "asked_names": asked_names,
        "shop_options": tuple(n for n in vocabulary.option_names.values() if asks_for(clause, n)),
        "bare": is_bare(clause.text, clause.links, request.act, clause.scores, tuple(named), told_by),
        "before": {w.name: w.value for w in map(wanted_from, state.wanted)},
        "pinned": {w.name: w.value for w in map(wanted_from, state.wanted) if w.pinned},
    }
    if request.act == "compare" and request.skus and named and not request.extra.get("versions"):
        request = replace(request, skus=(), products=tuple(state.focus))
    match = partial(match_product, clause.text, blocked)
    return replace(request, wanted=tuple(named + carried), match=match, extra=extra)


_NOTHING_ELSE = frozenset("none no yes preferences feedback complaint".split())
_GIVES_UP = re.compile(
    r"\b(?:forget|never ?mind|drop|ignore|skip|regardless of|leave out|without)(?: about)? "
    r"(?:the |that |its )?([a-z-]+)"
    r"|\b([a-z-]+) (?:doesn'?t|don'?t|does not|do not) matter\b|\bany ([a-z-]+)(?: (?:will do|is fine|then))"
)
"""What was asked for and matters no more: "forget the colour", "the arms don't matter"."""


def _given_up(text: str, carried: list[Wanted]) -> list[Wanted]:
    """The options named earlier that the message gives up, by their name or their value."""
    said = {s for m in _GIVES_UP.finditer(fold(text)) for s in stems(m[1] or m[2] or m[3])}
    return [w for w in carried if said & set(stems(f"{(w.name or '').replace('_', ' ')} {w.value or ''}"))]


_GOES_BACK = re.compile(
    r"\b(?:back to|return(?:ing)? to|again|earlier|talked about|did (?:it|that|they|you|the)|was it)\b"
)
"""Who goes back to a thing means the version that was talked of then: "back to the mouse, what did that cost?"."""


def _chosen(state: State) -> dict[str, str]:
    """The values named before, by option."""
    return {w.name: w.value for w in map(wanted_from, state.wanted) if w.name and w.value}


def steps_on(text: str, state: State, lookup: Lookup) -> bool:
    """Whether a clause asks for the one thing talked about so many sizes further than it was asked for before."""
    product = lookup(state.focus[0]) if len(state.focus) == 1 and step(text) else None
    return product is not None and bool(stepped(text, option_values([product]), _chosen(state)))


def _further(request: Request, further: list[Wanted], state: State) -> Request:
    """The product in the size that is so much further than the one talked about, in what was named besides."""
    kept = [w for w in map(wanted_from, state.wanted) if w.name != further[0].name]
    act = request.act if request.act in ("price", "stock") else "availability"
    extra = request.extra | {"named": tuple(further), "unlinked": (), "pointed": True}
    return replace(request, act=act, wanted=(*further, *kept), extra=extra)


def _sized(clause: Clause, product: Product, values: dict[str, list[str]], named: list[Wanted]) -> list[Wanted]:
    """The options named, with a size that is said loosely ("the big one") or worn ("a 39" that is an M)."""
    loosely = [*worn(clause.text, product, values), *relative(clause.text, values)][:1]
    loosely = [w for w in loosely if all(n.name != w.name or n.value is None for n in named)]
    said = {w.asked for w in loosely} | {w.name for w in loosely}
    return [*(n for n in named if n.value is not None or not said & {n.asked, n.name}), *loosely]


def versions(clause: Clause, state: State, lookup: Lookup) -> tuple[str, ...]:
    """The version talked about and the one that a clause sets beside it, as SKUs: "if i go 28 is it cheaper"."""
    product = lookup(state.focus[0]) if len(state.focus) == 1 and weighs_versions(clause.text) else None
    if product is None:
        return ()
    values = option_values([product])
    named = _sized(clause, product, values, match_options(clause.text, values))
    before = {w.name: w.value for w in map(wanted_from, state.wanted) if w.name and w.value}
    other = {w.name: w.value for w in named if w.name and w.value and before.get(w.name, w.value) != w.value}
    if not other:
        return ()
    rivals = [{"product": product.product_id, "wanted": [{"name": n, "value": v} for n, v in each.items()]}
              for each in (before, before | other)]  # fmt: skip
    skus = tuple(filter(None, (version_of(r, lookup) for r in rivals)))
    return skus if len(set(skus)) > 1 else ()


def version_of(rival: dict[str, Any], lookup: Lookup) -> str:
    """The SKU of a version that was talked about by its options, one that is there before others; else empty."""
    product = lookup(str(rival["product"]))
    named = {w["name"]: w["value"] for w in rival.get("wanted", ()) if w.get("value")}
    fits = (
        [v for v in product.variants if v.active and all(v.options.get(n) == x for n, x in named.items())]
        if product
        else []
    )
    fits.sort(key=lambda v: (v.available is False, v.price))
    return fits[0].sku if named and fits else ""
