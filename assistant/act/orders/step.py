"""What one turn of order talk works with. Knows no order of the steps: flow.py does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.act.context import Context
from assistant.act.orders.phrases import Sheet
from assistant.act.orders.settle import Desk
from assistant.act.orders.task import Task
from assistant.act.plan import Plan
from assistant.shop.accounts import Account
from assistant.shop.order_rules import OrderRules
from assistant.shop.order_writes import OrderDesk
from assistant.types import Json


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
