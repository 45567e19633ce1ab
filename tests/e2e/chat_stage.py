"""A stage for the browser tests: a scripted assistant with the public face of the real one, served with the real UI.

The script answers by keywords of the message, slowly enough that a test can look at an answer in the making:
"slow" takes its time, "held" waits after its first sentence until the test lets it `go_on`, "endless" has many
sentences, "busy", "engine" and "refuse" fail, "person" calls somebody, "evil" brings markup in every text,
"picture" has pictures. Everything is kept in memory.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace

import uvicorn
from fastapi import FastAPI

from assistant.config import Settings
from assistant.errors import BusyError, EngineError, InputError
from assistant.types import (
    Card,
    CustomerRef,
    Delta,
    Done,
    Event,
    Json,
    Money,
    Policy,
    Product,
    Receipt,
    Record,
    Variant,
)

EVIL = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
EVIL_MARKDOWN = "[free](javascript:window.hacked=1) ![x](http://198.51.100.7/x.png) **bold** ${window.hacked=1} {{1}}"
NOW = datetime(2026, 11, 22, 14, 3, tzinfo=UTC)


@dataclass
class StoredMessage:
    message_id: str
    role: str
    text: str
    at: datetime
    status: str = "done"
    record: Json = field(default_factory=dict)


class Conversations:
    """The store's conversations, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, list[StoredMessage]] = {}
        self.votes: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        self._lock = threading.Lock()

    def messages(self, conversation_id: str, role: str | None = None) -> Sequence[StoredMessage]:
        with self._lock:
            return [m for m in self.kept.get(conversation_id, []) if role in (None, m.role)]

    def num_messages(self, conversation_id: str) -> int:
        return len(self.messages(conversation_id))

    def is_open_to(self, conversation_id: str, customer_id: str | None) -> bool:
        return self.owners.get(conversation_id) in (None, customer_id)

    def feedback(self, message_id: str, vote: int, note: str = "") -> None:
        self.votes[message_id] = vote

    def add(self, conversation_id: str, role: str, text: str, record: Json, status: str = "done") -> None:
        with self._lock:
            kept = self.kept.setdefault(conversation_id, [])
            kept.append(StoredMessage(f"{conversation_id}-{len(kept)}", role, text, NOW, status, record))


def _product(product_id: str, name: str, options: Sequence[dict[str, str]], price: int) -> Product:
    variants = tuple(
        Variant(f"{product_id}-{i}", product_id, option, Money(price, "EUR"), None, 4, True, True)
        for i, option in enumerate(options)
    )
    return Product(product_id, name, "Shoes", None, None, "", None, {}, {}, True, None, None, None, variants)


class Catalogue:
    """The shop's catalogue, in memory."""

    def __init__(self) -> None:
        self.facts = {"name": "Fjord & Field", "currency": "EUR", "locale": "en_IE", "timezone": "Europe/Dublin"}
        shoes = _product("trail", "Trail Runner 2", [{"size": "41"}, {"size": "42", "colour": "moss"}], 8900)
        evil = _product("evil", "Boot " + EVIL, [{"size": EVIL_MARKDOWN}], 100)
        self._products = {product.product_id: product for product in (shoes, evil)}

    def info(self) -> dict[str, str]:
        return dict(self.facts)

    def product(self, product_id: str) -> Product | None:
        return self._products.get(product_id)

    def variant(self, sku: str) -> Variant | None:
        return next((v for p in self._products.values() for v in p.variants if v.sku == sku), None)

    def policies(self) -> list[Policy]:
        return [Policy("returns", "Returns and refunds", "You have 30 days.")]

    def promotions(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(promotion_id="P7", name="Winter sale")]


CARDS = [
    Card("trail", "trail-1", "Trail Runner 2", "€89.00", "In stock", None, "https://shop.example/trail", "Moss · 42"),
    Card("peak", "peak-0", "Peak Approach Low", "€119.50", "Only 2 left", None, None, "Slate, sand · 36–44"),
    Card("dale", "dale-0", "Dale Walking Shoe", "€74.95", "Out of stock", None, None, "Brown · 40–47"),
]


class ScriptedAssistant:
    """Answers from a script, with the public face of `assistant.pipeline.Assistant`."""

    def __init__(self, pace_s: float = 0.12) -> None:
        self.conversations = Conversations()
        self.catalogue = Catalogue()
        self.pace_s = pace_s
        self.asked: list[str] = []
        self.num_failures = 0
        self.go_on = threading.Event()

    def greeting(self) -> str:
        return (
            "Hello, I'm the AI assistant of Fjord & Field. I answer from the shop's own data; "
            "ask for a person at any time."
        )

    def examples(self) -> list[str]:
        return [
            "Do you have trail shoes in size 42?",
            "Which waterproof jacket is the cheapest?",
            "How long can I return something?",
            "Where is my order?",
        ]

    def turn(
        self, conversation_id: str, text: str, *, customer: CustomerRef | None = None, introduced: bool = False
    ) -> Iterator[Event]:
        assert introduced, "the page has said that it is an AI"
        self.asked.append(text)
        self._fail_on(text)
        self.conversations.add(conversation_id, "customer", " ".join(text.split()), {})  # tidied, as the screen does
        sentences, record = self._script(text)
        said: list[str] = []
        status = "stopped"
        self.go_on.clear()
        try:
            for sentence in sentences:
                if "held" in text and said:
                    self.go_on.wait(30)
                time.sleep(self.pace_s * (12 if "slow" in text else 1))
                said.append(sentence)
                yield Delta(sentence)
            status = "done"
        finally:
            record.reply = "".join(said)
            kept = record.as_json() if status == "done" else {}
            self.conversations.add(conversation_id, "assistant", record.reply, kept, status)
        yield Done(record)

    def _fail_on(self, text: str) -> None:
        if "refuse" in text:
            raise InputError("Your message is too long for me. Please ask in fewer words.")
        if "busy" in text and self.num_failures == 0:
            self.num_failures += 1
            raise BusyError("the queue is full", 3.0)
        if "engine" in text and self.num_failures == 0:
            self.num_failures += 1
            raise EngineError("the engine died: secret detail")

    def _script(self, text: str) -> tuple[list[str], Record]:
        record = Record(model="scripted", own_words=1.0)
        if "evil" in text:
            record.cards = [
                Card("evil", "evil-0", "Boot " + EVIL, EVIL, EVIL_MARKDOWN, "http://198.51.100.7/spy.png",
                     "javascript:window.hacked=1", EVIL)
            ]  # fmt: skip
            record.receipts = [Receipt("sku", "evil-0", "price", EVIL, NOW)]
            return [f"You asked: {text} ", EVIL, " ", EVIL_MARKDOWN], record
        if "person" in text:
            record.handoff = True
            return ["I have asked a colleague to join. ", "They will write to you here."], record
        if "endless" in text:
            return [f"Sentence number {i} of a long answer that goes on for a while. " for i in range(1, 40)], record
        if "return" in text:
            record.receipts = [Receipt("policy", "returns", "return_days", 30, NOW)]
            return ["You can return anything within 30 days, unworn and in its box."], record
        record.cards = CARDS if "shoes" in text else CARDS[:1]
        if "picture" in text:
            record.cards = [Card(c.product_id, c.sku, c.name, c.price, c.availability, "trail.png", c.url, c.options)
                            for c in CARDS]  # fmt: skip
        record.receipts = [
            Receipt("sku", "trail-1", "price", "89.00", NOW),
            Receipt("sku", "trail-1", "available", True, NOW),
            Receipt("sku", "trail-1", "stock", 4, NOW),
        ]
        return ["Yes, the Trail Runner 2 is there in size 42. ", "It costs €89.00, and 4 pairs are in stock. ",
                "Would you like to see other colours?"], record  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(app: FastAPI, port: int) -> Iterator[str]:
    """Runs a server in a thread; gives its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline and thread.is_alive(), "the server didn't come up"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def staged(assistant: ScriptedAssistant, **chat: object) -> FastAPI:
    """The real UI on the scripted assistant."""
    from ui.app import mount

    return mount(FastAPI(docs_url=None, redoc_url=None, openapi_url=None), assistant, Settings().override(chat=chat))


if __name__ == "__main__":  # a look at it by hand
    with serve(staged(ScriptedAssistant()), int(os.environ.get("PORT", "7999"))) as address:
        print(address, flush=True)
        threading.Event().wait()
