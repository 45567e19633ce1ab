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
    facts.append(f"Signed in as {customer.customer_id}." if customer else "Not signed in.")
    facts.append(f"Message {state.num_turns + 1} of the conversation.")
    if products:
        named = ", ".join(str(p["name"]) for p in products)
        chosen = "".join(f", {name.replace('_', ' ')} {value}" for name, value in options.items())
        facts.append(f"Under discussion: {named}{chosen}.")
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
