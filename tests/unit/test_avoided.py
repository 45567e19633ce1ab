"""What people avoid is left out of what is listed; a shop's own "free from" and diets count. Sizes and dates, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.act.avoid import has, unwanted
from assistant.act.offer_words import _english
from assistant.config import Settings
from assistant.engine.scripted import ByteTokenizer
from assistant.pipeline import Assistant
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from assistant.types import Product
from tests.unit.orders_shop import Silent

FACTS = {
    "name": "Mill & Crust", "currency": "EUR", "locale": "de_DE", "timezone": "Europe/Berlin",
    "now": "2026-10-08T10:30",
}  # fmt: skip
PRODUCTS = """product_id,name,category,subcategory,description,allergens,free_from,diet
c1,Hazelnut Biscuit,Cakes,Biscuits,Short biscuits with hazelnuts.,gluten;nuts;milk,egg,vegetarian
c2,Anise Drops,Cakes,Biscuits,Crisp and light.,gluten;egg,nuts;milk,vegetarian
c3,Oat Thins,Cakes,Biscuits,Thin and salty.,gluten,nuts;milk;egg,vegan
d1,Sunflower Spread,Deli,Spreads,With herbs.,,gluten;nuts;milk;egg,vegan
d2,Walnut Spread,Deli,Spreads,A little sharp.,nuts,gluten;milk;egg,vegan
h1,Cyclist Cap,Clothes,Caps,For under a helmet.,,,
"""
VARIANTS = """sku,product_id,price,stock,jar,bag,head
C1-2,c1,5.20,25,,200 g,
C1-5,c1,11.80,8,,500 g,
C2,c2,4.40,16,,,
C3,c3,3.20,9,,,
D1-S,d1,3.90,22,160 g,,
D1-L,d1,6.90,0,320 g,,
D2,d2,4.60,13,160 g,,
H-S,h1,20,3,,,51-55 cm
H-M,h1,20,0,,,55-59 cm
H-L,h1,20,2,,,59-63 cm
"""


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("mill")
    for name, text in (("shop.json", json.dumps(FACTS)), ("products.csv", PRODUCTS), ("variants.csv", VARIANTS)):
        (folder / name).write_text(text, "utf-8")
    db = Database.open(folder / "mill.db", key="mill")
    import_shop(db, "shop", folder)
    yield Assistant(db, Silent(), ByteTokenizer(), Settings())
    db.close()


@pytest.fixture
def ask(mill: Assistant, request: pytest.FixtureRequest) -> Callable[..., str]:
    def say(*turns: str) -> str:
        return [mill.reply(request.node.name, turn, introduced=True).reply for turn in turns][-1]

    return say


@pytest.mark.parametrize(
    ("said", "avoided"),
    [
        ("something sweet without egg under 6 euro", ["egg"]),
        ("which cake has no alcohol and no nuts", ["alcohol", "nuts"]),
        ("any dairy-free spread?", ["dairy"]),
        ("free from gluten, milk or egg", ["gluten", "milk", "egg"]),
        ("the tent without the burner", []),
        ("is delivery free from 45 euros", []),
        ("no idea", []),
    ],
)
def test_what_a_message_avoids(said: str, avoided: list[str]) -> None:
    assert unwanted(said) == avoided


@pytest.mark.parametrize(
    ("fields", "avoided", "found"),
    [
        ({"free_from": "nuts;milk;egg"}, "nuts", False),
        ({"allergens": "gluten;nuts", "free_from": "milk"}, "nuts", True),
        ({"diet": "vegan"}, "milk", False),
        ({"diet": "vegetarian"}, "milk", False),
        ({"diet": "not vegan", "allergens": "milk"}, "milk", True),
        ({"diet": "vegetarian", "allergens": "milk"}, "dairy", True),
        ({"alcohol": "42% vol"}, "alcohol", True),
        ({"alcohol": "no"}, "alcohol", False),
        ({"meat": "pork"}, "meat", True),
        ({"allergens": "milk; may contain nuts"}, "hazelnuts", True),
        ({"allergens": "milk"}, "butter", True),
        ({"allergens": "gluten"}, "wheat", True),
        ({"free_from": "nuts"}, "hazelnuts", False),
        ({"vegan": "yes", "filling": "comfortable down to -5 °C"}, "feathers", False),
        ({"vegan": "yes"}, "vegetarian", False),
        ({"vegan": "yes", "allergens": "may contain milk"}, "milk", True),
        ({"vegan": "yes", "material": "oat milk"}, "milk", False),
        ({"suitable_for": "vegetables; meat; fish"}, "vegetarian", False),
        ({"suitable_for": "not for those with a nut allergy"}, "nuts", True),
        ({"country_of_origin": "Turkey"}, "vegetarian", False),
        ({"certified": "kosher"}, "kosher", False),
        ({"kosher": "no"}, "kosher", True),
    ],
)
def test_what_the_shop_itself_says_of_a_product(fields: dict[str, str], avoided: str, found: bool) -> None:
    product = Product("p", "Thing", "Kind", None, None, "", None, fields, {}, True, None, None, None, ())
    assert has(product, avoided) is found


@pytest.mark.parametrize(
    ("text", "avoided", "found"),
    [
        ("A chocolate without palm oil, with roasted hazelnuts", "nuts", True),
        ("No added sugar, just oats, almonds and honey", "nuts", True),
        ("No added sugar, almonds and honey", "nuts", True),
        ("No seams and pure wool", "wool", True),
        ("Not vegan: contains milk and egg", "milk", True),
        ("Not suitable for people with a nut allergy", "nuts", True),
        ("Contains no nuts but may contain traces of almonds", "nuts", True),
        ("Does not itch, though it is pure lambswool", "wool", True),
        ("Not only wool", "wool", True),
        ("Vegan: no\nMilk inside", "milk", True),
        ("A pecan brownie", "nuts", True),
        ("Made without leather, wool or animal glue", "wool", False),
        ("Made without milk and eggs", "egg", False),
        ("Contains no gluten, nuts, milk, or egg", "egg", False),
        ("It doesn't contain any traces of nuts", "nuts", False),
        ("Free from gluten, milk and nuts", "nuts", False),
        ("Neither leather nor wool", "wool", False),
        ("Not made with milk", "milk", False),
        ("A non-dairy, nut-free bar", "dairy", False),
        ("A non-dairy, nut-free bar", "nuts", False),
        ("No leather, no wool or silk", "silk", False),
        ("Synthetic filling instead of down", "down", False),
        ("Works down to -8 °C and folds down flat", "feathers", False),
        ("Filled with goose feathers and down", "down", True),
    ],
)
def test_a_denial_holds_for_what_it_names_and_no_further(text: str, avoided: str, found: bool) -> None:
    product = Product("p", "Thing", "Kind", None, None, text, None, {}, {}, True, None, None, None, ())
    assert has(product, avoided) is found
    fields = {"allergens": text}
    assert (
        has(Product("p", "Thing", "Kind", None, None, "", None, fields, {}, True, None, None, None, ()), avoided)
        is found
    )


def test_what_is_avoided_is_not_listed(ask: Callable[..., str]) -> None:
    reply = ask("what biscuits do you have without nuts?")
    assert "Anise Drops" in reply and "Oat Thins" in reply and "the Hazelnut Biscuit" not in reply
    assert "please check the label" in reply


def test_what_was_said_before_still_counts(ask: Callable[..., str]) -> None:
    reply = ask("I'm allergic to nuts", "what spreads do you have?")
    assert "Sunflower Spread" in reply and "Walnut" not in reply


def test_the_cheapest_without(ask: Callable[..., str]) -> None:
    assert "Oat Thins" in ask("which is the cheapest biscuit without egg?")


def test_free_of_something_is_no_offer(ask: Callable[..., str]) -> None:
    reply = ask("do you sell gluten free spreads")
    assert "offer" not in reply and "Sunflower Spread" in reply


def test_the_big_jar_is_the_bigger_of_two(ask: Callable[..., str]) -> None:
    reply = ask("is the big jar of sunflower spread in stock")
    assert reply.startswith("No") and "320 g" in reply


def test_a_measure_within_a_range_is_that_size(ask: Callable[..., str]) -> None:
    assert "55-59 cm) is out of stock" in ask("do you have the cyclist cap for a 58 cm head?")
    assert "51-55 cm) is in stock" in ask("and for 52cm?", "is the cyclist cap in stock for a head of 52 cm?")
    assert "doesn't come in 70 cm" in ask("do you have the cyclist cap in 70 cm?")


def test_who_was_asked_which_version_may_ask_something_else(ask: Callable[..., str]) -> None:
    reply = ask("hazelnut biscuits, 2 bags of them, how much with delivery?", "are they vegan")
    assert "depends on" not in reply and "vegetarian" in reply


def test_a_list_in_a_cell_reads_as_one(ask: Callable[..., str]) -> None:
    reply = ask("which allergens are in the hazelnut biscuit?")
    assert "gluten, nuts and milk" in reply and ";" not in reply


def test_days_are_written_in_english_whatever_the_prices_are() -> None:
    assert (_english("de_DE"), _english("en_US"), _english("fr-CH")) == ("en_DE", "en_US", "en_CH")


def test_the_version_for_so_many_is_recommended(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps(FACTS), "utf-8")
    products = "product_id,name,category,subcategory,description,keeps\n"
    products += "p1,Party Platter,Boxes,Platters,Cheese and bread.,1 day\n"
    (tmp_path / "products.csv").write_text(products, "utf-8")
    variants = "sku,product_id,price,stock,serves\nP10,p1,79,5,10 people\nP20,p1,149,5,20 people\n"
    (tmp_path / "variants.csv").write_text(variants, "utf-8")
    db = Database.open(tmp_path / "p.db", key="p")
    import_shop(db, "shop", tmp_path)
    one = Assistant(db, Silent(), ByteTokenizer(), Settings())
    assert "(20 people) at 149,00" in one.reply("a", "can you recommend a platter for 20 people", introduced=True).reply
    assert "keeps 1 day" in one.reply("a", "how long does it keep", introduced=True).reply
    db.close()
