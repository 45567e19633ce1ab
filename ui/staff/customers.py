"""Asking the assistant for a customer, as plain functions: find them, choose them, ask, in a conversation of its own.

The conversation is the colleague's and that customer's alone: who leads it is on it, another customer begins another,
and nobody goes on with it but who began it. It is the assistant's usual turn with the usual rules; the audit log has
the choice and every write under the colleague's name. What a colleague tells of a customer is kept of nobody: it holds
in this conversation only, consent is not theirs to give, and no mood is read from their words (see `act.context`).

As in `desk`, each function checks the role anew. Knows no Gradio and no HTTP.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.access.sessions import SignedIn
from assistant.errors import InputError
from assistant.shop.lookup import FoundCustomer, search_customers, the_customer
from assistant.store.audit import audit
from assistant.store.conversations import Conversations, StoredMessage, begin_led
from assistant.store.database import Database
from assistant.store.schema import ConversationRow
from assistant.types import CustomerRef
from ui.staff.desk import NotAllowed, need
from ui.turns import Turn, Turns

PREFIX = "staff-"
"""What these conversations' ids begin with: no page of the customers' chat and no caller of the API can name one."""
NUM_FOUND = 10


@dataclass(frozen=True)
class Led:
    """A conversation in which a colleague asks for a customer."""

    conversation_id: str
    customer: FoundCustomer


class CustomerDesk:
    """The tab's actions over one shop's database. Thread-safe. `turns` makes the answers, as in the customers' chat."""

    def __init__(self, db: Database, turns: Turns, max_chars: int) -> None:
        self._db = db
        self._turns = turns
        self._max_chars = max_chars
        self._conversations = Conversations(db)

    def find(self, me: SignedIn, words: str) -> list[FoundCustomer]:
        """Whom `words` may mean, `NUM_FOUND` + 1 at most. That somebody looked is noted, not what for."""
        need(me, "customers")
        found = search_customers(self._db, words, NUM_FOUND)
        with self._db.write() as session:
            audit(session, f"staff:{me.name}", "customer.find", "shop:customers", "service", {"num": len(found)})
        return found

    def choose(self, me: SignedIn, customer_id: str, before: str = "") -> Led:
        """Begin a conversation for this customer; noted. An answer still being made in `before`, the one that the
        colleague leaves, is stopped. Raises InputError for somebody whose data may only be stored."""
        need(me, "customers")
        customer = self._usable(customer_id)
        self.leave(me, before)
        conversation_id = PREFIX + secrets.token_urlsafe(32)
        with self._db.write() as session:
            begin_led(session, conversation_id, customer_id, me.name, datetime.now(UTC))
            about = {"conversation": conversation_id}
            audit(session, f"staff:{me.name}", "customer.choose", f"customer:{customer_id}", "service", about)
        return Led(conversation_id, customer)

    def ask(self, me: SignedIn, conversation_id: str, text: str) -> Turn:
        """Say something in one's own conversation; the answer is made meanwhile. Raises BusyError, InputError."""
        led = self.led(me, conversation_id)
        if not text.strip():
            raise InputError("Write what you want to ask.")
        customer = CustomerRef(led.customer.customer_id, led_by=me.name)
        num_before = self._conversations.num_messages(conversation_id)
        text = text[: self._max_chars * 4]  # the screen says that it is too long, of no more than it has to read
        return self._turns.begin(conversation_id, text, secrets.token_hex(8), num_before, customer)

    def led(self, me: SignedIn, conversation_id: str) -> Led:
        """One's own conversation as it may be used now. Raises NotAllowed for anybody else's and for one that is no
        longer there, InputError when the customer's data may only be stored by now."""
        need(me, "customers")
        with self._db.read() as session:
            row = session.get(ConversationRow, conversation_id)
            if row is None or row.led_by != me.name or row.customer_id is None:
                raise NotAllowed("This conversation isn't there any more. Please choose the customer again.")
            customer_id = row.customer_id
        return Led(conversation_id, self._usable(customer_id))

    def messages(self, me: SignedIn, conversation_id: str) -> list[StoredMessage]:
        """One's own conversation from its beginning."""
        self.led(me, conversation_id)
        return self._conversations.messages(conversation_id)

    def is_answering(self, conversation_id: str) -> bool:
        """Whether an answer is being made."""
        turn = self._turns.get(conversation_id)
        return turn is not None and turn.running

    def leave(self, me: SignedIn, conversation_id: str) -> None:
        """Stop what is still being answered in one's own conversation. Any other is left alone."""
        with self._db.read() as session:
            row = session.get(ConversationRow, conversation_id)
            mine = row is not None and row.led_by == me.name
        if mine:
            self._turns.stop(conversation_id)

    def _usable(self, customer_id: str) -> FoundCustomer:
        customer = the_customer(self._db, customer_id)
        if customer is None:
            raise InputError("This customer is no longer there.")
        if customer.restricted:
            raise InputError("This customer's data may only be stored (a restriction): nothing can be asked for them.")
        return customer
