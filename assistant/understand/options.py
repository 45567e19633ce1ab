"""Which option values of a product a customer's clause names: "the blue one with 8 hours battery, not waterproof".

Matches against one product's own options, so that a few words of a value are enough ("grinder" for "built-in grinder").
Also finds values that the product doesn't have ("in purple?", "size 47"). Knows no stock and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import OSA

from assistant.language import STOP_WORDS, Tok, stem, stems, tokenize
from assistant.request import Wanted
from assistant.types import Product
from assistant.understand.ranges import in_ranges
from assistant.understand.receivers import of_receiver
from assistant.understand.vocabulary import COLOURS, SIZE_WORDS, canonical, english_words, is_unit

_NEGATIONS = frozenset("not isnt arent dont never".split())
_YES = frozenset({"yes", "true"})
_NO = frozenset({"no", "none", "false", "without"})
_SIZE = re.compile(r"\b(?:(?:size|sz)\b[\s:]*|(?:in )?an?\s+)(\d{1,3}(?:\.5)?|x{0,3}[sml])\b(?!['])")

_LETTER_SIZES = frozenset(SIZE_WORDS)


def option_values(products: Iterable[Product]) -> dict[str, list[str]]:
    """Every option of the active variants with its values, in the shop's order."""
    values: dict[str, list[str]] = {}
    for product in products:
        for variant in product.variants:
            for name, value in variant.options.items():
                if variant.active and value and value not in values.setdefault(name, []):
                    values[name].append(value)
    return values


def own_options(products: Iterable[Product]) -> set[str]:
    """The words and numbers of these products' option values: "256", "gb", "blue"."""
    values = (v for vs in option_values(products).values() for v in vs)
    return {word for value in values for word in re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", value.lower())}


def match_options(
    text: str, values: Mapping[str, Sequence[str]], blocked: frozenset[int] = frozenset()
) -> list[Wanted]:
    """The option values that `text` names, in the order of the text.

    `values` are the product's options; tokens at `blocked` positions (the product's name, a limit) name no option.
    """
    tokens = tokenize(text)
    taken: set[int] = set(blocked)
    found: list[tuple[int, Wanted]] = []
    found += _exact(tokens, values, taken)
    found += in_ranges(tokens, values, taken)
    found += _switches(tokens, values, taken)
    found += _partial(tokens, values, taken)
    found += _misspelt(tokens, values, taken)
    found += _missing(text, tokens, values, taken)
    named = _spread([w for _, w in sorted(found, key=lambda f: f[0])], values, text)
    return [*named, *(w for w in of_receiver(text, values) if all(n.name != w.name for n in named))]


def _spread(named: list[Wanted], values: Mapping[str, Sequence[str]], text: str) -> list[Wanted]:
    """ "30/34" of trousers with size and length: the second number is the other option's."""
    out: list[Wanted] = []
    for wanted in named:
        if any(w.name == wanted.name for w in out) and wanted.asked[:1].isdigit() and " or " not in text:
            free = [n for n, vs in values.items() if wanted.asked in vs and all(w.name != n for w in out)]
            if free:
                wanted = Wanted(wanted.asked, free[0], wanted.asked)
        out.append(wanted)
    return out


def _exact(tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]) -> list[tuple[int, Wanted]]:
    """Whole values, however they are written, the longest first; an option's name beside them decides between two."""
    found = []
    for length in (5, 4, 3, 2, 1):
        for start in range(len(tokens) - length + 1):
            span = range(start, start + length)
            if taken.intersection(span):
                continue
            asked = "".join(t.text for t in tokens[start : start + length])
            if (
                length == 1
                and asked in ("kilo", "litre", "liter", "metre", "meter")
                and not _after_number(tokens, start)
            ):
                asked = "1" + asked
            if length == 1 and (_belongs_before(tokens, start) or (start and tokens[start - 1].text == "how")):
                continue
            if len(asked) < 2 and not asked.isdigit() and not _letter_size(tokens, start):
                continue
            wanted = canonical(asked)
            hits = [(n, v) for n, vs in values.items() for v in vs if canonical(v) == wanted]
            hits = [h for h in hits if h[1].lower() not in _YES | _NO]
            if not hits or (length == 1 and asked in STOP_WORDS and not _value_here(tokens, start)):
                continue
            name, value = _by_name(hits, tokens, start, start + length - 1)
            if _negated(tokens, start):
                taken.update(span)
                continue
            found.append((start, Wanted(" ".join(t.text for t in tokens[start : start + length]), name, value)))
            taken.update(span)
    return found


def _after_number(tokens: Sequence[Tok], at: int) -> bool:
    return at > 0 and tokens[at - 1].text[0].isdigit()


def _letter_size(tokens: Sequence[Tok], at: int) -> bool:
    """A lone letter is a size only where a size can stand: "in m", "size s", "a l", or as the whole message."""
    if len(tokens) <= 2:
        return True
    before = tokens[at - 1].text if at else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return before in ("in", "size", "a", "an", "the", "or", "and") or after in ("size", "one", "please", "or")


def _by_name(hits: list[tuple[str, str]], tokens: Sequence[Tok], first: int, last: int) -> tuple[str, str]:
    """Of several options with this value, the one whose name stands near it ("32gb of ram", "size 8")."""
    near = {t.stem for t in tokens[max(0, first - 2) : last + 4]}
    return max(hits, key=lambda h: len(near.intersection(stems(h[0]))))


def _negated(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a word is denied by one right before it; a comma or other mark between them ends the denial."""
    for back in (1, 2):
        here = at - back
        if here < 0 or tokens[here].end + 1 < tokens[here + 1].start:
            return False
        word = tokens[here].text.replace("'", "")
        if word in _NEGATIONS or (back == 1 and word in ("no", "non", "without", "minus")):
            return True
        if back == 2 and word in ("without", "minus") and tokens[at - 1].text in ("the", "a", "an", "any"):
            return True
    return False


def _switches(tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]) -> list[tuple[int, Wanted]]:
    """Yes/no options by their name: "waterproof" for `waterproof: yes`, "no backlight" for `backlight: none`."""
    found = []
    for name, options in values.items():
        yes = next((v for v in options if v.lower() in _YES), None)
        no = next((v for v in options if v.lower() in _NO), None)
        if yes is None and no is None:
            continue
        for at, tok in enumerate(tokens):
            if at in taken or tok.text in STOP_WORDS or not _names(tok, name):
                continue
            negated = _negated(tokens, at) or tok.text.startswith("non")
            value = no if negated else yes
            if value is not None:
                found.append((at, Wanted(("not " if negated else "") + tok.text, name, value)))
                taken.add(at)
                break
    return found


def _names(tok: Tok, option: str) -> bool:
    """Whether a word stands for an option's name: its stem, or a compound of it ("waterproof" ~ "water resistance")."""
    return any(tok.stem == s or (len(s) >= 5 and tok.text.startswith(s)) for s in stems(option))


def _partial(tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]) -> list[tuple[int, Wanted]]:
    """Values by their telling words: those that no other value of the same option has."""
    found: list[tuple[int, Wanted]] = []
    for name, options in values.items():
        words = {v: set(_content(v)) for v in options}
        best: tuple[int, int, str] | None = None
        for value, own in words.items():
            shared = set().union(*(w for v, w in words.items() if v != value)) if len(words) > 1 else set()
            telling = own - shared
            hits = [
                i
                for i, t in enumerate(tokens)
                if i not in taken and _tells(t, telling) and _may_tell(tokens, i, value, name)
            ]
            if hits and (best is None or len(hits) > best[0]):
                best = (len(hits), hits[0], value)
        if best is None:
            continue
        denied = _negated(tokens, best[1])
        meant = next((v for v in options if v.lower() in _NO), None) if denied else best[2]
        if meant is not None:  # "without the burner" is the one that has none
            found.append((best[1], Wanted("not " * denied + tokens[best[1]].text, name, meant)))
            taken.update(i for i, t in enumerate(tokens) if t.stem in words[best[2]])
    return found


def _misspelt(tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]) -> list[tuple[int, Wanted]]:
    """Words that are no English but one slip away from a value of one word ("blak", "meduim")."""
    plain = {v.lower(): (name, v) for name, vs in values.items() for v in vs if v.isalpha() and len(v) >= _SHORTEST}
    sizes = {w: (n, v) for n, vs in values.items() for v in vs for w in SIZE_WORDS.get(v.lower(), ()) if w.isalpha()}
    found: list[tuple[int, Wanted]] = []
    for at, tok in enumerate(tokens):
        word = tok.text
        if (
            at in taken
            or len(word) < _SHORTEST
            or not word.isalpha()
            or word in english_words()
            or _negated(tokens, at)
        ):
            continue
        allowed = 1 if len(word) <= 5 else 2
        near = [(OSA.distance(word, v, score_cutoff=allowed), v) for v in (*plain, *sizes) if v[0] == word[0]]
        near = sorted(n for n in near if n[0] <= allowed)
        if near and (len(near) == 1 or near[0][0] < near[1][0]):
            name, value = plain.get(near[0][1]) or sizes[near[0][1]]
            found.append((at, Wanted(word, name, value)))
            taken.add(at)
    return found


_SHORTEST = 4  # letters of a word that may be misspelt


def _tells(tok: Tok, telling: set[str]) -> bool:
    """Whether a word is one of these, or the beginning of one ("hard" of "hardshell", "grinds" of "grinder")."""
    begins = len(tok.text) >= 4 and any(w.startswith(tok.text) for w in telling)
    does = len(tok.stem) >= 5 and any(w == f"{tok.stem}er" for w in telling)
    return tok.stem.replace(",", "") in telling or begins or does


def _content(value: str) -> list[str]:
    return [t.stem.replace(",", "") for t in tokenize(value) if t.text not in STOP_WORDS or t.text.isdigit()]


def _value_here(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a stop word that is an option's value stands for it: "m", "long left zip", but not "how many left"."""
    word = tokens[at].text
    if word != "left" or [t.text for t in tokens[max(0, at - 2) : at]] in (["on", "the"], ["to", "the"]):
        return True
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    before = {t.text for t in tokens[:at]}
    return bool(after) and after not in ("in", "of", "over") and not before & {"many", "any", "some", "there"}


def _may_tell(tokens: Sequence[Tok], at: int, value: str, name: str) -> bool:
    """A bare number tells a value only where its unit is the value's or stays unsaid, or the option's name is near."""
    tok = tokens[at]
    if not tok.text.replace(".", "").isdigit():
        unit_of_a_number = is_unit(tok.text) and at and tokens[at - 1].text[0].isdigit()
        if unit_of_a_number or _belongs_before(tokens, at):
            return False
        return tok.stem not in {stem("size"), stem("colour"), stem("color")}
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if following != "in" and is_unit(following):
        return following[0] in {t.text[0] for t in tokenize(value) if t.text.isalpha()}
    unit = [t.text for t in tokenize(value) if t.text.isalpha()]
    near = {t.stem for t in tokens[max(0, at - 2) : at + 4]}
    if near.intersection(stems(name)):
        return True
    if not unit:
        return bool(at and tokens[at - 1].text in ("in", "size", "a", "the", "about"))
    if following == "people" and "person" in unit:
        return True
    return following not in ("of", "pieces", "pcs", "units", "left", "people", "pairs", "times", "stars", "%")


def _is_colours(name: str, values: Sequence[str]) -> bool:
    """Whether an option is of colours: by its name, and by values that aren't all numbers (a colour temperature)."""
    named = {"colour", "color"} & {t.text for t in tokenize(name)}
    return bool(named) and not all(v[:1].isdigit() for v in values)


def _missing(
    text: str, tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]
) -> list[tuple[int, Wanted]]:
    """Values of a kind that the product comes in but doesn't have: a colour, a size, a number with an option's unit."""
    found: list[tuple[int, Wanted]] = []
    colour_option = next((n for n, vs in values.items() if _is_colours(n, vs)), None)
    for at, tok in enumerate(tokens):
        if at not in taken and tok.text in COLOURS and not _negated(tokens, at):
            found.append((at, Wanted(tok.text, colour_option, None)))
            taken.add(at)
    found += _missing_sizes(text, tokens, values, taken)
    units = {_unit(v): name for name, vs in values.items() for v in vs if _unit(v)}
    for at, tok in enumerate(tokens[:-1]):
        if tokens[at + 1].text == "in" and at + 2 < len(tokens):
            continue  # "the 800 in orange" is no length
        unit = _unit(tok.text + tokens[at + 1].text)
        if at not in taken and (unit in units or unit in _MEASURES):
            found.append((at, Wanted(f"{tok.text} {tokens[at + 1].text}", units.get(unit), None)))
            taken.update((at, at + 1))
    return found


_MEASURES = frozenset("ml gb inch cm mm ft g w v mah oz lb".split())


def _missing_sizes(
    text: str, tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]
) -> list[tuple[int, Wanted]]:
    """Sizes that the product doesn't come in: "size 47", "in 47?", "in XXL", "an extra small"."""
    found: list[tuple[int, Wanted]] = []
    option = next((n for n in values if "size" in n.lower()), None)
    for match in _SIZE.finditer(text.lower()):
        at = next((i for i, t in enumerate(tokens) if t.end > match.start(1)), -1)
        explicit = match[0].startswith(("size", "sz"))
        if at >= 0 and at not in taken and (explicit or (option and not match[1].isdigit())):
            found.append((at, Wanted(match[1], option, None)))
            taken.add(at)
    if option is None:
        return found + _worn_sizes(text, tokens, taken)
    numbered = any(v[:1].isdigit() for v in values[option])
    lettered = any(canonical(v) in _LETTER_SIZES for v in values[option])
    for at, tok in enumerate(tokens):
        span = (at - 1, at) if _belongs_before(tokens, at) else (at,)
        asked = ("" if tokens[span[0]].text[0].isdigit() else " ").join(tokens[i].text for i in span)
        before = tokens[span[0] - 1].text if span[0] else ""
        following = tokens[at + 1].text if at + 1 < len(tokens) else "one"
        placed = before in ("in", "size", "a", "an") or len(tokens) <= 2
        letters = canonical(asked) in _LETTER_SIZES and (lettered or (numbered and "x" in tok.text))
        a_size = letters and (placed or "x" in tok.text) and len(asked) > 1
        opens = before in ("in", "about") or (before in ("a", "an") and at > 1 and tokens[at - 2].text in ("in", "get"))
        a_number = numbered and tok.text.isdigit() and opens and following in STOP_WORDS
        if not taken.intersection(span) and (a_size or a_number):
            found.append((at, Wanted(asked, option, None)))
            taken.update(span)
    return found


_WORN = re.compile(
    r"\bin (?:an? )?((?:extra )?(?:small|large)|medium|x{0,3}[sml]|king size|queen size)\b(?! (?:quantit|box|pack))"
    r"|\b(?:have|got|get|come|comes) (?:it|this|that|one|them|these|those)? ?in an? "
    r"(?P<number>\d{1,2})\b(?![.,]\d)(?=\W*$)"
)


def _worn_sizes(text: str, tokens: Sequence[Tok], taken: set[int]) -> list[tuple[int, Wanted]]:
    """ "In medium" of a product that has no sizes at all: it is still asked for, and no "yes" may follow."""
    found: list[tuple[int, Wanted]] = []
    for match in _WORN.finditer(text.lower()):
        asked = match[1] or match["number"]
        at = next((i for i, t in enumerate(tokens) if t.end > match.end() - len(asked)), -1)
        if at >= 0 and at not in taken:
            found.append((at, Wanted(asked, None, None)))
            taken.add(at)
    return found


def _belongs_before(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a size is written in two tokens, so that its second half is no size by itself: "extra small", "2xl"."""
    if not at or canonical(tokens[at].text) not in _LETTER_SIZES:
        return False
    before = tokens[at - 1]
    return before.text in ("extra", "x") or (before.text.isdigit() and before.end == tokens[at].start)


def _unit(value: str) -> str:
    """The unit of a measured value in its canonical form: "1.5L" -> "ml", "8-inch" -> "inch", "blue" -> ""."""
    match = re.match(r"\d+(?:\.\d+)?(?:e\+\d+)?([a-z]+)", canonical(value))
    return match[1] if match else ""
