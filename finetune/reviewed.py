"""The product's own conversations with what colleagues made of its answers, as far as they may be learnt from.

Only reviewed answers are taken: found good as they are, or put right. A customer's conversation counts when their last
word about the purpose "training" was a yes and nothing of theirs is restricted; a visitor's, whom nobody knows by name,
when the run's settings say so. Whoever is erased later is found by the conversation's id. Knows no model and no shop.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.privacy.rights import is_restricted
from assistant.privacy.schema import ConsentRow
from assistant.privacy.subject import customers_of
from assistant.store.conversations import ASSISTANT, CUSTOMER, Conversations
from assistant.store.database import Database
from assistant.store.reviews import Reviews
from assistant.store.schema import ConversationRow
from finetune.import_turns import Exchange, Refusal

PURPOSE = "training"
"""The purpose of a consent: `backroom privacy consent WHO --purpose training --give`."""


def reviewed(db: Database, *, visitors: bool) -> Iterator[Exchange | Refusal]:
    """The exchanges of every conversation that has a reviewed answer, in the order in which they were said.

    An answer that nobody reviewed comes without a reply: it only carries the conversation on.
    """
    by_conversation: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for review in Reviews(db).all():
        by_conversation[review.conversation_id][review.message_id] = review.text or review.said
    for conversation, replies in by_conversation.items():
        with db.read() as session:
            why = _kept_from(session, conversation, visitors)
        if why:
            yield from (Refusal(f"conversation {conversation}", why) for _ in replies)
        else:
            yield from _exchanges(db, conversation, replies)


def _kept_from(session: Session, conversation: str, visitors: bool) -> str | None:
    """Why a conversation may not be learnt from, or None."""
    row = session.get(ConversationRow, conversation)
    if row is None:
        return "the conversation is gone"
    customers = customers_of(row)
    if not customers:
        return None if visitors else "a visitor's conversation, which the settings leave out (visitors = false)"
    if any(is_restricted(session, customer) for customer in customers):
        return "the customer's data may only be stored"
    agreed = all(_agreed(session, customer) for customer in customers)
    return None if agreed else "the customer hasn't agreed to training"


def _agreed(session: Session, customer: str) -> bool:
    """Whether a customer's last word about training was a yes."""
    last = session.scalars(
        select(ConsentRow)
        .where(ConsentRow.customer_id == customer, ConsentRow.purpose == PURPOSE)
        .order_by(ConsentRow.at.desc())
        .limit(1)
    ).first()
    return last is not None and last.given


def _exchanges(db: Database, conversation: str, replies: dict[str, str]) -> Iterator[Exchange]:
    question = ""
    for message in Conversations(db).messages(conversation):
        if message.role == CUSTOMER:
            if question:
                yield Exchange(conversation, question, "")
            question = message.text
        elif message.role == ASSISTANT and question:
            yield Exchange(conversation, question, replies.get(message.message_id, ""))
            question = ""
