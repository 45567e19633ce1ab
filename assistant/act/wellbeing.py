"""What comes before any other answer: somebody is hurt now, or asks whether a product is safe for their health.

The first is told to call for help at once, and a person is called. The second gets the shop's own words on what is in
the product, never a yes and never just a price. Gives no medical advice and knows no orders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act import handover
from assistant.act.aspects import known
from assistant.act.context import Context
from assistant.act.plan import Plan
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
_NO_QUESTION = frozenset({"recommend", "preference", "preferences", "order", "human"})
_SHOWN = 4


def first(text: str, requests: Sequence[Request], context: Context) -> Plan | None:
    """The plan for a message that is about somebody's health; None for any other."""
    folded = fold(text)
    if _is_hurt(folded) and not _ONLY_ASKED.search(folded):
        return _emergency(context)
    if not _HEALTH.search(folded) or any(r.act in _NO_QUESTION for r in requests):
        return None
    products = _products(requests, context)
    if len(products) != 1:
        return None
    return _contents(folded, products[0], context)


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


def _contents(folded: str, product: Product, context: Context) -> Plan:
    """What the shop writes of what is in the product, word for word."""
    plan = Plan()
    fact = context.item(plan, product)
    asked = {s for w in folded.split() if w not in STOP_WORDS for s in stems(w)} - set(stems(product.name))
    keys = []
    for aspect in known(product):
        own = aspect.value if aspect.kind == "sentence" else f"{aspect.name} {aspect.value}"
        if aspect.kind in ("sentence", "attribute", "spec") and (
            _ABOUT_CONTENTS.search(own.replace("_", " ")) or asked & set(stems(own.replace("_", " ")))
        ):
            shown = aspect.value.rstrip(".") if aspect.kind == "sentence" else f"{aspect.name}: {cell(aspect.value)}"
            receipt = Receipt("product", product.product_id, aspect.name, aspect.value, context.as_of)
            keys.append(context.add_value(fact, "says", shown.replace("_", " "), receipt, "the shop's own words"))
    if keys:
        told = join([f"“{key}”" for key in keys[:_SHOWN]])
        plan.say(f"About the {fact.key('item')} our catalogue says: {told}.", fact.key("item"), *keys[:_SHOWN])
    else:
        plan.say(f"I'm sorry, our catalogue doesn't say what is in the {fact.key('item')}.", fact.key("item"))
        plan.answered = False
    plan.say("I can't tell whether it is safe for you: please check the label, and ask a doctor or a pharmacist.")
    plan.focus, plan.cards = [product.product_id], [context.card(product)]
    return plan
