"""The chat in a real browser, on the scripted assistant: what a customer does and sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright (uv sync)")
from tests.e2e.browser import Chat, chromium, new_chat  # noqa: E402
from tests.e2e.chat_stage import ScriptedAssistant, free_port, serve, staged  # noqa: E402

pytestmark = pytest.mark.browser
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cff01f0005000201a5a1d2f30000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    (folder / "trail.png").write_bytes(PIXEL)
    (folder / "secret.txt").write_text("not for customers")
    return folder


@pytest.fixture(scope="module")
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture(scope="module")
def address(assistant: ScriptedAssistant, pictures: Path) -> Iterator[str]:
    with serve(staged(assistant, images=pictures), free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def chat(browser: object, address: str) -> Iterator[Chat]:
    with new_chat(browser, address) as page:
        yield page


def test_first_sight(chat: Chat) -> None:
    assert chat.page.title() == "Fjord & Field"
    assert chat.text(".br-name") == "Fjord & Field"
    assert "AI assistant, not a person" in chat.text(".br-head")
    assert "I'm the AI assistant of Fjord & Field" in chat.text(".br-theirs")
    assert chat.page.locator(".br-example").count() == 4
    assert "gradio" not in chat.page.inner_text("body").lower()
    assert chat.page.locator("footer:visible").count() == 0


def test_answer_streams_sentence_by_sentence(chat: Chat, assistant: ScriptedAssistant) -> None:
    chat.say("slow, held: do you have trail shoes in size 42?")
    chat.page.wait_for_selector(".br-theirs .br-dots", state="visible")
    chat.page.wait_for_function("document.querySelectorAll('.br-msg:last-child .br-sentence').length === 1")
    assert chat.last_answer() == "Yes, the Trail Runner 2 is there in size 42."
    assistant.go_on.set()
    chat.page.wait_for_function("document.querySelectorAll('.br-msg:last-child .br-sentence').length === 2")
    chat.wait()
    assert chat.last_answer().endswith("Would you like to see other colours?")
    assert chat.page.locator(".br-dots").count() == 0


def test_cards_and_receipts(chat: Chat) -> None:
    chat.ask("trail shoes?")
    cards = chat.page.locator(".br-card")
    assert cards.count() == 3
    first = cards.nth(0).inner_text()
    assert all(part in first for part in ("Trail Runner 2", "€89.00", "In stock", "Moss · 42"))
    assert cards.nth(0).locator("a").get_attribute("href") == "https://shop.example/trail"
    assert cards.nth(0).locator("img").count() == 0 and cards.nth(0).locator(".br-picture").inner_text() == "TR"
    why = chat.page.get_by_role("button", name="Why do you say that?")
    assert why.get_attribute("aria-expanded") == "false"
    why.click()
    receipts = chat.page.locator(".br-receipts")
    assert why.get_attribute("aria-expanded") == "true" and receipts.is_visible()
    shown = receipts.inner_text()
    assert "Trail Runner 2 (42, moss)" in shown and "€89.00" in shown and "in stock" in shown.lower()
    assert "as of 22 November 2026, 14:03" in shown
    why.click()
    assert receipts.is_hidden()


def test_picture_from_the_shops_folder_only(chat: Chat, address: str) -> None:
    chat.ask("shoes with picture")
    picture = chat.page.locator(".br-card img").first
    assert picture.get_attribute("src") == "/shop-images/trail.png"
    chat.page.wait_for_function("document.querySelector('.br-card img').naturalWidth === 1")
    for path in ("secret.txt", "../chat_stage.py", "%2e%2e/secret.png", "none.png"):
        assert chat.page.request.get(f"{address}/shop-images/{path}").status == 404


def test_example_question_is_asked(chat: Chat, assistant: ScriptedAssistant) -> None:
    chat.page.get_by_role("button", name="How long can I return something?").click()
    chat.wait()
    assert assistant.asked[-1] == "How long can I return something?"
    assert "30 days" in chat.last_answer()
    assert chat.page.locator(".br-example:visible").count() == 0


def test_stop_keeps_what_was_said_and_frees_the_box(chat: Chat) -> None:
    chat.say("an endless answer please")
    chat.page.wait_for_function("document.querySelectorAll('.br-msg:last-child .br-sentence').length >= 2")
    chat.page.get_by_role("button", name="Stop the answer").click()
    chat.wait()
    assert "Sentence number 1 " in chat.last_answer()
    assert "Sentence number 39" not in chat.last_answer()
    chat.page.wait_for_selector("text=You stopped this answer.")
    chat.ask("how long can I return it?")
    assert "30 days" in chat.last_answer()


def test_ask_again(chat: Chat, assistant: ScriptedAssistant) -> None:
    chat.ask("return?")
    num_asked = len(assistant.asked)
    chat.page.get_by_role("button", name="Ask again").click()
    chat.page.wait_for_function("document.querySelectorAll('.br-mine').length === 2")
    chat.wait()
    assert assistant.asked[num_asked:] == ["return?"]
    assert chat.page.get_by_role("button", name="Ask again").count() == 1


def test_thumbs_are_kept_and_shown_after_reload(chat: Chat, assistant: ScriptedAssistant) -> None:
    chat.ask("return?")
    chat.page.get_by_role("button", name="Bad answer").click()
    chat.page.wait_for_selector(".br-tool[aria-label='Bad answer'][aria-pressed='true']")
    kept = assistant.conversations.messages(chat.conversation())
    assert assistant.conversations.votes[kept[-1].message_id] == -1
    chat.page.get_by_role("button", name="Good answer").click()
    chat.page.wait_for_selector(".br-tool[aria-label='Good answer'][aria-pressed='true']")
    assert assistant.conversations.votes[kept[-1].message_id] == 1
    chat.reload()
    assert chat.page.locator("[aria-label='Good answer']").get_attribute("aria-pressed") == "true"


def test_reload_keeps_the_conversation(chat: Chat) -> None:
    chat.ask("trail shoes?")
    before = chat.transcript()
    conversation = chat.conversation()
    chat.reload()
    assert chat.transcript() == before and chat.conversation() == conversation
    assert chat.page.locator(".br-card").count() == 3
    assert chat.page.locator(".br-example:visible").count() == 0
    chat.page.get_by_role("button", name="Why do you say that?").click()
    assert "€89.00" in chat.text(".br-receipts")


def test_reload_in_mid_answer_picks_it_up(chat: Chat, assistant: ScriptedAssistant) -> None:
    chat.say("slow, held: trail shoes?")
    chat.page.wait_for_function("document.querySelectorAll('.br-msg:last-child .br-sentence').length === 1")
    chat.reload(idle=False)
    assistant.go_on.set()
    chat.wait()
    assert chat.last_answer().endswith("Would you like to see other colours?")
    assert chat.page.locator(".br-mine").count() == 1
    assert chat.page.locator(".br-card").count() == 3


def test_new_chat_begins_anew(chat: Chat) -> None:
    chat.ask("return?")
    old = chat.conversation()
    chat.page.get_by_role("button", name="New chat").click()
    chat.page.wait_for_selector(".br-example")
    assert chat.page.locator(".br-mine").count() == 0
    assert chat.conversation() != old and len(chat.conversation()) == 47
    chat.reload()
    assert chat.page.locator(".br-mine").count() == 0


def test_a_customers_conversation_is_gone_from_the_page_with_their_sign_in(
    chat: Chat, assistant: ScriptedAssistant
) -> None:
    chat.ask("return? my name is Ada")
    hers = chat.conversation()
    chat.page.fill("#br-input", "and my address")
    assistant.conversations.owners[hers] = "ada"  # nobody is signed in on this browser
    chat.reload()
    assert chat.conversation() != hers and "Ada" not in chat.transcript()
    assert chat.page.input_value("#br-input") == "" and chat.page.locator(".br-example:visible").count() == 4


def test_a_question_after_the_sign_in_ended_begins_a_new_conversation_and_is_kept(
    chat: Chat, assistant: ScriptedAssistant
) -> None:
    chat.ask("return? my name is Ada")
    hers, num_asked = chat.conversation(), len(assistant.asked)
    assistant.conversations.owners[hers] = "ada"
    chat.page.fill("#br-input", "trail shoes?")
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_selector(".br-tag:has-text('new conversation')")
    chat.wait()
    assert chat.conversation() != hers and "Ada" not in chat.transcript() and len(assistant.asked) == num_asked
    assert chat.page.input_value("#br-input") == "trail shoes?"
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_selector(".br-card")
    chat.wait()
    assert assistant.conversations.messages(hers)[-1].text.startswith("You can return anything")


def test_two_browsers_have_two_conversations(browser: object, address: str) -> None:
    with new_chat(browser, address) as one, new_chat(browser, address) as other:
        one.ask("return? my name is Ada")
        other.ask("trail shoes?")
        one.reload(), other.reload()
        assert one.conversation() != other.conversation()
        assert "Ada" in one.transcript() and "Ada" not in other.transcript()
        assert "trail" not in one.transcript()


def test_busy_and_engine_failure_lose_nothing(chat: Chat, assistant: ScriptedAssistant) -> None:
    for word, told in (("busy", "Many people are asking"), ("engine", "couldn't finish this answer")):
        assistant.num_failures = 0
        chat.ask(f"trail shoes? {word}")
        alert = chat.page.locator("[role=alert]")
        assert told in alert.inner_text() and "secret detail" not in chat.transcript()
        chat.page.get_by_role("button", name="Try again").click()
        chat.page.wait_for_selector(".br-msg:last-child .br-card")
        chat.wait()
        assert chat.page.locator("[role=alert]").count() == 0
        assert chat.page.locator(f".br-mine:has-text('{word}')").count() == 1


def test_unacceptable_message_comes_back_for_editing(chat: Chat) -> None:
    chat.ask("refuse this")
    assert "too long" in chat.text("[role=alert]")
    chat.page.get_by_role("button", name="Edit the message").click()
    assert chat.page.input_value("#br-input") == "refuse this"


def test_too_many_characters_cannot_be_sent(chat: Chat) -> None:
    chat.page.fill("#br-input", "x" * 4001)
    assert chat.page.get_by_role("button", name="Send").is_disabled()
    assert "1 character" in chat.text(".br-count")
    chat.page.keyboard.press("Enter")
    assert chat.page.locator(".br-mine").count() == 0


def test_draft_survives_a_reload(chat: Chat) -> None:
    chat.page.locator("#br-input").press_sequentially("half a quest")
    chat.reload()
    assert chat.page.input_value("#br-input") == "half a quest"


def test_called_person_is_shown(chat: Chat) -> None:
    chat.ask("a person please")
    assert "Passed on to a person" in chat.text(".br-msg:last-child")


def test_copy_takes_the_answers_text(browser: object, address: str) -> None:
    with new_chat(browser, address, permissions=["clipboard-read", "clipboard-write"]) as chat:
        chat.ask("return?")
        chat.page.get_by_role("button", name="Copy").click()
        chat.page.wait_for_selector(".br-icon-check")
        assert chat.page.evaluate("navigator.clipboard.readText()") == chat.last_answer()


def test_no_text_becomes_markup(chat: Chat) -> None:
    chat.ask("evil <b>bold</b> [link](https://example.com) <img src=x onerror='window.hacked=1'>")
    chat.page.get_by_role("button", name="Why do you say that?").click()
    for _ in range(2):
        shown = chat.transcript()
        assert "<script>window.hacked=1</script>" in shown and "**bold**" in shown and "<b>bold</b>" in shown
        assert chat.page.evaluate("window.hacked") is None
        log = chat.page.locator(".br-log")
        assert log.locator("script, img, b:not(.br-theirs b), iframe, a").count() == 0
        chat.reload()
