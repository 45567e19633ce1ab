"""The shop's words that each word of a message stands for: itself, those it joins ("tshirt"), or the one it misspells.

Ordinary English is never put right here. Knows a Vocabulary, and nothing of what the words name.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from assistant.language import STOP_WORDS, Tok, stem
from assistant.understand.inflection import is_form
from assistant.understand.vocabulary import Vocabulary

_JOINED = (
    88  # how alike (0 to 100) a word must be to two of the shop's written as one: "cordless" is no "corded bagless"
)


def word_forms(tokens: Sequence[Tok], vocabulary: Vocabulary, corrected: dict[int, str]) -> list[tuple[str, ...]]:
    """For every token the stems it stands for: its own, those it joins ("tshirt"), or the one it misspells."""
    out: list[tuple[str, ...]] = []
    for index, tok in enumerate(tokens):
        if tok.stem in vocabulary.known_stems or tok.stem in vocabulary.by_stem:
            out.append((tok.stem,))
        elif tok.text in vocabulary.joined:
            out.append(vocabulary.joined[tok.text])
        elif tok.text.removesuffix("s") in vocabulary.joined:
            out.append(vocabulary.joined[tok.text.removesuffix("s")])
        else:
            right = _spelling(tok.text, vocabulary)
            if right:
                corrected[index] = right
                out.append((stem(right),) if right in vocabulary.known else vocabulary.joined[right])
            else:
                out.append((tok.stem,))
    for index in range(len(tokens) - 1):
        both = tokens[index].text + tokens[index + 1].text
        both = both if both in vocabulary.known else both.removesuffix("s")
        if both in vocabulary.known and vocabulary.known[both] in vocabulary.by_stem:
            joined = vocabulary.known[both]
            out[index] = (*out[index], joined)
            out[index + 1] = (*out[index + 1], joined)
    return out


def _spelling(word: str, vocabulary: Vocabulary) -> str | None:
    """The shop's word that `word` misspells, or None: ordinary English words are never corrected."""
    if len(word) < 4 or word in STOP_WORDS or word in vocabulary.english or not word.isalpha():
        return None
    if is_form(word, vocabulary.english):
        return None
    cutoff = 75 if len(word) >= 6 else 80
    best = process.extractOne(word, (*vocabulary.known, *vocabulary.joined), scorer=fuzz.ratio, score_cutoff=cutoff)
    if best and best[0] not in vocabulary.known and best[1] < _JOINED:
        best = process.extractOne(word, vocabulary.known.keys(), scorer=fuzz.ratio, score_cutoff=cutoff)
    return str(best[0]) if (best and best[0][0] == word[0]) or (best and best[1] >= 85) else None
