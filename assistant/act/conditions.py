"""What is wanted to be so or so: of rain jackets the waterproof ones, of pans those for induction.

Holds the words of a message against the yes and no of the products' own attributes, whatever these are called. What a
product plainly isn't is out, what it plainly is comes first; where nothing of what was found is so, nothing is changed.
Tells, too, which question the yes or no of such an attribute is itself the answer to. Says nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.act.context import Context
from assistant.language import STOP_WORDS, fold, stems, tokenize
from assistant.shop.search import Hit
from assistant.types import Product

_YES = re.compile(r"(?:yes|true|y)\b")
_NO = re.compile(r"(?:no|not|none|false|never|n)\b(?! longer)")
_DENIED = re.compile(
    r"(?:\b(?:not|no|non|without|don'?t|cannot)|(?<=\w )(?:is|are|was|were|does|did|ca|wo|has|have|need|must)n'?t)\b"
    r"(?: \w+){0,3}? *-?$"
)
"""Before a word it denies it; at the head of a question it doesn't: "aren't your jackets waterproof?"."""


def held(hits: list[Hit], text: str, context: Context) -> list[Hit]:
    """Of what was found, what is as the text wants it: first what the shop says is so, then what it says nothing of."""
    if len(hits) < 2:
        return hits
    known = {p.product_id: p for p in context.catalogue.products([h.product_id for h in hits])}
    marks = {h.product_id: _marks(known[h.product_id], text) for h in hits if h.product_id in known}
    if not any(any(m > 0 for m in own) for own in marks.values()):
        return hits
    kept = [h for h in hits if all(m >= 0 for m in marks.get(h.product_id, []))]
    return sorted(kept, key=lambda h: -sum(marks.get(h.product_id, []))) or hits


def as_wanted(products: list[Product], text: str) -> list[Product]:
    """Those that are as the text wants them, where any surely is; else all."""
    marks = [_marks(p, text) for p in products]
    sure = [p for p, own in zip(products, marks, strict=True) if own and min(own) > 0]
    return sure or products


def narrowed(product: Product, text: str) -> bool:
    """Whether the product was chosen by how the text wants it."""
    return bool(_marks(product, text))


def _marks(product: Product, text: str) -> list[int]:
    return is_so({**product.attributes, **product.specs}, text)


def is_so(fields: Mapping[str, object], text: str) -> list[int]:
    """For every yes or no among a product's values that the text wants: 1 where it is so, -1 where it isn't."""
    folded = fold(text).replace("-", " ")
    said = set(stems(folded))
    marks: list[int] = []
    for name, value in fields.items():
        label = fold(name).replace("_", " ").replace("-", " ")
        words = [w for w in stems(label) if w not in STOP_WORDS]
        plain = fold(str(value)).strip()
        if not words or not set(words) <= said or not (_YES.match(plain) or _NO.match(plain)):
            continue
        first = re.search(rf"\b{re.escape(label.split()[0][:_ROOT])}", folded)
        denied = bool(first and _DENIED.search(folded[: first.start()]))
        marks.append(1 if bool(_YES.match(plain)) != denied else -1)
    return marks


def asks_just(text: str, name: str, product: Product) -> bool:
    """Whether a text asks whether `product` is what an attribute's `name` says, and nothing else: "is it really
    waterproof?" but not "will I get wet in it?", "isn't it waterproof?" or "does it need waterproofing?", whose yes or
    no may be another than the attribute's."""
    asked = set(stems(fold(name).replace("_", " "))) - {"includ"}
    called = {*stems(f"{product.name} {product.category} {product.subcategory or ''} {product.brand or ''}")} - asked
    words = tokenize(text)
    others = [re.sub(r"'(?:s|re|d|ll|ve)$", "", w.text) for w in words if w.stem not in asked | called]
    return bool(asked) and asked <= {w.stem for w in words} and _CARRIES_NOTHING.issuperset(others)


_CARRIES_NOTHING = frozenset(
    """a an the this that these those it they them one ones thing things item product i you u we me your our there any
    is are be was were been do does did has have had come comes got get with included can could would will know say
    tell ask wonder wondering want wanted to if whether really actually truly also still all quite right and so but ok
    okay oh hi hey hello please thanks then well just""".split()
)
"""Words that a plain question is made of: beside them and what is asked for, nothing can turn its yes into a no."""
_ROOT = 5
"""So many letters of a word are enough to find it in a text, in whatever form it stands there."""
