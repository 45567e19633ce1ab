"""Measures the ruler itself on the real cases: replies made from the source data that are true, and lies made of them.

A true reply must never be judged WRONG and must count as an answer; a lie must always be judged WRONG (or at least
never pass). Several phrasings each. It knows no assistant: the replies here are made from the same source files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .context import Json, Turn, unique
from .wording import score
from .world import Product, Variant, World

SYMBOL = {"USD": "$", "EUR": "€", "GBP": "£"}


def money(world: World, amount: int) -> str:
    return f"{SYMBOL[world.info.get('currency', 'USD')]}{amount / 100:,.2f}"


def said(options: Mapping[str, str]) -> str:
    """Options as a clerk would write them: "size 7, material leather"."""
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in options.items())


def _hits(world: World, part: Json) -> tuple[list[Product], list[Variant]]:
    products = unique(p for name in part.get("products", []) for p in world.named(name))
    return products, [v for p in products for v in p.matching(part.get("options", {}))]


def price_phrase(world: World, variants: list[Variant], shift: int = 0) -> str:
    prices = sorted({v.price + shift for v in variants})
    if len(prices) == 1:
        return money(world, prices[0])
    return f"from {money(world, prices[0])} to {money(world, prices[-1])}"


def truths(turn: Turn) -> Iterator[str]:
    """True replies to a turn, in several phrasings; none where this module has no wording for it."""
    part, world = turn.parts[0], turn.world
    products, hits = _hits(world, part)
    makers = {
        "price": _true_price,
        "avail": _true_avail,
        "stock": _true_stock,
        "options": _true_options,
        "search": _true_search,
        "detail": _true_detail,
        "compare": _true_compare,
        "extreme": _true_extreme,
        "policy": _true_policy,
    }
    if len(turn.parts) == 1 and part["kind"] in makers:
        yield from makers[part["kind"]](world, part, products, hits)
    if part["kind"] == "dontknow":
        yield f"I don't know that{' about the ' + products[0].name if products else ''}, sorry."
    if part["kind"] == "absent":
        yield f"Sorry, we don't sell that ({part['name']})."


def lies(turn: Turn) -> Iterator[str]:
    """Untrue replies to a turn that a customer would be misled by."""
    part, world = turn.parts[0], turn.world
    products, hits = _hits(world, part)
    if len(turn.parts) != 1 or not products:
        return
    name, options = products[0].name, said(part.get("options", {}))
    if part["kind"] == "price" and hits:
        yield f"The {name} costs {price_phrase(world, hits, 101)}."
        if min(v.price for v in hits) > 101:
            yield f"It's {price_phrase(world, hits, -101)}."
    if part["kind"] == "avail":
        truth = any(v.can_be_had for v in hits)
        yield (
            f"No, the {name} {f'in {options} ' if options else ''}is sold out."
            if truth
            else f"Yes, the {name} is in stock."
        )
        yield f"The {name} isn't available{f' in {options}' if options else ''}." if truth else "Yes, it's available."
    if part["kind"] == "stock":
        total = sum(v.stock or 0 for v in hits)
        yield f"We have {total + 1} of the {name} in stock."
        yield f"There are {total + 3} left."
    if part["kind"] == "detail" and re.search(r"\d", products[0].facts.get(part["field"], "")):
        fact = re.sub(r"\d+", lambda m: _never_said(int(m[0]), products[0], world), products[0].facts[part["field"]])
        yield f"The {part['field'].replace('_', ' ')} of the {name} is {fact}."


def _never_said(number: int, product: Product, world: World) -> str:
    """The next number that the shop gives neither of a product nor on its pages: one that stands there isn't caught."""
    given = set(re.findall(r"\d+", " ".join([product.text, *world.policies.values()])))
    return next(str(n) for n in range(number + 1, number + 1000) if str(n) not in given)


def _true_price(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    name, options = products[0].name, said(part.get("options", {}))
    if not hits:
        yield f"No, the {name} isn't available in {options}."
        return
    yield f"The {name}{f' in {options}' if options else ''} costs {price_phrase(world, hits)}."
    yield f"{name}{f' ({options})' if options else ''}: {price_phrase(world, hits)}."
    yield f"That's {price_phrase(world, hits)}."


def _true_avail(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    name, options = products[0].name, said(part.get("options", {}))
    if hits and all(v.is_unknown for v in hits):
        yield f"I don't know whether the {name} is in stock."
        return
    if any(v.can_be_had for v in hits):
        yield f"Yes, the {name} is available{f' in {options}' if options else ''}."
        yield "Yes, it's in stock."
        best = next(v for v in hits if v.can_be_had)
        full = f" ({said(best.options)})" if best.options else ""
        yield f"Yes, we have the {name}{full} in stock for {money(world, best.price)}."
    else:
        yield f"No, the {name} isn't available{f' in {options}' if options else ' right now'}."
        yield "Sorry, that one is sold out."
        others = [v for v in products[0].live if v.can_be_had and v.options]
        if others and options:
            yield (
                f"No, not like that. The {name} is available in {said(others[0].options)} for "
                f"{money(world, others[0].price)}."
            )


def _true_stock(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    stocks = [v.stock for v in hits if v.stock is not None]
    if not stocks:
        yield "I don't know the exact number."
        return
    yield f"We have {sum(stocks)} of the {products[0].name} in stock."
    if sum(stocks):
        yield f"There are {sum(stocks)} left."
        yield f"{products[0].name}: {sum(stocks)} in stock."


def _true_options(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    key = part["option"]
    values = list(dict.fromkeys(v.options[key] for v in hits if v.can_be_had and key in v.options))
    if not values:
        yield f"No, the {products[0].name} isn't available like that."
        return
    shown = " and ".join([", ".join(values[:-1]), values[-1]] if len(values) > 1 else values)
    label = f"{key.replace('_', ' ')}{'s' if len(values) > 1 and not key.endswith('s') else ''}"
    yield (
        f"The {products[0].name} is available in these {label}: {shown}."
        if len(values) > 1
        else f"The {label} is {shown}."
    )


def _true_search(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    limit = float(part.get("max", 1e9)) * 100
    fitting = [p for p in products if any(v.can_be_had for v in p.live) and min(v.price for v in p.live) <= limit]
    if not fitting and any(p.live and min(v.price for v in p.live) <= limit for p in products):
        return
    if not fitting:
        yield "Sorry, we don't have anything like that."
        return
    shown = [
        f"the {p.name} "
        f"{'from ' if len({v.price for v in p.live}) > 1 else 'for '}{money(world, min(v.price for v in p.live))}"
        for p in fitting[:3]
    ]
    yield "We have " + ", ".join(shown) + "."
    if part.get("max"):
        symbol = money(world, int(limit)).removesuffix(".00")
        yield f"Under {symbol} we have " + " and ".join(shown[:2]) + "."


def _true_detail(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    facts = products[0].facts
    if part["field"] in facts:
        yield f"The {part['field'].replace('_', ' ')} of the {products[0].name} is {facts[part['field']]}."
        yield f"{products[0].name}: {facts[part['field']]}."


def _from(world: World, product: Product) -> str:
    prices = sorted({v.price for v in product.live})
    return f"{'from ' if len(prices) > 1 else ''}{money(world, prices[0])}"


def _true_compare(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    each = [f"the {product.name} costs {_from(world, product)}" for product in products]
    yield f"{', '.join(each[:-1])} and {each[-1]}.".replace("the", "The", 1)
    first, second = products[:2]
    if len(products) > 2:
        return
    low, high = sorted((first, second), key=lambda p: -score(p, "cheapest", False))
    if score(low, "cheapest", False) != score(high, "cheapest", False):
        yield f"The {low.name} is cheaper ({_from(world, low)}) than the {high.name} ({_from(world, high)})."


def _true_extreme(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    word = {"cheapest": "cheapest", "most_expensive": "most expensive", "best_rated": "best rated"}[part["which"]]
    if part.get("yes"):
        return
    if len(products) == 1:
        pool = [v for v in hits if v.can_be_had]
        best = (min if word == "cheapest" else max)(pool, key=lambda v: v.price)
        yield f"The {word} {products[0].name} is the one in {said(best.options)}, at {money(world, best.price)}."
        return
    pool_products = [p for p in products if any(v.can_be_had for v in p.live)]
    winner = max(pool_products, key=lambda p: score(p, part["which"], True))
    yield f"The {word} one is the {winner.name}."
    if part["which"] != "best_rated":
        price = abs(int(score(winner, part["which"], True)))
        yield f"The {winner.name} is the {word}, at {money(world, price)}."


def _true_policy(world: World, part: Json, products: list[Product], hits: list[Variant]) -> Iterator[str]:
    page = world.policies.get(part.get("page", ""), "")
    for line in re.split(r"\n+|(?<=[.!?])\s+", page):
        if not line.startswith("#") and re.search(part["says"], line, re.I):
            yield re.sub(r"[*#]+", "", line).strip()
            return
