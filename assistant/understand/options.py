"""Which option values of a product a customer's clause names: "the blue one with 8 hours battery, not waterproof".

Matches against one product's own options, so that a few words of a value are enough ("grinder" for "built-in grinder").
Also finds values that the product doesn't have ("in purple?", "size 47"). Knows no stock and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from assistant.language import STOP_WORDS, Tok, stems, tokenize
from assistant.request import Wanted
from assistant.types import Product
from assistant.understand.ranges import in_ranges
from assistant.understand.receivers import of_receiver
from assistant.understand.value_places import after_number, belongs_before, letter_size, negated, value_here
from assistant.understand.values_in_part import NO, misspelt_values, partial_values
from assistant.understand.values_missing import missing_values
from assistant.understand.vocabulary import canonical

_YES = frozenset({"yes", "true"})


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
    found += partial_values(tokens, values, taken)
    found += misspelt_values(tokens, values, taken)
    found += missing_values(text, tokens, values, taken)
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
                and not after_number(tokens, start)
            ):
                asked = "1" + asked
            if length == 1 and (belongs_before(tokens, start) or (start and tokens[start - 1].text == "how")):
                continue
            if len(asked) < 2 and not asked.isdigit() and not letter_size(tokens, start):
                continue
            wanted = canonical(asked)
            hits = [(n, v) for n, vs in values.items() for v in vs if canonical(v) == wanted]
            hits = [h for h in hits if h[1].lower() not in _YES | NO]
            if not hits or (length == 1 and asked in STOP_WORDS and not value_here(tokens, start)):
                continue
            name, value = _by_name(hits, tokens, start, start + length - 1)
            if negated(tokens, start):
                taken.update(span)
                continue
            found.append((start, Wanted(" ".join(t.text for t in tokens[start : start + length]), name, value)))
            taken.update(span)
    return found


def _by_name(hits: list[tuple[str, str]], tokens: Sequence[Tok], first: int, last: int) -> tuple[str, str]:
    """Of several options with this value, the one whose name stands near it ("32gb of ram", "size 8")."""
    near = {t.stem for t in tokens[max(0, first - 2) : last + 4]}
    return max(hits, key=lambda h: len(near.intersection(stems(h[0]))))


def _switches(tokens: Sequence[Tok], values: Mapping[str, Sequence[str]], taken: set[int]) -> list[tuple[int, Wanted]]:
    """Yes/no options by their name: "waterproof" for `waterproof: yes`, "no backlight" for `backlight: none`."""
    found = []
    for name, options in values.items():
        yes = next((v for v in options if v.lower() in _YES), None)
        no = next((v for v in options if v.lower() in NO), None)
        if yes is None and no is None:
            continue
        for at, tok in enumerate(tokens):
            if at in taken or tok.text in STOP_WORDS or not _names(tok, name):
                continue
            denied = negated(tokens, at) or tok.text.startswith("non")
            value = no if denied else yes
            if value is not None:
                found.append((at, Wanted(("not " if denied else "") + tok.text, name, value)))
                taken.add(at)
                break
    return found


def _names(tok: Tok, option: str) -> bool:
    """Whether a word stands for an option's name: its stem, or a compound of it ("waterproof" ~ "water resistance")."""
    return any(tok.stem == s or (len(s) >= 5 and tok.text.startswith(s)) for s in stems(option))
