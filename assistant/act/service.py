"""Whether the shop does something for its customers: "do you do gift wrapping?", "can you engrave it?".

Its pages answer, where they speak of that very deed or answer very plainly; else nobody knows here. What is sold is no
answer: who asks for gift wrapping wants no gift box. Knows English; words nothing itself.
"""

from __future__ import annotations

import re

from assistant.act import asked, pages
from assistant.act.context import Context
from assistant.act.plan import Plan
from assistant.language import STOP_WORDS, stems
from assistant.request import Request

_THINGS = "it|them|this|that|things|stuff|these|those"
_DEED = re.compile(
    r"\b(?:(?:do|can|could|will|would|does) (?:you|u|ya|they|the shop|your shop)"
    r"(?: guys| also| ever| even| please| just)*"
    r"|is there|are there) (?:(?:any|an?) )?"
    r"(?:(?:do|offer|provide|arrange|have) (?:an? |any |free |your |some )*)?"
    rf"(?P<deed>(?:(?!{_THINGS})[a-z-]+ )?(?!{_THINGS})[a-z-]+?)(?: services?)?"
    rf"(?: (?P<of>{_THINGS}|(?:my|our|the|an?) .*))?"
    r"(?: (?:up|for|as|too|here|as well|please|then|free)\b.*)?\W*(?:\?.*)?$"
)
_OF_SELLING = frozenset("sell stock carry show tell help find recommend suggest compare check price".split())
_PLAINLY = 1.5
"""How well a sentence must answer that doesn't speak of the deed by its word."""


def service(request: Request, context: Context, plan: Plan) -> bool:
    """Tells whether the shop does what is asked for, as far as its pages say; False where no such thing is asked."""
    done = deed(request, context)
    if not done:
        return False
    question = asked.question(request)
    sure = pages.nearest(question, context) >= _PLAINLY
    if not pages.quote_if_sure(question, context, plan, about="" if sure else done, pages_only=True):
        pages.unknown(plan)
    return True


def deed(request: Request, context: Context) -> str:
    """The word for what is to be done: one that nothing sold is called by; empty where goods are asked for."""
    match = _DEED.search(request.text.lower())
    if match is None or request.limits.price:
        return ""
    word, goods = match["deed"].split()[-1], context.search.goods()
    names = word in STOP_WORDS or word in _OF_SELLING or any(s in goods for s in stems(word))
    return word if not names and (word.endswith("ing") or match["of"]) else ""
