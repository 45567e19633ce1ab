"""Reads a customer's message: what is asked, about which products, options and limits.

The act comes from a trained head on the sentence's embedding, weighed against what was linked in the shop's vocabulary and
what the conversation is about. Reads products live (through `lookup`) only to know their options; prices and stock are none
of its business, and it writes no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.language import STOP_WORDS, fold, words_to_numbers
from assistant.request import Bounds, Limits, Request, Wanted
from assistant.types import Product
from assistant.understand.acts import ActHead, Encode
from assistant.understand.clauses import mask, split
from assistant.understand.link import Links, Mention, link
from assistant.understand.options import match_options, option_values
from assistant.understand.quantities import bound_spans, comparative, min_rating, ordinals, price_bounds, quantity
from assistant.understand.state import State
from assistant.understand.vocabulary import Vocabulary

Lookup = Callable[[str], Product | None]

ABOUT_PRODUCTS = frozenset({"price", "availability", "stock", "details", "options", "compare"})
SUPERLATIVES = frozenset({"cheapest", "most_expensive", "best_rated", "newest"})
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "yes", "no", "none"})

_PRONOUN = re.compile(
    r"\b(it|its|it's|this|that|these|those|they|them|their|they're|one|ones|he|she|same|the (?:small|large|big|bigg?er|smaller|other)\w*)\b"
)
_CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (act, re.compile(pattern))
    for act, pattern in (
        ("cheapest", r"\bcheapest\b|\b(?:least expensive|lowest[- ]priced?|lowest price|most affordable|least i can (?:pay|spend))\b|costs? the least"),
        ("most_expensive", r"\b(?:most expensive|priciest|dearest|costliest|highest[- ]priced?|most costly|highest price)\b|costs? the most\b"),
        ("best_rated", r"\b(?:best|highest|top)[- ]?(?:rated|rating|reviewed|reviews)\b|has the (?:best|highest) (?:rating|reviews|score)"),
        ("newest", r"\b(?:newest|latest|most recent|new arrivals)\b"),
        ("compare", r"\b(?:compare|comparison|comparing|versus|vs\.?|differences?|differ)\b|\bwhich (?:one |of (?:the|those|these) \w+ )?(?:is|are|has|costs?|has got|'s)\b.*\b(?:cheaper|more|less|better|longer|lighter|heavier|bigger|smaller|or)\b|\bhow much (?:more|less|cheaper)\b"),
        ("stock", r"\bhow many\b.*\b(?:left|in stock|have|got|available|remain\w*|there|stock|get|buy|u have)\b|\bstock (?:level|count)|\bhow many(?: of \w+)?\s*\?*$|\bquantity\b"),
        ("price", r"\b(?:how much|price|cost|costs|pricing)\b(?!.*\b(?:weigh|ram|memory|storage|battery|water|does it hold|left|in stock|delivery|shipping|postage)\b)"),
    )
)  # fmt: skip
_EVERYTHING = re.compile(
    r"\b(?:overall|everything|anything|thing|things|products?|items?|article|(?:whole |entire |your )?(?:shop|store|range|catalog(?:ue)?))\b"
)
_IN_STOCK = re.compile(r"\bin stock\b|\bavailable\b(?! in)|\bon hand\b|\bright now\b")


@dataclass(frozen=True)
class Clause:
    """One clause with everything that was found in it."""

    text: str
    links: Links
    scores: dict[str, float]

    @property
    def act(self) -> str:
        return max(self.scores, key=lambda a: self.scores[a])


class Reader:
    """Turns messages into requests. Stateless: the conversation's state is passed in and not changed."""

    def __init__(
        self, vocabulary: Vocabulary, head: ActHead, encode: Encode, *, lookup: Lookup, digits: int = 2
    ) -> None:
        self._vocabulary = vocabulary
        self._head = head
        self._encode = encode
        self._lookup = lookup
        self._digits = digits

    def read(self, text: str, state: State) -> list[Request]:
        """What `text` asks, in its order; never empty. The first few requests of a long message."""
        clauses = [self._clause(part) for part in split(words_to_numbers(text))]
        requests: list[Request] = []
        context = state
        for clause in self._relevant(clauses, state):
            request = self._request(clause, context, requests)
            requests.append(request)
            context = _with(context, request)
        return _merge(requests)[:3]

    def _clause(self, text: str) -> Clause:
        links = link(text, self._vocabulary)
        embedding = self._encode([mask(text, links)])[0]
        return Clause(text, links, self._head.probabilities(embedding))

    def _relevant(self, clauses: list[Clause], state: State) -> list[Clause]:
        """The clauses that ask something; small talk only when there is nothing else."""
        asking = [c for c in clauses if c.act not in SMALL_TALK or _has_content(c)]
        return (asking or clauses[:1])[:4]

    def _request(self, clause: Clause, state: State, before: list[Request]) -> Request:
        act = self._act(clause, state)
        limits = self._limits(clause)
        base = Request(
            act,
            clause.text,
            query=_query(clause),
            limits=limits,
            quantity=quantity(clause.text),
            confidence=clause.scores.get(act, 1.0),
        )
        if act not in ABOUT_PRODUCTS | SUPERLATIVES | {
            "search",
            "promotion",
            "policy",
            "none",
            "order",
            "complaint",
            "yes",
            "no",
        }:
            return base
        request = self._about(base, clause, state)
        return self._settle(request, clause, state)

    def _act(self, clause: Clause, state: State) -> str:
        """The head's act, unless the clause says plainly what it is."""
        folded = fold(clause.text)
        act = clause.act
        if (
            act in ("are_you_human", "human", "greeting", "thanks", "goodbye")
            and clause.scores[act] > 0.5
            and not _has_content(clause)
        ):
            return act
        for cue, pattern in _CUES:
            if pattern.search(folded) and not (
                cue == "price" and (act in ("policy", "compare", "promotion", *SUPERLATIVES) or price_bounds(folded))
            ):
                if cue == "compare" and act in ("details",) and "made" in folded:
                    continue
                return cue
        if (
            act == "price"
            and not re.search(r"\d", folded)
            and clause.scores["price"] < 0.4
            and clause.scores["details"] > 0.2
        ):
            return "details"
        return act

    def _limits(self, clause: Clause) -> Limits:
        links = clause.links
        return Limits(
            price=price_bounds(clause.text, self._digits) if not min_rating(clause.text) else Bounds(),
            category=links.categories[0][1] if links.categories else None,
            subcategory=links.subcategories[0][1] if links.subcategories else None,
            brand=links.brands[0][1] if links.brands else None,
            in_stock=bool(_IN_STOCK.search(fold(clause.text))),
            rating=min_rating(clause.text),
        )

    def _about(self, request: Request, clause: Clause, state: State) -> Request:
        """Fills in the products, from the clause's own words or from the conversation, and the options named for them."""
        mentions = self._mentions(clause, state)
        if mentions:
            products = tuple(dict.fromkeys(p for m in mentions for p in m.product_ids))
            group = len(mentions) == 1 and not mentions[0].specific
            request = replace(request, products=products, group=group, extra={"coverage": mentions[0].coverage})
            blocked = frozenset().union(*(m.positions for m in mentions))
        else:
            products, pick, sku = _from_context(clause.text, state)
            request = replace(request, products=products, pick=pick, sku=sku, from_context=bool(products))
            blocked = frozenset()
        return self._options(request, clause, state, blocked | _limit_positions(clause))

    def _mentions(self, clause: Clause, state: State) -> list[Mention]:
        """The mentions that really name products here: a plain word inside "is it water resistant" doesn't."""
        mentions = list(clause.links.mentions)
        pronoun = bool(_PRONOUN.search(fold(clause.text))) and bool(state.focus)
        kept = [m for m in mentions if not (pronoun and self._is_passing(m, clause, state))]
        categories = frozenset().union(*(c[0] for c in clause.links.categories), frozenset())
        if any(m.specific for m in kept):
            kept = [m for m in kept if m.specific or not m.positions <= categories]
        return [m for m in kept if m.specific or not m.positions <= categories]

    def _is_passing(self, mention: Mention, clause: Clause, state: State) -> bool:
        tokens = clause.links.tokens
        first = min(mention.positions)
        determined = first > 0 and tokens[first - 1].text in (
            "the",
            "and",
            "or",
            "vs",
            "than",
            "a",
            "an",
            "any",
            "your",
        )
        focus_words = {s for p in state.focus for s in self._stems(p)}
        named_again = all(tokens[p].stem in focus_words for p in mention.positions)
        options = option_values(filter(None, map(self._lookup, state.focus[:3])))
        is_value = bool(match_options(" ".join(tokens[p].text for p in sorted(mention.positions)), options))
        return named_again or is_value or (len(mention.positions) == 1 and not determined)

    def _stems(self, product_id: str) -> tuple[str, ...]:
        entry = self._vocabulary.products.get(product_id)
        return entry.stems if entry else ()

    def _options(self, request: Request, clause: Clause, state: State, blocked: frozenset[int]) -> Request:
        """The options named for the request's products; those named earlier stay where nothing else was said of them."""
        products = [p for p in map(self._lookup, request.products[:12]) if p is not None]
        named = match_options(clause.text, option_values(products), blocked) if products else []
        asks_for_options = request.act == "options"
        carried: list[Wanted] = []
        if products and set(request.products) <= set(state.focus) and not request.sku:
            names = {w.name for w in named}
            carried = [w for w in _wanted(state) if w.name not in names]
        if asks_for_options:
            carried = [w for w in carried if not w.pinned]
        return replace(request, wanted=tuple(named + carried), extra=request.extra | {"named": tuple(named)})

    def _settle(self, request: Request, clause: Clause, state: State) -> Request:
        """Weighs the act against what was found: an option alone asks again what was asked before, a bare name asks about it."""
        named: tuple[Wanted, ...] = request.extra.get("named", ())
        act = request.act
        folded = fold(clause.text)
        if request.products and act in SMALL_TALK | {"search", "policy", "order", "complaint", "promotion"}:
            act = _act_for_products(request, clause, state, named)
        elif request.products and named and act in ("details", "options") and not _asks_attribute(clause):
            act = "availability"
        elif (
            not request.products
            and act in ABOUT_PRODUCTS
            and (_unlinked(clause) or request.limits.category or request.limits.brand)
        ):
            act = "search"
        if act in ABOUT_PRODUCTS and _bare(clause, request, named) and state.act in ABOUT_PRODUCTS | SUPERLATIVES:
            previous = state.act if state.act in ABOUT_PRODUCTS else "availability"
            act = previous if previous in ("price", "availability", "stock", "details") else "availability"
            if act == "details" and named:
                act = "availability"
            request = replace(
                request, follow_up=True, text=state.question if act == "details" and state.question else clause.text
            )
        if (
            act == "compare"
            and len(request.products) < 2
            and len({(w.name, w.value) for w in named}) < 2
            and len(state.listed) < 2
        ):
            act = "price" if "price" in folded or "much" in folded else "details"
        return replace(request, act=act)


def _act_for_products(request: Request, clause: Clause, state: State, named: tuple[Wanted, ...]) -> str:
    """What is asked of products that were named by a clause whose act is not about a product."""
    act = request.act
    if act == "search":
        if request.from_context and not named:
            return "search"
        if request.group or request.limits.price or request.limits.rating:
            return "search"
        return "availability" if named else "search"
    if act == "policy":
        return "details" if not request.from_context or _PRONOUN.search(fold(clause.text)) else "policy"
    if act == "promotion":
        return "promotion"
    if request.from_context and not named and not request.pick and not _PRONOUN.search(fold(clause.text)):
        return act
    if act in ("order", "complaint"):
        return act
    if act in SMALL_TALK and request.from_context and not named and not request.pick:
        return act
    return "availability" if named else "details"


def _asks_attribute(clause: Clause) -> bool:
    """Whether the clause asks for a value ("which colour", "how long") rather than naming one."""
    return bool(
        re.search(
            r"\b(?:what|which|how (?:big|long|heavy|tall|wide|many|much)|list|colou?rs|sizes)\b", fold(clause.text)
        )
    )


def _bare(clause: Clause, request: Request, named: tuple[Wanted, ...]) -> bool:
    """Whether the clause only points at something ("and in blue?", "and the S10?", "the other one") without saying what about it."""
    if request.act in ("price", "stock", "compare", "options") and clause.scores[request.act] > 0.6:
        return False
    rest = re.sub(r"[^\w\s']", " ", fold(clause.text)).split()
    linked = {t.text for i, t in enumerate(clause.links.tokens) if any(i in m.positions for m in clause.links.mentions)}
    option_words = {x for w in named for x in re.findall(r"\w+", w.asked)}
    glue = {"and", "what", "about", "the", "in", "one", "ones", "how", "a", "an", "or", "then", "ok", "okay", "with", "for", "hmm", "size",
            "colour", "color", "no", "i", "mean", "meant", "other", "second", "first", "third", "last", "also", "but", "same", "maybe",
            "id", "like", "i'd", "want", "please", "q", "of", "instead", "sorry", "not", "actually", "rather"}  # fmt: skip
    return bool(rest) and len(rest) <= 12 and all(w in glue or w in linked or w in option_words for w in rest)


def _from_context(text: str, state: State) -> tuple[tuple[str, ...], str | None, str | None]:
    """The products that an unnamed clause is about: (ids, how to pick one of them, the very variant)."""
    places = ordinals(text)
    listed = state.listed
    if places and listed:
        chosen = [listed[p] for p in places if -len(listed) <= p < len(listed)]
        if chosen:
            ids = tuple(dict.fromkeys(str(c["product"]) for c in chosen))
            return ids, None, chosen[0]["sku"] if len(chosen) == 1 else None
    pick = comparative(text)
    if pick == "other" and len(state.focus) == 1:
        others = [str(item["product"]) for item in listed if item["product"] != state.focus[0]]
        return (tuple(dict.fromkeys(others[:1])) or tuple(state.focus)), None, None
    if pick and pick != "other" and len(listed) > 1:
        return tuple(dict.fromkeys(str(item["product"]) for item in listed)), pick, None
    if (
        re.search(r"\b(?:them|both|these|those|the two|all of|they|each|of (?:the|those|these))\b", fold(text))
        and len(listed) > 1
        and len(state.focus) != 1
    ):
        return tuple(dict.fromkeys(str(item["product"]) for item in listed)), None, None
    return tuple(state.focus), None, None


def _has_content(clause: Clause) -> bool:
    links = clause.links
    return bool(links.mentions or links.options or links.categories or links.brands or price_bounds(clause.text))


def _unlinked(clause: Clause) -> list[str]:
    """Words of the clause that say something but name nothing of the shop ("unicycles")."""
    linked = {p for m in clause.links.mentions for p in m.positions} | {
        p for o in clause.links.options for p in o.positions
    }
    return [
        t.text
        for i, t in enumerate(clause.links.tokens)
        if i not in linked and t.text not in STOP_WORDS and t.text.isalpha()
    ]


def _limit_positions(clause: Clause) -> frozenset[int]:
    spans = bound_spans(clause.text)
    return frozenset(i for i, t in enumerate(clause.links.tokens) if any(a <= t.start < b for a, b in spans))


def _query(clause: Clause) -> str:
    """The words to search with: the clause without its limits, courtesies and words about buying."""
    dropped = _limit_positions(clause)
    words = [
        clause.links.corrected.get(i, t.text)
        for i, t in enumerate(clause.links.tokens)
        if i not in dropped and (t.text not in STOP_WORDS) and t.text not in _QUERY_NOISE
    ]
    return " ".join(words)


_QUERY_NOISE = frozenset(
    """
    cheapest cheap expensive priciest dearest lowest highest best rated rating newest latest top least
    affordable good nice budget under below over above between dollars euros bucks pounds currently new reviewed
    overall products product items item recommend suggest suggestion suggestions idea ideas offer offers list
    browse carry kinds options u got whats
    """.split()
)


def _wanted(state: State) -> list[Wanted]:
    return [Wanted(**w) for w in state.wanted]


def _with(state: State, request: Request) -> State:
    """The state as the next clause of the same message sees it."""
    if not request.products:
        return state
    return replace(
        state,
        focus=list(request.products),
        wanted=[vars(w) for w in request.wanted if w.value is not None],
        act=request.act,
        question=request.text,
    )


def _merge(requests: list[Request]) -> list[Request]:
    """Drops requests that say nothing new, such as a search that only introduces the question after it."""
    out: list[Request] = []
    for request in requests:
        previous = out[-1] if out else None
        if (
            previous
            and previous.act in ("search", "details")
            and request.products
            and set(request.products) == set(previous.products)
        ):
            out[-1] = request
        elif (
            previous
            and previous.act == request.act
            and previous.products == request.products
            and previous.wanted == request.wanted
        ):
            if request.act in ("details", "policy") and request.text != previous.text:
                out.append(request)
        else:
            out.append(request)
    return out
