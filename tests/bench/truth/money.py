"""Judges every amount of money in a reply: is it a price of the product and options it is said of, at this moment?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .context import NEGATION, THOUSANDS, Sentence, Turn, variants_of
from .mentions import Constraint
from .promoted import after_promotion, is_option_value
from .reduced import is_reduced
from .world import Product, Variant, minor

SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "US$": "USD"}
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
AMOUNT = re.compile(
    rf"(?P<symbol>US\$|[$€£]|\bUSD|\bEUR|\bGBP)\s?(?P<a>{_FIGURE})(?P<thousands>{THOUSANDS})?"
    rf"|(?P<b>{_FIGURE})\s?(?P<word>€|£|dollars?\b|bucks\b|euros?\b|pounds?\b|USD\b|EUR\b"
    rf"|GBP\b)"
)
_WORDS = {"dollar": "USD", "bucks": "USD", "euro": "EUR", "pound": "GBP"}
_BUDGET = re.compile(
    r"\b(?:under|below|less than|up to|at most|within|over|above|more than|max(?:imum)?(?: "
    r"of)?|around|about|budget(?: of| is)?"
    r"|cheaper than|beneath|than|exceeds?|minimum(?: of)?|at least|between)\s*(?:your |the |a )?$",
    re.I,
)
_DIFFERENCE_AFTER = re.compile(
    r"^\s*(?:more|less|cheaper|extra|dearer|difference|off\b|apart|higher|lower|in savings|saving|price difference)",
    re.I,
)
_DIFFERENCE_BEFORE = re.compile(
    r"\b(?:difference|differ|saves?|saving)\b[^.]{0,80}$|\bby (?:only |just |about )?$", re.I
)
_PAY = re.compile(r"\b(?:you pay|add)\W*$", re.I)
_TOTAL = re.compile(r"\b(?:total|together|altogether|combined|in all|come[s]? to|sum)\b", re.I)
_WAS = re.compile(
    r"\b(?:was|were|used to be|instead of|regular(?:ly)?|before|list price|normally|down from|rrp"
    r"|original(?:ly)?|usual(?:ly)?|compare)\b[^$€£]{0,25}$",
    re.I,
)
_FROM = re.compile(
    r"\b(?:from|start(?:s|ing)?(?: at| from)?|as low as|between|range[s]?(?: from)?|beginning "
    r"at|lowest)\b[^$€£]{0,20}$",
    re.I,
)
_RANGE = re.compile(r"^\s*(?:to|-|–|—|up to)\s*(?:[$€£]|US\$)")
_TO = re.compile(r"(?:\b(?:to|up to|and|until|through)|[-–—])\s*$", re.I)
HEDGE = re.compile(
    r"\b(?:from|start\w*|cheapest|lowest|as low as|one|ones|example|depend\w*|var(?:y|ies)"
    r"|between|range\w*|some|option|least|most"
    r"|priciest|up to|highest|other|another|also|this|that)\b",
    re.I,
)


@dataclass(frozen=True)
class Amount:
    minor: int
    currency: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.minor / 100:,.2f}"


def amounts(text: str) -> Iterator[Amount]:
    for match in AMOUNT.finditer(text):
        figure = (match.group("a") or match.group("b")).replace(",", "")
        mark = match.group("symbol") or match.group("word")
        currency = SYMBOLS.get(mark) or _WORDS.get(mark.lower().rstrip("s")) or _WORDS.get(mark.lower()) or mark.upper()
        yield Amount(minor(figure) * (1000 if match.group("thousands") else 1), currency, match.start(), match.end())


def judge_money(sentence: Sentence) -> list[str]:
    """One line for every amount that isn't true of what it is said of."""
    wrong = []
    currency = sentence.turn.world.info.get("currency", "USD")
    previous_end = 0
    for amount in amounts(sentence.text):
        if amount.currency != currency:
            wrong.append(f"{amount} is in {amount.currency}, the shop's currency is {currency}")
        elif problem := _judge(sentence, amount, previous_end):
            wrong.append(problem)
        previous_end = amount.end
    return wrong


def _judge(sentence: Sentence, amount: Amount, segment_start: int) -> str | None:
    before, after = sentence.text[: amount.start], sentence.text[amount.end :]
    products = _owner(sentence, amount)
    if _BUDGET.search(before) and not _FROM.search(before):
        return _judge_limit(sentence, amount, before)
    if _in_policies(sentence, amount, products):
        return None
    if after_promotion(sentence.turn.world, sentence.text, amount.minor, products):
        return None
    if is_option_value(amount.minor, products) and len(list(amounts(sentence.text))) > 1:
        return None
    if _DIFFERENCE_AFTER.search(after) or _DIFFERENCE_BEFORE.search(before):
        if amount.minor in differences(sentence):
            return None
        if _DIFFERENCE_AFTER.search(after):
            return f"{amount} is no price difference of the products spoken of"
    if _TOTAL.search(sentence.text) and amount.minor in totals(sentence):
        return None
    if _PAY.search(before) and amount.minor in _with_delivery(sentence):
        return None
    if is_reduced(sentence, amount.minor, products):
        return None
    if not products:
        if str(amount.minor / 100).rstrip("0").rstrip(".") in sentence.turn.customer_numbers():
            return None
        return f"{amount} is bound to no product"
    return _judge_price(sentence, amount, products, segment_start)


def _owner(sentence: Sentence, amount: Amount) -> list[Product]:
    """Whose price it is: "$5 for the X" goes to X, otherwise the name last said before the amount."""
    after = sentence.text[amount.end :]
    if match := re.match(r"\s+(?:for|on) (?:the |a |an |our )?", after):
        for mention in sentence.mentions:
            if mention.start == amount.end + match.end():
                return list(mention.products)
    if "respectively" in sentence.text and len(sentence.mentions) > 1:
        order = [a.start for a in amounts(sentence.text)].index(amount.start)
        if order < len(sentence.mentions):
            return list(sentence.mentions[order].products)
    return sentence.nearest(amount.start) if sentence.mentions else sentence.products


def _judge_limit(sentence: Sentence, amount: Amount, before: str) -> str | None:
    """A limit ("under $50"): the customer's own, or else true of every product that the sentence names."""
    upper = bool(
        re.search(
            r"\b(?:under|below|less than|up to|at most|within|cheaper than|beneath|max\w*)\b[^$€£]*$", before, re.I
        )
    )
    if upper and not NEGATION.search(sentence.text) and not sentence.is_question:
        for product in sentence.named:
            if product.live and min(v.price for v in product.live) > amount.minor:
                return (
                    f"{product.name} is said to be within {amount}, it costs "
                    f"{min(v.price for v in product.live) / 100:.2f}"
                )
    said = {minor(n) for n in sentence.turn.customer_numbers()}
    if amount.minor in said or _in_policies(sentence, amount, sentence.products):
        return None
    if any(v.price == amount.minor for p in sentence.products for v in p.live):
        return None
    return f"the limit {amount} is neither the customer's nor the shop's"


def _in_policies(sentence: Sentence, amount: Amount, products: Sequence[Product]) -> bool:
    """Whether a policy page or promotion states this amount and the sentence speaks of that page's matter."""
    world = sentence.turn.world
    pages = list(world.policies.values()) + [" ".join(p.values()) for p in world.promotions]
    figure = f"{amount.minor / 100:.2f}"
    forms = {figure, figure.removesuffix(".00"), f"{amount.minor / 100:,.2f}"}
    words = set(re.findall(r"[a-z]{4,}", sentence.text.lower())) - {w for p in products for w in p.name.lower().split()}
    for page in pages:
        for line in re.split(r"[\n]|(?<=[.!?])\s", page):
            shared = words & set(re.findall(r"[a-z]{4,}", line.lower()))
            if len(shared) >= 2 and any(re.search(rf"(?<![\d.]){re.escape(f)}(?![\d]|\.\d)", line) for f in forms):
                return True
    return False


def _judge_price(sentence: Sentence, amount: Amount, products: Sequence[Product], segment_start: int) -> str | None:
    explicit = _constraints(sentence, amount, products, segment_start)
    readings = [sentence.inherited(explicit, products)]
    if (asked := sentence.asked(explicit, products)) != explicit:
        readings.append(asked)
    if sentence.carried:
        readings.append({**sentence.carried, **explicit})
    span = bool(
        _RANGE.search(sentence.text[amount.end :])
        or _FROM.search(sentence.text[: amount.start])
        or (segment_start and _TO.search(sentence.text[segment_start : amount.start]))
    )
    if explicit or span or "cheapest" in sentence.text.lower() or "expensive" in sentence.text.lower():
        readings.append(explicit)
    problems = [_price_problem(sentence, amount, products, reading, span) for reading in readings]
    return None if None in problems else problems[-1] if explicit else problems[0]


def _constraints(sentence: Sentence, amount: Amount, products: Sequence[Product], segment_start: int) -> Constraint:
    """The options said for this amount: those since the amount before it (and right after it), then those said
    earlier in the sentence for the options left open."""
    tail = re.match(r"\s*(?:\(|for|in|each for|\s)[^,;.$€£]*", sentence.text[amount.end :])
    last = not any(a.start > amount.start for a in amounts(sentence.text))
    follow = sentence.text[amount.end :] if last else (tail.group(0) if tail else "")
    follow = follow.partition(";")[0]  # what follows a semicolon is said of something else than this amount
    own = sentence.explicit(sentence.text[segment_start : amount.start], products)
    later = sentence.explicit(follow, products) if not own or last else {}
    local = {**{k: v for k, v in later.items() if k not in own}, **own}
    earlier = sentence.explicit(sentence.text[:segment_start], products) if segment_start else {}
    return {**{k: v for k, v in earlier.items() if k not in local and len(v) == 1}, **local}


def _price_problem(
    sentence: Sentence, amount: Amount, products: Sequence[Product], said: Constraint, span: bool
) -> str | None:
    name = " / ".join(p.name for p in products[:3])
    hits = variants_of(products, said)
    options = ", ".join(f"{k} {'/'.join(v)}" for k, v in said.items())
    if not hits:
        return f"{amount} is given for {name} ({options}), which the shop doesn't list"
    if _WAS.search(sentence.text[: amount.start]) and any(v.compare_at == amount.minor for _, v in hits):
        return None
    can_be_had = [(p, v) for p, v in hits if v.can_be_had]
    within = [(p, v) for p, v in hits if _within_budget(sentence, v)]
    if amount.minor in _extremes(hits) | _extremes(can_be_had) | _extremes(within) and (
        span or len({v.price for _, v in hits}) == 1
    ):
        return None
    prices = {v.price for _, v in hits}
    if span or amount.minor not in prices:
        return (
            f"{amount} isn't {'an end of the price range' if span else 'a price'} of {name} "
            f"({options}): {_show(prices)}{_whose(sentence, amount)}"
        )
    open_prices = {v.price for _, v in (can_be_had or hits)}
    exact = {v.price for _, v in hits if all(v.options.get(k) in values for k, values in said.items())}
    if exact == {amount.minor}:
        return None
    loose = any(part.get("loose") for part in sentence.turn.parts)
    if len(products) == 1 and len(open_prices) > 1 and not loose and not HEDGE.search(sentence.text):
        return f"{amount} is one variant's price given for all of {name} ({options}): {_show(prices)}"
    return None


def _within_budget(sentence: Sentence, variant: Variant) -> bool:
    """Whether the variant is within the limits that the case says the customer set."""
    for part in sentence.turn.parts:
        if "max" in part and variant.price > float(part["max"]) * 100:
            return False
        if "min" in part and variant.price < float(part["min"]) * 100:
            return False
    return True


def _extremes(hits: Sequence[tuple[Product, Variant]]) -> set[int]:
    prices = [v.price for _, v in hits]
    return {min(prices), max(prices)} if prices else set()


def _show(prices: set[int]) -> str:
    ordered = sorted(prices)
    shown = ordered if len(ordered) <= 4 else [ordered[0], ordered[-1]]
    return ("" if len(ordered) <= 4 else "between ") + ", ".join(f"{p / 100:.2f}" for p in shown)


def _whose(sentence: Sentence, amount: Amount) -> str:
    owners = [p.name for p in sentence.turn.world.products for v in p.live if v.price == amount.minor]
    return f"; it is the price of {owners[0]}" if owners else ""


def spoken_of(sentence: Sentence) -> list[Product]:
    from .context import unique

    turn = sentence.turn
    return unique([*sentence.named, *sentence.products, *turn.focus, *turn.shown[:4]])


def differences(sentence: Sentence) -> set[int]:
    prices = {v.price for p in spoken_of(sentence) for v in p.live}
    found = {abs(a - b) for a in prices for b in prices if a != b}
    return found | {v.compare_at - v.price for p in spoken_of(sentence) for v in p.live if v.compare_at}


def totals(sentence: Sentence) -> set[int]:
    """Sums of one price of each of two or three products spoken of, and small multiples of one."""
    groups = [{v.price for v in p.live} for p in spoken_of(sentence)[:4]]
    found = {price * n for group in groups for price in group for n in range(2, 13)}
    for i, first in enumerate(groups):
        for j, second in enumerate(groups[i + 1 :], i + 1):
            pairs = {a + b for a in first for b in second}
            found |= pairs
            for third in groups[j + 1 :]:
                found |= {a + b for a in pairs for b in third}
    return found | _worked_out(sentence)


_TIMES = re.compile(r"(\d+) ×")


def _worked_out(sentence: Sentence) -> set[int]:
    """The sum that a sentence works out before the reader: "2 × the A at $5.00 each and the B at $3.00 come to $13.00".
    Each summand is judged by itself."""
    found, at, total = set(), 0, 0
    for amount in amounts(sentence.text):
        found |= {total} if at else set()
        times = _TIMES.findall(sentence.text[at : amount.start])
        total += amount.minor * (int(times[-1]) if times else 1)
        at = amount.end
    return found


def _with_delivery(sentence: Sentence) -> set[int]:
    """What a sentence on delivery adds to what was said before it ("it costs £3.95, so you pay £29.85 in all"), and
    what is missing until it is free."""
    if not re.search(r"\bdelivery\b", sentence.text, re.I):
        return set()
    stated = [a.minor for a in amounts(sentence.turn.reply)]
    return {a + b for a in stated for b in stated} | {abs(a - b) for a in stated for b in stated}


def policy_turn(turn: Turn) -> bool:
    return any(part["kind"] == "policy" for part in turn.parts)
