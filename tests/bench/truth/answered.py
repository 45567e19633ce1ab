"""Says whether a reply answers what the customer asked, by the expectation of the case and the data of the moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .availability import leading, polarity
from .comparing import compare, compare_variants, extreme
from .context import DONT_KNOW, NOT_CARRIED, NOT_FOUND, Json, Turn, variants_of
from .expected import ANSWERABLE, GOOD, Answer, hits_of, meant, missing, named_in, show, stated_prices
from .measures import attribute_extreme, count
from .mentions import NUMBER_WORDS, clauses, find_options, sentences
from .soothing import soothe
from .world import Product


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
    if answer.ok and part["kind"] in ("price", "avail", "stock", "detail", "says", "options"):
        answer = _about_the_right_product(turn, part) or answer
    if answer.ok or part["kind"] not in ANSWERABLE or answer.wrong:
        return answer
    if turn.record.get("clarifying"):
        return Answer("CLARIFIED", False, f"asks back although it is clear: {answer.why}")
    denies = part["kind"] not in ("avail", "price", "options", "stock") and NOT_CARRIED.search(turn.reply)
    if DONT_KNOW.search(turn.reply) or NOT_FOUND.search(turn.reply) or denies:
        return Answer("DONT_KNOW", False, f"says it doesn't know: {answer.why}")
    return answer


def _about_the_right_product(turn: Turn, part: Json) -> Answer | None:
    """A true reply that names products, but none of those that were asked about, is no answer."""
    expected = meant(turn, part)
    named = named_in(turn, expected)
    if not expected or not named or {p.pid for p in named} & {p.pid for p in expected}:
        return None
    return missing(f"answers about {named[0].name} instead of {expected[0].name}")


def _price(turn: Turn, part: Json) -> Answer:
    hits = hits_of(turn, part)
    if not hits:
        said_no = leading(turn.reply) is False or any(polarity(c) is False for c in clauses(turn.reply, turn.world))
        return GOOD if said_no else missing("there is no such variant, the reply doesn't say so")
    prices = {v.price for v in hits}
    can_be_had = {v.price for v in hits if v.can_be_had}
    stated = stated_prices(turn)
    if len(prices) == 1 or len(can_be_had) == 1:
        wanted = can_be_had if len(can_be_had) == 1 else prices
        if stated & (wanted | (prices if part.get("loose") else set())):
            return GOOD
        return _clarified(turn) if len(prices) > 1 else missing(f"the price {show(wanted)} is missing")
    if stated & (prices | can_be_had):
        return GOOD
    return _clarified(turn) or missing(f"none of the prices {show(prices)} is there")


def _clarified(turn: Turn) -> Answer:
    if turn.record.get("clarifying"):
        return Answer("CLARIFIED", True, "asks which of several is meant")
    return missing("none of the right prices is there")


def _avail(turn: Turn, part: Json) -> Answer:
    hits = hits_of(turn, part)
    if hits and all(v.is_unknown for v in hits):
        return _dont_know(turn, {"topic": "whether it is there"})
    truth = any(v.can_be_had for v in hits_of(turn, part))
    lead = leading(turn.reply)
    yes_no_question = bool(
        re.search(r"\b(?:is|are|do|does|can|got|have|has|any|available|in stock|still)\b", turn.say, re.I)
    )
    if lead is not None and yes_no_question and lead != truth and _narrower(turn, part, lead):
        return missing("answers about a narrower combination than was asked for")
    if lead is not None and yes_no_question and lead != truth:
        words = "yes" if lead else "no"
        return Answer(
            "WRONG_ANSWER",
            False,
            f"opens with {words!r}",
            f"opens with {words!r}, the truth is {'yes' if truth else 'no'}",
        )
    if truth and (other := _other_values(turn, part)):
        return missing(f"speaks of {other} only")
    stated = [s for s in sentences(turn.reply, turn.world) if not s.endswith("?")]
    said = [polarity(c) for s in stated for c in clauses(s, turn.world)]
    if lead == truth and lead is not None:
        return GOOD
    if truth in said:
        return GOOD
    if turn.record.get("clarifying") and len(hits_of(turn, part)) > 1:
        return Answer("CLARIFIED", True, "asks which of several is meant")
    if truth and stated_prices(turn) & {v.price for v in hits_of(turn, part)}:
        return missing("gives the price, says nothing of availability")
    return missing(f"the availability ({'yes' if truth else 'no'}) is missing")


def _other_values(turn: Turn, part: Json) -> str:
    """The option that the reply gives values of, but never the one that was asked for."""
    found = find_options(turn.reply, meant(turn, part))
    for key, wanted in part.get("options", {}).items():
        if key in found and wanted not in found[key]:
            return f"{key} {'/'.join(found[key])}"
    return ""


def _narrower(turn: Turn, part: Json, lead: bool) -> bool:
    """Whether the reply's yes or no is openly about more options than the customer named, and true of those."""
    products = meant(turn, part)
    wanted = part.get("options", {})
    for sentence in sentences(turn.reply, turn.world):
        explicit = find_options(sentence, products)
        if set(explicit) - set(wanted) and all(wanted[k] in v for k, v in explicit.items() if k in wanted):
            return lead == any(v.can_be_had for _, v in variants_of(products, explicit))
    return False


def _stock(turn: Turn, part: Json) -> Answer:
    hits = hits_of(turn, part)
    stocks = [v.stock for v in hits if v.stock is not None]
    said = [polarity(c) for c in clauses(turn.reply, turn.world)]
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
    products, key = meant(turn, part), part["option"]
    hits = hits_of(turn, part)
    can_be_had = {v.options[key] for v in hits if v.can_be_had and key in v.options}
    listed = {v.options[key] for v in hits if key in v.options}
    found = {value for name, values in find_options(turn.reply, products).items() if name == key for value in values}
    if part.get("need"):
        return GOOD if part["need"] in found else missing(f"{key} {part['need']} is missing")
    if not listed:
        said_no = any(polarity(c) is False for c in clauses(turn.reply, turn.world))
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


_NOTHING_FITS = re.compile(r"\b(?:nothing|none|no \w+)\b[^.]{0,40}\b(?:fits?|match(?:es)?|under|within|below)\b", re.I)


def _search(turn: Turn, part: Json) -> Answer:
    products = meant(turn, part)
    fitting = [p for p in products if _fits(turn, part, p)]
    named = named_in(turn, products)
    denied = NOT_FOUND.search(turn.reply) or NOT_CARRIED.search(turn.reply) or leading(turn.reply) is False
    if not fitting:
        return (
            GOOD
            if denied or any(polarity(c) is False for c in clauses(turn.reply, turn.world))
            else missing("nothing fits, the reply doesn't say so")
        )
    wanted = {p.pid for p in fitting}
    if denied and not wanted & {p.pid for p in named}:
        if NOT_CARRIED.search(turn.reply) or leading(turn.reply) is False or _NOTHING_FITS.search(turn.reply):
            return Answer(
                "WRONG_ANSWER", False, "denies what is there", f"denies having it; there is {fitting[0].name}"
            )
        return missing(f"didn't find {fitting[0].name}")
    if wanted & {p.pid for p in named} or (
        len(products) == 1 and stated_prices(turn) & {v.price for v in products[0].live}
    ):
        return GOOD
    if turn.record.get("clarifying") and len(fitting) > 1:
        return Answer("CLARIFIED", True, "asks which of several is meant")
    return missing(f"names none of {', '.join(p.name for p in fitting[:4])}")


def _detail(turn: Turn, part: Json) -> Answer:
    facts = [p.facts[part["field"]] for p in meant(turn, part) if part["field"] in p.facts]
    reply = turn.reply.lower()
    if facts and facts[0].lower().startswith("no ") and leading(turn.reply) is True and _asks_yes_no(turn.say):
        return Answer("WRONG_ANSWER", False, "opens with yes", f"opens with yes, the source says {facts[0]!r}")
    for fact in facts:
        low = fact.lower()
        if low.startswith("no "):
            what = low.split()[1]
            if (
                re.search(rf"\b(?:no|not|without|doesn't|isn't|can't|cannot|aren't)\b[^.]*\b{what}", reply)
                or low in reply
            ):
                return GOOD
            if (what == "return" and re.search(r"\b(?:can't|cannot|not) (?:be )?(?:return|sen[dt])", reply)) or leading(
                turn.reply
            ) is False:
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
    known = [s for s in sentences(turn.reply, turn.world) if not DONT_KNOW.search(s) or "“" in s or '"' in s]
    if any(re.search(part["says"], s, re.I) for s in known):
        return GOOD
    return missing(f"nothing like {part['says']!r} is said")


def _absent(turn: Turn, part: Json) -> Answer:
    denied = (
        NOT_CARRIED.search(turn.reply) or NOT_FOUND.search(turn.reply) or leading(turn.reply) is False
        or any(polarity(c) is False for c in clauses(turn.reply, turn.world))
    )  # fmt: skip
    if denied or re.search(r"\b(?:isn't|not) (?:in|part of|something|one of)\b", turn.reply, re.I):
        return GOOD
    return missing(f"doesn't say that there is no {part['name']}")


def _asks_yes_no(say: str) -> bool:
    return bool(re.search(r"\b(?:is|are|does|do|can|has|have|will)\b", say, re.I))


def _dont_know(turn: Turn, part: Json) -> Answer:
    lead = leading(turn.reply)
    if lead is not None and _asks_yes_no(turn.say):
        words = f"opens with {'yes' if lead else 'no'} where the shop doesn't know ({part.get('topic', '')})"
        return Answer("WRONG_ANSWER", False, words, words)
    if DONT_KNOW.search(turn.reply) or NOT_FOUND.search(turn.reply):
        return Answer("DONT_KNOW", True, "says rightly that it doesn't know")
    if turn.record.get("handoff"):
        return Answer("DONT_KNOW", True, "hands over what it doesn't know")
    return missing(f"should say that it doesn't know ({part.get('topic', '')})")


def _off_topic(turn: Turn, part: Json) -> Answer:
    declines = re.search(
        r"\b(?:can't|cannot|can not|not able|unable|only|shop|store|products?|outside|don't know"
        r"|not something|help (?:you )?(?:with|find)|I'm here)\b",
        turn.reply,
        re.I,
    )
    return Answer("OFF_TOPIC_OK", True, "keeps to the shop") if declines else missing("doesn't keep to the shop")


def _ai(turn: Turn, part: Json) -> Answer:
    says = re.search(
        r"\b(?:AI|A\.I\.|artificial|automated|virtual|computer|program|bot|machine|not a (?:human"
        r"|person|real person))\b",
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
    "price": _price,
    "avail": _avail,
    "stock": _stock,
    "options": _options,
    "search": _search,
    "detail": _detail,
    "says": _says,
    "compare": compare,
    "comparev": compare_variants,
    "extreme": extreme,
    "attrext": attribute_extreme,
    "count": count,
    "absent": _absent,
    "policy": _says,
    "dontknow": _dont_know,
    "offtopic": _off_topic,
    "ai": _ai,
    "person": _person,
    "soothe": soothe,
    "clarify": _clarify,
    "greet": _polite,
    "thanks": _polite,
    "pass": _free,
}
