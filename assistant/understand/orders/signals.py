"""Whether a message is about somebody's own orders at all, or about the shop: its goods, prices and pages.

"I want to return the boots I got" is; "can I return boots?" asks for the rules. Knows English and no orders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.request import Request
from assistant.understand.orders import wording
from assistant.understand.orders.refs import ORDER_ID

_OWN = re.compile(
    r"\b(?:my (?:\w+ ){0,3}(?:orders?|parcel|package|purchase|delivery|shipment|address(?:es)?|account|refund|"
    r"items?|gift card)|"
    r"(?:order|purchase)s? of mine|i(?:'ve| have|'d)? (?:just |recently |already |also |only |somehow )*(?:ordered|"
    r"bought|received|got|purchased|placed|cancelled|paid|lost|had)|"
    r"an order|(?:the|that|this|those|these|all|pending|existing|recent) orders?|order status|tracking (?:number|"
    r"code|id))\b"
)
_WISH = re.compile(
    r"\b(?:i(?:'d| would)? (?:really )?(?:like|want|wish|need|love|prefer)|i wanna|i'm (?:trying|looking|hoping) to|"
    r"please|(?:can|could|would|will) (?:you|i|we)|help me|i have to|i must|"
    r"let me|let's|may i|i am going to|i'll|want to)\b"
)
_HOW = re.compile(
    r"\b(?:how (?:do|can|would|long|many|much)|what(?:'s| is| are) (?:your|the)|do you|is it possible|are there|"
    r"policy|policies|within|days)\b"
)
_START = re.compile(
    r"^\W*(?:(?:hi|hello|hey|please|ok|so|urgent|hiya)\W+)*(?:cancel|return|exchange|swap|change|modify|refund|replace|track)\b"
)


def about_orders(text: str, requests: Sequence[Request], *, identified: bool) -> bool:
    """Whether a message wants something with the customer's own orders, address or account."""
    low = wording.mend(text)
    if re.search(r"#\s?[a-z]{0,3}-?\d{3,}", low) or (ORDER_ID.search(low) and re.search(r"\border", low)):
        return True
    acts = {r.act for r in requests}
    verbs = [k for k, _, wanted in wording.actions(low) if wanted]
    own, wish = bool(_OWN.search(low)), bool(_WISH.search(low))
    if verbs and (own or _START.search(low)):
        return True
    if verbs and wish and not (_HOW.search(low) and not own):
        general = re.search(r"\b(?:can|could|may|do) i\b[^.?!]*\?", low) and not re.search(
            r"\b(?:my|the|this|that|both|these|those)\b", low
        )
        return not general
    if own and (
        "order" in acts
        or "track" in low
        or re.search(r"\b(?:address|status|refund|balance|paid|pay|total|order)\b", low)
    ):
        return True
    if (
        wording.about_address(low)
        and re.search(r"\b(?:my|our)\b", low)
        and re.search(r"\b(?:chang|updat|correct|moved|new|wrong)", low)
    ):
        return True
    return identified and ("order" in acts or own)
