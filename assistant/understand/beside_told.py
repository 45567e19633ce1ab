"""What a clause asks beside what it tells of its writer, and whether it asks anything at all.

"I'm vegan and need a cake" tells a diet and looks for a cake, not for something called vegan. Works on words alone.
"""

from __future__ import annotations

import re

from assistant.language import fold, spelt_out
from assistant.understand.clause import Clause
from assistant.understand.link import Links
from assistant.understand.preferences import stated
from assistant.understand.state import State

_ASKS = re.compile(
    r"\?|\b(?:what|which|how|where|when|looking for|i(?:'d)? (?:need|want|like)|show|recommend|please|any|got|do you|"
    r"have you|can(?!'t)|could|is|are there)\b"
)


_PARTS = re.compile(r"[,;:.!]|\b(?:and|but|so|because|since|though)\b")
_ASKS_ON = re.compile(
    r"^\W*(?:what|which|how|where|when|who|is|are|do|does|did|can|could|would|will|have you|got|any|show|tell|give|"
    r"find)\b(?!'t)|\b(?:need|(?:i|we)(?:'d)? want|return|exchange)\b"
)
_ASKS_YOU = re.compile(
    r"\b(?:looking for|do you|have you|(?:can|could|would) (?:you|i))\b"
    r"(?! (?:please )?(?:remember|note|keep|save|add)\b)"
)


def asks_beside(text: str) -> bool:
    """Whether a text that tells something of its writer asks something of its own: "I'm vegan and need a cake", "I hate
    wool but is the jumper in stock"."""
    folded = spelt_out(fold(text))
    alone = Clause(text, Links(()), {}, "none")
    return bool(_ASKS_YOU.search(folded)) or any(
        _ASKS_ON.search(p) and not stated(p, "prefer", alone, State()) for p in _PARTS.split(folded) if p
    )


_AND_ASKS = re.compile(r"(?:[,;]|\b(?:and|but|so)\b)\W*", re.IGNORECASE)


def told_first(clause: str) -> list[str]:
    """A clause in two where it begins with what its writer avoids and goes on to ask: "I hate wool" and "got any
    jumpers" look for no wool."""
    for joint in _AND_ASKS.finditer(clause):
        told, asked = clause[: joint.start()].strip(), clause[joint.end() :]
        asks = _ASKS_YOU.search(fold(asked)) or _ASKS_ON.search(fold(asked))
        if asks and not asks_beside(told) and _tells(told) & {"diet", "avoids"} and not _tells(asked):
            return [told, asked]
    return [clause]


def _tells(text: str) -> set[str]:
    """The kinds of things that a text tells of its writer in so many words."""
    return {t.name for t in stated(text, "", Clause(text, Links(()), {}, "none"), State())}


_LIKES = re.compile(
    r"^\W*(?:(?:hi|hello|hey|so|well|and|also|as)\W+)*(?:i|we)(?:'m| am|'re| are)? (?:really |also |just |absolutely |"
    r"very |so )*(?:love|like|enjoy|adore|into|keen on|fond of|(?:a )?(?:big )?fans? of) "
    r"(?!(?:the|this|that|these|those|your|it|them|one|to|how|both|all|what)\b)"
)
"""A liking of a kind of thing, not of the one that is talked of."""
_MUCH_OF_A_NAME = 0.5


def only_tells(clause: Clause) -> bool:
    """Whether a clause says of its writer what they are, wear or like, and asks nothing: "I'm vegan" names no vegan
    duvet, "I love hiking" no hiking socks."""
    asks = _ASKS.search(_LIKES.sub(" ", fold(clause.text)))
    if asks:
        return False
    if _LIKES.match(fold(clause.text)) and all(m.coverage < _MUCH_OF_A_NAME for m in clause.links.mentions):
        return any(t.name == "likes" for t in stated(clause.text, "prefer", clause, State()))
    return any(t.name in ("diet", "size", "avoids") for t in stated(clause.text, "", clause, State()))
