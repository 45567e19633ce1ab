"""Cuts a message into clauses that each ask one thing, and hides the shop's names in them for the act head."""

from __future__ import annotations

import re

from assistant.measures import is_superlative
from assistant.understand.link import Links

_SENTENCE = re.compile(r"(?<=[.!?;\n])\s+|(?<=[?!])(?=\S)|\n+")
_ASKS_OF = (
    r"(?:is|are|was|can|could|do|does|did|will|would|should|may|must|has|have) "
    r"(?:i|you|u|it|he|she|they|we|that|this|there|the|those|these|my|\d+ [a-z]+|people|kids|children|some(?:one|body)|"
    r"any(?:one|body)|(?:an?|any) [a-z]+)"
)
"""How a question of its own begins that has no question word."""
_JOINT = re.compile(
    r"(?:,?\s+(?:and|but|also|plus|then)\s+(?:also\s+)?|,\s+)(?=(?:how|what|whats|what's|when|where|which|who|"
    rf"{_ASKS_OF}|if (?:it|i|he|she|they|we|that) [^,?]{{3,60}} {_ASKS_OF}|compare|tell me)\b)",
    re.IGNORECASE,
)
_ASKED_NOUN = (
    r"(?:prices?|costs?|stock|availability|warranty|guarantees?|shipping|delivery|dispatch|lead time|ratings?|stars?|"
    r"reviews|weight|sizes?|measure(?:ment)?s|dimensions|capacity|colou?rs?|materials?|fabric|brand|"
    r"returns?(?: (?:policy|time|period|window|days))?|minimum(?: order)?|ships? when|how many)"
)
_LED = r"(?:(?:the|its|your|any|a|also|years? of|how many years(?: of)?|what|with what|which|and) )*"
_NOUN_PAIR = re.compile(
    rf"(?<=[\w?])\s*(?:,\s*|\s(?:and|plus|n)\s+|\swith\s(?=what\b|which\b)|[&+/]\s*)+(?={_LED}{_ASKED_NOUN}\b)",
    re.IGNORECASE,
)
_HAS_NOUN = re.compile(
    rf"\b{_ASKED_NOUN}(?: (?:on|of|for) (?:it|that|this|them|those|the [\w' -]{{2,30}}))?$", re.IGNORECASE
)

_OF_IT = re.compile(r"\s+(?:on|of|for) (?:it|that|this|them|those)(?=\W*$)", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\b(?:no|nr|approx|e\.g|i\.e|vs|mr|mrs|dr|st|ca)\.$", re.IGNORECASE)


def split(text: str) -> list[str]:
    """The clauses of `text` in order; the whole text when there is nothing to cut."""
    sentences: list[str] = []
    for piece in _SENTENCE.split(text):
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] += " " + piece
        elif piece and piece.strip(" .,!?;"):
            sentences.append(piece.strip())
    clauses = [part.strip() for sentence in sentences for part in _JOINT.split(sentence)]
    clauses = [part for clause in clauses for whole in _noun_pair(clause) for part in _two_superlatives(whole)]
    return [c for c in clauses if c.strip(" .,!?;")] or [text.strip()]


def _noun_pair(clause: str) -> list[str]:
    """ "cost and shipping?" asks two things; "the price and weight of the tent", "how many left and warranty" too."""
    parts = [part.strip() for part in _NOUN_PAIR.split(clause, maxsplit=1)]
    two = len(parts) == 2 and (_HAS_NOUN.search(parts[0]) or (_ASKING.match(parts[0]) and _BARE.match(parts[1])))
    return [parts[0], *_noun_pair(_OF_IT.sub("", parts[1]))] if two else [clause]


_RANK = r"(?:[a-z]{2,}est|(?:most|least) [a-z]+|(?:best|top|highest|lowest)[- ](?:rated|priced))"
_TWO_RANKS = re.compile(
    rf"^(.*?)\b((?:the |your )?{_RANK})(?: ones?)?,? (?:and|&|plus|as well as)(?: also)? "
    rf"(?:the |your )?({_RANK})\b(.*)$",
    re.IGNORECASE,
)


def _two_superlatives(clause: str) -> list[str]:
    """ "The dearest and the cheapest kettle" asks for two, each of what is named behind (or before) them."""
    match = _TWO_RANKS.match(clause)
    if match is None or not all(ranks(word) for word in (match[2], match[3])):
        return [clause]
    before, first, second, rest = match.groups()
    return [f"{before}{first}{rest}", f"{before}the {second}{rest}"]


_OF_PRICE = re.compile(
    r"\b(?:cheapest|dearest|priciest|costliest|newest|(?:most|least) (?:expensive|costly|affordable)|"
    r"(?:best|top|highest|lowest)[- ](?:rated|priced))\b",
    re.IGNORECASE,
)


def ranks(text: str) -> bool:
    """Whether words ask for the one with the most or least of something: its price, its rating or a measure."""
    return bool(_OF_PRICE.search(text)) or is_superlative(text)


_ASKING = re.compile(
    r"\W*(?:(?:and|ok|so|good|right)\W+)*(?:how (?:many|much)|is|are|do|does|have|what)\b", re.IGNORECASE
)
_BARE = re.compile(
    rf"{_LED}{_ASKED_NOUN}(?: (?:of|on|for|you|people|it|they|them|that|give|have|is|there|left)\b)*\W*$", re.IGNORECASE
)


def mask(text: str, links: Links) -> str:
    """`text` with product names as "the item" and categories as "items", which is what the head was trained on."""
    spans: list[tuple[int, int, str]] = []
    for mention in links.mentions:
        first, last = min(mention.positions), max(mention.positions)
        spans.append((links.tokens[first].start, links.tokens[last].end, "item" if mention.specific else "items"))
    for positions, _ in (*links.categories, *links.subcategories):
        first, last = min(positions), max(positions)
        start, end = links.tokens[first].start, links.tokens[last].end
        if not any(a < end and start < b for a, b, _ in spans):
            spans.append((start, end, "items"))
    out, at = [], 0
    for start, end, word in sorted(spans):
        if start < at:
            continue
        out.append(text[at:start])
        before = text[:start].rstrip().lower()
        if word == "item" and not re.search(
            r"\b(?:the|a|an|any|your|this|that|my|some|these|those|no|\w+est|most \w+)$", before
        ):
            word = "the item"
        out.append(word)
        at = end
    out.append(text[at:])
    return "".join(out)
