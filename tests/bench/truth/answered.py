"""Says whether a reply answers what the customer asked, by the expectation of the case and the data of the moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .availability import leading, polarity
from .context import DONT_KNOW, NOT_CARRIED, NOT_FOUND, Json, Turn, unique
from .figures import NUMBER_WORDS, STOCK
from .mentions import clauses, find_options, find_products, sentences
from .money import amounts
from .wording import _CHEAPER, _DEARER, score
from .world import Product, Variant

ANSWERABLE = {
    "search",
    "says",
    "detail",
    "options",
    "price",
    "avail",
    "stock",
    "compare",
    "comparev",
    "extreme",
    "policy",
    "absent",
}


@dataclass(frozen=True)
class Answer:
    """`outcome`: ANSWERED, CLARIFIED, DONT_KNOW, OFF_TOPIC_OK, WRONG_ANSWER or FREE; `ok`: as it should be."""

    outcome: str
    ok: bool
    why: str
    wrong: str | None = None


GOOD = Answer("ANSWERED", True, "answers what was asked")


def missing(why: str) -> Answer:
    return Answer("WRONG_ANSWER", False, why)


def judge_answer(turn: Turn) -> Answer:
    """The best verdict over the case's alternatives. A reply that states something untrue (`wrong`) is kept as such."""
    answers = [_judge(turn, part) for part in turn.expect]
    for answer in answers:
        if answer.ok:
            return answer
    return answers[0]


def _judge(turn: Turn, part: Json) -> Answer:
    if part["kind"] == "all":
        answers = [_judge(turn, one) for one in part["parts"]]
        return next((a for a in answers if not a.ok), answers[0])
    if not turn.reply:
        return missing("the reply is empty")
    answer = KINDS[part["kind"]](turn, part)
    if answer.ok or part["kind"] not in ANSWERABLE or answer.wrong:
        return answer
    if turn.record.get("clarifying"):
        return Answer("CLARIFIED", False, f"asks back although it is clear: {answer.why}")
    if DONT_KNOW.search(turn.reply) or NOT_FOUND.search(turn.reply) or NOT_CARRIED.search(turn.reply):
        return Answer("DONT_KNOW", False, f"says it doesn't know: {answer.why}")
    return answer


def _products(turn: Turn, part: Json) -> list[Product]:
    return unique(p for name in part.get("products", []) for p in turn.world.named(name))


def _hits(turn: Turn, part: Json, key: str = "options") -> list[Variant]:
    return [v for p in _products(turn, part) for v in p.matching(part.get(key, {}))]


def _named(turn: Turn, likely: Sequence[Product] = ()) -> list[Product]:
    return unique(p for m in find_products(turn.reply, turn.world, likely) for p in m.products)


def _prices(turn: Turn) -> set[int]:
    return {a.minor for a in amounts(turn.reply)}


def _price(turn: Turn, part: Json) -> Answer:
    hits = _hits(turn, part)
    if not hits:
        said_no = leading(turn.reply) is False or any(polarity(c) is False for c in clauses(turn.reply))
        return GOOD if said_no else missing("there is no such variant, the reply doesn't say so")
    prices = {v.price for v in hits}
    can_be_had = {v.price for v in hits if v.can_be_had}
    stated = _prices(turn)
    if len(prices) == 1 or len(can_be_had) == 1:
        wanted = can_be_had if len(can_be_had) == 1 else prices
        if stated & (wanted | (prices if part.get("loose") else set())):
            return GOOD
        return _clarified(turn) if len(prices) > 1 else missing(f"the price {_show(wanted)} is missing")
    if stated & (prices | can_be_had):
        return GOOD
    return _clarified(turn) or missing(f"none of the prices {_show(prices)} is there")


def _clarified(turn: Turn) -> Answer:
    if turn.record.get("clarifying"):
        return Answer("CLARIFIED", True, "asks which of several is meant")
    return missing("none of the right prices is there")


def _show(prices: set[int]) -> str:
    return ", ".join(f"{p / 100:.2f}" for p in sorted(prices)[:6])


def _avail(turn: Turn, part: Json) -> Answer:
    truth = any(v.can_be_had for v in _hits(turn, part))
    lead = leading(turn.reply)
    yes_no_question = bool(
        re.search(r"\b(?:is|are|do|does|can|got|have|has|any|available|in stock|still)\b", turn.say, re.I)
    )
    if lead is not None and yes_no_question and lead != truth:
        words = "yes" if lead else "no"
        return Answer(
            "WRONG_ANSWER",
            False,
            f"opens with {words!r}",
            f"opens with {words!r}, the truth is {'yes' if truth else 'no'}",
        )
    said = [polarity(c) for s in sentences(turn.reply, turn.world) if not s.endswith("?") for c in clauses(s)]
    if lead == truth and lead is not None:
        return GOOD
    if truth in said:
        return GOOD
    if turn.record.get("clarifying") and len(_hits(turn, part)) > 1:
        return Answer("CLARIFIED", True, "asks which of several is meant")
    if truth and _prices(turn) & {v.price for v in _hits(turn, part)}:
        return missing("gives the price, says nothing of availability")
    return missing(f"the availability ({'yes' if truth else 'no'}) is missing")


def _stock(turn: Turn, part: Json) -> Answer:
    hits = _hits(turn, part)
    stocks = [v.stock for v in hits if v.stock is not None]
    said = [polarity(c) for c in clauses(turn.reply)]
    if not stocks or not hits:
        known = DONT_KNOW.search(turn.reply) or any(p is not None for p in said)
        return (
            Answer("DONT_KNOW", True, "no count is known, and it states none")
            if known
            else missing("says nothing of the stock")
        )
    counts = {int(n) for n in re.findall(r"\d+", turn.reply.replace(",", ""))}
    counts |= {NUMBER_WORDS[w] for w in re.findall(r"[a-z]+", turn.reply.lower()) if w in NUMBER_WORDS}
    if counts & {*stocks, sum(stocks)}:
        return GOOD
    if sum(stocks) == 0 and (False in said or leading(turn.reply) is False):
        return GOOD
    if re.search(r"^(?:can|could|are|is|do)\b", turn.say, re.I) and leading(turn.reply) is not None:
        return GOOD
    if turn.record.get("clarifying") and len(stocks) > 1:
        return Answer("CLARIFIED", True, "asks which of several is meant")
    return missing(f"the count {sum(stocks)} is missing")


def _options(turn: Turn, part: Json) -> Answer:
    products, key = _products(turn, part), part["option"]
    hits = _hits(turn, part)
    can_be_had = {v.options[key] for v in hits if v.can_be_had and key in v.options}
    listed = {v.options[key] for v in hits if key in v.options}
    found = {value for name, values in find_options(turn.reply, products).items() if name == key for value in values}
    if part.get("need"):
        return GOOD if part["need"] in found else missing(f"{key} {part['need']} is missing")
    if not listed:
        said_no = any(polarity(c) is False for c in clauses(turn.reply))
        return GOOD if said_no else missing("there is no such variant, the reply doesn't say so")
    if can_be_had <= found or listed <= found:
        return GOOD
    hedged = re.search(r"\b(?:including|such as|among|like|for example|and more|others?)\b", turn.reply, re.I)
    if hedged and len(found & listed) >= 3:
        return GOOD
    return missing(
        f"{key}: {', '.join(sorted(can_be_had or listed))} expected, {', '.join(sorted(found)) or 'none'} found"
    )


def _fits(turn: Turn, part: Json, product: Product) -> bool:
    for variant in product.live:
        if "max" in part and variant.price > float(part["max"]) * 100:
            continue
        if "min" in part and variant.price < float(part["min"]) * 100:
            continue
        if all(variant.options.get(k, "").lower() == v.lower() for k, v in part.get("options", {}).items()):
            return True
    return False


def _search(turn: Turn, part: Json) -> Answer:
    products = _products(turn, part)
    fitting = [p for p in products if _fits(turn, part, p)]
    named = _named(turn, products)
    denied = NOT_FOUND.search(turn.reply) or NOT_CARRIED.search(turn.reply) or leading(turn.reply) is False
    if not fitting:
        return (
            GOOD
            if denied or any(polarity(c) is False for c in clauses(turn.reply))
            else missing("nothing fits, the reply doesn't say so")
        )
    wanted = {p.pid for p in fitting}
    if denied and not wanted & {p.pid for p in named}:
        if NOT_CARRIED.search(turn.reply) or leading(turn.reply) is False:
            return Answer(
                "WRONG_ANSWER", False, "denies what is there", f"denies having it; there is {fitting[0].name}"
            )
        return missing(f"didn't find {fitting[0].name}")
    if wanted & {p.pid for p in named} or (len(products) == 1 and _prices(turn) & {v.price for v in products[0].live}):
        return GOOD
    if turn.record.get("clarifying") and len(fitting) > 1:
        return Answer("CLARIFIED", True, "asks which of several is meant")
    return missing(f"names none of {', '.join(p.name for p in fitting[:4])}")


def _detail(turn: Turn, part: Json) -> Answer:
    facts = [p.facts[part["field"]] for p in _products(turn, part) if part["field"] in p.facts]
    reply = turn.reply.lower()
    for fact in facts:
        low = fact.lower()
        if low.startswith("no "):
            what = low.split()[1]
            if (
                re.search(rf"\b(?:no|not|without|doesn't|isn't|can't|cannot|aren't)\b[^.]*\b{what}", reply)
                or low in reply
            ):
                return GOOD
            if (
                (what == "return"
                and re.search(r"\b(?:can't|cannot|not) (?:be )?(?:return|sen[dt])", reply))
                or leading(turn.reply) is False
            ):
                return GOOD
            continue
        figures = re.findall(r"\d+(?:\.\d+)?", low)
        if figures and _holds(figures[:1] if part["field"] == "rating" else figures, reply):
            return GOOD
        if not figures and all(
            w in reply for w in re.findall(r"[a-z]{4,}", low) if w not in ("ships", "policy", "warranty")
        ):
            return GOOD
    return missing(f"the {part['field']} ({'; '.join(facts) or 'unknown'}) is missing")


def _holds(figures: Sequence[str], reply: str) -> bool:
    words = {word: str(n) for word, n in NUMBER_WORDS.items()}
    said = set(re.findall(r"\d+(?:\.\d+)?", reply)) | {words[w] for w in re.findall(r"[a-z]+", reply) if w in words}
    return all(f in said or str(float(f)).rstrip("0").rstrip(".") in said for f in figures)


def _says(turn: Turn, part: Json) -> Answer:
    return GOOD if re.search(part["says"], turn.reply, re.I) else missing(f"nothing like {part['says']!r} is said")


def _compare(turn: Turn, part: Json) -> Answer:
    products = _products(turn, part)
    named = {p.pid for p in _named(turn, products)}
    winner = part.get("win")
    if winner:
        which = "cheapest" if winner == "low" else "most_expensive"
        best = max(products, key=lambda p: score(p, which, False))
        return _winner(turn, products, best, winner, named)
    stated = _prices(turn)
    each = [stated & {v.price for v in p.live} for p in products]
    if part.get("field") == "price":
        gaps = {abs(a.price - b.price) for a in products[0].live for b in products[1].live}
        return GOOD if all(each) or stated & gaps else missing("neither both prices nor their difference is there")
    if all(p.pid in named for p in products):
        return (
            GOOD
            if any(each) or _CHEAPER.search(turn.reply) or re.search(r"\d", turn.reply)
            else missing("names both, compares nothing")
        )
    return missing("doesn't name both")


def _winner(turn: Turn, products: Sequence[Product], best: Product, winner: str, named: set[str]) -> Answer:
    stated = _prices(turn)
    if all(stated & {v.price for v in p.live} for p in products):
        return GOOD
    low = score(best, "cheapest", False)
    if all(score(p, "cheapest", False) == low for p in products):
        same = re.search(r"\b(?:same|equal|both cost|identical)", turn.reply, re.I)
        return GOOD if same else missing("both cost the same, the reply doesn't say so")
    if best.pid in named and (
        _CHEAPER.search(turn.reply)
        or _DEARER.search(turn.reply)
        or re.search(r"cheapest|most expensive", turn.reply, re.I)
    ):
        return GOOD
    if best.pid in named and len(named) == 1:
        return GOOD
    return missing(f"{best.name} is the {'cheaper' if winner == 'low' else 'dearer'} one; that isn't said")


def _comparev(turn: Turn, part: Json) -> Answer:
    first, second = (_hits(turn, part, key) for key in ("a", "b"))
    stated = _prices(turn)
    prices = [{v.price for v in group} for group in (first, second)]
    if stated & prices[0] and stated & prices[1]:
        return GOOD
    ordered = sorted(((min(group), key) for group, key in zip(prices, ("a", "b"), strict=True) if group))
    if len(ordered) < 2:
        return missing("one of the two isn't listed")
    price, key = ordered[0] if part["win"] == "low" else ordered[-1]
    other = part["b" if key == "a" else "a"]
    values = {v for k, v in part[key].items() if other.get(k) != v}
    said = find_options(turn.reply, _products(turn, part))
    found = {value for group in said.values() for value in group}
    return (
        GOOD
        if price in stated or values & found
        else missing(f"the {'cheaper' if part['win'] == 'low' else 'dearer'} one ({', '.join(values)}) isn't named")
    )


def _extreme(turn: Turn, part: Json) -> Answer:
    products, which = _products(turn, part), part["which"]
    if part.get("yes"):
        return _still_extreme(turn, part, products[0])
    pools: list[set[str]] = []
    prices: set[int] = set()
    for only in (False, True):
        if len(products) == 1:
            hits = [v for v in _hits(turn, part) if v.can_be_had or not only]
            if hits:
                prices.add((min if which == "cheapest" else max)(v.price for v in hits))
            continue
        alive = [p for p in products if any(v.can_be_had or not only for v in p.live)]
        best = max(score(p, which, only) for p in alive)
        pools.append({p.pid for p in alive if score(p, which, only) == best})
    if len(products) == 1:
        if part.get("available") and len(prices) > 1:
            prices = {(min if which == "cheapest" else max)(v.price for v in _hits(turn, part) if v.can_be_had)}
        return GOOD if prices & _prices(turn) else missing(f"the right price ({_show(prices)}) isn't there")
    named = {p.pid for p in _named(turn, products)}
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
    return GOOD if lead == truth or lowest in _prices(turn) else missing("doesn't say whether it still is")


def _absent(turn: Turn, part: Json) -> Answer:
    denied = (
        NOT_CARRIED.search(turn.reply) or NOT_FOUND.search(turn.reply) or leading(turn.reply) is False
        or any(polarity(c) is False for c in clauses(turn.reply))
    )  # fmt: skip
    if denied or re.search(r"\b(?:isn't|not) (?:in|part of|something|one of)\b", turn.reply, re.I):
        return GOOD
    return missing(f"doesn't say that there is no {part['name']}")


def _policy(turn: Turn, part: Json) -> Answer:
    return GOOD if re.search(part["says"], turn.reply, re.I) else missing(f"nothing like {part['says']!r} is said")


def _dont_know(turn: Turn, part: Json) -> Answer:
    if DONT_KNOW.search(turn.reply) or NOT_FOUND.search(turn.reply):
        return Answer("DONT_KNOW", True, "says rightly that it doesn't know")
    if turn.record.get("handoff"):
        return Answer("DONT_KNOW", True, "hands over what it doesn't know")
    return missing(f"should say that it doesn't know ({part.get('topic', '')})")


def _off_topic(turn: Turn, part: Json) -> Answer:
    declines = re.search(
        r"\b(?:can't|cannot|can not|not able|unable|only|shop|store|products?|outside|don't know|not something|help (?:you )?(?:with|find)|I'm here)\b",
        turn.reply,
        re.I,
    )
    return Answer("OFF_TOPIC_OK", True, "keeps to the shop") if declines else missing("doesn't keep to the shop")


def _ai(turn: Turn, part: Json) -> Answer:
    says = re.search(
        r"\b(?:AI|A\.I\.|artificial|automated|virtual|computer|program|bot|machine|not a (?:human|person|real person))\b",
        turn.reply,
    )
    return GOOD if says else missing("doesn't say that it is an AI")


def _person(turn: Turn, part: Json) -> Answer:
    return GOOD if turn.record.get("handoff") else missing("doesn't call a person (handoff is false)")


def _clarify(turn: Turn, part: Json) -> Answer:
    if (
        turn.record.get("clarifying")
        or turn.reply.rstrip().endswith("?")
        or re.search(r"\bwhich\b[^.]*\?", turn.reply, re.I)
    ):
        return Answer("CLARIFIED", True, "asks which is meant")
    return missing("it is ambiguous; the reply doesn't ask")


def _polite(turn: Turn, part: Json) -> Answer:
    return (
        Answer("FREE", False, "treats a pleasantry as a question")
        if DONT_KNOW.search(turn.reply)
        else Answer("FREE", True, "fine")
    )


def _free(turn: Turn, part: Json) -> Answer:
    return Answer("FREE", True, "any true reply will do")


KINDS: dict[str, Callable[[Turn, Json], Answer]] = {
    "price": _price, "avail": _avail, "stock": _stock, "options": _options, "search": _search, "detail": _detail, "says": _says,
    "compare": _compare, "comparev": _comparev, "extreme": _extreme, "absent": _absent, "policy": _policy, "dontknow": _dont_know,
    "offtopic": _off_topic, "ai": _ai, "person": _person, "clarify": _clarify, "greet": _polite, "thanks": _polite, "pass": _free,
}  # fmt: skip
__all__ = ["ANSWERABLE", "KINDS", "STOCK", "Answer", "judge_answer"]
