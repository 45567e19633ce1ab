"""What customers may have done to their orders, as the shop decides it: one TOML text that the shop edits.

    rules = OrderRules.of(catalogue.info())      the shop's own, or the defaults in `rules/default.toml`

The text is the shop fact `order_rules` (in a shop folder: `order_rules.toml`). An unknown key is refused by name.
Knows no order and no database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import UsageError

FACT = "order_rules"
FILE = "order_rules.toml"
RULES = Path(__file__).parent / "rules"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Proof = Literal["email", "name_postcode", "order_email"]


class Identify(Section):
    """How a customer who isn't signed in shows who they are, and how often they may try."""

    by: tuple[Proof, ...] = ("order_email",)
    attempts: int = Field(default=5, ge=1, le=20)
    """Failed tries in one conversation before a person takes over."""
    attempts_per_hour: int = Field(default=20, ge=1)
    """Failed tries at one address or name in an hour, over all conversations."""


class Action(Section):
    """One thing that may be done. `confirm`: who carries it out, the customer's yes or a member of staff."""

    allowed: bool = True
    statuses: tuple[str, ...] = ()
    confirm: Literal["customer", "staff"] = "customer"
    note: str = ""
    """What the customer is told when it is done ("You will get an e-mail with a label.")."""


class Cancel(Action):
    reasons: tuple[str, ...] = ()
    """The reasons that count; none: no reason is asked for."""


class Swap(Action):
    """Another version of the same product. `once`: an order's items can be changed or exchanged one time only."""

    once: bool = True
    price: Literal["today", "ordered"] = "today"
    days: int | None = Field(default=None, ge=0)
    member_days: int | None = Field(default=None, ge=0)


class Return(Action):
    refund_to: tuple[Literal["original", "gift_card"], ...] = ("original",)
    days: int | None = Field(default=None, ge=0)
    member_days: int | None = Field(default=None, ge=0)
    excluded: tuple[str, ...] = ()
    """Words of products, categories or subcategories that can't be sent back."""
    used: tuple[str, ...] = ()
    """Words of those that aren't taken back or exchanged once the customer says they were worn, used or opened."""


class Refund(Section):
    """When money comes back, in the shop's words ("within 5 working days"); empty: nothing is said of it."""

    gift_card: str = ""
    other: str = ""


class OrderRules(Section):
    """The whole file."""

    identify: Identify = Identify()
    cancel: Cancel = Cancel()
    modify_items: Swap = Swap()
    modify_address: Action = Action()
    modify_payment: Action = Action()
    return_items: Return = Return()
    exchange_items: Swap = Swap()
    default_address: Action = Action()
    refund: Refund = Refund()
    reserve_stock: bool = True
    """Count a replacement off the stock (and a cancelled item back onto it) at once, where the shop counts."""

    @classmethod
    def parse(cls, text: str, where: str = FILE) -> OrderRules:
        """The rules in a TOML text. Raises UsageError that names what is wrong and where."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{where}: not TOML ({error}); correct it there") from None
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}; correct it there") from None

    @classmethod
    def of(cls, info: Mapping[str, str]) -> OrderRules:
        """The rules of the shop with these facts; the defaults where it has none."""
        return _parsed(info.get(FACT) or text())


@lru_cache(maxsize=16)
def _parsed(text: str) -> OrderRules:
    return OrderRules.parse(text)


def text(name: str = "default") -> str:
    """One of the files that come with Backroom: "default" (a shop that has set none) or "tau2"."""
    return (RULES / f"{name}.toml").read_text(encoding="utf-8")


def too_late(delivered: datetime | None, now: datetime, rule: Swap | Return, member: bool) -> int | None:
    """How many days there were, when the window after the delivery is over; None while it is open or unknown."""
    days = rule.member_days if member and rule.member_days is not None else rule.days
    if days is None or delivered is None or now <= delivered + timedelta(days=days + 1):
        return None
    return days
