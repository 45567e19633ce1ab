"""The staff console in a real browser, in front of the real server, model and demo shop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright (uv sync)")
from assistant.access.accounts import Accounts  # noqa: E402
from assistant.store.schema import ConversationRow  # noqa: E402
from tests.e2e.browser import chromium, new_chat  # noqa: E402
from tests.e2e.chat_stage import free_port  # noqa: E402
from tests.e2e.demo_stage import Demo  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.model]
PASSWORD = "seven green kettles"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    started = Demo(tmp_path_factory.mktemp("demo"), free_port())
    with started.running():
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as launched:
        yield launched


def sign_in(page: Any, demo: Demo, name: str, role: str) -> None:
    """Makes an account and enters the console with it."""
    with demo.open_db() as db:
        Accounts(db).add(name, role, PASSWORD)
    page.set_default_timeout(90000)
    page.goto(demo.address + "/staff")
    assert page.url.endswith("/staff-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_colleague_takes_over_in_the_console_and_the_customer_reads_it(browser: Any, demo: Demo) -> None:
    profile = browser.new_context()
    page = profile.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    with new_chat(browser, demo.address) as chat:
        chat.page.set_default_timeout(90000)
        chat.ask("Can I talk to a person, please?")
        assert "colleague" in chat.last_answer()
        sign_in(page, demo, "anna", "owner")
        page.locator(".br-list label").filter(has_text="asked for a person").last.click()
        page.locator(".br-talk .br-customer").filter(has_text="talk to a person").wait_for()
        page.get_by_role("button", name="Take over").click()
        page.locator(".br-list label").filter(has_text="with anna").first.wait_for()
        page.get_by_label("Your answer to the customer").fill("Hello, this is Anna <b>from the shop</b>.")
        page.get_by_role("button", name="Send").click()
        chat.page.locator(".br-msg").filter(has_text="this is Anna <b>from the shop</b>").wait_for()
        chat.ask("How much is the camp mug?")
        assert "Anna from our team" in chat.last_answer() and "£" not in chat.last_answer()
        page.get_by_role("button", name="Give back to the assistant").click()
        page.locator(".br-list label").filter(has_text="with anna").first.wait_for(state="detached")
        chat.ask("How much is the camp mug?")
        assert "£" in chat.last_answer()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/staff-in")
        page.goto(demo.address + "/staff/")
        assert page.url.endswith("/staff-in")
    profile.close()
    assert hosts == {demo.address.split("/")[2]}


def test_a_colleague_asks_for_a_customer_and_then_for_another(browser: Any, demo: Demo) -> None:
    profile = browser.new_context(viewport={"width": 390, "height": 800})
    page = profile.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, demo, "bert", "agent")
    page.get_by_role("tab", name="Ask for a customer").click()

    def choose(words: str, name: str) -> None:
        page.get_by_label("Find a customer").fill(words)
        page.get_by_role("button", name="Find", exact=True).click()
        page.locator(".br-found label").filter(has_text=name).click()
        page.get_by_role("button", name="Ask for this customer").click()
        page.locator(".br-for").filter(has_text=name).wait_for()

    def ask(text: str, answer: str) -> None:
        page.get_by_label("What does the customer want?").fill(text)
        page.get_by_role("button", name="Send", exact=True).last.click()
        page.locator(".br-mine .br-assistant").filter(has_text=answer).wait_for()

    choose("kowalczyk", "Maja Kowalczyk")
    ask("Where is her latest order?", "FH-20580")
    choose("FH-20572", "Marie-Claire Dubois")
    assert page.locator(".br-mine li").count() == 0 and "Kowalczyk" not in page.locator(".br-mine").inner_text()
    ask("What is in order FH-20580?", "couldn't find order FH-20580")
    ask("Where is my latest order?", "FH-20572")
    page.get_by_role("button", name="Finish with this customer").click()
    page.locator(".br-nobody").wait_for()
    assert "FH-20" not in page.locator("body").inner_text()
    with demo.open_db() as db, db.read() as session:
        led = session.scalars(select(ConversationRow).where(ConversationRow.led_by == "bert")).all()
        assert {row.customer_id for row in led} == {"C1001", "C1008"}
    profile.close()
    assert errors == []
