"""Calling a person: what the customer is told of what happens next, how long it takes, and how else to reach the shop.

States only what the shop's own facts say; where they say nothing of times, that it can't tell. Knows no queue.
"""

from __future__ import annotations

import re

from assistant.act.context import Context
from assistant.act.plan import Fact, Field, Plan
from assistant.types import Receipt

_RESPONSE = re.compile(r"respon|reply|answer|waiting?_time|reaction")
_HOURS = tuple(re.compile(p) for p in (r"(?:support|service|chat|staff|team|help)\w*_hours", r"phone_hours", r"hours"))
_CONTACT = ("phone", "email")

NEXT = "They see this conversation with a summary, so you don't need to repeat anything, and answer you here."
APART = "They see this conversation with a summary, but they can't answer you here."
"""Where the conversation ends with this answer, or goes on where no colleague's words are shown."""


def call(reason: str, opening: str, context: Context, plan: Plan, *, called_before: bool = False) -> None:
    """Call a person for `reason` ("asked", "order", ...): `opening` says so, then comes what happens next."""
    plan.core += [called_already(context)] if called_before else [opening, _next(context)]
    fact = plan.fact("our shop")
    if context.reached:
        _how_long(fact, context, plan)
    _reach(fact, context, plan)
    plan.handoff, plan.reason = True, reason


def called_already(context: Context) -> str:
    """To who asks for a person again."""
    will = "will answer you here" if context.reached else "can't answer you here"
    return f"A colleague has been called already {'and' if context.reached else 'but'} {will}."


def complete(context: Context, plan: Plan) -> None:
    """Add what happens next to a plan that calls a person in its own words; a plan without a word asks again."""
    if not (plan.core or plan.closing or plan.opening or plan.handoff):
        plan.say("I'm sorry, I didn't understand that. Could you put it in other words?")
        plan.answered = False
    if plan.handoff and not plan.reason:
        fact = plan.fact("our shop")
        plan.core.append(_next(context))
        if context.reached:
            _how_long(fact, context, plan)
        else:
            _reach(fact, context, plan)
        plan.reason = "order"


def _next(context: Context) -> str:
    return NEXT if context.reached else APART


def _how_long(fact: Fact, context: Context, plan: Plan) -> None:
    """The shop's own word on how soon colleagues answer, else when they are there, else that it isn't known."""
    response = next((k for k in context.info if _RESPONSE.search(k)), None)
    hours = next((k for pattern in _HOURS for k in context.info if pattern.search(k)), None)
    if response:
        plan.core.append(f"How long that takes: {_quote(fact, response, context)}.")
    elif hours:
        plan.core.append(f"I can't say how long it will take; our hours are: {_quote(fact, hours, context)}.")
    else:
        plan.core.append("I can't say how long that will take.")


def _reach(fact: Fact, context: Context, plan: Plan) -> None:
    ways = [_quote(fact, key, context) for key in _CONTACT if context.info.get(key)]
    if ways:
        plan.core.append(f"You can {'also ' if context.reached else ''}reach us at {' or '.join(ways)}.")


def _quote(fact: Fact, key: str, context: Context) -> str:
    value = context.info[key].rstrip(".")
    name = re.sub("[^a-z]", "_", key.lower())
    fact.fields[name] = Field("quote", value, (Receipt("shop", key, key, context.info[key], context.as_of),), key)
    return fact.key(name)
