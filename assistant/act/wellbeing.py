"""What comes before any other answer: somebody is hurt now, or asks whether a product is safe for their health.

The first is told to call for help at once, and a person is called. The second gets the shop's own words on what is in
the product, never a yes and never just a price. Beside any other answer about a product it says that it has what the
customer avoids. Gives no medical advice and knows no orders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act import handover, preferences
from assistant.act.aspects import Aspect, known
from assistant.act.avoid import as_told, has, is_diet, is_of_diet, names
from assistant.act.context import Context
from assistant.act.left_out import avoided_by
from assistant.act.plan import Fact, Plan
from assistant.act.words import cell, join
from assistant.language import STOP_WORDS, fold, stems
from assistant.request import Request
from assistant.types import Product, Receipt

_PERSON = (
    r"(?:somebody|someone|(?:grand)?(?:child|children|sons?|daughters?|mother|father|mum|mom|dad|ma|pa)|kids?|bab(?:y|ies)|"
    r"toddlers?|newborn|infant|boys?|girls?|wife|husband|partner|fiancee?|(?:girl|boy)?friends?|sister|brother|twins?|"
    r"aunt|uncle|niece|nephew|cousin|granny|gran|nan|neighbou?r|colleague|guest|man|woman|people|year[- ]olds?|"
    r"little one|youngest|oldest|pet|dogs?|pupp(?:y|ies)|cats?|kittens?|rabbit|hamster|horse|bird)"
)
_OF_THE_BODY = r"(?:hands?|fingers?|thumb|arms?|legs?|foot|feet|face|skin|eyes?|nose|mouth|lips?|tongue|gums|head|hair)"
_MEANWHILE = (
    rf"(?:,[^,.?!]{{1,30}},| who[^,.?!]{{1,25}}?| and (?:my |our |the |his |her )?{_PERSON}|"
    r"[ '](?:s|ve|d|has|have|had|is|was|were|are|been|just|nearly|almost|also|now|already|then|both|\w+ly)\b)*"
)
"""What stands between somebody and what happened to them: "my son, who is 2, has just"."""
_BLEEDS = (
    r"(?:(?:is|am|'s|'m|are) bleeding(?! (?:money|cash|colou?rs?|dye|ink)\b)|(?:been|was|got|is|are) (?:burnt|burned)\b"
    r"(?! (?:out|off|before|last|once|twice|again)\b| by (?:you\b|[\w ]{0,20}\b(?:shop|store|company|seller|site)\b)))"
)
_OF_THE_LIVING = (
    r"(?:ingested|(?:is|are|was|went|'s) unconscious|(?:been|was|got|is) (?:poisoned|electrocuted|scalded)|"
    r"(?:having|had|has) (?:a |an )?(?:bad |severe )?"
    r"(?:allergic reaction|seizure|stroke\b(?! of)|heart attack|anaphyla\w+)|overdosed)"
)
"""What happens to no goods, whatever stands before it."""
_HAPPENED = (
    rf"(?:{_BLEEDS}|swallowed|choked(?! (?:up|when|at)\b)|(?:is|are|am|'s|'m|'re|started) choking|inhaled|passed out|"
    r"(?:can't|cannot|can not|cant|isn't|not|stopped) breath(?:e|ing)?\b|"
    r"collapsed(?! (?:the|it|my|our|an?|this|that|them)\b)|(?:drank|ate|eaten|drunk) "
    r"(?:some )?(?:of )?(?:the |a )?(?:bleach|detergent|cleaner|poison|batter\w+|glue|magnets?|fuel|fluid|polish))"
)
"""What happens to things as well: a chair collapses, a shirt bleeds, a torch eats batteries."""
_SOMEBODY = rf"\b(?:i|we|he|she|they(?!.{{0,20}}\b(?:collapsed|bleeding|burn\w+))|(?P<called>{_PERSON}))"
_HURT = re.compile(rf"{_SOMEBODY}{_MEANWHILE} ?{_HAPPENED}|\b(?P<part>{_OF_THE_BODY}){_MEANWHILE} ?{_BLEEDS}")
_SICK = re.compile(rf"\b(?:i|we|he|she|they|my|our|his|her|{_PERSON})\b[^.?!]{{0,40}}?(?:\b|(?<=\w)){_OF_THE_LIVING}\b")
_NO_SUBJECT = re.compile(
    r"\b(?:for|from|with|by|to|under|on|about|(?<!one )(?<!some )(?<!both )(?<!two )of)"
    r"(?: (?:my|our|his|her|their|your|the|an?)(?: (?!my |our |his |her |the )[\w'-]+){0,2})? $"
)
"""Before somebody who is only spoken of beside the thing: "the chair that I bought for my son collapsed"."""
_ONLY_ASKED = re.compile(r"\b(?:if|in case|could|might|would|can (?:it|they|he|she|a|my)|what happens when)\b")
_HEALTH = re.compile(
    r"\ballerg\w*|\bintoleran\w*|\bcoeliac\w*|\bceliac\w*|\banaphyla\w*|\bpregnan\w*|\bbreast-?feed\w*|\basthma\w*|"
    r"\bdiabet\w*|\bepilep\w*|\bpacemaker\w*"
)
_ABOUT_CONTENTS = re.compile(r"contain|allerg|ingredient|traces?\b|warning|composition|\bfree\b|handles", re.I)
_WHO = r"(?:i|we|he|she|they|(?:my|our) \w+)"
_FITS = re.compile(
    r"\b(?:safe|ok|okay|alright|all right|fine|suitable|good)\b"
    r"(?= (?:for (?:me|us|him|her|them|my|our|some(?:one|body))|to (?:eat|drink|wear|have|use)|"
    r"with (?:my|our|his|her|their|that|this))\b)|\b(?:safe|ok|okay|fine)\W*$"
    rf"|\bcan {_WHO}\b[^.?!]{{0,20}} (?:eat|drink|wear|taste)\b"
    rf"|\bcan {_WHO} (?:have|use|try) (?:it|this|that|them|the [a-z' -]{{3,40}})\W*$"
)
"""Asks whether something is fit for somebody: of who told what they avoid, that is a question of what is in it."""
_ASKS_ELSE = frozenset({"recommend", "preferences", "order", "human"})
_SHOWN = 4
_NAMED = 3


def first(text: str, requests: Sequence[Request], context: Context) -> Plan | None:
    """The plan for a message that is about somebody's health; None for any other."""
    folded = fold(text)
    if _is_hurt(folded) and not _ONLY_ASKED.search(folded):
        return _emergency(context)
    asking = [r for r in requests if r.act != "preference"]
    avoided = list(dict.fromkeys(a for r in requests for a in avoided_by(r, context)))
    of_health = bool(_HEALTH.search(folded)) and len(asking) == len(requests)
    of_told = bool(avoided) and any(_FITS.search(fold(r.text)) for r in asking)
    if not (of_health or of_told) or any(r.act in _ASKS_ELSE for r in requests):
        return None
    products = _products(asking, context)
    if len(products) != 1:
        return None
    plan = Plan()
    for request in requests:
        preferences.remember(request, context, plan)
    return _contents(folded, products[0], avoided, context, plan)


def warn(requests: Sequence[Request], plan: Plan, context: Context) -> None:
    """Adds to an answer about products that one of them has what the customer avoids."""
    health = any(_HEALTH.search(fold(r.text)) for r in requests)
    avoided = dict.fromkeys(a for r in requests for a in avoided_by(r, context) if health or is_of_diet(a))
    if not avoided or len(plan.focus or ()) > _NAMED:
        return
    for product in context.catalogue.products(plan.focus or []):
        if found := [a for a in avoided if has(product, a)]:
            plan.closing.insert(0, _warning(found, _fact_of(product, context, plan)))


def _warning(found: Sequence[str], fact: Fact) -> str:
    """That a product has what is avoided, as far as the catalogue tells."""
    things, diets = [a for a in found if not is_diet(a)], [a for a in found if is_diet(a)]
    said = [f"our catalogue names {join([as_told(t) for t in things])} in the {fact.key('item')}"] * bool(things)
    said += [f"by our texts the {fact.key('item')} may not suit who is {join(diets)}"] * bool(diets)
    return f"Please note: {join(said)}."


def _fact_of(product: Product, context: Context, plan: Plan) -> Fact:
    """The fact of the plan that has the product's name."""
    named = (f for f in plan.facts if "item" in f.fields and f.fields["item"].receipts[0].key == product.product_id)
    return next(named, None) or context.item(plan, product)


def _is_hurt(folded: str) -> bool:
    """Whether something bad has happened to a person or an animal, and to no thing."""
    if _SICK.search(folded):
        return True
    told = _HURT.finditer(folded)
    return any(not (m["called"] and _NO_SUBJECT.search(folded[: m.start("called")])) for m in told)


def _emergency(context: Context) -> Plan:
    plan = Plan(answered=False)
    plan.say("Please call a doctor or the emergency services at once: I'm an AI and can't help with that.")
    handover.call("complaint", "I'm also handing this conversation over to a colleague.", context, plan)
    return plan


def _products(requests: Sequence[Request], context: Context) -> list[Product]:
    """The product that is asked about: named, talked about, or the one that the words surely find."""
    for request in requests:
        if request.products and not request.group:
            return context.catalogue.products(request.products[:2])
    for request in requests:
        words = str(request.extra.get("known_query") or request.query)
        hits = [h for h in context.search.products(words, limit=5) if h.confident and h.matched] if words else []
        most = max((len(h.matched) for h in hits), default=0)
        if found := [h.product_id for h in hits if len(h.matched) == most]:
            return context.catalogue.products(found[:2])
    return []


def _contents(folded: str, product: Product, avoided: Sequence[str], context: Context, plan: Plan) -> Plan:
    """What the shop writes of what is in the product, word for word."""
    fact = context.item(plan, product)
    asked = {s for w in folded.split() if w not in STOP_WORDS for s in stems(w)} - set(stems(product.name))
    keys = []
    for aspect in known(product):
        if aspect.kind in ("sentence", "attribute", "spec") and _tells(aspect, asked, avoided):
            shown = aspect.value.rstrip(".") if aspect.kind == "sentence" else f"{aspect.name}: {cell(aspect.value)}"
            receipt = Receipt("product", product.product_id, aspect.name, aspect.value, context.as_of)
            keys.append(context.add_value(fact, "says", shown.replace("_", " "), receipt, "the shop's own words"))
    found = [a for a in avoided if has(product, a)]
    if keys:
        told = join([f"“{key}”" for key in keys[:_SHOWN]])
        plan.say(f"About the {fact.key('item')} our catalogue says: {told}.", fact.key("item"), *keys[:_SHOWN])
    elif not found:
        plan.say(f"I'm sorry, our catalogue doesn't say what is in the {fact.key('item')}.", fact.key("item"))
        plan.answered = False
    if found:
        plan.say(_warning(found, fact))
    plan.say("I can't tell whether it is safe for you: please check the label, and ask a doctor or a pharmacist.")
    plan.focus, plan.cards = [product.product_id], [context.card(product)]
    return plan


def _tells(aspect: Aspect, asked: set[str], avoided: Sequence[str]) -> bool:
    """Whether something that is known of a product tells what is in it: by its own words, those of the question, or
    what is avoided."""
    own = (aspect.value if aspect.kind == "sentence" else f"{aspect.name} {aspect.value}").replace("_", " ")
    if _ABOUT_CONTENTS.search(own) or asked & set(stems(own)):
        return True
    return any(fold(aspect.name) == a or names(own, a) for a in avoided)
