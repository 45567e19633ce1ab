"""Finds out who is asking before anything of an account is read: takes claims from messages, asks for what is missing.

Always answers alike, whether an account exists or not; after too many tries a person takes over. Knows no orders.
"""

from __future__ import annotations

import re

from assistant.act.context import Context
from assistant.act.orders.task import Task
from assistant.act.plan import Plan
from assistant.act.words import join
from assistant.language import STOP_WORDS
from assistant.shop.identify import Claim, identify, number_form
from assistant.shop.order_rules import Identify, OrderRules
from assistant.store.database import Database

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ORDER = re.compile(r"#\s?[a-z]{0,3}-?\d{3,}|\b[a-z]{1,3}-?\d{5,}\b", re.IGNORECASE)
_TOKEN = re.compile(r"#?\w+(?:[-/_.]\w+)*")
_SAYS_WHO = re.compile(
    r"\bname(?:'s| is)\b|\bi(?:'?m| am) [a-z]|\bzip\b|\bpost(?:al )?code\b|\bthis is [A-Z]|"
    r"^\W*(?:(?:hi|hello|hey|hiya)\W+)?[a-z'-]+ [a-z'-]+ here\b",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hiya)\W+)?(?!(?:my |the )?orders?\b)[a-z'-]+ [a-z'-]+(?: [a-z'-]+)?\W{1,3}(?=\w*\d)",
    re.IGNORECASE,
)
"""A name and a number first: "Mei Kovacs, 28236. I want ..."."""
_ENDS = re.compile(
    r"[.!?\n]\s*(?!(?:my |the )?orders?\b)[a-z'-]+ [a-z'-]+(?: [a-z'-]+)?\W{1,3}(?:[a-z]{1,2})?\d[\w ]{2,8}\W*$",
    re.IGNORECASE,
)
"""A name and a number last, in a sentence of their own: "Where is my parcel? Mei Kovacs, 28236"."""
_ASKS = re.compile(
    r"\?|^\W*(?:(?:and|so|but|ok|okay|also|well|hm+|oh) )*(?:what|how|when|where|which|is|are|do|does|can|could|will|"
    r"would|any|got|have you)\b",
    re.IGNORECASE,
)
_POSTAL = re.compile(r"\b(?:\d{4,6}|[a-z]{1,2}\d\w*|\d{3} \d{2})\b", re.IGNORECASE)
_POLITE = frozenset(
    "hi hello hey hiya here's it's i'm im thanks thank please mail e email address name zip code".split()
)
_WAYS = {
    "email": "the e-mail address of your account",
    "name_postcode": "your first and last name with your zip or postal code",
    "order_email": "an order number together with the e-mail address of that order",
}


def claim_in(text: str, task: Task, rules: Identify, forms: frozenset[str] = frozenset()) -> bool:
    """Note on the task who a message claims to come from. True when it claims anything new. `forms`: of the shop's
    order numbers (see `shop.identify`)."""
    found = False
    if email := _EMAIL.search(text):
        task.claim["email"] = email[0].strip(".")
        found = True
    beside = _EMAIL.sub(" ", text)
    if order := _order_number(beside, rules, forms):
        completes = "order_email" in rules.by and bool(task.claim.get("email")) and task.asked == "identity"
        found = found or (completes and task.claim.get("order_id") != order)
        task.claim["order_id"] = order
    rest = _ORDER.sub(" ", beside.replace(order, " ") if order else beside)
    waiting = task.asked == "identity"
    begins = "name_postcode" in rules.by and bool(_BEGINS.search(rest) or _ENDS.search(rest))
    named = waiting or begins or bool(_SAYS_WHO.search(text))
    if named and (re.search(r"\d", rest) if waiting and not asks(text) else _POSTAL.search(rest)):
        task.claim["postcode"] = rest[:400]
        task.claim["name"] = f"{text} {task.claim.get('name', '')}"[:400]
        found = found or "name_postcode" in rules.by
    elif named:
        task.claim["name"] = f"{text} {task.claim.get('name', '')}"[:400]
    return found


def _order_number(text: str, rules: Identify, forms: frozenset[str]) -> str:
    """What is written like an order's number of this shop, or like most shops'. Digits alone may be a postcode where
    that is asked for too, unless "order" stands before them."""
    for match in _TOKEN.finditer(text):
        if number_form(match[0]) not in forms:
            continue
        called = bool(re.search(r"\border\b[^.?!]{0,12}$|#\s?$", text[: match.start()], re.IGNORECASE))
        if called or "name_postcode" not in rules.by or not match[0].isdigit():
            return match[0]
    usual = _ORDER.search(text)
    return usual[0] if usual else ""


def asks(text: str) -> bool:
    """Whether a message is put as a question, with or without its mark."""
    return bool(_ASKS.search(text))


def says_who(text: str) -> bool:
    """Whether a message says in so many words who it is from: an e-mail address, "my name is", "zip code"."""
    return bool(_EMAIL.search(text) or _SAYS_WHO.search(text))


def bare(text: str) -> bool:
    """Whether a message is a claim and nothing else: "hi, mia@example.com here", "Noah Brown, 80279"."""
    rest = _ORDER.sub(" ", _EMAIL.sub(" ", text.lower()))
    words = [w for w in re.findall(r"[a-z']+", re.sub(r"\w*\d\w*", " ", rest)) if w not in STOP_WORDS | _POLITE]
    return "?" not in text and len(words) <= 3


def says_more(text: str) -> bool:
    """Whether a message with a claim also asks for something."""
    return "?" in text or bool(re.search(r"\b(?:return|cancel|exchange|change|want|need|order)\b", text, re.IGNORECASE))


def establish(
    task: Task, rules: OrderRules, db: Database, context: Context, plan: Plan, fresh: bool, *, quiet: bool = False
) -> bool:
    """True when it is known now who is asking; else the plan asks (again), or a person takes over.

    `quiet`: a guess at a claim; when it names nobody it is forgotten, and nothing is said.
    """
    claim = Claim(**task.claim)
    if fresh and claim.provable(rules.identify):
        found = identify(db, claim, rules.identify, context.as_of)
        if found is not None:
            task.customer, task.claim, task.asked, task.num_failed = found, {}, "", 0
            return True
        task.num_failed += 1
        if quiet:
            task.claim = {k: v for k, v in task.claim.items() if k not in ("name", "postcode")}
            return False
        if task.num_failed >= rules.identify.attempts:
            hand_over(task, plan)
            return False
        plan.say(
            f"I couldn't find an account with those details. Could you check them and give me {_ways(rules.identify)}?"
        )
    elif quiet:
        return False
    else:
        plan.say(_missing(task, rules.identify))
    task.asked = "identity"
    return False


def _missing(task: Task, rules: Identify) -> str:
    """What to ask for, given what was claimed so far. The same whether there is such an account or not."""
    if "order_email" in rules.by and task.claim.get("email") and not task.claim.get("order_id"):
        return (
            "Thank you. To look at your orders I also need an order number: please give me one of that e-mail address."
        )
    if rules.by == ("order_email",) and task.claim.get("order_id") and not task.claim.get("email"):
        return (
            "To look at your orders I first need to know who you are. Please give me the e-mail address of that order."
        )
    return f"To look at your orders I first need to know who you are. Please give me {_ways(rules)}."


_WHY = re.compile(
    r"\bwhy\b[^.?!]{0,30}\b(?:need|ask\w*|want|require|have to|must|should)\b|\bwhat(?:'s| is| do you (?:need|want))\b"
    r"[^.?!]{0,20}\b(?:that|this|it|these)\b[^.?!]{0,10}\bfor\b|^\W*(?:but )?(?:why|what for)\W*$",
    re.IGNORECASE,
)


def asks_why(text: str) -> bool:
    """Whether somebody who was asked who they are wants to know what for."""
    return bool(_WHY.search(text))


def explained(task: Task, rules: OrderRules) -> Plan:
    """What it is for, and once more what is needed."""
    plan = Plan()
    plan.say("I ask so that nobody but you can see or change your orders.")
    plan.say(_missing(task, rules.identify))
    return plan


def hand_over(task: Task, plan: Plan) -> None:
    """A person finds out who it is."""
    plan.say("I can't confirm who you are from what you told me, so I'm handing this over to a colleague.")
    plan.handoff = True
    task.asked, task.claim = "", {}


def _ways(rules: Identify) -> str:
    return join([_WAYS[by] for by in rules.by], "or")
