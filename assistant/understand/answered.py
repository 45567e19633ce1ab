"""The answer to a question back ("the +5", "28", "the tea kettle"): the request that was asked about, settled.

Matches a short message against the choices that the last answer named; the words and signs in which the choices differ
decide. Works on the state and those words; knows no shop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.language import fold, stem
from assistant.request import Request, Wanted
from assistant.understand.state import State

_TOKEN = re.compile(r"[+-]?\d+(?:[.,]\d+)*|[^\W\d_]+")
_GLUE = frozenset(
    """the a an one ones please i i'd id want like would take mean meant it's its it is that this of in with and ok okay
    yes yeah just rather then think go for um uh hm sorry oh well only no not all
    bigger smaller larger cheaper dearer newer older other""".split()
)
_GLUE_STEMS = _GLUE | {stem(word) for word in _GLUE}
_MOST = 8  # words; what is longer is read like any other message


@dataclass(frozen=True)
class Choice:
    """One of the things that were offered: a product, or a value of an option."""

    label: str
    product: str | None
    option: str | None = None


def chosen(text: str, state: State) -> Choice | None:
    """The one choice that `text` picks; None when it picks none, several, or says something else too."""
    choices = [Choice(str(c["label"]), c.get("product"), c.get("option")) for c in state.choices]
    said = _tokens(text)
    if not choices or not 0 < len(said) <= _MOST or "?" in text:
        return None
    labels = [_tokens(c.label) for c in choices]
    shared = set(labels[0]).intersection(*labels)
    known = {t for label in labels for t in label}
    if any(t not in known and t not in _GLUE_STEMS for t in said):
        return None
    marks = [(set(said) & set(label)) - shared for label in labels]
    most = max(map(len, marks))
    best = [at for at, found in enumerate(marks) if len(found) == most]
    if most == 0:
        return None
    if len(best) > 1:  # "the trail runner" of that and the Trail Runner GTX: the one that says no more
        least = min(len(labels[at]) for at in best)
        best = [at for at in best if len(labels[at]) == least]
    return choices[best[0]] if len(best) == 1 else None


def settled(choice: Choice, requests: list[Request], text: str) -> Request | None:
    """The request of the question before, read again as `requests`, about what was chosen."""
    asked = next((r for r in requests if choice.product in r.products), None)
    if asked is None or choice.product is None:
        return None
    wanted = asked.wanted
    if choice.option is not None:
        wanted = (*(w for w in wanted if w.name != choice.option), Wanted(text, choice.option, choice.label))
    return replace(asked, products=(choice.product,), group=False, wanted=wanted, skus=(), pick=None, follow_up=True)


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(stem(t) if t.isalpha() else t.lstrip("+") for t in _TOKEN.findall(fold(text)))
