"""What was worn or used: when it is told, when it is denied, and what the shop does then."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from assistant.understand.orders.used import tells_of_use
from tests.unit.orders_shop import talk
from tests.unit.shop_folder import fresh_database

NAMES = ("Fellwalker Mid Boots",)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with fresh_database(tmp_path_factory.mktemp("used") / "shop.db") as db:
        import_shop(db, "shop", DEMO_SHOP)
        yield db


def said(db: Database, *turns: str) -> str:
    return talk(db, *turns, customer="C1022", conversation=uuid.uuid4().hex)[-1].reply


@pytest.mark.parametrize(
    "text",
    [
        "i've worn them outside", "i opened it and used it twice", "the boots were used on a hike",
        "they've been worn, ok?",
        "i used the boots last week", "can i return the boots i've worn outside?", "i took them on a hike",
    ],
)  # fmt: skip
def test_use_is_told(text: str) -> None:
    assert tells_of_use(text, NAMES) is True


@pytest.mark.parametrize(
    "text",
    [
        "i used paypal to pay", "i have used my discount code on them", "the box was opened when they came",
        "can i return the boots if i have worn them once?", "i opened the box and they are too small",
        "refund it to the card i used for this order", "the parcel had been opened", "can worn shoes be returned?",
        "i need to wear them on saturday", "do you take boots back once they've been worn?",
        "i wore it once and it ripped", "the soles are worn out",
    ],
)  # fmt: skip
def test_nothing_is_told_of_use(text: str) -> None:
    assert tells_of_use(text, NAMES) is None


@pytest.mark.parametrize(
    "text",
    [
        "they've never been worn", "i only wore them inside", "i wore them indoors to try them on",
        "i just tried them on",
        "no sorry i haven't worn them", "no, i didn't wear them", "i wore them round the house to see if they fit",
    ],
)  # fmt: skip
def test_use_is_denied(text: str) -> None:
    assert tells_of_use(text, NAMES) is False


def test_worn_shoes_dont_go_back_and_other_socks_arent_meant(demo: Database) -> None:
    reply = said(demo, "I want to return the boots, I've worn them on one hike outside")
    assert "Fellwalker Mid can't be returned once it has been worn" in reply and "Sock" not in reply
    assert "I will return the Fellwalker Mid" in said(demo, "I'd like to send the boots back")
    assert "can't be returned once" in said(demo, "I want to return the boots. I used the boots on a hike last week")


@pytest.mark.parametrize(
    "turns",
    [
        ("I want to return the boots", "I used PayPal to pay"),
        ("I want to return the boots, I have used my discount code on them",),
        ("I want to return the boots, the box was opened when they came",),
        ("I want to return the boots. I only wore them inside",),
        ("return the boots please, I opened the box and they are too small",),
        ("I want to return the boots, I've worn them outside", "no sorry I haven't worn them"),
        ("I want to return the boots, I have worn them", "oh I only tried them on at home"),
    ],
)
def test_what_the_page_allows_goes_back(demo: Database, turns: tuple[str, ...]) -> None:
    assert "I will return the Fellwalker Mid" in said(demo, *turns)


def test_what_would_be_is_not_told(demo: Database) -> None:
    assert "can't be returned" not in said(demo, "can I return the boots if I have worn them once?")


def test_an_exchange_minds_it_too(demo: Database) -> None:
    reply = said(demo, "I want to exchange the boots for a bigger size, I've worn them outside")
    assert "Fellwalker Mid can't be exchanged once it has been worn" in reply
    assert "can't be exchanged once" not in said(demo, "exchange the boots for a size up, I only wore them indoors")
