"""How many of what a customer lists: "two blue mugs and a kettle, plus 3 packs of the socks". Codes and membership,
too.

Works on the words around each product that was linked; reads products only for their options. Knows no prices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.language import Tok, fold, stem, stems, tokenize
from assistant.request import Piece, Wanted
from assistant.shop.pricing.terms import fold_code
from assistant.types import Product
from assistant.understand.carry import wanted_from
from assistant.understand.counting import governs, is_free
from assistant.understand.mentions import Mention
from assistant.understand.options import match_options, option_values
from assistant.understand.sizes import relative
from assistant.understand.state import State
from assistant.understand.value_places import negated
from assistant.understand.vocabulary import is_unit

Lookup = Callable[[str], Product | None]

_JOINTS = frozenset("and plus with , also & then".split())
_LIMITS = frozenset("size under over below above than least from within".split())
_OPENING = frozenset("a an the another some one couple dozen both".split())
_WORD_NUMBERS = {"pair": 1, "couple": 2, "dozen": 12, "both": 2, "single": 1}
_COUNTED = frozenset("things thing questions question items products points topics requests".split())
"""What a number counts that stands before all that is asked: "two things: how much is ..."."""
_MOST = 999
_TIMES_AFTER = re.compile(r"^\s*(?:\(?[x×]\s?(\d{1,3})\b\)?|\((\d{1,3})\))")
_TIMES_BEFORE = re.compile(r"\b(\d{1,3})\s?[x×]\s+(?:the |of )*$")
_CODES = (
    re.compile(
        r"\b(?:codes?|coupons?|vouchers?|promo(?:code)?)\b\W+(?:(?:is|was|called|named|says|reads|of|number)\W+)?"
        r"([A-Za-z0-9][A-Za-z0-9_-]{2,23})\b"
    ),
    re.compile(r"\b([A-Za-z0-9][A-Za-z0-9_-]{2,23})\W+(?:codes?|coupon|voucher)\b"),
    re.compile(
        r"\b(?:do(?:es)?|will|is|would)\W+(?:the )?([A-Z]{3,}\d[A-Z0-9_-]*)\W+(?:still |also |even )*"
        r"(?:work|works|apply|count|valid|active|good|usable)\b"
    ),
    re.compile(r"\b(?:use|apply|enter|redeem|using)\W+(?:the |my )?([A-Z]{4,}\d{1,4})\b"),
)
_WRITTEN_AS_CODE = re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z0-9_-]{4,24}|[A-Z]{5,24}")
_MEMBER = re.compile(
    r"\b(?:(?:as|i'm|i am|im|being|if i (?:were|was|am)|were i|become|for)(?: an?)?(?P<of>(?: [\w'-]+){0,2}) members?\b"
    r"(?! of (?!your\b|this\b|the (?:\w+ )?club\b))|members?(?:'s|s')? price"
    r"|(?:with|have) (?:a |my |the )?(?P<with>(?:[\w'-]+ ){0,2})membership"
    r"|join\w* (?:an? )?(?:as )?members?\b|join(?:ed|ing)? (?!an? )(?:the |your )?(?:\w+ ){0,2}club\b)"
)
_OF_THE_CLUB = frozenset(
    stem(w)
    for w in """club loyalty new old existing current paying paid full free registered signed gold silver premium basic
    vip your the shop store already also not yet a an""".split()
)
"""Words of a member of the shop's club, beside those of its own offers; a family member is none."""
_NO_MEMBER = re.compile(r"\b(?:without|not|non|no|aren't|isn't)[ -](?:being )?(?:an? )?(?:\w+ )?member")


def pieces(tokens: Sequence[Tok], text: str, mentions: Sequence[Mention], lookup: Lookup, state: State) -> list[Piece]:
    """The things listed, in their order, each with its quantity and the options named beside it."""
    surest = max((m.coverage for m in mentions), default=0.0)
    mentions = [m for m in mentions if m.coverage >= 0.25 or surest < 0.8]  # beside whole names a stray word is none
    mentions = _told_apart(mentions, tokens)
    out: list[Piece] = []
    for at, mention in enumerate(mentions):
        start, end = _reach(at, mentions, tokens, text)
        options, used = _options(mention, tokens, text, start, end, lookup)
        wanted = options or _kept(mention, state)
        measures = {place for place in _measures(tokens) if place + 1 not in mention.positions}  # "6 gigabyte tshirts"
        both = {place for place, tok in enumerate(tokens) if tok.text == "both" and len(mentions) > 1}  # one of each
        quantity = _quantity(mention, tokens, text, start, used | measures | both)
        out.append(Piece(_meant(mention, state), quantity, wanted))
    return _shared(out, text, lookup)


def _told_apart(mentions: Sequence[Mention], tokens: Sequence[Tok]) -> list[Mention]:
    """The mentions without what only says of which kind others are ("he plays cricket and needs a helmet and a bat"),
    and an unclear one without the products that others name: the other plant is not the plant pot again."""
    out: list[Mention] = []
    for mention in mentions:
        ids, others = set(mention.product_ids), [m for m in mentions if m is not mention]
        first = min(mention.positions)
        opened = first > 0 and (tokens[first - 1].text in _OPENING or tokens[first - 1].text[0].isdigit())
        if len(ids) > _TWO and len(others) > 1 and not opened and all(ids & set(m.product_ids) for m in others):
            continue
        kinds = [set(m.product_ids) for m in others if len(m.product_ids) > _TWO and ids & set(m.product_ids)]
        named = {m.product_ids[0] for m in others if m.specific}
        left = [p for p in mention.product_ids if all(p in k for k in kinds)] if len(ids) > 1 else []
        left = [p for p in left if p not in named] or left
        out.append(replace(mention, product_ids=tuple(left)) if left else mention)
    return out


_TWO = 2


def _meant(mention: Mention, state: State) -> tuple[str, ...]:
    """Of several things that the same words name, the one talked about last: "the rope" after a talk of one of two."""
    topics = [t for t in state.topics if t["product"] in mention.product_ids]
    latest = {str(t["product"]) for t in topics if t["turn"] == topics[-1]["turn"]}
    return tuple(latest) if len(latest) == 1 else mention.product_ids


_FOR_ALL = re.compile(r"\b(?:both|each|all|either)\b")


def _shared(pieces: list[Piece], text: str, lookup: Lookup) -> list[Piece]:
    """The pieces with the options that one word gives to all of them: "the duvet and the linen, both double"."""
    if len(pieces) < 2 or not _FOR_ALL.search(fold(text)):
        return pieces
    asked = [w.asked for piece in pieces for w in piece.wanted]
    out = []
    for piece in pieces:
        own = {w.name for w in piece.wanted}
        values = option_values(p for p in map(lookup, piece.products[:6]) if p is not None)
        more = [w for each in asked for w in match_options(each, values) if w.value is not None and w.name not in own]
        out.append(replace(piece, wanted=(*piece.wanted, *more)))
    return out


def _reach(at: int, mentions: Sequence[Mention], tokens: Sequence[Tok], text: str) -> tuple[int, int]:
    """The tokens that speak of the mention: from the joint before it to the joint after it."""
    first, last = min(mentions[at].positions), max(mentions[at].positions)
    start = max(mentions[at - 1].positions) + 1 if at else 0
    end = min(mentions[at + 1].positions) if at + 1 < len(mentions) else len(tokens)
    before = [place for place in range(start, first) if _joint(place, tokens, text)]
    if at:
        start = _begins(before, tokens) if before else start
    after = [place for place in range(last + 1, end) if _joint(place, tokens, text)]
    if at + 1 < len(mentions) and after:
        end = _begins(after, tokens)
    return start, end


def _begins(joints: Sequence[int], tokens: Sequence[Tok]) -> int:
    """Where the next thing begins: at the joint before its number or article, else at the last joint."""
    opening = [j for j in joints for tok in tokens[j : j + 2] if tok.text.isdigit() or tok.text in _OPENING]
    return opening[-1] if opening else joints[-1]


def _joint(place: int, tokens: Sequence[Tok], text: str) -> bool:
    between = text[tokens[place - 1].end : tokens[place].start] if place else ""
    return tokens[place].text in _JOINTS or "," in between or "&" in between or "+" in between or ";" in between


def _options(
    mention: Mention, tokens: Sequence[Tok], text: str, start: int, end: int, lookup: Lookup
) -> tuple[tuple[Wanted, ...], set[int]]:
    """The options named between two joints for this product, and the tokens that name them."""
    products = [p for p in map(lookup, mention.product_ids[:6]) if p is not None]
    values = option_values(products)
    if not values:
        return (), set()
    words = text[tokens[start].start : tokens[end - 1].end] if end > start else ""
    words = _without_count(words, tokens, mention, start, values)
    words = re.sub(r"\b[x×]\s?\d{1,3}\b|\b\d{1,3}\s?[x×](?=\s)", lambda m: " " * len(m[0]), words)
    spans = [(tokens[p].start, tokens[p].end) for p in mention.positions]
    origin = tokens[start].start if end > start else 0
    blocked = frozenset(
        at for at, tok in enumerate(tokenize(words)) if any(a <= tok.start + origin < b for a, b in spans)
    )
    named = [w for w in match_options(words, values, blocked) if w.value is not None or w.name is not None]
    named += [w for w in relative(words, values) if all(n.name != w.name for n in named)]
    return tuple(named), set().union(*(_place(w.asked, tokens, start, end) for w in named))


def _place(asked: str, tokens: Sequence[Tok], start: int, end: int) -> set[int]:
    """Where an option stands: its last place, since a number before the name rather counts."""
    words = [t.text for t in tokenize(asked)]
    for at in range(end - len(words), start - 1, -1):
        if [t.text for t in tokens[at : at + len(words)]] == words:
            return set(range(at, at + len(words)))
    return set()


def _without_count(
    words: str, tokens: Sequence[Tok], mention: Mention, start: int, values: Mapping[str, Sequence[str]]
) -> str:
    """The words with the number right before the name blanked: "3 everyday socks" are three, not the pack of three."""
    first = min(mention.positions)
    if first - 1 < start or not tokens[first - 1].text.isdigit():
        return words
    tok, origin = tokens[first - 1], tokens[start].start
    if _names_version(tok.text, tokens, mention, values):
        return words
    return words[: tok.start - origin] + " " * len(tok.text) + words[tok.end - origin :]


def _names_version(number: str, tokens: Sequence[Tok], mention: Mention, values: Mapping[str, Sequence[str]]) -> bool:
    """Whether a number right before a name says which version is meant: it is a value as it stands, or the number of
    one ("230 g") where it can hardly count: "a 230 canister", "100 blocks" of a box of 100 pieces."""
    if any(number == value for some in values.values() for value in some):
        return True
    of_value = any(re.match(rf"{number}(?!\d)", value) for some in values.values() for value in some)
    first, last = min(mention.positions), max(mention.positions)
    article = first > 1 and tokens[first - 2].text in ("a", "an", "the", "that", "your")
    one = number != "1" and not tokens[last].text.endswith("s")
    return of_value and (article or one or int(number) >= _MANY)


_MANY = 20
"""From that number on nobody is taken to count what comes in versions of that number."""


def _kept(mention: Mention, state: State) -> tuple[Wanted, ...]:
    """The options named earlier for the one product that is talked about, or was: the six cups of "pot + mug"."""
    if len(mention.product_ids) != 1:
        return ()
    if list(mention.product_ids) == state.focus:
        return tuple(wanted_from(w) for w in state.wanted)
    return tuple(w for w in map(wanted_from, state.earlier(mention.product_ids[0])) if not w.pinned)


def _measures(tokens: Sequence[Tok]) -> set[int]:
    """Numbers that are no quantities: before a unit of measure ("28 cm")."""
    counted = frozenset("piece pack cup".split())
    return {
        at
        for at, tok in enumerate(tokens[:-1])
        if tok.text[0].isdigit() and is_unit(tokens[at + 1].text) and tokens[at + 1].text.rstrip("s") not in counted
    }


def _quantity(mention: Mention, tokens: Sequence[Tok], text: str, start: int, taken: set[int]) -> int:
    """How many of the mention: the first free number before it since the joint, "x2" behind it, else one."""
    first, last, said = min(mention.positions), max(mention.positions), text.lower()
    if match := _TIMES_AFTER.match(text[tokens[last].end :]) or _TIMES_BEFORE.search(text[: tokens[first].start]):
        return _bounded(int(next(g for g in match.groups() if g)))
    for place in range(max(start, first - 6), first):
        word = tokens[place].text
        if place in taken or (place and tokens[place - 1].text in _LIMITS) or not governs(tokens, place, first, said):
            continue
        if any(_joint(p, tokens, text) for p in range(place + 1, first)):
            continue
        dozen = tokens[place + 1].text in ("dozen", "dozens")
        if word in ("0.5", "half") and dozen:
            return 6
        if tokens[place + 1].text in _COUNTED:
            continue
        if word.isdigit() and is_free(tokens, place, said):
            return _bounded(int(word) * (12 if dozen else 1))
        if word in ("couple", "dozen", "both"):
            return _WORD_NUMBERS[word]
    return 1


def _bounded(number: int) -> int:
    return min(max(number, 1), _MOST)


def codes(text: str, known: Collection[str]) -> tuple[str, ...]:
    """What the customer gives as a code, as written: one of the shop's (`known`, folded), or what stands beside the
    word "code" and is written as codes are ("SAVE10")."""
    found = [m[1] for pattern in _CODES for m in pattern.finditer(text)]
    beside = {w for w in found if fold_code(w) in known or _WRITTEN_AS_CODE.fullmatch(w)}
    own = [w for w in re.findall(r"[\w-]{3,24}", text) if fold_code(w) in known and (w in beside or _is_marked(w))]
    return tuple(dict.fromkeys([*own, *(w for w in found if w in beside)]))


def _is_marked(word: str) -> bool:
    """Whether a word is written as no ordinary word is: in capitals or with a digit."""
    return word.isupper() or bool(re.search(r"\d", word))


def member(text: str, offers: Collection[str] = ()) -> bool | None:
    """Whether the customer speaks as a member of the shop's club, as none, or (None) of neither. `offers` are the names
    of the shop's offers, which may have the club's name."""
    folded = fold(text)
    if _NO_MEMBER.search(folded):
        return False
    own = _OF_THE_CLUB.union(*map(stems, offers))
    return True if any(set(stems(m["of"] or m["with"] or "")) <= own for m in _MEMBER.finditer(folded)) else None


def from_state(kept: dict[str, Any]) -> list[Piece]:
    """The pieces of the basket as the state keeps it."""
    return [
        Piece(
            tuple(p["products"]),
            int(p["quantity"]),
            tuple(wanted_from(w) for w in p["wanted"]),
            tuple(p.get("skus", ())),
        )
        for p in kept.get("pieces", [])
    ]


def joined(before: Sequence[Piece], new: Sequence[Piece]) -> list[Piece]:
    """The basket with more in it; more of the same version raises its number."""
    out = list(before)
    for piece in new:
        same = next((i for i, b in enumerate(out) if b.products == piece.products and _agree(b, piece)), None)
        if same is None:
            out.append(piece)
        else:
            out[same] = replace(out[same], quantity=_bounded(out[same].quantity + piece.quantity))
    return out


def _agree(before: Piece, new: Piece) -> bool:
    own = {w.name: w.value for w in before.wanted}
    return all(own.get(w.name) == w.value for w in new.wanted)


def without(before: Sequence[Piece], gone: Sequence[Piece]) -> list[Piece]:
    """The basket without the products of `gone`."""
    ids = {p for piece in gone for p in piece.products}
    return [b for b in before if not ids & set(b.products)]


def named_options(text: str, piece: Piece, lookup: Lookup) -> tuple[Wanted, ...]:
    """The options of the piece's product that a short answer names ("the 3 pack")."""
    values = option_values(p for p in map(lookup, piece.products[:6]) if p is not None)
    tokens = tokenize(text)
    said = set(stems(text)) - {t.stem for at, t in enumerate(tokens) if negated(tokens, at)}
    whole = [Wanted(v, name, v) for name, some in values.items() for v in some if set(stems(v)) <= said]
    if len(whole) == 1:
        return tuple(whole)
    return tuple(w for w in match_options(text, values) if w.value is not None)
