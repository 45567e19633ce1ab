"""Finds out who is asking before anything of an account is read: takes claims from messages, asks for what is missing.

Always answers alike, whether an account exists or not; after too many tries a person takes over. Knows no orders.
"""

from __future__ import annotations

import re

from assistant.act.context import Context
from assistant.act.orders.task import Task
from assistant.act.plan import Plan
from assistant.act.words import join
from assistant.shop.identify import Claim, identify
from assistant.shop.order_rules import Identify, OrderRules
from assistant.store.database import Database

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ORDER = re.compile(r"#\s?[a-z]{0,3}-?\d{3,}|\b[a-z]{1,3}-?\d{5,}\b", re.IGNORECASE)
_SAYS_WHO = re.compile(
    r"\bname(?:'s| is)\b|\b[Ii](?:'m| am) [A-Z]|\bzip\b|\bpost(?:al )?code\b|\bthis is [A-Z]", re.IGNORECASE
)
_WAYS = {
    "email": "the e-mail address of your account",
    "name_postcode": "your first and last name with your zip or postal code",
    "order_email": "an order number together with the e-mail address of that order",
}


def claim_in(text: str, task: Task) -> bool:
    """Note on the task who a message claims to come from. True when it claims anything."""
    found = False
    if email := _EMAIL.search(text):
        task.claim["email"] = email[0].strip(".")
        found = True
    if order := _ORDER.search(text):
        task.claim["order_id"] = order[0]
    named = task.asked == "identity" or _SAYS_WHO.search(text)
    rest = _ORDER.sub(" ", _EMAIL.sub(" ", text))
    if named and re.search(r"\d", rest):
        task.claim["postcode"] = rest[:400]
        task.claim["name"] = f"{text} {task.claim.get('name', '')}"[:400]
        found = True
    elif named:
        task.claim["name"] = f"{text} {task.claim.get('name', '')}"[:400]
    return found


def says_more(text: str) -> bool:
    """Whether a message with a claim also asks for something."""
    return "?" in text or bool(re.search(r"\b(?:return|cancel|exchange|change|want|need|order)\b", text, re.IGNORECASE))


def establish(task: Task, rules: OrderRules, db: Database, context: Context, plan: Plan, fresh: bool) -> bool:
    """True when it is known now who is asking; else the plan asks (again), or a person takes over."""
    claim = Claim(**task.claim)
    if fresh and claim.provable(rules.identify):
        found = identify(db, claim, rules.identify, context.as_of)
        if found is not None:
            task.customer, task.claim, task.asked, task.num_failed = found, {}, "", 0
            return True
        task.num_failed += 1
        if task.num_failed >= rules.identify.attempts:
            hand_over(task, plan)
            return False
        plan.say(
            f"I couldn't find an account with those details. Could you check them and give me {_ways(rules.identify)}?"
        )
    else:
        plan.say(f"To look at your orders I first need to know who you are. Please give me {_ways(rules.identify)}.")
    task.asked = "identity"
    return False


def hand_over(task: Task, plan: Plan) -> None:
    """A person finds out who it is."""
    plan.say("I can't confirm who you are from what you told me, so I'm handing this over to a colleague.")
    plan.handoff = True
    task.asked, task.claim = "", {}


def _ways(rules: Identify) -> str:
    return join([_WAYS[by] for by in rules.by], "or")
