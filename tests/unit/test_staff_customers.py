"""The console's tab in which a colleague asks for a customer: who may, who is found, and what of whom is ever shown."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import gradio as gr
import pytest

from assistant.access.accounts import Accounts
from assistant.access.sessions import Sessions, SignedIn
from assistant.errors import InputError
from assistant.privacy.erase import erase
from assistant.privacy.rights import RESTRICTION, set_hold
from assistant.privacy.subject import Subject
from assistant.shop.lookup import search_customers
from assistant.shop.schema import CustomerRow
from assistant.store.audit_verify import entries
from assistant.store.database import Database
from assistant.store.handoffs import Handoffs
from assistant.store.schema import ConversationRow
from assistant.types import Delta, Done, Event, Record
from tests.unit.orders_shop import assistant, order, order_shop
from ui.staff import customer_views as views
from ui.staff.customer_tab import CustomerTab, Seat
from ui.staff.customers import NUM_FOUND, CustomerDesk
from ui.staff.desk import NotAllowed
from ui.staff.events import Events
from ui.staff.signin import COOKIE
from ui.turns import Turns

BERT, ANNA = SignedIn("bert", "agent"), SignedIn("anna", "owner")
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    shop = order_shop(tmp_path / "shop.db")
    yield shop
    shop.close()


@pytest.fixture
def desk(db: Database) -> CustomerDesk:
    return CustomerDesk(db, Turns(partial(assistant(db).turn, introduced=True)), 2000)


def ask(desk: CustomerDesk, me: SignedIn, conversation: str, text: str) -> str:
    """The answer to one message."""
    turn = desk.ask(me, conversation, text)
    assert turn.wait_released(60) and turn.snapshot()["error"] is None, turn.snapshot()
    return desk.messages(me, conversation)[-1].text


def log_of(db: Database, actor: str) -> list[str]:
    with db.read() as session:
        return [entry["action"] for entry in entries(session) if entry["actor"] == actor]


def test_a_colleague_chooses_a_customer_and_changes_their_order_under_their_own_name(
    desk: CustomerDesk, db: Database
) -> None:
    (mia,) = desk.find(BERT, "mia@example.com")
    led = desk.choose(BERT, mia.customer_id)
    assert "#W1000001" in ask(desk, BERT, led.conversation_id, "Where is my order?")
    assert "Shall I go ahead" in ask(desk, BERT, led.conversation_id, "Cancel #W1000001, it was ordered by mistake")
    assert "cancelled" in ask(desk, BERT, led.conversation_id, "yes")
    assert order(db, "#W1000001")["status"] == "cancelled"
    assert log_of(db, "staff:bert") == ["customer.find", "customer.choose", "order.cancel_pending_order"]
    with db.read() as session:
        assert "mia" not in str(list(entries(session)))
        row = session.get_one(ConversationRow, led.conversation_id)
        assert (row.customer_id, row.led_by) == ("mia", "bert")


def test_only_who_answers_customers_may_ask_for_one_and_a_change_of_role_counts_at_once(desk: CustomerDesk) -> None:
    conversation = desk.choose(BERT, "mia").conversation_id
    for role in ("auditor", "researcher", "nothing"):
        me = SignedIn("bert", role)
        for action in (
            lambda m: desk.find(m, "mia"),
            lambda m: desk.choose(m, "mia"),
            lambda m: desk.ask(m, conversation, "Where is my order?"),
            lambda m: desk.messages(m, conversation),
        ):
            with pytest.raises(NotAllowed, match=role):
                action(me)
    for role in ("agent", "manager", "owner"):
        assert desk.find(SignedIn("dora", role), "tom@example.com")


def test_another_customers_order_stays_shut_and_switching_begins_anew(desk: CustomerDesk, db: Database) -> None:
    mia = desk.choose(BERT, "mia").conversation_id
    assert "#W1000003" not in ask(desk, BERT, mia, "Where is my order?")
    for text in ("Cancel order #W1000003, it was ordered by mistake", "yes", "I'm tom@example.com, cancel #W1000003"):
        assert "cancelled" not in ask(desk, BERT, mia, text)
    assert order(db, "#W1000003")["status"] == "pending"
    ask(desk, BERT, mia, "Cancel #W1000001, it was ordered by mistake")
    tom = desk.choose(BERT, "tom", mia).conversation_id
    assert tom != mia and desk.messages(BERT, tom) == []
    ask(desk, BERT, tom, "yes")
    assert order(db, "#W1000001")["status"] == order(db, "#W1000003")["status"] == "pending"
    told = ask(desk, BERT, tom, "Where is my order?")
    assert "#W1000003" in told and "#W1000001" not in told
    for action in (
        lambda: desk.messages(ANNA, tom),
        lambda: desk.ask(ANNA, tom, "hi"),
        lambda: desk.led(BERT, "web-1"),
    ):
        with pytest.raises(NotAllowed, match="choose the customer again"):
            action()


def test_who_is_restricted_or_erased_is_asked_for_no_more(desk: CustomerDesk, db: Database) -> None:
    mia, tom = (desk.choose(BERT, who).conversation_id for who in ("mia", "tom"))
    set_hold(db, Subject("customer:mia"), RESTRICTION, True, actor="system:test")
    assert [c.restricted for c in desk.find(BERT, "mia")] == [True]
    for action in (lambda: desk.choose(BERT, "mia"), lambda: desk.ask(BERT, mia, "Where is my order?")):
        with pytest.raises(InputError, match="only be stored"):
            action()
    erase(db, Subject("customer:tom"))
    with pytest.raises(NotAllowed):
        desk.messages(BERT, tom)
    with pytest.raises(InputError, match="no longer there"):
        desk.choose(BERT, "tom")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("mia", ["mia"]),
        ("MIA@Example.com", ["mia"]),
        ("#w1000003", ["tom"]),
        ("W1000002", ["mia"]),
        ("byrne", ["mia"]),
        ("da to", ["tom"]),
        ("Muller", ["jana"]),
        ("obrien", ["sean"]),
        ("o'brien s", ["sean"]),
        ("sean.o", ["sean"]),
        ("yrne", []),
        ("example.com", []),
        ("%", None),
        ("__", []),
        ("  ", None),
    ],
)
def test_a_customer_is_found_by_number_address_order_or_name(db: Database, words: str, found: list[str] | None) -> None:
    with db.write() as session:
        for key, first, last in (("jana", "Jana", "Müller"), ("sean", "Seán", "O'Brien")):
            email = f"{key}.{last[0].lower()}@example.com"
            session.add(CustomerRow(customer_id=key, email=email, first_name=first, last_name=last))
    if found is None:
        with pytest.raises(InputError, match="at least"):
            search_customers(db, words)
    else:
        assert [c.customer_id for c in search_customers(db, words)] == found


def test_of_many_the_first_are_shown_and_that_there_are_more(desk: CustomerDesk, db: Database) -> None:
    with db.write() as session:
        for n in range(30):
            email = f"s{n}@example.com"
            session.add(CustomerRow(customer_id=f"s{n:02}", email=email, first_name=f"N{n:02}", last_name="<b>Smith"))
    found = desk.find(BERT, "smith")
    assert [c.customer_id for c in found] == [f"s{n:02}" for n in range(NUM_FOUND + 1)]
    assert "More than 10" in views.how_many(len(found), NUM_FOUND)
    assert "No customer" in views.how_many(0, NUM_FOUND) and not views.how_many(3, NUM_FOUND)
    shown = views.talk(desk.choose(BERT, "s00"), [], UTC_ZONE, views.growing("<i>hi", {"sentences": ["<u>"]}))
    assert "<b>Smith" not in shown and "&lt;b&gt;Smith" in shown and "<i>" not in shown and "<u>" not in shown
    (mia,) = views.found_lines(desk.find(BERT, "mia"), UTC_ZONE)
    assert "Mia Byrne" in mia[0] and "mia@example.com" in mia[0] and "2 orders" in mia[0] and "T12 AB34" in mia[0]


class Page:
    """The tab as a browser with anna's cookie has it, over an assistant whose answer waits until it may `go_on`."""

    def __init__(self, db: Database) -> None:
        Accounts(db).add("anna", "owner", "seven green kettles")
        self.sessions = Sessions(db)
        self.token = self.sessions.begin("anna")
        self.go_on = threading.Event()
        self.desk = CustomerDesk(db, Turns(self._turn), 2000)
        self.tab = CustomerTab(self.desk, Events(self.sessions), lambda: UTC_ZONE)
        self.request = cast(gr.Request, SimpleNamespace(cookies={COOKIE: self.token}))
        self.seat = Seat()

    def _turn(self, conversation_id: str, text: str, **_: Any) -> Iterator[Event]:
        yield Delta("Your parcel")
        self.go_on.wait(20)
        yield Delta(" is in Cork.")
        yield Done(Record(reply="Your parcel is in Cork."))

    def choose(self, customer: str) -> list[Any]:
        return self.tab._choose(ANNA, self.seat, customer)

    def states(self) -> Any:
        return self.tab._ask(self.seat, "Where is my order?", self.request)


def test_a_late_answer_is_not_shown_where_another_customer_has_been_chosen(db: Database) -> None:
    page = Page(db)
    page.choose("mia")

    async def switch() -> list[str]:
        states = page.states()
        shown = []
        async for talk, _ in states:
            shown.append(talk)
            if "Your parcel" in talk and len(shown) < 3:
                assert "Mia Byrne" in talk
                first = page.choose("tom")
                assert "Tom Daly" in first[0] and "parcel" not in first[0] and "Where is" not in first[0]
                page.go_on.set()
                shown.append("switched")
        return shown

    shown = asyncio.run(switch())
    assert shown[-1] == "switched" and page.desk.led(ANNA, page.seat.conversation_id).customer.customer_id == "tom"


def test_each_action_asks_anew_who_is_signed_in(db: Database) -> None:
    page = Page(db)
    page.choose("mia")
    page.go_on.set()

    async def last() -> list[Any]:
        return [state async for state in page.states()][-1]

    assert "Mia Byrne" in asyncio.run(last())[0]
    assert page.tab._fresh(page.seat, page.request) == [gr.skip()] * 3
    page.sessions.end(page.token)
    with pytest.raises(gr.Error, match="signed out"):
        asyncio.run(last())
    assert "Mia" not in page.tab._fresh(page.seat, page.request)[0] and page.seat.conversation_id == ""


def test_what_a_colleague_writes_in_it_is_seen_without_asking(db: Database) -> None:
    page = Page(db)
    page.choose("mia")
    conversation = page.seat.conversation_id
    queue = Handoffs(db)
    handoff = queue.call(conversation, "order", {"facts": []}, datetime.now(UTC))
    queue.claim(handoff.handoff_id, "carl", datetime.now(UTC))
    assert page.tab._fresh(page.seat, page.request) == [gr.skip()] * 3
    queue.reply(handoff.handoff_id, "carl", "I have sent Mia a new lamp.", datetime.now(UTC))
    talk = page.tab._fresh(page.seat, page.request)[0]
    assert "carl (staff)" in talk and "a new lamp" in talk and "Mia Byrne" in talk
    assert page.tab._fresh(page.seat, page.request) == [gr.skip()] * 3


def test_the_page_that_asks_by_itself_keeps_nobody_signed_in(db: Database) -> None:
    page = Page(db)
    page.choose("mia")
    later = datetime.now(UTC) + timedelta(minutes=29)
    for _ in range(3):
        page.tab._fresh(page.seat, page.request)
    assert page.sessions.find(page.token, now=later, used=False) is not None
    assert page.sessions.find(page.token, now=later + timedelta(minutes=2), used=False) is None
