"""Reads a customer's message: what is asked, about which products, options and limits.

The act comes from the clause's words and a trained head (cues.py), weighed against what was linked in the shop's
vocabulary and what the conversation is about (context.py). Reads products live (through `lookup`) only to know their
options; prices and stock are none of its business, and it writes no text.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from assistant.language import STOP_WORDS, fold, words_to_numbers
from assistant.request import Bounds, Limits, Request
from assistant.types import Product
from assistant.understand import shopping
from assistant.understand.about import Subject
from assistant.understand.acts import ActHead, Encode
from assistant.understand.beside_told import only_tells, told_first
from assistant.understand.clause import Clause, LateClause, has_content, main_kinds, query_words
from assistant.understand.clauses import mask, split
from assistant.understand.context import settle
from assistant.understand.corrected import corrected
from assistant.understand.cues import SMALL_TALK, certain, choose_act, mend
from assistant.understand.excepted import read_leaving_out
from assistant.understand.joining import merge, of_the_same, of_what_is_found, with_request, with_whole
from assistant.understand.link import Links, OptionMention, link
from assistant.understand.mentions import Mention
from assistant.understand.naming import WITHOUT_PRODUCT, Nameless, Naming
from assistant.understand.naming_signs import Lookup
from assistant.understand.own_size import in_own_size
from assistant.understand.plain import plain
from assistant.understand.pointing import with_what_points
from assistant.understand.quantities import min_rating, price_bounds, quantity
from assistant.understand.set_aside import leaving_aside, only_denies, parted, set_aside
from assistant.understand.short_forms import written_out
from assistant.understand.state import State
from assistant.understand.story import asked
from assistant.understand.than import looked_for_beside
from assistant.understand.vocabulary import Vocabulary

_MASKED = re.compile(r"\[(?:card number|security code|bank account|password)\]")
"""What screening put in the place of a secret: it asks nothing."""
_FEW_WORDS, _LONG = 7, 10
_FEW_OF_KIND = 12  # products of a kind that are looked at for their options
_IN_STOCK = re.compile(r"\bin stock\b|\bavailable\b(?! in)|\bon hand\b|\bright now\b")


class Reader:
    """Turns messages into requests. The conversation's state is passed in and not changed.

    Made anew for every turn: it remembers the clauses that it has read, which are the same whoever asks for them.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        head: ActHead,
        encode: Encode,
        *,
        lookup: Lookup,
        digits: int = 2,
        codes: frozenset[str] = frozenset(),
        offers: tuple[str, ...] = (),
        known: Sequence[dict[str, str]] = (),
    ) -> None:
        """`codes` are those of the shop's promotions, folded; `offers` the promotions' names; `known` what is kept of
        the customer who is signed in (name and value), which may be spoken of without saying so."""
        self._vocabulary = vocabulary
        self._head = head
        self._encode = encode
        self._lookup = lookup = cache(lookup)  # within one message, a product is read once
        self._naming = Naming(vocabulary, lookup)
        self._subject = Subject(vocabulary, lookup, self._naming)
        self._digits = digits
        self._codes = codes
        self._clauses: dict[str, Clause] = {}
        self._offers = offers
        self._known = known

    def read(self, text: str, state: State) -> list[Request]:
        """What `text` asks, in its order; never empty. The first few requests of a long message."""
        text = written_out(plain(text), self._vocabulary.is_own)
        text = corrected(words_to_numbers(_MASKED.sub(" ", text)), self._vocabulary)
        text = in_own_size(text, [*self._known, *state.told], lambda: self._spoken_of(text, state), self._vocabulary)
        if rest := read_leaving_out(text, self.read, self._linked, state, self._vocabulary.products):
            return rest
        if beside := looked_for_beside(text, self._linked, state, self._vocabulary.products):
            return beside
        parts = with_what_points([p for part in split(text) for two in parted(part) for p in told_first(two)], state)
        clauses = asked(parts, self._clause, self._vocabulary.by_kind.__contains__)
        asking = [c for c in clauses if c.act not in SMALL_TALK | {"complaint"} or has_content(c)]
        asking, aside = set_aside(asking, [self._clause(part) for part in parts])
        if not state.at_work and len(asking) == 1 and only_denies(asking[0]):
            return [Request("no", asking[0].text, extra={"declined": True})]
        requests: list[Request] = []
        context = state
        for clause in (asking or clauses[:1])[:4]:
            if len(asking) > 1 and only_tells(clause):
                requests.append(Request("none", clause.text))  # taken in beside what the others ask
                continue
            request = self._request(clause, context)
            if requests:
                request = of_what_is_found(requests[-1], of_the_same(requests[-1], request))
            requests.append(request)
            context = with_request(context, self._with_only_one(request))
        requests = [leaving_aside(r, aside, self._vocabulary.products) for r in requests]
        requests = with_whole(requests, text, len(clauses))
        return shopping.refine(
            text,
            merge(requests)[:3],
            state,
            linked=self._linked,
            encode=self._encode,
            lookup=self._lookup,
            digits=self._digits,
            known_codes=self._codes,
            offer_names=self._offers,
            known=self._known,
        )

    def _spoken_of(self, text: str, state: State) -> list[Product]:
        """The things that a text names, or that are talked of; a few of them."""
        clause = self._clause(text)
        named = [p for m in clause.links.mentions for p in m.product_ids]
        kinds = {kind for _, kind in (*clause.links.categories, *clause.links.subcategories)}
        of_kind = [p for p, e in self._vocabulary.products.items() if kinds & {e.category, e.subcategory}]
        return list(filter(None, map(self._lookup, (named or of_kind or state.focus)[:_FEW_OF_KIND])))

    def without_names(self) -> Reader:
        """A reader of the same message that takes none of its words for a product's name."""
        other = copy.copy(self)
        other._naming = Nameless(self._vocabulary, self._lookup)
        other._subject = Subject(self._vocabulary, self._lookup, other._naming)
        return other

    def _with_only_one(self, request: Request) -> Request:
        """The request with the one thing there is of the kind that it looks for: "candles. how many in it?"."""
        kind = request.limits.subcategory
        if request.act != "search" or request.products or not kind:
            return request
        ids = tuple(p for p, e in self._vocabulary.products.items() if e.active and e.subcategory == kind)
        return replace(request, products=ids) if len(ids) == 1 else request

    def _linked(self, text: str, state: State) -> tuple[Clause, list[Mention]]:
        """A text as one clause, with the mentions in it that really name products."""
        clause = self._clause(words_to_numbers(text))
        mentions = self._naming.mentions(clause, state)
        found = [*mentions, *self._only_ones(clause, mentions)]
        return clause, sorted(found, key=lambda m: min(m.positions))

    def _only_ones(self, clause: Clause, mentions: list[Mention]) -> list[Mention]:
        """Beside a product: kinds of which the shop has one thing only ("a crepe pan and a hot chocolate"), or one in
        the version named before it ("50 litre compost and a bottle of tomato feed")."""
        taken = {p for m in mentions for p in m.positions}
        found = []
        for positions, kind in clause.links.subcategories if mentions else ():
            ids = tuple(p for p, e in self._vocabulary.products.items() if e.active and e.subcategory == kind)
            if len(ids) > 1:
                ids = self._in_version(ids, [o for o in clause.links.options if max(o.positions) + 1 == min(positions)])
            if len(ids) == 1 and not positions & taken and all(ids != m.product_ids for m in mentions):
                found.append(Mention(positions, ids, 1.0, 0.0))
        return found

    def _in_version(self, ids: tuple[str, ...], named: list[OptionMention]) -> tuple[str, ...]:
        """Of the products of a kind, those that come in every value named."""
        products = [p for p in map(self._lookup, ids[:_FEW_OF_KIND]) if p is not None]
        pairs = [o.pairs for o in named]
        return tuple(
            p.product_id for p in products
            if pairs and all(any(v.options.get(n) == x for v in p.variants for n, x in some) for some in pairs)
        )  # fmt: skip

    def scores(self, text: str) -> dict[str, float]:
        """How likely each act is for a message as a whole: act -> probability."""
        return self._clause(plain(text)).scores

    def bare_answer(self, text: str) -> str | None:
        """ "yes" or "no" where `text` is no more than that, in a few words of any kind; else None."""
        clauses = [self._clause(part) for part in split(text)]
        plain = len(text.split()) <= _FEW_WORDS and not any(has_content(c) or "?" in c.text for c in clauses)
        acts = [c.act for c in clauses if c.act not in ("thanks", "greeting")]
        return acts[0] if plain and acts and acts[0] in ("yes", "no") and len(set(acts)) == 1 else None

    def _clause(self, text: str) -> Clause:
        if text not in self._clauses:
            self._clauses[text] = self._read_clause(text)
        return self._clauses[text]

    def _read_clause(self, text: str) -> Clause:
        text = mend(text, self._vocabulary.is_word, self._vocabulary.by_letter)
        links = link(text, self._vocabulary)
        return LateClause(text, links, lambda: self._judged(text, links))

    def _judged(self, text: str, links: Links) -> tuple[dict[str, float], str]:
        """How likely each act is for a clause, and which it is."""
        masked = mask(text, links)
        versions = {links.tokens[min(o.positions)].start for o in links.options}
        scores = certain(text, self._head.probabilities(self._encode([masked])[0], masked), versions)
        found = bool(links.mentions or links.options or links.categories or links.brands)
        kind = any(t.stem in self._vocabulary.by_kind for t in links.tokens if t.text not in STOP_WORDS)
        return scores, choose_act(text, scores, has_content=found, names_kind=kind)

    def _request(self, clause: Clause, state: State) -> Request:
        request = Request(
            clause.act,
            clause.text,
            query=query_words(clause),
            limits=self._limits(clause),
            quantity=quantity(clause.text),
            confidence=clause.scores.get(clause.act, 1.0),
        )
        if clause.act in WITHOUT_PRODUCT:
            return request
        request = self._subject.about(request, clause, state)
        return settle(self._sold_words(request, clause), clause.scores, state)

    def _sold_words(self, request: Request, clause: Clause) -> Request:
        """The request of a sentence that tells much: only the shop's own words in it are looked for."""
        if len(clause.links.tokens) <= _LONG:
            return request
        known = [w for w in str(request.extra.get("known_query", "")).split() if not w.isdigit()]
        if kinds := clause.links.subcategories or clause.links.categories:
            linked = kinds[0][0].union(*(o.positions for o in clause.links.options))
            at = min(kinds[0][0]) - 1
            while at >= 0 and ((word := clause.links.tokens[at].text) in known or word.isdigit()):
                linked |= {at}
                at -= 1
            known = [clause.links.tokens[p].text for p in sorted(linked)]
        return replace(request, query=" ".join(known)) if known else request

    def _limits(self, clause: Clause) -> Limits:
        links = clause.links
        categories, subcategories = main_kinds(clause)
        category = categories[0][1] if categories else None
        subcategory = subcategories[0][1] if subcategories else None
        if category and subcategory and not self._vocabulary.is_part(subcategory, category):
            category = None  # "a head torch for camping": the torches stand on another shelf
        return Limits(
            price=price_bounds(clause.text, self._digits) if not min_rating(clause.text) else Bounds(),
            category=category,
            subcategory=subcategory,
            brand=links.brands[0][1] if links.brands else None,
            in_stock=bool(_IN_STOCK.search(fold(clause.text))),
            rating=min_rating(clause.text),
        )
