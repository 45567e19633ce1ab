"""One turn of order talk: what was understood goes into the requests under way; what comes out is the next answer.

    respond(step, said) -> bool      False: nothing in the message was about orders

Says what a message does to the last question and what comes of it; proposals.py settles, proposes and carries out.
Knows no model and no HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.act.orders import doubts, info
from assistant.act.orders.answers import only_some
from assistant.act.orders.merge import WHETHER, merge
from assistant.act.orders.phrases import Sheet
from assistant.act.orders.proposals import carry_out_proposal, names_other_way, settle_open, still_comes_to
from assistant.act.orders.step import Step
from assistant.act.orders.taken_back import take_use
from assistant.act.orders.task import DONE, DROPPED, OPEN, Goal, Task
from assistant.act.words import join
from assistant.order_talk import Said
from assistant.types import Json

_ELSE = "Is there anything else I can help you with?"
_GIVEN_UP = "I'm sorry, I don't get this right, so I'm handing it over to a colleague."
_NO_PLAIN_YES = "I do this only on a plain yes, and I'm not sure that this was one."
_LOST = 3


def respond(step: Step, said: Said, *, turned: bool = False) -> bool:
    """Answer a message of an identified customer. False when nothing in it was about orders.

    `turned`: by its words it is about the shop. Unless it changes or asks something here it is left to others.
    """
    task, plan = step.task, step.plan
    asked = task.asked
    before = ("" if asked == WHETHER else asked, list(task.proposal), task.goal)
    current = task.current
    task.asked, task.proposal = "", []
    if said.person:
        _to_person(step, "Of course, I'm handing this conversation over to a colleague.")
        return True
    changed = merge(task, said, step.account, step.rules, asked=asked)
    changed.touched |= take_use(step, said, changed.taken, current)
    told = 0
    agreed = before[0] == "confirm" and bool(before[1]) and _agrees(step, said, current, before[1])
    if before[0] == "confirm" and not changed.touched and (said.yes or said.chosen):
        some = only_some(current, said, before[1], step.account)
        agreed, changed.touched = agreed and not some, some
    if doubts.note(task, said, before[0], changed.touched):
        _to_person(step, _GIVEN_UP)
        return True
    if agreed and (not changed.touched or still_comes_to(step, current, before[1])):
        told += carry_out_proposal(step, current, before[1])
    elif before[0] not in ("", doubts.LEFT) and (said.no or said.forget) and not changed.touched and not said.asks:
        if current is not None and current.state == OPEN:
            current.state = DROPPED
        plan.say("All right, I leave that as it is.")
        told += 1
    told += _questions(step, said, before[1])
    if (turned or said.for_shop) and not told and not changed.touched:
        _leave(task, before)
        return False
    if not told and not before[0] and not changed.touched and said.takes_back and _was_done(current):
        told += _is_done(step)
    stuck = not told and not changed.touched
    told += settle_open(step, said)
    if stuck and told and task.asked == before[0]:
        if _too_often(step):
            return True
        if task.asked == "confirm":
            plan.opening = plan.opening or _NO_PLAIN_YES
    if not told and not changed.touched and not before[0].strip("help"):
        told += _spoken_of(step, said)
    if not told:
        return _lost(step, said, before, changed.touched)
    if not stuck:
        task.num_lost = 0
    if task.asked in ("", WHETHER) and not (plan.handoff or plan.offer):
        plan.closing.append(_ELSE)
    return True


def _agrees(step: Step, said: Said, goal: Goal | None, proposal: Sequence[Json]) -> bool:
    """Whether a message says yes to all of a proposal that still stands, and nothing against it."""
    against = said.no or said.forget or said.drops or said.left or names_other_way(step, said, proposal)
    all_of_it = said.yes or len(said.chosen) == len(proposal)
    return goal is not None and goal.state == OPEN and all_of_it and not against


def _was_done(goal: Goal | None) -> bool:
    return goal is not None and goal.state == DONE


def _is_done(step: Step) -> int:
    """Somebody takes back what was carried out on their yes: it stands, and a colleague may still stop it."""
    step.plan.say("That has been done already, and I can't undo it here. A colleague may still be able to.")
    step.plan.closing.append("Shall I call one?")
    step.plan.offer = "person"
    return 1


def _spoken_of(step: Step, said: Said) -> int:
    """Something of theirs was spoken of and nothing asked: it is what the next message is about."""
    task, account = step.task, step.account
    orders = said.told_orders or list(dict.fromkeys(k[0] for k in said.told))
    lines = [x for k in said.told if (not said.told_orders or k[0] in orders) and (x := account.line(*k))]
    if not lines and not orders:
        return 0
    task.lines = [[x.order_id, x.number] for x in lines]
    task.order = orders[0] if len(orders) == 1 else task.order
    order = next((o for o in account.orders if [o.order_id] == orders), None)
    names = f"the {join(list(dict.fromkeys(x.name for x in lines)))}" if lines else ""
    if said.hurt and not step.plan.opening:
        step.plan.say("I'm sorry about that.")
    if order is not None:
        number = Sheet(step.plan, step.context).order(order)
        step.plan.say(f"I see {names} in your order {number}." if names else f"I see your order {number}.")
    step.plan.closing.append(_offers(step, orders) if said.hurt else "What would you like me to do?")
    task.asked = "help"
    return 1


def _offers(step: Step, orders: Sequence[str]) -> str:
    """What can be done about something that came damaged, by the shop's rules and the state of these orders."""
    back, swap_rule = step.rules.return_items, step.rules.exchange_items
    states = {o.status for o in step.account.orders if o.order_id in orders}
    ways = ["return it for a refund"] if back.allowed and states & set(back.statuses) else []
    ways += ["exchange it for another version"] if swap_rule.allowed and states & set(swap_rule.statuses) else []
    return f"Would you like to {join([*ways, 'have a colleague look into it'], 'or')}?"


def _lost(step: Step, said: Said, before: tuple[str, list[Json], int | None], touched: bool) -> bool:
    """Nothing came of the message: the question stands, or it wasn't about orders."""
    task = step.task
    if not before[0] and not touched:
        return False
    task.asked, task.proposal, task.goal = before
    return _too_often(step)


def _too_often(step: Step) -> bool:
    """The message helped nothing; after some of those a colleague takes over."""
    step.task.num_lost += 1
    if step.task.num_lost < _LOST:
        return False
    step.plan.core.clear()
    step.plan.closing.clear()  # what was asked once more
    _to_person(step, _GIVEN_UP)
    return True


def again(step: Step) -> None:
    """The message said nothing that helps: what was asked of a request is asked again, in the words of what is missing.

    Says nothing when no request is under way: then the message is for others to answer.
    """
    settle_open(step, Said())


def _leave(task: Task, before: tuple[str, list[Json], int | None]) -> None:
    """The message turned to something else: the question stands for when it is come back to, a proposal does not, so
    that a yes to what the shop says then confirms nothing."""
    asked, _, task.goal = before
    task.asked = "" if asked == "confirm" else asked


def _to_person(step: Step, sentence: str) -> None:
    step.plan.say(sentence)
    step.plan.handoff = True
    step.task.asked, step.task.proposal = "", []


def _questions(step: Step, said: Said, proposed: Sequence[Json]) -> int:
    desk = step.desk()
    desk.task.proposal = list(proposed)
    answers = [a for q in said.questions if (a := info.answer(q, desk))]
    desk.task.proposal = []
    for answer in dict.fromkeys(answers):
        step.plan.say(answer)
    for question in said.questions:
        if len(question.get("orders", [])) == 1:
            step.task.order = question["orders"][0]
        elif len({k[0] for k in question.get("lines", [])}) == 1:
            step.task.order = question["lines"][0][0]
        step.task.lines = question.get("lines") or step.task.lines
    return len(answers)
