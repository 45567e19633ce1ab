"""A slip put right in the same breath: "in black, no sorry, I meant white" says "in white".

    repaired("swap the lamp for black, no wait, white", values, find) -> "swap the lamp for white"

What is put right is of the kind of what puts it right: an order's number, what is to be done, a value of the same
option, an item, else what begins with the same word, else as many words. A correction of something said in an earlier
message is none of these, and stays. Knows English; the shop's values and the customer's items are given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.language import Tok, tokenize
from assistant.understand.orders import wording
from assistant.understand.orders.items import Find
from assistant.understand.orders.refs import ORDER_ID
from assistant.understand.vocabulary import canonical

_SOFT = (
    r"(?:no|nope|sorry|wait|oh|er+m?|uh+|um+|well|actually|hang on|hold on|ah|argh|my mistake|my bad|"
    r"hm+|not that(?: one)?|that's wrong)"
)
_HARD = (
    r"(?:i mean(?:t)?(?: to say)?(?! to\b| that\b| it\b)|i should(?:'ve| have) said|"
    r"scratch that|strike that|scrap that|correction|or rather|oops|whoops|"
    r"(?:no|nope)\W{1,3}(?:wait|sorry|actually|hang on|hold on|rather)|"
    r"(?:wait|sorry|oh|er+m?|uh+|um+|actually)\W{1,3}no(?=\W{1,3}))"
)
_MARK = re.compile(
    rf"[\s,;:.!?(–—-]+(?:{_SOFT}\W{{1,3}})*{_HARD}(?:\W{{1,3}}(?:{_SOFT}|{_HARD}|make (?:that|it))\b)*[\s,;:.–—-]+"
)
_PARALLEL = re.compile(
    rf"[,;:.!?(–—-]\s*(?:{_SOFT}\W{{1,3}}){{1,3}}(?=(?:the|a|an|my|in|with|for|to|size|order|#)\b)", re.IGNORECASE
)
"""A mere "sorry" or "no" puts right only what begins with the same word: "the blue one, sorry, the green one"."""
_END = re.compile(r"[,;.!?]|\s(?:and|but|or|then|please|instead)\b")
_START = re.compile(r"[.!?;]\s+|\n")
_LEADS = frozenset("the a an my in with for to from size order that this those these at on of into".split())
_STOPS = _LEADS | frozenset("and but or is be it them want like need have get make change swap exchange one".split())
_SPEAKER = frozenset("i i'm i've we you it".split())
_PRONOUN = re.compile(r"\W*(?:it|them|that|those|these|this|one)?\W*")

_SAYS = re.compile(
    r"(?:i|i'm|i've|we|it|it's|you|he|she|they|that's|there|is|are|do|does|did|can|could|what|how|when)\b"
)
"""What follows tells or asks something of its own: "cancel it, oops, I ordered it twice"."""
_NOT = frozenset("not no non without".split())

Values = Mapping[str, str]
"""Canonical form of an option's value -> the option."""
Span = tuple[int, int]


@dataclass(frozen=True)
class _Slip:
    """`begin`: where the sentence of the slip begins, `at` and `end` of the words that say it is one, `stop`: where
    what puts it right ends."""

    text: str
    begin: int
    at: int
    end: int
    stop: int

    @property
    def said(self) -> str:
        return self.text[self.begin : self.at]

    @property
    def right(self) -> str:
        return self.text[self.end : self.stop]


def repaired(text: str, values: Sequence[Values], find: Find) -> str:
    """`text` without the slips that it puts right itself. `values`: of each of the customer's products."""
    start = 0
    while (mark := _next_mark(text, start)) is not None:
        slip = _slip(text, mark)
        wrong = _wrong(slip, values, find, weak=not _MARK.fullmatch(mark[0])) if slip.said.strip() else None
        if wrong is None:
            start = mark.end()
            continue
        (first, last), instead = wrong
        rest = text[slip.end :] if instead is None else instead + text[slip.stop :]
        between = text[last : slip.at].strip(" ,;-") if last < slip.at else ""
        joined = (", " if between.strip() else "") if instead is None else ""
        text = f"{text[:first]}{between}{joined}{rest}"
        start = first
    return text


def _next_mark(text: str, start: int) -> re.Match[str] | None:
    found = [m for p in (_MARK, _PARALLEL) if (m := p.search(text, start))]
    return min(found, key=lambda m: (m.start(), -m.end())) if found else None


def _slip(text: str, mark: re.Match[str]) -> _Slip:
    begin = max((m.end() for m in _START.finditer(text, 0, mark.start())), default=0)
    stop = _END.search(text, mark.end())
    return _Slip(text, begin, mark.start(), mark.end(), stop.start() if stop else len(text))


def _wrong(slip: _Slip, values: Sequence[Values], find: Find, weak: bool) -> tuple[Span, str | None] | None:
    """Which words were the slip, and what stands for them in their place (None: what follows is said anyway)."""
    if weak:
        span = _same_lead(slip)
        return (span, None) if span else None
    if (deed := _deed(slip)) is not None:
        return deed
    if _SAYS.match(slip.right):
        return None
    for span in (_number(slip), _value(slip, values), _same_lead(slip), _item(slip, find), _as_many(slip)):
        if span is not None:
            return span, None
    return None


def _deed(slip: _Slip) -> tuple[Span, str | None] | None:
    """ "Cancel the lamp, sorry, I meant return it" -> "return the lamp"."""
    new = wording.actions(slip.right)
    old = wording.actions(slip.said)
    if not new or not old or new[0][1] > 4 or new[0][0] == old[-1][0]:
        return None
    at = slip.begin + old[-1][1]
    verb = re.match(r"[\w-]+", slip.right[new[0][1] :])
    told = re.match(r"[\w-]+", slip.text[at:])
    if verb is None or told is None:
        return None
    if _PRONOUN.fullmatch(slip.right[new[0][1] + verb.end() :]):
        middle = slip.text[at + told.end() : slip.at]
        return (at, slip.at), f"{verb[0]}{middle}"
    return (at, slip.at), None


def _number(slip: _Slip) -> Span | None:
    if not ORDER_ID.search(slip.right) or not (old := list(ORDER_ID.finditer(slip.said))):
        return None
    return slip.begin + old[-1].start(), slip.begin + old[-1].end()


def _value(slip: _Slip, values: Sequence[Values]) -> Span | None:
    """The last value of the option that is put right, with the words that both have ("brightness")."""
    old, new = tokenize(slip.said), tokenize(slip.right)
    for of_product in values:
        options = {of_product[g] for _, _, g in _runs(new) if g in of_product}
        wanted = {g for _, _, g in _runs(new)}
        runs = [r for r in _runs(old) if of_product.get(r[2]) in options and r[2] not in wanted]
        if runs:
            first, last, _ = max(runs, key=lambda r: (r[1], r[1] - r[0]))
            shared = {t.text for t in new}
            while first and old[first - 1].text in shared:
                first -= 1
            while last + 1 < len(old) and old[last + 1].text in shared:
                last += 1
            first -= bool(first and old[first - 1].text in _NOT)
            return slip.begin + old[first].start, slip.begin + old[last].end
    return None


def _runs(tokens: Sequence[Tok]) -> list[tuple[int, int, str]]:
    """Runs of up to three words, as options are compared: (first, last, canonical form)."""
    return [
        (i, i + n - 1, canonical("".join(t.text for t in tokens[i : i + n])))
        for n in (1, 2, 3)
        for i in range(len(tokens) - n + 1)
    ]


def _same_lead(slip: _Slip) -> Span | None:
    """From the last word that what puts it right begins with too: "to the black one, no, to the white one"."""
    new, old = tokenize(slip.right), tokenize(slip.said)
    if not new or new[0].text not in _LEADS:
        return None
    at = [t.start for t in old[-len(new) - 4 :] if t.text == new[0].text]
    return (slip.begin + at[-1], slip.at) if at else None


def _item(slip: _Slip, find: Find) -> Span | None:
    if not find(slip.right) or not (old := find(slip.said)):
        return None
    return slip.begin + old[-1].start, slip.begin + old[-1].end


def _as_many(slip: _Slip) -> Span | None:
    """As many words before as put it right, back to one that opens a phrase."""
    new, old = tokenize(slip.right), tokenize(slip.said)
    if not new or new[0].text in _STOPS or len(new) > 4 or any(t.text in _SPEAKER for t in new):
        return None
    first = len(old)
    while first and len(old) - first < len(new) and old[first - 1].text not in _STOPS:
        first -= 1
    if first == len(old):
        return None
    first -= bool(first and old[first - 1].text in _NOT)
    return slip.begin + old[first].start, slip.at
