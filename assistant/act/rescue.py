"""Where an answer stands, when the reading of a question doesn't say: in a product's texts or on the shop's pages.

One head judges the lines of both (evidence.py), so that they can be weighed against each other; what no line answers
stays unanswered. Asked when a question may be about either, and before anything is said not to be known.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.act import asked, pages
from assistant.act.aspects import weigh
from assistant.act.context import Context
from assistant.act.details import details
from assistant.act.plan import Plan
from assistant.act.service import deed
from assistant.act.trouble import went_wrong
from assistant.language import STOP_WORDS, stems
from assistant.request import Limits, Request
from assistant.types import Product

SURE = 0.5
"""The score from which a line answers a question that was read as another: more than the 0.25 that a product's line
needs for a question about it. Chosen by hand."""
_NOT_MEANT = frozenset(
    {"greeting", "thanks", "goodbye", "are_you_human", "human", "mood", "other_language", "complaint"}
)
_OF_ROWS = frozenset("price availability stock options".split())
"""What is asked of a product's rows: a page must answer it very plainly."""
_EXISTS = re.compile(
    r"\b(?:do|have|did) (?:you|u|ya|y'all)\b|\b(?:sell|stock|carry|got any|any|looking for|look for|i need|i want|"
    r"after|show me|find me)\b"
)


def of_product(question: str, product: Product, context: Context) -> float:
    """How well the best line of a product's texts answers."""
    judged = weigh(question, product, context.encode)
    return judged[0].score if judged else _NOTHING


def of_pages(question: str, context: Context) -> float:
    """How well the best line of the pages found for a question, or of the shop's facts, answers."""
    return pages.nearest(question, context)


_NOTHING = -10.0


def rescued(request: Request, context: Context, before: Plan) -> Plan | None:
    """The plan as it was `before`, with an answer from the texts; None when no line answers surely enough."""
    if request.act in _NOT_MEANT or (request.act == "search" and _asks_for_goods(request)):
        return None
    if deed(request, context):
        return None  # the pages were asked for it
    product = _meant(request, context)
    question = asked.question(request)
    own = of_product(request.text, product, context) if product else _NOTHING
    pages_score = of_pages(question, context)
    if max(own, pages_score) < SURE or (own < pages_score < _PLAINLY and request.act in _OF_ROWS):
        return None
    plan = copy.deepcopy(before)
    if product is not None and own >= pages_score:
        of_it = replace(request, act="details", products=(product.product_id,), group=False, from_context=True)
        details(of_it, product, context, plan)
        plan.focus = [product.product_id]
        plan.cards.append(context.card(product))
        return plan if plan.answered else None
    return plan if pages.quote_if_sure(question, context, plan, sure=True) else None


def of_the_topic(request: Request, context: Context) -> Request:
    """The request as a question about what was talked about, where it was read as something that names nothing new
    (a search, a complaint, nothing) and a line of that product's own texts answers it plainly: "bag incl?", "tog?"."""
    focus = request.extra.get("focus", ())
    elsewhere = request.products and not set(request.products) & set(focus)
    if request.act not in _TERSE or "refine" in request.extra or not focus or elsewhere or request.limits.price:
        return request
    if _EXISTS.search(request.text.lower()) or _ONE_OF.search(request.text.lower()) or went_wrong(request):
        return request
    about = _called(request, context.catalogue.products(list(focus[:2])))
    own = max((of_product(request.text, p, context) for p in about), default=_NOTHING)
    bar = _TERSE[request.act]
    if own < bar or own < of_pages(asked.question(request), context):
        return request
    return replace(
        request,
        act="details",
        products=tuple(p.product_id for p in about),
        group=False,
        from_context=True,
        limits=Limits(),
    )


def _called(request: Request, products: list[Product]) -> list[Product]:
    """Of the products talked about, those that the words call by their names; all where none is called."""
    words = set(stems(request.text)) - {s for w in STOP_WORDS for s in stems(w)}
    said = {p.product_id: len(words & set(stems(p.name))) for p in products}
    most = max(said.values(), default=0)
    return [p for p in products if said[p.product_id] == most]


_ONE_OF = re.compile(
    r"^\W*(?:and )?(?:got|have)\b|\b(?:what|which) (?:[\w'-]+ ){1,3}(?:are|is) there\b|"
    r"\bthe ones? (?:with|that|for)\b|\bwhich ones?\b"
)
"""Something else is looked for, or one among several."""
_TERSE = {"search": 1.0, "complaint": 1.0, "none": 1.0, "yes": 1.0, "promotion": 2.0}
"""From which score of its best line the product talked about is meant. Of the bench's turns read as these acts beside a
product, without words of looking for something, 21 of 24 that have such a line were about it."""


def of_rules(text: str, requests: Sequence[Request], context: Context) -> bool:
    """Whether a message that could be about somebody's order asks for the shop's rules, or those of a product: a
    question about nobody's order in particular that a line of the texts surely answers."""
    low = text.lower()
    if not _QUESTION.search(low) or _OWN.search(low):
        return False
    product = next((p for r in requests for p in [_meant(r, context)] if p), None)
    if product is not None and of_product(text, product, context) >= _PLAINLY:
        return True
    return of_pages(text, context) >= (_PERHAPS if _SUPPOSES.search(low) else _PLAINLY)


def rule_for(text: str, context: Context) -> bool:
    """Whether a line of the shop's pages surely answers a message, whoever it comes from."""
    return pages.nearest(text, context, pages_only=True) >= _RULE


def told_rule(text: str, context: Context) -> Plan:
    """What the pages say to a question that may be about the customer's own order: it holds whoever they are. Empty
    where no line surely answers."""
    plan = Plan()
    if rule_for(text, context):
        pages.quote_if_sure(text, context, plan, pages_only=True)
    return plan


_PLAINLY, _PERHAPS, _RULE = 2.0, 0.0, 1.0
_SUPPOSES = re.compile(r"\bif (?:it|its|it's|they|they're|the|this|that|those|these|he|she|someone|something|i)\b")
"""Who says "if it is too small" has nothing yet that could be sent back: what would hold is asked."""
_QUESTION = re.compile(
    r"^\W*(?:(?:and|so|but|ok|oh|hi|hello|hey|well)\W+)*(?:if\b[^,?]*,\s*)?(?:[\w ]{1,25}:\s*)?"
    r"(?:how|what'?s?|which|when|until|can|could|may|do|does|is|are|will|would|am)\b"
)
_OWN = re.compile(
    r"\b(?:my(?! (?:mind|size)\b)|mine|our|please|i want|i need|i'd like|i would like|help me|for me|the order|"
    r"this order|that order|"
    r"these orders?|orders i|did (?:i|you)|have you|has it|was i|i(?:'ve| have)? (?:ordered|bought|purchased|"
    r"received)|where|track\w*|status)\b|#|\d{4,}|@"
)
"""What makes it one's own order, or a wish to have something done."""


def _asks_for_goods(request: Request) -> bool:
    """Whether the question is if the shop has something: no line about something else answers that."""
    return bool(_EXISTS.search(request.text.lower()) or request.limits)


def _meant(request: Request, context: Context) -> Product | None:
    """The product that the question names or that was talked about, where it is one."""
    focus = request.extra.get("focus", ())
    named = request.products if request.products and not request.group else focus if len(focus) == 1 else ()
    found = context.catalogue.products(list(named[:1]))
    return found[0] if found and found[0].active else None
