"""Answers to complaints: sorry once, then what the shop's pages say of things that went wrong, then a person.

A complaint about goods ("the zip broke after a week") is helped by the pages on faults, repairs and returns; one about
the service gets a person at once. Promises nothing that isn't written there. Knows no orders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act import pages
from assistant.act.context import Context
from assistant.act.handover import called_already
from assistant.act.plan import Plan
from assistant.language import fold
from assistant.request import Request

_GOT = re.compile(r"\b(?:bought|got|gotten|ordered|received|purchased|arrived|came|delivered|sent|sold)\b")
_OWN = re.compile(
    r"\b(?:my|our)\b (?!(?:orders?|parcels?|questions?|e-?mails?|messages?|calls?|money|time|patience|refunds?|"
    r"account|name|address|mind|problem|issue|complaint)\b)"
)
_MONEY_BACK = re.compile(r"\b(?:money|refund\w*|cash)\b")
_FAULTY = re.compile(
    r"\b(?:br[eo]ak\w*|broke\w*|faulty?|defect\w*|crack\w*|leak\w*|tor[en]|tears?|ripp?\w*|holes?|stopp\w+|work\w*|damag\w+|"
    r"wrong|missing|dead|died|fell|fall\w*|came off|loose|bent|burnt?|melt\w*|scratch\w*|stain\w*|shrunk|faded|"
    r"worn|smells?|split|snapp\w+|jamm\w+|stuck|peel\w*)\b"
)
"""What is said of goods that went wrong: anger alone is no warranty claim."""
_ARRIVED = re.compile(r"\b(?:arrived|came|delivered|received|sent|wrong|got)\b")
_DAMAGED = "it arrived damaged or it is the wrong thing: what to do"
_FAULT = "it is faulty: how to claim under the warranty, repair, replacement"
_REFUND = "return it and get a refund: how long and how the money comes back"
_SHOWN = 3


_DESCRIBES = re.compile(r"^\W*(?:(?:some|any)thing|an?\b|the\b|one\b)?(?: ?[\w-]+){0,3} (?:that|which|w|with|for|to)\b")
_WENT_WRONG = re.compile(
    r"\b(?:i|i'?m|i'?ve|we|we'?ve|you|your|he|she|they|it|it'?s|this|these|those|was|were|is|are|been|not|no|never|"
    r"nothing|still|again|why|\w+n'?t|broke\w*|fault\w*|wrong|bad|worse|worst|late|missing|stopp\w*|leak\w*|problem\w*|"
    r"issue\w*|rip\w*|torn|poor|rubbish|useless)\b|!"
)


def only_describes(request: Request) -> bool:
    """Whether what was read as a complaint only says what is looked for: "a thermostat that works with my phone"."""
    text = fold(request.text)
    return bool(_DESCRIBES.search(text)) and not _WENT_WRONG.search(text)


def complain(requests: Sequence[Request], request: Request, context: Context, plan: Plan) -> None:
    """Answer a complaint. `requests` are all of the message: with another one in it the page isn't quoted as well."""
    called = bool(request.extra.get("called_before"))
    plan.core.append("I'm sorry about that.")
    if len(requests) == 1 and not called:
        _help(request, context, plan)
    if called:
        plan.core.append(called_already(context))
        return
    plan.core.append("Shall I call a colleague who can look into it for you?")
    plan.offer = "person"


def _help(request: Request, context: Context, plan: Plan) -> None:
    """What the pages say of a thing that went wrong, or of getting the money back; nothing where they say nothing."""
    wants_money = bool(_MONEY_BACK.search(fold(request.text)))
    if not wants_money and not _of_goods(request):
        return
    said = Plan(facts=plan.facts)
    question = _REFUND if wants_money else _DAMAGED if _ARRIVED.search(fold(request.text)) else _FAULT
    if pages.quote_if_sure(question, context, said, pages_only=True):
        plan.core += said.core[:_SHOWN]
        plan.needs += [need for need in said.needs if any(need in sentence for sentence in plan.core)]


_ASKS = re.compile(
    r"\?|\b(?:need|want|looking|recommend|suggest|got any|do you|have you|anything|something|which|what|how)\b"
)
_HAD = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:only |just )?(?:had|bought|got|own|was|were|am)\b|\b(?:only|just) had\b"
)


def went_wrong(request: Request) -> bool:
    """Whether somebody tells that a thing they have failed them, and asks nothing: "my tent leaked all night" isn't
    answered with what tents can do."""
    text = fold(request.text)
    named = bool(request.products or request.limits.category or request.limits.subcategory)
    had = bool(_HAD.search(text) or _OWN.search(text) or _GOT.search(text) or _HAPPENED.search(text))
    fails = bool(_FAULTY.search(text) or _NOT_SO.search(text))
    return named and had and fails and not _ASKS.search(text)


_HAPPENED = re.compile(
    r"\b(?:leaked|broke|ripped|tore|died|fell (?:apart|off|out|over)|stopped|snapped|cracked|melted|burst|split|failed|"
    r"collapsed|shrank|faded|peeled|jammed|smoked|exploded|came (?:off|apart|loose|undone))\b"
)
"""What is told as having happened, happened with a thing that somebody has."""
_NOT_SO = re.compile(
    r"\b(?:isn't|wasn't|aren't|weren't|not|never|n't|too|soak\w*|freez\w*|wet|useless|rubbish)\b|n't\b"
)


def _of_goods(request: Request) -> bool:
    """Whether something that the customer has is complained of, rather than how they were served."""
    named = bool(request.products or request.limits.category or request.limits.subcategory)
    text = fold(request.text)
    return bool(_GOT.search(text)) or ((named or bool(_OWN.search(text))) and bool(_FAULTY.search(text)))
