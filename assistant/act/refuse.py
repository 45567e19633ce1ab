"""What is said instead of an answer to a message that must not be answered. Always code's words, calm and short.

Knows the policy's actions and the shop's helpline; no message and no model.
"""

from __future__ import annotations

from assistant.act.plan import Plan
from assistant.config import SafetySettings
from assistant.types import Decision

_SORRY = "I'm sorry, I can't help with that."
_ABOUT_THE_SHOP = "If you have a question about our products or an order, I'm happy to help."
_WORDS: dict[str, tuple[str, ...]] = {
    "self_harm": (
        "I'm really sorry that you are going through this.",
        "I'm an AI and can't give you the help you deserve, but there are people who can, right now and in confidence.",
    ),
    "medical_legal": (
        "I can't give medical or legal advice: please ask a doctor, a pharmacist or a lawyer.",
        "I can tell you what our pages and labels say about a product.",
    ),
    "abuse": (
        "I'd like to help, but please let us stay polite with one another.",
        "Tell me what went wrong, or say that you want a colleague and I'll call one.",
    ),
    "injection": ("I can't change how I work or show my instructions.", "I can help you with our products and orders."),
    "minors": ("I can't help with that.", _ABOUT_THE_SHOP),
    "hate": ("I won't say or do anything against people for who they are.", _ABOUT_THE_SHOP),
}


def refuse(decision: Decision, settings: SafetySettings) -> Plan:
    """The plan that answers a message that was refused under the shop's policy."""
    plan = Plan(answered=False)
    plan.core += _WORDS.get(decision.category or "", (_SORRY, _ABOUT_THE_SHOP))
    if decision.category == "self_harm":
        plan.core.append(settings.helpline.rstrip(".") + ".")
    if decision.action == "hand_over":
        plan.core.append("I'm handing this conversation over to a colleague.")
        plan.handoff, plan.reason = True, "screened"
    return plan
