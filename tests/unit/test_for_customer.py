"""A colleague's words of a customer as that customer's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.types import CustomerRef
from assistant.understand.for_customer import in_their_words
from tests.unit.orders_shop import assistant, order_shop


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("where is her order?", "where is my order?"),
        ("what did she order last?", "what did I order last?"),
        ("Cancel her order #W1, she ordered by mistake", "Cancel my order #W1, I ordered by mistake"),
        ("She says the lamp arrived broken and she'd like a refund", "the lamp arrived broken and I'd like a refund"),
        ("the customer wants to return the mugs", "I want to return the mugs"),
        ("Is the customer a member?", "am I a member?"),
        ("does he still have 30 days to send it back?", "do I still have 30 days to send it back?"),
        ("send her a new one", "send me a new one"),
        ("refund the customer", "refund me"),
        ("he's lost his receipt, can he still return them?", "I've lost my receipt, can I still return them?"),
        ("Can you check whether she's a member?", "Can you check whether I'm a member?"),
        ("The customer's order is late", "my order is late"),
        ("customer hasn't received it", "I haven't received it"),
        ("when was hers delivered?", "when was mine delivered?"),
        ("where is their latest order?", "where is my latest order?"),
        ("did they order the boots? they've paid twice", "did I order the boots? I've paid twice"),
        ("where is Mia's order?", "where is my order?"),
        ("Mia Byrne wants a refund", "I want a refund"),
        ("has Mia paid?", "have I paid?"),
        ("Mrs Byrne's address has changed", "my address has changed"),
    ],
)
def test_the_third_person_becomes_the_first(said: str, meant: str) -> None:
    assert in_their_words(said, "Mia", "Byrne") == meant


@pytest.mark.parametrize(
    "said",
    [
        "Where is my order?",
        "are they waterproof and what is their weight?",
        "boots for her",
        "can they be returned, and do they need batteries?",
        "how much is the Mia lamp?",
        "the Byrne kettle in red",
        "gloves for a friend, he takes a 9 and his hands are cold",
        "what do customer reviews say of the kettle?",
        "Customer service hours?",
    ],
)
def test_what_is_of_somebody_or_something_else_stays(said: str) -> None:
    assert in_their_words(said, "Mia", "Byrne") == said


def test_a_colleague_is_understood_and_the_kept_words_are_theirs(tmp_path: Path) -> None:
    db = order_shop(tmp_path / "shop.db")
    one, mia = assistant(db), CustomerRef("mia", led_by="bert")
    for conversation, said in enumerate(("Where is her order?", "Where is Mia's order?", "Where's her parcel")):
        assert "#W1000001" in one.reply(f"staff-{conversation}", said, customer=mia).reply, said
        assert one.conversations.messages(f"staff-{conversation}")[0].text == said
    db.close()
