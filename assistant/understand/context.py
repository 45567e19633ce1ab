"""What a clause asks in its conversation: "and in blue?" asks the same again, a name alone asks about it.

Weighs the act that was read against what was found. Works on the state and the clause's words; knows no shop.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language import fold
from assistant.request import Request, Wanted
from assistant.understand.bare import is_name_alone
from assistant.understand.cues import ABOUT_PRODUCTS, SMALL_TALK, SUPERLATIVES
from assistant.understand.pointing import is_place, only_points
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
_HALF = 0.5
_COUNTING = frozenset(
    """number numbers amount count figure level inventory copies pieces units hold keep store shelf shelves first second
    third fourth fifth last latter former previous other both two either moment today tomorrow now""".split()
)
"""Words of counting, pointing and time: they name nothing else that is asked for."""


def settle(request: Request, scores: dict[str, float], state: State) -> Request:
    """Weighs the act against what was found: a value alone asks the same again, a name alone asks about it."""
    if "refine" in request.extra:
        return request
    named: tuple[Wanted, ...] = request.extra.get("named", ())
    if request.act == "stock" and named and not _COUNTS.search(fold(request.text)):
        request = replace(request, act="availability")
    turned = _of_the_talk(request, state, named) or _of_another_act(request, scores, state)
    return turned or _compared(_for_what_was_found(request, scores, named), named)


def _of_the_talk(request: Request, state: State, named: tuple[Wanted, ...]) -> Request | None:
    """What is asked by pointing, by a limit or by a value alone: what was asked before, or what is looked for."""
    act = request.act
    bare = act in _ASK_NOTHING or is_place(request.text, state) or only_points(request.text)
    if request.extra.get("pointed") and bare:
        act = state.act if state.act in ("price", "availability", "stock") else "details"
        if only_points(request.text):
            request = replace(
                request, text=_ASKED_OF_IT[act], query=""
            )  # "the second one" asks for nothing that is two
        return replace(request, act=act, follow_up=act == "details")
    if act == "options" and request.limits.in_stock and not request.extra.get("asked_names") and request.products:
        return replace(request, act="availability")
    if _only_limits(request):
        return _limited(request)
    talks = state.act in ABOUT_PRODUCTS | SUPERLATIVES | {"search", "policy"}
    if not (request.extra.get("bare") and request.products and talks):
        return None
    again = _again(request, state, named)
    sure = again.follow_up and not named and len(again.products) == 1
    return replace(again, extra=again.extra | {"pointed": True}) if sure else again


def _limited(request: Request) -> Request:
    """The last search, or that for the topic, under the limit that was said."""
    about: Topic | None = request.extra.get("topic")
    if about is None or request.query:
        return replace(request, act="search", products=() if request.from_context else request.products)
    limits = replace(about.limits, price=request.limits.price, in_stock=request.limits.in_stock)
    return replace(
        request, act="search", query=about.query, products=about.products, group=bool(about.products),
        from_context=False, limits=limits,
    )  # fmt: skip


def _of_another_act(request: Request, scores: dict[str, float], state: State) -> Request | None:
    """What was read as one act and can only be another: a search, more of a page, or the cheaper of two."""
    act = request.act
    unsure = act == "none" and scores.get("none", 1.0) < 0.4
    if unsure and not request.products and request.extra.get("known_query"):
        return replace(request, act="search")
    if _goes_on(request, state):
        extra = request.extra | {"masked": ""}
        return replace(request, act="policy", text=f"{state.question} {request.text}", extra=extra)
    picks = request.pick in ("cheaper", "dearer") and act not in ("compare", "promotion", *SUPERLATIVES)
    if picks and len(request.products) == 1:
        return replace(request, act="cheapest" if request.pick == "cheaper" else "most_expensive", pick=None)
    if not request.products and act == "none" and state.act and is_name_alone(request):
        return replace(request, act="search")
    return None


def _for_what_was_found(request: Request, scores: dict[str, float], named: tuple[Wanted, ...]) -> Request:
    """The act that fits the products, options and kinds that were found, or that none was."""
    act, asked_names, unlinked = request.act, request.extra.get("asked_names"), request.extra.get("unlinked")
    if request.products and asked_names and act in _MAY_ASK_OPTIONS:
        counts = act == "stock" and re.search(r"\b(?:left|stock)\b", request.text.lower())
        return request if act == "price" or counts else replace(request, act="options")
    if request.products and act in SMALL_TALK | {"search", "complaint"}:
        return replace(request, act=_for_products(request, scores, named))
    if request.products and named and act in ("details", "options") and not asked_names and not unlinked:
        return replace(request, act="availability")
    if request.from_context and act in ("availability", "price", "stock", "details", "options"):
        if _names_something_else(request, act) or _names_unknown(request):
            return replace(request, act="search", products=(), from_context=False)
        return request
    of_a_kind = request.limits.category or request.limits.subcategory or request.limits.brand
    if of_a_kind and not request.products and act in ABOUT_PRODUCTS and act != "compare":
        return replace(request, act="search", extra=request.extra | {"how_many": act == "stock"})
    return request


def _compared(request: Request, named: tuple[Wanted, ...]) -> Request:
    """A comparison of one thing is none: it is looked for, or its price or anything else of it is asked."""
    if request.act != "compare":
        return request
    if request.from_context and request.extra.get("within") and _THE_ONE.search(fold(request.text)):
        return replace(request, act="search")
    if len(request.products) < 2 and len(request.skus) < 2 and not _several_values(named):
        of_price = re.search(r"price|much|cheap|expensive", request.text.lower())
        return replace(request, act="price" if of_price else "details")
    return request


_MAY_ASK_OPTIONS = frozenset({"availability", "details", "stock", "search", "none", "price"})
"""What a question for an option by its name may be read as."""
_THE_ONE = re.compile(r"\b(?:the|which|what) ones? (?:with|that|has|have|which|has got)\b")
"""One is looked for among those of the topic by what it has: "the one with laser mapping is which"."""
_ASKED_OF_IT = {
    "details": "tell me about it", "price": "how much is it", "availability": "is it in stock",
    "stock": "how many are in stock",
}  # fmt: skip
"""What is asked of something that a message does no more than point at."""
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
    if request.act == "complaint" and _WISHED.search(fold(request.text)) and not _WRONG.search(fold(request.text)):
        return "search"
    if request.act == "complaint":
        asks = request.text.rstrip().endswith("?") and scores.get("complaint", 0.0) < _HALF
        return "details" if asks else "complaint"
    if request.act == "none" and scores.get("none", 0.0) > 0.5 and float(request.extra.get("coverage", 1.0)) < 0.5:
        return "none"
    return "availability" if named else "details"


_WISHED = re.compile(r"^\W*(?:an?|any|some|the)?\s*(?:[\w-]+\s){1,3}(?:that|which|with|for|to|w)\b")
_WRONG = re.compile(
    r"\b(?:not?|never|nothing|without|\w+n'?t|broke\w*|died|dead|stopp\w+|faulty|wrong|bad|fell|came|arrived|leak\w*|"
    r"torn|missing|late|still|again|complain\w*|problem|issue|unhappy|angry|annoyed|disappoint\w*)\b"
)
"""A thing and what it does, and nothing that is wrong with it: "thermostat that works with my phone"."""


def _names_something_else(request: Request, act: str) -> bool:
    """Whether a clause without a pronoun asks for another thing than was talked about ("do you have unicycles")."""
    unlinked = [w for w in request.extra.get("unlinked", ()) if w not in _COUNTING and not _before_price(w, request)]
    if unlinked and act == "availability" and any(_a_new_thing(w, request) for w in unlinked):
        return True
    if not unlinked or request.extra.get("pronoun") or request.extra.get("named") or act in ("details", "options"):
        return False
    new_price = len(unlinked) <= 3 and act == "price" and not request.pick and _starts_new(request)
    return act in ("availability", "stock") or new_price


def _a_new_thing(word: str, request: Request) -> bool:
    """Whether a clause asks if there is a thing called so: "do you have a mountain bike in black"."""
    text, thing = fold(request.text), rf"(?:an?|any|some) (?:\w+ )?{re.escape(word)}\b(?! (?:one|on|for)\b)"
    asks = re.search(rf"\b(?:have|has|got|sell|stock) (?:\w+ )?{thing}", text)
    return bool(asks) and not re.search(r"\b(?:it|they|them)\b", text)


def _names_unknown(request: Request) -> bool:
    """Whether a thing is named by a word that neither the shop nor English has: "the hyperdrive 3000, got it?"."""
    strange = [re.escape(w) for w in request.extra.get("strange", ()) if len(w) > 4]
    named = strange and re.search(
        rf"\b(?:the|any|your|some|an?) (?:[\w-]+ )?(?:{'|'.join(strange)})\b", fold(request.text)
    )
    return bool(named) and not _OF_IT.search(fold(request.text)) and not request.extra.get("named")


def _before_price(word: str, request: Request) -> bool:
    """Whether a word only says which price or stock is meant: "the asking price"."""
    return bool(re.search(rf"\b{re.escape(word)} (?:price|cost|stock|availability)\b", request.text.lower()))


def _starts_new(request: Request) -> bool:
    return bool(re.search(r"\b(?:of|for|are|is|do) (?:the|a|an|your|some)\b", request.text.lower()))


def _asks_of_no_thing(request: Request) -> bool:
    """ "How much do I get?" behind a page: a price of nothing that is sold."""
    return request.act == "price" and not (request.products or request.query)


def _goes_on(request: Request, state: State) -> bool:
    """Whether a short clause goes on about the page that was just quoted ("and sundays?", "is there a free option")."""
    if state.act != "policy" or (request.products and not request.from_context) or request.extra.get("named"):
        return False
    if request.products and request.extra.get("pronoun"):
        return False
    if request.limits.category or request.limits.subcategory or request.limits.brand:
        return False  # "what samsung tablets are there" names what is looked for
    short = len(request.text.split()) <= 6
    return (
        short
        and (request.act in (*SMALL_TALK, "search", "promotion", "details") or _asks_of_no_thing(request))
        and request.act not in ("thanks", "yes", "no")
    )


def _several_values(named: tuple[Wanted, ...]) -> bool:
    names = [w.name for w in named if w.value]
    return any(names.count(n) > 1 for n in names)
