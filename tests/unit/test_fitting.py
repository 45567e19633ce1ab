"""Parts for a thing are found by the shop's texts and by measures that both share, and no more is promised."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ByteTokenizer
from assistant.pipeline import Assistant
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from tests.unit.orders_shop import Silent

FACTS = {"name": "Wheelhouse", "currency": "USD", "locale": "en_US", "now": "2026-05-20T15:00"}
PRODUCTS = """product_id,name,category,subcategory,brand,description,fits,specs
b1,Sparrow City 7,Bikes,City bikes,Sparrow,Upright and calm.,,Wheel size=26"; Brakes=rim
b2,Ridgeback Trail,Bikes,Mountain bikes,Ridgeback,A hardtail.,,Wheel size=29"; Brakes=disc
t1,Butyl Tube,Parts,Tubes,Grippa,Inner tube.,,
r1,Rim Blocks,Parts,Brakes,Haltwell,For rim brakes only.,Sparrow City 7 front brake,
r2,Hydra Pads,Parts,Brakes,Haltwell,Quiet in the wet.,Hydra 4 calipers; Ridgeback Trail,
s1,Meridian Saddle,Parts,Saddles,Meridian,Firm.,,
"""
VARIANTS = """sku,product_id,price,stock,wheel,frame
B1,b1,729,2,,M
B2,b2,1349,2,,L
T26,t1,7.50,25,26",
T29,t1,8.00,0,29",
R1,r1,11,9,,
R2,r2,22,4,,
S1,s1,89,5,,
"""


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("wheelhouse")
    for name, text in (("shop.json", json.dumps(FACTS)), ("products.csv", PRODUCTS), ("variants.csv", VARIANTS)):
        (folder / name).write_text(text, "utf-8")
    db = Database.open(folder / "wheelhouse.db", key="wheelhouse")
    import_shop(db, "shop", folder)
    yield Assistant(db, Silent(), ByteTokenizer(), Settings())
    db.close()


@pytest.fixture
def ask(wheelhouse: Assistant) -> Callable[[str], str]:
    return lambda text: wheelhouse.reply(uuid.uuid4().hex, text, introduced=True).reply


def test_what_a_text_says_it_is_for(ask: Callable[[str], str]) -> None:
    reply = ask("brake pads for a Sparrow City 7?")
    assert "Rim Blocks" in reply and "“Sparrow City 7 front brake”" in reply and "Hydra" not in reply


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("which tube for the Sparrow City 7", 'Butyl Tube (26") for $7.50 (in stock): wheel 26"'),
        ("do you have tubes that fit the Ridgeback Trail", 'Butyl Tube (29") for $8.00 (out of stock): wheel 29"'),
    ],
)
def test_a_shared_measure_finds_the_version(ask: Callable[[str], str], said: str, told: str) -> None:
    assert told in ask(said)


def test_nothing_is_promised_where_the_texts_say_nothing(ask: Callable[[str], str]) -> None:
    reply = ask("a saddle for the Ridgeback Trail")
    assert "Meridian Saddle" in reply and "doesn't say whether it fits the Ridgeback Trail" in reply


def test_a_version_for_a_wheel_of_ones_own(ask: Callable[[str], str]) -> None:
    assert 'Butyl Tube (26") is in stock' in ask('will the butyl tube fit my 26" wheel')
    assert "in stock" not in ask('would the 26" butyl tube fit?').split("I can tell")[0]


def test_one_thing_on_another(ask: Callable[[str], str]) -> None:
    assert "Ridgeback Trail”" in ask("do the Hydra Pads fit the Ridgeback Trail")


def test_what_a_thing_comes_with_is_asked_of_the_thing(ask: Callable[[str], str]) -> None:
    assert "Butyl Tube" not in ask("does the Sparrow City 7 come with tubes?")
