"""Of what the cheapest, newest or best is asked: of the words' own kind, of everything, or of what was talked about.

Knows no prices and no ratings: act finds the one.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language import fold
from assistant.request import Limits, Request
from assistant.understand.carry import OF_THOSE, narrowed_search, same_search
from assistant.understand.clause import Clause
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.naming import PRONOUN
from assistant.understand.naming_signs import Lookup
from assistant.understand.options import match_options, option_values
from assistant.understand.pointing import the_two
from assistant.understand.state import State
from assistant.understand.vocabulary import Vocabulary

_ONE = re.compile(r"\bones?\b(?! of)")
_OF_THE_TWO = re.compile(r"\b(?:of|between) (?:all )?(?:the |those |these |them )?(two|2|three|3)\b(?! \w+s\b)")
_THREE = 3
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


def ranked(request: Request, clause: Clause, state: State, vocabulary: Vocabulary, lookup: Lookup) -> Request:
    """Of what the cheapest is asked: of the words' own kind, of everything, or of what was talked about last."""
    if request.act == "best_rated":
        request = replace(request, query=" ".join(w for w in request.query.split() if w not in _OF_RANK))
    counted = _OF_THE_TWO.search(fold(clause.text))
    ids = tuple(dict.fromkeys(str(i["product"]) for i in the_two(state, clause.text))) if counted else ()
    if counted and len(ids) < _THREE and counted[1] in ("three", "3"):
        ids = tuple(dict.fromkeys(str(t["product"]) for t in reversed(state.topics)))[:_THREE][::-1]
    if counted and len(ids) == (2 if counted[1] in ("two", "2") else 3):
        return replace(request, query="", products=ids, limits=Limits(), from_context=True)
    listed = tuple(dict.fromkeys(str(i["product"]) for i in state.listed))
    of_it = None if _names_kind(clause) else _OF_IT.search(fold(clause.text))
    if of_it and of_it[0].split()[-1] in _SEVERAL and len(listed) > 1 and set(state.focus) <= set(listed):
        return replace(request, query="", products=listed, from_context=True)
    if state.focus and of_it:
        return replace(request, query="", products=tuple(state.focus), from_context=True)
    if not _names_kind(clause) and (vessel := _vessel(clause)):
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
        or (words and not _of_focus(words, clause, state, vocabulary, lookup))
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


def _vessel(clause: Clause) -> str:
    """What is a measure of goods elsewhere and the thing itself here: "the cheapest bottle"."""
    named = [_VESSELS[t.text] for t in clause.links.tokens if t.text in _VESSELS]
    return named[-1] if named and not _HOW_MANY.search(fold(clause.text)) else ""


def _names_kind(clause: Clause) -> bool:
    """Whether the clause names a kind of thing or a brand."""
    links = clause.links
    return bool(links.categories or links.subcategories or links.brands)


def _of_focus(words: list[str], clause: Clause, state: State, vocabulary: Vocabulary, lookup: Lookup) -> bool:
    """Whether a superlative is of the product under discussion: its other words are values of its options, or
    name nothing sold while "one" stands for it ("the least I can spend on a 32GB one")."""
    if not state.focus:
        return False
    if _only_options(words, state, lookup):
        return True
    named = match_options(clause.text, option_values(filter(None, map(lookup, state.focus[:3]))))
    said = {t for w in named if w.value for t in w.asked.split()}
    rest = [w for w in words if w not in said and not _unit_of(w, clause)]
    ones = bool(_ONE.search(fold(clause.text)))
    return bool(named) and (not rest or (ones and not any(map(vocabulary.sells, rest))))


def _unit_of(word: str, clause: Clause) -> bool:
    tokens = clause.links.tokens
    return any(t.text == word and i and tokens[i - 1].text[0].isdigit() for i, t in enumerate(tokens))


def _only_options(words: list[str], state: State, lookup: Lookup) -> bool:
    """Whether the words say nothing but options of the product under discussion ("the cheapest in blue")."""
    values = option_values(filter(None, map(lookup, state.focus[:3])))
    return all(match_options(word, values) for word in words)
