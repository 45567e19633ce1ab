"""Which of the names found in a clause really name products here: a plain word in "is it water resistant" doesn't.

Weighs what the linker found against the clause's own words and what is being talked about. Reads products live
(through `lookup`) only for their options; knows no acts beyond what the clause was taken for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.language import STOP_WORDS, Tok, fold, stems
from assistant.types import Product
from assistant.understand.clause import Clause, denied_positions, is_verb, joined_by, kind_positions, pointing_text
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.mentions import Mention
from assistant.understand.options import match_options, option_values
from assistant.understand.own_words import own_words
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
_PUT_TO_IT = re.compile(
    r"\b(?:fits?|goes?|puts?|stands?|works?|hangs?|sits?|use|carry|hold|pack)\b.*"
    r"\b(?:under|in|inside|into|on|onto|over|with|beside|below|behind|through) (?:it|this|them)\b"
)
_LISTS = re.compile(
    r"\b(?:what|which|any|list|show me|all(?: the| your)?) (?:\w+ )?\w+ (?:do|have|did|can) (?:you|u|ya|i)\b"
    r"|\bwhat (?:kinds?|sorts?|types?|range) of\b"
)
"""A question for what there is of a kind: a product that is called like its kind is only one of them."""
WITHOUT_PRODUCT = frozenset({"greeting", "thanks", "goodbye", "are_you_human", "human", "mood"})
_WHOLE = 0.99
_BY_HALF = 0.5


def _singular(word: str) -> str:
    return word.removesuffix("es") if word.endswith(("ses", "xes", "ches", "shes")) else word.removesuffix("s")


def _before_one(mention: Mention, tokens: tuple[Tok, ...]) -> bool:
    """Whether the words of a mention stand for themselves, as in "the hand one"."""
    last = max(mention.positions) + 1
    return last < len(tokens) and tokens[last].text in ("one", "ones", "1")


def _behind_the(mention: Mention, tokens: tuple[Tok, ...]) -> bool:
    """Whether one word of a name stands behind "the", as what was talked about does: "between the pro and the air"."""
    at = min(mention.positions)
    return len(mention.positions) == 1 and at > 0 and tokens[at - 1].text in ("the", "that", "this")


class Naming:
    """Judges mentions for one shop. Stateless: the conversation's state is passed in and not changed."""

    def __init__(self, vocabulary: Vocabulary, lookup: Lookup) -> None:
        self._vocabulary = vocabulary
        self._lookup = lookup

    def mentions(self, clause: Clause, state: State) -> list[Mention]:
        """The mentions that really name products here: a plain word inside "is it water resistant" doesn't."""
        if not clause.links.mentions:
            return []
        tokens = clause.links.tokens
        pronoun = bool(PRONOUN.search(pointing_text(clause))) and bool(state.focus or state.listed)
        said = self._without_denied(clause)
        kept = [m for m in said if not is_verb(m, clause) and not self._derived(m, clause)]
        kept = [m for m in kept if not self._is_any_of_kind(m, clause)]
        kept = [m for m in kept if not self._customers_own(m, clause) and not self._is_count(m, clause)]
        if state.focus:
            kept = [m for m in kept if not self._of_focus(m, clause, state) and not self._put_to_it(m, clause)]
        kept = [
            m
            for m in kept
            if m not in clause.links.mentions  # told from another by what it is not
            or (not (pronoun and self._is_passing(m, clause, state)) and not self._is_option(m, clause, state))
        ]
        of_kind = 1.1 if _LISTS.search(fold(clause.text)) else 0.8
        kept = [m for m in kept if m.coverage >= of_kind or not self._telling(m, clause) <= kind_positions(clause)]
        if clause.act in ("none", *WITHOUT_PRODUCT) and clause.scores.get(clause.act, 0) > 0.4:
            kept = [m for m in kept if m.coverage >= 0.5]
        if state.focus and _SUBJECT.search(fold(clause.text)):
            kept = [m for m in kept if m.coverage >= 0.99 or joined_by(m, clause)]
        if clause.act not in (*SUPERLATIVES, "search", "compare"):
            kept = [self._in_focus(m, state) for m in kept]
            known = [m for m in kept if set(m.product_ids) <= set(state.focus)]
            kept = [m for m in kept if not known or m in known or m.coverage >= 0.5 or joined_by(m, clause)]
        elif clause.act == "compare":
            pointed = [_before_one(m, tokens) or _behind_the(m, tokens) for m in kept]
            kept = [self._in_focus(m, state) if p else m for m, p in zip(kept, pointed, strict=True)]
            kept = self._of_one_kind(kept, tokens)
        kept = [m for m in kept if not self._modifies(m, clause) and not self._stray(m, clause)]
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
                m for m in kept if m is max(kept, key=lambda x: x.weight) or m.coverage >= 0.5 or joined_by(m, clause)
            ]
        kept = [m for m in kept if m.specific or not m.positions <= kind_positions(clause)]
        return [self._of_topic(m, state) for m in kept]

    def _without_denied(self, clause: Clause) -> list[Mention]:
        """The mentions of the clause; where a word of one is denied ("airpods, not the max"), what has the others."""
        denied = denied_positions(clause)
        if not any(m.positions & denied for m in clause.links.mentions):
            return clause.links.mentions
        by_stem, tokens = self._vocabulary.by_stem, clause.links.tokens
        out: list[Mention] = []
        for mention in clause.links.mentions:
            rest = mention.positions - denied
            if rest == mention.positions or not rest:
                out.append(mention)
                continue
            having = set.intersection(*(set(by_stem.get(tokens[p].stem, ())) for p in rest))
            lacking = having.difference(*(by_stem.get(tokens[p].stem, ()) for p in mention.positions & denied))
            ids = tuple(sorted(p for p in lacking if self._vocabulary.products[p].active))
            surely = 1.0 if len(ids) == 1 else mention.coverage
            out.append(replace(mention, positions=rest, product_ids=ids, coverage=surely) if ids else mention)
        return out

    def _of_one_kind(self, mentions: list[Mention], tokens: tuple[Tok, ...]) -> list[Mention]:
        """ "The boxed blender or the hand one": what is called a "one" is of the kind of what it is set beside."""
        entries = self._vocabulary.products
        kinds = {
            entries[p].subcategory or entries[p].category
            for m in mentions
            if not _before_one(m, tokens)
            for p in m.product_ids
        }
        out: list[Mention] = []
        for mention in mentions:
            alike = tuple(p for p in mention.product_ids if (entries[p].subcategory or entries[p].category) in kinds)
            narrow = _before_one(mention, tokens) and 0 < len(alike) < len(mention.product_ids)
            out.append(replace(mention, product_ids=alike) if narrow else mention)
        return out

    def _of_topic(self, mention: Mention, state: State) -> Mention:
        """Of products that share no more than a word ("for kids"), those of the kind that was being looked at."""
        if mention.specific or mention.coverage >= 0.5:
            return mention
        seen = [self._vocabulary.products.get(str(p)) for p in (*state.search.get("shown", ()), *state.focus)]
        kinds = {e.subcategory or e.category for e in seen if e is not None} - {"", None}
        entries = [self._vocabulary.products[p] for p in mention.product_ids]
        alike = tuple(e.product_id for e in entries if (e.subcategory or e.category) in kinds)
        return replace(mention, product_ids=alike) if alike else mention

    def _is_any_of_kind(self, mention: Mention, clause: Clause) -> bool:
        """Whether a word in the plural that stands in one name is what a whole kind is called by: "leather boots with
        ankle support" are any boots, and not the Winter Boot alone."""
        at = max(mention.positions)
        tok = clause.links.tokens[at]
        part_of_one = len(mention.positions) == 1 and mention.specific and mention.coverage < _BY_HALF
        if not part_of_one or not tok.text.endswith("s"):
            return False
        before = {t.text for t in clause.links.tokens[max(0, at - 3) : at]}
        pointed = before & {"the", "these", "those", "that", "this", "your", "ur"}
        if pointed or clause.act not in ("search", "none", "availability"):
            return False
        kind = self._vocabulary.by_kind.get(tok.stem, set()) - set(mention.product_ids)
        return bool(kind)

    def _telling(self, mention: Mention, clause: Clause) -> frozenset[int]:
        """Where a mention has more than a stop word."""
        return frozenset(p for p in mention.positions if clause.links.tokens[p].text not in STOP_WORDS)

    def _customers_own(self, mention: Mention, clause: Clause) -> bool:
        """An ordinary word after "my" is a thing that the customer has: "my card", "on my bag"."""
        tokens, telling = clause.links.tokens, self._telling(mention, clause)
        own = {tokens[p - 1].text for p in telling if p} & {"my", "his", "her", "their"}
        ordinary = all(tokens[p].text.removesuffix("s") in self._vocabulary.english for p in telling)
        return bool(own) and ordinary and mention.coverage < 0.7

    def _is_count(self, mention: Mention, clause: Clause) -> bool:
        """ "The two tents" counts tents: it is no Tarn 2 Tent."""
        tokens = clause.links.tokens
        return mention.coverage < _WHOLE and any(
            tokens[p].text in ("2", "3", "4")
            and tokens[p - 1].text in ("the", "these", "those", "your", "all")
            and p + 1 in mention.positions
            and tokens[p + 1].text.endswith("s")
            for p in mention.positions
            if p
        )

    def _derived(self, mention: Mention, clause: Clause) -> bool:
        """A word that only shares its root with a name: "settings" are no cook set, "washing" is no down wash."""
        if len(mention.positions) > 1 or mention.coverage >= _WHOLE:
            return False
        at = min(mention.positions)
        word = clause.links.corrected.get(at, clause.links.tokens[at].text)
        entry = self._vocabulary.products[mention.product_ids[0]]
        named = re.findall(
            r"[^\W\d_]+|\d+", fold(f"{entry.name} {entry.category} {entry.subcategory or ''} {entry.brand}")
        )
        same = {_singular(word), _singular(word.replace("'", "").removesuffix("s"))}
        if not word.isalpha() or any(word in n or _singular(n) in same for n in named):
            return False
        return word in self._vocabulary.english

    def _of_focus(self, mention: Mention, clause: Clause, state: State) -> bool:
        """Words that are part of a name, but say something of what is talked about, or of the customer's own things."""
        tokens, first = clause.links.tokens, min(mention.positions)
        telling = self._telling(mention, clause)
        if mention.coverage >= _WHOLE or (len(telling) > 1 and mention.coverage >= 0.5):
            return False
        if set(mention.product_ids) & {*state.focus, *(str(i["product"]) for i in state.listed)}:
            return False
        before = [t.text for t in tokens[max(0, first - 2) : first]]
        if {"a", "an", "another", "about", "any", "other", "than", "or", "vs", "your"} & set(before):
            return False
        if before[-1:] == ["and"] or (before == ["and", "the"]):
            return False
        if self._is_head(mention, clause) and self._same_kind(mention, state):
            return False
        own = own_words(filter(None, map(self._lookup, state.focus[:3])))
        return {tokens[p].stem for p in mention.positions} <= own

    def _put_to_it(self, mention: Mention, clause: Clause) -> bool:
        """A thing of no name that is put to what is talked about: "how tall a mug fits under it?"."""
        tokens, first = clause.links.tokens, min(mention.positions)
        common = mention.coverage < _WHOLE and first and tokens[first - 1].text in ("a", "an", "my", "any")
        return bool(common) and bool(_PUT_TO_IT.search(fold(clause.text)))

    def _is_head(self, mention: Mention, clause: Clause) -> bool:
        """Whether a mention has the word that says what the thing is: "flask" of the Vacuum Flask."""
        words = {clause.links.tokens[p].stem for p in mention.positions}
        return any(self.stems(p)[-1:] and self.stems(p)[-1] in words for p in mention.product_ids)

    def _same_kind(self, mention: Mention, state: State) -> bool:
        entries = self._vocabulary.products
        kinds = {entries[p].subcategory or entries[p].category for p in state.focus if p in entries}
        return any((entries[p].subcategory or entries[p].category) in kinds for p in mention.product_ids)

    def _modifies(self, mention: Mention, clause: Clause) -> bool:
        """A word of a name before another noun says of what kind that is: "vegan shoes" is no vegan duvet."""
        last, tokens = max(mention.positions), clause.links.tokens
        entry = self._vocabulary.products[mention.product_ids[0]]
        literal = tokens[last].text.removesuffix("s") in fold(entry.name)  # "fishing" isn't, of a Fish Steak
        kind = self._vocabulary.by_kind.get(tokens[last + 1].stem, set()) if last + 1 < len(tokens) else set()
        shelves = {self._vocabulary.products[p].category for p in kind}
        before_kind = bool(kind) and mention.coverage < _WHOLE and entry.category not in shelves
        before_kind = before_kind and tokens[last].text in self._vocabulary.english
        if (mention.coverage >= _BY_HALF and literal and not before_kind) or not mention.specific:
            return False
        if last + 1 >= len(tokens) or len(mention.positions) > 1:
            return False
        ordinary = tokens[last].text in self._vocabulary.english or any(
            tokens[last].stem in stems(name.replace("_", " ")) for name in self._vocabulary.attribute_names
        )
        if not ordinary or tokens[last].stem in stems(entry.brand or ""):
            return False
        following = tokens[last + 1]
        named = following.stem in self.stems(mention.product_ids[0])
        apart = clause.text[tokens[last].end : following.start].strip()
        plain = following.text.isalpha() and following.text not in STOP_WORDS
        return plain and not named and not apart and self.stems(mention.product_ids[0])[-1] != tokens[last].stem

    def _stray(self, mention: Mention, clause: Clause) -> bool:
        """An ordinary word that stands in front in one name, beside the word for another kind of thing: "your dearest
        watch in the house" is no House Plant."""
        at, tokens = max(mention.positions), clause.links.tokens
        if len(mention.positions) > 1 or not mention.specific or mention.coverage >= _BY_HALF:
            return False
        if tokens[at].text not in self._vocabulary.english or self._is_head(mention, clause):
            return False
        others = [t for i, t in enumerate(tokens) if i != at and t.text.isalpha() and t.text not in STOP_WORDS]
        kinds = set[str]().union(*(self._vocabulary.by_kind.get(t.stem, set()) for t in others))
        return bool(kinds) and not kinds & set(mention.product_ids)

    def _headless(self, mention: Mention, clause: Clause) -> bool:
        """A part of a name without its last word, beside a whole name: "a lamp that runs on batteries" is no shoe."""
        if mention.coverage >= 0.99 or not mention.specific or joined_by(mention, clause):
            return False
        words = {clause.links.tokens[p].stem for p in mention.positions}
        return self.stems(mention.product_ids[0])[-1] not in words

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
        named_again = all(words <= set(self.stems(p)) for p in state.focus)
        options = option_values(filter(None, map(self._lookup, state.focus[:3])))
        is_value = bool(match_options(" ".join(tokens[p].text for p in sorted(mention.positions)), options))
        return named_again or is_value or (len(mention.positions) == 1 and not determined)

    def stems(self, product_id: str) -> tuple[str, ...]:
        entry = self._vocabulary.products.get(product_id)
        return entry.stems if entry else ()


class Nameless(Naming):
    """Takes no word for a name: "she'd love blue with lots of air holes" after a helmet is of no Air Purifier."""

    def mentions(self, clause: Clause, state: State) -> list[Mention]:
        """None."""
        return []
