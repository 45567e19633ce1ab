"""Whether words of changing a basket ("without", "another", "as well") stand right at the things that are named.

"Without the kettle" takes it out; "is the kettle sold without a base" and "tell me more about it" change nothing. Knows
words and places only, no products.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.language import Tok
from assistant.understand.counting import governs
from assistant.understand.kinds import LESS, MORE

_ADDS = re.compile(
    rf"{MORE.pattern}(?: to (?:that|it|(?:my|the) (?:basket|cart|order))\b)?"
    r"(?: (?:i|we|i'll|i'd|we'll|to|want|need|take|get|buy|have|like|order)\b)*"
)
_AS_WELL = re.compile(r"\W+(?:too|as well|also)(?=\s*(?:[,.;:?!]|$)|\s+(?:please|pls|then|and|what|how)\b)")
_OUT = re.compile(r"\W+(?:out|off)\b")
_JOINS = frozenset("and or nor plus".split())


def adds(tokens: Sequence[Tok], said: str, things: Sequence[int], end: int) -> bool:
    """Whether all the things, by where they begin in the tokens of `said`, are wished for beside what was summed; the
    last one's name ends at the token `end`."""
    return bool(things) and (bool(_AS_WELL.match(said, tokens[end].end)) or _led(_ADDS, tokens, said, things))


def takes_out(tokens: Sequence[Tok], said: str, things: Sequence[int], end: int) -> bool:
    """Whether all the things are wished out of what was summed."""
    return bool(things) and (bool(_OUT.match(said, tokens[end].end)) or _led(LESS, tokens, said, things))


def _led(words: re.Pattern[str], tokens: Sequence[Tok], said: str, things: Sequence[int]) -> bool:
    """Whether the words stand right before the first thing, and before each of the others or what lists it."""
    led = [sum(t.start < m.end() for t in tokens) - 1 for m in words.finditer(said)]
    pairs = enumerate(pairwise(tokens))
    joins = [at for at, (tok, after) in pairs if tok.text in _JOINS or "," in said[tok.end : after.start]]
    first, *rest = things
    return any(at < first and governs(tokens, at, first, said) for at in led) and all(
        any(at < thing and governs(tokens, at, thing, said) for at in [*led, *joins]) for thing in rest
    )
