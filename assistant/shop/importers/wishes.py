"""What customers have taken back here, which no feed gives again: the shop's other system may still say otherwise.

A consent withdrawn stays withdrawn, a history that was cleared stays empty up to then, a preference that was forgotten
stays forgotten. Knows no file format; the notes are written where the wish is carried out (rights.py, shoppers.py).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.privacy.rights import PERSONALISATION
from assistant.privacy.schema import ConsentRow
from assistant.shop.importers.tables import Row
from assistant.shop.shoppers import HISTORY, forgotten_as, is_forgotten, split_values


class Wishes:
    """The customers' last words, as they are when the first is asked for. Counts what wasn't taken."""

    def __init__(self, session: Session) -> None:
        self._session = session
        last: dict[tuple[str, str], ConsentRow] = {}
        for row in session.scalars(select(ConsentRow).order_by(ConsentRow.at)):
            last[row.customer_id, row.purpose] = row
        self._withdrawn = {who for (who, what), row in last.items() if what == PERSONALISATION and not row.given}
        self._cleared: dict[str, datetime] = {who: row.at for (who, what), row in last.items() if what == HISTORY}
        self._forgotten: dict[str, set[str]] = {}
        for who, what in last:
            if is_forgotten(what):
                self._forgotten.setdefault(who, set()).add(what)
        self.num_consents = self.num_preferences = self.num_viewed = 0

    def customer(self, row: Row) -> Row:
        """The row without what its customer has taken back."""
        who = row["customer_id"]
        if row.get("consent") and who in self._withdrawn:
            self.num_consents += 1
            row = {name: value for name, value in row.items() if name != "consent"}
        if row.get("preferences") and who in self._forgotten:
            row = {**row, "preferences": self._without_forgotten(who, row["preferences"])}
        return row

    def _without_forgotten(self, who: str, preferences: dict[str, str]) -> dict[str, str]:
        """Written as `Shoppers.forget` leaves them, so that the same again changes nothing."""
        kept = {}
        for name, text in preferences.items():
            values = split_values(str(text))
            left = [v for v in values if forgotten_as(self._session, who, name, v) not in self._forgotten[who]]
            self.num_preferences += len(values) - len(left)
            kept[name] = text if len(left) == len(values) else "; ".join(left)
        return {name: text for name, text in kept.items() if text}

    def may_be_viewed(self, row: Row) -> bool:
        """Whether a product looked at may be known: it wasn't cleared since."""
        cleared = self._cleared.get(row["customer_id"])
        if cleared is None or row["viewed_at"] > cleared:
            return True
        self.num_viewed += 1
        return False

    def warnings(self) -> list[str]:
        """What the operator should know, each kind with its number; the other system had better be told."""
        said = (
            (self.num_consents, "consents withdrawn here, which the source's yes doesn't give again"),
            (self.num_preferences, "preferences forgotten here at their customers' wish, which stay so"),
            (self.num_viewed, "products looked at, cleared here at their customers' wish, which stay so"),
        )
        return [f"{what}: {num:,}" for num, what in said if num]
