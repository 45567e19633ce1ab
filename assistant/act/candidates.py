"""Where recommendations come from: what was asked for, what the customer likes, looked at and bought, what rates high.

Each candidate comes with how well it fits so far, and why. Knows no sizes and no stock (suits.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.act import finding, needs
from assistant.act.context import Context
from assistant.act.exact import lacked
from assistant.act.measured import with_measures
from assistant.act.pursuits import pursuits, spoken_of
from assistant.act.suits import Reason
from assistant.act.wishes import Wish, values
from assistant.language import STOP_WORDS, stems
from assistant.request import Bounds, Request
from assistant.shop.search import Filters
from assistant.types import Receipt

_POOL = 40
Found = dict[str, tuple[float, list[Reason]]]
"""Product id -> how well it fits so far, and why."""

_NOISE = frozenset(
    """recommend recommendation recommendations suggest suggestion suggestions advise advice gift gifts present
    presents idea ideas birthday christmas xmas wedding surprise someone somebody person friend dad mum mom father
    mother sister brother wife husband boyfriend girlfriend colleague boss who loves love likes like into good best
    nice great choose pick help looking need want something anything give buy max maximum budget year old woman man
    him her suits suit fits fit based bought might would you think enjoys fan usually often lot parents grandma grandpa
    granny uncle aunt cousin nephew niece neighbour teacher kid week month tomorrow soon next quid pound euro dollar
    buck secret santa already dear expensive up within turning being having getting going doing coming celebrating
    thinking hoping trying wondering planning searching asking""".split()
)


_NOISE_STEMS = frozenset(s for word in _NOISE for s in stems(word))


def query_of(request: Request) -> str:
    """The words to search with: what it is for, without the words of asking."""
    words = str(request.query).split()
    return " ".join(w for w in words if not set(stems(w)) & _NOISE_STEMS and w not in STOP_WORDS and not w.isdigit())


def candidates(
    request: Request, known: Sequence[Wish], price: Bounds, context: Context, *, gift: bool, wide: bool = False
) -> tuple[Found, bool]:
    """Every candidate, and whether the request itself asks for something. `wide`: with some of its words, too."""
    base = Filters(
        category=_kind(request.limits.category),
        subcategory=_kind(request.limits.subcategory),
        brand=request.limits.brand,
        price_min=price.low,
        price_max=price.high,
        without=frozenset(request.limits.without),
    )
    found: Found = {}
    query = query_of(request)
    if gift and not query and request.products and float(request.extra.get("coverage", 1.0)) < _WHOLE:
        query = _words_of_names(request, context)  # who drinks coffee gets more than the one thing called so
    if not gift and not query and not (base.category or base.subcategory or base.brand):
        base = _talked_of(request, base, context)
    _from_request(request, query, base, context, found, wide=wide)
    broad = gift and _from_pursuits(query, base, context, found)
    asked = not broad and (bool(found) or bool(query) or bool(base.category or base.subcategory))
    _from_likes(known, base, context, found, only_known=asked)
    if context.shopper is not None and not gift:
        _from_history(base, context, found, only_known=asked)
    if not found and not query:
        _best_rated(base, context, found)
    return {p: why for p, why in found.items() if p not in base.without}, asked


_WHOLE = 0.99


def _words_of_names(request: Request, context: Context) -> str:
    """The words of the message by which products were named, to look for all that speaks of it."""
    names = {s for p in context.catalogue.products(request.products[:3]) for s in stems(p.name)}
    words = re.findall(r"[a-z]{3,}", request.text.lower())
    return " ".join(w for w in dict.fromkeys(words) if set(stems(w)) & names and not set(stems(w)) & _NOISE_STEMS)


def _from_pursuits(query: str, base: Filters, context: Context, found: Found) -> bool:
    """For a gift: what speaks of what its receiver does ("for a runner"), whatever kind of thing it is; whether
    anything does."""
    any_found = False
    for pursuit in pursuits(query.split()):
        hits = context.search.products(pursuit, base, limit=_POOL)
        products = {p.product_id: p for p in context.catalogue.products([h.product_id for h in hits])}
        for hit in hits:
            row = spoken_of(pursuit, products[hit.product_id]) if hit.product_id in products else None
            if row is None:
                continue
            any_found = True
            score, _ = found.get(hit.product_id, (0.0, []))
            receipt = Receipt("product", hit.product_id, row[0], row[1], context.as_of)
            found[hit.product_id] = (score + 2.0 + hit.similarity, [(f"it goes with “{pursuit}”", (receipt,))])
    return any_found


def _kind(name: str | None) -> str | None:
    """A category that was named as such: "gift ideas" asks for no shelf of that name."""
    return name if name and set(stems(name)) - _NOISE_STEMS else None


def _talked_of(request: Request, base: Filters, context: Context) -> Filters:
    """The filters for advice without a subject of its own: among what was listed, or of the one product's kind."""
    if not request.from_context:
        return base
    products = context.catalogue.products(request.products[:_POOL])
    if len(products) == 1 and not request.extra.get("why"):
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
    beside = query_of(replace(request, query=" ".join(request.extra.get("unlinked", ())))).split()
    hits = context.search.products(query, base, limit=_POOL)
    nearest = max((h.similarity for h in hits), default=0.0) - _BESIDE
    sure = [h for h in hits if h.confident] or (
        [h for h in hits if h.similarity > max(0.35, nearest)] if query else hits
    )
    if wide:
        sure = [h for h in hits if h.matched or h.similarity > max(0.25, nearest)]
    most = max((len(h.matched) for h in sure), default=0)
    if not wide:  # a bag for a laptop is no laptop
        sure = [h for h in sure if len(h.matched) == most]
    sure = finding.best_matches(sure) if query and not wide else sure
    sure = with_measures(sure, context.catalogue.products([h.product_id for h in sure]), request.text)
    told = needs.ranked(request.text, sure, context) if needs.is_told(request.text) else []
    answers = {m.hit.product_id: m.score for m in told}
    for hit in sure:
        reasons: list[Reason] = []
        said = [w for w in query.split() if w in hit.matched]
        product = context.catalogue.product(hit.product_id)
        also = [w for w in beside if product is not None and w not in said and not lacked([w], product)]
        if (said or also) and product is not None:
            receipt = Receipt("product", product.product_id, "name", product.name, context.as_of)
            reasons = [(f"it goes with “{' '.join([*also, *said])}”", (receipt,))]
        score = 1.0 + hit.score + hit.similarity + answers.get(hit.product_id, 0.0)
        found[hit.product_id] = (score + _SPOKEN_OF * len(also), reasons)


_SPOKEN_OF = 0.5
"""What a word is worth that was said beside the thing and that the shop writes of it: "a rose with a strong scent"."""
_BESIDE = 0.08
"""How much less alike than the likest a thing may be: a grill is no present for a cat beside a pet bed."""


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
