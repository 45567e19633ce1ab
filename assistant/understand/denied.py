"""Values that somebody doesn't want, of what comes in others: "headphones, not in-ear" are on-ear or over-ear ones.

Works on the words and one product's own values; knows no stock. What the shop calls "none" is a value that options.py
finds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.language import Tok, tokenize
from assistant.request import Wanted
from assistant.understand.values_in_part import NO
from assistant.understand.vocabulary import canonical

_DENIES = frozenset("not non except without".split())
_ASKS = frozenset(
    """is isnt are arent was do does did dont doesnt can could will would should why it they im am has have had if or
    whether its""".split()
)
"""Before "not" they make it part of a question or a statement: "is it not red?", "why isn't the red one there"."""
_DEGREE = frozenset("only just sure too so very as that really exactly quite".split())
_BETWEEN = frozenset("the a an any in".split())
_MOST = 5
"""So many other values are wished for at most; of more nobody would hear the list."""
_LONGEST = 3


def others_than_denied(text: str, values: Mapping[str, Sequence[str]], named: Sequence[Wanted]) -> list[Wanted]:
    """For every option of which the text denies a value and wishes none, its other values, each `asked` as "not" that
    value; none of options that are `named` already."""
    tokens = tokenize(text)
    found: list[Wanted] = []
    for name, some in values.items():
        if any(w.name == name for w in named) or not 1 < len(some) <= _MOST + 1:
            continue
        gone = [v for v in some if v.lower() not in NO and any(_denied(tokens, at) for at in _places(v, tokens))]
        rest = [v for v in some if v not in gone]
        if gone and rest:
            found += [Wanted(f"not {gone[0]}", name, v) for v in rest]
    return found


def _places(value: str, tokens: Sequence[Tok]) -> list[int]:
    """Where a value begins in the text, written as the shop writes it or in parts ("in ear")."""
    wanted = canonical(value)
    spans = [(at, length) for length in range(1, _LONGEST + 1) for at in range(len(tokens) - length + 1)]
    return [at for at, length in spans if canonical("".join(t.text for t in tokens[at : at + length])) == wanted]


def _denied(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a word is denied right before it, and not asked about."""
    back = at - 1
    while back >= 0 and tokens[back].text in _BETWEEN and at - back <= _LONGEST:
        back -= 1
    if back < 0:
        return False
    word = re.sub(r"\W", "", tokens[back].text)
    before = re.sub(r"\W", "", tokens[back - 1].text) if back else ""
    if word in ("isnt", "arent"):
        return before in ("that", "which")
    return word in _DENIES and before not in _ASKS and tokens[at - 1].text not in _DEGREE
