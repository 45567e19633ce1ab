"""What was used: of which requests a message says so, and which things the shop's rules then don't take back.

For returns and exchanges alike. Writes only the refusal.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.act.orders.answers import lines_of
from assistant.act.orders.settle import Desk
from assistant.act.orders.step import Step
from assistant.act.orders.task import DROPPED, OPEN, REFUSED, Goal
from assistant.language import stems
from assistant.order_talk import Said
from assistant.shop.accounts import Line
from assistant.understand.orders.used import tells_of_use


def take_use(step: Step, said: Said, taken: Sequence[Goal], current: Goal | None) -> bool:
    """Marks what the message says of use on the requests that it is about: those it makes (`taken`), else those whose
    items it names, else the one under way. True when one that was refused is under way again: "sorry, I haven't worn
    them"."""
    named = {*lines_of(said.rest.items), *said.told}
    known = [g for g in step.task.goals if (g.used or g.state == OPEN) and named & lines_of(g.items)]
    again = False
    for goal in taken or known or ([current] if current is not None else []):
        used = tells_of_use(said.text, _called(goal, step))
        if used is False and goal.used and goal.state in (REFUSED, DROPPED):
            goal.state, again = OPEN, True
        goal.used = goal.used if used is None else used
    return again


def _called(goal: Goal, step: Step) -> list[str]:
    """What the things of a request, or of its orders, are called by the shop."""
    account = step.account
    orders = [o for n in goal.orders if (o := account.order(n)) is not None]
    lines = [x for k in lines_of(goal.items) if (x := account.line(*k)) is not None]
    lines = lines or [x for o in orders for x in o.lines]
    products = [step.context.catalogue.product(x.product_id) for x in lines if x.product_id]
    return [*(x.name for x in lines), *(f"{p.category} {p.subcategory or ''}" for p in products if p)]


def after_use(line: Line, desk: Desk, done: str) -> str:
    """Why a thing that was used can't be `done` ("returned"); "" where the rules don't mind."""
    if not is_of(line, desk.rules.return_items.used, desk):
        return ""
    return (
        f"The {line.name} can't be {done} once it has been worn or used. If you only tried it on, just tell me; if "
        f"it is faulty, a colleague will look into it."
    )


def is_of(line: Line, words: Sequence[str], desk: Desk) -> bool:
    """Whether any of the words names this product, one of its options, or what the shop files it under."""
    own = set(stems(f"{line.name} {' '.join(line.options.values())}"))
    product = desk.product(line.product_id or "")
    kinds = set(stems(f"{product.category} {product.subcategory or ''}")) if product else set()
    return any(set(stems(w)) <= own or set(stems(w)) <= kinds for w in words)
