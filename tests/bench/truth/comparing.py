"""Whether a reply answers a question that compares: two products, two variants, the cheapest, the dearest, the best."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .availability import leading
from .context import Json, Turn
from .expected import GOOD, Answer, hits_of, meant, missing, named_in, show, stated_prices
from .mentions import find_options
from .wording import CHEAPER, DEARER, score
from .world import Product


def compare(turn: Turn, part: Json) -> Answer:
    products = meant(turn, part)
    named = {p.pid for p in named_in(turn, products)}
    winner = part.get("win")
    if winner:
        which = "cheapest" if winner == "low" else "most_expensive"
        best = max(products, key=lambda p: score(p, which, False))
        return _winner(turn, products, best, winner, named)
    stated = stated_prices(turn)
    each = [stated & {v.price for v in p.live} for p in products]
    if part.get("field") == "price":
        gaps = {abs(a.price - b.price) for a in products[0].live for b in products[1].live}
        return GOOD if all(each) or stated & gaps else missing("neither both prices nor their difference is there")
    if all(p.pid in named for p in products):
        return (
            GOOD
            if any(each) or CHEAPER.search(turn.reply) or re.search(r"\d", turn.reply)
            else missing("names both, compares nothing")
        )
    return missing("doesn't name both")


def _winner(turn: Turn, products: Sequence[Product], best: Product, winner: str, named: set[str]) -> Answer:
    stated = stated_prices(turn)
    if all(stated & {v.price for v in p.live} for p in products):
        return GOOD
    low = score(best, "cheapest", False)
    if all(score(p, "cheapest", False) == low for p in products):
        same = re.search(r"\b(?:same|equal|both cost|identical)", turn.reply, re.I)
        return GOOD if same else missing("both cost the same, the reply doesn't say so")
    if best.pid in named and (
        CHEAPER.search(turn.reply)
        or DEARER.search(turn.reply)
        or re.search(r"cheapest|most expensive", turn.reply, re.I)
    ):
        return GOOD
    if best.pid in named and len(named) == 1:
        return GOOD
    return missing(f"{best.name} is the {'cheaper' if winner == 'low' else 'dearer'} one; that isn't said")


def compare_variants(turn: Turn, part: Json) -> Answer:
    first, second = (hits_of(turn, part, key) for key in ("a", "b"))
    stated = stated_prices(turn)
    prices = [{v.price for v in group} for group in (first, second)]
    if stated & prices[0] and stated & prices[1]:
        return GOOD
    ordered = sorted(((min(group), key) for group, key in zip(prices, ("a", "b"), strict=True) if group))
    if len(ordered) < 2:
        return missing("one of the two isn't listed")
    price, key = ordered[0] if part["win"] == "low" else ordered[-1]
    other = part["b" if key == "a" else "a"]
    values = {v for k, v in part[key].items() if other.get(k) != v}
    said = find_options(turn.reply, meant(turn, part))
    found = {value for group in said.values() for value in group}
    return (
        GOOD
        if price in stated or values & found
        else missing(f"the {'cheaper' if part['win'] == 'low' else 'dearer'} one ({', '.join(values)}) isn't named")
    )


def extreme(turn: Turn, part: Json) -> Answer:
    products, which = meant(turn, part), part["which"]
    if part.get("yes"):
        return _still_extreme(turn, part, products[0])
    pools: list[set[str]] = []
    prices: set[int] = set()
    for only in (False, True):
        if len(products) == 1:
            hits = [v for v in hits_of(turn, part) if v.can_be_had or not only]
            if hits:
                prices.add((min if which == "cheapest" else max)(v.price for v in hits))
            continue
        alive = [p for p in products if any(v.can_be_had or not only for v in p.live)]
        best = max(score(p, which, only) for p in alive)
        pools.append({p.pid for p in alive if score(p, which, only) == best})
    if len(products) == 1:
        if part.get("available") and len(prices) > 1:
            prices = {(min if which == "cheapest" else max)(v.price for v in hits_of(turn, part) if v.can_be_had)}
        return GOOD if prices & stated_prices(turn) else missing(f"the right price ({show(prices)}) isn't there")
    named = {p.pid for p in named_in(turn, products)}
    if any(named & pool for pool in pools):
        return GOOD
    winner = next(p.name for p in products if p.pid in pools[-1])
    return missing(f"the right one is {winner}")


def _still_extreme(turn: Turn, part: Json, product: Product) -> Answer:
    hits = product.matching(part["yes"])
    lowest = min(v.price for v in product.live if v.can_be_had)
    truth = any(v.price == lowest for v in hits)
    lead = leading(turn.reply)
    if lead is not None and lead != truth:
        return Answer(
            "WRONG_ANSWER", False, "wrong yes or no", f"opens with {'yes' if lead else 'no'}, the truth is the opposite"
        )
    return GOOD if lead == truth or lowest in stated_prices(turn) else missing("doesn't say whether it still is")
