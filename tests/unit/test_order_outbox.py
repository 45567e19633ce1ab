"""What the shop's own systems are told, and the rules file on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.cli import run
from assistant.shop.order_rules import OrderRules, text
from assistant.shop.outbox import waiting
from assistant.shop.outbox_sender import deliver
from assistant.shop.schema import OrderRow
from assistant.store.audit_verify import entries
from assistant.store.database import Database
from assistant.store.handoffs import Handoffs
from assistant.types import CustomerRef, Done
from tests.unit.orders_shop import assistant, counts, order_shop, talk

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("BACKROOM_DB_KEY", "orders test")
    yield tmp_path / "orders.db"


def test_a_write_waits_until_it_is_delivered(path: Path) -> None:
    db = order_shop(path)
    talk(db, "Cancel order #W1000001, ordered by mistake", "yes", customer="mia")
    sent: list[dict[str, object]] = []
    assert deliver(db, lambda message: "no route", NOW) == (0, 1)
    assert waiting(db)[0].problem == "no route" and waiting(db)[0].num_tries == 1
    assert deliver(db, lambda message: sent.append(message), NOW) == (1, 0)  # type: ignore[func-returns-value]
    assert sent[0]["action"] == "cancel_pending_order" and sent[0]["order_id"] == "#W1000001" and sent[0]["key"]
    assert (sent[0]["money_minor"], sent[0]["currency"]) == (-12000, "EUR"), "the refund that the customer was told"
    assert not waiting(db)
    db.close()


def test_rules_on_the_command_line(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order_shop(path).close()
    new = tmp_path / "rules.toml"
    new.write_text(text("default").replace("days = 30", "days = 14", 1), "utf-8")
    assert run(["orders", "rules", "--db", str(path), "--set", str(new)]) == 0
    capsys.readouterr()
    assert run(["orders", "rules", "--db", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["return_items"]["days"] == 14
    with Database.open(path) as db, db.read() as session:
        assert [entry["action"] for entry in entries(session)] == ["orders.rules"]
    new.write_text("[cancel]\nstatusses = []\n", "utf-8")
    assert run(["orders", "rules", "--db", str(path), "--set", str(new)]) == 2
    assert "statusses" in capsys.readouterr().err


def test_nothing_is_sent_without_a_webhook(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order_shop(path).close()
    assert run(["orders", "outbox", "--db", str(path), "--send"]) == 2
    assert "webhook" in capsys.readouterr().err
    assert run(["orders", "outbox", "--db", str(path)]) == 0


@pytest.mark.parametrize("name", ["default", "tau2"])
def test_the_rules_that_come_with_it_are_valid(name: str) -> None:
    assert OrderRules.parse(text(name)).cancel.statuses == ("pending",)


def test_a_database_keeps_its_tables(path: Path) -> None:
    with order_shop(path) as db:
        assert isinstance(db, Database) and waiting(db) == []


def test_what_was_done_when_it_was_new_is_not_done_again(path: Path) -> None:
    """A caller without a name for the conversation sends all of its messages with each."""
    db = order_shop(path)
    one, tom = assistant(db), CustomerRef("tom")
    talk(db, "please cancel W1000003, i ordered it by mistake", "yes", customer="tom", conversation="first")
    assert counts(db)[0] == 1
    with db.write() as session:
        session.get_one(OrderRow, "#W1000003").status = "pending"  # put right by staff in the meantime
    for said in ("please cancel W1000003, i ordered it by mistake", "yes", "i want to talk to a person"):
        events = list(one.turn("again", said, customer=tom, silent=True, done_before=True))
    assert isinstance(events[-1], Done) and events[-1].record.handoff
    assert counts(db)[0] == 1 and Handoffs(db).num_waiting() == 0
    db.close()
