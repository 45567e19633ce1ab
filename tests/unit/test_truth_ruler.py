"""Faults of the ruler that writers of cases found, each held by a true reply that passes and a false one that fails."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from truth.check import Turn, Verdict, judge_turn
from truth.mentions import clauses, find_products, plain
from truth.world import SOURCES, Product, Variant, World, load

GUIDE = (
    "# Size guide\nWe use EU sizes. EU 42 is UK 8, 43 is UK 9 and 44 is UK 9.5.\nChest: S 88 to 94 cm, M 95 to 101 cm."
)
STOCK = "# Collecting\nWhat is in stock is ready 2 hours after your order. If your size is out of stock, we refund you."
ACER = "Acer - Swift 5 Laptop - 16GB Memory - Jade Iron"
HP_SMALL = "HP - Pavilion 14 Laptop - 8GB Memory - Natural Silver"
HP_LARGE = "HP - Pavilion 15 Laptop - 8GB Memory - Natural Silver"


def one(pid: str, name: str, price: int, stock: int | None, text: str = "", **facts: str) -> Product:
    return Product(pid, name, "things", text, facts, [Variant(f"S-{pid}", price, stock, None)])


def shop() -> World:
    """A shop whose names and texts tempt to misread them."""
    products = [
        one("fern", "Hall Fern", 1400, 4, "A fern of great patience that grows in low light and needs little water."),
        one("decaf", "Low Light Decaf", 1150, 0, "A coffee without caffeine."),
        one("pot", "Moka Pot", 2900, 3, "A pot of stainless steel with a wide base."),
        one("flask", "Stainless Steel Flask", 1900, 0, "Keeps drinks hot."),
        one("pack", "Fell Pack", 8900, 5, "A featherweight rucksack of 24 litres.", weight="620 g"),
        one("band", "Quest Lumaflex™ Band", 1900, 7, "A band for training."),
        one("box", "Picnic Box", 7900, None, "A box for two."),
        one("acer", ACER, 400000, 2),
        one("hp14", HP_SMALL, 60000, 3),
        one("hp15", HP_LARGE, 65000, 0),
    ]
    return World("tempting", products, {"size-guide": GUIDE, "collecting": STOCK})


def verdict(say: str, kind: str, products: list[str], reply: str, **more: Any) -> Verdict:
    record = more.pop("record", {})
    expect = {"kind": kind, "products": products, **more}
    return judge_turn(Turn(shop(), say, [say], [expect], {"reply": reply, **record}))


def free(reply: str, product: str, say: str = "tell me more", **record: Any) -> list[str]:
    """What is untrue of a reply while the customer means `product`."""
    return verdict(say, "pass", [product], reply, record=record).wrong


def test_not_having_information_is_no_denial_of_the_goods() -> None:
    unknown = "Sorry, I don't have that information about the Fell Pack's makers."
    assert verdict("a light rucksack", "search", ["Moka Pot"], unknown).outcome == "DONT_KNOW"
    assert verdict("a light rucksack", "search", ["Fell Pack"], "We don't have a rucksack.").outcome == "WRONG"


def test_plain_words_name_no_product() -> None:
    world = shop()
    focus = world.named("Hall Fern")

    def named(text: str) -> list[str]:
        return [p.name for m in find_products(text, world, focus) for p in m.products]

    assert named('It says: "a fern of great patience that grows in low light".') == []
    assert named("It is made of stainless steel and stands in low light.") == []
    assert named("The Stainless Steel one and the low light decaf") == ["Stainless Steel Flask", "Low Light Decaf"]
    assert named("I'd take the steel flask, not the moka pot.") == ["Stainless Steel Flask", "Moka Pot"]
    assert named("The “Hall Fern”".replace("“", '"').replace("”", '"')) == ["Hall Fern"]
    assert named('The 14" one, says the page: "a fern of great patience that grows in low light".') == []
    assert not free("The Moka Pot is made of stainless steel and is in stock.", "Moka Pot")
    assert free("The Stainless Steel Flask is in stock.", "Moka Pot")


def test_litres_are_no_weight() -> None:
    assert not free("The Fell Pack is a featherweight rucksack of 24 litres.", "Fell Pack")
    assert not free("The Fell Pack: weight of a rucksack of 24 litres.", "Fell Pack")
    assert free("The Fell Pack is a featherweight rucksack of 34 litres.", "Fell Pack")
    assert free("The Fell Pack has a weight of 640 g.", "Fell Pack")


@pytest.mark.parametrize(
    "reply",
    [
        "What is in stock is ready 2 hours after your order.",
        "If your size is out of stock, we refund you.",
        "Whatever is in stock can be collected today.",
        "When a colour is sold out, we order it for you, and you have it in a week.",
        "I'm still here for your other questions.",
        "You can get in touch with us at any time.",
    ],
)
@pytest.mark.parametrize("product", ["Low Light Decaf", "Moka Pot"])
def test_rules_about_stock_are_said_of_no_product(reply: str, product: str) -> None:
    stock_words = [line for line in free(reply, product) if "had" in line or "count" in line]
    assert not stock_words


def test_what_is_said_of_the_product_in_focus_is_still_judged() -> None:
    assert free("It is out of stock.", "Moka Pot")
    assert free("You can get it today.", "Low Light Decaf")
    assert free("It's still here.", "Low Light Decaf")
    assert free("The ones in stock are ready, and it is available too.", "Low Light Decaf")
    assert free("Both items are in stock.", "Low Light Decaf")
    assert free("We don't have anything in stock.", "Moka Pot")


def test_not_having_such_a_thing_is_not_said_of_what_was_talked_about() -> None:
    reply = "I'm sorry, we don't have exactly that. What comes closest: we have the Picnic Box."
    assert not verdict("you have treadmill?", "absent", [], reply, topic="treadmill").wrong
    assert not verdict("is there a bag to carry em", "says", ["Quest Lumaflex™ Band"], reply, says="bag").wrong
    assert verdict("a mocha pot?", "search", ["Moka Pot"], reply).outcome == "WRONG"
    assert verdict("is the pot there", "avail", ["Moka Pot"], "I'm sorry, we don't have that.").outcome == "WRONG"


def test_what_an_offer_takes_off_is_no_price() -> None:
    world = shop()
    world.promotions = [
        {"name": "Pot week", "type": "member_price", "value": "25.00", "applies_to": "product:Moka Pot"}
    ]
    ask = {"kind": "pass", "products": ["Moka Pot"]}

    def wrong(reply: str) -> list[str]:
        return judge_turn(Turn(world, "for a member?", ["for a member?"], [ask], {"reply": reply})).wrong

    assert not wrong('For the Moka Pot "Pot week" takes off $4.00, so you pay $25.00.')
    assert wrong('For the Moka Pot "Pot week" takes off $5.00.')


def test_thicknesses_are_counted_like_sizes() -> None:
    versions = [Variant(f"S-mat{n}", 2000, 3, None, {"thickness": f"{n}mm"}) for n in (4, 5, 6)]
    world = World("mats", [Product("mat", "Yoga Mat", "things", "", {}, versions)], {})
    ask = {"kind": "count", "products": ["Yoga Mat"], "option": "thickness"}

    def wrong(reply: str) -> list[str]:
        return judge_turn(Turn(world, "how many thicknesses", ["how many thicknesses"], [ask], {"reply": reply})).wrong

    assert not wrong("The Yoga Mat comes in 3 thicknesses: 4mm, 5mm and 6mm.")
    assert wrong("The Yoga Mat comes in 2 thicknesses: 4mm and 5mm.")


def test_half_is_a_figure_that_the_customer_gave() -> None:
    reply = "I'm sorry, our catalogue doesn't say whether the Moka Pot can be had in 0.5 litre."
    assert not free(reply, "Moka Pot", "half litre one price")
    assert free(reply, "Moka Pot", "the small one, price")


def test_where_nobody_counts_it_is_sold_but_not_said_to_be_there() -> None:
    assert not free("We have the Moka Pot (in stock) and the Picnic Box.", "Moka Pot")
    assert not free("Yes, we sell the Picnic Box for $79.00.", "Picnic Box")
    assert free("The Picnic Box is in stock.", "Picnic Box")
    assert free("The Picnic Box is sold out.", "Picnic Box")
    assert free("We have the Moka Pot (in stock) and the Low Light Decaf.", "Moka Pot")
    unknown = "I don't know whether the Picnic Box is in stock."
    assert verdict("is the picnic box there", "avail", ["Picnic Box"], unknown).ok
    assert verdict("is the picnic box there", "avail", ["Picnic Box"], "No, it isn't.").outcome == "WRONG"
    card = {"product_id": "box", "sku": None, "name": "Picnic Box", "price": "$79.00"}
    assert not free("Here.", "Picnic Box", cards=[{**card, "availability": "Ask us about stock"}])
    assert free("Here.", "Picnic Box", cards=[{**card, "availability": "In stock"}])
    assert free("Here.", "Picnic Box", cards=[{**card, "availability": "Out of stock"}])


def test_a_dash_inside_a_name_ends_no_clause() -> None:
    assert clauses(f"We have the {ACER} - it is there", shop()) == [f"We have the {ACER}", "it is there"]
    assert not free(f"We have the {HP_SMALL} (in stock) and the {HP_LARGE} (out of stock).", HP_SMALL)
    assert free(f"We have the {HP_SMALL} (out of stock) and the {HP_LARGE} (out of stock).", HP_SMALL)
    assert free(f"We have the {HP_SMALL} (in stock) and the {HP_LARGE} (in stock).", HP_SMALL)


def test_a_name_is_known_with_and_without_its_trademark() -> None:
    world = shop()
    assert plain("Lumaflex™") == "Lumaflex™"
    for text in ("The Quest Lumaflex™ Band", "a Quest Lumaflex Band", "Quest Lumaflex(TM) Band", "The Lumaflex Band"):
        assert [p.pid for m in find_products(text, world) for p in m.products] == ["band"]
    assert not free("The Quest Lumaflex™ Band costs $19.00.", "Quest Lumaflex™ Band")
    assert free("The Quest Lumaflex Band costs $29.00.", "Moka Pot")


def test_thousands_in_the_customers_words_and_in_ours() -> None:
    say = "a laptop under 4 grand"
    assert not free(f"Under $4,000 we have the {HP_SMALL} for $600.00.", HP_SMALL, say)
    assert not free(f"The {ACER} costs $4k.", ACER, say)
    assert free(f"The {ACER} costs $5k.", ACER, say)
    assert free(f"Under $3,000 we have the {HP_SMALL} for $600.00.", HP_SMALL, say)


def test_sizes_are_converted_as_the_size_guide_does() -> None:
    for true in ("43 is UK 9.", "EU 44 is UK 9.5.", "UK 9 is EU 43.", "An M is 95 to 101 cm."):
        assert not free(true, "Hall Fern"), true
    for false in (
        "43 is UK 10.",
        "EU 44 is a UK 9.",
        "UK 9 is EU 44.",
        "An M is 95 to 111 cm.",
        "An S is 95 to 101 cm.",
    ):
        assert free(false, "Hall Fern"), false


def test_magentos_world_holds_what_its_files_sell() -> None:
    if not SOURCES["magento"].is_dir():
        pytest.skip(f"Magento's sample data are not at {SOURCES['magento']}")
    world = load("magento")
    (video,) = world.named("LifeLong Fitness IV")
    assert (video.pid, [v.price for v in video.variants], video.category) == ("240-LV05", [1400], "Video Download")
    assert video.variants[0].is_unknown  # the file has no quantity
    assert not world.named("Luma Yoga For Life")  # its parts are sold one by one, at prices that no file holds
    (strap,) = world.named("Sprite Yoga Strap 6 foot")
    assert (strap.pid, strap.variants[0].options) == ("24-WG085", {"size": "6 foot"})
    (tote,) = world.named("Savvy Shoulder Tote")
    assert (tote.variants[0].price, tote.variants[0].compare_at) == (2400, 3200)
    receipt = {"product": "24-WG085", "field": "options", "value": "size 6 foot"}
    turn = Turn(world, "strap", ["strap"], [{"kind": "pass"}], {"reply": "Here.", "receipts": [receipt]})
    assert not judge_turn(turn).receipts
    receipt["value"] = "size 7 foot"
    assert judge_turn(turn).receipts


def test_a_folder_may_say_what_is_there_without_a_count(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps({"name": "S", "currency": "USD"}))
    (tmp_path / "products.csv").write_text("product_id,name,category\na,A Thing,x\n")
    (tmp_path / "variants.csv").write_text(
        "sku,product_id,price,stock,available\n1,a,1,,yes\n2,a,1,,no\n3,a,1,,\n4,a,1,0,\n"
    )
    variants = load("demo", tmp_path).products[0].variants
    assert [(v.can_be_had, v.is_unknown) for v in variants] == [
        (True, False),
        (False, False),
        (False, True),
        (False, False),
    ]


def test_what_is_no_longer_sold_is_no_matter_of_not_knowing() -> None:
    world = shop()
    (pot,) = world.named("Moka Pot")
    pot.active = False
    asked = {"kind": "avail", "products": ["Moka Pot"]}
    assert judge_turn(Turn(world, "is it there", ["is it there"], [asked], {"reply": "No."})).kinds == ("avail",)
