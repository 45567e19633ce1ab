"""What a clause means in its conversation: which products "the second one" are, what "and in blue?" asks again.

Works on the state and the clause's words; knows no shop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.language import fold
from assistant.request import Request, Wanted
from assistant.understand.cues import ABOUT_PRODUCTS, SMALL_TALK, SUPERLATIVES
from assistant.understand.link import Links
from assistant.understand.quantities import comparative, ordinals
from assistant.understand.state import State
from assistant.understand.topic import Topic

_WHAT = re.compile(
    r"^\W*(?:(?:so|and|but|ok|oh|hi|hello)\W+)*(?:what|whats|what's|how|why|tell)\b"
    r"(?!.*\b(?:do you|have you|you got)\b)"
)
_COUNTS = re.compile(r"\b(?:how many|left|stock|quantity|count|units|enough|remain\w*)\b")
_YES_NO = re.compile(r"^\W*(?:(?:so|and|but|ok|oh)\W+)*(?:is|are|does|can|will|has) (?!there\b)")
_OF_IT = re.compile(
    r"^\W*(?:(?:so|and|but|ok|oh)\W+)*(?:is|are|does|do|can|could|will|would|has|have)"
    r" (?:it|they|this|that|these|those)\b"
)
_ALL = re.compile(r"\b(?:which|what) ones\b|\b(?:all|any|each|none) of (?:them|those|these)\b|\bthem all\b")
_UNIT = (
    r"(?:litres?|liters?|l|ml|kilos?|kg|g|grams?|inch(?:es)?|cm|mm|m|met(?:er|re)s?|ft|foot|feet|oz|lbs?|pounds?|tog|"
    r"pack|pieces?|season|seater|burner|slices?|slots?|doors?|cups?|person|man|tb|gb)"
)
"""What makes a number a size: "the 2 litre" is one thing."""
_SEVERAL = re.compile(rf"\b(?:them|both|these|those|the (?:two|2)(?!\W?{_UNIT}\b)|all of|they|each)\b")
_HALF = 0.5
_COUNTING = frozenset(
    """number numbers amount count figure level inventory copies pieces units hold keep store shelf shelves first second
    third fourth fifth last latter former previous other both two either moment today tomorrow now""".split()
)
"""Words of counting, pointing and time: they name nothing else that is asked for."""
_GLUE = frozenset(
    """and what about the in one ones how a an or then ok okay with for hmm hm no i mean meant other second
    first third last also but same maybe id like i'd want please q of instead sorry not actually rather was is it again
    now that so question yes yeah right then? what's whats oh wait hang on hold up mixed
    if take make lets let say try would be its thing back to go going return previous before earlier again mentioned
    me they're this these those with it them were""".split()
)
_POINTERS = re.compile(
    r"\b(?:it|its|that|this|these|those|them|they|ones?|first|second|third|fourth|fifth|last|other|same|again|previous"
    r"|before|back|both|two|and|what about|how about)\b"
)


def points_at_one(text: str, state: State) -> bool:
    """Whether a clause points at a place in the list that was shown: "the third looks nice", "number 2", "2"."""
    return any(-len(state.listed) <= p < len(state.listed) for p in _places(text, state))


def _places(text: str, state: State) -> list[int]:
    """Places in the list: named, or a bare number as the whole message while a list is talked about."""
    return [int(re.sub(r"\D", "", text)) - 1] if is_place(text, state) else ordinals(text)


def is_place(text: str, state: State) -> bool:
    """Whether the message is no more than a number that stands for a place in the list just shown."""
    said = re.fullmatch(r"\W*(?:number|no\.?|nr|option)?\W*([1-9])\W*(?:please|then|pls)?\W*", fold(text))
    return bool(said) and 1 < len(state.listed) >= int(said[1] if said else 0) and len(state.focus) > 1


def from_context(text: str, act: str, state: State) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
    """The products that a clause without names is about: (ids, how to pick one of them, the very variants)."""
    listed = state.listed
    places = [p for p in _places(text, state) if -len(listed) <= p < len(listed)]
    if places:
        chosen = [listed[p] for p in places]
        return _ids(chosen), None, tuple(str(c["sku"]) for c in chosen if c["sku"])
    several = len(listed) > 1
    pick = comparative(text)
    if _BEFORE.search(fold(text)) and state.focus and (earlier := _earlier(state)):
        return (earlier,), None, ()
    if _BOTH.search(fold(text)) and (two := the_two(state, text)):
        return _ids(two), None, tuple(str(i["sku"]) for i in two if i["sku"])
    if pick == "other" and len(state.focus) == 1 and (other := _other(state)):
        return (other,), None, ()
    if act == "compare" and (items := the_two(state, text)):
        return _ids(items), None, tuple(str(i["sku"]) for i in items if i["sku"])
    if pick in ("cheaper", "dearer") and not several and state.focus:
        return tuple(state.focus), pick, ()
    if pick and pick != "other" and several:
        return _ids(listed), pick, ()
    if several and _ALL.search(fold(text)):
        return _ids(listed), None, ()
    if _SEVERAL.search(fold(text)) and several and len(state.focus) != 1:
        return _ids(listed), None, ()
    return tuple(state.focus), None, ()


_BOTH = re.compile(
    r"\b(?:both|either|neither)\b(?=\W*$|\W*[,.?!]| (?:of (?:them|those|these)|in stock|available|are|is|have|has|come|"
    r"comes|cost|costs|together|still|there|please)\b)"
    rf"|\b(?:the|them|these|those) (?:two|2)\b(?!\W?(?:one|more|other|of (?:you|us)|{_UNIT})\b)"
)
_BEFORE = re.compile(r"\b(?:the )?(?:previous|earlier|prior) (?:one|product|item)\b|\bthe one (?:before|earlier)\b")


def _earlier(state: State) -> str | None:
    """The product that was talked about before the one under discussion."""
    before = [str(t["product"]) for t in state.topics if t["product"] not in state.focus]
    return before[-1] if before else None


def _other(state: State) -> str | None:
    """Beside the product under discussion: the other one of a list, else the one talked about before it."""
    beside = [str(i["product"]) for i in state.listed if i["product"] != state.focus[0]]
    if state.list_turn >= 0 and state.focus[0] in _ids(state.listed) and beside:
        return beside[-1]
    before = [str(t["product"]) for t in state.topics if t["product"] != state.focus[0]]
    return before[-1] if before else beside[-1] if beside else None


def the_two(state: State, text: str) -> list[dict[str, Any]]:
    """What is compared when nothing is named: the list under discussion, else the last two that were talked about."""
    listed, about = state.listed, set(state.focus)
    if state.list_turn >= 0 and len(listed) > 1 and (not about or about & set(_ids(listed))):
        two = len(listed) > 2 and re.search(r"\b(?:two|both)\b", fold(text)) and len(about) < 2
        return list(listed[:2]) if two else list(listed)
    return [{"product": t["product"], "sku": t["sku"]} for t in state.topics[-2:]] if len(state.topics) > 1 else []


def _ids(listed: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(item["product"]) for item in listed))


def is_bare(text: str, links: Links, act: str, scores: dict[str, float], named: tuple[Wanted, ...]) -> bool:
    """Whether the clause only points at something ("and in blue?", "and the S10?") without saying what about it."""
    if (
        act in ("price", "stock", "compare", "options", "policy", "promotion", "order", *SUPERLATIVES)
        and scores.get(act, 1.0) > 0.6
    ):
        return False
    words = re.sub(r"[^\w\s']", " ", fold(text)).split()
    linked = {t.text for i, t in enumerate(links.tokens) if any(i in m.positions for m in links.mentions)}
    values = {x for w in named for x in re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", w.asked)} | {w.asked for w in named}
    linked |= {f"{w}s" for w in linked} | values
    linked |= {x for o in links.options for x in re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", o.asked)}
    if named:
        linked |= {"size", "colour", "color"}
    elif not linked and not _POINTERS.search(fold(text)):
        return False
    pieces = {x for w in words for x in re.findall(r"[^\W\d_]+|\d+", w)} - _GLUE
    return bool(words) and len(words) <= 12 and all(p in linked or p in _GLUE for p in pieces)


def settle(request: Request, scores: dict[str, float], state: State) -> Request:
    """Weighs the act against what was found: a value alone asks the same again, a name alone asks about it."""
    if "refine" in request.extra:
        return request
    act = request.act
    named: tuple[Wanted, ...] = request.extra.get("named", ())
    if act == "stock" and named and not _COUNTS.search(fold(request.text)):
        act = "availability"
        request = replace(request, act=act)
    if request.extra.get("pointed") and (act in _ASK_NOTHING or is_place(request.text, state)):
        act = state.act if state.act in ("price", "availability", "stock") else "details"
        return replace(request, act=act, follow_up=act == "details")
    if act == "options" and request.limits.in_stock and not request.extra.get("asked_names") and request.products:
        return replace(request, act="availability")
    if _only_limits(request):
        about: Topic | None = request.extra.get("topic")
        if about is not None and not request.query:
            limits = replace(about.limits, price=request.limits.price, in_stock=request.limits.in_stock)
            return replace(
                request, act="search", query=about.query, products=about.products, group=bool(about.products),
                from_context=False, limits=limits,
            )  # fmt: skip
        return replace(request, act="search", products=() if request.from_context else request.products)
    if (
        request.extra.get("bare")
        and request.products
        and (state.act in ABOUT_PRODUCTS | SUPERLATIVES | {"search", "policy"})
    ):
        return _again(request, state, named)
    if act == "none" and not request.products and scores.get("none", 1.0) < 0.4 and request.extra.get("known_query"):
        return replace(request, act="search")
    if _goes_on(request, state):
        extra = request.extra | {"masked": ""}
        return replace(request, act="policy", text=f"{state.question} {request.text}", extra=extra)
    if (
        len(request.products) == 1
        and request.pick in ("cheaper", "dearer")
        and act not in ("compare", "promotion", *SUPERLATIVES)
    ):
        return replace(request, act="cheapest" if request.pick == "cheaper" else "most_expensive", pick=None)
    if not request.products and act == "none" and state.act and _points(request):
        return replace(request, act="search")
    if (
        request.products
        and request.extra.get("asked_names")
        and act in ("availability", "details", "stock", "search", "none", "price")
    ):
        if act != "price" and not (act == "stock" and re.search(r"\b(?:left|stock)\b", request.text.lower())):
            act = "options"
    elif request.products and act in SMALL_TALK | {"search", "complaint"}:
        act = _for_products(request, scores, named)
    elif (
        request.products
        and named
        and act in ("details", "options")
        and not request.extra.get("asked_names")
        and not request.extra.get("unlinked")
    ):
        act = "availability"
    elif request.from_context and act in ("availability", "price", "stock", "details", "options"):
        if _names_something_else(request, act):
            act, request = "search", replace(request, products=(), from_context=False)
    elif not request.products and act in ABOUT_PRODUCTS and act != "compare":
        limited = request.limits.category or request.limits.subcategory or request.limits.brand
        if request.extra.get("pronoun") and not request.extra.get("unlinked") and not limited:
            return request
        if limited:
            extra = request.extra | {"how_many": act == "stock"}
            act, request = "search", replace(request, extra=extra)
    looks = act == "compare" and request.from_context and request.extra.get("within")
    if looks and _THE_ONE.search(fold(request.text)):
        return replace(request, act="search")
    if act == "compare" and len(request.products) < 2 and len(request.skus) < 2 and not _several_values(named):
        act = "price" if re.search(r"price|much|cheap|expensive", request.text.lower()) else "details"
    return replace(request, act=act)


_THE_ONE = re.compile(r"\b(?:the|which|what) ones? (?:with|that|has|have|which|has got)\b")
"""One is looked for among those of the topic by what it has: "the one with laser mapping is which"."""
_ASK_NOTHING = frozenset({*SMALL_TALK, "feedback", "complaint", "newest", "mood", "search"})


def _only_limits(request: Request) -> bool:
    """Whether a clause says nothing but a limit on the price ("under 90"): the last search is narrowed."""
    unsure = request.act == "policy" or (request.act in ("price", "availability") and request.confidence < _HALF)
    unsure |= request.act == "search" and request.from_context and not request.query
    below = request.act == "stock" and request.from_context and request.limits.price.high is not None
    unsure |= below and not _COUNTS.search(fold(request.text))
    asks = unsure or request.act in ("details", "none", "options", "no", "yes")
    return asks and bool(request.limits.price) and not request.extra.get("unlinked") and not request.extra.get("named")


def _again(request: Request, state: State, named: tuple[Wanted, ...]) -> Request:
    """The last question once more, of what the clause points at."""
    if request.from_context and not named and _OF_IT.search(fold(request.text)) and request.extra.get("unlinked"):
        return replace(request, act="details", follow_up=True)  # "is it bagless": a word of another's name
    if state.act == "policy" and state.question and not named:
        return replace(request, act="policy", text=state.question, follow_up=True, extra=request.extra | {"masked": ""})
    previous = state.act if state.act in ("price", "availability", "stock", "details") else ""
    if request.group and not request.from_context and previous in ("", "details"):
        return replace(request, act="search")  # "how about a mat": another kind is looked for
    if not previous or (previous == "details" and named):
        previous = "availability" if named else "details"
    question = state.question if previous == "details" and state.act == "details" and state.question else request.text
    return replace(request, act=previous, text=question, follow_up=True)


def _for_products(request: Request, scores: dict[str, float], named: tuple[Wanted, ...]) -> str:
    """What is asked of products by a clause whose act is not about a product."""
    if request.act == "search" and request.from_context and _OF_IT.search(fold(request.text)):
        return "details"
    bare_search = request.act == "search" and not request.from_context and not request.group and not named
    if bare_search and _YES_NO.search(fold(request.text)) and not re.search(r"\bany\b", request.text.lower()):
        return "details"
    if bare_search and _WHAT.search(fold(request.text)):
        return "details"
    if request.act == "search" and request.from_context and not request.query and not request.limits:
        return "availability"
    if request.act == "search":
        if request.group or request.limits.price or request.limits.rating or (request.from_context and not named):
            return "search"
        return "availability" if named else "search"
    if request.act == "none" and request.from_context and _OF_IT.search(fold(request.text)):
        return "details"
    if request.from_context and not named and not request.pick:
        return request.act
    if request.act == "complaint":
        asks = request.text.rstrip().endswith("?") and scores.get("complaint", 0.0) < _HALF
        return "details" if asks else "complaint"
    if request.act == "none" and scores.get("none", 0.0) > 0.5 and float(request.extra.get("coverage", 1.0)) < 0.5:
        return "none"
    return "availability" if named else "details"


def _names_something_else(request: Request, act: str) -> bool:
    """Whether a clause without a pronoun asks for another thing than was talked about ("do you have unicycles")."""
    unlinked = [w for w in request.extra.get("unlinked", ()) if w not in _COUNTING and not _before_price(w, request)]
    if not unlinked or request.extra.get("pronoun") or request.extra.get("named") or act in ("details", "options"):
        return False
    new_price = len(unlinked) <= 3 and act == "price" and not request.pick and _starts_new(request)
    return act in ("availability", "stock") or new_price


def _before_price(word: str, request: Request) -> bool:
    """Whether a word only says which price or stock is meant: "the asking price"."""
    return bool(re.search(rf"\b{re.escape(word)} (?:price|cost|stock|availability)\b", request.text.lower()))


def _starts_new(request: Request) -> bool:
    return bool(re.search(r"\b(?:of|for|are|is|do) (?:the|a|an|your|some)\b", request.text.lower()))


def _goes_on(request: Request, state: State) -> bool:
    """Whether a short clause goes on about the page that was just quoted ("and sundays?", "is there a free option")."""
    if state.act != "policy" or (request.products and not request.from_context) or request.extra.get("named"):
        return False
    if request.products and request.extra.get("pronoun"):
        return False
    short = len(request.text.split()) <= 6
    return (
        short
        and request.act in (*SMALL_TALK, "search", "promotion", "details")
        and request.act not in ("thanks", "yes", "no")
    )


def _points(request: Request) -> bool:
    """Whether a clause is nothing but a name after "and", "what about" ("what about playstation")."""
    words = re.findall(r"[a-z']+", fold(request.text))
    rest = [w for w in words if w not in _GLUE]
    return (
        0 < len(rest) <= 3
        and words[0] in ("and", "what", "how", "ok", "okay", "or")
        and tuple(rest) == tuple(request.extra.get("unlinked", ()))
    )


def _several_values(named: tuple[Wanted, ...]) -> bool:
    names = [w.name for w in named if w.value]
    return any(names.count(n) > 1 for n in names)


def with_request(state: State, request: Request) -> State:
    """The state as the next clause of the same message sees it."""
    if not request.products:
        return replace(state, search={"query": request.query}) if request.act == "search" and request.query else state
    return replace(
        state,
        focus=list(request.products),
        wanted=[vars(w) for w in request.wanted if w.value is not None],
        act="search" if request.group else request.act,
        question=request.text,
        search={"query": "", "products": list(request.products)},
    )


def of_the_same(before: Request, request: Request) -> Request:
    """The kind that the clause before it in the same message named, for a clause that asks only for the cheapest or
    dearest ("got a cheap watch? the cheapest please"): never the cheapest of everything, or of an older list."""
    names_kind = not request.from_context and (request.query or request.limits or request.products)
    searched = before.act in SUPERLATIVES | {"search", "recommend", "policy"} and (
        not before.products or before.group or before.from_context
    )
    if request.act not in SUPERLATIVES or names_kind or not searched or not (before.query or before.limits):
        return request
    extra = request.extra | {n: before.extra[n] for n in ("coverage", "known_query") if n in before.extra}
    products = before.products if before.group else ()
    return replace(
        request, query=before.query, limits=before.limits, products=products, group=before.group, from_context=False,
        match=before.match, wanted=before.wanted, extra=extra,
    )  # fmt: skip


def merge(requests: list[Request]) -> list[Request]:
    """Drops requests that say nothing new, such as a search that only introduces the question after it."""
    out: list[Request] = []
    for request in requests:
        previous = out[-1] if out else None
        if previous is not None and previous.act in ("order", "complaint") and request.act in ("policy", "order"):
            out[-1] = request
        elif previous is None or not _same_subject(previous, request):
            out.append(request)
        elif request.act == "search":
            continue
        elif previous.act in ("search", "none") or (previous.extra.get("bare") and request.act not in SUPERLATIVES):
            out[-1] = request
        elif previous.act in ("cheapest", "most_expensive") and request.act == "compare":
            out[-1] = request  # "is wood cheaper? wood vs glass": what is compared is said behind it
        elif {previous.act, request.act} == {"price", "availability"} and previous.wanted == request.wanted:
            out[-1] = replace(
                request, act="availability" if previous.act == "availability" and not request.wanted else request.act
            )
        elif previous.act == request.act and request.act not in ("details", "policy"):
            out[-1] = request
        else:
            out.append(request)
    return out


def _same_subject(before: Request, after: Request) -> bool:
    introduces = before.act == "search" and after.act in SUPERLATIVES and after.query == before.query
    if before.products and not (introduces and before.query and not after.products):
        return set(after.products) == set(before.products)
    return (
        before.act in SUPERLATIVES | {"search"}
        and not after.products
        and after.act in SUPERLATIVES | {"search"}
        and after.query in ("", before.query)
    )
