"""Whether a clause says nothing but a name, a value or a pointer ("and in blue?"): what it asks was asked before.

Works on the clause's words and what was linked in them; knows no dialogue.
"""

from __future__ import annotations

import re

from assistant.language import fold
from assistant.request import Request, Wanted
from assistant.understand.cues import SUPERLATIVES
from assistant.understand.link import Links

_GLUE = frozenset(
    """and what about the in one ones how a an or then ok okay with for hmm hm no i mean meant other second
    first third last also too but same maybe id like i'd want please q of instead sorry not actually rather was is it
    again now that so question yes yeah right then? what's whats oh wait hang on hold up mixed
    if take make lets let say try would be its thing back to go going return previous before earlier again mentioned
    me they're this these those with it them were n nah yo plus""".split()
)
_POINTERS = re.compile(
    r"\b(?:it|its|that|this|these|those|them|they|ones?|first|second|third|fourth|fifth|last|other|same|again|previous"
    r"|before|back|both|two|and|what about|how about)\b"
)


def is_bare(
    text: str,
    links: Links,
    act: str,
    scores: dict[str, float],
    named: tuple[Wanted, ...],
    told_by: tuple[str, ...] = (),
) -> bool:
    """Whether the clause only points at something ("and in blue?", "and the S10?") without saying what about it.
    `told_by` are words that point at one of the things talked of ("n the club?")."""
    if (
        act in ("price", "stock", "compare", "options", "policy", "promotion", "order", *SUPERLATIVES)
        and scores.get(act, 1.0) > 0.6
    ):
        return False
    words = re.sub(r"[^\w\s']", " ", fold(text)).split()
    linked = set(told_by) | {
        t.text for i, t in enumerate(links.tokens) if any(i in m.positions for m in links.mentions)
    }
    values = {x for w in named for x in re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", w.asked)} | {w.asked for w in named}
    linked |= {f"{w}s" for w in linked} | values
    linked |= {x for o in links.options for x in re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", o.asked)}
    if named:
        linked |= {"size", "colour", "color"}
    elif not linked and not _POINTERS.search(fold(text)):
        return False
    pieces = {x for w in words for x in re.findall(r"[^\W\d_]+|\d+", w)} - _GLUE
    return bool(words) and len(words) <= 12 and all(p in linked or p in _GLUE for p in pieces)


def is_name_alone(request: Request) -> bool:
    """Whether a clause is nothing but a name after "and", "what about" ("what about playstation")."""
    words = re.findall(r"[a-z']+", fold(request.text))
    rest = [w for w in words if w not in _GLUE]
    return (
        0 < len(rest) <= 3
        and words[0] in ("and", "what", "how", "ok", "okay", "or")
        and tuple(rest) == tuple(request.extra.get("unlinked", ()))
    )
