"""What a clause is about: the products it names or points at, those it asks the cheapest of, and their options.

Joins what naming.py found with what the conversation is about (context.py, carry.py); reads products live (through
`lookup`) only to know their options. Decides no act.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from assistant.language import STOP_WORDS, fold, squash, stems
from assistant.request import Limits, Request, Wanted
from assistant.types import Product
from assistant.understand.beside import against, set_beside, weighs_versions
from assistant.understand.carry import (
    COMES_IN,
    OF_THOSE,
    THAT_ONE,
    combined_afresh,
    elsewhere,
    is_named,
    match_product,
    named_afresh,
    narrowed_search,
    same_as_told,
    same_search,
    wanted_from,
)
from assistant.understand.clause import (
    Clause,
    asks_for,
    before_name,
    count_positions,
    limit_positions,
    main_words,
    other_model,
    pointing_text,
    unlinked_words,
)
from assistant.understand.clauses import mask
from assistant.understand.context import is_bare
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.naming import PRONOUN, Lookup, Naming
from assistant.understand.options import match_options, option_values, own_options
from assistant.understand.pointing import from_context, is_place, other_listed, points_at_one, the_two
from assistant.understand.receivers import for_another
from assistant.understand.siblings import kind_words, points_beside, sibling
from assistant.understand.sizes import chart, relative, worn
from assistant.understand.state import State
from assistant.understand.topic import refined, topic, within
from assistant.understand.vocabulary import ProductName, Vocabulary

_ONE = re.compile(r"\bones?\b(?! of)")
_OF_THE_TWO = re.compile(r"\b(?:of|between) (?:the|those|these|them) (two|2|three|3)\b")
_SUCH_ONES = re.compile(
    r"^\W*(?:(?:and|any|got|have you got|do you have|what about|ok|no)\W+)*(?!the\b)(?:[\w-]+ ){1,2}ones"
    r"(?: (?:under|below|over|above|up to|for less than|less than|max)\b.*)?\W*$"
)
"""Others of the kind that are so: "cordless ones?"."""
_OF_IT = re.compile(r"\b(?:of|on|in|for|with) (?:it|that|this|those|these|them)\W*$|\b(?:does|do|can|is) it\b")
"""Of the thing talked about the longest, biggest or cheapest version is asked: "the longest battery on those"."""
_SEVERAL = frozenset({"those", "these", "them"})
_EVERYTHING = frozenset(
    """overall everything anything thing things product products item items article articles shop store range catalog
    catalogue whole entire sell offer carry altogether all""".split()
)
_OF_RANK = frozenset(
    """rating ratings rated rate reviews review reviewed stars star score scores scored better best higher highest good
    loved liked people customers buyers""".split()
)
"""Words of ranking: "which has the better reviews" names no thing."""
_VESSELS = {"bottle": "bottles", "box": "boxes", "pack": "packs"}
"""Words of amounts, which name a thing where nothing else is named; their plurals always do."""
_HOW_MANY = re.compile(r"\b(?:how many|\d+|per|each|a) \w*\s?(?:bottle|box|pack)")
_FEW = 3  # things that are compared side by side
_GOT_THAT = re.compile(
    r"\b(?:have you|do you have|you|u|ya|got|do you|is|are)(?: still)?(?: got| have| sell| stock)? "
    r"(?:that|it|those|them|one|they)(?: in stock| available| in| there)?\W*$|\bthat(?='s\b|s\b| is\b| i can\b| can\b)"
)
"""What points back at what the same clause has named before it."""


_TELLING = 3  # letters and digits of a value from which on it tells one thing from another


def _squashed(product: Product) -> str:
    """All values that the shop gives of a product, without blanks and commas."""
    values = [*product.attributes.values(), *product.specs.values()]
    values += [v for variant in product.variants for v in variant.options.values()]
    return squash(" / ".join(map(str, values))).replace(",", "")


class Subject:
    """Finds what clauses are about, for one shop. Stateless: the conversation's state is passed in and not changed."""

    def __init__(self, vocabulary: Vocabulary, lookup: Lookup, naming: Naming) -> None:
        self._vocabulary = vocabulary
        self._lookup = lookup
        self._naming = naming

    def about(self, request: Request, clause: Clause, state: State) -> Request:
        """Fills in the products, from the clause's words or from the conversation, and the options named for them."""
        mentions = [] if is_place(clause.text, state) else self._naming.mentions(clause, state)
        unlinked = unlinked_words(clause, mentions)
        blocked: frozenset[int] = frozenset()
        known = " ".join(w for w in request.query.split() if self._sold_word(w))
        pairs = tuple(o.pairs for o in clause.links.options if o.pairs)
        extra: dict[str, Any] = {
            "topic": topic(state, self._vocabulary),
            "focus": tuple(state.focus[:3]),
            "known_query": known,
            "main_words": main_words(clause),
            "masked": mask(clause.text, clause.links) if mentions else "",
            "option_pairs": pairs,
            "unlinked": unlinked,
            "strange": tuple(w for w in unlinked if not self._vocabulary.is_word(w)),
            "before_name": before_name(clause, mentions) if mentions else (),
            "pronoun": bool(PRONOUN.search(pointing_text(clause))),
        }
        before = {"before": {w.name: w.value for w in map(wanted_from, state.wanted)}}
        if mentions:
            products = tuple(dict.fromkeys(p for m in mentions for p in m.product_ids))
            group = len(mentions) == 1 and not mentions[0].specific
            blocked = frozenset().union(*(m.positions for m in mentions))
            extra |= {
                "coverage": min(m.coverage for m in mentions),
                "other_model": other_model(clause, mentions, self._vocabulary),
            }
            if request.act == "compare" and len(products) == 1 and (extra["pronoun"] or " or " in clause.text):
                products = (*[p for p in state.focus if p not in products], *products)
            request = replace(request, products=products, group=group)
        rivals = set_beside(clause.text, request.products if mentions else (), state) if not request.group else []
        if len(rivals) > 1:
            ids = tuple(dict.fromkeys(str(r["product"]) for r in rivals))
            skus = tuple(s for r in rivals if (s := r["sku"] or self._version(r))) if len(ids) == 1 else ()
            request = replace(request, act="compare", products=ids, skus=skus, from_context=True)
        elif mentions:
            pass
        elif versions := self._versions(clause, state):
            extra["versions"] = True
            request = replace(
                request, act="compare", products=tuple(state.focus), skus=versions, pick=None, from_context=True
            )
        elif turned := refined(replace(request, extra=extra | before), clause, state, self._vocabulary):
            return turned
        elif request.act in SUPERLATIVES and not (request.act == "newest" and self._points(clause, state)):
            request = self._superlative(request, clause, state)
        else:
            products, pick, skus = from_context(clause.text, request.act, state)
            alike = self._alike(request, state) if request.act == "compare" else ()
            if alike:
                products, pick, skus = alike, None, ()
            if not pick and not skus and (others := self._sibling(clause, state)):
                products = others
            if not alike:
                other = other_listed(clause.links.tokens, state, self._naming.stems)
                products = self._narrowed(products, clause) if len(products) > 1 else other or products
            named_before = _GOT_THAT.sub("", fold(clause.text))  # "the down jacket, have you got that"
            if self._of_another_kind(products, clause) and not PRONOUN.search(named_before):
                products, pick, skus = (), None, ()
            named = len(products) == 1 and products[0] not in state.focus and not pick and not skus
            request = replace(
                request, products=products, pick=pick, skus=skus, from_context=bool(products) and not named
            )
            if state.focus and products and against(clause.text):
                compared = tuple(dict.fromkeys((*state.focus, *products)))[:_FEW]
                if len(compared) > 1 and (not skus or not set(products) & set(state.focus)):
                    request = replace(request, act="compare", products=compared, skus=(), pick=None, from_context=True)
            extra["pointed"] = self._points(clause, state)
            inside = within(replace(request, extra=before), clause, state, self._vocabulary)
            if inside is not None and _SUCH_ONES.match(fold(clause.text)):
                return replace(inside, extra=extra | before | inside.extra)
            extra["within"] = inside
        request = replace(request, extra=extra)
        return self._options(request, clause, state, blocked | limit_positions(clause) | count_positions(clause))

    def _versions(self, clause: Clause, state: State) -> tuple[str, ...]:
        """The version talked about and the one that a clause sets beside it, as SKUs: "if i go 28 is it cheaper"."""
        product = self._lookup(state.focus[0]) if len(state.focus) == 1 and weighs_versions(clause.text) else None
        if product is None:
            return ()
        values = option_values([product])
        named = self._sized(clause, product, values, match_options(clause.text, values))
        before = {w.name: w.value for w in map(wanted_from, state.wanted) if w.name and w.value}
        other = {w.name: w.value for w in named if w.name and w.value and before.get(w.name, w.value) != w.value}
        if not other:
            return ()
        rivals = [{"product": product.product_id, "wanted": [{"name": n, "value": v} for n, v in each.items()]}
                  for each in (before, before | other)]  # fmt: skip
        skus = tuple(filter(None, map(self._version, rivals)))
        return skus if len(set(skus)) > 1 else ()

    def _version(self, rival: dict[str, Any]) -> str:
        """The SKU of a version that was talked about by its options, one that is there before others; else empty."""
        product = self._lookup(str(rival["product"]))
        named = {w["name"]: w["value"] for w in rival.get("wanted", ()) if w.get("value")}
        fits = (
            [v for v in product.variants if v.active and all(v.options.get(n) == x for n, x in named.items())]
            if product
            else []
        )
        fits.sort(key=lambda v: (v.available is False, v.price))
        return fits[0].sku if named and fits else ""

    def _points(self, clause: Clause, state: State) -> bool:
        """Whether the clause only points at a place in the list that was shown."""
        return points_at_one(clause.text, state) and not clause.links.categories and not clause.links.subcategories

    def _alike(self, request: Request, state: State) -> tuple[str, ...]:
        """What is compared where only a kind is named: those of it that were shown, else all, where they are few."""
        kind = request.limits.subcategory or request.limits.category
        if not kind:
            return ()
        entries = self._vocabulary.products
        seen = dict.fromkeys(str(i["product"]) for i in (*state.listed, *state.topics))
        shown = [p for p in seen if p in entries and kind in (entries[p].subcategory, entries[p].category)]
        every = [p for p, e in entries.items() if e.active and kind in (e.subcategory, e.category)]
        return tuple(shown if len(shown) > 1 else every if 1 < len(every) <= _FEW else ())

    def _sibling(self, clause: Clause, state: State) -> tuple[str, ...]:
        """The product of the same kind that the clause points at instead of what is talked about."""
        entries = self._vocabulary.products
        focus = [entries[p] for p in state.focus[:3] if p in entries]
        if not focus or not points_beside(clause.text):
            return ()
        own = own_options(filter(None, map(self._lookup, state.focus[:3])))
        seen = dict.fromkeys(str(i["product"]) for i in (*state.listed, *state.topics))
        near = sibling(clause.text, focus, [entries[p] for p in seen if p in entries], own)
        return near or sibling(clause.text, focus, self._kin(focus[0]), own)

    def _kin(self, entry: ProductName) -> list[ProductName]:
        """The products of the same kind."""
        kind = entry.subcategory or entry.category
        ids = set[str]().union(*(self._vocabulary.by_kind.get(s, set()) for s in stems(kind)))
        return [
            e
            for e in (self._vocabulary.products[p] for p in sorted(ids))
            if kind in (e.subcategory, e.category) and kind
        ]

    def _of_another_kind(self, products: tuple[str, ...], clause: Clause) -> bool:
        """Whether the clause names a kind of product that none of these is of ("any tents?" after a talk of coffee)."""
        kinds = {kind for _, kind in (*clause.links.categories, *clause.links.subcategories)}
        entries = [self._vocabulary.products[p] for p in products if p in self._vocabulary.products]
        return bool(kinds) and not any(kinds & {e.category, e.subcategory} for e in entries)

    def _narrowed(self, products: tuple[str, ...], clause: Clause) -> tuple[str, ...]:
        """Of several products talked about, those that a word of the clause tells from the others ("the gold one")."""
        if len(products) < 2:
            return products
        counts = count_positions(clause)
        words = {t.stem for i, t in enumerate(clause.links.tokens) if t.text not in STOP_WORDS and i not in counts}
        told = {p: words & set(self._naming.stems(p)) for p in products}
        most = max(len(t) for t in told.values())
        narrowed = tuple(p for p in products if len(told[p]) == most)
        return narrowed if most else self._having(products, clause)

    def _having(self, products: tuple[str, ...], clause: Clause) -> tuple[str, ...]:
        """Of several products talked about, those with a value that the clause points by: "the 20,000 mm kind"."""
        said = squash("".join(kind_words(clause.text))).replace(",", "")
        if len(said) < _TELLING:
            return products
        having = tuple(p for p in products if (found := self._lookup(p)) is not None and said in _squashed(found))
        return having or products

    def _superlative(self, request: Request, clause: Clause, state: State) -> Request:
        """Of what the cheapest is asked: of the words' own kind, of everything, or of what was talked about last."""
        if request.act == "best_rated":
            request = replace(request, query=" ".join(w for w in request.query.split() if w not in _OF_RANK))
        counted = _OF_THE_TWO.search(fold(clause.text))
        ids = tuple(dict.fromkeys(str(i["product"]) for i in the_two(state, clause.text))) if counted else ()
        if counted and len(ids) == (2 if counted[1] in ("two", "2") else 3):
            return replace(request, query="", products=ids, limits=Limits(), from_context=True)
        listed = tuple(dict.fromkeys(str(i["product"]) for i in state.listed))
        of_it = None if self._names_kind(clause) else _OF_IT.search(fold(clause.text))
        if of_it and of_it[0].split()[-1] in _SEVERAL and len(listed) > 1 and set(state.focus) <= set(listed):
            return replace(request, query="", products=listed, from_context=True)
        if state.focus and of_it:
            return replace(request, query="", products=tuple(state.focus), from_context=True)
        if not self._names_kind(clause) and (vessel := self._vessel(clause)):
            request = replace(request, query=f"{request.query} {vessel}".strip())
        words = [w for w in request.query.split() if w.isalpha() and w not in _OF_RANK and len(w) > 1]
        everything = {t.text for t in clause.links.tokens} & _EVERYTHING
        limits = request.limits
        goes_on = bool(state.search.get("query")) and state.act in SUPERLATIVES | {"search"}
        if words and goes_on and _ONE.search(fold(clause.text)) and not (limits.category or limits.subcategory):
            return narrowed_search(request, state.search)
        if (
            limits.category
            or limits.subcategory
            or limits.brand
            or (words and not self._of_focus(words, clause, state))
        ):
            return request
        if everything and not PRONOUN.search(fold(clause.text).replace("one", "")):
            return replace(request, query="")
        search = state.search
        everything_before = state.act in SUPERLATIVES and "query" in search and not any(search.values())
        if everything_before and not PRONOUN.search(fold(clause.text).replace("one", "")):
            return replace(request, query="")
        searched = search.get("query") or search.get("products") or search.get("category") or search.get("brand")
        if searched and state.act in SUPERLATIVES | {"search"}:
            return same_search(request, search)
        if len(listed) > 1 and OF_THOSE.search(fold(clause.text)):
            return replace(request, query="", products=listed, from_context=True)
        return replace(request, query="", products=tuple(state.focus), from_context=bool(state.focus))

    @staticmethod
    def _vessel(clause: Clause) -> str:
        """What is a measure of goods elsewhere and the thing itself here: "the cheapest bottle"."""
        named = [_VESSELS[t.text] for t in clause.links.tokens if t.text in _VESSELS]
        return named[-1] if named and not _HOW_MANY.search(fold(clause.text)) else ""

    def _names_kind(self, clause: Clause) -> bool:
        """Whether the clause names a kind of thing or a brand."""
        links = clause.links
        return bool(links.categories or links.subcategories or links.brands)

    def _of_focus(self, words: list[str], clause: Clause, state: State) -> bool:
        """Whether a superlative is of the product under discussion: its other words are values of its options, or
        name nothing sold while "one" stands for it ("the least I can spend on a 32GB one")."""
        if not state.focus:
            return False
        if self._only_options(words, state):
            return True
        named = match_options(clause.text, option_values(filter(None, map(self._lookup, state.focus[:3]))))
        said = {t for w in named if w.value for t in w.asked.split()}
        rest = [w for w in words if w not in said and not self._unit_of(w, clause)]
        ones = bool(_ONE.search(fold(clause.text)))
        return bool(named) and (not rest or (ones and not any(map(self._sold_word, rest))))

    def _unit_of(self, word: str, clause: Clause) -> bool:
        tokens = clause.links.tokens
        return any(t.text == word and i and tokens[i - 1].text[0].isdigit() for i, t in enumerate(tokens))

    def _only_options(self, words: list[str], state: State) -> bool:
        """Whether the words say nothing but options of the product under discussion ("the cheapest in blue")."""
        values = option_values(filter(None, map(self._lookup, state.focus[:3])))
        return all(match_options(word, values) for word in words)

    def _sold_word(self, word: str) -> bool:
        return any(s in self._vocabulary.by_stem or s in self._vocabulary.by_kind for s in stems(word))

    def _sized(
        self, clause: Clause, product: Product, values: dict[str, list[str]], named: list[Wanted]
    ) -> list[Wanted]:
        """The options named, with a size that is said loosely ("the big one") or worn ("a 39" that is an M)."""
        loosely = [*worn(clause.text, product, values), *relative(clause.text, values)][:1]
        loosely = [w for w in loosely if all(n.name != w.name or n.value is None for n in named)]
        said = {w.asked for w in loosely} | {w.name for w in loosely}
        return [*(n for n in named if n.value is not None or not said & {n.asked, n.name}), *loosely]

    def _options(self, request: Request, clause: Clause, state: State, blocked: frozenset[int]) -> Request:
        """The options named for the request's products; those named earlier stay where nothing else was said."""
        products = [p for p in map(self._lookup, request.products[:12]) if p is not None]
        values = option_values(products)
        named = match_options(clause.text, values, blocked) if products else []
        named += elsewhere(clause, values, blocked, named)
        if len(products) == 1:
            named = self._sized(clause, products[0], values, named)
            request.extra["size_chart"] = chart(products[0], named)
        carried: list[Wanted] = []
        if products and set(request.products) <= set(state.focus) and not request.skus:
            names = {w.name for w in named}
            carried = [w for w in map(wanted_from, state.wanted) if w.name not in names]
        if named_afresh(clause, request) or combined_afresh(clause, request, named):
            carried = []
        carried = [w for w in carried if not for_another(clause.text, w.name or "", values.get(w.name or "", ()))]
        if not THAT_ONE.search(fold(clause.text)) or COMES_IN.search(fold(clause.text)):
            carried = [w for w in carried if not asks_for(clause, w.name or "")]
        if request.act in SUPERLATIVES:
            carried = [w for w in carried if not w.pinned and request.from_context]
            if request.from_context and state.act in SUPERLATIVES | {"search"}:
                carried += [w for w in map(wanted_from, state.search.get("wanted", [])) if w not in carried]
        same = [w for w in map(wanted_from, state.wanted) if w.value and same_as_told(clause.text, w.name or "")]
        carried += [replace(w, pinned=False) for w in same if all(w.name != o.name for o in (*carried, *named))]
        asked_names = tuple(n for n in values if asks_for(clause, n))
        extra = request.extra | {
            "named": tuple(named),
            "unlinked": tuple(w for w in request.extra["unlinked"] if not is_named(w, named)),
            "asked_names": asked_names,
            "shop_options": tuple(n for n in self._vocabulary.option_names.values() if asks_for(clause, n)),
            "bare": is_bare(clause.text, clause.links, request.act, clause.scores, tuple(named)),
            "before": {w.name: w.value for w in map(wanted_from, state.wanted)},
            "pinned": {w.name: w.value for w in map(wanted_from, state.wanted) if w.pinned},
        }
        if request.act == "compare" and request.skus and named and not request.extra.get("versions"):
            request = replace(request, skus=(), products=tuple(state.focus))
        match = partial(match_product, clause.text, blocked)
        return replace(request, wanted=tuple(named + carried), match=match, extra=extra)
