"""The daily feed takes nothing back that a customer has decided here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.privacy.rights import set_consent
from assistant.privacy.subject import Subject
from assistant.shop.importers import import_shop
from assistant.shop.schema import CustomerRow
from assistant.shop.shoppers import Kept, Shoppers
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from tests.unit.shop_folder import FILES, fresh_database, write_folder

ADA = Subject("customer:C1")
PREFERS = FILES["customers.csv"].replace(",size_shoe\n", ",material\n").replace(",yes,42\n", ",yes,wool;leather\n")


@pytest.fixture(params=["in place", "aside"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A shop after its first import; "aside" is one that is open."""
    with fresh_database(tmp_path / "shop.db") as opened:
        import_shop(opened, "shop", write_folder(tmp_path / "shop", customers=PREFERS))
        if request.param == "aside":
            Conversations(opened).begin_turn("web-1", "Hello", datetime.now(UTC))
        yield opened


def consent(db: Database) -> bool:
    with db.read() as session:
        return session.get_one(CustomerRow, "C1").consent


def test_a_withdrawn_consent_stays_withdrawn(db: Database, tmp_path: Path) -> None:
    assert consent(db)
    set_consent(db, ADA, False, actor="staff:anna")
    report = import_shop(db, "shop", tmp_path / "shop")
    assert not consent(db) and report.num_written == 0
    assert report.warnings == ["consents withdrawn here, which the source's yes doesn't give again: 1"]
    set_consent(db, ADA, True, actor="staff:anna")
    assert import_shop(db, "shop", tmp_path / "shop").warnings == [] and consent(db)


def test_a_no_of_the_source_is_taken_whatever_was_said_here(db: Database, tmp_path: Path) -> None:
    set_consent(db, ADA, True, actor="staff:anna")
    import_shop(db, "shop", write_folder(tmp_path / "shop", customers=PREFERS.replace("05-01,yes", "05-01,no")))
    assert not consent(db)


def test_a_history_that_was_cleared_and_a_preference_that_was_forgotten_stay_so(db: Database, tmp_path: Path) -> None:
    shoppers = Shoppers(db)
    assert shoppers.forget("C1", [Kept("material", "wool", "account")]) == 1
    assert shoppers.forget_history("C1") == 2
    report = import_shop(db, "shop", tmp_path / "shop")
    ada = shoppers.find("C1")
    assert ada and ada.preferences == (Kept("material", "leather", "account"),) and ada.viewed == ()
    assert report.num_written == 0 and [warning.split()[-1] for warning in report.warnings] == ["1", "2"]
    later = FILES["browsing.csv"] + "C1,P1,2090-03-01T20:00:00\n"
    other = PREFERS.replace("wool;leather", "wool;leather;silk")
    import_shop(db, "shop", write_folder(tmp_path / "shop", customers=other, browsing=later))
    ada = shoppers.find("C1")
    assert ada and [kept.value for kept in ada.preferences] == ["leather", "silk"] and ada.viewed == ("P1",)
    with db.read() as session:
        noted = " ".join(session.scalars(text("SELECT purpose FROM consent_record")))
        assert "wool" not in noted, "the word itself is forgotten too"
