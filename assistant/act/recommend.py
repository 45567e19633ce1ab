"""Recommends: what fits what was asked, what is known of the customer and their budget, and says why, each reason
bound.

A gift is chosen by what was said of it alone: the giver's own sizes, history and dislikes say nothing of who gets it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from babel.numbers import get_currency_precision

from assistant.act import finding
from assistant.act.ages import age_from, age_in
from assistant.act.avoid import is_of_diet, unwanted
from assistant.act.candidates import candidates, query_of
from assistant.act.context import Context
from assistant.act.left_out import spared
from assistant.act.people import is_for_children
from assistant.act.plan import Fact, Field, Plan
from assistant.act.promotions import after
from assistant.act.suits import Pick, fit
from assistant.act.wishes import Wish, values, wishes
from assistant.act.words import distinguishing, join, only
from assistant.request import Bounds, Request
from assistant.types import Receipt

_SHOWN = 3
_CHILDREN_LAST = 2.5
"""What is made for children comes behind everything else where no child was spoken of, and what is for somebody so old
before everything else."""
_CHILD = re.compile(
    r"\b(?:kid|kids|child|children\w*|baby|babies|toddler|newborn|infant|son|daughter|grandson|granddaughter|grandchild\w*|"
    r"nephew|niece|boy|girl|boys|girls|teen\w*|little|school|kindergarten|nursery|years? old|month old|yr old|"
    r"turn(?:s|ing)|junior|youth|\d+ ?y/?o)\b"
)
_OPEN = re.compile(r"\b(?:something|anything|ideas?|treat)\b")


def recommend(request: Request, context: Context, plan: Plan) -> None:
    """Up to three products with the reason for each; says so when nothing fits."""
    gift = bool(request.extra.get("gift"))
    told = [*request.extra.get("told_before", ()), *(vars(t) for t in request.extra.get("told", ()))]
    known = wishes(replace(context, shopper=None) if gift else context, told)
    if gift:
        now = {(t.name, t.value) for t in request.extra.get("told", ())}
        known = [w for w in known if w.name == "budget" or (w.name, w.value) in now]
    known = [*(Wish("avoids", w) for w in unwanted(request.text) if w not in {k.value for k in known}), *known]
    request = spared(request)
    limits = _limits(request, known, context)
    if noun := unsold(request, context):
        plan.say(f"I'm sorry, I couldn't find {noun} in our shop.")
        request = replace(request, query="")
    picks = _picks(request, known, limits, context, gift=gift)
    picks = picks or _picks(request, known, limits, context, gift=gift, wide=True)
    if not picks and (gift or _OPEN.search(request.text.lower())):
        picks = _picks(replace(request, query=""), known, limits, context, gift=gift)
        if picks and query_of(request):
            plan.say("I found nothing made for that in particular.")
    if noun and not (picks and gift):
        plan.closing.append("Tell me what it is for, and I'll look for something that fits.")
        return
    if not picks:
        _none(request, known, context, plan)
        return
    plan.search = finding.remembered(replace(request, query=query_of(request)))
    _say(picks, known, request, context, plan, gift=gift)


def _limits(request: Request, known: Sequence[Wish], context: Context) -> Bounds:
    """The price limits said now, else the budget that is known."""
    if request.limits.price:
        return request.limits.price
    digits = 10 ** get_currency_precision(context.catalogue.currency)
    budgets = [w for w in values(known, "budget") if re.fullmatch(r"\d+(?:\.\d+)?", w.value)]
    return Bounds(high=round(float(budgets[0].value) * digits)) if budgets else Bounds()


def _picks(
    request: Request, known: Sequence[Wish], price: Bounds, context: Context, *, gift: bool, wide: bool = False
) -> list[Pick]:
    found, asked = candidates(request, known, price, context, gift=gift, wide=wide)
    age = age_in(request.text)
    picks = []
    for product in context.catalogue.products(list(found)):
        old_enough = age_from(product) if age is not None else None
        if not product.variants or (age is not None and old_enough is not None and old_enough > age):
            continue
        score, reasons = found[product.product_id]
        named = [w for w in (request.match(product) if request.match else []) if w.name and w.value is not None]
        pick = fit(Pick(product, product.variants[0], score, list(reasons)), known, price, context, named)
        if pick is not None:
            pick.score += pick.variant.price.minor / price.high if gift and price.high else 0.0
            pick.score += _CHILDREN_LAST * (old_enough is not None)
            pick.score -= _CHILDREN_LAST * (is_for_children(product) and not _CHILD.search(request.text.lower()))
            picks.append(pick)
    picks.sort(key=lambda p: (-p.score, p.product.product_id))
    return _varied(picks, asked)[:_SHOWN]


_NOUN = re.compile(
    r"\b(?:what|which)\s+(?:(?:kind|sort|type)s? of\s+)?((?:[a-z]+\s+)??)([a-z]{3,})\s+(?:would|will|should|could|"
    r"might|can|is|are|do|does|suits?|fits?)\b"
)


def unsold(request: Request, context: Context) -> str:
    """The thing that advice is asked about ("which watch would suit her"), as it reads in a sentence, where the shop
    has nothing that even mentions it; else empty."""
    match = _NOUN.search(request.text.lower())
    noun = match[2] if match else ""
    if not noun or noun not in request.extra.get("unlinked", ()) or not query_of(replace(request, query=noun)):
        return ""
    hits = context.search.products(noun, limit=5)
    if any(h.matched or noun not in h.missing for h in hits):
        return ""
    article = "any" if noun.endswith("s") else "an" if noun[0] in "aeiou" else "a"
    return f"{article} {noun}"


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
    if len(picks) == 1:  # "two of those": of the very version that was recommended
        told = {w.name for w in request.wanted if not w.pinned}
        plan.wanted = [
            {"asked": v, "name": n, "value": v, "pinned": n not in told} for n, v in _shown(picks[0]).items() if v
        ]
    if any(is_of_diet(w.value) for w in values(known, "avoids")):
        plan.closing.append("For an allergy please check the label.")
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
