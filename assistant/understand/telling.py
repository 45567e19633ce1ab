"""Whether words that stand in a product's name are enough to name it: how much of the name they are, and how rare.

Looks at one name at a time; which of several is meant mentions.py decides. Knows no dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise

from assistant.language import STOP_WORDS, Tok, stems
from assistant.understand.vocabulary import COLOURS, Vocabulary, is_unit

_FEW = 3  # products that share words which are still a name for each of them


def share_of(named: Set[str], name: Set[str], vocabulary: Vocabulary) -> float:
    """How much of a name was said, weighed by how much each word of it tells."""
    return sum(map(vocabulary.idf, named & name)) / (sum(map(vocabulary.idf, name)) or 1.0)


def tells(position: int, tokens: Sequence[Tok], positions: frozenset[int], option_only: frozenset[int]) -> bool:
    """Whether a matched word is evidence of a product: no colour, no option value, no number that stands alone."""
    word = tokens[position].text
    if position in option_only or word in COLOURS:
        return False
    return (word[0].isalpha() and len(word) > 1) or (
        word[0].isdigit() and position - 1 in positions and len(positions) > 1
    )


def rare(evidence: Sequence[int], tokens: Sequence[Tok], matched: dict[int, set[str]], vocabulary: Vocabulary) -> bool:
    """Whether one of the words is the shop's own name for very few things ("macbook"): that is enough of a name."""
    return any(
        min(len(vocabulary.by_stem.get(s, ())) or 99 for s in matched[p]) <= _FEW
        and tokens[p].text.isalpha()
        and tokens[p].text not in vocabulary.english
        for p in evidence
    )


def together(
    product_id: str,
    positions: frozenset[int],
    tokens: Sequence[Tok],
    matched: dict[int, set[str]],
    vocabulary: Vocabulary,
) -> bool:
    """Whether words that many names have are together in very few of them: "the tcl 32", "Q800T"."""
    entry = vocabulary.products[product_id]
    makers = {entry.stems[0], *stems(entry.brand or "")}
    own = [p for p in positions if tokens[p].text.isdigit() or tokens[p].text not in vocabulary.english | STOP_WORDS]
    own += [p for p in positions if p not in own and matched[p] & makers]
    named = any(len(tokens[p].text) > 1 and tokens[p].text.isalpha() for p in own) or _is_code(sorted(own), tokens)
    if len(own) == 1 and _beside_number(own[0], positions, tokens):  # "the 512 air"
        each = [set().union(*(vocabulary.by_stem.get(s, ()) for s in matched[p])) for p in positions]
        return len(set.intersection(*each)) == 1
    if len(own) < 2 or not named:
        return False
    having = (set().union(*(vocabulary.by_stem.get(s, ()) for s in matched[p])) for p in own)
    return 0 < len(set.intersection(*having)) <= _FEW


def _beside_number(at: int, positions: frozenset[int], tokens: Sequence[Tok]) -> bool:
    """Whether a number of several figures stands right beside a word, and both are all that was said of a name."""
    number = tokens[at].text
    words = [p for p in positions if p != at]
    beside = len(words) == 1 and abs(words[0] - at) == 1 and tokens[words[0]].text.isalpha()
    beside = beside and tokens[words[0]].text not in STOP_WORDS
    return beside and number.isdigit() and len(number) > 1 and not is_unit(tokens[words[0]].text)


def _is_code(positions: Sequence[int], tokens: Sequence[Tok]) -> bool:
    """Whether the tokens are pieces of one model's number, written without a gap ("qn900a"; no "55in")."""
    joined = all(tokens[a].end == tokens[b].start for a, b in pairwise(positions))
    units = any(is_unit(tokens[p].text) for p in positions)
    return joined and not units and any(len(tokens[p].text) > 1 and tokens[p].text.isdigit() for p in positions)
