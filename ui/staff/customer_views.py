"""How the tab "Ask for a customer" shows things: whom a search found, whom one asks for, a talk with a growing answer.

Everything from customers is escaped. Knows no Gradio and no database.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from assistant.shop.lookup import FoundCustomer
from assistant.store.conversations import StoredMessage
from assistant.types import Json
from ui.staff.customers import Led
from ui.staff.views import clock, transcript

STYLE = """
.br-for { padding: .6rem .8rem; border-radius: .6rem; border: 2px solid var(--color-accent); }
.br-for + .br-latest { margin-top: .6rem; }
.br-mine .br-customer { margin: 0 0 0 12%; } .br-mine :is(.br-assistant, .br-staff) { margin: 0 12% 0 0; }
.br-nobody { max-width: 44rem; opacity: .85; } .br-waits { opacity: .7; }
.br-found .wrap { max-height: 50vh; } .br-found label span { white-space: pre-line !important; }
.br-found label span::first-line { font-weight: 600; }
"""
_NOBODY = """<div class='br-nobody'><p>Find a customer and choose them. The assistant then answers you as it would
answer them: their orders and account, and changes that it lists and makes after your yes.</p>
<p>The talk is kept as yours for this customer. Whom you choose and what you change is in the audit log under your
name.</p></div>"""


def nobody() -> str:
    """What stands there while nobody is chosen, as HTML."""
    return _NOBODY


def how_many(num: int, limit: int) -> str:
    """What a search came to, as HTML; `num` over `limit` says that there are more than are shown."""
    if num > limit:
        return f"<p role='status'>More than {limit} customers; these are the first. Type more of the name.</p>"
    return "" if num else "<p role='status'>No customer was found. Try the e-mail address or an order number.</p>"


def found_lines(found: Sequence[FoundCustomer], zone: ZoneInfo) -> list[tuple[str, str]]:
    """Customers as (lines, customer id), with what tells them from one another."""
    return [(_lines(customer, zone), customer.customer_id) for customer in found]


def _lines(customer: FoundCustomer, zone: ZoneInfo) -> str:
    bought = (
        f"{customer.num_orders} orders"
        if customer.num_orders > 1
        else "1 order"
        if customer.num_orders
        else "no orders"
    )
    if customer.last_order_id:
        day = f" of {clock(customer.last_order_at, zone)[:10]}" if customer.last_order_at else ""
        bought = f"{bought}, the last {customer.last_order_id}{day}"
    name = _joined(customer.name or "no name", "member" if customer.member else "")
    restricted = "data may only be stored" if customer.restricted else ""
    return "\n".join((name, _about(customer), _joined(bought, restricted)))


def _about(customer: FoundCustomer) -> str:
    return _joined(customer.email, f"customer {customer.customer_id}", customer.place)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def talk(led: Led, messages: Sequence[StoredMessage], zone: ZoneInfo, last: str = "") -> str:
    """Whom one asks for and what was said so far, as HTML; `last` is what comes behind it."""
    customer = led.customer
    who = f"<header class='br-for'>You ask for <b>{html.escape(customer.name or customer.email)}</b>"
    said = transcript(messages, zone, asks="You", last=last)
    return f"<div class='br-mine'>{who}<div class='br-who'>{html.escape(_about(customer))}</div></header>{said}</div>"


def growing(text: str, state: Json) -> str:
    """A question and its answer so far, as list items."""
    answer = html.escape("".join(state["sentences"]))
    waits = "" if answer else "<span class='br-waits'>Looking it up…</span>"
    return (
        f"<li class='br-customer'><div class='br-who'>You</div><div>{html.escape(text)}</div></li>"
        f"<li class='br-assistant'><div class='br-who'>Assistant (AI)</div><div>{answer}{waits}</div></li>"
    )


def failed(error: Json | None) -> str:
    """Why there is no answer, as a list item; nothing when there is one."""
    return (
        "" if error is None else f"<li class='br-assistant' role='alert'><div>{html.escape(error['text'])}</div></li>"
    )
