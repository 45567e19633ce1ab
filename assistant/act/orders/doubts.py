"""Parts of messages that were read as nothing: asked about once, before anything that a yes would confirm.

    note(task, said, asked)      keeps what a message left over; True when a colleague should take over
    ask(task, plan)              asks about it; False when there is nothing to ask

What is asked about and doesn't come clear, also when it is said again, is said not to be part of the proposal: a yes
is to just that. A condition that somebody insists on goes to a colleague. Knows no requests and no rules.
"""

from __future__ import annotations

import re

from assistant.act.orders.task import REFUSED, Task
from assistant.act.plan import Plan
from assistant.act.words import join
from assistant.order_talk import STRICT, Said

LEFT = "left"
"""What was asked, in `Task.asked`."""
_IF_NOT = re.compile(
    r"(?:but |and )?(?:if|in case) (?:that|this|it|there|you|none|they|not)\b.*?(?:\bnot?\b|n't|\bnone\b)"
)
"""A condition that has come about where a version was refused: "if that's not a thing, I'm returning it"."""
_SHOWN, _LONGEST = 2, 120


def note(task: Task, said: Said, asked: str, touched: bool) -> bool:
    """Keep the parts that a message left over, each once. `asked` is what the last answer asked, `touched` whether
    the message changed anything. True when the part that was asked about came again and is still not understood."""
    refused = any(g.kind == "swap" and g.state == REFUSED for g in task.goals)
    left = [p for p in said.left if not (refused and _IF_NOT.match(p))]
    again = [p for p in left if _known(p, task.left_asked)]
    if asked == LEFT and left and (any(STRICT.match(p) for p in again) or not (again or touched)):
        return True
    if asked == LEFT and (again or touched):
        task.left_out = again
    task.left = [*task.left, *(p for p in left if p not in again and not _known(p, task.left))]
    return False


def ask(task: Task, plan: Plan) -> bool:
    """Ask about what was left over, once."""
    if not task.left:
        return False
    parts, task.left = task.left[-_SHOWN:], []
    task.left_asked, task.left_out = [*task.left_asked, *parts][-8:], list(parts)
    plan.say(f"I didn't understand {quoted(parts)}.")
    plan.closing.append("Please say that part in other words, or tell me to leave it out.")
    plan.clarifying, task.asked = True, LEFT
    return True


def left_out(task: Task, plan: Plan) -> None:
    """Say of what never came clear that it is no part of what is proposed."""
    if task.left_out:
        plan.say(f"{quoted(task.left_out)} is not part of it.")
        task.left_out = []


def quoted(parts: list[str]) -> str:
    """The customer's own words, as they are shown."""
    return join([f"“{p if len(p) <= _LONGEST else p[:_LONGEST].rsplit(' ', 1)[0] + ' …'}”" for p in parts])


def _known(part: str, parts: list[str]) -> bool:
    return any(part in p or p in part for p in parts)
