"""Export, correction, restriction, consent and retention."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from assistant.cli import run
from assistant.config import PrivacySettings, Settings
from assistant.errors import UsageError
from assistant.privacy.erase import erase
from assistant.privacy.export import export
from assistant.privacy.export_page import page
from assistant.privacy.report import impact_sheet, look, record_of_processing
from assistant.privacy.report_page import report_page
from assistant.privacy.retention import apply, periods
from assistant.privacy.rights import (
    LEGAL_HOLD,
    RESTRICTION,
    consents,
    correct,
    is_restricted,
    set_consent,
    set_hold,
    usable,
)
from assistant.privacy.rules import owned_tables
from assistant.privacy.subject import find_subject
from assistant.shop.schema import CustomerRow
from assistant.store.audit_verify import entries, verify
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.store.schema import ConversationRow
from assistant.types import CustomerRef, Record
from tests.unit.privacy_shop import AT, STRINGS, TARGET, busy_shop

STAFF = "staff:anna"


@pytest.fixture
def busy(tmp_path: Path) -> Any:
    db = busy_shop(tmp_path / "shop.db", "test key", 8, 30)
    yield db
    db.close()


def actions(db: Database) -> list[str]:
    with db.read() as session:
        return [entry["action"] for entry in entries(session)]


def test_an_export_is_complete_and_only_theirs(busy: Database) -> None:
    data = export(busy, find_subject(busy, TARGET), actor=STAFF)
    shown = json.dumps(data, ensure_ascii=False)
    assert [string for string in STRINGS if string not in shown] == []
    assert "cust-other" not in shown and "web-stranger" not in shown
    assert set(data["sections"]) >= {
        "profile", "orders", "browsing", "conversations", "feedback", "hand-overs", "consent",
    }  # fmt: skip
    conversations = data["sections"]["conversations"]["conversation"]
    kept = Conversations(busy)
    for conversation in conversations:
        assert len(conversation["messages"]) == len(kept.messages(conversation["conversation_id"]))
    answers = [m for c in conversations for m in c["messages"] if m["role"] == "assistant"]
    assert answers and all(m["record"]["receipts"][0]["field"] == "price" for m in answers)
    (order, _) = data["sections"]["orders"]["order"]
    assert order["lines"][0]["name"] == "Camp Mug" and order["payments"] and order["address"]["name"]
    assert {entry["action"] for entry in data["audit"]} == {"order.cancel", "profile.show"}
    assert "salt" not in shown and actions(busy)[-1] == "privacy.export"


def test_a_visitor_gets_their_conversation(busy: Database) -> None:
    data = export(busy, find_subject(busy, "web-stranger"))
    (conversation,) = data["sections"]["conversations"]["conversation"]
    assert len(conversation["messages"]) == 2 and list(data["sections"]) == ["conversations"]


def test_the_page_holds_the_same_and_runs_nothing(busy: Database) -> None:
    with busy.write() as session:
        session.get_one(CustomerRow, TARGET).city = "<script>alert(1)</script> & Nethergate"
    shown = page(export(busy, find_subject(busy, TARGET)))
    assert "<script" not in shown and "&lt;script&gt;" in shown and "http" not in shown
    assert all(string in shown for string in STRINGS)
    seen: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "br"):
                seen.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert seen.pop() == tag

    Tags().feed(shown)
    assert seen == []


def test_a_profile_is_corrected(busy: Database) -> None:
    subject = find_subject(busy, TARGET)
    correct(busy, subject, {"city": "Kendal", "phone": ""}, actor=STAFF)
    with busy.read() as session:
        row = session.get_one(CustomerRow, TARGET)
        assert row.city == "Kendal" and row.phone is None
        (entry,) = entries(session, action="privacy.correct")
    assert entry["details"] == {"fields": ["city", "phone"]} and "Kendal" not in json.dumps(entry)
    for wrong in (
        {"email": "no address"},
        {"member": "1"},
        {"customer_id": "x"},
        {"city": "a\nb"},
        {"city": "x" * 301},
        {},
    ):
        with pytest.raises(UsageError):
            correct(busy, subject, {"first_name": "Changed", **wrong} if wrong else {}, actor=STAFF)
    with busy.read() as session:
        assert session.get_one(CustomerRow, TARGET).first_name == "Wilhelmina"


def test_consent_is_kept_with_its_history(busy: Database) -> None:
    subject = find_subject(busy, TARGET)
    set_consent(busy, subject, False, actor=STAFF)
    with busy.read() as session:
        assert session.get_one(CustomerRow, TARGET).consent is False
    set_consent(busy, subject, True, purpose="training", actor=STAFF)
    with busy.read() as session:
        assert session.get_one(CustomerRow, TARGET).consent is False, "another purpose"
    assert [(row.purpose, row.given) for row in consents(busy, subject)] == [
        ("personalisation", True),
        ("personalisation", False),
        ("training", True),
    ]


def test_a_restriction_is_set_and_lifted(busy: Database) -> None:
    subject = find_subject(busy, TARGET)
    assert set_hold(busy, subject, RESTRICTION, True, actor=STAFF)
    assert not set_hold(busy, subject, RESTRICTION, True, actor=STAFF)
    with busy.read() as session:
        assert is_restricted(session, TARGET)
        assert not is_restricted(session, "mia") and not is_restricted(session, None)
    assert usable(busy, CustomerRef(TARGET)) is None and usable(busy, CustomerRef("mia")) == CustomerRef("mia")
    assert set_hold(busy, subject, RESTRICTION, False, actor=STAFF)
    with busy.read() as session:
        assert not is_restricted(session, TARGET)


def at(db: Database, name: str, days_ago: int, customer: str | None = None) -> None:
    """A conversation whose last message is so many days old."""
    conversations = Conversations(db)
    then = datetime.now(UTC) - timedelta(days=days_ago)
    message = conversations.begin_turn(name, "hello", then, customer)
    conversations.finish_turn(message, Record(reply="hello"), {}, then)


def test_retention_takes_what_is_too_old_and_nothing_else(shop_db: Database) -> None:
    for days in (1, 29, 31, 400):
        at(shop_db, f"web-{days}", days)
    at(shop_db, "web-held", 400)
    at(shop_db, "web-mia", 400, "mia")
    set_hold(shop_db, find_subject(shop_db, "web-held"), LEGAL_HOLD, True, actor=STAFF)
    conversations = Conversations(shop_db)
    for name, customer in (("web-said-mia", "mia"), ("web-said-tom", "tom")):
        then = datetime.now(UTC) - timedelta(days=400)
        conversations.finish_turn(
            conversations.begin_turn(name, "hello", then),
            Record(reply="hello"),
            {"known": {"customer": customer}},
            then,
        )
    set_hold(shop_db, find_subject(shop_db, "mia"), RESTRICTION, True, actor=STAFF)
    settings = PrivacySettings(conversations_days=30)
    assert apply(shop_db, settings, dry_run=True)["conversations"] == 3
    assert apply(shop_db, settings)["conversations"] == 3
    with shop_db.read() as session:
        left = set(session.scalars(text("SELECT conversation_id FROM conversation")))
        assert left == {"web-1", "web-29", "web-held", "web-mia", "web-said-mia"}
        assert session.scalar(text("SELECT count(*) FROM message")) == 10
    assert "conversations" not in apply(shop_db, PrivacySettings(conversations_days=0))
    assert verify(shop_db).ok and "privacy.retention" in actions(shop_db)


def test_retention_of_browsing_and_orders(busy: Database) -> None:
    now = AT + timedelta(days=100)
    counts = apply(busy, PrivacySettings(browsing_days=30, orders_days=3650), now=now)
    assert counts["browsing"] == 1 and counts["orders"] == 1
    with busy.read() as session:
        assert set(session.scalars(text('SELECT order_id FROM "order"'))) == {"W1", "W-wil-1"}


def test_what_the_accounts_kept_goes_when_its_days_are_over(busy: Database) -> None:
    erase(busy, find_subject(busy, TARGET), keep_orders_days=3650)
    nobody = "SELECT count(*) FROM customer WHERE customer_id LIKE 'erased-%'"
    for years, orders in ((9, {"W1", "W-wil-1"}), (11, {"W1"})):
        apply(busy, PrivacySettings(), now=datetime.now(UTC) + timedelta(days=365 * years))
        with busy.read() as session:
            assert set(session.scalars(text('SELECT order_id FROM "order"'))) == orders
            assert session.scalar(text(nobody)) == len(orders) - 1
    assert "bookkeeping" not in periods(PrivacySettings(bookkeeping_days=0))


def test_a_message_that_no_webhook_fetches_goes_by_its_age(busy: Database) -> None:
    settings, later = PrivacySettings(outbox_days=90), AT + timedelta(days=91)
    assert apply(busy, settings, now=later)["outbox"] == 0, "it waits to be delivered"
    assert apply(busy, settings, has_webhook=False, now=later - timedelta(days=2))["outbox"] == 0
    assert apply(busy, settings, has_webhook=False, now=later, dry_run=True)["outbox"] == 1
    assert apply(busy, settings, has_webhook=False, now=later)["outbox"] == 1


def test_retention_of_many_goes_in_batches(shop_db: Database) -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    with shop_db.write() as session:
        session.execute(
            insert(ConversationRow),
            [
                {"conversation_id": f"web-{n}", "started_at": old, "last_at": old, "state": {}, "channel": "chat"}
                for n in range(1203)
            ],
        )
    assert apply(shop_db, PrivacySettings(conversations_days=1))["conversations"] == 1203
    assert actions(shop_db).count("privacy.retention") == 3


def test_the_commands(busy: Database, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKROOM_DB_KEY", "test key")

    def call(*words: str) -> int:
        return run(["privacy", *words, "--db", str(busy.path)])

    assert call("export", TARGET) == 0
    assert json.loads(capsys.readouterr().out)["about"] == f"customer:{TARGET}"
    assert call("export", TARGET, "--out", str(tmp_path / "out")) == 0
    assert {file.name: file.stat().st_mode & 0o077 for file in (tmp_path / "out").iterdir()} == {
        "export.html": 0,
        "export.json": 0,
    }
    assert call("correct", TARGET, "city=Kendal") == 0 and call("correct", TARGET, "city") == 2
    assert call("restrict", TARGET) == 0 and call("hold", TARGET) == 0
    assert call("erase", TARGET) == 2
    assert call("hold", TARGET, "--lift") == 0 and call("restrict", TARGET, "--lift") == 0
    assert call("consent", TARGET, "--withdraw") == 0
    capsys.readouterr()
    assert call("consent", TARGET, "--json") == 0
    assert [row["given"] for row in json.loads(capsys.readouterr().out)] == [True, False]
    assert call("retention", "--dry-run", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["days"]["conversations"] == 365 and shown["deleted"]["outbox"] == 1, "no webhook is set"
    assert call("retention") == 0
    assert call("report", "--out", str(tmp_path / "sheets")) == 0
    assert sorted(file.suffix for file in (tmp_path / "sheets").iterdir()) == [".html", ".html", ".md", ".md"]


def test_the_sheets_say_what_is_configured(busy: Database) -> None:
    settings = Settings().override(
        privacy={"conversations_days": 77, "controller": "Corner Shop <Ltd>"}, server={"host": "0.0.0.0"}
    )
    state = look(busy)
    record, sheet = record_of_processing(settings, state), impact_sheet(settings, state)
    with busy.read() as session:
        for table in owned_tables(session):
            assert f"{table.name} (" in record, "every table with persons is in the record"
    assert "77 days" in record and "Corner Shop <Ltd>" in record and "0.0.0.0" in record and "chain verified" in record
    assert "medium: the server is reachable" in sheet and state.public_key in sheet
    assert not any(string in record + sheet for string in STRINGS)
    shown = report_page(record)
    assert "Corner Shop &lt;Ltd&gt;" in shown and shown.count("<tr>") == record.count("\n|") - 1
    assert "high: conversations are kept for ever" in impact_sheet(
        settings.override(privacy={"conversations_days": 0}), state
    )
