"""Which of a product's known values a question is about: "what's it made of" -> material, "how heavy" -> weight.

A question is compared with the names and values of the product's attributes, specs and options, by shared words and by
the meaning of the sentence (embeddings), and with the sentences of its description; a trained head weighs it all.
Works for attributes of any name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from assistant import measures
from assistant.act.concepts import concepts, likeliest
from assistant.act.context import Encode
from assistant.act.evidence import UNREAD, Line, is_yes_no, scores
from assistant.language import STOP_WORDS, fold, stem, stems, tokenize
from assistant.shop.search_words import with_synonyms
from assistant.turn_encoder import once
from assistant.types import Product, Variant

Kind = Literal["attribute", "spec", "option", "rating", "brand", "category", "sentence"]

_GENERAL = re.compile(
    r"\b(?:tell me (?:more )?about|more (?:info|information|details)|describe|"
    r"what (?:is|are|'s) (?:it|the item|that|this|they) like|"
    r"details|info|information|specs|specifications|features|what can you (?:say|tell)|know about)\b"
)


@dataclass(frozen=True)
class Aspect:
    """One known thing about a product. `value` is the shop's text; for an option of several values it is empty."""

    kind: Kind
    name: str
    value: str
    score: float = 0.0


def is_general(question: str) -> bool:
    """Whether the customer wants to hear about the product as such rather than one thing of it."""
    return bool(_GENERAL.search(fold(question)))


def known(product: Product, variant: Variant | None = None) -> list[Aspect]:
    """What the shop knows of a product, but for prices and stock. With `variant`, its options have their values."""
    aspects = [Aspect("attribute", n, v) for n, v in product.attributes.items() if v]
    aspects += [Aspect("spec", n, v) for n, v in product.specs.items() if v]
    names: dict[str, None] = {}
    for each in product.variants:
        names |= dict.fromkeys(n for n, v in each.options.items() if v)
    for name in names:
        value = variant.options.get(name, "") if variant else ""
        aspects.append(Aspect("option", name, value))
    if product.rating is not None:
        aspects.append(Aspect("rating", "rating", f"{product.rating:g}"))
    if product.brand:
        aspects.append(Aspect("brand", "brand", product.brand))
    aspects += [Aspect("sentence", "description", s) for s in sentences(product.description)]
    return aspects


def sentences(text: str) -> list[str]:
    """The sentences of a description."""
    parts = re.split(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!\bSt\.)\s+|\n+", text.strip())
    return [p.strip(" -*•") for p in parts if len(p.strip()) > 8]


def best(
    question: str, product: Product, encode: Encode, variant: Variant | None = None, limit: int = 1
) -> list[Aspect]:
    """The aspects that answer `question`, best first; empty when the shop knows nothing of what is asked.

    What the trained head is sure of comes first (evidence.py), then a value whose name or kind the question asks for.
    """
    return _for_turn("best", _best, question, product, encode, variant)[:limit]


def _for_turn(
    name: str,
    find: Callable[..., list[Aspect]],
    question: str,
    product: Product,
    encode: Encode,
    variant: Variant | None,
) -> list[Aspect]:
    """What `find` finds, once for a turn: a product, once read, stays the same object for it (Glance)."""
    key = (name, question, id(product), id(variant))  # what has these ids is kept, so nothing else can get them
    found = once(encode, key, lambda: (find(question, product, encode, variant), product, variant))
    return list(found[0])


def _best(question: str, product: Product, encode: Encode, variant: Variant | None) -> list[Aspect]:
    aspects = known(product, variant)
    if not aspects:
        return []
    judged = weigh(question, product, encode, variant)
    sure = [a for a in judged if a.score >= SURE]
    called = [a for a in _called(question, product, aspects, encode) if a.score >= _CALLED]
    if sure and sure[0].kind == "option" and called and called[0].kind == "option":
        sure = []  # several options may be asked for at once: their names say which
    found = sure + [a for a in called if (a.kind, a.name) not in {(s.kind, s.name) for s in sure}]
    found = [a for a in found if not _beside_part(question, a) and not _beside_brand(question, a)]
    return [a for a in found if not _beside_unit(question, a, product) and not _beside_side(question, a)]


def nearly(question: str, product: Product, encode: Encode, variant: Variant | None = None) -> list[Aspect]:
    """The value that nearly answers, far before any other, where what it is called is just what such words usually
    ask for: "do i have to buy a load" of a minimum order, "what if he hates it" of returns. Else empty."""
    judged = weigh(question, product, encode, variant)
    if not judged or judged[0].kind not in ("attribute", "spec") or judged[0].score < _NEARLY:
        return []
    first, rest = judged[0], judged[1].score if len(judged) > 1 else UNREAD
    meant = concepts(question, encode)
    chance = likeliest(meant, first.name)
    beside = _beside_part(question, first) or _beside_unit(question, first, product) or _beside_side(question, first)
    return [first] if first.score - rest >= _BEFORE and _CHANCE <= chance >= max(meant.values()) and not beside else []


_NEARLY, _BEFORE, _CHANCE = -1.0, 1.0, 0.25
SURE = 0.25
"""The score from which on a line is told as the answer. Of 616 questions of the read sets that a line of the product
answers 537 are answered right and 39 wrong, of 73 that none does, 6 are; the linear head alone made 502, 45 and 5."""
_CALLED = 0.5


_PART = re.compile(
    r"\b(?:has|have|had|got|includes?|included|come|comes|there)\b(?: with)? (?:an? |any |some |its own |the )"
    r"(?P<part>[^?.!,;]+)"
)
_PLAIN = frozenset({"yes", "no", "true", "false"})


def _beside_part(question: str, aspect: Aspect) -> bool:
    """Whether a value says nothing of the part that is asked for: "has it a rain cover" of "waterproof: no", "does it
    have a touchscreen" of "screen size: 17-inch"."""
    match = _PART.search(fold(question))
    if not match or aspect.kind == "sentence" or not is_yes_no(question):
        return False
    plain = aspect.value.strip().lower() in _PLAIN
    told = aspect.name.replace("_", " ") + ("" if plain else f" {aspect.value}")
    part, words = with_synonyms(set(stems(match["part"])) - _STOP), set(stems(told))
    if part & words:
        return False
    return plain or any(_within(a, b) for a in part for b in words)


def _within(a: str, b: str) -> bool:
    """Whether one word is only a part of the other: "touchscreen" and "screen"."""
    return (
        a != b and min(len(a), len(b)) >= 4 and (a.endswith(b) or b.endswith(a) or a.startswith(b) or b.startswith(a))
    )


def _beside_unit(question: str, aspect: Aspect, product: Product) -> bool:
    """Whether a line has none of what is counted: no hours answer "how many watts is it"."""
    asked = measures.asked_dimension(question)
    if not asked:
        return False
    texts = [aspect.value] if aspect.value else [v.options.get(aspect.name, "") for v in product.variants]
    name = "" if aspect.kind == "sentence" else aspect.name
    return all(asked not in measures.dimensions(text, name) for text in texts if text)


def _beside_side(question: str, aspect: Aspect) -> bool:
    """Whether a measure is of another side than the one asked for: no height answers "how wide is it"."""
    told = {side for side, words in _SIDES.items() if words.search(fold(aspect.name.replace("_", " ")))}
    asked = {side for side, words in _SIDES.items() if words.search(fold(question))} if told else set()
    return bool(asked) and not asked & told and not any(_SIDES[side].search(fold(aspect.value)) for side in asked)


_SIDES = {
    "width": re.compile(r"\b(?:width|wide|widest|broad|across)\b"),
    "height": re.compile(r"\b(?:height|high|tall)\b(?! enough)"),
    "length": re.compile(r"\blength\b|\bhow long (?:is|are) (?:it|they|one|an?|the|this|that|those|these)\b"),
    "depth": re.compile(r"\b(?:depth|deep)\b"),
    "thickness": re.compile(r"\b(?:thick|thickness)\b"),
    "diameter": re.compile(r"\bdiameter\b"),
}


_ASKS_BRAND = re.compile(
    r"\b(?:brands?|makes?|makers?|made by|manufactur\w*|who|whose|company|label|designer|by|from|name)\b"
)


def _beside_brand(question: str, aspect: Aspect) -> bool:
    """Whether a brand is no answer: nobody asks for it with "how many lumens is it"."""
    if aspect.kind != "brand":
        return False
    return not _ASKS_BRAND.search(fold(question)) and not set(stems(question)) & set(stems(aspect.value))


def weigh(question: str, product: Product, encode: Encode, variant: Variant | None = None) -> list[Aspect]:
    """Everything that is known of a product with the head's score of how well it answers, best first."""
    return _for_turn("weigh", _weigh, question, product, encode, variant)


def _weigh(question: str, product: Product, encode: Encode, variant: Variant | None) -> list[Aspect]:
    aspects = known(product, variant)
    lines = [_line(a, product) for a in aspects]
    told = scores(_without_name(question, product, "it"), lines, encode)
    measure = bool(_MEASURE.search(fold(question)))
    judged = [
        replace(a, score=float(s) + measure * _figures(line.text) + _counts_it(question, line.text, product))
        for a, line, s in zip(aspects, lines, told, strict=True)
    ]
    return sorted(judged, key=lambda a: -a.score)


_MEASURE = re.compile(
    r"\bhow (?:big|deep|far|wide|tall|thick|heavy|large|high|many|long)\b|\b(?:size|dimensions?|measurements?) of\b"
)
_FIGURE = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|single|double)\b", re.IGNORECASE
)
_WITH_FIGURE, _WITHOUT_FIGURE = 0.3, -0.5


_IN_IT = re.compile(
    r"\bhow many\b(?!.{0,12}\bleft\b).{0,20}\b(?:in|inside|with)\b (?:it|them|each|one|a|an|the|that|this)\b"
)
_NUMBERS = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|pair of)"


def _counts_it(question: str, text: str, product: Product) -> float:
    """What a line gains that says how many of the very thing there are: "six hand-dipped candles", of the candles."""
    names = fold(product.name).split()
    if not names or not _IN_IT.search(fold(question)):
        return 0.0
    thing = re.escape(names[-1].removesuffix("s"))
    return _COUNTED if re.search(rf"\b{_NUMBERS}\b(?: [\w-]+){{0,3}}? {thing}s?\b", fold(text)) else 0.0


_COUNTED = 2.5


def _figures(text: str) -> float:
    """What a line gains or loses by having a figure, or none, where a measure is asked for."""
    return _WITH_FIGURE if _FIGURE.search(text) else _WITHOUT_FIGURE


def lines_of(product: Product) -> list[Line]:
    """Everything that is known of a product, as lines that are read for an answer."""
    return [_line(aspect, product) for aspect in known(product)]


def _line(aspect: Aspect, product: Product) -> Line:
    if aspect.kind == "sentence":
        return Line(aspect.value)
    values = dict.fromkeys(v.options.get(aspect.name, "") for v in product.variants) if not aspect.value else ()
    return Line(aspect.value or ", ".join(filter(None, values)), aspect.name)


def _called(question: str, product: Product, aspects: Sequence[Aspect], encode: Encode) -> list[Aspect]:
    """The values (no sentences) by how near their names, and what they are called for, come to the question."""
    own_words = set(stems(product.name)) | set(stems(product.category))
    words = [t for t in tokenize(question) if t.text not in STOP_WORDS]
    asked_stems = {t.stem for t in ([t for t in words if t.stem not in own_words] or words)}
    named = [a for a in aspects if a.kind != "sentence"]
    vectors = encode([_without_name(question, product), *(_phrase(a) for a in named)])
    similar = vectors[1:] @ vectors[0]
    meant = concepts(_without_name(question, product, "it"), encode)
    scored = [
        Aspect(a.kind, a.name, a.value, _score(a, asked_stems, float(s), question, meant))
        for a, s in zip(named, similar, strict=True)
    ]
    return sorted(scored, key=lambda a: -a.score)


def _score(aspect: Aspect, asked: set[str], similar: float, question: str, meant: dict[str, float]) -> float:
    """Shared words count most, then what the words of the question usually mean, then the sentence's meaning."""
    name = set(stems(aspect.name.replace("_", " "))) - _STOP
    score = similar
    if name & asked:
        score += 0.45 * len(name & asked) / max(1, len(name)) + 0.2
    value = set(stems(aspect.value)) - _STOP
    if value & asked:
        score += 0.3 + 0.4 * is_yes_no(question)
    score += 0.6 * likeliest(meant, aspect.name)
    return score


def _phrase(aspect: Aspect) -> str:
    name = aspect.name.replace("_", " ")
    return name


def _without_name(question: str, product: Product, instead: str = "") -> str:
    """The question without the words of the product's name; `instead` stands where they were."""
    name = set(stems(product.name))
    words = [t.text if t.stem not in name else instead for t in tokenize(question)]
    kept = " ".join(w for w, _ in groupby(w for w in words if w))
    return kept if set(stems(kept)) - _STOP else question  # "is there shea butter in it" of the Shea Butter Wash


_STOP = {stem(w) for w in STOP_WORDS}


_ANSWERS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\bhow (?:long|soon|quick|fast|many days)\b|\bwhen\b|\buntil\b"),
        re.compile(
            r"\b\d+\s*(?:working |business )?(?:minute|hour|day|week|month|year)|\b\d{1,2}[:.]\d\d\b|\buntil\b",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(
            r"\b(?:how long|how many (?:days|weeks|months)|until when)\b.*\b(?:i|we)(?:'ve)?(?: have| got| get)*\b"
            r"(?!.*\b(?:money|refund|paid)\b)|\b(?:window|deadline|time limit|period)\b"
        ),
        re.compile(
            r"\b(?:you|members?|customers?|anybody|everybody)\b.*\b(?:may|can|must|have|has)\b.*\b\d+\s*(?:day|week|month)"
            r"|\bmust be\b.*\b\d+\s*(?:day|week|month)"
            r"|\b\d+\s*(?:day|week|month)s? (?:of|from|after)\b(?!.*\b(?:we|our)\b)",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(
            r"\b(?:which|what) (?:amount|value|sum|total)\b|\bminimum (?:spend|order)\b|\bspend\b|\bamount where\b"
        ),
        re.compile(r"\b(?:from|over|above|at least|more than) [$€£]\s?\d", re.IGNORECASE),
    ),
    (
        re.compile(r"\bhow much\b|\bcosts?\b|\bfees?\b|\bfree\b"),
        re.compile(r"[$€£]\s?\d|\d\s?(?:€|EUR|USD|GBP)|\bfree\b", re.IGNORECASE),
    ),
)
"""Kinds of questions and what an answer to one looks like."""


def fitting_kinds(question: str, text: str) -> int:
    """How many kinds of answers are asked for that a text looks like: an amount for "how much", days for "how long"."""
    folded = fold(question)
    return sum(1 for asks, answers in _ANSWERS if asks.search(folded) and answers.search(text))
