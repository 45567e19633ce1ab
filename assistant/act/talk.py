"""Answers that state no figures: greetings, what it is, handing over, what it can't do. Always the same words.

Knows no products and no model.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.act import handover, tone
from assistant.act.context import Context
from assistant.act.plan import Plan
from assistant.request import Request

MOOD_NOTICE = (
    "I notice the tone of your messages, only to answer fittingly; say “ignore my tone” and I'll stop doing that."
)


def notice(shop: str, *, minds_tone: bool = True) -> str:
    """What the assistant says first in every conversation."""
    can = "I can tell you about our products, prices, availability and policies."
    told = f" {MOOD_NOTICE}" if minds_tone else ""
    return f"Hello! I'm the AI assistant of {shop}. {can}{told} What can I do for you?"


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
        "no": ["Alright."] if request.extra.get("declined") else ["Alright, then I misunderstood."],
        "feedback": [
            "Thank you for telling us.",
            "It is kept with this conversation, where my colleagues can read it.",
        ],
        "none": [
            f"I'm sorry, that is something I can't help with: I'm the AI assistant of {shop}.",
            "I can tell you about our products, their prices and availability, and our policies.",
        ],
    }
    plan.core += texts.get(request.act, texts["none"])
    if request.act == "no":
        plan.core.append("What can I look up for you?")
    if request.act == "are_you_human" and not request.extra.get("called_before"):
        plan.offer = "person"
    plan.answered = request.act != "none"


def person(request: Request, context: Context, plan: Plan) -> None:
    """Calls a person, because the customer asked for one."""
    before = bool(request.extra.get("called_before"))
    opening = "Of course, I'm handing this conversation over to a colleague."
    handover.call("asked", opening, context, plan, called_before=before)


def order(request: Request, context: Context, plan: Plan) -> None:
    """About orders, but nothing that order talk could take up: asks what it is about."""
    plan.core.append("I can look after your orders.")
    plan.closing.append("Please tell me which order or item it is about, and what you would like to be done.")


def account(plan: Plan) -> None:
    """Ending an account, a membership or mails: a colleague's to do."""
    plan.core += ["I can't do that here.", "Shall I call a colleague who can do it for you?"]
    plan.offer = "person"


def mood(request: Request, context: Context, plan: Plan) -> None:
    """What is done with the customer's mood, and the switch."""
    wish = tone.wish(request.text)
    if wish == "off":
        plan.core.append("Alright, I no longer pay attention to the tone of your messages in this conversation.")
    elif wish == "on":
        plan.core.append("Alright, I pay attention to the tone of your messages again.")
    else:
        plan.core += [MOOD_NOTICE, "What I noticed is kept with this conversation and deleted with it."]


def passed_on(colleague: str) -> Plan:
    """While a colleague has the conversation the assistant answers nothing: it says whose it is."""
    return Plan(core=[f"Thank you, {colleague.capitalize()} from our team has your message and will answer you here."])


def not_kept(hidden: Sequence[str]) -> str:
    """One sentence to a customer who gave secrets away, by the masks that stand for them; "" where there are none."""
    if not hidden:
        return ""
    named = [f"your {mask.strip('[]')}" for mask in hidden]
    what = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return f"I haven't kept {what}, and this chat never needs {'them' if len(named) > 1 else 'it'}."


def what_else() -> Plan:
    """To a message in which nothing was asked."""
    return Plan(core=["What can I help you with?"], clarifying=True)


def which(context: Context, plan: Plan) -> None:
    """Asks which product is meant, when nothing in the conversation says so."""
    plan.core.append("Which product do you mean?")
    plan.clarifying = True
