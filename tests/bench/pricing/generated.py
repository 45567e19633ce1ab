"""Random baskets in fourteen forms of words, with the amounts that the oracle works out: questions nobody chose.

Which products, versions, numbers, codes and forms is drawn with a seed, so a run can be repeated, and another seed asks
what nobody has seen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.bench.pricing.sources import Source

_ONE = (
    "how much is {a}?", "what does {a} cost at the moment?", "price for {a} please", "what would I pay for {a}",
    "{a} - how much?", "tell me the price of {a}", "how expensive is {a}?",
)  # fmt: skip
_TWO = (
    "how much are {a} and {b} together?", "what's the total for {a} and {b}?", "if I take {a} plus {b}, what do I pay?",
    "{a}, {b}: total price?", "I want {a} and {b}, what will that be?", "what do {a} and {b} cost altogether",
    "could you tell me the price of {a} along with {b}",
)  # fmt: skip
_CODE = ("what is {a} with code {c}?", "how much would {a} be if I use {c}?", "I have the code {c}, what's {a} then?",
         "apply {c} to {a} please, what do I pay")  # fmt: skip
_NUMBERS = {
    1: ("a", "one", "the", "1"), 2: ("two", "2", "a couple of"), 3: ("three", "3"), 4: ("four", "4"),
    6: ("six", "6", "half a dozen"),
}  # fmt: skip


def cases(source: Source, shop: str, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """`count` cases over what is in stock, in the form of the written ones."""
    draw = random.Random(f"{shop} {seed}")
    of_name: dict[str, list[str]] = {}
    for sku, piece in source.pieces.items():
        if source.stock[sku]:
            of_name.setdefault(piece.product, []).append(sku)
    codes = sorted(r["code"] for r in source.promotions.values() if r["code"])
    for number in range(count):
        skus = [draw.choice(of_name[name]) for name in draw.sample(sorted(of_name), 2)]
        items = {sku: draw.choice([1, 1, 2, 3, 4, 6]) for sku in skus}
        kind = draw.choice(["one", "two", "two", "code"] if codes else ["one", "two", "two"])
        a, b = (_phrase(sku, items[sku], source, draw) for sku in skus)
        code = draw.choice(codes) if kind == "code" else None
        forms = {"one": _ONE, "two": _TWO, "code": _CODE}[kind]
        kept = items if kind == "two" else {skus[0]: items[skus[0]]}
        turn = {
            "say": draw.choice(forms).format(a=a, b=b, c=code),
            "expect": {"kind": "pay", "items": kept, "codes": [code] if code else []},
        }
        now = "2026-11-27T12:00:00+00:00"
        yield {"id": f"{shop}-g{seed}-{number}", "shop": shop, "now": now, "customer": None, "turns": [turn]}


def _phrase(sku: str, quantity: int, source: Source, draw: random.Random) -> str:
    """ "two ember mugs in Sage": as many, the name in either case, the options that tell the version."""
    piece, options = source.pieces[sku], source.options[sku]
    others = [source.options[s] for s, p in source.pieces.items() if p.product == piece.product]
    telling = [n for n in options if len({o.get(n) for o in others}) > 1]
    values = [f"size {options[n]}" if n == "size" and options[n].isdigit() else options[n] for n in telling]
    name = draw.choice([piece.product, piece.product.lower()])
    plural = "s" if quantity > 1 and not name.endswith("s") else ""
    return f"{draw.choice(_NUMBERS[quantity])} {name}{plural}{' in ' + ', '.join(values) if values else ''}"
