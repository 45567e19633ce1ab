"""What a turn leaves for later ones: the topic, the list that was shown, the basket, and a short log for a colleague.

What carries over and what resets is written at `State`; here a turn's requests and plan are put into it. Knows no
database and no model.
"""

from __future__ import annotations

from assistant.act.plan import Plan, in_code_words
from assistant.request import Request
from assistant.understand.carry import names_one
from assistant.understand.listen import Heard
from assistant.understand.state import State


def advance(state: State, requests: list[Request], plan: Plan) -> None:
    """What the next turn may refer to: see State for what carries over."""
    state.num_turns += 1
    last = next((r for r in reversed(requests) if r.products or plan.focus), None)
    if plan.focus is not None:
        state.focus = plan.focus
        state.wanted = plan.wanted if plan.wanted is not None else _kept(last)
    elif last is not None and names_one(last):
        state.focus, state.wanted = list(last.products), _kept(last)  # a text answered: the talk is still of it
    named = list(dict.fromkeys(p for r in requests if not r.group and not r.from_context for p in r.products))
    if plan.listed is not None and len(plan.listed) > 1:
        state.show_list(plan.listed)
    elif 1 < len(named) < 4:
        state.show_list([{"product": p, "sku": None} for p in named])
    elif plan.focus is not None and len(plan.focus) == 1:
        chosen = plan.chosen if plan.chosen and plan.chosen.product_id == plan.focus[0] else None
        state.show(plan.focus[0], chosen.sku if chosen else None, state.wanted)
    if plan.search is not None:
        turned = next((r.extra["refine"].shown for r in requests if "refine" in r.extra), ())
        state.look_for(plan.search, turned)
    if plan.basket is not None:
        state.basket = plan.basket
    if plan.told is not None:
        state.told = plan.told
    asked = [
        r for r in requests if r.act not in ("greeting", "thanks", "goodbye", "none", "are_you_human", "yes", "no")
    ]
    if asked:
        state.act, state.question = asked[-1].act, asked[-1].text


def unheard(state: State) -> None:
    """The answer was stopped before its end, where it asks and offers: a bare yes agrees to nothing of that. A request
    stays under way, and is proposed again."""
    state.offer, state.choices = "", []
    if state.task.pop("proposal", None):
        state.task["asked"] = ""


_LOGGED = 5  # messages whose short form is kept in the state
_TOLD = 240  # characters that are kept of what was answered


def log(state: State, text: str, heard: Heard, plan: Plan) -> None:
    """What this turn leaves for later ones: enough for a colleague's summary, bounded however long it goes on. What was
    answered is kept of the last turn only: the next message is read beside it."""
    acts = [r.act for r in heard.requests]
    entry = {
        "said": text[:160], "told": _shortened(in_code_words(plan)), "acts": acts, "answered": plan.answered,
        "emotion": heard.feeling.emotion,
    }  # fmt: skip
    earlier = [{name: value for name, value in e.items() if name != "told"} for e in state.log[1 - _LOGGED :]]
    state.log = [*earlier, entry]
    state.offer, state.choices = plan.offer, plan.choices
    state.called = plan.reason or state.called


def _shortened(text: str) -> str:
    """The beginning of a text, cut between two words: half a name is found by no mask."""
    return text if len(text) <= _TOLD else text[: _TOLD + 1].rsplit(" ", 1)[0]


def _kept(request: Request | None) -> list[dict[str, object]]:
    """The options that stay with the product: those it really has."""
    return [vars(w) for w in request.wanted if w.value is not None] if request else []
