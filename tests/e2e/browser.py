"""A customer at a browser, for the tests: Chromium, a page of the chat, and the few things one does with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]
IDLE = '.br[data-state="idle"]'


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, without a window. Skips the test where none is installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("the browser tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Chat:
    """A page of the chat; records every request that it makes and every error on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[Request] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def say(self, text: str) -> None:
        """Types and sends, without waiting for the answer."""
        self.page.fill("#br-input", text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector('.br[data-state="busy"]')

    def ask(self, text: str) -> None:
        """Asks and waits until the answer, or the word that there is none, is there."""
        num_messages = self.page.locator(".br-msg").count()
        self.page.fill("#br-input", text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(f"document.querySelectorAll('.br-msg').length >= {num_messages + 2}")
        self.wait()

    def wait(self) -> None:
        self.page.wait_for_selector(IDLE)

    def reload(self, idle: bool = True) -> None:
        self.page.reload()
        self.page.wait_for_selector(IDLE if idle else '.br:is([data-state="idle"], [data-state="busy"])')

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def last_answer(self) -> str:
        """What the last answer says so far (without the typing indicator's word for screen readers)."""
        said = """text => [...text.childNodes].filter(node => !node.matches?.(".br-dots"))
                  .map(node => node.textContent).join("")"""
        return str(self.page.locator(".br-msg").last.locator(".br-text").evaluate(said)).strip()

    def transcript(self) -> str:
        return "\n".join(self.page.locator(".br-msg").all_inner_texts())

    def conversation(self) -> str:
        return str(self.page.evaluate("localStorage.getItem('backroom.conversation')"))


@contextmanager
def new_chat(browser: Any, address: str, **context: Any) -> Iterator[Chat]:
    """A customer of their own: a fresh browser profile with the chat open."""
    profile = browser.new_context(**context)
    try:
        chat = Chat(profile.new_page())
        chat.page.goto(address, timeout=120000)  # a server that has just started may still be making the page
        chat.page.wait_for_selector(IDLE)
        yield chat
    finally:
        profile.close()
