"""What the chat needs from the assistant, named in one place: a turn, its words, kept messages, a few shop facts.

Everything else of the assistant is out of the UI's sight. Knows no Gradio.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Protocol

from assistant.config import ChatSettings
from assistant.types import CustomerRef, Event, Json, Policy, Product, Variant
from ui.cards import card_view
from ui.receipts import Name, Words
from ui.turns import Turn

CONVERSATION_ID = re.compile(r"web-[A-Za-z0-9_-]{43}")
"""256 random bits after a prefix of its own: a page can neither guess a conversation nor name one of the API."""


MAX_EXAMPLES = 6
LEANING = re.compile(r"(and|or|but|what about|how about)\b", re.IGNORECASE)
"""How a question begins that leans on the one before it: no way to open a conversation."""


class Message(Protocol):
    """A kept message, as the store gives it."""

    @property
    def message_id(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def at(self) -> datetime: ...

    @property
    def status(self) -> str: ...

    @property
    def record(self) -> Json: ...


class Messages(Protocol):
    """The store's conversations."""

    def messages(self, conversation_id: str, role: str | None = None) -> Sequence[Message]: ...

    def num_messages(self, conversation_id: str) -> int: ...

    def is_open_to(self, conversation_id: str, customer_id: str | None) -> bool: ...

    def feedback(self, message_id: str, vote: int, note: str = "") -> None: ...


class Shop(Protocol):
    """The shop's catalogue, read as it is now."""

    def info(self) -> dict[str, str]: ...

    def product(self, product_id: str) -> Product | None: ...

    def variant(self, sku: str) -> Variant | None: ...

    def policies(self) -> list[Policy]: ...

    def promotions(self) -> Sequence[Any]: ...


class ChatAssistant(Protocol):
    """The assistant's public face."""

    @property
    def conversations(self) -> Messages: ...

    @property
    def catalogue(self) -> Shop: ...

    def turn(
        self, conversation_id: str, text: str, *, customer: CustomerRef | None = None, introduced: bool = False
    ) -> Iterator[Event]: ...

    def greeting(self) -> str: ...

    def examples(self) -> list[str]: ...


def new_conversation_id() -> str:
    return "web-" + secrets.token_urlsafe(32)


def valid_conversation_id(value: object) -> bool:
    return isinstance(value, str) and CONVERSATION_ID.fullmatch(value) is not None


class Backend:
    """The assistant as the page sees it: JSON views, already in words."""

    def __init__(self, assistant: ChatAssistant, settings: ChatSettings) -> None:
        self.assistant = assistant
        self.pictures = settings.images
        self._settings = settings

    def shop_name(self) -> str:
        return self._settings.title or self.assistant.catalogue.info().get("name", "").strip() or "Our shop"

    def greeting(self) -> str:
        return self.assistant.greeting()

    def examples(self) -> list[str]:
        """Questions to start from: the operator's, or else those of the catalogue that can stand first."""
        suggested = [text for text in self.assistant.examples() if not LEANING.match(text)]
        return (self._settings.examples or suggested)[:MAX_EXAMPLES]

    def is_open_to(self, conversation_id: str, customer: CustomerRef | None) -> bool:
        """Whether the browser on which this customer (None: nobody) is signed in may have the conversation."""
        customer_id = customer.customer_id if customer else None
        return self.assistant.conversations.is_open_to(conversation_id, customer_id)

    def num_messages(self, conversation_id: str) -> int:
        return self.assistant.conversations.num_messages(conversation_id)

    def num_asked(self, conversation_id: str) -> int:
        """How many messages of the customer's are kept."""
        return len(self.assistant.conversations.messages(conversation_id, "customer"))

    def arrived(self, turn: Turn) -> bool:
        """Whether the message of this turn is kept, or will be in a moment."""
        since = self.assistant.conversations.messages(turn.conversation_id)[turn.num_before :]
        return turn.running or any(message.role != "staff" for message in since)

    def words(self) -> Words:
        """Receipts in words, in the shop's currency, locale and zone as they are now."""
        info = self.assistant.catalogue.info()
        return Words(
            self._name_of, info.get("currency", "USD"), info.get("locale", "en_US"), info.get("timezone", "UTC")
        )

    def messages(self, conversation_id: str) -> list[Json]:
        """The conversation so far, for the page."""
        words = self.words()
        return [self._view(message, words) for message in self.assistant.conversations.messages(conversation_id)]

    def staff_messages(self, conversation_id: str) -> list[Json]:
        """What colleagues have written in this conversation, for the page."""
        kept = self.assistant.conversations.messages(conversation_id, "staff")
        if not kept:  # every open page asks every few seconds
            return []
        words = self.words()
        return [self._view(message, words) for message in kept]

    def answer(self, conversation_id: str, turn: Turn) -> Json | None:
        """The answer of a turn that has ended, as it was kept; from its record (without an id, so nobody can vote on
        it) where the store holds none; None when it was stopped before there was one."""
        kept = self.assistant.conversations.messages(conversation_id)
        since = takewhile(lambda message: message.role != "customer", reversed(kept[turn.num_before :]))
        for message in since:
            if message.role == "assistant":  # not what a colleague wrote meanwhile: the page asks for that as news
                return self._view(message, self.words())
        return None if turn.record is None else self._parts(turn.record.as_json(), self.words())

    def vote(self, conversation_id: str, message_id: str, vote: object) -> bool:
        """Keeps a thumb (+1 or -1) on an answer of this conversation; False for a message that isn't one."""
        kept = self.assistant.conversations.messages(conversation_id)
        if not isinstance(vote, int) or vote not in (1, -1):
            return False
        if not any(message.message_id == message_id and message.role != "customer" for message in kept):
            return False
        self.assistant.conversations.feedback(message_id, vote)
        return True

    def _view(self, message: Message, words: Words) -> Json:
        parts = self._parts(message.record, words)
        return {**parts, "id": message.message_id, "role": message.role, "text": message.text, "status": message.status}

    def _parts(self, record: Json, words: Words) -> Json:
        """A RECORD's answer as the page shows it."""
        return {
            "id": None,
            "role": "assistant",
            "text": record.get("reply", ""),
            "status": "done",
            "handoff": bool(record.get("handoff")),
            "cards": [card_view(card, self.pictures) for card in record.get("cards") or []],
            "receipts": words.views(record.get("receipts") or []),
        }

    def _name_of(self, kind: str, key: str) -> Name | None:
        """How a customer knows what a receipt speaks of; None for what the shop no longer has."""
        catalogue = self.assistant.catalogue
        if kind in ("sku", "product"):
            variant = catalogue.variant(key) if kind == "sku" else None
            product = catalogue.product(variant.product_id if variant else key)
            detail = ", ".join(variant.options.values()) if variant else ""
            return Name(f"product:{product.product_id}", product.name, detail) if product else None
        if kind == "policy":
            titles = (policy.title for policy in catalogue.policies() if policy.policy_id == key)
            return next((Name(f"policy:{key}", title) for title in titles), None)
        if kind == "promotion":
            names = (promotion.name for promotion in catalogue.promotions() if promotion.promotion_id == key)
            return next((Name(f"promotion:{key}", name) for name in names if name), None)
        return Name("shop", self.shop_name()) if kind == "shop" else None
