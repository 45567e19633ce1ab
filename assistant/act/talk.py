"""Answers that state no figures: greetings, what it is, handing over, what it can't do. Always the same words.

Knows no products and no model.
"""

from __future__ import annotations

from assistant.act.context import Context
from assistant.act.plan import Field, Plan
from assistant.request import Request
from assistant.types import Receipt


def notice(shop: str) -> str:
    """What the assistant says first in every conversation."""
    return (
        f"Hello! I'm the AI assistant of {shop}. I can tell you about our products, prices, availability and policies. "
        "What can I do for you?"
    )


def talk(request: Request, context: Context, plan: Plan) -> None:
    """The answer to small talk and to what is none of the shop's business."""
    shop = context.info.get("name", "this shop")
    texts: dict[str, list[str]] = {
        "greeting": [f"Hello! I'm the AI assistant of {shop}.", "What are you looking for today?"],
        "thanks": ["You're welcome!", "Just ask if there is anything else."],
        "goodbye": ["Goodbye, and thank you for stopping by!"],
        "are_you_human": [
            f"I'm an AI, not a person: the automated assistant of {shop}.",
            "If you'd rather talk to a colleague, just say so.",
        ],
        "yes": ["Alright.", "What would you like to know: a price, what is in stock, or something else?"],
        "no": ["Alright, then I misunderstood.", "What can I look up for you?"],
        "complaint": [
            "I'm sorry that this has been frustrating.",
            "Shall I call a colleague who can look into it for you?",
        ],
        "none": [
            f"I'm sorry, that is something I can't help with: I'm the assistant of {shop}.",
            "I can tell you about our products, their prices and availability, and our policies.",
        ],
    }
    plan.core += texts.get(request.act, texts["none"])
    plan.answered = request.act != "none"


def person(request: Request, context: Context, plan: Plan) -> None:
    """Calls a person, and says how else one can be reached if the shop says so."""
    plan.core.append("Of course, I'm handing this conversation over to a colleague.")
    _reach(context, plan)
    plan.handoff = True


def order(request: Request, context: Context, plan: Plan) -> None:
    """Orders are looked after by people: this assistant has no access to them."""
    plan.core.append("I don't have access to orders, so I'm handing this over to a colleague who does.")
    _reach(context, plan)
    plan.handoff = True


def which(context: Context, plan: Plan) -> None:
    """Asks which product is meant, when nothing in the conversation says so."""
    plan.core.append("Which product do you mean?")
    plan.clarifying = True


def _reach(context: Context, plan: Plan) -> None:
    ways = [context.info[k] for k in ("phone", "email") if context.info.get(k)]
    if ways:
        fact = plan.fact("our shop")
        keys = []
        for key in ("phone", "email"):
            if context.info.get(key):
                receipt = Receipt("shop", key, key, context.info[key], context.as_of)
                fact.fields[key] = Field("quote", context.info[key], (receipt,), key)
                keys.append(fact.key(key))
        plan.core.append(f"You can also reach us at {' or '.join(keys)}.")
