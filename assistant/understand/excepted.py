"""What is looked for beside things that are named only to be left out: "the cheapest tent other than the Tarn 2".

The words that leave something out are cut out of the message, so that what is left asks by itself; which products they
name is kept beside it. Knows English and no shop: who calls says what a text names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.language import STOP_WORDS, stems
from assistant.request import Request
from assistant.understand.carry import same_search
from assistant.understand.clause import Clause
from assistant.understand.mentions import Mention
from assistant.understand.state import State
from assistant.understand.topic import denied
from assistant.understand.vocabulary import ProductName

_NOT_ASKED = (
    "".join(
        rf"(?<!\b{word} )"
        for word in """is it are was do does did can could will would should has have had why or if im am they we you i
    this that whether its he she""".split()
    )
    + r"(?<!'s )(?<!'m )(?<!'re )(?<!'ve )"
)
"""Before a "not" that leaves something out: with one of these words it says or asks that something isn't so."""
_LEAVES_OUT = re.compile(
    rf",?\s*\b(?:(?:but |(?:that|which)'?s? |(?:that|which) (?:is|are) )not|(?:that|which) (?:isn'?t|aren'?t)"
    r"|other than|except(?:ing)?(?: for)?|apart from|aside from|besides?|excluding|not counting|not including"
    rf"|anything but|{_NOT_ASKED}(?<=\w |[,.;:] )not)\s+"
    r"(?=\w)",
    re.I,
)
_NOT_THAT = re.compile(r"^\W*(?:(?:no|nope|ok|hm+|but|oh)\W+)*not\s+(?=\w)", re.I)
_POINTS = re.compile(
    r"(?:this|that|these|those|the)(?: (?:one|ones|two|three))\b|(?:this|that|these|those|them|it)\b", re.I
)
_ENDS = re.compile(
    r"\s*(?:$|[,.;:?!)])|\s+(?:and|or|but|please|thanks|under|below|for|in|with|that|then|ones?|she|he|i|we|they|it)\b",
    re.I,
)
_ANYTHING = re.compile(r"\b(?:any|some)thing(?: else)?\W*$", re.I)
_ELSE = re.compile(r"\b(?:else\b[^.,;!?]*|anything)$", re.I)
"""Before "beside" where it isn't a place ("a lamp beside the bed")."""
_LINKING = frozenset("the your a an and or nor any".split())
_NAMED_ENOUGH = 0.5
_FEW, _OF_A_NAME = 3, 12
"""How many things "this one" may point at, and how many may share the name by which they are left out."""
FINDS = frozenset("search cheapest most_expensive best_rated newest superlative recommend".split())

Read = Callable[[str, State], list[Request]]
Linked = Callable[[str, State], tuple[Clause, list[Mention]]]


def read_leaving_out(
    text: str, read: Read, linked: Linked, state: State, entries: dict[str, ProductName]
) -> list[Request]:
    """What a message asks that looks for something beside what it leaves out; nothing where it is no such message.

    `read` reads a message, `linked` a text as a clause with the mentions in it.
    """
    if rest := _denied_of_the_topic(text, linked, state, entries):
        return rest
    cut, without = excepted(text, lambda tail: linked(tail, state), tuple(state.focus), entries)
    rest = read(cut, state) if without and cut else []
    return [leaving_out(r, without, entries) for r in rest] if all(r.act in FINDS for r in rest) else []


def _denied_of_the_topic(text: str, linked: Linked, state: State, entries: dict[str, ProductName]) -> list[Request]:
    """What else there is of the topic, where a message begins with what of it isn't wanted and names nothing that is:
    "not gucci, she had that. what's left?"."""
    begins = _NOT_THAT.match(text)
    if not begins or not state.search or denied(text):
        return []
    tail = text[begins.end() :]
    cut, without = excepted(f"other than {tail}", lambda words: linked(words, state), (), entries)
    shown = {*state.focus, *(str(item["product"]) for item in state.listed)}
    if not set(without) & shown or linked(cut, state)[1]:
        return []
    again = same_search(Request("search", text), state.search)
    return [leaving_out(replace(again, from_context=False), without, entries)]


def excepted(
    text: str,
    linked: Callable[[str], tuple[Clause, list[Mention]]],
    focus: tuple[str, ...],
    entries: dict[str, ProductName],
) -> tuple[str, tuple[str, ...]]:
    """The message without what it leaves out, and the products left out; none where it leaves out none.

    `linked` reads a text as a clause with the mentions in it; `focus` is what "this one" points at.
    """
    match = _LEAVES_OUT.search(text)
    if match is None or (match[0].strip(" ,").lower() == "beside" and not _ELSE.search(text[: match.start()])):
        return text, ()
    tail = text[match.end() :]
    if (pointed := _POINTS.match(tail)) and 0 < len(focus) <= _FEW and (first := entries.get(focus[0])):
        before = _ANYTHING.sub(f"any other {_kind(first)}", text[: match.start()])
        return _joined(before, tail[pointed.end() :]), focus
    clause, mentions = linked(tail)
    tokens, end = clause.links.tokens, -1
    ids: tuple[str, ...] = ()
    named = [(m.positions, m.product_ids, m.coverage) for m in mentions if len(m.product_ids) <= _OF_A_NAME]
    kinds = _of_kinds(clause, entries)
    brands = [kind for kind in kinds if any(kind[0] == positions for positions, _, _ in named)]
    for positions, products, coverage in [*named, *brands] or kinds or _so_called(clause, entries):
        between, last = {t.text for t in tokens[end + 1 : min(positions)]}, max(positions)
        whole = coverage >= _NAMED_ENOUGH or _ENDS.match(clause.text[tokens[last].end :])
        if between <= _LINKING and whole:
            end, ids = max(end, last), (*ids, *products)
    if not ids:
        return text, ()
    before = _ANYTHING.sub(f"any other {_kind(entries[ids[0]])}", text[: match.start()])
    return _joined(before, clause.text[tokens[end].end :]), tuple(dict.fromkeys(ids))


def _of_kinds(clause: Clause, entries: dict[str, ProductName]) -> list[tuple[frozenset[int], tuple[str, ...], float]]:
    """The kinds and brands that a text begins with, and all that is of them: "anything for camping besides tents"."""
    links = clause.links
    return [
        (positions, tuple(p for p, e in entries.items() if e.active and getattr(e, column) == value), 0.0)
        for column, found in (
            ("subcategory", links.subcategories),
            ("category", links.categories),
            ("brand", links.brands),
        )
        for positions, value in found
    ]


def _so_called(clause: Clause, entries: dict[str, ProductName]) -> list[tuple[frozenset[int], tuple[str, ...], float]]:
    """What has the first word of a text in its name, where that word names nothing else: "earrings, not green"."""
    at = next((at for at, tok in enumerate(clause.links.tokens) if tok.text not in _LINKING), None)
    word = clause.links.tokens[at] if at is not None else None
    if at is None or word is None or word.text in STOP_WORDS or not word.text.isalpha() or len(word.text) < _SHORTEST:
        return []
    ids = tuple(p for p, e in entries.items() if e.active and word.stem in stems(e.name))
    return [(frozenset({at}), ids, 0.0)] if ids else []


_SHORTEST = 3


def _kind(entry: ProductName) -> str:
    return (entry.subcategory or entry.category).lower()


def _joined(before: str, behind: str) -> str:
    return f"{before.strip()}{behind}".strip(" ,") if before.strip() else behind.strip(" ,")


def leaving_out(request: Request, ids: tuple[str, ...], entries: dict[str, ProductName]) -> Request:
    """The request without the products `ids`; of their kind, where it names no other."""
    limits = replace(request.limits, without=ids)
    if request.query or limits.category or limits.subcategory:
        kind = limits
    else:
        first = entries[ids[0]]
        kind = replace(limits, category=first.category or None, subcategory=first.subcategory or None)
    products = tuple(p for p in request.products if p not in ids)
    return replace(request, limits=kind if not products else limits, products=products)
