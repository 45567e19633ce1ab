"""Recommends: what fits what was asked, what is known of the customer and their budget, and says why, each reason
bound.

A pick is in stock, within the limits, in the customer's size where it comes in sizes, and without what they avoid. A
gift is chosen by what was said of it alone: the giver's own sizes, history and dislikes say nothing of who gets it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from babel.numbers import get_currency_precision

from assistant.act import listing
from assistant.act.avoid import has
from assistant.act.context import Context
from assistant.act.plan import Fact, Field, Plan
from assistant.act.promotions import after
from assistant.act.wishes import Wish, values, wishes
from assistant.act.words import distinguishing, join, only
from assistant.language import STOP_WORDS, stems
from assistant.request import Bounds, Request
from assistant.shop.search import Filters
from assistant.types import Product, Receipt, Variant

_SHOWN = 3
_POOL = 40
_NOISE = frozenset(
    """recommend recommendation recommendations suggest suggestion suggestions advise advice gift gifts present
    presents idea ideas birthday christmas xmas wedding surprise someone somebody person friend dad mum mom father
    mother sister brother wife husband boyfriend girlfriend colleague boss who loves love likes like into good best
    nice great choose pick help looking need want something anything give buy max maximum budget year old woman man
    him her suits suit fits fit based bought might would you think enjoys fan usually often lot parents grandma grandpa
    granny uncle aunt cousin nephew niece neighbour teacher kid week month tomorrow soon next quid pound euro dollar
    buck secret santa already dear expensive""".split()
)


_NOISE_STEMS = frozenset(s for word in _NOISE for s in stems(word))


_OPEN = re.compile(r"\b(?:something|anything|ideas?|treat)\b")
Reason = tuple[str, tuple[Receipt, ...]]
Found = dict[str, tuple[float, list[Reason]]]
"""Product id -> how well it fits so far, and why."""


@dataclass
class Pick:
    """A product with the variant to recommend, how well it fits, and why."""

    product: Product
    variant: Variant
    score: float
    reasons: list[Reason] = field(default_factory=list)
    alike: list[Variant] = field(default_factory=list)
    """The versions that fit as well as `variant`: what tells them apart isn't named."""


def recommend(request: Request, context: Context, plan: Plan) -> None:
    """Up to three products with the reason for each; says so when nothing fits."""
    gift = bool(request.extra.get("gift"))
    told = [*request.extra.get("told_before", ()), *(vars(t) for t in request.extra.get("told", ()))]
    known = wishes(replace(context, shopper=None) if gift else context, told)
    if gift:
        now = {(t.name, t.value) for t in request.extra.get("told", ())}
        known = [w for w in known if w.name == "budget" or (w.name, w.value) in now]
    limits = _limits(request, known, context)
    picks = _picks(request, known, limits, context, gift=gift)
    picks = picks or _picks(request, known, limits, context, gift=gift, wide=True)
    if not picks and (gift or _OPEN.search(request.text.lower())):
        picks = _picks(replace(request, query=""), known, limits, context, gift=gift)
    if not picks:
        _none(request, known, context, plan)
        return
    plan.search = listing.remembered(replace(request, query=_query(request)))
    _say(picks, known, request, context, plan, gift=gift)


def _limits(request: Request, known: Sequence[Wish], context: Context) -> Bounds:
    """The price limits said now, else the budget that is known."""
    if request.limits.price:
        return request.limits.price
    digits = 10 ** get_currency_precision(context.catalogue.currency)
    budgets = [w for w in values(known, "budget") if re.fullmatch(r"\d+(?:\.\d+)?", w.value)]
    return Bounds(high=round(float(budgets[0].value) * digits)) if budgets else Bounds()


def _query(request: Request) -> str:
    """The words to search with: what it is for, without the words of asking."""
    words = str(request.query).split()
    return " ".join(w for w in words if not set(stems(w)) & _NOISE_STEMS and w not in STOP_WORDS and not w.isdigit())


def _kind(name: str | None) -> str | None:
    """A category that was named as such: "gift ideas" asks for no shelf of that name."""
    return name if name and set(stems(name)) - _NOISE_STEMS else None


def _picks(
    request: Request, known: Sequence[Wish], price: Bounds, context: Context, *, gift: bool, wide: bool = False
) -> list[Pick]:
    base = Filters(
        category=_kind(request.limits.category),
        subcategory=_kind(request.limits.subcategory),
        brand=request.limits.brand,
        price_min=price.low,
        price_max=price.high,
    )
    found: Found = {}
    query = _query(request)
    if not gift and not query and not (base.category or base.subcategory or base.brand):
        base = _talked_of(request, base, context)
    _from_request(request, query, base, context, found, wide=wide)
    asked = bool(found) or bool(query) or bool(base.category or base.subcategory)
    _from_likes(known, base, context, found, only_known=asked)
    if context.shopper is not None and not gift:
        _from_history(base, context, found, only_known=asked)
    if not found and not query:
        _best_rated(base, context, found)
    picks = []
    for product in context.catalogue.products(list(found)):
        score, reasons = found[product.product_id]
        pick = (
            _fit(Pick(product, product.variants[0], score, list(reasons)), known, price, context)
            if product.variants
            else None
        )
        if pick is not None:
            pick.score += pick.variant.price.minor / price.high if gift and price.high else 0.0
            picks.append(pick)
    picks.sort(key=lambda p: (-p.score, p.product.product_id))
    return _varied(picks, asked)[:_SHOWN]


def _talked_of(request: Request, base: Filters, context: Context) -> Filters:
    """The filters for advice without a subject of its own: among what was listed, or of the one product's kind."""
    if not request.from_context:
        return base
    products = context.catalogue.products(request.products[:_POOL])
    if len(products) == 1:
        return replace(base, category=products[0].category, subcategory=products[0].subcategory)
    return replace(base, product_ids=frozenset(p.product_id for p in products)) if products else base


def _from_request(
    request: Request,
    query: str,
    base: Filters,
    context: Context,
    found: Found,
    *,
    wide: bool,
) -> None:
    """What the words of the request ask for; `wide`: what only has some of them, too."""
    if request.products and not request.from_context and not query:
        for place, product_id in enumerate(request.products[:12]):
            found[product_id] = (1.0 - place / 100, [])
    if not query and not (base.category or base.subcategory or base.brand or base.product_ids):
        return
    hits = context.search.products(query, base, limit=_POOL)
    sure = [h for h in hits if h.confident] or ([h for h in hits if h.similarity > 0.35] if query else hits)
    if wide:
        sure = [h for h in hits if h.matched or h.similarity > 0.25]
    most = max((len(h.matched) for h in sure), default=0)
    if not wide:  # a bag for a laptop is no laptop
        sure = [h for h in sure if len(h.matched) == most]
    for hit in listing.best_matches(sure) if query and not wide else sure:
        reasons: list[Reason] = []
        if said := [w for w in query.split() if w in hit.matched]:
            product = Receipt("product", hit.product_id, "name", hit.product_id, context.as_of)
            reasons = [(f"it goes with “{' '.join(said)}”", (product,))]
        found[hit.product_id] = (1.0 + hit.score + hit.similarity, reasons)


def _from_likes(known: Sequence[Wish], base: Filters, context: Context, found: Found, *, only_known: bool) -> None:
    for wish in values(known, "likes"):
        for hit in context.search.products(wish.value, base, limit=_POOL):
            mentioned = bool(hit.matched) or _speaks_of(wish.value, context, hit.product_id)
            if (only_known and hit.product_id not in found) or not mentioned:
                continue
            score, reasons = found.get(hit.product_id, (0.0, []))
            said = "you told me that you like" if wish.source != "account" else "your account says that you like"
            found[hit.product_id] = (
                score + 0.6 + hit.similarity,
                [*reasons, (f"{said} {wish.value}", wish.receipt(context))],
            )


def _speaks_of(interest: str, context: Context, product_id: str) -> bool:
    """Whether the product's own texts name the interest: only then is it a reason."""
    product = context.catalogue.product(product_id)
    if product is None:
        return False
    texts = (
        product.name,
        product.category,
        product.subcategory or "",
        product.description,
        *product.attributes.values(),
    )
    return set(stems(interest)) <= set(stems(" ".join(map(str, texts))))


def _from_history(base: Filters, context: Context, found: Found, *, only_known: bool) -> None:
    """What the customer looked at, and what is of a kind with what they bought; never what they have already."""
    shopper = context.shopper
    if shopper is None:
        return
    bought = context.catalogue.products(list(shopper.bought[:8]))
    for place, product_id in enumerate(shopper.viewed[:12]):
        if product_id in shopper.bought or (only_known and product_id not in found):
            continue
        score, reasons = found.get(product_id, (0.0, []))
        receipt = Receipt("product", product_id, "viewed_at", shopper.viewed_at[product_id].isoformat(), context.as_of)
        found[product_id] = (score + 0.7 - place / 40, [*reasons, ("you looked at it lately", (receipt,))])
    for product in bought[:4]:
        kin = replace(base, category=base.category or product.category)
        for hit in context.search.products(f"{product.subcategory or product.category}", kin, limit=12):
            if hit.product_id in shopper.bought or (only_known and hit.product_id not in found):
                continue
            score, reasons = found.get(hit.product_id, (0.0, []))
            if not any("you bought" in text for text, _ in reasons):
                receipt = Receipt("product", product.product_id, "name", product.name, context.as_of)
                reasons = [*reasons, (f"you bought the {product.name}", (receipt,))]
            found[hit.product_id] = (score + 0.3, reasons)
    for product_id in shopper.bought:
        found.pop(product_id, None)


def _best_rated(base: Filters, context: Context, found: Found) -> None:
    for hit in context.search.products("", base, "best_rated", limit=_POOL):
        found[hit.product_id] = (0.0, [])


def _fit(pick: Pick, known: Sequence[Wish], price: Bounds, context: Context) -> Pick | None:
    """The pick with the variant that fits best, None when the customer can't or wouldn't have it."""
    product = pick.product
    if not product.active or any(has(product, w.value) for w in known if w.name in ("avoids", "diet")):
        return None
    variants = [v for v in product.variants if v.active and v.available is not False and _within(v, price)]
    size = _size_for(product, known)
    if size is not None:
        name, wish = size
        variants = [v for v in variants if v.options.get(name, "").upper() == wish.value.upper()]
    if not variants:
        return None
    colours = {w.value.lower() for w in values(known, "colour")}
    liked = [v for v in variants if colours & {x.lower() for x in v.options.values()}]
    pick.variant = min(liked or variants, key=lambda v: v.price)
    pick.alike = [v for v in liked or variants if v.price == pick.variant.price]
    _personal_reasons(pick, size, bool(liked), known, context)
    pick.score += (product.rating or 3.0) / 20
    return pick


def _within(variant: Variant, price: Bounds) -> bool:
    return (price.low is None or variant.price.minor >= price.low) and (
        price.high is None or variant.price.minor <= price.high
    )


def _size_for(product: Product, known: Sequence[Wish]) -> tuple[str, Wish] | None:
    """The option that is a size of this product, and the customer's size for it: one that the product comes in sizes
    like."""
    for name in {n for v in product.variants for n in v.options if "size" in n.lower()}:
        offered = {v.options.get(name, "").upper() for v in product.variants}
        for wish in values(known, "size"):
            alike = [o for o in offered if o and o.isalpha() == wish.value.isalpha() and _near(o, wish.value)]
            about = set(stems(wish.about)) - {"cloth"}
            kind = set(stems(f"{product.name} {product.category} {product.subcategory or ''} {product.description}"))
            if alike and (
                not about or about & kind or (wish.about == "shoe" and kind & {"footwear", "boot", "sandal", "shoe"})
            ):
                return name, wish
    return None


def _near(offered: str, own: str) -> bool:
    """Whether two sizes are of one scale: letters, or numbers not far apart (42 says nothing of a waist of 32)."""
    if own.isalpha():
        return bool(re.fullmatch(r"X{0,4}[SML]", offered))
    try:
        return abs(float(offered) - float(own)) <= 8
    except ValueError:
        return False


def _personal_reasons(
    pick: Pick, size: tuple[str, Wish] | None, liked: bool, known: Sequence[Wish], context: Context
) -> None:
    product, variant = pick.product, pick.variant
    for wish in values(known, "diet"):
        says = next((v for k, v in product.attributes.items() if k.lower() == wish.value), "")
        if says.lower() in ("yes", "true"):
            receipt = Receipt("product", product.product_id, wish.value, says, context.as_of)
            pick.reasons.append((f"it is {wish.value}", (receipt, *wish.receipt(context))))
            pick.score += 0.5
    if size is not None:
        receipt = Receipt("sku", variant.sku, size[0], variant.options.get(size[0]), context.as_of)
        pick.reasons.append((f"it comes in your size {size[1].value}", (receipt, *size[1].receipt(context))))
    if liked:
        wish = values(known, "colour")[0]
        receipt = Receipt("sku", variant.sku, "options", dict(variant.options), context.as_of)
        pick.reasons.append((f"it comes in {wish.value}, your colour", (receipt, *wish.receipt(context))))
        pick.score += 0.3
    for wish in values(known, "avoids")[:1]:
        pick.reasons.append((f"our catalogue names no {wish.value} in it", wish.receipt(context)))


def _varied(picks: list[Pick], asked: bool) -> list[Pick]:
    """Without a wish for one kind: the best of each kind first."""
    if asked:
        return picks
    seen: set[str] = set()
    first: list[Pick] = []
    rest: list[Pick] = []
    for pick in picks:
        kind = pick.product.subcategory or pick.product.category
        (rest if kind in seen else first).append(pick)
        seen.add(kind)
    return first + rest


def _say(
    picks: Sequence[Pick], known: Sequence[Wish], request: Request, context: Context, plan: Plan, *, gift: bool
) -> None:
    plan.listed, plan.focus = [], []
    for number, pick in enumerate(picks):
        fact = context.item(plan, pick.product, _shown(pick))
        amount = context.add_price(fact, [pick.variant])
        state = context.add_availability(fact, [pick.variant])
        lead = (
            ("I would recommend" if not gift else "As a gift I would suggest")
            if number == 0
            else "Another good choice is"
        )
        tail = f", {state}" if state else ""
        plan.say(f"{lead} the {fact.key('item')} at {amount}{tail}.", amount)
        _say_reasons(pick, fact, context, plan)
        after(pick.product, pick.alike, context, plan, hints=False)
        plan.listed.append({"product": pick.product.product_id, "sku": pick.variant.sku})
        plan.focus.append(pick.product.product_id)
        plan.cards.append(context.card(pick.product, pick.variant))
    if not known and not request.query and not gift:
        plan.closing.append("Tell me what it is for, and I can choose better.")


def _shown(pick: Pick) -> dict[str, str]:
    """The options to name: those that all equally fitting versions share and others of the product don't."""
    names = distinguishing([v for v in pick.product.variants if v.active])
    return only(pick.variant, [n for n in names if len({v.options.get(n) for v in pick.alike}) == 1])


def _say_reasons(pick: Pick, fact: Fact, context: Context, plan: Plan) -> None:
    product = pick.product
    reasons = list(pick.reasons[:3])
    if product.rating is not None and len(reasons) < 3:
        receipt = Receipt("product", product.product_id, "rating", product.rating, context.as_of)
        reasons.append((f"it is rated {product.rating:g} out of 5", (receipt,)))
    if not reasons:
        return
    keys = []
    for number, (text, receipts) in enumerate(reasons):
        name = "reason" + "_also" * number
        fact.fields[name] = Field("name", text, tuple(receipts), "why it is recommended")
        keys.append(fact.key(name))
    plan.say(f"Why: {join(keys)}.", *keys)


def _none(request: Request, known: Sequence[Wish], context: Context, plan: Plan) -> None:
    """Nothing fits: says which of the customer's own conditions were applied."""
    applied = [w for w in known if w.name in ("avoids", "diet", "size", "budget")]
    plan.say("I'm sorry, I found nothing in our shop that fits all of that.")
    if applied:
        fact = plan.fact("what I went by")
        receipts = tuple(r for w in applied for r in w.receipt(context))
        fact.fields["wishes"] = Field("name", join([w.words() for w in applied]), receipts, "what was applied")
        plan.say(f"I went by what I know of you: {fact.key('wishes')}.", fact.key("wishes"))
    plan.closing.append("Tell me which of your wishes matters least, and I'll look again.")
    plan.answered = False
