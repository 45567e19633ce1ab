"""What somebody who is called by what they do does: a runner runs, a cyclist cycles, a keen gardener gardens.

Finds, for such a word in a wish, the things whose own texts speak of that pursuit. Knows no word of any shop: forms are
made by English endings, and count only where a product says them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.language import STOP_WORDS, fold, stems, tokenize
from assistant.types import Product

_DOER = re.compile(r"(?P<root>[a-z]{2,})(?:ers?|ors?|ists?)$")
_DOING = re.compile(r"(?P<root>[a-z]{3,})ing$")
_SHORTEST = 5
"""A shorter word is seldom somebody who does something ("beer", "paper", "her")."""


def pursuits(words: Iterable[str]) -> list[str]:
    """What the doers among the words do: ["runner"] -> ["running"]; words of doing stand for themselves."""
    out: list[str] = []
    for word in map(fold, words):
        if len(word) < _SHORTEST or word in STOP_WORDS:
            continue
        if _DOING.match(word):
            out.append(word)
        elif doer := _DOER.match(word):
            out.append(f"{doer['root']}ing")
    return list(dict.fromkeys(out))


def spoken_of(pursuit: str, product: Product) -> tuple[str, str] | None:
    """Where a product's own texts name the pursuit: (field, its text), what it is suitable for before all else."""
    root, (wanted, *_) = pursuit.removesuffix("ing"), stems(pursuit)
    rows = [*product.attributes.items(), *product.specs.items()]
    rows.sort(key=lambda row: "suit" not in row[0].lower())
    rows += [("subcategory", product.subcategory or ""), ("category", product.category or "")]
    rows += [("description", product.description or "")]
    for name, text in rows:
        if any(tok.stem == wanted and tok.text.startswith(root) for tok in tokenize(str(text))):
            return name, str(text)
    return None
