"""The page around the chat, in a real browser: width, keys, screen readers, and that nothing leaves the host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright (uv sync)")
from tests.e2e.browser import IDLE, Chat, chromium, new_chat  # noqa: E402
from tests.e2e.chat_stage import ScriptedAssistant, free_port, serve, staged  # noqa: E402

pytestmark = pytest.mark.browser
AUDIT = (Path(__file__).parent / "audit.js").read_text("utf-8").strip().removesuffix(";")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant(pace_s=0.05)


@pytest.fixture(scope="module")
def address(assistant: ScriptedAssistant) -> Iterator[str]:
    with serve(staged(assistant), free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as launched:
        yield launched


def show_everything(chat: Chat, assistant: ScriptedAssistant) -> Iterator[str]:
    """Brings the page into each of its states, one after the other; gives their names."""
    assistant.num_failures = 0
    yield "empty"
    chat.say("slow trail shoes?")
    yield "waiting"
    chat.wait()
    yield "cards"
    chat.page.get_by_role("button", name="Why do you say that?").click()
    yield "receipts"
    chat.ask("how much is this one?")
    chat.ask("evil " + "verylongword" * 30)
    chat.page.get_by_role("button", name="Why do you say that?").last.click()
    yield "hostile texts"
    chat.ask("a person please")
    chat.ask("busy")
    yield "busy"
    chat.ask("refuse")
    yield "refused"


def outside(chat: Chat, host: str = "127.0.0.1") -> list[str]:
    """The requests of a page that went anywhere but to `host`; data: and blob: stay inside the browser."""
    parts = [(request.url, urlsplit(request.url)) for request in chat.requests]
    return [url for url, part in parts if part.scheme not in ("data", "blob") and part.hostname != host]


def test_no_request_leaves_the_host(browser: object, address: str, assistant: ScriptedAssistant) -> None:
    with new_chat(browser, address) as chat:
        for _ in show_everything(chat, assistant):
            pass
        chat.reload()
        assert len(chat.requests) > 40
        assert outside(chat) == []
        assert not [error for error in chat.errors if "Content Security Policy" in error]


def test_the_check_can_fail(browser: object, address: str) -> None:
    with new_chat(browser, address, bypass_csp=True) as chat:
        chat.page.route("http://198.51.100.7/**", lambda route: route.abort())
        chat.page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://198.51.100.7/spy.png'}))")
        chat.page.wait_for_timeout(300)
        assert outside(chat) == ["http://198.51.100.7/spy.png"]


def test_the_browser_itself_refuses_other_hosts(browser: object, address: str) -> None:
    with new_chat(browser, address) as chat:
        refused = chat.page.evaluate("fetch('http://198.51.100.7/').then(() => 'went out', () => 'refused')")
        assert refused == "refused"
        assert any("Content Security Policy" in error for error in chat.errors)


@pytest.mark.parametrize("width", [320, 360, 768])
def test_narrow_screens_never_scroll_sideways(
    browser: object, address: str, assistant: ScriptedAssistant, width: int
) -> None:
    phone = {**PHONE, "viewport": {"width": width, "height": 640}}
    with new_chat(browser, address, **phone) as chat:
        for state in show_everything(chat, assistant):
            for selector in ("html", ".br", ".br-scroll", ".br-foot", ".br-head"):
                wide = chat.page.eval_on_selector(selector, "node => node.scrollWidth - node.clientWidth")
                assert wide <= 0, f"{selector} is {wide} px too wide when {state}"
            box = chat.page.locator("#br-input").bounding_box()
            assert box is not None and box["y"] + box["height"] <= 640, f"the message box is off screen when {state}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_accessible_in_every_state(
    browser: object, address: str, assistant: ScriptedAssistant, scheme: str, device: str
) -> None:
    with new_chat(browser, address, color_scheme=scheme, **(PHONE if device == "phone" else {})) as chat:
        for state in show_everything(chat, assistant):
            chat.page.wait_for_timeout(350)
            assert chat.page.evaluate(f"({AUDIT})()") == [], state


def test_the_audit_can_fail(browser: object, address: str) -> None:
    with new_chat(browser, address) as chat:
        chat.page.evaluate("document.querySelector('.br-head').append(document.createElement('button'))")
        chat.page.evaluate("document.querySelector('.br-sub').style.color = '#ccc'")
        complaints = "\n".join(chat.page.evaluate(f"({AUDIT})()"))
        assert "without a name" in complaints and "contrast" in complaints


def test_keyboard_only(browser: object, address: str) -> None:
    with new_chat(browser, address) as chat:
        keys, page = chat.page.keyboard, chat.page

        def focused() -> str:
            return str(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))

        assert page.evaluate("document.activeElement.id") == "br-input"
        keys.type("first line")
        keys.press("Shift+Enter")
        keys.type("shoes")
        assert page.input_value("#br-input") == "first line\nshoes"
        keys.press("Enter")
        page.wait_for_selector(".br-card")
        chat.wait()
        assert page.locator(".br-mine").inner_text() == "first line\nshoes"
        assert page.evaluate("document.activeElement.id") == "br-input"
        page.locator(".br-skip").focus()
        order = [focused()]
        for _ in range(8):
            keys.press("Tab")
            order.append(focused().strip())
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            inside = page.evaluate("!!document.activeElement.closest('.br-compose')")
            assert ring == "solid" or inside, f"no visible focus on {order[-1]}"
        wanted = ["Skip to the message box", "New chat", "Conversation", "Trail Runner 2 (opens in a new tab)",
                  "Why do you say that?", "Copy", "Good answer", "Bad answer", "Ask again"]  # fmt: skip
        assert order == wanted
        page.locator(".br-why").focus()
        keys.press("Enter")
        assert page.locator(".br-receipts").is_visible()
        page.locator(".br-skip").focus()
        keys.press("Enter")
        assert page.evaluate("document.activeElement.id") == "br-input"


def test_escape_stops_the_answer(browser: object, address: str) -> None:
    with new_chat(browser, address) as chat:
        chat.say("endless")
        chat.page.wait_for_selector(".br-sentence >> nth=1")
        chat.page.keyboard.press("Escape")
        chat.page.wait_for_selector("text=You stopped this answer.")
        chat.wait()
        assert chat.page.evaluate("document.activeElement.id") == "br-input"


def test_nothing_jumps_while_an_answer_arrives(browser: object, address: str) -> None:
    watch = """new PerformanceObserver(list => { for (const e of list.getEntries()) window.shift += e.value })
               .observe({type: 'layout-shift', buffered: false}); window.shift = 0"""
    with new_chat(browser, address, viewport={"width": 1000, "height": 900}) as chat:
        chat.page.evaluate(watch)
        chat.ask("slow trail shoes?")
        chat.page.wait_for_timeout(300)
        assert chat.page.evaluate("window.shift") < 0.02


def test_reader_of_older_messages_is_not_pulled_down(browser: object, address: str) -> None:
    with new_chat(browser, address, viewport={"width": 800, "height": 500}) as chat:
        chat.ask("trail shoes?")
        chat.say("endless")
        chat.page.wait_for_selector(".br-msg:last-child .br-sentence >> nth=4")
        chat.page.evaluate("document.querySelector('.br-scroll').scrollTop = 0")
        chat.page.wait_for_selector(".br-latest", state="visible")
        num = chat.page.locator(".br-sentence").count()
        chat.page.wait_for_function(f"document.querySelectorAll('.br-sentence').length > {num + 3}")
        assert chat.page.evaluate("document.querySelector('.br-scroll').scrollTop") == 0
        chat.page.get_by_role("button", name="Latest").click()
        assert chat.page.evaluate("document.querySelector('.br-scroll').scrollTop") > 0


def test_only_what_the_chat_needs_answers(browser: object, address: str) -> None:
    with new_chat(browser, address) as chat:
        get = chat.page.request.get
        closed = ("gradio_api/info", "gradio_api/openapi.json", "gradio_api/upload_progress?upload_id=1", "config",
                  "gradio_api/file=/etc/hostname", "gradio_api/proxy=http://198.51.100.7/", "gradio_api/runs",
                  "monitoring", "gradio_api/queue/status", "gradio_api/call/ask/1")  # fmt: skip
        assert {path: get(f"{address}/{path}").status for path in closed} == dict.fromkeys(closed, 404)
        for path in ("gradio_api/upload", "gradio_api/run/ask", "gradio_api/api/ask", "gradio_api/call/ask"):
            assert chat.page.request.post(f"{address}/{path}", data={"data": []}).status == 404, path
        page = get(address)
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert "raw.githubusercontent.com" not in page.text() and "@Gradio" not in page.text()


def test_lost_connection_loses_nothing(browser: object) -> None:
    port, assistant = free_port(), ScriptedAssistant(pace_s=0.05)
    with serve(staged(assistant), port) as address:
        small = {"width": 800, "height": 400}
        chat = Chat(browser.new_context(viewport=small).new_page())  # type: ignore[attr-defined]
        chat.page.goto(address)
        chat.page.wait_for_selector(IDLE)
        chat.ask("return?")
    chat.page.fill("#br-input", "trail shoes?")
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_selector("[role=alert]", timeout=10000)
    assert "Your message is kept" in chat.text("[role=alert]")
    line, foot = (chat.page.locator(part).bounding_box() for part in ("[role=alert]", ".br-foot"))
    assert line["y"] + line["height"] <= foot["y"], "the word of it is in sight"
    chat.page.get_by_role("button", name="Try again").click()
    chat.page.wait_for_selector("text=still can't be reached")
    with serve(staged(assistant), port):
        # The page comes back by itself as soon as the server does, with what was said and what was not sent.
        chat.page.wait_for_function("document.querySelector('#br-input')?.value === 'trail shoes?'")
        assert "30 days" in chat.transcript()
        chat.ask("trail shoes?")
        assert assistant.asked.count("trail shoes?") == 1
        chat.page.context.close()


def test_a_message_that_arrived_is_not_asked_again_however_it_was_tidied(
    browser: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.turns.BEAT_S", 60.0)
    assistant = ScriptedAssistant(pace_s=0.05)
    with serve(staged(assistant), free_port()) as address, new_chat(browser, address) as chat:
        down = address + "/"
        chat.page.route(down, lambda route: route.abort() if route.request.method == "HEAD" else route.continue_())
        chat.say("held: trail\nshoes,  please?")
        chat.page.wait_for_selector("[role=alert]")
        chat.page.unroute(down)
        assistant.go_on.set()
        while assistant.conversations.num_messages(chat.conversation()) < 2:
            chat.page.wait_for_timeout(50)
        chat.page.get_by_role("button", name="Try again").click()
        chat.page.wait_for_selector(".br-msg:last-child:has-text('other colours')")
        chat.wait()
        assert len(assistant.asked) == 1 and chat.page.locator(".br-mine").count() == 1
        assert chat.page.input_value("#br-input") == ""
        chat.reload()
        assert len(assistant.asked) == 1 and chat.page.input_value("#br-input") == ""


def test_a_second_tab_is_told_that_its_own_last_message_is_still_being_answered(browser: object) -> None:
    assistant = ScriptedAssistant(pace_s=0.05)
    with serve(staged(assistant), free_port()) as address, new_chat(browser, address) as chat:
        chat.ask("return?")
        other = Chat(chat.page.context.new_page())
        other.page.goto(address)
        other.page.wait_for_selector(IDLE)
        chat.say("held: trail shoes?")
        chat.page.wait_for_selector(".br-msg:last-child .br-sentence")
        other.ask("how long can I return it?")
        assert "Your last message is still being answered" in other.text("[role=alert]")
        assistant.go_on.set()
        chat.wait()
        other.say("held: which shoes?")
        other.page.wait_for_selector(".br-msg:last-child .br-sentence")
        other.page.get_by_role("button", name="Try again").click()
        assert other.page.locator("[role=alert]").count() == 1, "it can still be asked, after this answer"
        assistant.go_on.set()
        other.wait()
        other.page.get_by_role("button", name="Try again").click()
        other.page.wait_for_selector(".br-msg:last-child:has-text('30 days')")
        assert other.page.locator("[role=alert]").count() == 0
