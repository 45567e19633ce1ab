"""The ruler itself is measured: hand-made replies, right and wrong, with the verdict that each must get."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from truth.check import Turn, Verdict, judge_case, judge_turn, read_jsonl, totals
from truth.mentions import find_products, plain, sentences
from truth.oracle import lies, truths
from truth.world import SOURCES, Product, Variant, World, load

RETURNS = "# Returns\nYou can return unused goods within 30 days of delivery. Sending them back costs $4.95.\n"
SHIPPING = "# Shipping\nStandard delivery takes 3 to 5 business days. Orders over $50 ship free.\n"


def boots() -> Product:
    rows = [
        ("b1", 24434, True, "7", "leather", "yes"),
        ("b2", 24087, False, "8", "leather", "yes"),
        ("b3", 23657, True, "12", "leather", "yes"),
        ("b4", 25354, True, "8", "synthetic", "no"),
    ]
    variants = [
        Variant(sku, price, None, listed, {"size": size, "material": material, "waterproof": wet})
        for sku, price, listed, size, material, wet in rows
    ]
    return Product("b", "Hiking Boots", "footwear", "", {}, variants)


def backpack() -> Product:
    rows = [
        ("k1", 19800, True, "black", "large"),
        ("k2", 20195, False, "navy", "small"),
        ("k3", 21943, True, "navy", "large"),
    ]
    return Product(
        "k", "Backpack", "bags", "", {}, [Variant(s, p, None, ok, {"color": c, "size": z}) for s, p, ok, c, z in rows]
    )


def counted(
    pid: str, name: str, category: str, price: int, stock: int, rating: float, text: str, facts: dict[str, str]
) -> Product:
    facts = {**facts, "rating": f"{rating} of 5 stars"}
    return Product(pid, name, category, text, facts, [Variant(f"S-{pid}", price, stock, True)], rating)


def shop() -> World:
    products = [
        boots(),
        backpack(),
        counted(
            "l",
            "Red Lipstick",
            "beauty",
            1299,
            91,
            4.36,
            "A creamy formula with a long-lasting finish.",
            {
                "warranty": "3 year warranty",
                "shipping": "Ships in 1 week",
                "return": "7 days return policy",
                "weight": "1",
            },
        ),
        counted(
            "r",
            "Tennis Racket",
            "sports",
            4999,
            6,
            4.03,
            "",
            {"warranty": "5 year warranty", "return": "No return policy"},
        ),
        counted(
            "t",
            "Tennis Ball",
            "sports",
            699,
            0,
            4.06,
            "",
            {"warranty": "No warranty", "return": "30 days return policy"},
        ),
        counted("a", "Apple", "groceries", 199, 8, 4.19, "Fresh and crisp apples.", {}),
        counted(
            "p", "Apple Airpods", "audio", 12999, 67, 4.15, "Easy pairing and high-quality sound.", {"brand": "Apple"}
        ),
    ]
    return World("little", products, {"returns": RETURNS, "shipping": SHIPPING})


def price(name: str, **options: str) -> dict[str, Any]:
    return {"kind": "price", "products": [name], "options": options}


def avail(name: str, **options: str) -> dict[str, Any]:
    return {"kind": "avail", "products": [name], "options": options}


def kind(name: str, *products: str, **more: Any) -> dict[str, Any]:
    return {"kind": name, "products": list(products), **more}


def verdict(say: str, expect: dict[str, Any], reply: str, **record: Any) -> Verdict:
    return judge_turn(Turn(shop(), say, [say], [expect], {"reply": reply, **record}))


RULER = Path(__file__).resolve().parents[1] / "bench" / "truth" / "ruler.jsonl"
"""Hand-made replies about the little shop above: what was asked, what is expected, a reply, the verdict it must get."""


@pytest.mark.parametrize(
    "row", [json.loads(line) for line in RULER.read_text("utf-8").splitlines()], ids=lambda r: r["reply"]
)
def test_verdict(row: dict[str, Any]) -> None:
    got = verdict(row["say"], row["expect"], row["reply"])
    assert got.outcome == row["verdict"], got.line()


def test_a_person_is_called_only_with_the_handoff_flag() -> None:
    ask = {"kind": "person"}
    assert verdict("human please", ask, "A colleague will take over.", handoff=True).ok
    assert not verdict("human please", ask, "A colleague will take over.", handoff=False).ok


@pytest.mark.parametrize(
    ("reply", "record", "fine"),
    [
        ("I'm sorry to hear that.", {}, True),
        ("A colleague will look into it.", {"handoff": True}, True),
        ("If you like, somebody from the shop can take over.", {}, True),
        ("I'm so sorry about the Tennis Racket. That should not have happened.", {}, True),
        ("I'm sorry to hear that. We have the Tennis Ball.", {}, False),
        ("Our team recommends the Backpack for $198.00.", {}, False),
        ("I'm sorry to hear that.", {"cards": [{"product_id": "k"}]}, False),
        ("Sorry, I don't know that.", {}, False),
        ("Sorry, it's sold out.", {}, False),
        ("Sorry, we don't sell that.", {}, False),
        ("Sorry, which one do you mean?", {"clarifying": True}, False),
        ("The Tennis Racket has a 5 year warranty.", {}, False),
        ("How can I help?", {}, False),
    ],
)
def test_trouble_gets_a_person_or_a_sorry_and_no_goods(reply: str, record: dict[str, Any], fine: bool) -> None:
    say = "the racket broke on the first day, I could scream"
    assert verdict(say, kind("soothe", "Tennis Racket"), reply, **record).ok is fine


def test_trouble_may_be_answered_by_what_helps() -> None:
    asked, ask = "Please give me your order number.", kind("soothe", says="order number")
    assert verdict("where is my parcel!!", ask, asked).ok
    assert not verdict("where is my parcel!!", ask, f"We have the Red Lipstick. {asked}").ok


def test_asking_back_counts_only_where_it_is_ambiguous() -> None:
    asked = "Which size and material would you like?"
    assert verdict("price of the boots", price("Hiking Boots"), asked, clarifying=True).outcome == "CLARIFIED"
    assert not verdict("price of the lipstick", price("Red Lipstick"), "Which one do you mean?", clarifying=True).ok


def test_feeds_change_the_truth_between_turns() -> None:
    case = {
        "id": "x",
        "turns": [
            {"say": "lipstick price", "expect": [price("Red Lipstick")]},
            {"say": "and now", "feed": [{"sku": "S-l", "price": 15.49}], "expect": [price("Red Lipstick")]},
            {"say": "in stock?", "feed": [{"sku": "S-l", "stock": 0}], "expect": [avail("Red Lipstick")]},
            {
                "say": "is the backpack still there in black?",
                "feed": [{"sku": "k1", "active": False}],
                "expect": [avail("Backpack", color="black")],
            },
        ],
    }
    world = shop()
    stale = ["It's $12.99.", "It's $12.99.", "Yes, it's in stock.", "Yes, in black."]
    fresh = ["It's $12.99.", "It's $15.49.", "No, it's sold out.", "No, not in black, it's sold out."]
    outcomes = [v.outcome for v in judge_case(world, case, [{"reply": r} for r in stale])]
    assert outcomes == ["ANSWERED", "WRONG", "WRONG", "WRONG"]
    assert [v.ok for v in judge_case(world, case, [{"reply": r} for r in fresh])] == [True] * 4
    assert world.find("S-l")[1].price == 1299  # type: ignore[index]


def test_receipts_and_cards_are_judged() -> None:
    ask = price("Red Lipstick")
    right = {"sku": "S-l", "field": "price", "value": 12.99, "as_of": "2026-01-01T00:00:00+00:00"}
    assert not verdict("price", ask, "It's $12.99.", receipts=[right]).receipts
    assert verdict("price", ask, "It's $12.99.", receipts=[{**right, "value": 13.99}]).receipts
    assert verdict("price", ask, "It's $12.99.", receipts=[{**right, "sku": "nope"}]).receipts
    assert verdict("price", ask, "It's $12.99.", receipts=[{**right, "field": "stock", "value": 90}]).receipts
    card = {"product_id": "l", "sku": None, "name": "Red Lipstick", "price": "$12.99", "availability": "In stock"}
    assert verdict("price", ask, "It's $12.99.", cards=[card]).ok
    assert verdict("price", ask, "It's $12.99.", cards=[{**card, "price": "$13.99"}]).outcome == "WRONG"
    assert verdict("price", ask, "It's $12.99.", cards=[{**card, "availability": "Sold out"}]).outcome == "WRONG"


def test_what_follows_a_semicolon_is_not_said_of_the_price_before_it() -> None:
    """True: the range is of all backpacks that are sold, and the words behind the semicolon are of one of them."""
    reply = "The Backpack costs from $198.00 to $219.43 and is available; the hip belt is padded (small)."
    assert not verdict("backpack", price("Backpack"), reply).wrong
    assert verdict("backpack", price("Backpack"), reply.replace("219.43", "229.43")).wrong


def test_colours_are_counted_in_british_spelling_too() -> None:
    """True: the kettle has the colours sage and cream, which are two."""
    rows = [Variant(f"m{c}", 900, 3, True, {"colour": c}) for c in ("sage", "cream")]
    world = World("little", [Product("m", "Kettle", "kitchen", "", {}, rows)], {})
    counts = {"kind": "options", "products": ["Kettle"], "option": "colour"}

    def wrong(reply: str) -> list[str]:
        said = "count the colours"
        return judge_turn(Turn(world, said, [said], [counts], {"reply": reply})).wrong

    assert not wrong("The Kettle comes in 2 colours: sage and cream.")
    assert wrong("The Kettle comes in 4 colours: sage and cream.")


def test_names_inside_names_and_markdown() -> None:
    world = shop()
    assert [m.products[0].name for m in find_products("The Apple Airpods and an Apple", world)] == [
        "Apple Airpods",
        "Apple",
    ]
    assert not find_products("An accessory by Apple is here, the Apple Watch too", world)
    assert plain("**Bold** [link](x) _it_\n- item") == "Bold link it\nitem"
    assert len(sentences("It costs $12.99. It's rated 4.36! OK?", world)) == 3


def test_totals_count_false_dont_knows() -> None:
    rows = [
        verdict("price", price("Red Lipstick"), "It's $12.99."),
        verdict("price", price("Red Lipstick"), "I don't know."),
        verdict("price", price("Red Lipstick"), "It's $1.99."),
        verdict("hi", {"kind": "greet"}, "Hello!"),
    ]
    got = totals(rows)
    assert (got["turns"], got["answerable"], got["answered"], got["false_dont_know"], got["wrong_shown"]) == (
        4,
        3,
        1,
        1,
        1,
    )


SHOPS = ("tau2", "dummyjson", "demo")
TRUTH = RULER.parent


def every_turn(shop_name: str) -> list[Turn]:
    """Every turn of every case of a shop, with the world as it is at that moment."""
    if not SOURCES[shop_name].is_dir():
        pytest.skip(f"the source of the {shop_name} shop is not at {SOURCES[shop_name]}")
    turns, world = [], load(shop_name)
    for path in sorted(TRUTH.glob(f"cases_{shop_name}_*.jsonl")):
        for case in read_jsonl(path):
            moment, said = world, []
            for row in case["turns"]:
                if row.get("feed"):
                    moment = moment.fresh()
                for change in row.get("feed", []):
                    moment.apply(change)
                said.append(row["say"])
                turns.append(Turn(moment, row["say"], list(said), row["expect"], {}))
    return turns


@pytest.mark.parametrize("shop_name", SHOPS)
def test_true_replies_to_the_real_cases_pass(shop_name: str) -> None:
    alarms = []
    for turn in every_turn(shop_name):
        for reply in truths(turn):
            turn.record = {"reply": reply}
            got = judge_turn(turn)
            if not got.ok:
                alarms.append(f"{turn.say!r}: {reply!r} -> {got.line()}")
    assert not alarms, "\n".join(alarms)


@pytest.mark.parametrize("shop_name", SHOPS)
def test_lies_in_the_real_cases_are_caught(shop_name: str) -> None:
    missed = []
    for turn in every_turn(shop_name):
        for reply in lies(turn):
            turn.record = {"reply": reply}
            got = judge_turn(turn)
            if not got.wrong:
                missed.append(f"{turn.say!r}: {reply!r} -> {got.line()}")
    assert not missed, "\n".join(missed)


@pytest.mark.parametrize(
    ("reply", "true"),
    [
        ("2 × the Tennis Racket at $49.99 each and 3 × the Tennis Ball at $6.99 each come to $120.95 in total.", True),
        ("2 × the Tennis Racket at $49.99 each and 3 × the Tennis Ball at $6.99 each come to $110.95 in total.", False),
        ("30 × the Apple at $1.99 each come to $59.70 in total.", True),
        ("30 × the Apple at $1.99 each come to $57.70 in total.", False),
        ("The Apple at $1.99 each. Standard delivery costs $4.95, so you pay $6.94 in all.", True),
        ("The Apple at $1.99 each. Standard delivery costs $4.95, so you pay $5.94 in all.", False),
    ],
)
def test_a_sum_is_judged_by_its_own_summands(reply: str, true: bool) -> None:
    said = "two rackets and three balls, or thirty apples, what with delivery?"
    judged = verdict(said, kind("says", "Tennis Racket", "Tennis Ball", "Apple", says=r"\d"), reply)
    assert bool(judged.wrong) is not true


def test_what_is_there_in_some_versions_says_nothing_of_the_one_talked_of() -> None:
    said = ["the smartphone in rose gold - still around", "how much did you say"]
    told = "The Smartphone costs from $1,128.99 to $1,291.21, and it is available"
    outcomes = {}
    for end in (" in some versions.", "."):
        record = {"reply": told + end, "acts": [], "receipts": [], "cards": []}
        expect = [{"kind": "price", "products": ["Smartphone"], "options": {"color": "rose gold"}}]
        outcomes[end] = judge_turn(Turn(load("tau2"), said[-1], said, expect, record, [])).outcome
    assert outcomes[" in some versions."] != "WRONG" and outcomes["."] == "WRONG"
