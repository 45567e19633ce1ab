"""What "my size" is, for whoever has told it or lets the shop keep it: "a jacket in my size" -> "in size XL".

Of several sizes that are known, the one is meant that the things spoken of come in. Works on the words and on options;
knows no stock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from assistant.language import stems
from assistant.types import Product
from assistant.understand.vocabulary import Vocabulary

_MY_SIZE = re.compile(
    r"\b(?:in |of )?my (?:(?:own|usual|normal|new|current|exact|correct|right|actual) )?"
    r"(?:(?P<about>[a-z]+) )?size\b(?! (?:is|was|has|to|now|chart|guide)\b)"
)
_OTHERS = re.compile(r"\b(?:forget|delete|remove|change|update|know|remember|what(?:'s| is))\b")
"""Words with which a size is spoken of, and not used."""
_WORD = 4
"""From that many letters on a value is no size of somebody ("Regular", "Black")."""


def in_own_size(
    text: str, known: Sequence[Mapping[str, str]], spoken_of: Callable[[], Sequence[Product]], vocabulary: Vocabulary
) -> str:
    """`text` with "my size" as the size that is known of its writer, where just one of them can be meant.

    `known` are preferences (name, value, about), the latest last; `spoken_of` gives the things that the text speaks of.
    A size that was told of a kind of thing counts for that kind alone.
    """
    match = _MY_SIZE.search(text.lower())
    if match is None or _OTHERS.search(text.lower()):
        return text
    sizes = {_about(k): str(k["value"]) for k in known if str(k["name"]).startswith("size")}
    about = (match["about"] or "").removesuffix("s")
    if about and about in sizes:
        fits = [sizes[about]]
    else:
        things = spoken_of()
        kinds = {k for p in things for k in (p.category, p.subcategory) if k}
        if about and not kinds_called(about, vocabulary) & kinds:
            return text
        offered = {v.upper() for p in things for variant in p.variants for v in variant.options.values()}
        own = [v for a, v in sizes.items() if a and kinds_called(a, vocabulary) & kinds and _alike(v, offered)]
        fits = own or [v for a, v in sizes.items() if not a and v.upper() in offered]
        fits = [v for v in fits if v.upper() in offered] or fits
    return f"{text[: match.start()]}in size {fits[0]}{text[match.end() :]}" if len(set(fits)) == 1 else text


def _alike(value: str, offered: Collection[str]) -> bool:
    """Whether things come in sizes of the sort of `value`, if not in that one."""
    return any(value.isdigit() == o.isdigit() and len(o) < _WORD for o in offered)


def kinds_called(word: str, vocabulary: Vocabulary) -> set[str]:
    """The kinds that a word means: the one that is called so, or all of a category where several of it are ("shoe" of
    "Hiking Shoes" and "Running Shoes": footwear)."""
    stem = set(stems(word))
    found: dict[str, set[str]] = {}
    for entry in vocabulary.products.values():
        if stem <= set(stems(entry.category)):
            return {entry.category}
        if entry.subcategory and stem <= set(stems(entry.subcategory)):
            found.setdefault(entry.category, set()).add(entry.subcategory)
    return {k for category, kinds in found.items() for k in ([category] if len(kinds) > 1 and category else kinds)}


def _about(preference: Mapping[str, str]) -> str:
    """What a size is of: "shoe" of the kept "size_shoe" or of one that was told so."""
    return str(preference.get("about") or "") or str(preference["name"]).removeprefix("size").strip("_")
