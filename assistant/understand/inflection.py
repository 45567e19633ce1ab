"""Whether a word is a form of a known one: "priciest", "cheaper", "returned". Knows English endings, no words."""

from __future__ import annotations

from collections.abc import Container

_ENDINGS = {
    "iest": ("y", "ey", "e"), "ier": ("y", "ey"), "ies": ("y",), "est": ("", "e"), "er": ("", "e"), "ing": ("", "e"),
    "ed": ("", "e"), "ly": ("", "le"), "es": ("", "e"), "s": ("",),
}  # fmt: skip
_LEAST = 4
"""A shorter base has too many misspellings that look like its forms."""


def is_form(word: str, known: Container[str]) -> bool:
    """Whether `word` (folded) is one of `known` with an ending, its last letter doubled or not ("biggest")."""
    for ending, bases in _ENDINGS.items():
        start = word.removesuffix(ending)
        if start == word or len(start) < _LEAST - 1:
            continue
        roots = {start + base for base in bases}
        if start[-1] == start[-2] and ending in ("est", "er", "ing", "ed"):
            roots.add(start[:-1])
        if any(root in known for root in roots if len(root) >= _LEAST or ending == "s"):
            return True
    return False
