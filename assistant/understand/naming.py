"""Which of the names found in a clause really name products here: a plain word in "is it water resistant" doesn't.

Weighs what the linker found against the clause's own words and what is being talked about. Reads products live
(through `lookup`) only for their options; knows no acts beyond what the clause was taken for.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language import Tok, fold, stems
from assistant.understand.clause import Clause, denied_positions, is_verb, joined_by, kind_positions, pointing_text
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.mentions import Mention
from assistant.understand.naming_signs import BY_HALF, WHOLE, Lookup, NameSigns
from assistant.understand.options import match_options, option_values
from assistant.understand.state import State
from assistant.understand.vocabulary import Vocabulary

PRONOUN = re.compile(
    r"\b(it|its|it's|this|that|these|those|they|them|their|they're|one|ones|same|the (?:small|large|big|bigg?er|"
    r"smaller|other)\w*)\b"
)
_SUBJECT = re.compile(
    r"^\W*(?:(?:and|but|so|ok|oh)\W+)*(?:is|are|does|do|can|will|has|have) (?:it|they|that one|this one|these|those)\b"
)
_LISTS = re.compile(
    r"\b(?:what|which|any|list|show me|all(?: the| your)?) (?:\w+ )?\w+ (?:do|have|did|can) (?:you|u|ya|i)\b"
    r"|\bwhat (?:kinds?|sorts?|types?|range) of\b"
)
"""A question for what there is of a kind: a product that is called like its kind is only one of them."""
WITHOUT_PRODUCT = frozenset({"greeting", "thanks", "goodbye", "are_you_human", "human", "mood"})


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
        self._signs = NameSigns(vocabulary, lookup)

    def stems(self, product_id: str) -> tuple[str, ...]:
        """The stems of a product's name; none for one that isn't known."""
        return self._signs.stems(product_id)

    def mentions(self, clause: Clause, state: State) -> list[Mention]:
        """The mentions that really name products here: a plain word inside "is it water resistant" doesn't."""
        if not clause.links.mentions:
            return []
        pronoun = bool(PRONOUN.search(pointing_text(clause))) and bool(state.focus or state.listed)
        said = self._without_denied(clause)
        kept = [m for m in said if not self._is_no_name(m, clause)]
        if state.focus:
            kept = [m for m in kept if not self._signs.of_focus(m, clause, state)]
            kept = [m for m in kept if not self._signs.put_to_it(m, clause)]
        kept = [
            m
            for m in kept
            if m not in clause.links.mentions  # told from another by what it is not
            or (
                not (pronoun and self._signs.is_passing(m, clause, state))
                and not self._signs.is_option(m, clause, state)
            )
        ]
        kept = self._for_the_act(self._named_enough(kept, clause, state), clause, state)
        kept = [m for m in kept if not self._signs.modifies(m, clause) and not self._signs.stray(m, clause)]
        return [self._of_topic(m, state) for m in self._weighed(kept, clause)]

    def _is_no_name(self, mention: Mention, clause: Clause) -> bool:
        """Whether the words do something else in the clause, whatever is being talked about."""
        signs = self._signs
        no_name = (signs.derived, signs.is_any_of_kind, signs.customers_own, signs.is_count)
        return is_verb(mention, clause) or any(sign(mention, clause) for sign in no_name)

    def _named_enough(self, kept: list[Mention], clause: Clause, state: State) -> list[Mention]:
        """Those of which enough is said for what the clause asks."""
        of_kind = 1.1 if _LISTS.search(fold(clause.text)) else 0.8
        kinds = kind_positions(clause)
        kept = [m for m in kept if m.coverage >= of_kind or not self._signs.telling(m, clause) <= kinds]
        if clause.act in ("none", *WITHOUT_PRODUCT) and clause.scores.get(clause.act, 0) > 0.4:
            kept = [m for m in kept if m.coverage >= BY_HALF]
        if state.focus and _SUBJECT.search(fold(clause.text)):
            kept = [m for m in kept if m.coverage >= WHOLE or joined_by(m, clause)]
        return kept

    def _for_the_act(self, kept: list[Mention], clause: Clause, state: State) -> list[Mention]:
        """Those that what is asked can be asked of, beside what is talked about."""
        tokens = clause.links.tokens
        if clause.act not in (*SUPERLATIVES, "search", "compare"):
            kept = [self._in_focus(m, state) for m in kept]
            known = [m for m in kept if set(m.product_ids) <= set(state.focus)]
            return [m for m in kept if not known or m in known or m.coverage >= BY_HALF or joined_by(m, clause)]
        if clause.act == "compare":
            pointed = [_before_one(m, tokens) or _behind_the(m, tokens) for m in kept]
            kept = [self._in_focus(m, state) if p else m for m, p in zip(kept, pointed, strict=True)]
            return self._of_one_kind(kept, tokens)
        return kept

    def _weighed(self, kept: list[Mention], clause: Clause) -> list[Mention]:
        """Those that stand beside the others: a part of a name means little beside a whole one."""
        if any(m.coverage >= WHOLE for m in kept):
            kept = [m for m in kept if not self._signs.headless(m, clause)]
        heaviest = max((m.weight for m in kept if not m.specific), default=0.0)
        kept = [m for m in kept if not m.specific or m.coverage >= BY_HALF or m.weight >= heaviest]
        if specific := [m for m in kept if m.specific]:
            near = frozenset().union(*({p - 2, p - 1, p, p + 1, p + 2} for m in specific for p in m.positions))
            kept = [m for m in kept if m.specific or not m.positions & near]
            kept = self._without_option_words(kept, clause.links.tokens)
            main = max(kept, key=lambda m: m.weight, default=None)
            kept = [m for m in kept if m is main or m.coverage >= BY_HALF or joined_by(m, clause)]
        return [m for m in kept if m.specific or not m.positions <= kind_positions(clause)]

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


class Nameless(Naming):
    """Takes no word for a name: "she'd love blue with lots of air holes" after a helmet is of no Air Purifier."""

    def mentions(self, clause: Clause, state: State) -> list[Mention]:
        """None."""
        return []
