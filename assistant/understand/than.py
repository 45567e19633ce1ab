"""What is looked for beside a thing that is only named to measure by: "something cheaper than the Squall", "is there a
lighter tent than the Tarn 2?".

The thing itself is no answer. Knows English and no shop: who calls says what a text names.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language import fold
from assistant.measures import adjective
from assistant.request import Limits, Request
from assistant.understand.excepted import Linked
from assistant.understand.state import State
from assistant.understand.topic import Topic, turned
from assistant.understand.vocabulary import ProductName

_THAN = re.compile(r"\b(?P<more>[a-z]+er|(?:less|more) [a-z]+)(?P<kind>(?: [a-z-]+){0,3}?) than\s+(?=[a-z])")
_LOOKS = re.compile(
    r"\b(?:(?:any|some)thing|is there|are there|do you (?:have|sell)|have you|got|show|looking for|look for|need|"
    r"want|like|find|any|what (?:is|do|have))\b|^\W*(?:an?\b|[a-z]+er\b|(?:less|more)\b)"
)
_DIRECTIONS = {"cheaper": "cheaper", "less expensive": "cheaper", "more affordable": "cheaper",
               "less pricey": "cheaper",
               "dearer": "dearer", "pricier": "dearer", "fancier": "dearer", "more expensive": "dearer"}  # fmt: skip
_NAMED_ENOUGH = 0.5


def looked_for_beside(text: str, linked: Linked, state: State, entries: dict[str, ProductName]) -> list[Request]:
    """The search for something that is more or less than the one thing that is named behind "than"; nothing where the
    message asks something else: which of two it is, or of nothing that is sold here."""
    folded = fold(text)
    match = _THAN.search(folded)
    if match is None or len(folded) != len(text) or not _LOOKS.search(folded[: match.end()]):
        return []
    how = _DIRECTIONS.get(match["more"]) or ("more" if adjective(match["more"]) else None)
    before, tail = linked(text[: match.end("kind")], state)[1], linked(text[match.end() :], state)[1]
    if how is None or len(tail) != 1 or any(m.specific and m.coverage >= _NAMED_ENOUGH for m in before):
        return []
    ids = tail[0].product_ids
    entry = entries.get(ids[0]) if len(ids) == 1 else None
    if entry is None or not (entry.subcategory or entry.category):
        return []
    kind = Limits(subcategory=entry.subcategory) if entry.subcategory else Limits(category=entry.category)
    beside = replace(state, focus=list(ids), listed=[])
    return [turned(Request("search", text), Topic("", kind, (), ids), how, match["more"], beside)]
