"""Words as search compares them: folded, stemmed, with the spellings and synonyms of retail English.

Knows no query, no shop and no database.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import snowballstemmer

from assistant.language import letters_singular
from assistant.shop.embed import VOCABULARY

# the stemmer that FTS5's `porter` tokenizer uses, so that stems can be compared with the index's
_STEMMER = snowballstemmer.stemmer("porter")
_STEMMING = threading.Lock()  # a stemmer keeps the word it works on in itself

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
STOP_WORDS = frozenset(
    """
    a about above affordable after again all also am an and another any anybody anyone anything are around article
    as at available be been below best between both bucks budget but buy buying by can carries carry cheap cheaper
    cheapest cheapo color colors colour colours cost costliest costs could couldn dearest did didn do does doesn
    doing dollar dollars don each else eur euro euros every expensive few find for from gbp get gets getting give
    gives go going good got great had has hasn have haven having he hello help her here hers hey hi highest him his
    hmm how i id if ill im in inexpensive into is isn it item items its ive just kind kinda know latest less let
    lets like ll look looking lot lots lowest m many may maybe me might model models more most much must my myself
    need needed needs newest nice no not now of off offer offering offers ok okay on one ones only option options or
    order ordering other our out over own pick please pls popular possible possibly price priced prices pricey
    priciest pricing product products purchase put range rated rating ratings re really recent recommend
    recommendation recommendations right s say search searching see selection sell selling sells she shop shopping
    should show shows size sizes so some somebody someone something sort sorta still stock stocked stocks store
    stuff such suggest suggestion suggestions suitable sure t take tell than thank thanks that thats the their
    them then there these they thing things think this those through to too top try trying type types u under up us
    usd use used using variant ve version very want wanted wants was wasn way we well were what whats when where
    which while who whose why will with without won would wouldn y ya yeah yes yet you your yours yourself
    """.split()
)
_SPELLINGS = {"colour": "color", "grey": "gray"}
_SYNONYMS = Path(__file__).parent / "data" / "synonyms.txt"
_GENDERS = {"mens": "men", "womens": "women", "ladies": "women", "lady": "women", "gents": "men", "man": "men"}
_GENDERS |= {
    "woman": "women",
    "female": "women",
    "male": "men",
    "boys": "boy",
    "girls": "girl",
    "childrens": "children",
}


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word as the index keeps it: "batteries" -> "batteri"."""
    folded = fold(word)
    folded = _GENDERS.get(folded, folded)
    if len(folded) <= 2 or folded.isdigit():
        return folded
    with _STEMMING:
        return str(_STEMMER.stemWord(letters_singular(folded)))


@lru_cache(maxsize=65536)
def unstemmed(form: str) -> str:
    """A word whose stem is `form`, for an index that stems what it is asked: "coffe" itself would become "coff"."""
    if stem(form) == form:
        return form
    return next((form + end for end in _ENDINGS if stem(form + end) == form), form)


_ENDINGS = ("e", "s", "ing", "ed", "es", "ly", "y", "ation", "al", "ive", "ity", "ful", "ness")


def fold(text: str) -> str:
    """Lower case without accents: "Crème" -> "creme"."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """An option's or attribute's name or value for comparison: "Colour" and "color" are one."""
    return " ".join(_SPELLINGS.get(word, word) for word in fold(str(text)).replace("_", " ").replace("-", " ").split())


def tokens(text: str) -> list[str]:
    """The words of a text, folded, possessives cut: "Men's T-Shirt" -> ["mens", "t", "shirt"]."""
    return [word.replace("'", "") for word in _WORD.findall(fold(text.replace("’", "'")))]


@lru_cache(maxsize=65536)
def stems(text: str) -> tuple[str, ...]:
    """The stems of a text's words in order, and of neighbours written as one ("t shirt" also as "tshirt")."""
    words = tokens(text)
    joined = [a + b for a, b in pairwise(words) if len(a) + len(b) >= 5 and (a + b).isalpha()]
    return tuple(stem(word) for word in words) + tuple(stem(word) for word in joined)


def parse_synonyms(text: str, separator: str) -> dict[str, tuple[str, ...]]:
    """Form -> other forms, from groups such as "sneakers = trainers, gym shoes"."""
    found: dict[str, tuple[str, ...]] = {}
    for group in text.split(separator):
        words = (tokens(word) for word in group.replace("=", ",").split(","))
        forms = list(dict.fromkeys(" ".join(stem(part) for part in word) for word in words if word))
        for form in forms:
            found[form] = (*found.get(form, ()), *(other for other in forms if other != form))
    return found


@lru_cache(maxsize=64)
def synonym_groups(own: str = "") -> tuple[tuple[str, ...], ...]:
    """Groups of words for one thing as they are written: of data/synonyms.txt and a shop's `own` ("a = b; c = d")."""
    common = [line for line in _SYNONYMS.read_text("utf-8").splitlines() if not line.startswith("#")]
    groups = [group.replace("=", ",").split(",") for group in (*common, *own.split(";"))]
    return tuple(tuple(w.strip() for w in group if w.strip()) for group in groups if len(group) > 1)


@lru_cache(maxsize=1)
def common_synonyms() -> Mapping[str, tuple[str, ...]]:
    """The synonyms that every shop has, from data/synonyms.txt."""
    lines = _SYNONYMS.read_text("utf-8").splitlines()
    return parse_synonyms("\n".join(line for line in lines if not line.startswith("#")), "\n")


def with_synonyms(forms: Iterable[str]) -> frozenset[str]:
    """The stems and those of one word that mean the same in every shop."""
    known = common_synonyms()
    return frozenset(other for form in forms for other in (form, *known.get(form, ())) if " " not in other)


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Some 20,000 words that are spelt right: the whole words of the embedder's vocabulary, and the synonyms'."""
    words = (*VOCABULARY.read_text("utf-8").split("\n"), *tokens(_SYNONYMS.read_text("utf-8")))
    return frozenset(word for word in words if len(word) > 3 and word.isalpha())
