"""One turn of order talk: what was understood goes into the requests under way; what comes out is the next answer.

    respond(step, said) -> bool      False: nothing in the message was about orders

A request is settled (settle.py), proposed with every detail, and carried out only on the customer's yes to exactly that
proposal. One question at a time. Knows no model and no HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from assistant.act.context import Context
from assistant.act.orders import doubts, info
from assistant.act.orders.address import change_address, change_payment
from assistant.act.orders.cancel import cancel, give_back
from assistant.act.orders.carry import carry_out
from assistant.act.orders.merge import WHETHER, merge
from assistant.act.orders.phrases import Sheet
from assistant.act.orders.settle import Desk, Outcome
from assistant.act.orders.swap import swap
from assistant.act.orders.task import DONE, DROPPED, OPEN, REFUSED, Goal, Task
from assistant.act.plan import Plan
from assistant.act.words import join
from assistant.order_talk import ORIGINAL, Item, Said
from assistant.shop.accounts import Account
from assistant.shop.order_rules import OrderRules
from assistant.shop.order_writes import OrderDesk, Write
from assistant.types import Json

_SETTLE: dict[str, Callable[[Goal, Desk], Outcome]] = {
    "cancel": cancel,
    "return": give_back,
    "swap": swap,
    "address": change_address,
    "home": change_address,
    "payment": change_payment,
}
_ELSE = "Is there anything else I can help you with?"
_GIVEN_UP = "I'm sorry, I don't get this right, so I'm handing it over to a colleague."
_LOST = 3


@dataclass
class Step:
    """What one turn of order talk works with. Mutable; one per turn."""

    task: Task
    account: Account
    rules: OrderRules
    plan: Plan
    context: Context
    writer: OrderDesk
    conversation: str
    reload: Callable[[], Account | None]
    writes: list[Json] = field(default_factory=list)

    def desk(self) -> Desk:
        sheet = Sheet(self.plan, self.context)
        return Desk(
            self.account,
            self.rules,
            sheet,
            self.task,
            self.context.now,
            self.context.catalogue.product,
            self.writer.state_of,
        )


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
    told = 0
    agreed = before[0] == "confirm" and bool(before[1]) and said.yes
    if doubts.note(task, said, before[0], changed.touched):
        _to_person(step, _GIVEN_UP)
        return True
    if agreed and not said.left and (not changed.touched or _still(step, current, before[1])):
        told += _do(step, current, before[1])
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
    told += _next(step, said)
    if stuck and told and task.asked == before[0] and _too_often(step):
        return True
    if not told and not changed.touched and not before[0].strip("help"):
        told += _spoken_of(step, said)
    if not told:
        return _lost(step, said, before, changed.touched)
    if not stuck:
        task.num_lost = 0
    if task.asked in ("", WHETHER) and not (plan.handoff or plan.offer):
        plan.closing.append(_ELSE)
    return True


def _was_done(goal: Goal | None) -> bool:
    return goal is not None and goal.state == DONE


def _is_done(step: Step) -> int:
    """Somebody takes back what was carried out on their yes: it stands, and a colleague may still stop it."""
    step.plan.say("That has been done already, and I can't undo it here. A colleague may still be able to.")
    step.plan.closing.append("Shall I call one?")
    step.plan.offer = "person"
    return 1


def _still(step: Step, goal: Goal | None, proposal: Sequence[Json]) -> bool:
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
    _to_person(step, _GIVEN_UP)
    return True


def again(step: Step) -> None:
    """The message said nothing that helps: what was asked of a request is asked again, in the words of what is missing.

    Says nothing when no request is under way: then the message is for others to answer.
    """
    _next(step, Said())


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


def _next(step: Step, said: Said) -> int:
    """Settle the open requests in their order: refusals are told, the first question or proposal ends the turn."""
    told = 0
    goals = step.task.goals
    latest = step.task.goal if step.task.goal is not None and step.task.goal < len(goals) else 0
    for number in [*range(latest, len(goals)), *range(latest)] if said.asks else range(len(goals)):
        goal = goals[number]
        if goal.state != OPEN:
            continue
        desk = step.desk()
        if goal.unknown:
            step.plan.say(info.no_such_order(goal.unknown, desk) + " Could you check the order number?")
            goal.unknown, step.task.asked, step.task.goal = "", "order", number
            return told + 1
        outcome = _SETTLE[goal.kind](goal, desk)
        if goal.maybe:
            told += _whether(step, goal, outcome)
            continue
        rival = _rival(step, goal, outcome)
        if rival:
            step.plan.say(rival)
            step.task.asked, step.task.goal = "either", number
            return told + 1
        for refusal in outcome.refusals:
            step.plan.say(refusal)
            told += 1
        if outcome.final and not outcome.question:
            goal.state = REFUSED
            goal.told += outcome.refusals
            step.task.goal = number
            if goal.otherwise:
                goals.append(
                    Goal(
                        goal.otherwise,
                        [Item(list(i.lines), i.all, i.count) for i in goal.items],
                        payment=list(goal.payment),
                    )
                )
                return told + _next(step, Said())
            if len(goal.orders) == 1:
                step.task.order = goal.orders[0]
            continue
        if outcome.question:
            for note in outcome.notes:
                step.plan.say(note)
            step.plan.say(outcome.question[1])
            step.plan.clarifying = outcome.question[0] in ("item", "order", "option")
            step.task.asked, step.task.goal = outcome.question[0], number
            return told + 1
        if doubts.ask(step.task, step.plan):
            step.task.goal = number
        else:
            _propose(step, number, goal, outcome)
        return told + 1
    return told


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


def _do(step: Step, goal: Goal | None, proposal: Sequence[Json]) -> int:
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
    sentences = carry_out(writer, step.account, writes, key, step.desk(), step.reload)
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
