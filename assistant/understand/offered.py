"""What a bare "yes" or "no" means after an answer that offered something: the offer is taken up, or it isn't.

Works on the requests and the kept state; knows no shop.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.request import Request
from assistant.understand.state import State

PERSON = "person"
_SHORT = 4  # words of a no that turns down an offer; a longer one says what was wrong


def take_up(requests: list[Request], state: State) -> list[Request]:
    """The requests with an answer to the last offer in place of a bare yes or no."""
    if state.offer != PERSON or len(requests) != 1 or requests[0].products:
        return requests
    if requests[0].act == "yes":
        return [replace(requests[0], act="human")]
    if requests[0].act == "no" and len(requests[0].text.split()) <= _SHORT:
        return [replace(requests[0], extra=requests[0].extra | {"declined": PERSON})]
    return requests
