"""One clause of a message with everything that was found in it, and what its words alone tell.

Knows the words of the clause and the shop's vocabulary; no dialogue and no products.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.language import STOP_WORDS, fold, stems
from assistant.measures import adjective
from assistant.understand.link import Links
from assistant.understand.mentions import Mention
from assistant.understand.quantities import bound_spans, price_bounds
from assistant.understand.vocabulary import Vocabulary

_QUERY_NOISE = frozenset(
    """
    version versions model models colour color size option variant il ill take
    cheapest cheap expensive priciest dearest lowest highest best rated rating newest latest top least affordable
    good nice budget under below over above between dollars euros bucks pounds currently new reviewed overall
    products product items item recommend suggest suggestion suggestions idea ideas offer offers list browse carry
    kinds options u got whats ya lol priced pricey money entire whole sort help costs cheaper possible preferably
    section department aisle category ideally total weigh weighs stay remind again ur mate bro dude hun pal buddy tho
    pls plz thx ta cheers asap haha
    """.split()
)
"""Words about buying and wanting: no search is made for them."""


@dataclass(frozen=True)
class Clause:
    """One clause with everything that was found in it."""

    text: str
    links: Links
    scores: dict[str, float]
    act: str

    def with_links(self, links: Links) -> Clause:
        """The clause as if only these had been found in it."""
        return LateClause(self.text, links, lambda: (self.scores, self.act))


class LateClause(Clause):
    """A clause whose act is worked out when it is asked for: a text that is looked at for what it names may need none,
    and an encoder has to read it for that."""

    def __init__(self, text: str, links: Links, judge: Callable[[], tuple[dict[str, float], str]]) -> None:
        for name, value in (("text", text), ("links", links), ("_judge", judge)):
            object.__setattr__(self, name, value)

    @cached_property
    def _judged(self) -> tuple[dict[str, float], str]:
        judge: Callable[[], tuple[dict[str, float], str]] = vars(self)["_judge"]
        return judge()

    @property
    def scores(self) -> dict[str, float]:
        """Act -> probability."""
        return self._judged[0]

    @property
    def act(self) -> str:
        """The likeliest, weighed against what was found."""
        return self._judged[1]


def kind_positions(clause: Clause) -> frozenset[int]:
    """Where categories and subcategories stand in the clause."""
    kinds = (*clause.links.categories, *clause.links.subcategories)
    return frozenset(p for positions, _ in kinds for p in positions)


Kinds = list[tuple[frozenset[int], str]]


def main_kinds(clause: Clause) -> tuple[Kinds, Kinds]:
    """The categories and subcategories that are asked for, not those that only say what another thing is to do: of "a
    flask that keeps tea hot" and "something to put my boots in" no tea and no boots are wanted."""
    links, end = clause.links, _end_of_main(clause)
    return [k for k in links.categories if min(k[0]) < end], [k for k in links.subcategories if min(k[0]) < end]


def main_words(clause: Clause) -> str:
    """The words to search with that stand before what the thing is to do ("flask"); empty where nothing follows."""
    end = _end_of_main(clause)
    if end == len(clause.links.tokens):
        return ""
    return query_words(clause.with_links(replace(clause.links, tokens=clause.links.tokens[:end])))


def _end_of_main(clause: Clause) -> int:
    """Where a thing is followed by what it is to do: the place of that "that"; else the clause's end."""
    tokens = clause.links.tokens
    for at, tok in enumerate(tokens):
        before = tokens[at - 1].text if at else ""
        noun = before in _ANY_THING or (at and before.isalpha() and before not in STOP_WORDS)
        if tok.text in _RELATIVE and noun:
            return at if at + 1 < len(tokens) and tokens[at + 1].text not in STOP_WORDS else len(tokens)
        if tok.text == "i" and noun and at + 1 < len(tokens) and tokens[at + 1].text in ("can", "could"):
            return at
        if tok.text == "for" and noun and _is_thing(clause, at):
            return at
        if tok.text == "to" and noun and _has_its_place(clause, at):
            return at
    return len(tokens)


def _has_its_place(clause: Clause, at: int) -> bool:
    """Whether a "to" tells what is done with the thing before it, and where: a lantern "to hang beside the tent"."""
    tokens = clause.links.tokens
    article = {t.text for t in tokens[max(0, at - 4) : at]} & {"a", "an", "another", "some", "any", *_ANY_THING}
    does = at + 1 < len(tokens) and tokens[at + 1].text.isalpha() and tokens[at + 1].text not in ("the", "my", "a")
    return bool(article) and does and any(t.text in _PLACES for t in tokens[at + 2 : at + 6])


_PLACES = frozenset(
    "beside next near by in on under over above below behind inside into onto around between against with".split()
)


def _is_thing(clause: Clause, at: int) -> bool:
    """Whether the word before a "for" is the thing that is wanted: a light "for the tent table" is no tent."""
    tokens, before = clause.links.tokens, clause.links.tokens[at - 1].text
    article = {t.text for t in tokens[max(0, at - 4) : at - 1]} & {"a", "an", "another", "some", "any"}
    following = at + 1 < len(tokens) and tokens[at + 1].text in ("the", "my", "our", "a", "an")
    bare = all(t.text not in STOP_WORDS for t in tokens[:at])  # "lamp for my tent"
    sought = before not in _QUERY_NOISE and clause.act in ("search", "recommend")
    return (bool(article) or bare) and following and sought


_RELATIVE = ("that", "which")
_DOES = frozenset(
    """is are was were can could will would won't has have had does do doesn't don't isn't aren't can't i you u we he
    she they my""".split()
)
_NO_THINGS = frozenset("want like love take need mean think say said see know hope so guess sure".split())


def pointing_text(clause: Clause) -> str:
    """The folded clause without a "that" that only goes on about a noun: "gloves that work" point at nothing."""
    text, tokens = fold(clause.text), clause.links.tokens
    for at in range(len(tokens) - 2, 0, -1):
        before, following = tokens[at - 1].text, tokens[at + 1].text
        noun = before in _ANY_THING or (before.isalpha() and before not in STOP_WORDS | _NO_THINGS)
        acts = following in _DOES or (following not in STOP_WORDS and following.isalpha() and len(following) > 3)
        if tokens[at].text == "that" and noun and acts and len(text) == len(clause.text):
            text = f"{text[: tokens[at].start]}    {text[tokens[at].end :]}"
    return text


_ANY_THING = ("something", "anything", "one", "ones")


def joined_by(mention: Mention, clause: Clause) -> bool:
    """Whether a mention is joined to what stands beside it by "and", "or", "vs", "+": then it is a second thing."""
    tokens, text = clause.links.tokens, fold(clause.text)
    first, last = min(mention.positions), max(mention.positions)
    beside = (*tokens[max(0, first - 2) : first], *tokens[last + 1 : last + 3])
    if any(t.text in ("and", "or", "vs", "versus", "than", "plus", "also", "with", "to") for t in beside):
        return True
    opened = first - 1 if first and _opens(tokens[first - 1].text) else first
    before = text[tokens[opened - 1].end : tokens[opened].start] if opened else ""
    after = text[tokens[last].end : tokens[last + 1].start] if last + 1 < len(tokens) else ""
    following = last + 2 if last + 1 < len(tokens) and _opens(tokens[last + 1].text) else last + 1
    named = {p for m in clause.links.mentions if m is not mention for p in m.positions}
    listed = ("," in before and opened - 1 in named) or ("," in after and following in named)
    return listed or bool(re.search(r"[+&]", before + after))


def _opens(word: str) -> bool:
    """Whether a thing of a list may begin with the word: an article, or how many there are."""
    return word in ("the", "a", "an", "one", "your") or word.isdigit()


def denied_positions(clause: Clause) -> frozenset[int]:
    """Where a word is denied right before it: the max of "airpods, not the max", the gtx of "without gtx"."""
    tokens, found = clause.links.tokens, set()
    for at in range(1, len(tokens)):
        back = 2 if at > 1 and tokens[at - 1].text in ("the", "a", "an") else 1
        apart = any(tokens[i].end + 1 < tokens[i + 1].start for i in range(at - back, at))
        if not apart and tokens[at - back].text in (_DENIES if back == 1 else _DENIES - {"no"}):
            found.add(at)
    return frozenset(found)


_DENIES = frozenset("not without no non isnt isn't".split())


def asks_for(clause: Clause, option: str) -> bool:
    """Whether the clause asks for an option's values by its name: "which theme", "how many pieces", "what colours"."""
    name = set(stems(option.replace("_", " ")))
    tokens = clause.links.tokens
    for at, tok in enumerate(tokens):
        asking = tok.text in ("what", "whats", "what's", "which") or (
            tok.text == "many" and at and tokens[at - 1].text == "how"
        )
        if tok.text == "the" and at + 2 == len(tokens) and tokens[-1].text.endswith("s"):  # "and the colours?"
            asking = True
        another = tok.text in ("other", "different", "another") and at + 2 >= len(tokens)  # "any other sizes?"
        if (asking or another) and any(t.stem in name or _same_option(t.stem, name) for t in tokens[at + 1 : at + 5]):
            return True
    return False


def _same_option(word: str, name: set[str]) -> bool:
    return word in ("colour", "color") and bool(name & {"colour", "color"})


def is_verb(mention: Mention, clause: Clause) -> bool:
    """A single word after "can you", "to", "would" is what somebody or something does ("would suit"), nothing sold."""
    first = min(mention.positions)
    before = clause.links.tokens[first - 1].text if first else ""
    if before in ("that", "which", "who") and clause.links.tokens[first].text.endswith("s"):
        return len(mention.positions) == 1 and mention.coverage < 0.9  # "a robot that hoovers"
    return (
        len(mention.positions) == 1
        and mention.coverage < 0.9
        and before in ("you", "to", "u", "please", "can", "could", "would", "will", "might", "should", "may")
    )


def other_model(clause: Clause, mentions: list[Mention], vocabulary: Vocabulary) -> str | None:
    """A number right behind a name that no product of that name has: the 15 of "iphone 15" where there is only a 13."""
    mention = mentions[0]
    last = max(mention.positions)
    tokens = clause.links.tokens
    if len(mentions) > 1 or mention.coverage >= 0.99 or last + 1 >= len(tokens):
        return None
    following = tokens[last + 1]
    if not following.text.isdigit() or tokens[last].end + 1 < following.start or last + 1 in limit_positions(clause):
        return None
    known = {s for p in mention.product_ids for s in vocabulary.products[p].stems}
    return None if following.text in known else f"{tokens[last].text} {following.text}"


def has_content(clause: Clause) -> bool:
    """Whether the clause names anything of the shop, or a price."""
    links = clause.links
    return bool(links.mentions or links.options or links.categories or links.brands or price_bounds(clause.text))


def unlinked_words(clause: Clause, mentions: list[Mention]) -> tuple[str, ...]:
    """Words of the clause that say something but name nothing of the shop ("unicycles")."""
    linked = {p for m in mentions for p in m.positions} | {p for o in clause.links.options for p in o.positions}
    kinds = (*clause.links.categories, *clause.links.subcategories, *clause.links.brands)
    linked |= {p for positions, _ in kinds for p in positions}
    return tuple(
        t.text
        for i, t in enumerate(clause.links.tokens)
        if i not in linked and t.text not in STOP_WORDS and t.text not in _QUERY_NOISE and t.text.isalpha()
    )


def before_name(clause: Clause, mentions: list[Mention]) -> tuple[str, ...]:
    """The words right in front of the first name that say which is meant: "wide fitting" of "wide fitting boots"."""
    tokens, at = clause.links.tokens, min(mentions[0].positions) - 1
    named = {p for m in mentions for p in m.positions}
    kinds = (*clause.links.categories, *clause.links.subcategories, *clause.links.brands)
    named |= {p for positions, _ in kinds for p in positions} | limit_positions(clause)
    words: list[str] = []
    while at >= 0 and at not in named and tokens[at].text.isalpha():
        text = tokens[at].text
        if text in STOP_WORDS or text in _QUERY_NOISE or adjective(text):
            break
        words.insert(0, text)
        at -= 1
    return tuple(words)


def limit_positions(clause: Clause) -> frozenset[int]:
    """Where the clause's price limits stand."""
    spans = bound_spans(clause.text)
    return frozenset(i for i, t in enumerate(clause.links.tokens) if any(a <= t.start < b for a, b in spans))


_BETWEEN = re.compile(r"\b(?:between|of|from) the (?:two|2|three|3)\b")


def count_positions(clause: Clause) -> frozenset[int]:
    """Where words only say how many things are meant, or how they are put ("those 2", "side by side")."""
    tokens = clause.links.tokens
    between = clause.act == "compare" or _BETWEEN.search(fold(clause.text))
    pointing = ("those", "these", "them") + (("the",) if between else ())
    found = {i for i, t in enumerate(tokens) if i and t.text in ("2", "3") and tokens[i - 1].text in pointing}
    for at in range(1, len(tokens) - 1):
        if tokens[at].text == "by" and tokens[at - 1].text == tokens[at + 1].text:  # "side by side" is no side burner
            found |= {at - 1, at + 1}
    return frozenset(found)


_INCH = ("inch", "inches")
"""Names write it as a mark: of 75" only the number is a word."""


def query_words(clause: Clause) -> str:
    """The words to search with: the clause without its limits, courtesies and words about buying."""
    dropped = limit_positions(clause) | clause.links.denied
    words = [
        clause.links.corrected.get(i, t.text)
        for i, t in enumerate(clause.links.tokens)
        if i not in dropped
        and t.text not in STOP_WORDS
        and t.text not in _QUERY_NOISE
        and not adjective(t.text)
        and not (i and t.text in _INCH and clause.links.tokens[i - 1].text[0].isdigit())
        and not (t.text == "end" and i and clause.links.tokens[i - 1].text in ("top", "high", "low"))
    ]
    return " ".join(words)
