"""Items that are named by what tells them from others of their kind alone: "the electric one", "my two red ones".

    with_ones(found, clause, before, scene) -> found and such mentions, in their order

Of what kind they are is told by the item named before them, in the clause or before it. Knows English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.shop.accounts import Line
from assistant.understand.orders.items import Mention, described, key
from assistant.understand.orders.scene import Scene

_ONE = re.compile(r"\b(?:the|my|that|this|those|these) ((?:[\w-]+ ){1,4}?)(ones?)\b(?! of\b)")
_LINKED = re.compile(r"\b(?:for|to|into|with|like|as|than|want|need|prefer)\s+$")
"""Before what something is to become, or is compared with."""
_OUT_OF = re.compile(
    r"\b(?:of|among|between) (?:the|my|these|those|both)(?: (?:my|these|those))?(?: \d+)? (?:[\w-]+ ){0,2}$"
)
"""Before several of which one is told behind them: "of the two glass shelves the small one"."""


def with_ones(found: Sequence[Mention], clause: str, before: Sequence[Line], scene: Scene) -> list[Mention]:
    """The mentions of a clause and those that say "one". `before`: the items named last, before the clause.

    Only what is told apart counts: of more than one item of a kind, some of them.
    """
    out = list(found)
    for match in _ONE.finditer(clause):
        if _LINKED.search(clause[: match.start()]) or any(
            m.start < match.end() and match.start() < m.end for m in found
        ):
            continue
        named = [x for m in found if m.end <= match.start() for x in scene.of(m)][-1:] or list(before)
        kinds = {x.product_id for x in named}
        mine = [x for x in scene.lines if x.product_id in kinds]
        told = described(mine, f"the {match[1]}")
        if told and len(told) < len(mine):
            names = tuple(dict.fromkeys(x.name for x in told))
            out = [m for m in out if m.end > match.start() or not _OUT_OF.search(clause[: m.start])]
            out.append(Mention(match.start(2), match.end(2), names, match[2] == "ones", tuple(map(key, told))))
    return sorted(out, key=lambda m: m.start)
