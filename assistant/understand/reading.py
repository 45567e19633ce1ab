"""Reads a customer's message: what is asked, about which products, options and limits.

The act comes from the clause's words and a trained head (cues.py), weighed against what was linked in the shop's
vocabulary and what the conversation is about (context.py). Reads products live (through `lookup`) only to know their
options; prices and stock are none of its business, and it writes no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from assistant.language import STOP_WORDS, Tok, fold, stems, words_to_numbers
from assistant.request import Bounds, Limits, Request, Wanted
from assistant.types import Product
from assistant.understand import shopping
from assistant.understand.acts import ActHead, Encode
from assistant.understand.carry import (
    OF_THOSE,
    THAT_ONE,
    elsewhere,
    is_named,
    match_product,
    named_afresh,
    narrowed_search,
    same_search,
    wanted_from,
)
from assistant.understand.clause import (
    Clause,
    asks_for,
    before_name,
    count_positions,
    has_content,
    is_verb,
    joined_by,
    kind_positions,
    limit_positions,
    other_model,
    query_words,
    unlinked_words,
)
from assistant.understand.clauses import mask, split
from assistant.understand.context import from_context, is_bare, merge, of_the_same, settle, with_request
from assistant.understand.cues import SMALL_TALK, SUPERLATIVES, choose_act, mend
from assistant.understand.link import Mention, link
from assistant.understand.options import match_options, option_values
from assistant.understand.quantities import min_rating, price_bounds, quantity
from assistant.understand.state import State
from assistant.understand.vocabulary import Vocabulary

Lookup = Callable[[str], Product | None]

PRONOUN = re.compile(
    r"\b(it|its|it's|this|that|these|those|they|them|their|they're|one|ones|same|the (?:small|large|big|bigg?er|"
    r"smaller|other)\w*)\b"
)
_SUBJECT = re.compile(
    r"^\W*(?:(?:and|but|so|ok|oh)\W+)*(?:is|are|does|do|can|will|has|have) (?:it|they|that one|this one|these|those)\b"
)
_ONE = re.compile(r"\bones?\b(?! of)")
_WITHOUT_PRODUCT = frozenset({"greeting", "thanks", "goodbye", "are_you_human", "human", "mood"})
_FEW_WORDS = 7
_IN_STOCK = re.compile(r"\bin stock\b|\bavailable\b(?! in)|\bon hand\b|\bright now\b")
_EVERYTHING = frozenset(
    """overall everything anything thing things product products item items article articles shop store range catalog
    catalogue whole entire sell offer carry altogether all""".split()
)


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
    ) -> None:
        """`codes` are those of the shop's promotions, folded; `offers` the promotions' names."""
        self._vocabulary = vocabulary
        self._head = head
        self._encode = encode
        self._lookup = lookup
        self._digits = digits
        self._codes = codes
        self._clauses: dict[str, Clause] = {}
        self._offers = offers

    def read(self, text: str, state: State) -> list[Request]:
        """What `text` asks, in its order; never empty. The first few requests of a long message."""
        clauses = [self._clause(part) for part in split(words_to_numbers(text))]
        asking = [c for c in clauses if c.act not in SMALL_TALK | {"complaint"} or has_content(c)]
        requests: list[Request] = []
        context = state
        for clause in (asking or clauses[:1])[:4]:
            request = (
                of_the_same(requests[-1], self._request(clause, context))
                if requests
                else self._request(clause, context)
            )
            requests.append(request)
            context = with_request(context, request)
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
        )

    def _linked(self, text: str, state: State) -> tuple[Clause, list[Mention]]:
        """A text as one clause, with the mentions in it that really name products."""
        clause = self._clause(words_to_numbers(text))
        mentions = self._mentions(clause, state)
        return clause, [*mentions, *self._only_ones(clause, mentions)]

    def _only_ones(self, clause: Clause, mentions: list[Mention]) -> list[Mention]:
        """Beside a product: kinds of which the shop has one thing only ("a crepe pan and a hot chocolate")."""
        taken = {p for m in mentions for p in m.positions}
        found = []
        for positions, kind in clause.links.subcategories if mentions else ():
            ids = tuple(p for p, e in self._vocabulary.products.items() if e.active and e.subcategory == kind)
            if len(ids) == 1 and not positions & taken and all(ids != m.product_ids for m in mentions):
                found.append(Mention(positions, ids, 1.0, 0.0))
        return found

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
        text = mend(text, self._is_word)
        links = link(text, self._vocabulary)
        masked = mask(text, links)
        scores = self._head.probabilities(self._encode([masked])[0], masked)
        found = bool(links.mentions or links.options or links.categories or links.brands)
        return Clause(text, links, scores, choose_act(text, scores, has_content=found))

    def _is_word(self, word: str) -> bool:
        words = self._vocabulary
        return word in words.english or word in words.known or word in words.joined

    def _request(self, clause: Clause, state: State) -> Request:
        request = Request(
            clause.act,
            clause.text,
            query=query_words(clause),
            limits=self._limits(clause),
            quantity=quantity(clause.text),
            confidence=clause.scores.get(clause.act, 1.0),
        )
        if clause.act in _WITHOUT_PRODUCT:
            return request
        return settle(self._about(request, clause, state), clause.scores, state)

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
        """Fills in the products, from the clause's words or from the conversation, and the options named for them."""
        mentions = self._mentions(clause, state)
        unlinked = unlinked_words(clause, mentions)
        blocked: frozenset[int] = frozenset()
        known = " ".join(w for w in request.query.split() if self._sold_word(w))
        pairs = tuple(o.pairs for o in clause.links.options if o.pairs)
        extra = {
            "last_query": str(state.search.get("query") or ""),
            "known_query": known,
            "masked": mask(clause.text, clause.links) if mentions else "",
            "option_pairs": pairs,
            "unlinked": unlinked,
            "strange": tuple(w for w in unlinked if not self._is_word(w)),
            "before_name": before_name(clause, mentions) if mentions else (),
            "pronoun": bool(PRONOUN.search(fold(clause.text))),
        }
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
        elif request.act in SUPERLATIVES:
            request = self._superlative(request, clause, state)
        else:
            products, pick, skus = from_context(clause.text, request.act, state)
            products = (
                self._narrowed(products, clause) if len(products) > 1 else self._other_listed(products, clause, state)
            )
            if self._of_another_kind(products, clause) and not extra["pronoun"]:
                products, pick, skus = (), None, ()
            named = len(products) == 1 and products[0] not in state.focus and not pick and not skus
            request = replace(
                request, products=products, pick=pick, skus=skus, from_context=bool(products) and not named
            )
        request = replace(request, extra=extra)
        return self._options(request, clause, state, blocked | limit_positions(clause) | count_positions(clause))

    def _of_another_kind(self, products: tuple[str, ...], clause: Clause) -> bool:
        """Whether the clause names a kind of product that none of these is of ("any tents?" after a talk of coffee)."""
        kinds = {kind for _, kind in (*clause.links.categories, *clause.links.subcategories)}
        entries = [self._vocabulary.products[p] for p in products if p in self._vocabulary.products]
        return bool(kinds) and not any(kinds & {e.category, e.subcategory} for e in entries)

    def _narrowed(self, products: tuple[str, ...], clause: Clause) -> tuple[str, ...]:
        """Of several products talked about, those that a word of the clause tells from the others ("the gold one")."""
        if len(products) < 2:
            return products
        words = {t.stem for t in clause.links.tokens if t.text not in STOP_WORDS}
        told = {p: words & set(self._stems(p)) for p in products}
        most = max(len(t) for t in told.values())
        narrowed = tuple(p for p in products if len(told[p]) == most)
        return narrowed if most else products

    def _other_listed(self, products: tuple[str, ...], clause: Clause, state: State) -> tuple[str, ...]:
        """Another product that was listed, when a word of the clause is only in its name ("do the max have ...")."""
        listed = list(dict.fromkeys(str(i["product"]) for i in state.listed))
        words = {t.stem for t in clause.links.tokens if t.text not in STOP_WORDS}
        told = [
            p for p in listed if words & (set(self._stems(p)) - {s for o in listed if o != p for s in self._stems(o)})
        ]
        return (told[0],) if len(told) == 1 and len(listed) > 1 else products

    def _superlative(self, request: Request, clause: Clause, state: State) -> Request:
        """Of what the cheapest is asked: of the words' own kind, of everything, or of what was talked about last."""
        words = [w for w in request.query.split() if w.isalpha()]
        everything = {t.text for t in clause.links.tokens} & _EVERYTHING
        limits = request.limits
        goes_on = bool(state.search.get("query")) and state.act in SUPERLATIVES | {"search"}
        if words and goes_on and _ONE.search(fold(clause.text)) and not (limits.category or limits.subcategory):
            return narrowed_search(request, state.search)
        if limits.category or limits.subcategory or limits.brand or (words and not self._only_options(words, state)):
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
        listed = tuple(dict.fromkeys(str(i["product"]) for i in state.listed))
        if len(listed) > 1 and OF_THOSE.search(fold(clause.text)):
            return replace(request, query="", products=listed, from_context=True)
        return replace(request, query="", products=tuple(state.focus), from_context=bool(state.focus))

    def _only_options(self, words: list[str], state: State) -> bool:
        """Whether the words say nothing but options of the product under discussion ("the cheapest in blue")."""
        values = option_values(filter(None, map(self._lookup, state.focus[:3])))
        return all(match_options(word, values) for word in words)

    def _mentions(self, clause: Clause, state: State) -> list[Mention]:
        """The mentions that really name products here: a plain word inside "is it water resistant" doesn't."""
        tokens = clause.links.tokens
        pronoun = bool(PRONOUN.search(fold(clause.text))) and bool(state.focus or state.listed)
        kept = [m for m in clause.links.mentions if not is_verb(m, clause)]
        kept = [
            m
            for m in kept
            if not (pronoun and self._is_passing(m, clause, state)) and not self._is_option(m, clause, state)
        ]
        kept = [m for m in kept if m.coverage >= 0.8 or not m.positions <= kind_positions(clause)]
        if clause.act in ("none", *_WITHOUT_PRODUCT) and clause.scores.get(clause.act, 0) > 0.4:
            kept = [m for m in kept if m.coverage >= 0.5]
        if state.focus and _SUBJECT.search(fold(clause.text)):
            kept = [m for m in kept if m.coverage >= 0.99]
        if clause.act not in (*SUPERLATIVES, "search", "compare"):
            kept = [self._in_focus(m, state) for m in kept]
            known = [m for m in kept if set(m.product_ids) <= set(state.focus)]
            kept = [m for m in kept if not known or m in known or m.coverage >= 0.5 or joined_by(m, tokens)]
        kept = [m for m in kept if not self._modifies(m, clause)]
        if any(m.coverage >= 0.99 for m in kept):
            kept = [m for m in kept if not self._headless(m, clause)]
        heaviest = max((m.weight for m in kept if not m.specific), default=0.0)
        kept = [m for m in kept if not m.specific or m.coverage >= 0.5 or m.weight >= heaviest]
        specific = [m for m in kept if m.specific]
        if specific:
            near = frozenset().union(*({p - 2, p - 1, p, p + 1, p + 2} for m in specific for p in m.positions))
            kept = [m for m in kept if m.specific or not m.positions & near]
            kept = self._without_option_words(kept, tokens)
            kept = [
                m for m in kept if m is max(kept, key=lambda x: x.weight) or m.coverage >= 0.5 or joined_by(m, tokens)
            ]
        return [m for m in kept if m.specific or not m.positions <= kind_positions(clause)]

    def _modifies(self, mention: Mention, clause: Clause) -> bool:
        """A word of a name before another noun says of what kind that is: "vegan shoes" is no vegan duvet."""
        last, tokens = max(mention.positions), clause.links.tokens
        entry = self._vocabulary.products[mention.product_ids[0]]
        literal = tokens[last].text.removesuffix("s") in fold(entry.name)  # "fishing" isn't, of a Fish Steak
        if (mention.coverage >= 0.5 and literal) or not mention.specific:
            return False
        if last + 1 >= len(tokens) or len(mention.positions) > 1:
            return False
        ordinary = tokens[last].text in self._vocabulary.english or any(
            tokens[last].stem in stems(name.replace("_", " ")) for name in self._vocabulary.attribute_names
        )
        if not ordinary or tokens[last].stem in stems(entry.brand or ""):
            return False
        following = tokens[last + 1]
        named = following.stem in self._stems(mention.product_ids[0])
        apart = clause.text[tokens[last].end : following.start].strip()
        plain = following.text.isalpha() and following.text not in STOP_WORDS
        return plain and not named and not apart and self._stems(mention.product_ids[0])[-1] != tokens[last].stem

    def _headless(self, mention: Mention, clause: Clause) -> bool:
        """A part of a name without its last word, beside a whole name: "a lamp that runs on batteries" is no shoe."""
        if mention.coverage >= 0.99 or not mention.specific or joined_by(mention, clause.links.tokens):
            return False
        words = {clause.links.tokens[p].stem for p in mention.positions}
        return self._stems(mention.product_ids[0])[-1] not in words

    def _in_focus(self, mention: Mention, state: State) -> Mention:
        """Of a name that several products share, the one that is being talked about."""
        both = tuple(p for p in mention.product_ids if p in state.focus)
        return (
            replace(mention, product_ids=both) if both and not mention.specific and mention.coverage < 0.99 else mention
        )

    def _without_option_words(self, mentions: list[Mention], tokens: tuple[Tok, ...]) -> list[Mention]:
        """Drops a mention that is only an option of another one ("a vacuum cleaner for pet hair" is no pet bed)."""
        main = max(mentions, key=lambda m: (m.coverage, m.weight))
        product = self._lookup(main.product_ids[0])
        if product is None:
            return mentions
        text = " ".join(t.text for t in tokens)
        values = {
            s for w in match_options(text, option_values([product]), main.positions) if w.value for s in stems(w.value)
        }
        return [
            m for m in mentions if m is main or m.coverage >= 0.6 or not {tokens[p].stem for p in m.positions} <= values
        ]

    def _is_option(self, mention: Mention, clause: Clause, state: State) -> bool:
        """A single word of a long name that is an option of what is talked about ("right zip?" of sleeping bags)."""
        if len(mention.positions) > 1 or mention.coverage >= 0.5 or not state.focus:
            return False
        tok = clause.links.tokens[min(mention.positions)]
        options = option_values(filter(None, map(self._lookup, state.focus[:3])))
        return any(tok.stem in stems(f"{name} {' '.join(values)}") for name, values in options.items())

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
            "about",
        )
        words = {tokens[p].stem for p in mention.positions}
        named_again = all(words <= set(self._stems(p)) for p in state.focus)
        options = option_values(filter(None, map(self._lookup, state.focus[:3])))
        is_value = bool(match_options(" ".join(tokens[p].text for p in sorted(mention.positions)), options))
        return named_again or is_value or (len(mention.positions) == 1 and not determined)

    def _sold_word(self, word: str) -> bool:
        return any(s in self._vocabulary.by_stem or s in self._vocabulary.by_kind for s in stems(word))

    def _stems(self, product_id: str) -> tuple[str, ...]:
        entry = self._vocabulary.products.get(product_id)
        return entry.stems if entry else ()

    def _options(self, request: Request, clause: Clause, state: State, blocked: frozenset[int]) -> Request:
        """The options named for the request's products; those named earlier stay where nothing else was said."""
        products = [p for p in map(self._lookup, request.products[:12]) if p is not None]
        values = option_values(products)
        named = match_options(clause.text, values, blocked) if products else []
        named += elsewhere(clause, values, blocked, named)
        carried: list[Wanted] = []
        if products and set(request.products) <= set(state.focus) and not request.skus:
            names = {w.name for w in named}
            carried = [w for w in map(wanted_from, state.wanted) if w.name not in names]
        if named_afresh(clause, request):
            carried = []
        if not THAT_ONE.search(fold(clause.text)):
            carried = [w for w in carried if not asks_for(clause, w.name or "")]
        if request.act in SUPERLATIVES:
            carried = [w for w in carried if not w.pinned and request.from_context]
            if request.from_context and state.act in SUPERLATIVES | {"search"}:
                carried += [w for w in map(wanted_from, state.search.get("wanted", [])) if w not in carried]
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
        if request.act == "compare" and request.skus and named:
            request = replace(request, skus=(), products=tuple(state.focus))
        match = partial(match_product, clause.text, blocked)
        return replace(request, wanted=tuple(named + carried), match=match, extra=extra)
