"""A rule holds for everybody: it is told to whoever asks about an order before it is known whose order that is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from orders_shop import order_shop
from orders_shop import talk as talk_of_orders

from assistant.pipeline import Assistant
from assistant.shop import order_rules
from assistant.shop.schema import PolicyRow
from assistant.store.database import Database
from assistant.types import Record

ASKED = "who you are"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("i bought boots on the 9th of november and they pinch. until when may they come back?", "31 January"),
        ("my duvet from you, i unpacked it and it's too warm. can it go back?", "unopened"),
        ("my jacket is too small, can i swap it?", "exchange size or colour once"),
        ("I ordered yesterday and put my old address in by mistake! can it still be changed?", "pending or processed"),
    ],
)
def test_the_rule_comes_before_the_question_who_it_is(talk: Callable[..., Record], text: str, rule: str) -> None:
    reply = talk(text).reply
    assert rule in reply
    assert reply.index(rule) < reply.index(ASKED)


@pytest.mark.parametrize("text", ["please cancel my order", "where is my parcel?", "i want to return my boots"])
def test_a_demand_is_not_lectured(talk: Callable[..., Record], text: str) -> None:
    reply = talk(text).reply
    assert ASKED in reply
    assert len(reply) < 220


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("I heard that members of the club have 60 days.", "60 days"),
        ("I've binned the delivery note already", "delivery note"),
    ],
)
def test_what_a_page_answers_is_no_answer_to_who_it_is(assistant: Assistant, text: str, rule: str) -> None:
    conversation = uuid.uuid4().hex
    assert ASKED in assistant.reply(conversation, "I want to return my boots", introduced=True).reply
    reply = assistant.reply(conversation, text, introduced=True).reply
    assert rule in reply
    assert ASKED not in reply
    later = assistant.reply(conversation, "my e-mail is nobody@example.org", introduced=True).reply
    assert "order number" in later  # what was asked for is still wanted


def test_an_order_that_is_yet_to_be_made_is_nobodys(talk: Callable[..., Record]) -> None:
    for text in ("My order comes to 58 quid, what is postage?", "my basket is 58 pounds, what do i pay for delivery?"):
        assert ASKED not in talk(text).reply


@pytest.fixture
def other_shop(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "s.db", order_rules.text("default"))
    page = "# Returns\n\nYou may return a mug within 21 days.\n\nEngraved mugs cannot be returned.\n"
    with db.write() as session:
        session.add(PolicyRow(policy_id="returns", title="Returns", text=page))
    yield db
    db.close()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("I bought an engraved mug from you, can I return it?", "Engraved mugs cannot be returned"),
        ("I ordered a mug last week and it's too big. How many days do I have to return it?", "21 days"),
    ],
)
def test_another_shop_tells_its_own_rule(other_shop: Database, text: str, rule: str) -> None:
    assert rule in talk_of_orders(other_shop, text)[0].reply


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Who would I write to if I want to see my data", "privacy@fellandhearth.example"),
        ("what eu size am i with a foot of 26 cm?", "EU 42"),
        ("how long do you keep the invoices with what i bought?", "6 years"),
    ],
)
def test_a_rule_on_data_or_sizes_is_no_question_for_what_is_known(
    talk: Callable[..., Record], text: str, rule: str
) -> None:
    assert rule in talk(text).reply


@pytest.mark.parametrize("text", ["what do you know about me?", "what's my size?", "do you have my size noted?"])
def test_what_is_known_of_somebody_is_still_told(talk: Callable[..., Record], text: str) -> None:
    assert "I know nothing about you" in talk(text).reply
