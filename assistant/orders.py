"""Order talk in a conversation: who is asking, what is understood, what is done. The pipeline's one call for it.

    OrderTalk(db, catalogue).take(text, requests, state, context, customer, conversation) -> Answer | None

None: the message is not about the customer's own orders, and the rest of the shop's answers is asked. Nobody's orders
are read before it is known whose they are, and then only that customer's. Knows no model and no HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.act.context import Context
from assistant.act.orders import doubts, flow, identity, info, phrases
from assistant.act.orders.step import Step
from assistant.act.orders.task import DONE, DROPPED, REFUSED, Task
from assistant.act.plan import Plan
from assistant.act.rescue import of_rules, rule_for, told_rule
from assistant.order_bearing import Bearing, Message, asks_else, for_the_shop, is_for_others
from assistant.privacy.rights import usable
from assistant.request import Request
from assistant.shop.accounts import Account, load_account, order_shapes, shape_of
from assistant.shop.catalogue import Catalogue
from assistant.shop.embed import default_embedder
from assistant.shop.identify import number_forms
from assistant.shop.order_rules import OrderRules
from assistant.shop.order_writes import OrderDesk
from assistant.store.database import Database
from assistant.types import CustomerRef, Json, Product
from assistant.understand.orders import wording
from assistant.understand.orders.deeds import wants_deed, wants_with
from assistant.understand.orders.items import mentions, option_words
from assistant.understand.orders.questions import counts_versions
from assistant.understand.orders.read import OrderReader
from assistant.understand.orders.refs import order_ids, without_address
from assistant.understand.orders.scene import Focus, Shop
from assistant.understand.orders.signals import (
    about_orders,
    asks_of_own,
    asks_rule,
    names_own,
    of_goods,
    wants_done,
    wants_person,
)

_MAX_HEARD = 6
_OF_COURTESY = frozenset({"greeting", "thanks", "goodbye"})


@dataclass
class Answer:
    """What order talk says in a turn, and the writes that it made."""

    plan: Plan
    writes: list[Json] = field(default_factory=list)


class OrderTalk:
    """Order talk over one database. Thread-safe; what changes lives in the conversation's state."""

    def __init__(self, db: Database, catalogue: Catalogue) -> None:
        self._db = db
        self._catalogue = catalogue
        self._writer = OrderDesk(db)

    def take(
        self,
        text: str,
        requests: Sequence[Request],
        data: Json,
        context: Context,
        customer: CustomerRef | None,
        conversation: str,
    ) -> Answer | None:
        """Answer a message, or leave it to others. `data` is the task in the dialogue state, changed in place."""
        task = self._task_of(customer, Task.from_json(data))
        counted = _counted(text, requests, context)
        if counted is not None and not about_orders(text, requests, identified=False):
            return _told(counted, context)
        rules = OrderRules.of(context.info)
        answer = self._take(Message(text, requests, task, rules, context, conversation))
        data.clear()
        data.update(task.as_json())
        if counted is not None and answer is not None:
            answer.plan.core.insert(0, info.versions(counted, phrases.Sheet(answer.plan, context)))
        return answer or (_told(counted, context) if counted is not None else None)

    def _task_of(self, customer: CustomerRef | None, task: Task) -> Task:
        """The task as whoever speaks now may go on with it: not with another customer's, not with one's whose sign-in
        has ended, nor with one's whose data mustn't be used any more since they told who they are."""
        if customer is not None:
            task = task if task.customer in (None, customer.customer_id) else task.anew()
            task.customer, task.signed_in = customer.customer_id, True
        elif task.customer and (task.signed_in or usable(self._db, CustomerRef(task.customer)) is None):
            task = task.anew()
        return task

    def _take(self, message: Message) -> Answer | None:
        bearing = self._bearing(message)
        if is_for_others(message, bearing):
            return None
        if message.task.customer is None:
            return self._to_nobody_yet(message, bearing)
        account = self._account(message.task.customer)
        return None if account is None else self._to_customer(message, bearing, account)

    def _bearing(self, message: Message) -> Bearing:
        text, task = message.text, message.task
        numbered = self._numbers(text)
        relevant = numbered or about_orders(text, message.requests, identified=task.customer is not None)
        relevant = relevant or wants_deed(
            wording.mend(text), default_embedder().encode, known=bool(task.customer or task.heard)
        )
        relevant = relevant and (numbered or bool(task.customer or task.heard) or not asks_rule(text))
        claims = task.customer is None and self._claims(text, task, message.rules)
        return Bearing(relevant or (claims and (wants_done(text) or asks_of_own(text))), numbered, claims)

    def _to_nobody_yet(self, message: Message, bearing: Bearing) -> Answer | None:
        """The answer while it isn't known who is asking."""
        text, requests, task = message.text, message.requests, message.task
        claims, numbered = bearing.claims, bearing.numbered
        sure = claims or numbered or "complaint" in message.acts
        relevant = bearing.relevant and (sure or not of_goods(text, requests))
        relevant = relevant and (bool(task.heard) or sure or not of_rules(text, requests, message.context))
        if task.asked and not claims and identity.asks_why(text):
            return Answer(identity.explained(task, message.rules))
        elsewhere = not relevant and (asks_else(text) or (not claims and rule_for(text, message.context)))
        waiting = bool(task.asked) and not (for_the_shop(text, requests) or elsewhere)
        begun = bool(task.asked or task.heard)
        bare = not begun and not any(r.products for r in requests) and identity.bare(text)
        if not relevant and not waiting and not (claims and (begun or bare)):
            task.unused = task.unused or claims
            return None
        if wants_person(text) and (relevant or waiting):
            return _to_person()
        claims, task.unused = claims or task.unused, False
        quiet = bare and not relevant and not identity.says_who(text)
        asks = not claims and not numbered and identity.asks(text)
        plan = told_rule(text, message.context) if asks else Plan()
        return self._identify(message, plan, relevant=relevant, claims=claims, quiet=quiet)

    def _to_customer(self, message: Message, bearing: Bearing, account: Account) -> Answer | None:
        """The answer to somebody who is known; None where the message is about the shop."""
        text, task, acts = message.text, message.task, message.acts
        own = self._names_own(text, account)
        hurt = self._complains(text, acts, account)
        if not (bearing.relevant or own or hurt or task.busy or task.goals or task.lines or task.order):
            return None
        turned = not (bearing.relevant or own or task.asked == doubts.LEFT) and (
            for_the_shop(text, message.requests) or (bool(acts) and acts <= _OF_COURTESY)
        )
        own_goods = {x.product_id for o in account.orders for x in o.lines}
        others = {p for r in message.requests if not r.from_context for p in r.products} - own_goods
        return self._respond(message, account, own=own, turned=turned, hurt=hurt, other_goods=bool(others))

    @staticmethod
    def _complains(text: str, acts: set[str], account: Account) -> bool:
        """Whether a known customer complains of something that they bought: "one of the lavenders arrived squashed"."""
        names = [x.name for o in account.orders for x in o.lines if o.delivered_at or not o.open]
        return "complaint" in acts and bool(mentions(wording.mend(text), names, option_words(account)))

    def _numbers(self, text: str) -> bool:
        """Whether a message gives a number that looks like this shop's order numbers."""
        tokens = re.findall(r"#?\b[a-z]{1,6}-?\d{3,}\b", text, re.IGNORECASE)
        if not tokens:
            return False
        with self._db.read() as session:
            shapes = order_shapes(session)
        return any(shape_of(t) in shapes for t in tokens)

    def _claims(self, text: str, task: Task, rules: OrderRules) -> bool:
        forms: frozenset[str] = frozenset()
        if any(c.isdigit() for c in text):
            with self._db.read() as session:
                forms = number_forms(session)
        return identity.claim_in(without_address(text), task, rules.identify, forms)

    def _account(self, customer_id: str) -> Account | None:
        with self._db.read() as session:
            return load_account(session, customer_id)

    def _identify(self, message: Message, plan: Plan, *, relevant: bool, claims: bool, quiet: bool) -> Answer | None:
        """Find out who is asking. Then what was said so far is read together: a question or request that came before
        the name is answered after it. `quiet`: words that may be a name and postcode; when they are none, say nothing.
        `plan` has the rule that holds for everybody, where one was asked for.
        """
        text, task, rules = message.text, message.task, message.rules
        claimed = task.claim.get("order_id", "")
        if relevant or not claims or identity.says_more(text):
            task.heard = [*task.heard, text][-_MAX_HEARD:]
        if not identity.establish(task, rules, self._db, message.context, plan, claims, quiet=quiet):
            return None if quiet else Answer(plan)
        if usable(self._db, CustomerRef(str(task.customer))) is None:
            task.customer = None
            identity.hand_over(task, plan)
            return Answer(plan)
        account = self._account(str(task.customer))
        if account is None:
            return None
        heard, task.heard, task.asked = list(task.heard) or [text], [], "help"
        task.order = next(iter(order_ids(claimed.lower(), account)[0]), task.order)
        questions: list[Json] = []
        for earlier in heard[:-1]:
            questions += self._hear(earlier, task, rules, account)
        said = self._respond(replace(message, text=heard[-1]), account, earlier=questions)
        return said or _welcome(account, task)

    def _hear(self, message: str, task: Task, rules: OrderRules, account: Account) -> list[Json]:
        """Take the requests of an earlier message into the task; the questions in it are left to answer."""
        from assistant.act.orders.merge import merge

        said = self._reader(account, rules).read(message, _focus(task))
        merge(task, said, account, rules, asked="")
        doubts.note(task, said, "", touched=True)
        return said.questions

    def _respond(
        self,
        message: Message,
        account: Account,
        *,
        earlier: Sequence[Json] = (),
        own: bool = False,
        turned: bool = False,
        hurt: bool = False,
        other_goods: bool = False,
    ) -> Answer | None:
        """None when nothing in the message is about orders, or there is nothing to say to it. `turned`: by its words
        it is about the shop; if it names what is theirs and asks nothing it may still be an answer."""
        task, rules, plan = message.task, message.rules, Plan()
        said = self._reader(account, rules).read(message.text, _focus(task, other_goods))
        asked = {q["ask"] for q in said.questions}
        said.questions = [*(q for q in earlier if q["ask"] not in asked), *said.questions]
        said.own = own or task.asked == "help"
        if hurt and not (said.asks or said.drops or said.questions or task.busy):
            said.hurt, said.told = True, [k for i in said.rest.items for k in i.lines]
            task.num_told = next((i.count for i in said.rest.items if i.count), None)
        step = Step(
            task, account, rules, plan, message.context, self._writer, message.conversation,
            lambda: self._account(account.customer_id),
        )  # fmt: skip
        turned = turned and ("?" in message.text or not (said.told or said.rest.items))
        if not flow.respond(step, said, turned=turned):
            if turned or said.for_shop or not task.asked:
                return None
            flow.again(step)
        return Answer(plan, step.writes) if plan.core or plan.closing or plan.handoff else None

    def _reader(self, account: Account, rules: OrderRules) -> OrderReader:
        shop = Shop(
            product=self._catalogue.product,
            encode=default_embedder().encode,
            reasons=rules.cancel.reasons,
            open_statuses=rules.modify_items.statuses or rules.cancel.statuses,
            back_statuses=rules.return_items.statuses,
        )
        return OrderReader(account, shop)

    def _names_own(self, text: str, account: Account) -> bool:
        """Whether a message of a known customer names an order's number, or speaks of an item as theirs."""
        squashed = re.sub(r"[^a-z0-9]", "", text.lower())
        if any(re.sub(r"[^a-z0-9]", "", o.order_id.lower()) in squashed for o in account.orders):
            return True
        names = [x.name for o in account.orders for x in o.lines]
        own = frozenset(option_words(account))
        return names_own(text, names, own) or wants_with(
            wording.mend(text), default_embedder().encode, lambda part: mentions(part, names, own)
        )


def _to_person() -> Answer:
    """A colleague is wanted before it is known who is asking."""
    plan = Plan(handoff=True)
    plan.say("Of course, I'm handing this conversation over to a colleague.")
    return Answer(plan)


def _welcome(account: Account, task: Task) -> Answer:
    """It is known who is asking, and not yet what for."""
    plan = Plan()
    task.asked = "help"
    plan.say(f"Thank you{', ' + account.first_name if account.first_name else ''}, I found your account.")
    plan.closing.append("What would you like me to do with your orders?")
    return Answer(plan)


def _counted(text: str, requests: Sequence[Request], context: Context) -> Product | None:
    """ "How many T-shirt options do you have?": the one question about the shelves that order talk brings with it."""
    asked = next((s for s in wording.sentences(wording.mend(text)) if counts_versions(s)), "")
    if not asked:
        return None
    found = context.catalogue.products(list(dict.fromkeys(p for r in requests for p in r.products))[:8])
    named = [p for p in found if mentions(asked, [p.name])] or (found if len(found) == 1 else [])
    return named[0] if len(named) == 1 and len(named[0].variants) > 1 else None


def _told(product: Product, context: Context) -> Answer:
    plan = Plan(focus=[product.product_id])
    plan.say(info.versions(product, phrases.Sheet(plan, context)))
    return Answer(plan)


def _focus(task: Task, other_goods: bool = False) -> Focus:
    """What the conversation is about. `other_goods`: the message names goods of the shop that nothing was done with."""
    goal = task.current
    told = [(str(a), int(b)) for a, b in task.lines]
    counts = any(w.get("money") for w in (*task.done, *task.proposal)) and not other_goods
    proposed = [str(w.get("order_id") or "") for w in task.proposal]
    if goal is None:
        return Focus(order=task.order, asked=task.asked, told=told, num_told=task.num_told, counts=counts)
    over = goal.state in (DONE, DROPPED) or (goal.state == REFUSED and goal.kind != "swap")
    over = over and task.asked in ("", "help", "whether")
    lines = [k for i in goal.items for k in i.lines]
    return Focus("" if over else goal.kind, lines, task.order, task.asked, told, task.num_told, counts, proposed)
