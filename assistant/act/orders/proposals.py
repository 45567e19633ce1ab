"""Settles the requests under way: tells what is refused, asks what is missing, proposes, and carries out on a yes.

A request is proposed with every detail, and only exactly that proposal is carried out. One question at a time. Reads no
words of the customer's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.act.orders import doubts, info
from assistant.act.orders.address import change_address, change_payment
from assistant.act.orders.cancel import cancel, give_back
from assistant.act.orders.carry import carry_out
from assistant.act.orders.merge import WHETHER
from assistant.act.orders.settle import Desk, Outcome
from assistant.act.orders.step import Step
from assistant.act.orders.swap import swap
from assistant.act.orders.task import DONE, DROPPED, OPEN, REFUSED, Goal
from assistant.act.plan import Plan
from assistant.order_talk import ORIGINAL, Item, Said
from assistant.shop.order_writes import Write
from assistant.types import Json

_SETTLE: dict[str, Callable[[Goal, Desk], Outcome]] = {
    "cancel": cancel,
    "return": give_back,
    "swap": swap,
    "address": change_address,
    "home": change_address,
    "payment": change_payment,
}


def settle_open(step: Step, said: Said) -> int:
    """Settle the open requests in their order: refusals are told, the first question or proposal ends the turn.

    Those of this message come first. Returns how many things were told.
    """
    told = 0
    goals = step.task.goals
    latest = step.task.goal if step.task.goal is not None and step.task.goal < len(goals) else 0
    for number in [*range(latest, len(goals)), *range(latest)] if said.asks else range(len(goals)):
        step.task.release()
        if goals[number].state != OPEN:
            continue
        more, ends = _settle(step, number)
        told += more
        if ends:
            break
    return told


def _settle(step: Step, number: int) -> tuple[int, bool]:
    """Settle one open request: how many things were told, and whether the turn ends with it."""
    goal, desk = step.task.goals[number], step.desk()
    if goal.unknown:
        return 1, _not_theirs(step, number, goal, desk)
    outcome = _SETTLE[goal.kind](goal, desk)
    if goal.maybe:
        return _whether(step, goal, outcome), False
    if rival := _rival(step, goal, outcome):
        step.plan.say(rival)
        step.task.asked, step.task.goal = "either", number
        return 1, True
    for refusal in outcome.refusals:
        step.plan.say(refusal)
    told = len(outcome.refusals)
    if outcome.final and not outcome.question:
        _refused(step, number, goal, outcome)
        return (told + settle_open(step, Said()), True) if goal.otherwise else (told, False)
    if outcome.question:
        for note in outcome.notes:
            step.plan.say(note)
        step.plan.say(outcome.question[1])
        step.plan.clarifying = outcome.question[0] in ("item", "order", "option")
        step.task.asked, step.task.goal = outcome.question[0], number
    elif doubts.ask(step.task, step.plan):
        step.task.goal = number
    else:
        _propose(step, number, goal, outcome)
    return told + 1, True


def _not_theirs(step: Step, number: int, goal: Goal, desk: Desk) -> bool:
    """A number that is no order of theirs, be it nobody's or another customer's: asked about once. Given again it ends
    the request. Whether the turn ends with it."""
    asked, goal.unknown = goal.unknown, ""
    step.task.goal = number
    if asked in goal.told:
        step.plan.say(info.not_one_of_theirs(asked, desk))
        goal.state = REFUSED
        return False
    goal.told.append(asked)
    step.plan.say(f"{info.no_such_order(asked, desk)} Could you check the order number?")
    step.task.asked = "order"
    return True


def _refused(step: Step, number: int, goal: Goal, outcome: Outcome) -> None:
    """A request that can't be done is over; the second best that was told with it is one now."""
    goal.state = REFUSED
    goal.told += outcome.refusals
    step.task.goal = number
    if goal.otherwise:
        items = [Item(list(i.lines), i.all, i.count) for i in goal.items]
        step.task.goals.append(Goal(goal.otherwise, items, payment=list(goal.payment)))
    elif len(goal.orders) == 1:
        step.task.order = goal.orders[0]


def _whether(step: Step, goal: Goal, outcome: Outcome) -> int:
    """ "Could I return it?": says so and does nothing."""
    goal.state = DROPPED
    if outcome.writes:
        step.plan.say("Yes, that would be possible.")
        for line in outcome.lines:
            step.plan.say(f"I would {line}.")
        step.plan.say("Nothing has been changed; just tell me if that is to be done.")
        step.task.asked, step.task.goal = WHETHER, step.task.goals.index(goal)
        return 1
    for refusal in outcome.refusals:
        step.plan.say(refusal)
    if outcome.question and not outcome.refusals:
        step.plan.say("Yes, that would be possible; nothing has been changed.")
        step.task.asked, step.task.goal = WHETHER, step.task.goals.index(goal)
    return 1


def _rival(step: Step, goal: Goal, outcome: Outcome) -> str:
    """An order can take either a return or an exchange: says what each would come to."""
    if outcome.question and outcome.question[0] == "payment" and not goal.payment:
        outcome = _SETTLE[goal.kind](_as_paid(goal), step.desk())
    mine = {w.arguments.get("order_id"): w for w in outcome.writes if w.action.endswith("delivered_order_items")}
    for other in step.task.open_goals:
        if other is goal or not mine or other.kind == goal.kind:
            continue
        desk = step.desk()
        theirs = _SETTLE[other.kind](other if other.payment else _as_paid(other), desk)
        for n, write in enumerate(theirs.writes):
            first = mine.get(write.arguments.get("order_id"))
            if first is None or not write.action.endswith("delivered_order_items") or first.action == write.action:
                continue
            line = outcome.lines[outcome.writes.index(first)]
            return (
                f"For one order I can do either a return or an exchange, not both. I could {line}. Or I could "
                f"{theirs.lines[n]}. Which of the two would you like?"
            )
    return ""


def _as_paid(goal: Goal) -> Goal:
    """The request as it would be with what the order was paid with."""
    return Goal.from_json({**goal.as_json(), "payment": [ORIGINAL]})


def _propose(step: Step, number: int, goal: Goal, outcome: Outcome) -> None:
    """Says all that would be done and asks for a yes to it; what staff has to do goes to a colleague."""
    task, plan = step.task, step.plan
    if outcome.staff:
        plan.say(f"A colleague has to do this: {'; '.join(outcome.lines)}. I'm handing your request over.")
        plan.handoff = True
        goal.state = REFUSED
        return
    for note in outcome.notes:
        plan.say(note)
    doubts.left_out(task, plan)
    if len(outcome.lines) == 1:
        plan.say(f"I will {outcome.lines[0]}.")
    else:
        plan.say("This is what I will do:")
        for n, line in enumerate(outcome.lines, start=1):
            plan.say(f"({n}) {line}.")
    plan.closing.append("Shall I go ahead (yes/no)?")
    task.asked, task.goal = "confirm", number
    task.proposal = [{**w.as_json(), "money": w.money} for w in outcome.writes]
    ids = {w.arguments.get("order_id") for w in outcome.writes} - {None}
    if len(ids) == 1:
        task.order = str(next(iter(ids)))


def carry_out_proposal(step: Step, goal: Goal | None, proposal: Sequence[Json]) -> int:
    """Carry out exactly what was proposed."""
    task = step.task
    writes = [
        Write(str(p["action"]), {k: v for k, v in p.items() if k not in ("action", "money")}, int(p["money"]))
        for p in proposal
    ]
    task.num_proposals += 1
    content = "|".join(f"{w.action}:{sorted(w.arguments.items())}" for w in writes)
    digest = hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
    key = f"{step.conversation}/{task.num_proposals}/{digest}"
    writer = None if step.context.done_before else step.writer
    sentences = carry_out(writer, step.account, writes, key, step.desk(), step.reload, step.context.led_by)
    if sentences.problem:
        step.plan.say(f"I'm sorry, nothing was changed: {sentences.problem}")
        if goal is not None:
            goal.state = REFUSED
        return 1
    step.writes += [w.as_json() for w in writes]
    step.account = sentences.account
    if goal is not None:
        goal.state = DONE
    for sentence in sentences.said:
        step.plan.say(sentence)
    return 1


def names_other_way(step: Step, said: Said, proposal: Sequence[Json]) -> bool:
    """Whether a yes names another way for the money than the proposal has: "yes but to my bank account" agrees to
    nothing before it is said that this can't be."""
    ways = said.rest.payment
    if not ways or ORIGINAL in ways:
        return False
    paid = {o.order_id: o.method.method_id for o in step.account.orders if o.method is not None}
    used = {p.get("payment_method_id") or paid.get(str(p.get("order_id"))) for p in proposal if p.get("money")}
    return bool(used) and not used & set(ways)


def still_comes_to(step: Step, goal: Goal | None, proposal: Sequence[Json]) -> bool:
    """Whether the request still comes to exactly what was proposed, with all that the message said besides."""
    if goal is None or goal.state != OPEN:
        return False
    scratch = replace(step, plan=Plan())
    writes = _SETTLE[goal.kind](goal, scratch.desk()).writes
    free = set() if step.rules.cancel.reasons else {"reason"}  # why, where the shop doesn't ask, changes nothing
    now = [{**w.as_json(), "money": w.money} for w in writes]
    return [{k: v for k, v in w.items() if k not in free} for w in now] == [
        {k: v for k, v in w.items() if k not in free} for w in proposal
    ]
