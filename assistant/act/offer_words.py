"""How promotions read: their own description, how long they run, what stands in their way. Prices no basket."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from assistant.act.plan import Fact, Field, Plan
from assistant.act.till import Till
from assistant.act.words import join
from assistant.shop.pricing import Priced, Terms
from assistant.shop.pricing.basket import subtotal_of


def quote(terms: Terms, till: Till, plan: Plan, *, closing: bool = False) -> Fact:
    """Say a promotion in the shop's own words: "Cosy nights: 12.5% off all blankets"."""
    fact = plan.fact(terms.name)
    row = till.rows[terms.promotion_id]
    text = f"{terms.name}: {row.description or described(terms, till)}"
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    if terms.members_only and "member" not in text.lower():
        text += " For members only."
    receipts = (till.receipt(terms, "description" if row.description else "type"), till.receipt(terms))
    fact.fields["offer"] = Field("quote", text, receipts, "an offer")
    if closing:
        plan.closing.append(fact.key("offer"))
    else:
        plan.say(fact.key("offer"), fact.key("offer"))
    return fact


def described(terms: Terms, till: Till) -> str:
    """A promotion in plain words from its columns, for one that the shop hasn't described."""
    what = [[_target(t.kind, t.value, terms, till) for t in part] for part in terms.parts]
    of = join([join(part, "or") for part in what])
    amount = till.money(terms.value)
    text = {
        "percent": f"{float(terms.share * 100):g}% off {of}",
        "fixed": f"{amount} off {of}",
        "member_price": f"{of} for {amount}",
        "bundle": f"{of} together for {amount}",
        "buy_get": f"buy {terms.buy}, get {terms.free} free: {of}, the cheapest being free",
        "free_shipping": "free delivery",
    }[terms.kind]
    return text + (f", from {till.money(terms.minimum)}" if terms.minimum else "")


def _target(kind: str, value: str, terms: Terms, till: Till) -> str:
    """What is named, as the shop writes it: the stored value is folded for comparing."""
    if kind == "all":
        return "everything"
    written = re.search(re.escape(value), " ".join(till.rows[terms.promotion_id].applies_to.split()), re.IGNORECASE)
    name = written[0] if written else value
    if kind == "sku" and (variant := till.context.catalogue.variant(name)) is not None:
        product = till.context.catalogue.product(variant.product_id)
        return f"the {product.name}" if product else name
    if kind == "product":
        product = till.context.catalogue.product(name)
        return f"the {product.name if product else name}"
    return name


@cache
def _english(locale: str) -> str:
    """The locale in which a day is written within an English sentence: "de_DE" writes "11 October 2026"."""
    territory = Locale.parse(locale, sep="-" if "-" in locale else "_").territory
    try:
        return str(Locale.parse(f"en_{territory}")) if territory else "en_GB"
    except (UnknownLocaleError, ValueError):
        return "en_GB"


def add_day(fact: Fact, terms: Terms, which: str, till: Till) -> str:
    """Give `fact` the first ("starts") or last ("ends") day of a promotion."""
    day: date = getattr(terms, which)
    text = format_date(day, "long", locale=_english(till.context.locale))
    fact.fields[which] = Field("name", text, (till.receipt(terms, which),), "a day of the offer")
    return fact.key(which)


def say_days(terms: Terms, till: Till, plan: Plan) -> None:
    """When a promotion begins and ends, as far as the shop has set it."""
    fact = plan.fact(terms.name)
    offer = till.add_offer(fact, terms)
    if terms.ends and terms.ends < till.day:
        plan.say(f"{offer} is over: its last day was {add_day(fact, terms, 'ends', till)}.", fact.key("ends"))
    elif terms.starts and terms.starts > till.day:
        until = f" and runs until {add_day(fact, terms, 'ends', till)}" if terms.ends else ""
        plan.say(f"{offer} begins on {add_day(fact, terms, 'starts', till)}{until}.", fact.key("starts"))
    elif terms.ends:
        plan.say(
            f"{offer} runs until {add_day(fact, terms, 'ends', till)}, that day included.", offer, fact.key("ends")
        )
    else:
        plan.say(f"{offer} is running, and the shop has set no last day for it.", offer)


def say_obstacle(terms: Terms, priced: Priced, till: Till, plan: Plan, code: str = "") -> None:
    """Why a promotion takes nothing off: "The code TENNER needs £75.00, which is £12.00 more". `code` as it was
    given."""
    fact = plan.fact(terms.name)
    offer = till.add_offer(fact, terms)
    who = f"The code {code} ({offer})" if code else offer
    found = till.obstacle(terms, priced)
    if found == "over":
        plan.say(f"{who} no longer works: its last day was {add_day(fact, terms, 'ends', till)}.", offer)
    elif found == "not yet":
        plan.say(f"{who} doesn't work yet: it begins on {add_day(fact, terms, 'starts', till)}.", offer)
    elif found == "members":
        plan.say(f"{who} is for members only.", offer)
    elif found == "code":
        plan.say(f"{who} takes a code, which you would have to give.", offer)
    elif found == "nothing":
        plan.say(f"{who} doesn't apply to this.", offer)
    elif found == "minimum":
        _say_minimum(terms, priced, till, plan, fact, who)
    elif found == "other":
        plan.say(f"{who} can't be added to what already counts here, which is at least as good for you.", offer)
    elif found == "short":
        plan.say(f"{who} needs more pieces than these.", offer)
    elif found == "no gain":
        plan.say(f"{who} wouldn't make this any cheaper.", offer)


def _say_minimum(terms: Terms, priced: Priced, till: Till, plan: Plan, fact: Fact, who: str) -> None:
    receipt = till.receipt(terms, "min_subtotal")
    minimum = till.add(fact, "minimum", terms.minimum, [receipt], "from which amount it works")
    has = priced.goods if terms.kind == "free_shipping" else subtotal_of(terms, priced.lines)
    missing = till.add(fact, "missing", terms.minimum - has, [receipt], "how much is missing")
    what = "" if any(t.kind == "all" for part in terms.parts for t in part) else " of what it applies to"
    plan.say(f"{who} works from {minimum}{what}; {missing} is missing.", minimum, missing)
