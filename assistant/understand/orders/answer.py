"""What a message says to the proposal that was made: a yes, a no, a yes to some of it; and what it asks besides.

    news(said, focus)                            what was asked so far beside the proposal, to be compared
    without_yes(clause, scene, focus)            what a clause says beside a yes
    read_answer(said, parts, spoken, scene, focus)   sets `said.yes`, `said.no` and `said.chosen`

Knows what was proposed by the conversation's focus, and the words of it by the customer's account. Decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language import STOP_WORDS, stems
from assistant.order_talk import Ask, Said
from assistant.understand.orders import consent, wording
from assistant.understand.orders.consent import Part, Yes
from assistant.understand.orders.scene import Focus, Scene

_VERBS = {
    "cancel": r"cancel\w*|call (?:it|that|them) off",
    "return": r"return\w*|refund\w*|(?:send|give|take|ship) (?:it|that|this|them|these|those) back",
    "swap": r"exchang\w*|swap\w*|replac\w*|chang\w*|modif\w*|switch\w*",
    "address": r"address(?:es)?|chang\w*|updat\w*|send|ship|deliver|redirect|modify",
    "payment": r"pay|charge|chang\w*|switch|use|instead of (?=the|my|paypal)",
}
_VERBS["home"] = _VERBS["address"]
_OF_MONEY = r"refunds?|payment|money|gift|card|credit|paypal|visa|mastercard|amex|account|original"
_POINTS = re.compile(
    r"\b(?:cancel|return|refund|exchang|swap|replac|chang|switch|modif)\w* (?:it|them|that|those|these|this)\b"
)
_NEVER = frozenset(stems("stop wait hold keep leave first second last only later no not back"))
"""Words that say something of their own, also where they stand in an item's name."""


def news(said: Said, focus: Focus) -> object:
    """What a message asks for beside what was proposed: a request for other items, orders or places, a wish, a way to
    pay. Compared before and after a clause it tells whether the clause asks for something of its own; that it names
    something else is no request."""
    if not focus.asked:
        return None
    besides = [n for n, a in enumerate(said.asks) if _is_besides(a, focus)]
    wishes = [i.wish.as_json() for i in said.rest.items if i.wish.says]
    return besides, wishes, said.rest.address, said.rest.payment


def _is_besides(ask: Ask, focus: Focus) -> bool:
    """Whether a request is one beside what was proposed, and neither the same again nor another thing to do with the
    same items."""
    if ask.kind in ("address", "home", "both", "payment") and ask.kind != focus.kind:
        return bool(ask.address or ask.payment or ask.orders)
    lines = {k for i in ask.items for k in i.lines}
    others = {k for k in lines if k not in focus.lines and (focus.lines or k[0] not in focus.proposed)}
    same_things = (lines and not others) or (_POINTS.search(ask.text) and not ask.orders)
    if same_things and ask.kind != focus.kind:
        return False
    if any(i.wish.says for i in ask.items) or ask.address or ask.payment:
        return True
    return bool(others if lines else set(ask.orders) - set(focus.proposed))


def read_answer(said: Said, parts: Sequence[Part], spoken: str, scene: Scene, focus: Focus) -> None:
    """What the whole message says to the proposal. A yes is one only where nothing in it is left to understand.
    `spoken`: it, before a slip in it was put right, which takes a "no" out of it."""
    if spoken != said.text:
        parts = consent.parts_of(spoken)
    verbs, own = _verbs(focus), _own_words(scene, focus)
    yes = consent.agreed(parts, own, verbs)
    said.yes = yes > Yes.WEAK or (yes == Yes.WEAK and not said.asks)
    said.no = wording.says_no(spoken)
    if focus.asked != "confirm":
        return
    said.no = said.no or consent.refuses(spoken)
    said.yes = said.yes and not said.no
    if said.yes and not said.asks and all(consent.says_nothing(p.text) for p in parts):
        said.rest = Ask()  # "everything looks good" is no wish for every item of the order
    if len(focus.proposed) > 1:
        said.chosen = consent.chosen(spoken, len(focus.proposed), own, verbs)


def without_yes(clause: str, scene: Scene, focus: Focus) -> str:
    """A clause without the parts of it that say yes to what is under way, or are mere courtesy."""
    verbs, own = _verbs(focus), _own_words(scene, focus)
    pieces = re.split(r"(?<=,)\s", clause)
    return " ".join(p for p in pieces if not (consent.says_nothing(p) or consent.agreed([Part(p)], own, verbs)))


def _verbs(focus: Focus) -> str:
    """What is proposed may be called by these words."""
    return rf"\b(?:just )?(?:{_VERBS.get(focus.kind, 'return|cancel|exchange|change')}|{_OF_MONEY})\b"


def _own_words(scene: Scene, focus: Focus) -> frozenset[str]:
    """The stems of the names of their items, and of the values of what is proposed. One that isn't proposed changes the
    request, and then the yes is to another."""
    lines = [x for k in focus.lines if (x := scene.account.line(*k))]
    lines = lines or [x for x in scene.lines if x.order_id in focus.proposed]
    values = [str(v) for x in lines for v in x.options.values()]
    found = set(stems(" ".join([*scene.names, *values])))
    return frozenset(re.sub(r"\W", "", s) for s in found if s not in STOP_WORDS) - _NEVER
