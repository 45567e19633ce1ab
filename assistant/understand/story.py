"""What a message of several sentences asks, when most of them only tell: "He is three. We need a rucksack. Any?"

Sentences that only tell are left out; where the one that asks names nothing ("what have you got?"), it is about what
was told before it. Works on clauses that are read already; knows no dialogue and no products.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.language import fold
from assistant.measures import measured
from assistant.understand.clause import Clause, query_words
from assistant.understand.cues import ABOUT_PRODUCTS, SMALL_TALK, SUPERLATIVES

_ASKS = re.compile(
    r"\?|^\W*(?:(?:hi|hello|hey|ok|okay|so|and|but|well|right|oh|please|also|then|now|dear|anyway)\W+)*"
    r"(?:what|whats|what's|which|how|where|when|who|why|do|does|did|is|are|can|could|may|might|will|would|should|has|"
    r"have (?:you|u|ya)|any|got|tell|show|give|find|compare|recommend|suggest|list|cheapest|price)\b"
    r"|\b(?:until|till|since|by|from|for|at|in|on|to) (?:when|what|which|how|where|whom?)\b"
    r"|^\W*(?:\w+ ){0,4}(?:can|could|will|would|does|do|is|are|may|shall|should) (?:i|you|she|he|it|they|we)\b"
)
_WISHES = re.compile(
    r"\b(?:i|we|he|she|they)(?:'m| am|'re| are|'s| is|'ll|'d)?(?: \w+){0,2} (?:need|want|wants|needs|looking|after|"
    r"like|search|searching|seek|hunting|love|take|interested|keen|wondering|wonder|wish)\b|\b(?:looking for|please|"
    r"in need of|want to|hoping (?:for|to)|get (?:him|her|them|me|us|one|some)|wonder(?:ing)? (?:if|whether))\b"
)
_TELLS = re.compile(
    r"\b(?:i|i'm|im|i've|we|we're|he|he's|she|she's|they|they're|it's|its|there's|my|his|her|our|their|is|are|was|were|"
    r"has|have|had)\b"
)
_SIZE = re.compile(
    r"\b(?:my|his|her|our) (?:\w+ )?size is\b|"
    r"\b(?:i|he|she|we)(?:'m| am| is|'s)? (?:take|takes|wear|wears|a|an|size)\b"
)
_MUST = re.compile(r"\b(?:has|have|needs?|ought|got) to (?:have|be|come in)\b|\bmust (?:have|be)\b")
"""What is wanted of the thing that the next sentence asks for: "he has to have 32 gigs of RAM"."""
_BETWEEN = re.compile(r"\bbetween\b.*\band\b|\b(?:pick|choose|decide|torn)\b.*\b(?:and|or)\b")
_WHICH = re.compile(r"^\W*(?:so |and )?(?:which|what)\b.*\b(?:\w+er|better|best|more|less|\w+est)\b")
_GENERIC = frozenset("sort kind kinds thing things stuff anything something one ones type types any do else".split())
_OWN_MATTER = frozenset({"order", "complaint", "human", "are_you_human", "preference", "mood", "policy", "promotion"})
_ABOUT_IT = frozenset({"price", *SUPERLATIVES, "recommend"})
"""Acts that ask something of what was told before, however unsure the head is."""
_SURE = 0.6
_FEW_WORDS = 4
_A_VALUE = 2
"""Words of a value that stands for itself: "43?"."""
_PLAIN = 0.9
"""How sure a few words are a question without a subject: "its price"."""


def asked(parts: Sequence[str], read: Callable[[str], Clause], is_kind: Callable[[str], bool]) -> list[Clause]:
    """The clauses that ask something, in their order; all of them where nothing asks.

    `read` reads a text as one clause; `is_kind` says whether a stem is of a kind of thing sold here.
    """
    if len(parts) < 2:
        return [read(part) for part in parts]
    parts = _with_fragments(parts, read)
    clauses = _with_sizes([read(part) for part in parts], read)
    naming = {id(c) for c in clauses if _names(c) or any(is_kind(t.stem) for t in c.links.tokens)}
    asking = [_asks(c, id(c) in naming) for c in clauses]
    if not any(
        a and (_ASKS.search(fold(c.text)) or id(c) in naming or c.links.options)
        for a, c in zip(asking, clauses, strict=True)
    ):
        asking = [a or id(c) in naming for a, c in zip(asking, clauses, strict=True)]  # "sick. gloves that fit my hand"
    if not any(asking):
        return list(clauses)
    out: list[Clause] = []
    told: Clause | None = None  # the last sentence with a subject that only told
    for clause, asks in zip(clauses, asking, strict=True):
        if not asks:
            told = clause if id(clause) in naming else told
        elif told is not None and _BETWEEN.search(fold(told.text)) and _WHICH.search(fold(clause.text)):
            out.append(read(f"{told.text.rstrip(' .!')}: {clause.text}"))  # "between A and B. Which lasts longer?"
        elif _bare(clause) and any(_names(c) for c in out):
            if clause.act != "search" and _meant(clause):
                out.append(clause)  # else "do you do them?" says nothing new
        elif _bare(clause) and told is not None:
            out.append(_about(told, clause, read(" ".join(parts))))
        else:
            out.append(clause)
    return out


def _with_fragments(parts: Sequence[str], read: Callable[[str], Clause]) -> list[str]:
    """ "Need a bottle for the gym. Metal, a litre": a few words without a verb say more of the thing before them."""
    out: list[str] = []
    for part in parts:
        text = fold(part)
        says = _ASKS.search(text) or _WISHES.search(text) or _TELLS.search(text) or len(text.split()) > _FEW_WORDS
        if out and len(text.split()) <= _A_VALUE and not _ASKS.search(fold(out[-1])) and _adds(read(part.rstrip("?"))):
            out[-1] = f"{out[-1].rstrip(' .!')}, {part}"  # "leather boots then. 43?"
            continue
        # who writes "need a bottle" leaves the "I" out
        if out and not says and "?" not in out[-1] and _WISHES.search(f"i {fold(out[-1])}") and _adds(read(part)):
            out[-1] = f"{out[-1].rstrip(' .!')}, {part}"
        else:
            out.append(part)
    return out


def _adds(clause: Clause) -> bool:
    """Whether a few words name no thing of their own, but a value or a measure of one."""
    return not _names(clause) and (bool(clause.links.options) or measured(clause.text))


def _with_sizes(clauses: Sequence[Clause], read: Callable[[str], Clause]) -> list[Clause]:
    """ "My size is 42. Is the black one there?" asks for the black one in 42: what is told is put to the question."""
    out: list[Clause] = []
    told: list[str] = []
    for clause in clauses:
        options = _sizes(clause) if not _MUST.search(fold(clause.text)) else [o.asked for o in clause.links.options]
        told_only = not _names(clause) and "?" not in clause.text
        if options and told_only and (_SIZE.search(fold(clause.text)) or _MUST.search(fold(clause.text))):
            told += options
            continue
        if new := [o for o in told if o not in fold(clause.text).split()]:
            clause = read(f"{clause.text.rstrip(' ?.!')} in {' '.join(new)}{'?' * ('?' in clause.text)}")
            told = []
        out.append(clause)
    return out if not told else list(clauses)


def _sizes(clause: Clause) -> list[str]:
    """The sizes that the clause names; a colour in "I'm a black woman" is none of a thing."""
    return [o.asked for o in clause.links.options if any("size" in name.lower() for name, _ in o.pairs)]


def _asks(clause: Clause, names: bool) -> bool:
    text = fold(clause.text)
    if _ASKS.search(text) or _WISHES.search(text) or _sizes(clause) or not _TELLS.search(text):
        return True  # "my size is 42", "the 500 pieces" belong to what is asked
    if clause.act in SMALL_TALK:
        return False
    sure = clause.scores.get(clause.act, 0.0)
    if clause.act in _OWN_MATTER:
        return sure >= _SURE
    short = len(text.split()) <= _FEW_WORDS
    return (names and (sure >= _SURE or short)) or (short and clause.act in ABOUT_PRODUCTS and sure >= _PLAIN)


def _names(clause: Clause) -> bool:
    """Whether the clause names something sold: a product, a kind, a brand."""
    links = clause.links
    return bool(links.mentions or links.categories or links.subcategories or links.brands)


def _bare(clause: Clause) -> bool:
    """Whether the clause asks without saying of what: "have you anything of the sort?", "what do you stock?"."""
    return not _names(clause) and not clause.links.options and not set(query_words(clause).split()) - _GENERIC


def _about(told: Clause, asking: Clause, whole: Clause) -> Clause:
    """What was told, asked as the later sentence asks it: its price, the cheapest, or simply what there is."""
    return Clause(told.text, told.links, whole.scores, asking.act if _meant(asking) else "search")


def _meant(clause: Clause) -> bool:
    """Whether a clause that names nothing is believed in what it asks."""
    return clause.act in _ABOUT_IT or clause.scores.get(clause.act, 0.0) >= _SURE
