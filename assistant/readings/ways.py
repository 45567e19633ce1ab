"""The ways in which a message can be taken beside the one that its reading settled on.

A question may be about the shop's pages, about what is talked of, about something said before, for a sum or a
comparison of it, or it may begin anew; each way is the requests that the message would be then. Says nothing of which
is right (judge.py) and answers nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.readings.sums import Lookup, so_many, together
from assistant.request import Limits, Piece, Request
from assistant.understand.basket import named_options
from assistant.understand.pointing import the_two
from assistant.understand.reading import Reader
from assistant.understand.state import State

NAMES = (
    "read", "page", "page_on", "fresh", "search", "need", "joined", "earlier", "near", "near:price",
    "of_it:details", "of_it:price", "of_it:availability", "of_it:options", "unnamed", "first", "page_it", "of_it:stock",
    "so_many", "together", "compared", "page:1", "page:2", "page:3", "line:1", "line:2",
)  # fmt: skip
"""Every way there is; their order is part of what the judge's weights mean."""
_OF_IT = ("details", "price", "availability", "options", "stock")
_LEFT_OUT = frozenset({"refine", "within"})
_NUM_EARLIER, _NUM_NEAR, _NUM_FOCUS, _TWO = 3, 2, 3, 2
_NUM_PAGES, _NUM_LINES = 3, 2
"""How many passages of the pages, and lines of a product, are told whether or not they look like an answer."""


@dataclass(frozen=True)
class Way:
    """One way to take a message: its name (of NAMES) and what is asked then."""

    name: str
    requests: tuple[Request, ...]


def ways(
    text: str, read: Sequence[Request], state: State, reader: Reader, near: Sequence[str], lookup: Lookup
) -> list[Way]:
    """All ways to take `text`, first the one that it was `read` in. `near` are the products nearest to it in meaning,
    `lookup` gives a product by its id.

    They share nothing with the state: whichever is taken, the others leave no trace.
    """
    alone = State(told=copy.deepcopy(state.told), mood=dict(state.mood), num_turns=state.num_turns)
    fresh = reader.read(text, alone)
    search = _search(text, fresh)
    need = replace(search, extra=search.extra | {"told_in_parts": True})
    found = [Way("read", tuple(read)), Way("page", (_page(text),)), Way("search", (search,)), Way("need", (need,))]
    if state.num_turns:
        found.append(Way("fresh", tuple(fresh)))
    if state.question:
        joined = f"{state.question} {text}"
        found += [Way("joined", tuple(reader.read(joined, alone))), Way("page_on", (_page(joined),))]
    found += [Way(f"of_it:{act}", (_of_it(act, text, read[0], state),)) for act in _OF_IT if state.focus]
    found += [Way("earlier", tuple(reader.read(text, back))) for back in _earlier(state)]
    if state.num_turns:
        found.append(Way("unnamed", tuple(reader.without_names().read(text, state))))
    if len(state.focus) > 1:
        found.append(Way("first", tuple(reader.read(text, _of_first(state)))))
    if state.focus and (focus := lookup(state.focus[0])):
        found.append(Way("page_it", (_page(f"{text} {focus.name}"),)))
    if state.num_turns:
        if len(two := the_two(state, text)) == _TWO:
            found.append(Way("compared", (_compared(text, two),)))
        added = (("so_many", so_many(text, read[0], state, lookup)), ("together", together(text, state, lookup)))
        found += [Way(name, (request,)) for name, request in added if request]
    found += [Way("near", (_near("details", text, product, lookup),)) for product in near[:_NUM_NEAR]]
    found += _lines(text, read[0], state)
    found += [Way("near:price", (_near("price", text, product, lookup),)) for product in near[:1]]
    return [replace(way, requests=_sparing(way.requests, read)) for way in found]


def _sparing(requests: Sequence[Request], read: Sequence[Request]) -> tuple[Request, ...]:
    """The requests with what the customer avoids: it holds however a message is taken."""
    avoided = {name: value for r in read for name, value in r.extra.items() if name == "avoided"}
    return tuple(replace(r, extra=r.extra | avoided) for r in requests) if avoided else tuple(requests)


def _page(text: str) -> Request:
    return Request("policy", text, query=text, extra={"masked": ""})


def _lines(text: str, read: Request, state: State) -> list[Way]:
    """What the nearest lines of the pages say, and those of what is named or else talked about, sure or not."""
    pages = [replace(_page(text), extra={"masked": "", "line": at}) for at in range(_NUM_PAGES)]
    found = [Way(f"page:{at}", (page,)) for at, page in enumerate(pages, 1)]
    about = (read.products or tuple(state.focus))[:1]
    extra = {"unlinked": (), "coverage": 1.0}
    lines = [Request("details", text, about, query=text, extra=extra | {"line": at}) for at in range(_NUM_LINES)]
    return found + [Way(f"line:{at}", (line,)) for at, line in enumerate(lines, 1) if about]


def _search(text: str, fresh: Sequence[Request]) -> Request:
    return replace(
        fresh[0], act="search", text=text, query=" ".join(r.query for r in fresh), products=(), from_context=False,
        group=False, wanted=(), pick=None,
    )  # fmt: skip


def _of_it(act: str, text: str, read: Request, state: State) -> Request:
    extra = {name: value for name, value in read.extra.items() if name not in _LEFT_OUT}
    return replace(
        read, act=act, text=text, products=tuple(state.focus[:_NUM_FOCUS]), from_context=True, group=False, pick=None,
        skus=(), limits=Limits(), extra=extra,
    )  # fmt: skip


def _compared(text: str, two: Sequence[Mapping[str, Any]]) -> Request:
    products = tuple(dict.fromkeys(str(item["product"]) for item in two))
    return Request("compare", text, products=products, query=text, from_context=True, extra={"unlinked": ()})


def _of_first(state: State) -> State:
    """The conversation as if only the first of several things were talked of."""
    narrowed = copy.deepcopy(state)
    narrowed.focus = state.focus[:1]
    return narrowed


def _earlier(state: State) -> list[State]:
    """The conversation as it was when something else was talked of, the latest first."""
    found: list[State] = []
    for topic in reversed(state.topics):
        if topic["product"] not in state.focus and len(found) < _NUM_EARLIER:
            back = copy.deepcopy(state)
            back.focus, back.wanted = [topic["product"]], list(topic["wanted"])
            found.append(back)
    return found


def _near(act: str, text: str, product: str, lookup: Lookup) -> Request:
    """A question about a product that isn't named, in the version that the message tells."""
    wanted = tuple(w for w in named_options(text, Piece((product,), 1, ()), lookup) if w.value)
    return Request(act, text, products=(product,), wanted=wanted, query=text, extra={"unlinked": (), "coverage": 1.0})
