"""What a bare "yes" or "no" means after an answer that offered something: the offer is taken up, or it isn't.

Works on the answer's act and the kept state; knows no shop.
"""

from __future__ import annotations

from assistant.request import Request
from assistant.understand.state import State

PERSON, RECOMMEND = "person", "recommend"
_SHORT = 4  # words of a no that turns down an offer; a longer one says what was wrong


def taken_up(text: str, answer: str | None, state: State) -> Request | None:
    """The request that a bare `answer` ("yes", "no") to the last offer is; None when it is none."""
    if state.offer == RECOMMEND and answer == "yes":
        return Request("recommend", text, extra={"told_before": tuple(state.told)})
    if state.offer != PERSON:
        return None
    if answer == "yes":
        return Request("human", text)
    if answer == "no" and len(text.split()) <= _SHORT:
        return Request("no", text, extra={"declined": PERSON})
    return None
