"""What the shop knows of the customer: to see, to correct, to forget item by item, and whether it may be used at all.

Kept beyond the conversation only for a customer who is signed in and has agreed. Everything here concerns the one
customer of the context. Recommends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assistant.act import pages
from assistant.act.context import Context
from assistant.act.plan import Field, Plan
from assistant.act.wishes import Wish, from_kept, key
from assistant.act.words import join
from assistant.language import stems
from assistant.request import Request
from assistant.types import Receipt

_HISTORY = {"histori", "brows", "viewed", "look", "purchas", "bought", "order"}
_SINGLE = ("size", "budget", "colour")
_THEIRS = (
    "What is kept of a customer, and what they agreed to, I change only at their own word: in their own chat, or under "
    "“Customers' data” in the console."
)
"""To a colleague who asks for a customer."""


def remember(request: Request, context: Context, plan: Plan) -> None:
    """Take in what the customer told of themselves, beside whatever else the message asks."""
    told = request.extra.get("told", ())
    if not told:
        return
    before = list(request.extra.get("told_before", ()))
    kept = False
    for one in told:
        before = [b for b in before if not _replaces(one, b)]
        if context.shopper is not None and context.shoppers is not None:
            _forget_older(one, context)
        if one.gone:
            continue
        before.append({"name": one.name, "value": one.value, "about": one.about})
        if context.shopper is not None and context.shoppers is not None:
            name = key(one.name, one.about)
            kept = context.shoppers.remember(context.shopper.customer_id, name, one.value) or kept
    plan.told = before
    if request.act == "preference":
        _confirm(told, kept, context, plan, alone=bool(request.extra.get("alone")))


def _replaces(new: Any, old: dict[str, str]) -> bool:
    if new.name == "avoids" and old["name"] in ("colour", "likes"):
        return bool(new.value.lower() == str(old["value"]).lower())  # no favourite of who doesn't like it
    if new.name != old["name"]:
        return False
    if new.name in _SINGLE:
        alike = new.value.isalpha() == str(old["value"]).isalpha()  # an M takes no shoe size's place
        return bool(new.about == old["about"] if new.about and old.get("about") else alike)
    if new.gone:  # who is no longer into running likes no trail running either
        return set(stems(new.value)) <= set(stems(old["value"]))
    return bool(new.value.lower() == old["value"].lower())


def _forget_older(new: Any, context: Context) -> None:
    """What is kept of the same kind gives way: an older size, or something that no longer holds."""
    assert context.shopper is not None and context.shoppers is not None
    older = [
        w
        for w in map(from_kept, context.shopper.preferences)
        if _replaces(new, {"name": w.name, "value": w.value, "about": w.about})
    ]
    if older:
        context.shoppers.forget(context.shopper.customer_id, [w.kept() for w in older])


def _confirm(told: Sequence[Any], kept: bool, context: Context, plan: Plan, *, alone: bool) -> None:
    now = [Wish(t.name, t.value, t.about).words() for t in told if not t.gone]
    gone = [Wish(t.name, t.value, t.about).words() for t in told if t.gone]
    if gone:
        plan.say(f"Alright, I no longer go by this: {join(gone)}.")
    if now:
        until = "and will remember it for your next visits" if kept else "for this conversation"
        plan.say(f"Noted: {join(now)}. I'll go by it {until}.")
    if alone and now:
        plan.say("You can see all that I know with “what do you know about me?”, and have me forget any of it.")
        plan.closing.append("Shall I recommend something that fits?")
        plan.offer = "recommend"


def preferences(request: Request, context: Context, plan: Plan) -> None:
    """See, forget, agree or disagree: whichever was asked."""
    told = list(request.extra.get("told_before", ()))
    asked = request.extra.get("self")
    if not told and _rather_of_rules(request, context) and pages.quote_if_sure(request.text, context, plan):
        return
    if asked == "forget":
        _forget(str(request.extra["slots"]["item"]), told, context, plan)
    elif asked in ("consent_no", "consent_yes"):
        _consent(asked == "consent_yes", context, plan)
    else:
        _tell(request, told, context, plan)
    whole = not request.extra.get("slots", {}).get("item") or request.extra["slots"]["item"] == "everything"
    if whole and asked not in ("consent_no", "consent_yes") and context.shopper is None:
        _about_data(request, context, plan)


def _rather_of_rules(request: Request, context: Context) -> bool:
    """Whether somebody of whom nothing is known asks what holds for everybody ("how long do you keep what I write?"),
    and a page says it plainly."""
    text = request.text.lower()
    if context.shopper is not None or request.extra.get("self") in ("forget", "consent_no", "consent_yes"):
        return False
    asks = bool(_QUESTION.search(text)) and not _OF_ME.search(text)
    return asks and pages.nearest(request.text, context, pages_only=True) >= _PLAINLY


_OF_ME = re.compile(
    r"\b(?:know|remember\w*|noted?|learn\w*|have|got|hold|stored?|saved?)\b[^.?!]{0,30}"
    r"\b(?:(?:of|about|on) me|my|mine)\b|\b(?:what|which)(?:'s|s| is| are| was)? (?:my|mine)\b"
)
"""Asks for what is known of them: their own size, their data."""
_QUESTION = re.compile(r"\?|\b(?:how|what|who|whom|when|where|which|can|may|do|does|will|is|are)\b")
_PLAINLY = 1.0


def _about_data(request: Request, context: Context, plan: Plan) -> None:
    """What the shop's pages say of customers' data, and a person for what only the shop itself can do."""
    pages.quote_if_sure(f"personal data privacy: {request.text}", context, plan, about="data privacy", pages_only=True)
    plan.closing.append("For what the shop keeps of you beyond this chat, just say so and I'll call a colleague.")
    plan.offer = "person"


_MEMBER = re.compile(r"\bmember")


def _tell(request: Request, told: Sequence[dict[str, str]], context: Context, plan: Plan) -> None:
    """Everything that is known and used, with where it is from; and what isn't used."""
    here = [Wish(t["name"], t["value"], t.get("about", "")) for t in told]
    if here:
        plan.say(f"In this conversation you told me: {join([w.words() for w in here])}.")
    shopper = context.shopper
    if shopper is None:
        if not here:
            plan.say(
                "I know nothing about you: you aren't signed in, and you haven't told me anything about yourself yet."
            )
        return
    if shopper.member:
        fact = plan.fact("your membership")
        receipt = Receipt("customer", shopper.customer_id, "member", True, context.as_of)
        fact.fields["member"] = Field("name", "a member", (receipt,), "whether the customer is a member")
        plan.say(f"You are {fact.key('member')} of our shop.", fact.key("member"))
    elif _MEMBER.search(request.text.lower()):
        plan.say("You aren't a member of our shop, as far as your account says.")
    if _MEMBER.search(request.text.lower()):
        return
    if not shopper.consent:
        plan.say(
            "You haven't agreed to personal recommendations, so I use nothing from your account, orders or visits."
        )
        return
    _tell_kept(here, context, plan)
    _tell_history(context, plan)
    if context.led_by is None:
        plan.closing.append(
            "Say “forget my size”, for example, to have me forget an item, or “don't use my data” to stop it all."
        )


def _tell_kept(here: Sequence[Wish], context: Context, plan: Plan) -> None:
    assert context.shopper is not None
    said = {(w.name, w.value) for w in here}
    kept = [w for w in map(from_kept, context.shopper.preferences) if (w.name, w.value) not in said]
    if kept:
        fact = plan.fact("what is kept about you")
        receipts = tuple(r for w in kept for r in w.receipt(context))
        fact.fields["kept"] = Field("name", join([w.words() for w in kept]), receipts, "what is kept")
        plan.say(f"I keep about you: {fact.key('kept')}.", fact.key("kept"))
    elif not here:
        plan.say("I keep no preferences of yours.")


def _tell_history(context: Context, plan: Plan) -> None:
    assert context.shopper is not None
    for ids, lead in ((context.shopper.bought, "You bought"), (context.shopper.viewed, "You looked at")):
        products = context.catalogue.products(list(ids[:5]))
        if not products:
            continue
        fact = plan.fact("your history")
        receipts = tuple(Receipt("product", p.product_id, "name", p.name, context.as_of) for p in products)
        names = join([f"the {p.name}" for p in products]) + (", among others" if len(ids) > 5 else "")
        fact.fields["history"] = Field("name", names, receipts, "products of the customer's history")
        plan.say(f"{lead}: {fact.key('history')}.", fact.key("history"))


def _forget(item: str, told: list[dict[str, str]], context: Context, plan: Plan) -> None:
    """Forget the item in the conversation, in what is kept and in the account's columns."""
    everything = item == "everything"
    asked = set(stems(item))
    said = [(t["name"], t["value"], t.get("about", "")) for t in told]
    gone_here = [told[i] for i in _asked_of(asked, said, everything)]
    plan.told = [t for t in told if t not in gone_here]
    names = [Wish(t["name"], t["value"], t.get("about", "")).words() for t in gone_here]
    known = []
    if context.shopper is not None and context.shoppers is not None:
        known = [from_kept(kept) for kept in context.shopper.preferences]
        items = [(f"{w.name} {w.column.replace('_', ' ')}", w.value, w.about) for w in known]
        kept = [known[i] for i in _asked_of(asked, items, everything)]
        context.shoppers.forget(context.shopper.customer_id, [w.kept() for w in kept])
        names += [w.words() for w in kept]
        if everything or asked & _HISTORY:
            if context.shoppers.forget_history(context.shopper.customer_id):
                names.append("what you looked at")
            if asked & {"purchas", "bought", "order"}:
                plan.closing.append("Your orders themselves stay: the shop has to keep them for its accounts.")
    if names:
        plan.say(f"Done, I have forgotten this: {join(list(dict.fromkeys(names)))}.")
    if context.led_by is not None:
        plan.say(_THEIRS)
    elif not names:
        rest = [Wish(t["name"], t["value"], t.get("about", "")).words() for t in told] + [w.words() for w in known]
        _nothing_forgotten(list(dict.fromkeys(rest)), plan)


def _nothing_forgotten(known: Sequence[str], plan: Plan) -> None:
    if known:
        plan.say("I have forgotten nothing yet: I'm not sure which of it you mean.")
        plan.say(f"I know this of you: {join(known)}. Which of it shall I forget?")
        plan.clarifying = True
    else:
        plan.say("I know nothing of that kind about you, so there is nothing to forget.")


def _asked_of(asked: set[str], items: Sequence[tuple[str, str, str]], everything: bool) -> list[int]:
    """Which of the items (kind, value, what it is about) the words name: those that have most of them.

    "Shoe size" names a size that is said of shoes, else one that is said of nothing, never one of clothes.
    """
    also = {"likes": "like interest hobby", "avoids": "avoid allergy dislike hate", "colour": "color"}
    scores = []
    for name, value, about in items:
        own = set(stems(f"{name} {value} {about} {' '.join(v for k, v in also.items() if k in name)}"))
        other = bool(about) and not set(stems(about)) & asked and bool(asked - own)
        scores.append(0 if other else len(asked & own))
    most = max(scores, default=0)
    return [i for i, score in enumerate(scores) if everything or (most and score == most)]


def _consent(given: bool, context: Context, plan: Plan) -> None:
    if context.led_by is not None:
        plan.say(_THEIRS)
        return
    if context.shopper is None or context.shoppers is None:
        plan.say("You aren't signed in, so I only go by what you tell me in this conversation.")
        if not given:
            plan.told = []
            plan.say("I have forgotten that, too.")
        return
    context.shoppers.set_consent(context.shopper.customer_id, given)
    if given:
        plan.say("Thank you. From now on I'll use your preferences, orders and visits for recommendations.")
    else:
        plan.told = []
        plan.say("Alright. I no longer use your preferences, orders or visits for recommendations.")
    plan.closing.append("You can change that at any time.")
