"""What a colleague reads who takes a conversation over: the facts of it in a few lines, made by code from the state.

Knows no model and writes nothing that the conversation doesn't say. Texts are those kept (secrets masked already).
"""

from __future__ import annotations

from assistant.act.plan import Plan
from assistant.shop.catalogue import Catalogue
from assistant.types import CustomerRef, Json
from assistant.understand.feeling import Feeling
from assistant.understand.state import State

_WHY = {
    "asked": "The customer asked for a person.",
    "order": "It is about an order that the assistant can't look after.",
    "complaint": "The customer complained.",
    "unknown": "The assistant didn't know the answer.",
}


def brief(
    state: State, text: str, feeling: Feeling, plan: Plan, customer: CustomerRef | None, catalogue: Catalogue
) -> Json:
    """The summary of a conversation before the turn with `text` is kept.

    `facts` are lines to read; `asked` the customer's last messages, oldest first; `products` those under discussion
    with the options named; `unanswered` what the assistant couldn't answer.
    """
    focus = plan.focus or state.focus
    products = [{"product_id": p.product_id, "name": p.name} for p in catalogue.products(focus[:5])]
    options = {str(w["name"]): w["value"] for w in state.wanted if w.get("name") and w.get("value")}
    unanswered = [str(t["said"]) for t in state.log if not t["answered"]]
    facts = [_WHY.get(plan.reason, "A person was called.")]
    facts.append(_who_asks(customer))
    facts.append(f"Message {state.num_turns + 1} of the conversation.")
    facts += _asked_for(state, text, plan)
    if state.told:
        facts.append(f"Told of themselves: {', '.join(_told(t) for t in state.told)}.")
    if products:
        named = ", ".join(str(p["name"]) for p in products)
        chosen = "".join(f", {name.replace('_', ' ')} {value}" for name, value in options.items())
        facts.append(f"Under discussion: {named}{chosen}.")
    if state.basket.get("pieces"):
        things = {
            p.product_id: p.name for p in catalogue.products([str(b["products"][0]) for b in state.basket["pieces"]])
        }
        counted = [f"{b['quantity']} × {things.get(str(b['products'][0]), '?')}" for b in state.basket["pieces"]]
        codes = f", with the code {', '.join(state.basket['codes'])}" if state.basket.get("codes") else ""
        facts.append(f"Prices were asked for: {', '.join(counted)}{codes}.")
    if unanswered:
        facts.append(f"Not answered: {'; '.join(unanswered)}")
    moods = [m for m in (*(str(t["emotion"]) for t in state.log), feeling.emotion) if m != "neutral"]
    if moods:
        facts.append(f"Tone of the last messages: {', '.join(dict.fromkeys(moods))}.")
    return {
        "facts": facts,
        "asked": [*(str(t["said"]) for t in state.log), text[:300]],
        "products": products,
        "options": options,
        "unanswered": unanswered,
        "emotion": feeling.emotion,
        "strain": state.mood.get("strain", 0.0),
    }


def _who_asks(customer: CustomerRef | None) -> str:
    if customer is None:
        return "Not signed in."
    if customer.led_by:
        return f"{customer.led_by} asks for the customer {customer.customer_id}."
    return f"Signed in as {customer.customer_id}."


_CALLS = frozenset({"human", "thanks", "greeting", "goodbye", "yes", "no"})


def _asked_for(state: State, text: str, plan: Plan) -> list[str]:
    """What the customer wanted last, in their own words: the call for a person itself tells nothing."""
    asked = [str(t["said"]) for t in state.log if not set(t["acts"]) <= _CALLS]
    if plan.reason != "asked":
        asked.append(text[:160])
    lines = [f"What they wrote last: {'; '.join(f'“{said}”' for said in asked[-2:])}"] if asked else []
    if state.at_work:
        lines.append("Something about their orders is under way; they haven't confirmed it.")
    return lines


def _told(told: dict[str, str]) -> str:
    return " ".join(part for part in (told.get("about", ""), told["name"], told["value"]) if part)
