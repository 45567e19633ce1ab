"""The chat in a real browser, in front of the real server, model and demo shop: what `backroom demo` gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select, update

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright (uv sync)")
from assistant.access.accounts import Accounts  # noqa: E402
from assistant.access.visitors import sign, site_secret  # noqa: E402
from assistant.shop.schema import OrderRow, VariantRow  # noqa: E402
from assistant.store.database import Database  # noqa: E402
from assistant.store.schema import ConversationRow  # noqa: E402
from tests.e2e.browser import IDLE, Chat, chromium, new_chat  # noqa: E402
from tests.e2e.chat_stage import free_port  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.model]
BACKROOM = Path(sys.executable).parent / "backroom"


class Demo:
    """`backroom demo` as an operator starts it, with a data folder of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.process: psutil.Popen | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        environment = {**os.environ, "XDG_DATA_HOME": str(self.data), "XDG_CONFIG_HOME": str(self.data)}
        command = [str(BACKROOM), "demo", "--no-browser", "--port", str(self.port)]
        self.process = psutil.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            line = self.process.stdout.readline()
            assert self.address in line, f"backroom demo said {line!r}"
            yield
        finally:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def engine(self) -> psutil.Process:
        """The process that holds the model: the biggest child."""
        assert self.process is not None
        return max(self.process.children(recursive=True), key=lambda child: child.memory_info().rss)

    def set_price(self, sku: str, minor: int) -> None:
        db = Database.open(self.data / "backroom" / "demo.db")
        try:
            with db.write() as session:
                session.execute(update(VariantRow).where(VariantRow.sku == sku).values(price_minor=minor))
        finally:
            db.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    started = Demo(tmp_path_factory.mktemp("demo"), free_port())
    with started.running():
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as launched:
        yield launched


def wait_long(chat: Chat) -> None:
    """The machine may be busy with other tests: an answer has the engine's own deadline and some."""
    chat.page.set_default_timeout(90000)


def test_answer_with_card_picture_and_receipts(browser: object, demo: Demo) -> None:
    with new_chat(browser, demo.address) as chat:
        wait_long(chat)
        assert chat.page.title() == "Fell & Hearth" and "AI assistant" in chat.text(".br-theirs")
        chat.ask("How much is the Trail Runner in black, size 42?")
        assert "Trail Runner" in chat.last_answer() and "£89.00" in chat.last_answer()
        assert "I'm the AI assistant" not in chat.last_answer(), "the page has said so already"
        card = chat.page.locator(".br-card").first
        assert "Trail Runner" in card.inner_text() and "£89.00" in card.inner_text()
        chat.page.wait_for_function("document.querySelector('.br-card img').naturalWidth > 0")
        chat.page.get_by_role("button", name="Why do you say that?").click()
        assert "£89.00" in chat.text(".br-receipts") and "as of" in chat.text(".br-receipts")
        assert {request.url.split("/")[2] for request in chat.requests} == {demo.address.split("/")[2]}
        assert chat.errors == []


def test_a_new_price_is_in_the_next_answer(browser: object, demo: Demo) -> None:
    with new_chat(browser, demo.address) as chat:
        wait_long(chat)
        chat.ask("How much is the Trail Runner GTX in size 42?")
        assert "£119.00" in chat.last_answer()
        db = Database.open(demo.data / "backroom" / "demo.db")
        with db.read() as session:
            rows = session.query(VariantRow).filter(VariantRow.product_id == "trail-runner-gtx").all()
            skus = [row.sku for row in rows]
        db.close()
        for sku in skus:
            demo.set_price(sku, 12345)
        chat.ask("And now, how much is the Trail Runner GTX in size 42?")
        assert "£123.45" in chat.last_answer() and "£119.00" not in chat.last_answer()
        chat.reload()
        assert "£119.00" in chat.transcript(), "what was said stays said"


def test_thumb_is_kept(browser: object, demo: Demo) -> None:
    with new_chat(browser, demo.address) as chat:
        wait_long(chat)
        chat.ask("How long can I return something?")
        chat.page.get_by_role("button", name="Good answer").click()
        chat.page.wait_for_selector("[aria-label='Good answer'][aria-pressed='true']")
        db = Database.open(demo.data / "backroom" / "demo.db")
        from assistant.store.conversations import Conversations

        conversations = Conversations(db)
        assert conversations.vote(conversations.messages(chat.conversation())[-1].message_id) == 1
        db.close()


def test_killed_engine_costs_no_answer(browser: object, demo: Demo) -> None:
    with new_chat(browser, demo.address) as chat:
        wait_long(chat)
        chat.say("Compare the Tarn 2 Tent and the Tarn 3 Tent")
        demo.engine().kill()
        chat.wait()
        assert "Tarn 3 Tent" in chat.last_answer()
        chat.ask("How much is the Tarn 2 Tent?")
        assert "£" in chat.last_answer()


PASSWORD = "seven green kettles"


def test_a_colleague_takes_over_in_the_console_and_the_customer_reads_it(browser: Any, demo: Demo) -> None:
    with Database.open(demo.data / "backroom" / "demo.db") as db:
        Accounts(db).add("anna", "owner", PASSWORD)
    profile = browser.new_context()
    page = profile.new_page()
    page.set_default_timeout(90000)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    with new_chat(browser, demo.address) as chat:
        wait_long(chat)
        chat.ask("Can I talk to a person, please?")
        assert "colleague" in chat.last_answer()
        page.goto(demo.address + "/staff")
        assert page.url.endswith("/staff-in")
        page.fill("[name=name]", "anna")
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
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


def test_a_customer_whom_the_shops_site_vouches_for_is_known_until_leaving(browser: Any, demo: Demo) -> None:
    with Database.open(demo.data / "backroom" / "demo.db") as db:
        secret = site_secret(db)
        with db.read() as session:
            customer = session.scalars(select(OrderRow.customer_id).order_by(OrderRow.order_id)).first()
    assert customer is not None
    with new_chat(browser, demo.address) as chat:
        wait_long(chat)
        before = chat.conversation()
        chat.page.goto(f"{demo.address}/enter?token={sign(secret, customer)}")
        chat.page.wait_for_selector(IDLE)
        assert chat.conversation() != before
        chat.ask("What did I order last?")
        with Database.open(demo.data / "backroom" / "demo.db") as db, db.read() as session:
            assert session.get_one(ConversationRow, chat.conversation()).customer_id == customer
        known = chat.conversation()
        chat.page.goto(f"{demo.address}/leave")
        chat.page.wait_for_selector(IDLE)
        assert chat.conversation() != known and "order last" not in chat.transcript()
        refused = chat.page.request.get(f"{demo.address}/enter?token={sign('x' * 43, customer)}")
        assert refused.status == 403


def test_restarted_server_has_the_conversation(browser: object, tmp_path: Path) -> None:
    demo = Demo(tmp_path, free_port())
    with demo.running():
        profile = browser.new_context()  # type: ignore[attr-defined]
        chat = Chat(profile.new_page())
        wait_long(chat)
        chat.page.goto(demo.address)
        chat.wait()
        chat.ask("How long can I return something?")
        said = chat.last_answer()
    with demo.running():
        chat.page.goto(demo.address)
        chat.wait()
        assert chat.last_answer() == said
    profile.close()
