"""Judges every figure that is no money: stock counts, counts of options, percentages, terms, measures, ratings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .context import NEGATION, Sentence, unique, variants_of
from .conversions import judge_conversions
from .gaps import is_difference
from .mentions import NUMBER_WORDS
from .money import AMOUNT
from .world import Product, World, squeezed

_N = r"(?P<n>\d+(?:,\d{3})*|" + "|".join(NUMBER_WORDS) + r")"
_MANY = (
    r"(?P<bound>only|just|still|exactly|more than|over|at least|about|around|fewer than|less "
    r"than|under|up to|almost|nearly)?\s*"
)
_GOODS = r"(?:pcs|units?|pieces?|pairs?|items?|copies|of (?:them|these|those|it)|bottles?|sets?)"
STOCK = [
    re.compile(rf"\b{_MANY}{_N}\s+(?:{_GOODS}\s+)?(?:(?:of [\w\s'&-]{{2,50}}?|are|is|currently|still|now"
rf"|that are)\s+)*(?:left|in stock|available|remaining|on hand|in our stock|to go)\b", re.I),
    re.compile(rf"(?<!order )\b(?:stock|inventory|quantity)(?: level| count)?(?: is| of|:| stands at| "
rf"shows)?\s+{_MANY}{_N}\b(?!\s*(?:sizes|colou?rs))", re.I),
    re.compile(rf"\b(?:we|there) (?:currently |still |now |do )?(?:have|are|is|hold"
rf"|stock)\s+{_MANY}{_N}\s+{_GOODS}", re.I),
    re.compile(rf"\b(?:in stock|available)\s*[:(]\s*{_MANY}{_N}\b(?!\s*(?:sizes|colou?rs|/))", re.I),
    re.compile(r"\b(?P<bound>only|just)\s+(?:the )?(?P<n>one|1)\s+(?:left|remaining|in stock)\b", re.I),
]  # fmt: skip
_OPTION_BEFORE = re.compile(
    r"\b(?:sizes?|lengths?|models?|numbers?|widths?|heights?)\s+(?:[\w.]+,?\s+(?:and |or )?)*$", re.I
)
_VAGUE_LOW = re.compile(
    r"\b(?:only a few|a few left|few left|running low|low (?:on|in) stock|low stock|almost "
    r"(?:sold out|gone)|nearly sold out|limited stock|selling fast|last (?:one|few|pieces?"
    r"|pair))\b",
    re.I,
)
_VAGUE_HIGH = re.compile(
    r"\b(?:plenty|lots|well[\s-]stocked|fully stocked|large stock|many) (?:of (?:them|stock)"
    r"|in stock|left|available)\b|\bwell[\s-]stocked\b",
    re.I,
)
_KINDS = re.compile(rf"\b{_N}\s+(?:different\s+|available\s+|other\s+)?(?P<noun>[a-z\-/]+(?:\s[a-z]+)?)", re.I)
_VARIANTS = re.compile(r"^(?:variants?|versions?|variations?|combinations?|configurations?|options?|choices?)\b", re.I)
_HITS = re.compile(r"^(?:(?:\w+\s)?(?:products?|items?|results?|models?|matches|hits|things)|of them|of these)\b", re.I)
_UNIT = (
    r"(?:years?|months?|weeks?|(?:business |working |calendar )?days?|hours?|minutes?|ml|l"
    r"|liters?|litres?|inch(?:es)?|mm|cm|m|km|kg|g|grams?|lbs?|oz|gb|tb|mb|mp|mah|bar|ft|feet"
    r"|foot|watts?|w|degrees?|stars?|x|cups?|k|pieces?|mph|hz|volts?|v)"
)
_NUMBER = re.compile(
    rf"(?<![\w.,#-])(?P<n>\d+(?:[.,]\d+)*)(?P<percent>\s?%)?(?:[\s-]?(?P<unit>{_UNIT})(?![\w]))?", re.I
)
_SPAN_END = re.compile(rf"(?<![\w.,#-])\d+(?:[.,]\d+)*-(?P<n>\d+(?:[.,]\d+)*)[\s-]?(?P<unit>{_UNIT})(?!\w)", re.I)
_WORD_NUMBER = re.compile(rf"\b(?P<n>{'|'.join(NUMBER_WORDS)})[\s-](?P<unit>{_UNIT})(?!\w)", re.I)
_EMPTY = set(
    "year years month months week weeks days hours with from this that have your will they them their than".split()
)
FACT_WORDS = {
    "warranty": r"warrant|guarante",
    "return": r"return|refund|send (?:it|them) back",
    "shipping": r"ship|deliver|arriv|dispatch",
    "weight": r"\bweigh",
    "rating": r"\brat(?:ed|ing)|\bstars?\b|out of 5",
    "minimum order": r"minimum|at least order",
    "dimensions": r"dimension|\bwide\b|\bwidth|\bheight|\btall\b|\bdepth|\bdeep\b|measures",
}


@dataclass(frozen=True)
class Figure:
    value: str
    unit: str
    percent: bool
    start: int
    end: int


def number(word: str) -> int:
    return NUMBER_WORDS[word.lower()] if word.lower() in NUMBER_WORDS else int(word.replace(",", ""))


def judge_stock(sentence: Sentence) -> tuple[list[str], str]:
    """What is wrong about the counts of goods, and the text with the judged ones blanked out."""
    wrong, text = [], sentence.text
    for mention in sentence.mentions:
        text = text[: mention.start] + "pcs".ljust(mention.end - mention.start) + text[mention.end :]
    for pattern in STOCK:
        for match in list(pattern.finditer(text)):
            if _OPTION_BEFORE.search(text[: match.start("n")]) or _is_option(sentence, match.group("n"), text):
                continue
            if problem := _stock_problem(sentence, match):
                wrong.append(problem)
            text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    vague = _VAGUE_LOW.search(sentence.text) or _VAGUE_HIGH.search(sentence.text)
    if vague and not sentence.is_question and not wrong:
        stocks = _stocks(sentence, sentence.products)
        low = bool(_VAGUE_LOW.search(sentence.text))
        if not stocks or (low and min(stocks) > 10) or (not low and max(stocks) < 10):
            wrong.append(f"{vague.group(0)!r} doesn't fit the stock {sorted(stocks) or 'that nobody counts'}")
    return wrong, text


def _is_option(sentence: Sentence, figure: str, text: str) -> bool:
    """Whether the figure is a size or the like that the sentence speaks of ("leather 7 is in stock")."""
    said = sentence.explicit(text)
    return any(figure in values for values in said.values())


def _stocks(sentence: Sentence, products: Sequence[Product]) -> set[int]:
    explicit = sentence.explicit(products=products)
    found: set[int] = set()
    inherited = sentence.inherited(explicit, products)
    wanted = sentence.turn.wanted
    other = any(k in wanted and wanted[k] not in v for k, v in explicit.items())
    for reading in (inherited, explicit) if other else (inherited,):
        for product in products:
            stocks = [v.stock for _, v in variants_of([product], reading) if v.stock is not None]
            found |= {*stocks, sum(stocks)} if stocks else set()
    return found


def _stock_problem(sentence: Sentence, match: re.Match[str]) -> str | None:
    count = number(match.group("n"))
    bound = (match.groupdict().get("bound") or "").lower()
    inside = [m for m in sentence.mentions if match.start() <= m.start < match.end()]
    products = list(inside[0].products) if inside else sentence.nearest(match.start())
    if match.group("n").lower() == "one" and bound not in ("only", "just"):
        return None  # "one in stock" for "a one that is in stock": a pronoun, no count
    if _counts_variants(sentence, match, products, count):
        return None
    stocks = _stocks(sentence, products)
    name = " / ".join(p.name for p in products[:3]) or "nothing named"
    if not stocks:
        return f"states a count of {count} for {name}, whose stock the shop doesn't count"
    fits = {
        "more than": any(s > count for s in stocks), "over": any(s > count for s in stocks),
        "at least": any(s >= count for s in stocks), "fewer than": any(s < count for s in stocks),
        "less than": any(s < count for s in stocks), "under": any(s < count for s in stocks),
        "up to": any(s <= count for s in stocks),
    }  # fmt: skip
    if fits.get(bound, count in stocks):
        return None
    return f"states a count of {count} for {name}; the stock is {sorted(stocks)}"


def _counts_variants(sentence: Sentence, match: re.Match[str], products: Sequence[Product], count: int) -> bool:
    """ "9 of the 19 are available", "3 available versions": a count of variants, true as it stands."""
    if not re.search(
        r"variant|version|combination|configuration|option|choice|size|colou?r|\bof (?:the |our )?\d+",
        sentence.text,
        re.I,
    ):
        return False
    hits = variants_of(products, sentence.explicit(match.string[: match.start()], products))
    return count in (len(hits), sum(1 for _, v in hits if v.can_be_had))


def judge_kinds(sentence: Sentence, text: str) -> tuple[list[str], str]:
    """Counts of options, variants and hits ("5 sizes", "19 versions", "3 laptops"), and the text without them."""
    wrong = []
    for match in list(_KINDS.finditer(text)):
        noun, count = match.group("noun").lower(), number(match.group("n"))
        if _in_option(sentence.products, f"{match.group('n')} {noun}"):
            continue
        allowed = _kind_counts(sentence, noun)
        if allowed is None:
            continue
        if count not in allowed:
            wrong.append(f"counts {count} {noun}; the shop has {sorted(allowed)}")
        text = text[: match.start("n")] + " " * len(match.group("n")) + text[match.end("n") :]
    return wrong, text


def _in_option(products: Sequence[Product], text: str) -> bool:
    """Whether "9 cups ..." is an option's value, not a count of kinds."""
    values = {x.lower() for p in products for v in p.variants for x in v.options.values()}
    return any(text == value or text.startswith(value + " ") or value.startswith(text) for value in values)


def _kind_counts(sentence: Sentence, noun: str) -> set[int] | None:
    """The counts that are true of this noun; None where the noun names no kind that can be counted."""
    world, products = sentence.turn.world, sentence.products
    for product in products:
        for key in {k for v in product.variants for k in v.options}:
            last = key.split()[-1].rstrip("s")
            if re.match(
                rf"{re.escape(key)}(?:e?s)?\b|{re.escape(last)}s?$|{re.escape(last)}s\b".replace("colour", "color"),
                noun.replace("colour", "color"),
                re.I,
            ) and noun.endswith("s"):
                live = product.matching({k: v for k, v in sentence.turn.wanted.items() if k != key})
                groups = [
                    product.live,
                    [v for v in product.live if v.can_be_had],
                    live,
                    [v for v in live if v.can_be_had],
                ]
                return {len({v.options.get(key) for v in group}) for group in groups}
    if _VARIANTS.match(noun):
        hits = [v for p in products for v in p.live]
        return {
            len(hits),
            sum(v.can_be_had for v in hits),
            len(sentence.named),
            len(reply_named(sentence)),
        } | _matching(sentence)
    if _HITS.match(noun):
        return {len(reply_named(sentence)), len(world.products)}
    categories = {p.category.lower().rstrip("s") for p in world.products if p.category} | {
        p.facts.get("subcategory", "").lower().rstrip("s") for p in world.products
    }
    if (head := noun.split()[0].rstrip("s")) in categories - {""} and noun.split()[0].endswith("s"):
        members = world.named(f"#{head}s") or world.named(f"#{head}")
        return {len(members), sum(any(v.can_be_had for v in p.live) for p in members), len(reply_named(sentence))}
    return None


def _matching(sentence: Sentence) -> set[int]:
    hits = variants_of(sentence.products, sentence.inherited(sentence.explicit(), sentence.products))
    return {len(hits), sum(v.can_be_had for _, v in hits)}


def reply_named(sentence: Sentence) -> list[Product]:
    from .mentions import find_products

    return unique(p for m in find_products(sentence.turn.reply, sentence.turn.world) for p in m.products)


def _figures(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        yield Figure(match["n"].replace(",", ""), (match["unit"] or "").lower(), bool(match["percent"]), *match.span())
    for match in _SPAN_END.finditer(text):  # "2-3 days" is wrong by its end, too
        yield Figure(match["n"].replace(",", ""), match["unit"].lower(), False, *match.span("n"))
    for match in _WORD_NUMBER.finditer(text):
        yield Figure(str(NUMBER_WORDS[match["n"].lower()]), match["unit"].lower(), False, *match.span())


def judge_other(sentence: Sentence, text: str) -> list[str]:
    """Every figure left: it must stand in the source, of the product it is bound to and in the field it speaks of."""
    text = AMOUNT.sub(lambda m: " " * len(m.group(0)), text)
    for fact in sentence.turn.world.info.values():
        text = text.replace(fact, "_" * len(fact)) if len(fact) > 3 else text
    text = re.sub(r"\S+@\S+|https?://\S+", lambda m: "_" * len(m.group(0)), text)
    for mention in sentence.mentions:
        text = text[: mention.start] + "_" * (mention.end - mention.start) + text[mention.end :]
    wrong, text = judge_conversions(sentence.turn.world, text)
    for figure in _figures(text):
        products = sentence.nearest(figure.start) if sentence.mentions else sentence.products
        if problem := _figure_problem(sentence, figure, products, text):
            wrong.append(problem)
    return wrong


def _figure_problem(sentence: Sentence, figure: Figure, products: Sequence[Product], text: str) -> str | None:
    shown = f"{figure.value}{'%' if figure.percent else ''} {figure.unit}".strip()
    local = _around(text, figure)
    sources = [
        fact
        for p in products
        for name, fact in p.facts.items()
        if re.search(_field_words(name), local, re.I) and _could_hold(figure, name, fact)
    ]
    chosen = {value for values in sentence.explicit(local, products).values() for value in values}
    if sources and not figure.percent and not any(figure.value in value for value in chosen):
        if any(_stands_in(figure, source) for source in sources) or _on_a_page(sentence, figure):
            return None
        if figure.unit or not any(_stands_in(figure, p.description) for p in products):
            return f"{shown}: the shop's data on this of {products[0].name} say {sources[0]!r}"
    if any(_stands_in(figure, p.text) for p in products) or _on_a_page(sentence, figure):
        return None
    if not figure.unit and not figure.percent and figure.value in sentence.turn.customer_numbers():
        return None
    if (
        figure.unit
        and (NEGATION.search(sentence.text) or sentence.is_question)
        and figure.value in sentence.turn.customer_numbers()
    ):
        return None
    counted = {
        str(NUMBER_WORDS[w]) for w in re.findall(r"[a-z]+", " ".join(sentence.turn.said).lower()) if w in NUMBER_WORDS
    }
    if figure.value in counted and text[figure.end :].lstrip().startswith("×"):
        return None  # "three of those": 3 × the bulb
    if is_difference(sentence.text, sentence.turn.reply, figure.value, figure.unit, sentence.turn.world.products):
        return None
    of_stock = not figure.unit and re.search(r"stock|left|exact|units?|count", sentence.text, re.I)
    if of_stock and float(_decimal(figure.value)) in _stocks(sentence, products):
        return None
    if any(figure.value in (v.sku, p.pid) for p in products for v in p.variants):
        return None
    return f"the figure {shown} stands nowhere in what the shop says of {products[0].name if products else 'this'}"


_KIND_OF_UNIT = {
    unit: kind
    for kind, units in {
        "mass": "kg gram lb oz", "volume": "ml liter", "length": "inch mm cm m km foot",
        "time": "year month week day hour minute",
    }.items()
    for unit in units.split()
}  # fmt: skip


def _could_hold(figure: Figure, name: str, fact: str) -> bool:
    """Whether this field can be what the figure is of: litres are no weight, and a field without figures is of none
    unless it is one that is spoken of in figures."""
    figures = list(_figures(fact))
    kinds = {_KIND_OF_UNIT.get(_stem(f.unit)) for f in figures}
    kind = _KIND_OF_UNIT.get(_stem(figure.unit))
    if kind and figures and None not in kinds and kind not in kinds:
        return False
    return bool(figures) or any(name.startswith(field) for field in FACT_WORDS)


def _field_words(name: str) -> str:
    """The words that announce a field: "warranty_years" is spoken of as warranty or guarantee."""
    for field, words in FACT_WORDS.items():
        if name.startswith(field):
            return words
    return r"\b" + re.escape(name.replace("_", " ")) + r"\b"


def _around(text: str, figure: Figure) -> str:
    """The clause that the figure stands in (commas and "and" end it)."""
    start = max((m.end() for m in re.finditer(r"[,;]|\band\b|\bwith\b", text[: figure.start])), default=0)
    end = re.search(r"[,;]|\band\b", text[figure.end :])
    return text[start : figure.end + (end.start() if end else len(text))]


def _stands_in(figure: Figure, source: str, strict: bool = False) -> bool:
    """Whether the source has this figure, with this unit; without `strict`, a figure that has no unit there will do."""
    for other in _figures(source):
        if float(_decimal(other.value)) != float(_decimal(figure.value)) or other.percent != figure.percent:
            continue
        if not figure.unit or (not other.unit and not strict) or _stem(figure.unit) == _stem(other.unit):
            return True
    return bool(re.search(rf"(?<![\d.]){re.escape(figure.value)}[\s-]?{re.escape(figure.unit)}(?![\d])", source, re.I))


def _decimal(value: str) -> str:
    return value if value.count(".") <= 1 else value.replace(".", "")


def _stem(unit: str) -> str:
    unit = re.sub(r"^(business|working|calendar)\s+", "", unit)
    same = {
        "l": "liter",
        "litre": "liter",
        "lbs": "lb",
        "feet": "foot",
        "ft": "foot",
        "inches": "inch",
        "w": "watt",
        "g": "gram",
    }
    return same.get(unit, same.get(unit.rstrip("s"), unit.rstrip("s")))


def _on_a_page(sentence: Sentence, figure: Figure) -> bool:
    """Whether a policy page, a promotion or a shop fact has the figure in a line on the sentence's matter."""
    world = sentence.turn.world
    words = set(re.findall(r"[a-z]{4,}", sentence.text.lower())) - _EMPTY
    promotions = (" ".join(p.values()) for p in world.promotions)
    pages = [*world.policies.values(), *(f"{k} {v}" for k, v in world.info.items()), *promotions]
    if _quotes(sentence.text, figure, world):
        return True
    for page in pages:
        heading = ""
        for line in re.split(r"\n|(?<=[.!?])\s", page):
            heading = line if line.startswith("#") else heading
            matter = set(re.findall(r"[a-z]{4,}", (line + " " + heading).lower()))
            if words & matter and _stands_in(figure, line, strict=True):
                return True
    return False


_CLOTHES_SIZE = re.compile(r"\b(?:X{0,4}[SL]|M)\b")


def _quotes(text: str, figure: Figure, world: World) -> bool:
    """Whether the figure stands among four words in a row that a part of a page's sentence has too ("95 to 101 cm"),
    that part being about the same size ("M")."""
    words, own = squeezed(text).split(), squeezed(figure.value).split()
    sizes = {size.lower() for size in _CLOTHES_SIZE.findall(text)}
    runs = [words[i : i + 4] for i in range(len(words) - 3)]
    mine = [f" {' '.join(run)} " for run in runs if all(part in run for part in own)]
    return any(
        run in part and sizes <= set(part.split())
        for page in (world.policies.values() if mine else ())
        for part in (f" {squeezed(piece)} " for piece in re.split(r"[,;\n]|[.:]\s", page))
        for run in mine
    )
