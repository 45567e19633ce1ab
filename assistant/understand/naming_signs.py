"""What speaks for or against that words found in a clause name a product: each sign on its own, of one mention.

Which of them count, and in what order, naming.py decides. Reads products live (through `lookup`) only for their
options; changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.language import STOP_WORDS, fold, stems
from assistant.types import Product
from assistant.understand.clause import Clause, joined_by
from assistant.understand.mentions import Mention
from assistant.understand.options import match_options, option_values
from assistant.understand.own_words import own_words
from assistant.understand.state import State
from assistant.understand.vocabulary import Vocabulary

Lookup = Callable[[str], Product | None]
"""A product by its id, as it is now."""

WHOLE, BY_HALF = 0.99, 0.5
"""The share of a name's weight that is said, from which on it is all of it, or enough of it to stand for it."""
_PUT_TO_IT = re.compile(
    r"\b(?:fits?|goes?|puts?|stands?|works?|hangs?|sits?|use|carry|hold|pack)\b.*"
    r"\b(?:under|in|inside|into|on|onto|over|with|beside|below|behind|through) (?:it|this|them)\b"
)


class NameSigns:
    """The signs for one shop."""

    def __init__(self, vocabulary: Vocabulary, lookup: Lookup) -> None:
        self._vocabulary = vocabulary
        self._lookup = lookup

    def is_any_of_kind(self, mention: Mention, clause: Clause) -> bool:
        """Whether a word in the plural that stands in one name is what a whole kind is called by: "leather boots with
        ankle support" are any boots, and not the Winter Boot alone."""
        at = max(mention.positions)
        tok = clause.links.tokens[at]
        part_of_one = len(mention.positions) == 1 and mention.specific and mention.coverage < BY_HALF
        if not part_of_one or not tok.text.endswith("s"):
            return False
        before = {t.text for t in clause.links.tokens[max(0, at - 3) : at]}
        pointed = before & {"the", "these", "those", "that", "this", "your", "ur"}
        if pointed or clause.act not in ("search", "none", "availability"):
            return False
        kind = self._vocabulary.by_kind.get(tok.stem, set()) - set(mention.product_ids)
        return bool(kind)

    def telling(self, mention: Mention, clause: Clause) -> frozenset[int]:
        """Where a mention has more than a stop word."""
        return frozenset(p for p in mention.positions if clause.links.tokens[p].text not in STOP_WORDS)

    def customers_own(self, mention: Mention, clause: Clause) -> bool:
        """An ordinary word after "my" is a thing that the customer has: "my card", "on my bag"."""
        tokens, telling = clause.links.tokens, self.telling(mention, clause)
        own = {tokens[p - 1].text for p in telling if p} & {"my", "his", "her", "their"}
        ordinary = all(tokens[p].text.removesuffix("s") in self._vocabulary.english for p in telling)
        return bool(own) and ordinary and mention.coverage < 0.7

    def is_count(self, mention: Mention, clause: Clause) -> bool:
        """ "The two tents" counts tents: it is no Tarn 2 Tent."""
        tokens = clause.links.tokens
        return mention.coverage < WHOLE and any(
            tokens[p].text in ("2", "3", "4")
            and tokens[p - 1].text in ("the", "these", "those", "your", "all")
            and p + 1 in mention.positions
            and tokens[p + 1].text.endswith("s")
            for p in mention.positions
            if p
        )

    def derived(self, mention: Mention, clause: Clause) -> bool:
        """A word that only shares its root with a name: "settings" are no cook set, "washing" is no down wash."""
        if len(mention.positions) > 1 or mention.coverage >= WHOLE:
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

    def of_focus(self, mention: Mention, clause: Clause, state: State) -> bool:
        """Words that are part of a name, but say something of what is talked about, or of the customer's own things."""
        tokens, first = clause.links.tokens, min(mention.positions)
        telling = self.telling(mention, clause)
        if mention.coverage >= WHOLE or (len(telling) > 1 and mention.coverage >= 0.5):
            return False
        if set(mention.product_ids) & {*state.focus, *(str(i["product"]) for i in state.listed)}:
            return False
        before = [t.text for t in tokens[max(0, first - 2) : first]]
        if {"a", "an", "another", "about", "any", "other", "than", "or", "vs", "your"} & set(before):
            return False
        if before[-1:] == ["and"] or (before == ["and", "the"]):
            return False
        if self.is_head(mention, clause) and self.same_kind(mention, state):
            return False
        own = own_words(filter(None, map(self._lookup, state.focus[:3])))
        return {tokens[p].stem for p in mention.positions} <= own

    def put_to_it(self, mention: Mention, clause: Clause) -> bool:
        """A thing of no name that is put to what is talked about: "how tall a mug fits under it?"."""
        tokens, first = clause.links.tokens, min(mention.positions)
        common = mention.coverage < WHOLE and first and tokens[first - 1].text in ("a", "an", "my", "any")
        return bool(common) and bool(_PUT_TO_IT.search(fold(clause.text)))

    def is_head(self, mention: Mention, clause: Clause) -> bool:
        """Whether a mention has the word that says what the thing is: "flask" of the Vacuum Flask."""
        words = {clause.links.tokens[p].stem for p in mention.positions}
        return any(self.stems(p)[-1:] and self.stems(p)[-1] in words for p in mention.product_ids)

    def same_kind(self, mention: Mention, state: State) -> bool:
        entries = self._vocabulary.products
        kinds = {entries[p].subcategory or entries[p].category for p in state.focus if p in entries}
        return any((entries[p].subcategory or entries[p].category) in kinds for p in mention.product_ids)

    def modifies(self, mention: Mention, clause: Clause) -> bool:
        """A word of a name before another noun says of what kind that is: "vegan shoes" is no vegan duvet."""
        last, tokens = max(mention.positions), clause.links.tokens
        entry = self._vocabulary.products[mention.product_ids[0]]
        literal = tokens[last].text.removesuffix("s") in fold(entry.name)  # "fishing" isn't, of a Fish Steak
        kind = self._vocabulary.by_kind.get(tokens[last + 1].stem, set()) if last + 1 < len(tokens) else set()
        shelves = {self._vocabulary.products[p].category for p in kind}
        before_kind = bool(kind) and mention.coverage < WHOLE and entry.category not in shelves
        before_kind = before_kind and tokens[last].text in self._vocabulary.english
        if (mention.coverage >= BY_HALF and literal and not before_kind) or not mention.specific:
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

    def stray(self, mention: Mention, clause: Clause) -> bool:
        """An ordinary word that stands in front in one name, beside the word for another kind of thing: "your dearest
        watch in the house" is no House Plant."""
        at, tokens = max(mention.positions), clause.links.tokens
        if len(mention.positions) > 1 or not mention.specific or mention.coverage >= BY_HALF:
            return False
        if tokens[at].text not in self._vocabulary.english or self.is_head(mention, clause):
            return False
        others = [t for i, t in enumerate(tokens) if i != at and t.text.isalpha() and t.text not in STOP_WORDS]
        kinds = set[str]().union(*(self._vocabulary.by_kind.get(t.stem, set()) for t in others))
        return bool(kinds) and not kinds & set(mention.product_ids)

    def headless(self, mention: Mention, clause: Clause) -> bool:
        """A part of a name without its last word, beside a whole name: "a lamp that runs on batteries" is no shoe."""
        if mention.coverage >= 0.99 or not mention.specific or joined_by(mention, clause):
            return False
        words = {clause.links.tokens[p].stem for p in mention.positions}
        return self.stems(mention.product_ids[0])[-1] not in words

    def is_option(self, mention: Mention, clause: Clause, state: State) -> bool:
        """A single word of a long name that is an option of what is talked about ("right zip?" of sleeping bags)."""
        if len(mention.positions) > 1 or mention.coverage >= 0.5 or not state.focus:
            return False
        tok = clause.links.tokens[min(mention.positions)]
        options = option_values(filter(None, map(self._lookup, state.focus[:3])))
        return any(tok.stem in stems(f"{name} {' '.join(values)}") for name, values in options.items())

    def is_passing(self, mention: Mention, clause: Clause, state: State) -> bool:
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


def _singular(word: str) -> str:
    return word.removesuffix("es") if word.endswith(("ses", "xes", "ches", "shes")) else word.removesuffix("s")
