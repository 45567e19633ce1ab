"""Answers about offers: which run now, which are on a product, until when, and what a product costs after them.

Offers are quoted in the shop's own words; amounts come from the till. A code is the customer's to give: an offer that
needs one is never told unasked. Knows no basket of several products.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.act.combine import combine
from assistant.act.context import Context
from assistant.act.finding import shown_kind
from assistant.act.offer_words import quote, say_days, say_obstacle
from assistant.act.plan import Fact, Plan
from assistant.act.till import Item, Till
from assistant.act.words import distinguishing, join, only
from assistant.language import STOP_WORDS, stems
from assistant.request import Request
from assistant.shop.pricing import Priced, Terms
from assistant.shop.pricing.terms import fold_code
from assistant.shop.search import Filters
from assistant.types import Product, Receipt, Variant

_SHOWN = 4
_WHEN = re.compile(
    r"\b(?:when|until|till|how long|end(?:s|ing)?|over|last day|start(?:s|ing)?|begin(?:s|ning)?|still)\b"
)
_GENERIC = {
    s
    for word in "offer deal sale promotion discount price save off voucher coupon code special free weeks week".split()
    for s in stems(word)
} | {s for word in STOP_WORDS for s in stems(word)}


_YEAR = re.compile(r"20\d\d")  # nobody says the year of an offer
_NONE_ON_THESE = "There is no offer on these at the moment."


def promotions(request: Request, context: Context, plan: Plan) -> None:
    """The offers that run today, for the products asked about if any are; one that is named, with its days."""
    codes = tuple(request.extra.get("codes", ()))
    till = Till(context, frozenset(map(fold_code, codes)))
    products = context.catalogue.products(request.products[:3])
    named = _named(request.text, till)
    if request.extra.get("asks") == "combine":
        own = {fold_code(code) for code in codes}
        combine([t for t in till.terms if t.code in own] + [t for t in named if t.code not in own], till, plan)
        return
    if codes:
        _codes(codes, products, till, plan)
        return
    if named:
        _tell(named, request, till, plan)
        return
    kind = _of_kind(request, context) if not products else []
    if request.extra.get("asks") == "free_shipping":
        running = [t for t in till.running() if t.kind == "free_shipping"]
    else:
        among = products or kind
        running = [t for t in till.running() if not among or any(applies(t, p) for p in among)]
    if products or kind:
        running = [t for t in running if t.kind != "free_shipping"]
    if products and not running and advertised(products[0], context, plan):
        pass
    elif products and not running:
        fact = context.item(plan, products[0])
        plan.say(f"I don't know of an offer on the {fact.key('item')} at the moment.", fact.key("item"))
    elif not running and kind:
        name = request.limits.subcategory or request.limits.category
        plan.say(f"There is no offer on “{shown_kind(name)}” at the moment." if name else _NONE_ON_THESE)
    elif not running:
        plan.say("There is no offer running at the moment.")
    _list(running, request, till, plan)
    for product in products[:2]:
        after(product, [v for v in product.variants if v.active], context, plan, till=till, hints=False)
    if products:
        plan.focus = [p.product_id for p in products]


def _of_kind(request: Request, context: Context) -> list[Product]:
    """The products of the category or brand that is asked about."""
    limits = request.limits
    if not (limits.category or limits.subcategory or limits.brand):
        return []
    filters = Filters(category=limits.category, subcategory=limits.subcategory, brand=limits.brand)
    return context.catalogue.products([h.product_id for h in context.search.products("", filters, limit=50)])


def applies(terms: Terms, product: Product) -> bool:
    """Whether the promotion names this product, its category, its brand or one of its variants."""
    lines = [Item(product, v).line() for v in product.variants]
    return any(line.is_of(part) for line in lines for part in terms.parts)


def _for_all(terms: Terms) -> bool:
    return any(target.kind == "all" for part in terms.parts for target in part)


def _list(running: Sequence[Terms], request: Request, till: Till, plan: Plan) -> None:
    members = "member" in request.text.lower()
    running = sorted(running, key=lambda t: (t.members_only != members, t.kind == "free_shipping", t.ends or date.max))
    when = bool(_WHEN.search(request.text.lower()))
    for terms in running[:_SHOWN]:
        quote(terms, till, plan)
        if when or (terms.ends and len(running) <= 3):
            say_days(terms, till, plan)
    if len(running) > _SHOWN:
        fact = plan.fact("more offers")
        more = [till.add_offer(fact, t, "offer" + "_also" * n) for n, t in enumerate(running[_SHOWN:])]
        plan.say(f"Also: {join(more)}.", *more)


def _tell(named: Sequence[Terms], request: Request, till: Till, plan: Plan) -> None:
    """One or two offers that the customer named: their terms as long as they run, and their days."""
    for terms in named[:2]:
        if terms.runs(till.day):
            quote(terms, till, plan)
        say_days(terms, till, plan)


def _named(text: str, till: Till) -> list[Terms]:
    """The offers whose names the words say; those with a code only by their whole name."""
    said = set(stems(text))
    found: list[tuple[float, Terms]] = []
    for terms in till.terms:
        name = {s for s in stems(terms.name) if not s.isdigit()} - _GENERIC
        whole = {s for s in stems(terms.name) if not _YEAR.fullmatch(s)} <= said
        share = len(name & said) / len(name) if name else 0.0
        if whole or (terms.code is None and len(name & said) >= 2 and share > 0.6):
            found.append((1.0 if whole else share, terms))
    best = max((score for score, _ in found), default=0.0)
    return [t for score, t in found if score == best]


def _codes(codes: Sequence[str], products: Sequence[Product], till: Till, plan: Plan) -> None:
    """Whether codes that the customer gave work, and what they give."""
    for code in codes[:2]:
        terms = [t for t in till.terms if t.code == fold_code(code)]
        if not terms:
            unknown_code(code, plan)
        for each in terms:
            priced = till.price([Item(p, p.variants[0]) for p in products if p.variants])
            found = till.obstacle(each, priced)
            if found in ("over", "not yet", "members") or (found == "nothing" and products):
                say_obstacle(each, priced, till, plan, code)
            else:
                plan.say(f"The code {code} works:")
                quote(each, till, plan)
                if each.ends:
                    say_days(each, till, plan)


def advertised(product: Product, context: Context, plan: Plan) -> bool:
    """Says what the shop's own data call a discount of this product, which no offer of the till's applies."""
    named = ((n, v) for n, v in {**product.attributes, **product.specs}.items() if _REDUCED & set(stems(n)))
    found = next(((n, v) for n, v in named if re.search(r"\d", str(v))), None)
    if found is None:
        return False
    name, value = found
    fact = context.item(plan, product)
    receipt = Receipt("product", product.product_id, name, value, context.as_of)
    key = context.add_value(fact, name, str(value), receipt, f"its {name}")
    plan.say(f"For the {fact.key('item')}, our catalogue gives this {name.replace('_', ' ')}: {key}.", key)
    return True


_REDUCED = {s for word in ("discount", "reduction", "saving") for s in stems(word)}


def unknown_code(code: str, plan: Plan) -> None:
    """Says that the shop has no such code."""
    plan.say(f"I don't know a code “{code}”, so I can't take anything off for it.")


def after(
    product: Product, variants: Sequence[Variant], context: Context, plan: Plan, *,
    till: Till | None = None, hints: bool = True,
) -> None:  # fmt: skip
    """What one piece of these variants comes to under the offers that run now; with `hints`, what else is on it.

    Says it after whatever words the answer has, since a price alone would ignore a discount that the till gives.
    """
    till = till or Till(context)
    groups: dict[tuple[str, ...], list[tuple[Variant, Priced]]] = {}
    for variant in variants:
        priced = till.price([Item(product, variant)])
        groups.setdefault(tuple(s.terms.promotion_id for s in priced.steps), []).append((variant, priced))
    for offers, group in list(groups.items())[:3]:
        if offers:
            _after(product, group, len(groups) > 1, till, plan)
    if hints and not any(groups):
        _hints(product, variants, till, plan)


def _after(product: Product, group: Sequence[tuple[Variant, Priced]], partly: bool, till: Till, plan: Plan) -> None:
    variants = [v for v, _ in group]
    chosen = _common(product, variants) if partly or len(variants) == 1 else {}
    fact = till.context.item(plan, product, chosen)
    low, high = min(group, key=lambda g: g[1].goods), max(group, key=lambda g: g[1].goods)
    amount = _amount(fact, low, high, product, till)
    names = [till.add_offer(fact, s.terms, f"offer{'_also' * n}") for n, s in enumerate(low[1].steps)]
    comes = "come" if fact.plural else "comes"
    plan.closing.append(f"With {join(names)} the {fact.key('item')} {comes} to {amount}.")


def _amount(fact: Fact, low: tuple[Variant, Priced], high: tuple[Variant, Priced], product: Product, till: Till) -> str:
    first = till.receipts(low[1], [Item(product, low[0])])
    reduced = till.add(fact, "reduced", low[1].goods, first, "its price after the offer")
    if low[1].goods == high[1].goods:
        return reduced
    last = till.receipts(high[1], [Item(product, high[0])])
    return f"{reduced} to {till.add(fact, 'reduced_most', high[1].goods, last, 'the highest price after the offer')}"


def _common(product: Product, variants: Sequence[Variant]) -> dict[str, str]:
    """The options that tell these variants from the product's others."""
    names = [n for n in distinguishing(product.variants) if len({v.options.get(n) for v in variants}) == 1]
    return only(variants[0], names)


def _hints(product: Product, variants: Sequence[Variant], till: Till, plan: Plan) -> None:
    """Offers on the very product that take more pieces of it, or membership; a bundle is another product's matter."""
    own = [t for t in till.running() if not _for_all(t) and t.kind in ("buy_get", "member_price", "percent", "fixed")]
    lines = [Item(product, v).line() for v in variants]
    own = [t for t in own if any(line.is_of(part) for line in lines for part in t.parts)]
    for terms in own[:2]:
        quote(terms, till, plan, closing=True)
