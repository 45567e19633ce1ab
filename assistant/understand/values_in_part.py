"""Option values told by a part of their words ("grinder" for "built-in grinder") or misspelt ("blak").

Knows one product's own values; whole ones are found first (options.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz.distance import OSA

from assistant.language import STOP_WORDS, Tok, tokenize
from assistant.request import Wanted
from assistant.understand.value_places import may_tell, negated
from assistant.understand.vocabulary import SIZE_WORDS, english_words

NO = frozenset({"no", "none", "false", "without"})
"""Values that say that a thing lacks what the option is called."""


def partial_values(
    tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]
) -> list[tuple[int, Wanted]]:
    """Values by their telling words: those that no other value of the same option has."""
    found: list[tuple[int, Wanted]] = []
    for name, options in values.items():
        words = {v: set(_content(v)) for v in options}
        best: tuple[int, int, str] | None = None
        for value, own in words.items():
            shared = set().union(*(w for v, w in words.items() if v != value)) if len(words) > 1 else set()
            telling = own - shared
            hits = [
                i
                for i, t in enumerate(tokens)
                if i not in taken and _tells(t, telling) and may_tell(tokens, i, value, name)
            ]
            if hits and (best is None or len(hits) > best[0]):
                best = (len(hits), hits[0], value)
        if best is None:
            continue
        denied = negated(tokens, best[1])
        meant = next((v for v in options if v.lower() in NO), None) if denied else best[2]
        if meant is not None:  # "without the burner" is the one that has none
            found.append((best[1], Wanted("not " * denied + tokens[best[1]].text, name, meant)))
            taken.update(i for i, t in enumerate(tokens) if t.stem in words[best[2]])
    return found


def misspelt_values(
    tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]
) -> list[tuple[int, Wanted]]:
    """Words that are no English but one slip away from a value of one word ("blak", "meduim")."""
    plain = {v.lower(): (name, v) for name, vs in values.items() for v in vs if v.isalpha() and len(v) >= _SHORTEST}
    sizes = {w: (n, v) for n, vs in values.items() for v in vs for w in SIZE_WORDS.get(v.lower(), ()) if w.isalpha()}
    found: list[tuple[int, Wanted]] = []
    for at, tok in enumerate(tokens):
        word = tok.text
        if at in taken or len(word) < _SHORTEST or not word.isalpha() or word in english_words() or negated(tokens, at):
            continue
        allowed = 1 if len(word) <= 5 else 2
        near = [(OSA.distance(word, v, score_cutoff=allowed), v) for v in (*plain, *sizes) if v[0] == word[0]]
        near = sorted(n for n in near if n[0] <= allowed)
        if near and (len(near) == 1 or near[0][0] < near[1][0]):
            name, value = plain.get(near[0][1]) or sizes[near[0][1]]
            found.append((at, Wanted(word, name, value)))
            taken.add(at)
    return found


_SHORTEST = 4  # letters of a word that may be misspelt


def _tells(tok: Tok, telling: set[str]) -> bool:
    """Whether a word is one of these, or the beginning of one ("hard" of "hardshell", "grinds" of "grinder")."""
    begins = len(tok.text) >= 4 and any(w.startswith(tok.text) for w in telling)
    does = len(tok.stem) >= 5 and any(w == f"{tok.stem}er" for w in telling)
    return tok.stem.replace(",", "") in telling or begins or does


def _content(value: str) -> list[str]:
    return [t.stem.replace(",", "") for t in tokenize(value) if t.text not in STOP_WORDS or t.text.isdigit()]
