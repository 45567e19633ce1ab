"""Whether the shop does something for its customers: "do you do gift wrapping?", "can you engrave it?".

Its pages answer, where they speak of that very deed or answer very plainly; else nobody knows here. What is sold is no
answer: who asks for gift wrapping wants no gift box. Knows English; words nothing itself.
"""

from __future__ import annotations

import re

from assistant.act import asked, pages
from assistant.act.context import Context
from assistant.act.plan import Plan, in_code_words
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
    return _deed(request, context)[0]


def speaks_of_else(request: Request, other: Request, plan: Plan, context: Context) -> bool:
    """Whether an answer, that to the `other` request, doesn't speak of the service that is asked for by its name and
    for nothing of the customer's: "do you do key cutting" asks about no knife."""
    word, done_to = _deed(request, context)
    if not word or done_to:
        return False
    return bool(other.products) or not set(stems(word)) & set(stems(in_code_words(plan)))


def _deed(request: Request, context: Context) -> tuple[str, str]:
    """What is to be done, and to what, as far as it is said."""
    match = _DEED.search(request.text.lower())
    if match is None or request.limits.price:
        return "", ""
    words, goods = match["deed"].split(), context.search.goods()
    word = words[-1]
    sold = all(any(s in goods for s in stems(each)) for each in words if each not in STOP_WORDS)
    names = word in STOP_WORDS or word in _OF_SELLING or sold
    return (word, match["of"] or "") if not names and (word.endswith("ing") or match["of"]) else ("", "")
