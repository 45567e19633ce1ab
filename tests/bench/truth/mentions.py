"""Finds what a text speaks of: sentences and clauses, product names, option values. Knows no judgement."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from .world import Product, Variant, World, squeezed

NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
_CLAUSE = re.compile(r"(?:;\s+|,?\s+(?:but|while|whereas|though|although|however)\b|\s+[-–—]\s+|,\s+(?:and|so)\s+)")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\"'“(•\-$€£])|\n+")
_MARKS = "™℠®©"
"""Trademark signs: a name is the same with and without them."""
_ABBREVIATIONS = re.compile(r"\b(Co|Mr|Mrs|Dr|No|vs|approx|e\.g|i\.e|St|Inc|Ltd)\.\s")


def plain(text: str) -> str:
    """The text without Markdown marks, with one kind of quote, dash and space."""
    pieces = re.split(f"([{_MARKS}])", text)  # which NFKC would spell out ("TM")
    text = "".join(p if p in _MARKS else unicodedata.normalize("NFKC", p) for p in pieces)
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[*`]+|(?<!\w)_+|_+(?!\w)", "", text)
    text = re.sub(r"^[ \t]*(?:[-•–]|\d{1,2}[.)])[ \t]+", "", text, flags=re.M)
    return re.sub(r"[ \t\u00a0]+", " ", text).strip()


@dataclass(frozen=True)
class Mention:
    """A product named between `start` and `end`; several products where they share the name."""

    start: int
    end: int
    products: tuple[Product, ...] = field(hash=False, compare=False)


@cache
def name_pattern(name: str) -> re.Pattern[str]:
    """Matches the name however it is spaced, hyphenated, numbered and trademarked ("t shirts", "E-Reader")."""
    words = re.findall(r"[^\s\-]+", plain(name))
    body = r"[\s\-]*".join(_unmarked(re.escape(w)) for w in words)
    body = re.sub(r"(?<=\w)es?$", r"e?s?", body) if name.endswith("s") else body + r"(?:e?s)?"
    one_word = len(words) == 1 and not any(c.isdigit() for c in name)
    return re.compile(r"(?<![\w])" + body + r"(?![\w])", 0 if one_word else re.I)


def _unmarked(pattern: str) -> str:
    return re.sub(rf"\\?[{_MARKS}]", rf"(?:[{_MARKS}]|\\s?\\(?TM\\)?)?", pattern)


def without_marks(text: str) -> str:
    return re.sub(f"[{_MARKS}]", "", text)


@cache
def lower_pattern(name: str) -> re.Pattern[str]:
    return re.compile(name_pattern(name).pattern, re.I)


def find_products(text: str, world: World, likely: Iterable[Product] = ()) -> list[Mention]:
    """The product names in `text`, the longest reading first; `likely` ones may be written in lower case or in part.
    Words quoted from the shop's own texts name nothing ("It says “grows in low light”")."""
    taken: list[tuple[int, int]] = []
    found: list[Mention] = []
    likely = list(likely)
    expected = {p.name for p in likely}
    text = _without_quotations(text, world)
    by_name: dict[str, list[Product]] = {}
    for product in world.products:
        by_name.setdefault(product.name, []).append(product)
    brands = {p.facts.get("brand", "").lower() for p in world.products}
    low = without_marks(text.lower())
    for name in sorted(by_name, key=len, reverse=True):
        if _first_word(name) not in low:
            continue
        pattern = lower_pattern(name) if name in expected else name_pattern(name)
        for match in pattern.finditer(text):
            if any(match.start() < e and s < match.end() for s, e in taken):
                continue
            if " " not in name and name not in expected and _is_other_use(text, match, name.lower() in brands):
                continue
            taken.append(match.span())
            found.append(Mention(match.start(), match.end(), tuple(by_name[name])))
    found += _partial(text, taken, world, likely, [p for m in found for p in m.products])
    return sorted(found, key=lambda m: m.start)


@cache
def _first_word(name: str) -> str:
    """The part of a name that any writing of it begins with."""
    low = without_marks(plain(name).lower())
    return re.split(r"[\s\-]", low)[0].rstrip("s").removesuffix("e") or low


def _without_quotations(text: str, world: World) -> str:
    """The text with what it quotes word for word from the shop's texts blanked out; a name in quotes stays."""
    for match in re.finditer(r'(?<!\d)"([^"]+)"', text):  # not the inches of a name
        quoted = squeezed(match[1])
        if quoted.count(" ") < 2 or quoted not in world.squeezed_texts or quoted in world.squeezed_names:
            continue
        text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    return text


def _is_other_use(text: str, match: re.Match[str], is_brand: bool) -> bool:
    """A one-word name that is used as part of another name ("Apple Watch") or as a brand ("by Apple")."""
    before, after = text[: match.start()], text[match.end() :]
    if re.match(r"\s+[A-Z][\w'-]*", after) or re.match(r"['-]\w", after):
        return True
    if re.search(r"[A-Z][\w'&-]*\s+$", before) and not re.search(r"(?:^|[.!?]\s+)[A-Z][\w']*\s+$", before):
        return True
    return is_brand and bool(re.search(r"\b(by|from|brand|brand is|made by|:)\s*$", before, re.I))


@cache
def _aliases(shop: str, names: tuple[str, ...]) -> dict[str, str]:
    """Parts of two words or more (or one with digits) that only one product's name has: "galaxy s10" -> its name."""
    owners: dict[str, set[str]] = {}
    for name in names:
        words = without_marks(plain(name)).lower().split()
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                part = words[start:end]
                if len(part) > 1 or (any(c.isdigit() for c in part[0]) and any(c.isalpha() for c in part[0])):
                    owners.setdefault(" ".join(part), set()).add(name)
    lower = {name.lower() for name in names}
    return {part: next(iter(own)) for part, own in owners.items() if len(own) == 1 and part not in lower}


def _partial(
    text: str, taken: list[tuple[int, int]], world: World, likely: Sequence[Product], named: Sequence[Product]
) -> list[Mention]:
    aliases = _aliases(world.shop, tuple(p.name for p in world.products))
    found = []
    low = without_marks(text.lower())
    expected = {p.name for p in likely}
    for part in sorted(aliases, key=len, reverse=True):
        if part not in low:
            continue
        for match in _alias_pattern(part).finditer(text):
            if any(match.start() < e and s < match.end() for s, e in taken):
                continue
            if not _as_a_name(text, match, aliases[part], aliases[part] in expected):
                continue
            if not _DEFINITE.search(text[: match.start()]) and any(
                p.name != aliases[part] and part in p.text.lower() for p in [*named, *likely]
            ):
                continue  # words that stand in the text of the product spoken of are said of that one
            taken.append(match.span())
            found.append(Mention(match.start(), match.end(), tuple(world.named(aliases[part]))))
    return found


@cache
def _alias_pattern(part: str) -> re.Pattern[str]:
    words = rf"[{_MARKS}]?\s".join(re.escape(w) for w in part.split())
    return re.compile(rf"(?<!\w){words}s?(?!\w)", re.I)


_DEFINITE = re.compile(r"\b(?:the|this|that|these|those|your|our)\s+$", re.I)


def _as_a_name(text: str, match: re.Match[str], name: str, expected: bool) -> bool:
    """Whether part of a name stands for the product: written with capitals, or with digits in it ("galaxy s10"), or
    its last words behind an article ("the moka pot"). Plain words ("in low light") do not, unless the product is
    likely meant ("the low light")."""
    words = re.findall(r"[^\s\-]+", match[0])
    if any(c.isdigit() for c in match[0]) or all(not w[0].islower() for w in words):
        return True
    head = words[-1].lower().rstrip("s") == name.lower().split()[-1].rstrip("s")
    return (head or expected) and bool(_DEFINITE.search(text[: match.start()]))


def sentences(text: str, world: World) -> list[str]:
    """The sentences of a plain text; a full stop inside a product's name or an abbreviation ends none."""
    guarded = _ABBREVIATIONS.sub(lambda m: m.group(0).replace(".", "\0"), text)
    for product in world.products:
        if "." in product.name and product.name in guarded:
            guarded = guarded.replace(product.name, product.name.replace(".", "\0"))
    return [s.replace("\0", ".").strip() for s in _SENTENCE.split(guarded) if s and s.strip()]


def clauses(sentence: str, world: World | None = None) -> list[str]:
    """The clauses of a sentence; a dash or comma inside a product's name ("HP - Stream 14") ends none."""
    names = world.names_with_breaks(_CLAUSE) if world else ()
    spans = [m.span() for n in names if _first_word(n) in sentence.lower() for m in name_pattern(n).finditer(sentence)]
    cuts = [m.span() for m in _CLAUSE.finditer(sentence)]
    parts, start = [], 0
    for cut, after in cuts:
        if not any(s < after and cut < e for s, e in spans):
            parts.append(sentence[start:cut])
            start = after
    return [c for c in (part.strip(" ,") for part in [*parts, sentence[start:]]) if c]


Constraint = dict[str, tuple[str, ...]]
"""Option name -> the values said of it (any of them)."""


@cache
def value_pattern(value: str) -> re.Pattern[str]:
    """Matches an option's value however it is written: "1000 ml", "10 inch", "6.1-inch screens"."""
    pieces = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+|[+%&]", value)
    body = r"[\s\-,]*".join(re.escape(p) for p in pieces)
    if value[-1:].isalpha() and len(value) > 2:
        body += r"(?:e?s|ed)?"
    flags = 0 if value.isalpha() and value.isupper() and len(value) <= 3 else re.I
    return re.compile(r"(?<![\w.$€£])" + body + r"(?!\w|\.\d|['’][a-z])", flags)


def _bare_number(value: str) -> bool:
    return value.replace(".", "").isdigit()


def _unit_synonyms(value: str) -> list[str]:
    """Other ways to write a value: "1 liter" for "1L", "7 feet" for "7 ft", "grey" for "gray"."""
    swaps = [
        (r"(\d)L$", r"\1 liter"),
        (r"(\d) liters?$", r"\1L"),
        (r"(\d) ft$", r"\1 foot"),
        (r"(\d) ?ft$", r"\1 feet"),
        (r"-inch$", '"'),
        (r" inches$", " inch"),
        (r" inch$", " inches"),
        (r"-inch$", " inches"),
        (r"gray", "grey"),
        (r"grey", "gray"),
        (r" liters?$", " litre"),
        (r"(\d)L$", r"\1 litre"),
        (r"hardshell", "hard shell"),
        (r"softshell", "soft shell"),
        (r"^XL$", "extra large"),
        (r"^S$", "small"),
        (r"^M$", "medium"),
        (r"^L$", "large"),
    ]
    return [new for old, put in swaps if (new := re.sub(old, put, value)) != value]


def find_options(text: str, products: Sequence[Product]) -> Constraint:
    """The option values of these products that `text` speaks of, by option; a value of two options counts for the
    option whose name stands next to it, or else for both (then either may hold)."""
    said: dict[str, list[str]] = {}
    options: dict[str, list[str]] = {}
    for product in products:
        for variant in product.variants:
            for key, value in variant.options.items():
                if value not in options.setdefault(key, []):
                    options[key].append(value)
    for key in options:
        if "/" in key:  # an option's name that holds a value ("bagged/bagless") speaks of none
            text = re.sub(re.escape(key), " ", text, flags=re.I)
    others = {value.lower() for values in options.values() for value in values}
    for key, values in options.items():
        taken: list[tuple[int, int]] = []
        for value in sorted(values, key=len, reverse=True):
            for start, end in _spans(text, key, value, others):
                if not any(start < e and s < end for s, e in taken):
                    taken.append((start, end))
                    if value not in said.setdefault(key, []):
                        said[key].append(value)
    return {key: tuple(values) for key, values in _one_owner(text, said).items() if values}


def _spans(text: str, key: str, value: str, others: set[str]) -> list[tuple[int, int]]:
    noun = re.escape(key)
    if value.lower() in ("yes", "no"):
        return _yes_no(text, key, value.lower() == "yes")
    if value.lower() == "none":
        pattern = rf"\b(?:no|without(?: an?| any)?|{noun}:?(?: is)?(?: none)) ?(?:{noun}s?)?\b"
        hits = [m.span() for m in re.finditer(pattern, text, re.I)]
        return [h for h in hits if re.search(noun, text[h[0] : h[1]], re.I)]
    if _bare_number(value):
        ahead = rf"(?:\(|\b{noun}s?|\bsizes?|\bin an?|\bin|\bthe|\ban?|,|\band|\bor|&|=|:|/)\s*(?:is |of )?"
        noun_after = rf"(?<![\w.$€£])({re.escape(value)})[\s\-]+{noun.rstrip('s')}s?\b"
        beside = [m.span(1) for m in re.finditer(noun_after, text, re.I)]
        return beside + [
            m.span(1)
            for m in re.finditer(rf"{ahead}({re.escape(value)})(?![\w%]|\.\d|,\d|\s*(?:{_NOT_SIZE}))", text, re.I)
        ]
    forms = [value, *(form for form in _unit_synonyms(value) if form.lower() not in others)]
    spans = [m.span() for form in forms for m in value_pattern(form).finditer(text)]
    if value.lower() in _WEAK:
        listed = re.compile(rf"[,(]\s*{re.escape(value)}\s*[,)]", re.I)
        near = bool(re.search(re.escape(key.split()[0]), text, re.I)) or len(text) < 60
        spans = [s for s in spans if near or listed.search(text, max(0, s[0] - 3), s[1] + 2)]
    if value.lower() == "left":  # "2 left" is no zip
        spans = [
            s
            for s in spans
            if not re.search(r"(?:\d|\b(?:are|is|any|none|few|one|pairs?|units?|still))\s*$", text[: s[0]], re.I)
        ]
    return spans


_NOT_SIZE = (
    r"pairs?|units?|in stock|left|available|variants?|versions?|options?|colou?rs?|sizes|days?"
    r"|years?|months?|weeks?|stars?"
)
_WEAK = {"high", "low", "full", "half", "fixed", "basic", "standard", "men", "art", "plain", "light", "fresh"}


def _yes_no(text: str, key: str, wanted: bool) -> list[tuple[int, int]]:
    noun = re.escape(key).replace("resistance", "resistan(?:ce|t)").replace(r"\ ", r"[\s\-]?")
    if key in ("waterproof", "water resistance"):
        noun = r"water[\s\-]?(?:proof|resistan(?:ce|t))"
    hits = []
    for match in re.finditer(
        rf"\b(?:(not|non|no|without|isn't|aren't)[\s\-]*)?(?:{noun})(?:[:=]?\s*(yes|no)\b)?", text, re.I
    ):
        negative = bool(match.group(1)) or (match.group(2) or "").lower() == "no"
        if negative != wanted:
            hits.append(match.span())
    return hits


def _one_owner(text: str, said: dict[str, list[str]]) -> dict[str, list[str]]:
    """Where one value was found under two options, keep the one whose name stands beside it."""
    for key in list(said):
        for value in list(said[key]):
            rivals = [k for k in said if k != key and value in said[k]]
            if not rivals or _beside(text, value, key):
                continue
            if any(_beside(text, value, rival) for rival in rivals):
                said[key].remove(value)
    return said


def _beside(text: str, value: str, key: str) -> bool:
    noun = rf"(?:{re.escape(key)}|{re.escape(key.split()[0])})"
    form = value_pattern(value).pattern
    return bool(re.search(rf"{form}[\s\-]+{noun}|{noun}(?: is|:| in|ed)?\s+{form}", text, re.I))


def satisfies(variant: Variant, said: Mapping[str, Sequence[str]]) -> bool:
    """Whether a variant has one of the values said for each option. A value found under several options (and claimed
    by none) may sit in any of them."""
    for key, values in said.items():
        own = variant.options.get(key)
        if own is not None and own in values:
            continue
        others = [k for k, vs in said.items() if k != key and set(vs) & set(values)]
        if own is not None and any(variant.options.get(k) in values for k in others):
            continue
        return False
    return True
