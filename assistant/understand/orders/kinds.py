"""Which kinds of request a clause makes: what is to be done with items, where orders go, how they are paid.

Knows English and no shop.
"""

from __future__ import annotations

import re

from assistant.order_talk import Said
from assistant.understand.orders import wording
from assistant.understand.orders.places import puts_on_file
from assistant.understand.orders.refs import address_in
from assistant.understand.orders.scene import Focus


def kinds(clause: str, said: Said, focus: Focus) -> list[tuple[str, int, bool]]:
    """(kind, where, wanted) for each; `wanted` is False for what is not to be done."""
    under_way = focus.kind in ("swap", "return") and bool(focus.asked)
    if focus.asked != "payment" and (wording.about_paying(clause) or (wording.charges(clause) and not under_way)):
        return [("payment", 0, True)]
    if address_in(clause, clause) and not re.search(r"\b(?:return|cancel|exchange)\b", clause):
        return [("address", 0, True)] if focus.asked != "address" else []
    if focus.kind == "address" and puts_on_file(clause):
        return [("address", 0, True)]
    if wording.about_address(clause):
        return [("address", 0, True)] if _address_wanted(clause, said) else []
    found = wording.actions(clause)
    if not found and focus.asked == "help" and focus.told and _ANOTHER.search(clause) and not clause.endswith("?"):
        return [("swap", 0, True)]  # asked whether it shall be returned or exchanged: "a different model is fine"
    return found


_ANOTHER = re.compile(
    r"\b(?:different|another|other|new|replacement) (?:model|version|one|type|kind|colou?r|size)\b|\breplacement\b"
)


def _address_wanted(clause: str, said: Said) -> bool:
    """A clause about an address asks for a change, unless it only tells or answers ("it's the address on ...")."""
    if re.match(
        r"\W*(?:it's|it is|that's|the one|same|my \w+ (?:place|address|home)\W*$|i'd rather not|i won't|i don't "
        r"want to type)",
        clause,
    ):
        return False
    if re.search(r"\b(?:which|what|where)\b[^.?!]*\b(?:did|does|do|is|was|has)\b", clause):
        return False
    if re.search(
        r"\bcheck\b|\bi had\b[^.]*\bsent\b|\b(?:is|was|are|were|that's|order's) going to\b", clause
    ) and not re.search(r"\b(?:chang|updat|modif|correct|wrong|should|needs? to)", clause):
        return False
    return bool(
        re.search(
            r"\b(?:chang|updat|modif|correct|send|sent|ship|deliver|go|going|come|redirect|divert|bring|brought|make|set|switch|get|put|moved|"
            r"should be|wrong|fix|use)",
            clause,
        )
    )
