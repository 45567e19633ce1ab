"""Staff accounts and sessions: who gets in, who doesn't, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from assistant.access.accounts import LOCK, MAX_FAILURES, MAX_LOCK, Accounts, SignInError
from assistant.access.roles import ROLES, may
from assistant.access.schema import StaffRow
from assistant.access.sessions import IDLE, LONGEST, Sessions
from assistant.errors import UsageError
from assistant.store.audit_verify import entries
from assistant.store.conversations import Conversations
from assistant.store.handoffs import Handoffs

PASSWORD = "seven green kettles"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def accounts(shop_db: Any) -> Accounts:
    accounts = Accounts(shop_db)
    accounts.add("anna", "owner", PASSWORD)
    return accounts


def test_the_right_password_lets_in_and_a_wrong_one_or_name_doesnt(accounts: Accounts) -> None:
    assert accounts.sign_in("anna", PASSWORD).role == "owner"
    said = set()
    for name, password in (("anna", "seven green kettle"), ("bert", PASSWORD), ("", ""), ("anna'--", PASSWORD)):
        with pytest.raises(SignInError) as caught:
            accounts.sign_in(name, password)
        said.add(str(caught.value))
    assert len(said) == 1, "the answer tells what was wrong"


def test_an_account_is_locked_after_some_failures_and_longer_each_time(accounts: Accounts) -> None:
    at = NOW
    for lock in (LOCK, 2 * LOCK):
        for _ in range(MAX_FAILURES):
            with pytest.raises(SignInError):
                accounts.sign_in("anna", "wrong wrong wrong", now=at)
        with pytest.raises(SignInError):
            accounts.sign_in("anna", PASSWORD, now=at + lock - timedelta(seconds=1))
        at += lock + timedelta(seconds=1)
    assert accounts.sign_in("anna", PASSWORD, now=at).name == "anna"
    assert accounts.get("anna").locked_until is None


def test_an_account_that_was_tried_for_months_is_still_locked(accounts: Accounts, shop_db: Any) -> None:
    with shop_db.write() as session:
        session.get_one(StaffRow, "anna").num_failures = 100 * MAX_FAILURES - 1
    with pytest.raises(SignInError):
        accounts.sign_in("anna", "wrong wrong wrong", now=NOW)
    assert accounts.get("anna").locked_until == NOW + MAX_LOCK


def test_a_second_factor_is_asked_for_and_its_code_works_once(accounts: Accounts) -> None:
    uri = accounts.set_totp("anna", True)
    assert uri is not None
    code = pyotp.parse_uri(uri).at(NOW)  # type: ignore[union-attr]
    for wrong in ("", "000000", "abc"):
        with pytest.raises(SignInError):
            accounts.sign_in("anna", PASSWORD, wrong, now=NOW)
    assert accounts.sign_in("anna", PASSWORD, code, now=NOW).has_totp
    with pytest.raises(SignInError):
        accounts.sign_in("anna", PASSWORD, code, now=NOW + timedelta(seconds=5))


def test_what_is_kept_holds_no_password_and_no_token(accounts: Accounts, shop_db: Any) -> None:
    token = Sessions(shop_db).begin("anna")
    with shop_db.read() as session:
        kept = [str(row) for table in ("staff", "staff_session", "audit") for row in session.execute(_all(table))]
    assert kept and not any(PASSWORD in row or token in row for row in kept)
    assert any("$argon2id$" in row for row in kept)


def _all(table: str) -> Any:
    names = {"staff": "staff", "staff_session": "staff_session", "audit": "audit_entry"}
    return text(f"SELECT * FROM {names[table]}")


def test_the_last_owner_stays(accounts: Accounts) -> None:
    with pytest.raises(UsageError, match="only owner"):
        accounts.set_role("anna", "agent")
    with pytest.raises(UsageError, match="only owner"):
        accounts.set_active("anna", False)
    accounts.add("bert", "owner", PASSWORD)
    accounts.set_role("anna", "agent")
    assert [staff.role for staff in accounts.all()] == ["agent", "owner"]


@pytest.mark.parametrize(
    ("name", "role", "password", "says"),
    [
        ("Anna", "agent", PASSWORD, "login name"),
        ("a b", "agent", PASSWORD, "login name"),
        ("carl", "boss", PASSWORD, "unknown role 'boss'"),
        ("carl", "agent", "short", "12 to 256"),
        ("carl", "agent", "aaaaaaaaaaaaaaaa", "easy to guess"),
        ("anna", "agent", "another long password", "is taken"),
    ],
)
def test_a_bad_account_is_refused_in_a_line(accounts: Accounts, name: str, role: str, password: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        accounts.add(name, role, password)
    assert len(accounts.all()) == 1


def test_a_session_ends_by_itself_and_when_its_account_is_closed(accounts: Accounts, shop_db: Any) -> None:
    sessions = Sessions(shop_db)
    accounts.add("bert", "agent", PASSWORD)
    token = sessions.begin("bert", now=NOW)
    assert sessions.find(token, now=NOW + IDLE / 2) is not None
    assert sessions.find(token, now=NOW + IDLE / 2 + IDLE + timedelta(minutes=2)) is None
    at, used = NOW, sessions.begin("bert", now=NOW)
    while at - NOW < LONGEST:
        assert sessions.find(used, now=at) is not None
        at += IDLE / 2
    assert sessions.find(used, now=at + timedelta(seconds=1)) is None
    for end in (lambda: accounts.set_active("bert", False), lambda: accounts.set_password("bert", PASSWORD + "!")):
        accounts.set_active("bert", True)
        token = sessions.begin("bert")
        end()
        assert sessions.find(token) is None
    assert sessions.find(None) is None and sessions.find("made up") is None


def test_a_role_counts_at_once_and_signing_out_ends_one_session(accounts: Accounts, shop_db: Any) -> None:
    sessions = Sessions(shop_db)
    accounts.add("bert", "agent", PASSWORD)
    token, other = sessions.begin("bert"), sessions.begin("anna")
    accounts.set_role("bert", "auditor")
    bert, anna = sessions.find(token), sessions.find(other)
    assert bert is not None and anna is not None and bert.role == "auditor"
    sessions.end(token)
    assert sessions.find(token) is None and sessions.find(other) == anna


def test_who_may_no_longer_answer_leaves_the_customers_to_the_others(accounts: Accounts, shop_db: Any) -> None:
    queue = Handoffs(shop_db)
    Conversations(shop_db).begin_turn("c1", "Get me a person", NOW)
    accounts.add("bert", "agent", PASSWORD)
    handoff = queue.call("c1", "asked", {}, NOW)
    for leave, back in (
        (lambda: accounts.set_active("bert", False), lambda: accounts.set_active("bert", True)),
        (lambda: accounts.set_role("bert", "auditor"), lambda: accounts.set_role("bert", "agent")),
    ):
        queue.claim(handoff.handoff_id, "bert", NOW)
        accounts.set_role("bert", "manager")
        assert queue.in_charge("c1") == "bert", "a manager goes on"
        leave()
        assert queue.in_charge("c1") is None and queue.num_waiting() == 1
        with shop_db.read() as session:
            assert next(iter(entries(session, newest=True)))["details"]["handed_back"] == 1
        back()
        assert queue.num_waiting() == 1


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(accounts: Accounts, shop_db: Any) -> None:
    sessions = Sessions(shop_db)
    accounts.add("bert", "agent", PASSWORD)
    token = sessions.begin("bert", now=NOW)
    for seconds in range(0, int(IDLE.total_seconds()), 120):
        assert sessions.find(token, now=NOW + timedelta(seconds=seconds), used=False) is not None
    assert sessions.find(token, now=NOW + IDLE + timedelta(seconds=1), used=False) is None


def test_only_the_owner_manages_accounts_and_an_unknown_role_may_nothing() -> None:
    assert [role for role in ROLES if may(role, "accounts")] == ["owner"]
    assert not any(may("boss", permission) for permissions in ROLES.values() for permission in permissions)
    assert not may("auditor", "conversations") and not may("researcher", "conversations")
