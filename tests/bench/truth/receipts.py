"""Judges receipts and product cards against the data of the moment. Knows nothing of the reply's words."""

from __future__ import annotations

import re
from typing import Any

from .availability import polarity
from .mentions import NUMBER_WORDS
from .money import amounts
from .world import Product, Variant, World, minor

Json = dict[str, Any]


def judge_receipts(world: World, record: Json) -> list[str]:
    """One line for every receipt whose value the source doesn't hold."""
    wrong = []
    for receipt in record.get("receipts", []):
        if problem := _receipt_problem(world, receipt):
            wrong.append(problem)
    return wrong


def _receipt_problem(world: World, receipt: Json) -> str | None:
    if "sku" in receipt:
        hit = world.find(str(receipt["sku"]))
        if hit is None:
            return f"receipt for the SKU {receipt['sku']!r}, which isn't there"
        return _variant_problem(*hit, receipt)
    if "product" in receipt:
        product = next((p for p in world.products if p.pid == str(receipt["product"])), None)
        if product is None:
            return f"receipt for the product {receipt['product']!r}, which isn't there"
        return _product_problem(product, receipt)
    if "policy" in receipt and str(receipt["policy"]) not in world.policies:
        return f"receipt for the policy page {receipt['policy']!r}, which isn't there"
    return None


def _variant_problem(product: Product, variant: Variant, receipt: Json) -> str | None:
    field, value = str(receipt["field"]).lower(), receipt["value"]
    truth: Any
    given: Any
    if "compare" in field:
        truth, given = variant.compare_at, _minor(value)
    elif "price" in field:
        truth, given = variant.price, _minor(value)
    elif field == "stock":
        truth, given = variant.stock, value
    elif field in ("available", "availability", "in_stock"):
        truth = None if variant.is_unknown else variant.can_be_had
        given = value if isinstance(value, bool) else polarity(str(value))
    else:
        key = field.removeprefix("options.").removeprefix("option.").replace("_", " ")
        options = {k.lower().replace("_", " "): v for k, v in variant.options.items()}
        if key not in options:
            return _product_problem(product, receipt)
        truth, given = options[key].lower(), str(value).lower()
    return (
        None if truth == given else f"receipt {product.name} {variant.sku} {field}={value!r}, the source says {truth!r}"
    )


def _minor(value: Any) -> int | None:
    match = re.search(r"\d+(?:\.\d+)?", str(value).replace(",", ""))
    return minor(match.group(0)) if match else None


def _product_problem(product: Product, receipt: Json) -> str | None:
    value = str(receipt["value"]).lower()
    known = re.sub(r"\W+", " ", (product.text + " " + str(product.rating)).lower())
    words = [w for w in re.sub(r"\W+", " ", value).split() if w not in ("none", "true", "false", "usd", "eur")]
    lost = [w for w in words if w not in known and w not in NUMBER_WORDS]
    if any(_minor(value) == v.price for v in product.live) or "price" in str(receipt["field"]):
        low = {v.price for v in product.live}
        return (
            None
            if _minor(value) in low
            else f"receipt {product.name} {receipt['field']}={receipt['value']!r}: no such price"
        )
    return (
        f"receipt {product.name} {receipt['field']}={receipt['value']!r}: the source doesn't hold {lost[0]!r}"
        if lost
        else None
    )


def judge_cards(world: World, record: Json) -> list[str]:
    """One line for every product card that shows a price or an availability that isn't true."""
    wrong = []
    for card in record.get("cards", []):
        product = next((p for p in world.products if p.pid == str(card["product_id"])), None)
        if product is None:
            wrong.append(f"card for the product {card['product_id']!r}, which isn't there")
            continue
        hits = [v for v in product.live if card.get("sku") in (None, v.sku)]
        figures = [a.minor for a in amounts(str(card.get("price", "")))]
        listed = {v.price for v in product.variants if card.get("sku") in (None, v.sku)}
        if any(figure not in listed for figure in figures):
            wrong.append(f"card of {product.name} shows {card['price']!r}")
        shown = str(card.get("availability", ""))
        said = polarity(shown)
        there = any(v.can_be_had for v in hits)
        if said is not None and (said != there or (not there and any(v.is_unknown for v in hits))):
            wrong.append(f"card of {product.name} shows {shown!r}")
        stocks = {v.stock for v in hits if v.stock is not None} | {sum(v.stock or 0 for v in hits)}
        if any(int(n) not in stocks for n in re.findall(r"\d+", shown)):
            wrong.append(f"card of {product.name} shows {shown!r}, the stock is {sorted(stocks)}")
    return wrong
