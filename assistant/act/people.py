"""For how many people something is: a tent "that fits four" is none for two.

Reads the number from the message, and from the products what they say of people ("Sleeps: 2", "2 people", "6-seater").
Knows no kinds of goods.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.context import Context
from assistant.language import fold, stem, stems, words_to_numbers
from assistant.shop.search import Hit
from assistant.types import Product

_PEOPLE = (
    r"(?:people|persons?|adults?|men|women|kids?|child(?:ren)?|toddlers?|friends|guests|campers|sleepers|of us|ppl)"
)
_MORE_PEOPLE = re.compile(rf"(?:and|plus|\+|&|,|with) (\d{{1,2}}|an?|one) {_PEOPLE}\b")
_ASKED = (
    re.compile(rf"\b(\d{{1,2}})[ -](?:{_PEOPLE}|man|berth|seater)\b"),
    re.compile(r"\b(?:fits?|sleeps?|seats?|serves?|(?:room|space|big enough|large enough) for) (?:at least |up to )?"
               r"(\d{1,2})\b(?! ?(?:%|[a-z]))"),
    re.compile(r"\bfor (?:us |the )?(\d)(?=\W*$|\W*[,.?!])"),
)  # fmt: skip
_SAID = re.compile(rf"\b(\d{{1,2}})[ -](?:{_PEOPLE}|man|seater|berth|place)\b")
_NAMES = frozenset(map(stem, "sleeps persons people seats seating serves berths places occupancy".split()))


def asked_for(text: str) -> int | None:
    """For how many people something is wanted: "a tent for two", "that fits four people"; None where it isn't said."""
    folded = words_to_numbers(fold(text))
    found = next((match for pattern in _ASKED if (match := pattern.search(folded))), None)
    if not found or not int(found[1]):
        return None
    more = [m[1] for m in _MORE_PEOPLE.finditer(folded, found.end())]  # "2 adults and 3 children"
    return int(found[1]) + sum(int(m) if m.isdigit() else 1 for m in more)


def holds(product: Product) -> int | None:
    """How many people the product says it is for, at most; None where it says nothing of that."""
    written = [*product.attributes.items(), *product.specs.items()]
    written += [item for v in product.variants if v.active for item in v.options.items()]
    counts = [int(m[1]) for _, text in (*written, ("", product.name)) for m in _SAID.finditer(fold(str(text)))]
    counts += [
        int(str(text)) for name, text in written if _NAMES & set(stems(name.replace("_", " "))) and str(text).isdigit()
    ]
    return max(counts, default=None)


def enough(hits: list[Hit], text: str, context: Context) -> list[Hit]:
    """Of what was found, what is for so many people, the nearest first; all of it where none of it says for how many it
    is."""
    wanted = asked_for(text)
    if wanted is None or not hits:
        return hits
    room = _rooms(context.catalogue.products([h.product_id for h in hits]))
    fitting = [h for h in hits if room.get(h.product_id, 0) >= wanted]
    return sorted(fitting, key=lambda h: room[h.product_id]) if room else hits


def _rooms(products: Sequence[Product]) -> dict[str, int]:
    return {p.product_id: held for p in products if (held := holds(p)) is not None}


_OF_CHILDREN = re.compile(r"\b(?:kids?|child|children|bab(?:y|ies)|toddlers?|infants?|juniors?|boys?|girls?)\b")


def is_for_children(product: Product) -> bool:
    """Whether a product says by its name, its kind or the first of what it is suitable for that it is for children."""
    suits = next((str(v) for k, v in product.attributes.items() if "suit" in k.lower()), "")
    first = re.split(r"[;,]", suits)[0]
    said = fold(" ".join((product.name, product.category, product.subcategory or "", first)))
    return bool(_OF_CHILDREN.search(said.replace("'", " ")))
