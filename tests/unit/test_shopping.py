"""Offers, baskets and codes in conversation over the demo shop: amounts, receipts, promotions that come in live."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.runtime import DEMO_SHOP
from assistant.shop.changes import apply_change
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from assistant.types import CustomerRef, Record
from assistant.understand.basket import codes, member
from assistant.understand.vouchers import voucher
from tests.unit.shop_folder import fresh_database

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
Talk = Callable[..., Record]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, Database]]:
    db = fresh_database(tmp_path_factory.mktemp("shopping") / "shop.db")
    import_shop(db, "shop", DEMO_SHOP)
    engine = ScriptedEngine(lambda _: "", context=50_000)
    yield Assistant(db, engine, engine.tokenizer, Settings()), db
    engine.close()
    db.close()


@pytest.fixture
def talk(shop: tuple[Assistant, Database]) -> Talk:
    """Says the turns of one new conversation, and gives the last answer."""

    def say(*turns: str, customer: str | None = None, now: datetime = NOW) -> Record:
        conversation, who = uuid.uuid4().hex, CustomerRef(customer) if customer else None
        return [shop[0].reply(conversation, t, introduced=True, customer=who, now=now) for t in turns][-1]

    return say


def keys(record: Record) -> set[tuple[str, str, str]]:
    return {(r.kind, r.key, r.field) for r in record.receipts}


def test_a_price_comes_with_what_an_offer_makes_of_it(talk: Talk) -> None:
    record = talk("How much is the Hearthside Throw in mustard?")
    assert "costs £39.95" in record.reply and "“Cosy nights”" in record.reply and "£34.96" in record.reply
    assert {("sku", "HEA-MUS", "price"), ("promotion", "COSY12", "value")} <= keys(record)


def test_a_price_alone_where_no_offer_runs(talk: Talk) -> None:
    assert "comes to" not in talk("How much is the Hearthside Throw in mustard?", now=NOW.replace(year=2027)).reply


def test_an_offer_of_some_versions_names_them(talk: Talk) -> None:
    reply = talk("How much is the Squall Rain Jacket?").reply
    assert "£129.00" in reply and "the Squall Rain Jacket (Red) comes to £120.00" in reply


def test_member_prices_are_for_members(talk: Talk) -> None:
    assert "£54.90" in talk("how much is the alder chef's knife?", customer="C1001").reply
    guest = talk("how much is the alder chef's knife?", customer="C1002").reply
    assert "Members pay £54.90" in guest and "comes to" not in guest


def test_a_basket_with_quantities_and_an_offer(talk: Talk) -> None:
    record = talk("what do a crepe pan and two hearth hot chocolates cost together?")
    assert "£50.25 in total" in record.reply and "takes off £5.00, so you pay £45.25" in record.reply
    assert {("sku", "CRE", "price"), ("sku", "HOT", "price"), ("promotion", "PANCAKES", "value")} <= keys(record)
    assert record.acts[0].slots["items"] == [
        {"products": ["crepe-pan"], "quantity": 1},
        {"products": ["hearth-hot-chocolate"], "quantity": 2},
    ]


def test_a_basket_goes_on_over_turns(talk: Talk) -> None:
    turns = ("how much are two ember mugs and an oak chopping board 30 cm?", "add another mug", "and with code TENNER?")
    first, more, code = (talk(*turns[: n + 1]).reply for n in range(3))
    assert "2 × the Ember Mug" in first and "3 × the Ember Mug" in more and "TENNER" in code
    assert "Oak" not in talk(*turns[:2], "and without the oak board?").reply


def test_what_is_not_told_apart_is_asked_once(talk: Talk) -> None:
    asked = talk("what do 3 everyday socks cost?")
    assert asked.clarifying and "1 pair, 3 pairs or 5 pairs?" in asked.reply
    assert "£25.00" in talk("what do 3 everyday socks cost?", "the 3 pair pack").reply


def test_delivery_and_what_is_missing_for_it(talk: Talk) -> None:
    basket = "what do 2 hearth hot chocolates cost?"
    assert "£3.95" in talk(basket, "and with delivery?").reply and "£22.45" in talk(basket, "and with delivery?").reply
    assert "add £41.50 more" in talk(basket, "what do I need to add for free delivery?").reply
    assert "add £11.50 more" in talk(basket, "what do I need to add for free delivery?", customer="C1001").reply


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("does the code GREEN30 still work?", "its last day was 1 December 2025"),
        ("is the code PACKWEEK any good for me?", "for members only"),
        ("does code NONSENSE99 work?", "don't know a code “NONSENSE99”"),
        ("how much is an ember mug with TENNER?", "£62.50 is missing"),
        ("how much is the hearthside throw in cream with code WELCOME10?", "can't be added"),
    ],
)
def test_why_a_code_does_nothing(question: str, said: str, talk: Talk) -> None:
    assert said in talk(question).reply


def test_a_code_is_never_told_unasked(talk: Talk) -> None:
    for question in (
        "which offers are on?",
        "do you have any codes?",
        "is there an offer on the longhaul trekking pack?",
    ):
        assert not {"WELCOME10", "TENNER", "PACKWEEK"} & set(talk(question).reply.replace(".", " ").split())


def test_a_voucher_that_the_shop_does_not_know_is_no_promise(talk: Talk) -> None:
    reply = talk("I have a voucher worth 10 pounds off above 50. What would the ember kettle be?").reply
    assert "can't check that voucher" in reply and "If it works as you describe it, £49.00" in reply


def test_a_promotion_that_was_fed_counts_at_once(shop: tuple[Assistant, Database], talk: Talk) -> None:
    cells: dict[str, Any] = {
        "id": "FLASH", "name": "Flash", "type": "percent", "value": "20", "applies_to": "product:Glow Lantern",
        "ends": "2026-11-27",
    }  # fmt: skip
    with shop[1].write() as session:
        apply_change(session, {"promotion": cells})
    assert "£35.60" in talk("how much is the glow lantern?").reply
    assert "20% off the Glow Lantern" in talk("any offer on the glow lantern?").reply
    assert "£35.60" not in talk("how much is the glow lantern?", now=datetime(2026, 11, 28, 0, 30, tzinfo=UTC)).reply
    late = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    assert "£35.60" in talk("how much is the glow lantern?", now=late).reply


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("with code SAVE10?", ("SAVE10",)),
        ("use tenner please", ()),
        ("my code is tenner", ("tenner",)),
        ("TENNER and the mug", ("TENNER",)),
        ("what is the code for the door", ()),
        ("the Trail Runner GTX in 42", ()),
    ],
)
def test_codes_in_a_message(text: str, found: tuple[str, ...]) -> None:
    assert codes(text, {"tenner"}) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("as a member", True), ("if I join the club", True), ("I'm not a member", False), ("hello", None)],
)
def test_membership_in_a_message(text: str, found: bool | None) -> None:
    assert member(text) is found


def test_the_terms_of_a_described_voucher() -> None:
    found = voucher("I have a voucher: 32% off with a cap of 115, valid when it exceeds 291", 2)
    assert found is not None and (found.share * 100, found.cap, found.minimum) == (32, 11500, 29101)
    assert voucher("how much is the gift card?", 2) is None


def test_whether_offers_go_together_is_told_from_what_the_shop_set(talk: Talk) -> None:
    both = talk("can i use WELCOME10 and TENNER together").reply
    assert both.startswith("No, these can't be combined.") and "except with free delivery" in both
    every = talk("do your offers stack").reply
    assert "These can be combined" in every and "WELCOME10" not in every
    assert "£" in talk("how much is the ember mug", "and with code TENNER?").reply


def test_who_was_asked_for_the_version_and_asks_on_is_told_of_each(talk: Talk) -> None:
    first = talk("how much are 4 packs of everyday socks")
    again = talk("how much are 4 packs of everyday socks", "what would 6 come to")
    assert first.clarifying and not again.clarifying
    assert again.reply.count("6 × the Everyday Socks") == 3


def test_an_old_sum_is_no_answer_to_a_new_number(talk: Talk) -> None:
    assert "3 × the Ember Mug" in talk("how much are 2 ember mugs", "what would 3 of those come to").reply
