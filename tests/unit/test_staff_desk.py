"""The staff console: what each role may do, what the customer then sees, and what the audit log says of it."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.access.accounts import Accounts
from assistant.access.sessions import Sessions, SignedIn
from assistant.config import Settings
from assistant.errors import InputError, UsageError
from assistant.privacy.rights import RESTRICTION, set_hold
from assistant.privacy.subject import Subject
from assistant.store.audit_verify import entries
from assistant.store.conversations import Conversations
from assistant.store.handoffs import Handoffs
from assistant.store.reviews import Reviews
from assistant.types import Record
from ui.staff import views
from ui.staff.desk import NotAllowed, StaffDesk
from ui.staff.events import Events
from ui.staff.page import Console
from ui.staff.signin import COOKIE, ConsoleDoor, add_sign_in
from ui.staff.talks_tab import Open, TalksTab

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER, AGENT, AUDITOR, RESEARCHER = (
    SignedIn(name, role)
    for name, role in (("anna", "owner"), ("bert", "agent"), ("carla", "auditor"), ("dora", "researcher"))
)

LISTS = ("Waiting for a colleague", "Latest conversations")


@pytest.fixture
def desk(shop_db: Any) -> StaffDesk:
    conversations = Conversations(shop_db)
    message = conversations.begin_turn("web-1", "Where is <b>my</b> kettle?", NOW, "mia")
    conversations.finish_turn(message, Record(reply="I'll call a colleague.", handoff=True), {}, NOW)
    return StaffDesk(shop_db, Settings())


def test_a_colleague_takes_over_answers_and_gives_back(desk: StaffDesk, shop_db: Any) -> None:
    queue = Handoffs(shop_db)
    queue.call("web-1", "asked", {"facts": ["Asked for a person."]}, NOW)
    assert [h.status for h in desk.queue(AGENT)] == ["waiting"]
    desk.take(AGENT, "web-1")
    assert queue.in_charge("web-1") == "bert"
    with pytest.raises(InputError, match="bert is looking after"):
        desk.take(OWNER, "web-1")
    with pytest.raises(InputError):
        desk.answer(OWNER, "web-1", "I am not in charge.")
    desk.answer(AGENT, "web-1", "Hello, this is Bert.")
    assert [m.role for m in desk.messages(AGENT, "web-1")] == ["customer", "assistant", "staff"]
    desk.give_back(AGENT, "web-1", "sent a new one")
    assert queue.in_charge("web-1") is None and not desk.queue(AGENT)
    with shop_db.read() as session:
        done = [entry["action"] for entry in entries(session) if entry["actor"] == "staff:bert"]
    assert done == ["handoff.claim", "handoff.reply", "handoff.resolve"]


def test_a_conversation_of_a_colleague_who_is_gone_is_taken_from_them_in_a_step_of_its_own(
    desk: StaffDesk, shop_db: Any
) -> None:
    desk.take(AGENT, "web-1")
    with pytest.raises(NotAllowed):
        desk.take_from(AUDITOR, "web-1")
    desk.take_from(OWNER, "web-1")
    desk.answer(OWNER, "web-1", "Anna here, I look after this now.")
    with pytest.raises(InputError):
        desk.answer(AGENT, "web-1", "Me too.")
    desk.give_back(OWNER, "web-1")
    with shop_db.read() as session:
        (taken,) = (entry for entry in entries(session) if entry["action"] == "handoff.take_from")
    assert taken["actor"] == "staff:anna" and taken["details"] == {"from": "bert"}
    with pytest.raises(InputError, match="Take this conversation over first"):
        desk.take_from(OWNER, "web-1")


@pytest.mark.parametrize("conversation", ["once-1", "ask-1", "chat-1"])
def test_where_no_customer_would_read_it_nobody_answers_and_it_can_be_settled(
    desk: StaffDesk, shop_db: Any, conversation: str
) -> None:
    Conversations(shop_db).begin_turn(conversation, "A person, please", NOW)
    Handoffs(shop_db).call(conversation, "asked", {}, NOW)
    for action in (desk.take, lambda me, name: desk.answer(me, name, "Hello")):
        with pytest.raises(InputError, match="Nobody would read your answer here"):
            action(AGENT, conversation)
    desk.give_back(AGENT, conversation)
    assert not desk.queue(AGENT)


@pytest.fixture
def tab(desk: StaffDesk) -> TalksTab:
    return TalksTab(desk, Events(Sessions(None)), lambda: ZoneInfo("UTC"))  # type: ignore[arg-type]


def test_taking_over_from_a_colleague_is_offered_where_one_has_it(tab: TalksTab, desk: StaffDesk) -> None:
    def offered(me: SignedIn) -> str | None:
        here = Open()
        button = tab.open(me, here, "web-1")[4]
        return str(button["value"]) if button["visible"] else None

    assert offered(OWNER) is None
    desk.take(AGENT, "web-1")
    assert offered(OWNER) == "Take over from bert" and offered(AGENT) is None


def test_what_was_begun_for_one_customer_is_gone_when_the_next_is_opened(tab: TalksTab) -> None:
    assert tab.open(AGENT, Open(), "web-1")[-2:] == ["", ""]
    with gr.Blocks() as page:
        tab.build(page)
    opening = [f for f in page.fns.values() if [c.label for c in f.inputs] and f.inputs[-1].label in LISTS]
    assert len(opening) == 2
    for function in opening:
        assert [c.label for c in function.outputs][-2:] == ["Your answer to the customer", "What it should have said"]


def test_an_answer_given_after_a_conversation_was_opened_can_be_corrected(tab: TalksTab, shop_db: Any) -> None:
    here = Open()
    assert len(tab.open(AGENT, here, "web-1")[5]["choices"]) == 1
    assert "choices" not in tab.shown(AGENT, here)[5], "the list in use isn't made anew"
    conversations = Conversations(shop_db)
    message = conversations.begin_turn("web-1", "And the mug?", NOW, "mia")
    answer = conversations.finish_turn(message, Record(reply="It costs 12.50."), {}, NOW)
    renewed = tab.shown(AGENT, here)[5]
    assert renewed["choices"][0] == ("It costs 12.50.", answer) and "value" not in renewed
    assert "choices" not in tab.shown(AGENT, here)[5]


def test_any_conversation_can_be_taken_over_and_looking_into_one_is_noted(desk: StaffDesk, shop_db: Any) -> None:
    assert desk.talks(AGENT)[0].in_charge is None
    desk.open(AGENT, "web-1")
    desk.take(AGENT, "web-1")
    Conversations(shop_db).begin_turn("web-2", "Are you open?", NOW + timedelta(minutes=1))
    assert [(t.conversation_id, t.in_charge, t.num_messages, t.last_text) for t in desk.talks(AGENT)] == [
        ("web-2", None, 1, "Are you open?"),
        ("web-1", "bert", 2, "I'll call a colleague."),
    ]
    with shop_db.read() as session:
        log = list(entries(session))
    assert log[0]["action"] == "conversation.open" and "web-1" not in str(log)


def test_each_role_reaches_its_own_tabs_only(desk: StaffDesk) -> None:
    for me in (AUDITOR, RESEARCHER):
        for action in (desk.queue, desk.talks, lambda m: desk.open(m, "web-1"), lambda m: desk.take(m, "web-1")):
            with pytest.raises(NotAllowed, match=me.role):
                action(me)
    for action in (lambda m: desk.export(m, "mia"), lambda m: desk.erase(m, "mia", "mia"), desk.audit_log):
        with pytest.raises(NotAllowed):
            action(AGENT)
    assert desk.verify_log(AUDITOR)["ok"]


def test_a_correction_is_kept_once_per_answer_and_only_for_answers(desk: StaffDesk, shop_db: Any) -> None:
    question, answer = (m.message_id for m in desk.messages(AGENT, "web-1"))
    desk.review(AGENT, answer, None)
    desk.review(AGENT, answer, " It is on its way. ")
    assert [(r.text, r.staff) for r in Reviews(shop_db).all()] == [("It is on its way.", "bert")]
    for message, text in ((question, None), ("nothing", None), (answer, "  "), (answer, "x" * 3000)):
        with pytest.raises(InputError):
            desk.review(AGENT, message, text)


def test_a_researcher_reads_what_was_reviewed_with_personal_data_masked(desk: StaffDesk, shop_db: Any) -> None:
    conversations = Conversations(shop_db)
    message = conversations.begin_turn("web-2", "I'm Mia Berg, mia@example.com, is the mug there?", NOW, "mia")
    conversations.finish_turn(message, Record(reply="No, Mia."), {}, NOW)
    good, wrong = (desk.messages(AGENT, name)[-1].message_id for name in ("web-1", "web-2"))
    desk.review(AGENT, good, None)
    desk.review(AGENT, wrong, "Yes, Mia, we write to mia@example.com.")
    for me in (AGENT, AUDITOR):
        with pytest.raises(NotAllowed):
            desk.reviewed(me)
    rows = views.review_rows(desk.reviewed(RESEARCHER), ZoneInfo("UTC"))
    assert "Mia" not in str(rows) and "@" not in str(rows) and "mug" in rows[0][1]
    assert [row[2:] for row in rows] == [
        ["No, [name].", "Yes, [name], we write to [email]."],
        ["I'll call a colleague.", "good as it is"],
    ]
    set_hold(shop_db, Subject("customer:mia"), RESTRICTION, True, actor="staff:anna")
    assert desk.reviewed(RESEARCHER) == []


def test_a_persons_data_is_shown_and_erased_only_when_named_twice(desk: StaffDesk, shop_db: Any) -> None:
    data, page = desk.export(OWNER, "mia@example.com")
    assert "kettle" in str(data) and "<b>my</b>" not in page
    with pytest.raises(UsageError, match="nothing was erased"):
        desk.erase(OWNER, "mia", "tom")
    desk.erase(OWNER, "mia", "mia")
    assert not desk.talks(OWNER)
    with pytest.raises(UsageError, match="nobody here"):
        desk.export(OWNER, "mia")


def test_an_export_is_saved_from_the_page_and_lies_in_no_folder(
    desk: StaffDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    console = Console(desk, None, Sessions(None), lambda: "Shop", lambda: ZoneInfo("UTC"))  # type: ignore[arg-type]
    links = re.findall(r"download='([^']+)' href='data:[a-z/]+;base64,([^']+)'", console.export(OWNER, "mia"))
    assert [name for name, _ in links] == ["export.json", "export.html"]
    written = [b64decode(data).decode() for _, data in links]
    assert "kettle" in str(json.loads(written[0])["sections"]) and written[1].startswith("<!DOCTYPE html>")
    assert not list(tmp_path.rglob("export*"))


def test_what_customers_write_is_never_markup_in_the_console(desk: StaffDesk) -> None:
    html = views.transcript(desk.messages(AGENT, "web-1"), ZoneInfo("UTC"))
    assert "&lt;b&gt;my&lt;/b&gt;" in html and "<b>" not in html


@pytest.fixture
def console(shop_db: Any) -> TestClient:
    accounts, sessions, app = Accounts(shop_db), Sessions(shop_db), FastAPI()
    accounts.add("anna", "owner", "seven green kettles")
    add_sign_in(app, accounts, sessions, Settings().override(access={"failures_per_minute": 3}), "Corner <Shop>")
    app.add_middleware(ConsoleDoor, sessions=sessions, public_url=None)

    @app.get("/staff/inside")
    def inside() -> str:
        return "inside"

    return TestClient(app, follow_redirects=False)


def test_the_console_opens_to_who_is_signed_in_and_closes_after(console: TestClient) -> None:
    assert console.get("/staff/inside").status_code == 401
    away = console.get("/staff/inside", headers={"Accept": "text/html"})
    assert (away.status_code, away.headers["location"]) == (303, "/staff-in")
    entered = console.post("/staff-in", data={"name": "Anna", "password": "seven green kettles"})
    cookie = entered.headers["set-cookie"].lower()
    assert entered.status_code == 303 and "httponly" in cookie and "samesite=strict" in cookie
    assert console.get("/staff/inside").status_code == 200
    assert console.get("/staff/inside", headers={"Origin": "https://evil.example"}).status_code == 403
    token = console.cookies[COOKIE]
    console.post("/staff-out")
    console.cookies.set(COOKIE, token)
    assert console.get("/staff/inside").status_code == 401


def test_a_wrong_sign_in_says_little_and_many_are_stopped(console: TestClient) -> None:
    form = {"name": "anna", "password": "wrong wrong wrong"}
    answers = [console.post("/staff-in", data=form) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert "Corner &lt;Shop&gt;" in answers[0].text and "anna" not in answers[0].text
    other = console.post("/staff-in", data=form, headers={"Origin": "https://evil.example"})
    assert other.status_code == 403
    assert console.post("/staff-in", content=b"\xff" * 9000).status_code in (401, 429)
