"""Orders that customers had changed here, which a source from before that must not turn back.

The outbox says which. A source knows of a change when it says that the order has gone on since: what was still to leave
has left or is cancelled, what had arrived is back. Until then such an order stays as it is here, and the report says
so. Knows no file format.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from assistant.shop.outbox import OutboxRow
from assistant.shop.schema import OrderRow

_STEPS = {"pending": 0, "processed": 1, "shipped": 2, "delivered": 3, "returned": 4}
_PROCESSED, _DELIVERED = 1, 3
_SHOWN = 5


class ChangedHere:
    """Which orders an import leaves alone."""

    def __init__(self, connection: Connection) -> None:
        order_id = OutboxRow.body["order_id"].as_string()
        statement = (
            select(order_id, OutboxRow.body["action"].as_string(), OrderRow.status)
            .join(OrderRow, OrderRow.order_id == order_id)
            .order_by(OutboxRow.outbox_id)
        )
        self._changes = {order: (action, status) for order, action, status in connection.execute(statement)}
        self._left: dict[str, None] = {}

    def source_says(self, order_id: str, status: str) -> None:
        """What a source has as the status of an order, before anything of it is written."""
        if order_id in self._changes and _knows(status, *self._changes[order_id]):
            del self._changes[order_id]

    def leaves(self, order_id: str) -> bool:
        """Whether a difference in this order, or its lines or payments, is left as it is here; it is noted if so."""
        if order_id not in self._changes:
            return False
        self._left[order_id] = None
        return True

    def warning(self) -> str | None:
        """What the operator is to know; None when nothing was left alone."""
        if not self._left:
            return None
        first = ", ".join(list(self._left)[:_SHOWN])
        more = ", ..." if len(self._left) > _SHOWN else ""
        return (
            f"orders left as customers had them changed here, the source not saying that they have gone on since: "
            f"{len(self._left)} ({first}{more}); `backroom orders outbox` shows what your systems haven't been told"
        )


def _knows(source: str, action: str, own: str) -> bool:
    """Whether a source with this status is from after the change; `own` is the order's status here."""
    if action.startswith("cancel"):
        return _step(source) > _PROCESSED
    if source == "cancelled":
        return True
    before = _DELIVERED if action.startswith(("return", "exchange")) else min(_step(own), _PROCESSED)
    return _step(source) > before


def _step(status: str) -> int:
    """How far an order is; what was asked for on the way ("pending (item modified)", "return requested") is no step."""
    return _STEPS.get(status.split(" (")[0], _DELIVERED if status.endswith("requested") else _PROCESSED)
