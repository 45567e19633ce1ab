"""What a clause is about: the products it names or points at, those it asks the cheapest of, and their options.

Joins what naming.py found with what the conversation is about (among.py, ranked.py) and has the options filled in
(wanted.py). Decides no act, but that things set beside one another are compared.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from assistant.language import fold
from assistant.request import Request
from assistant.understand.among import MOST_COMPARED, alike, narrowed, of_another_kind, other_of_kind
from assistant.understand.beside import against, set_beside
from assistant.understand.carry import wanted_from
from assistant.understand.clause import (
    Clause,
    before_name,
    count_positions,
    limit_positions,
    main_words,
    other_model,
    pointing_text,
    unlinked_words,
)
from assistant.understand.clauses import mask
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.mentions import Mention
from assistant.understand.naming import PRONOUN, Naming
from assistant.understand.naming_signs import Lookup
from assistant.understand.picked_by import by_measure, by_version
from assistant.understand.pointing import from_context, is_place, only_points, other_listed, points_at_one
from assistant.understand.ranked import ranked
from assistant.understand.state import State
from assistant.understand.told_apart import told_apart
from assistant.understand.topic import left_out, refined, topic, within
from assistant.understand.vocabulary import Vocabulary
from assistant.understand.wanted import steps_on, version_of, versions, with_options

_SUCH_ONES = re.compile(
    r"^\W*(?:(?:and|any|got|have you got|do you have|what about|ok|no)\W+)*(?!the\b)(?:[\w-]+ ){1,2}ones"
    r"(?: (?:under|below|over|above|up to|for less than|less than|max)\b.*)?\W*$"
)
"""Others of the kind that are so: "cordless ones?"."""
_GOT_THAT = re.compile(
    r"\b(?:have you|do you have|you|u|ya|got|do you|is|are)(?: still)?(?: got| have| sell| stock)? "
    r"(?:that|it|those|them|one|they)(?: in stock| available| in| there)?\W*$|\bthat(?='s\b|s\b| is\b| i can\b| can\b)"
)
"""What points back at what the same clause has named before it."""


_OF_IT = re.compile(
    r"\b(?:is|are|do|does|can|has|have|got|about) (?:it|that|this|they|these|those|them)\b"
    r"|\b(?:it|that|this|they|these|those|them|one|same)(?: one)? (?:in|comes?)\b"
)
"""Asks of the very thing talked about: "does it come in green"."""
_BESIDE_IT = re.compile(
    r"\b(?:(?:to|that|which) (?:go(?:es)?|fits?|suits?|matche?s?|wear|use|put|have) )?"
    r"(?:with|for|under|over|on|in|into|beside) (?:it|them|that|this|those|these)\W*$"
)
"""What something named is to go with, and is not: "some warm socks to go with it"."""


class Subject:
    """Finds what clauses are about, for one shop. Stateless: the conversation's state is passed in and not changed."""

    def __init__(self, vocabulary: Vocabulary, lookup: Lookup, naming: Naming) -> None:
        self._vocabulary = vocabulary
        self._lookup = lookup
        self._naming = naming

    def about(self, request: Request, clause: Clause, state: State) -> Request:
        """Fills in the products, from the clause's words or from the conversation, and the options named for them."""
        mentions = [] if is_place(clause.text, state) else self._naming.mentions(clause, state)
        extra = self._told(request, clause, mentions, state)
        before = {"before": {w.name: w.value for w in map(wanted_from, state.wanted)}}
        asked = replace(request, extra=extra | before)
        if others := left_out(asked, clause, state, self._vocabulary, self._lookup):
            return others
        if mentions:
            request = self._mentioned(request, clause, mentions, state, pronoun=extra["pronoun"])
        if rivals := self._beside(request, clause, state, named=bool(mentions)):
            request = rivals
        elif mentions:
            pass
        elif skus := versions(clause, state, self._lookup):
            extra["versions"] = True
            request = replace(
                request, act="compare", products=tuple(state.focus), skus=skus, pick=None, from_context=True
            )
        elif steps_on(clause.text, state, self._lookup):
            request = replace(request, products=tuple(state.focus), from_context=True)
        elif turned := refined(replace(request, extra=extra | before), clause, state, self._vocabulary):
            return turned
        elif request.act in SUPERLATIVES and not (request.act == "newest" and self._points(clause, state)):
            request = ranked(request, clause, state, self._vocabulary, self._lookup)
        else:
            request = self._talked_of(request, clause, state)
            extra["pointed"] = self._points(clause, state)
            extra["told_by"] = request.extra["told_by"]
            inside = within(replace(request, extra=before), clause, state, self._vocabulary)
            if inside is not None and _SUCH_ONES.match(fold(clause.text)):
                return replace(inside, extra=extra | before | inside.extra)
            extra["within"] = inside
        blocked = frozenset[int]().union(*(m.positions for m in mentions))
        blocked |= limit_positions(clause) | count_positions(clause)
        request = replace(request, extra=extra)
        found = with_options(request, clause, state, blocked, self._vocabulary, self._lookup)
        pointed = bool(_OF_IT.search(_GOT_THAT.sub("", fold(clause.text))))
        if other := by_version(found, clause.text, blocked, state, self._lookup, pointed=pointed):
            request = replace(request, products=other, pick=None, skus=(), from_context=False)
            return with_options(request, clause, state, blocked, self._vocabulary, self._lookup)
        return found

    def _told(self, request: Request, clause: Clause, mentions: list[Mention], state: State) -> dict[str, Any]:
        """What else the clause's words and the conversation tell, as later steps look it up in `Request.extra`."""
        unlinked = unlinked_words(clause, mentions)
        extra: dict[str, Any] = {
            "topic": topic(state, self._vocabulary),
            "focus": tuple(state.focus[:3]),
            "known_query": " ".join(w for w in request.query.split() if self._vocabulary.sells(w)),
            "main_words": main_words(clause),
            "masked": mask(clause.text, clause.links) if mentions else "",
            "option_pairs": tuple(o.pairs for o in clause.links.options if o.pairs),
            "unlinked": unlinked,
            "strange": tuple(w for w in unlinked if not self._vocabulary.is_word(w)),
            "before_name": before_name(clause, mentions) if mentions else (),
            "pronoun": bool(PRONOUN.search(pointing_text(clause))),
        }
        if mentions:
            extra["coverage"] = min(m.coverage for m in mentions)
            extra["other_model"] = other_model(clause, mentions, self._vocabulary)
        return extra

    @staticmethod
    def _mentioned(
        request: Request, clause: Clause, mentions: list[Mention], state: State, *, pronoun: bool
    ) -> Request:
        """The request of the products that the clause names; one is compared with what "it" is, where it says so."""
        products = tuple(dict.fromkeys(p for m in mentions for p in m.product_ids))
        group = len(mentions) == 1 and not mentions[0].specific
        if request.act == "compare" and len(products) == 1 and (pronoun or " or " in clause.text):
            products = (*[p for p in state.focus if p not in products], *products)
        return replace(request, products=products, group=group)

    def _beside(self, request: Request, clause: Clause, state: State, *, named: bool) -> Request | None:
        """The comparison of things that the clause sets beside one another; None where it doesn't."""
        rivals = set_beside(clause.text, request.products if named else (), state) if not request.group else []
        if len(rivals) < 2:
            return None
        ids = tuple(dict.fromkeys(str(r["product"]) for r in rivals))
        skus = (r["sku"] or version_of(r, self._lookup) for r in rivals) if len(ids) == 1 else ()
        return replace(request, act="compare", products=ids, skus=tuple(filter(None, skus)), from_context=True)

    def _talked_of(self, request: Request, clause: Clause, state: State) -> Request:
        """The request of what the clause points at in its conversation, or of none."""
        products, pick, skus = from_context(clause.text, request.act, state)
        of_kind = alike(request, state, self._vocabulary) if request.act == "compare" else ()
        if of_kind:
            products, pick, skus = of_kind, None, ()
        if not pick and not skus and (others := other_of_kind(clause, state, self._vocabulary, self._lookup)):
            products = others
        if not of_kind and len(products) > 1:
            products = narrowed(products, clause, self._naming, self._lookup)
        elif not of_kind and not only_points(clause.text):
            products = other_listed(clause.links.tokens, state, self._naming.stems) or products
        named_before = _GOT_THAT.sub("", fold(clause.text))  # "the down jacket, have you got that"
        named_before = _BESIDE_IT.sub("", named_before)  # "some socks to go with it" are no boots
        apart, told_by = ((), ()) if of_kind or pick or skus else told_apart(clause, state, self._lookup)
        if request.act != "compare" and (measured := by_measure(clause.text, state, self._lookup)):
            products, pick, skus = measured, None, ()
        products = apart or products
        if of_another_kind(products, clause, self._vocabulary) and not PRONOUN.search(named_before):
            products, pick, skus = (), None, ()
        named = len(products) == 1 and products[0] not in state.focus and not pick and not skus
        request = replace(request, products=products, pick=pick, skus=skus, from_context=bool(products) and not named)
        request = replace(request, extra=request.extra | {"told_by": told_by})
        if not (state.focus and products and against(clause.text)):
            return request
        compared = tuple(dict.fromkeys((*state.focus, *products)))[:MOST_COMPARED]
        if len(compared) > 1 and (not skus or not set(products) & set(state.focus)):
            return replace(request, act="compare", products=compared, skus=(), pick=None, from_context=True)
        return request

    @staticmethod
    def _points(clause: Clause, state: State) -> bool:
        """Whether the clause only points at a place in the list that was shown."""
        return points_at_one(clause.text, state) and not clause.links.categories and not clause.links.subcategories
