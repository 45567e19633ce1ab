"""How an answer's tone follows the customer's mood: acknowledged once, in one sentence, then the help.

Also when to offer a person: once the strain (understand/strain.py) has become too much. Promises nothing, gushes over
nothing. Knows no shop and no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.plan import Plan
from assistant.request import Request
from assistant.understand.cues import ABOUT_PRODUCTS, SUPERLATIVES
from assistant.understand.feeling import Feeling
from assistant.understand.strain import Mood

_TOO_MUCH = 0.8
_QUIET_TURNS = 4  # turns in which the same acknowledgement, or the same offer, isn't repeated

_SAID = {
    "anger": "I'm sorry for the trouble.",
    "disgust": "I'm sorry, that must have been unpleasant.",
    "fear": "I understand that this worries you.",
    "sadness": "I'm sorry to hear that.",
    "joy": "I'm glad to hear that.",
}
_TELLS_ITSELF = frozenset(
    {
        "greeting",
        "thanks",
        "goodbye",
        "complaint",
        "feedback",
        "are_you_human",
        "mood",
        "preference",
        "recommend",
        "preferences",
    }
)
"""Acts whose answers have words of their own; what somebody loves or hates to wear is no feeling about the shop."""
_ASK = frozenset({*ABOUT_PRODUCTS, *SUPERLATIVES, "search", "policy", "promotion", "basket", "order", "human"})
_OFFER = "If you'd rather talk to a colleague, just say so and I'll call one."


def colour(
    plan: Plan, feeling: Feeling, requests: Sequence[Request], mood: Mood, turn: int, *, at_work: bool = False
) -> Mood:
    """Give `plan` its opening words and, when it has been too much, the offer of a person; returns the mood kept.

    `mood` holds the new strain already; `turn` counts from 0. While something is done for the customer (`at_work`)
    nothing is offered: a yes must mean that one thing.
    """
    kept = dict(mood)
    wishes = [wish(r.text) for r in requests if r.act == "mood"]
    if any(w != "ask" for w in wishes):
        kept["off"] = wishes[-1] == "off"
    acts = {r.act for r in requests}
    recently = kept.get("told") == feeling.emotion and turn - int(kept.get("told_at", -99)) < _QUIET_TURNS
    if feeling.emotion in _SAID and not recently:
        # who asks for a name, a yes or a price tells nothing to be glad of
        glad_of_nothing = feeling.emotion == "joy" and (at_work or acts <= _ASK)
        few_words = at_work and all(len(r.text.split()) <= _ANSWER and "!" not in r.text for r in requests)
        if not (acts & _TELLS_ITSELF or glad_of_nothing or few_words) and _is_plain(feeling, plan):
            plan.opening = _SAID[feeling.emotion]
        kept |= {"told": feeling.emotion, "told_at": turn}
    if plan.handoff or plan.offer == "person" or any(r.extra.get("called_before") for r in requests):
        return kept | {"strain": 0.0, "offered_at": turn}
    offered = turn - int(kept.get("offered_at", -99)) < _QUIET_TURNS
    if float(kept.get("strain", 0.0)) >= _TOO_MUCH and not offered and not at_work and not plan.clarifying:
        plan.closing.append(_OFFER)
        plan.offer = "person"
        kept |= {"offered_at": turn}
    return kept


def _is_plain(feeling: Feeling, plan: Plan) -> bool:
    """Whether the feeling is strong enough for a word of its own: a plain question often only sounds like one, and
    nobody is glad who didn't get an answer."""
    if feeling.emotion == "joy":
        return plan.answered and feeling.strength >= _STRONG
    return feeling.strength >= _FELT


_FELT, _STRONG = 0.55, 0.7
_ANSWER = 6
"""Words of an answer to what was asked of an order: "don't need it anymore" is a reason and no anger."""
_ON = re.compile(r"\b(?:again|back on|on|enable|allowed?|may|fine|welcome|start)\b")
_ASKS = re.compile(r"^\W*(?:do|does|are|is|can|could|how|what|why|who|tell|explain)\b.*")
_OFF = re.compile(r"\b(?:stop|off|ignore|don't|do not|dont|not|never|without|disable|no|quit|leave|opt out|less)\b")


def wish(text: str) -> str:
    """What a message about the noticing of moods wants: "off", "on", or "ask" when it only asks."""
    folded = text.lower().replace("’", "'")
    if _OFF.search(folded):
        return "off"
    if _ASKS.search(folded):
        return "ask"
    return "on" if _ON.search(folded) else "ask"
