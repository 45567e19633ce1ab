"""Whether what was found is the thing that was asked for, or only the nearest that the shop has.

"Lindt chocolate" is no cocoa of another make, and a bag for kayaks is no kayak: the shop may offer them, but mustn't
say yes. Looks at the words of the request and the products' own texts; says nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.language import STOP_WORDS, stems
from assistant.request import Request
from assistant.shop.search import Hit
from assistant.types import Product


def _heads(request: Request) -> list[str]:
    """The words that say what is asked for behind a name or kind of the shop's: "straps" of "watch straps"."""
    known = [re.escape(w) for w in str(request.extra.get("known_query", "")).split() if not w.isdigit()]
    if not known:
        return []
    words = [w for w in request.extra.get("unlinked", ()) if w.isalpha() and w in request.query.split()]
    behind = rf"\b(?:{'|'.join(known)})\s+"
    return [w for w in words if re.search(rf"{behind}{re.escape(w)}\b", request.text.lower())]


def _is_called(word: str, product: Product) -> bool:
    """Whether the word stands in the product's name or kind."""
    return bool(set(stems(word)) & set(stems(f"{product.name} {product.category} {product.subcategory or ''}")))


def _only_sizes(request: Request) -> bool:
    """Whether the words to search with are numbers that options have for values, and nothing else."""
    values = {s for pairs in request.extra["option_pairs"] for _, value in pairs for s in stems(value)}
    return bool(request.query) and all(w[0].isdigit() and w in values for w in request.query.split())


_OPEN = re.compile(
    r"\b(?:something|anything|anyone|ones?|stuff|things?|gear|kit|in|for|of|sizes?|colou?rs?)\b|\bwith\b|\bthat\b"
)
_EXISTS = re.compile(r"\b(?:sell|have|has|got|stock|carry|there|need|want|looking for|after|any)\b")


def texts_of(product: Product) -> set[str]:
    """The stems of everything that the shop writes about a product."""
    written: list[object] = [product.name, product.brand, product.category, product.subcategory, product.description]
    for group in (product.attributes, product.specs):
        for name, value in group.items():
            written += [] if str(value).lower() in ("no", "false", "none") else [name, value]
    for variant in product.variants:
        for name, value in variant.options.items():
            written += [name, value]
    return set(stems(" ".join(str(w).replace("_", " ") for w in written if w)))


def lacked(words: Iterable[str], product: Product) -> list[str]:
    """The words that the product has nowhere."""
    own = texts_of(product)
    return [w for w in words if w not in STOP_WORDS and not set(stems(w)) & own]


def lacks_named(request: Request, product: Product) -> bool:
    """Whether the clause says in front of the product's name what it nowhere is: "lindt chocolate"."""
    if float(request.extra.get("coverage", 1.0)) >= _WHOLE or request.from_context:
        return False
    return bool(lacked(request.extra.get("before_name", ()), product))


_WHOLE = 0.99


def asks_for_a_thing(request: Request) -> bool:
    """Whether it is asked if there is a thing called so: "do you sell kayaks", not "something for kayaks"."""
    folded = request.text.lower()
    return bool(_EXISTS.search(folded)) and not _OPEN.search(folded)


def is_near_only(request: Request, hits: Sequence[Hit], asked: Sequence[Hit], products: Sequence[Product]) -> str:
    """ "" when the products are what was asked for, "near" when each lacks a word of it, "other" when none is of the
    kind or a name that the shop doesn't know is asked for. `asked` is what the request's own words found."""
    if request.extra.get("option_pairs") and not request.extra.get("unlinked") and _only_sizes(request):
        return ""  # "I'm a 42, any left?": what comes in that is what was asked for
    if _in_no_such_size(request, products):
        return "other"
    matched: dict[str, frozenset[str]] = {h.product_id: h.matched for h in asked}
    sure = {h.product_id for h in asked if h.confident}
    words = [w for w in request.extra.get("unlinked", ()) if w in request.query.split()]
    words += [w for w in request.extra.get("before_name", ()) if w not in words]
    short: list[set[str]] = []
    for product in products:
        found = matched.get(product.product_id, frozenset())
        short.append({w for w in lacked(words, product) if w not in found})
    common = set.intersection(*short) if short else set()
    folded = request.text.lower()
    exists = asks_for_a_thing(request)
    if products and not any(_is_called(head, p) for head in _heads(request) for p in products) and _heads(request):
        return "other" if exists else "near"
    if exists and common & set(request.extra.get("strange", ())):
        return "other"
    if exists and any(_says_which(w, request) for w in common):
        return "other"  # paddle boards are no boards to chop on
    chosen = request.products and not request.from_context
    if chosen or not asked or request.limits.price:
        return "near" if common else ""
    if not any(h.product_id in sure for h in hits):
        return "near"  # a unicycle means about the same as a bicycle
    named = any(matched.get(h.product_id) for h in hits)
    if not named and len(request.query.split()) == 1 and not _OPEN.search(folded):  # a mug for the microwave is none
        return "other" if exists else "near"
    return "near" if common else ""


def _says_which(word: str, request: Request) -> bool:
    """Whether a word says which of a kind is meant: it stands right before another word of what is looked for."""
    words = request.query.split()
    after = words[words.index(word) + 1 :][:1] if word in words else []
    return bool(after) and f"{word} {after[0]}" in request.text.lower()


_SIZE = re.compile(
    r"\b(in|size|sz)\s+((?:an? |size |eu |uk )*)(\d{1,3}(?:\.5)?|x{1,4}[sl]|[sml])\b"
    r"(?! ?(?:cm|mm|ml|l|kg|g|inch|%|w|v)\b)"
)


def _in_no_such_size(request: Request, products: Sequence[Product]) -> bool:
    """Whether a size is asked for that none of the products comes in, though they come in others of its sort: sandals
    in 46 of those that end at 44."""
    sizes = sizes_asked(request.text.lower())
    return bool(sizes and products) and all(_has_other_sizes(sizes[0], product) for product in products)


def sizes_asked(low: str) -> list[str]:
    """The sizes that a text names: "in size 46", "in 46 please", not how many of what there are: "in 2 colours"."""
    return [
        m[3] for m in _SIZE.finditer(low) if m[1] != "in" or "size" in m[2] or _noun_behind(low[m.end() :]) in _NO_NOUNS
    ]


def _noun_behind(rest: str) -> str:
    """The word behind a number or some of them ("2 or 3 colours"); "" at the end of a clause."""
    match = re.match(r"(?:\s*(?:or|and|to|-|,)\s*\d+)*\s*([a-z][\w'-]*)?", rest)
    return (match and match[1]) or ""


_NO_NOUNS = STOP_WORDS | frozenset("please pls thanks thx available left instead now still today back".split()) | {""}


def _has_other_sizes(asked: str, product: Product) -> bool:
    own = {x.lower() for v in product.variants if v.active for n, x in v.options.items() if "size" in n.lower()}
    alike = [x for x in own if x[:1].isdigit() == asked[:1].isdigit()]
    return bool(alike) and not any(re.search(rf"(?<![\d.]){re.escape(asked)}(?![\d.]|\w)", x) for x in own)
