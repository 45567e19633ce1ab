"""The chat in a real browser, in front of the real server, model and demo shop: what `backroom demo` gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright (uv sync)")
from assistant.access.visitors import sign, site_secret  # noqa: E402
from assistant.shop.schema import OrderRow, VariantRow  # noqa: E402
from assistant.store.schema import ConversationRow  # noqa: E402
from tests.e2e.browser import IDLE, Chat, chromium, new_chat  # noqa: E402
from tests.e2e.chat_stage import free_port  # noqa: E402
from tests.e2e.demo_stage import Demo  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.model]


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
        db = demo.open_db()
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
        db = demo.open_db()
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


def test_a_customer_whom_the_shops_site_vouches_for_is_known_until_leaving(browser: Any, demo: Demo) -> None:
    with demo.open_db() as db:
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
        with demo.open_db() as db, db.read() as session:
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
