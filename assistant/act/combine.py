"""Whether offers and codes may be combined: what the shop has set for each of them, and what that means.

The rule is the pricing's own (shop/pricing): one that isn't combinable counts alone, free delivery apart. Knows no
prices.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.act.plan import Field, Plan
from assistant.act.till import Till
from assistant.act.words import join
from assistant.shop.pricing import Terms

_SHOWN = 4


def combine(named: Sequence[Terms], till: Till, plan: Plan) -> None:
    """Say of each of `named` whether it counts beside others; of the offers that run now where none was named."""
    if len(named) > 1 and not all(t.combinable for t in named):
        plan.say("No, these can't be combined.")
    elif len(named) > 1:
        plan.say("Yes, these can be combined.")
    for terms in named[:2]:
        _one(terms, till, plan)
    if not named:
        _running(till, plan)
    plan.say("Of all that is allowed, the set that is best for you counts; tell me what you want and I'll work it out.")


def _one(terms: Terms, till: Till, plan: Plan) -> None:
    fact = plan.fact(terms.name)
    key = till.add_offer(fact, terms)
    can = "can be combined with other offers that allow it" if terms.combinable else "can't be combined with others"
    fact.fields["combined"] = Field("quote", can, (till.receipt(terms, "combinable"),), "whether it may be combined")
    beside = "" if terms.combinable or terms.kind == "free_shipping" else ", except with free delivery"
    plan.say(f"{key} {fact.key('combined')}{beside}.", key)


def _running(till: Till, plan: Plan) -> None:
    """The offers of today by whether they add up; codes are the customer's to give, so none is named."""
    running = [t for t in till.running() if t.code is None]
    for together, says in ((True, "These can be combined with one another"), (False, "Only one of these counts")):
        some = [t for t in running if t.combinable == together and (together or t.kind != "free_shipping")]
        if not some:
            continue
        if len(some) == 1:
            _one(some[0], till, plan)
            continue
        fact = plan.fact(says)
        keys = [till.add_offer(fact, t, "offer" + "_also" * n) for n, t in enumerate(some[:_SHOWN])]
        for number, terms in enumerate(some[:_SHOWN]):
            name = "offer" + "_also" * number
            old = fact.fields[name]
            fact.fields[name] = Field(old.kind, old.text, (*old.receipts, till.receipt(terms, "combinable")), old.gloss)
        more = " and others" if len(some) > _SHOWN else ""
        alone = "" if together else ", and no code or other offer beside it, except free delivery"
        plan.say(
            f"{says}{alone}: {join(keys)}{more}." if not more else f"{says}{alone}: {', '.join(keys)}{more}.", *keys
        )
    if not running:
        plan.say("There is no offer running at the moment.")
    plan.closing.append("Tell me a code and I'll say whether it goes with the others.")
