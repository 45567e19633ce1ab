"""Makes up shops to train on, so that an adapter learns no single shop's goods: folders in the form of SHOP_FORMAT.

Figures are chosen to collide (12 in stock of size 12, a price of 42 in size 42), some shops count their stock and some
only say whether there is any, some know much of their products and some little. Knows no database and no model.
"""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

_KINDS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "Shoes": (("Sneakers", "Ankle Boots", "Court Shoes", "Sandals", "Rain Boots"),
              {"size": ("36", "38", "40", "42", "44"), "colour": ("black", "white", "olive", "navy")}),
    "Jackets": (("Parka", "Rain Jacket", "Fleece Jacket", "Windbreaker", "Down Vest"),
                {"size": ("S", "M", "L", "XL"), "colour": ("red", "sand", "teal", "grey")}),
    "Lamps": (("Desk Lamp", "Floor Lamp", "Reading Light", "Lantern", "Night Light"),
              {"colour": ("brass", "white", "black"), "brightness": ("400 lumens", "800 lumens", "1200 lumens")}),
    "Kitchen": (("Saucepan", "Kettle", "Bread Knife", "Mixing Bowl", "Teapot", "Chopping Board"),
                {"capacity": ("1 litre", "2 litres", "3 litres"), "material": ("steel", "enamel", "copper")}),
    "Audio": (("Headphones", "Bluetooth Speaker", "Earbuds", "Record Player", "Radio"),
              {"colour": ("black", "silver", "blue"), "battery life": ("10 hours", "20 hours")}),
    "Garden": (("Watering Can", "Pruning Shears", "Garden Hose", "Plant Pot", "Wheelbarrow"),
               {"size": ("small", "medium", "large"), "colour": ("green", "terracotta", "grey")}),
    "Toys": (("Building Blocks", "Puzzle", "Kite", "Board Game", "Marble Run"),
             {"pieces": ("100", "250", "500"), "difficulty level": ("beginner", "intermediate", "expert")}),
    "Bedding": (("Duvet", "Pillow", "Bed Sheet", "Blanket", "Mattress Topper"),
                {"size": ("single", "double", "king"), "firmness": ("soft", "medium", "firm")}),
    "Office": (("Office Chair", "Notebook", "Fountain Pen", "Monitor Stand", "Desk Organizer"),
               {"colour": ("black", "oak", "white"), "armrest": ("fixed", "adjustable", "none")}),
    "Sports": (("Yoga Mat", "Dumbbells", "Tennis Racket", "Skipping Rope", "Cycling Gloves"),
               {"colour": ("purple", "black", "lime"), "thickness": ("4 mm", "6 mm", "8 mm")}),
}  # fmt: skip
_NAMES = ("Alder", "Brisk", "Cove", "Dune", "Ember", "Fjord", "Gale", "Heron", "Ivory", "Juno", "Kestrel", "Lumen",
          "Marlow", "Nimbus", "Orchard", "Pike", "Quill", "Rowan", "Sable", "Tarn", "Umber", "Vale")  # fmt: skip
_MAKERS = ("Holt & Sons", "Norrland", "Bellweather", "Casa Lima", "Okan", "Pell")
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "material": ("cotton", "oak", "recycled plastic", "stainless steel", "wool", "leather"),
    "warranty": ("1 year", "2 years", "5 years", "lifetime"),
    "waterproof": ("yes", "no"),
    "washable": ("yes", "no"),
    "country of origin": ("Portugal", "Vietnam", "Poland", "Italy"),
    "care": ("hand wash cold", "wipe with a damp cloth", "machine wash at 30 degrees"),
    "weight": ("450 g", "1.2 kg", "3 kg", "900 g"),
    "dishwasher safe": ("yes", "no"),
    "vegan": ("yes", "no"),
}
_ABOUT = (
    "A sturdy {thing} for every day.", "The {thing} that our customers come back for.",
    "Light, simple and made to last.", "It packs flat and is set up in a minute.",
    "Made in small batches by people who use it themselves.",
    "A good first {thing} and not the last one you will enjoy.", "Quiet, quick to clean and easy to repair.",
)  # fmt: skip
_PAGES = {
    "returns": "# Returns\n\nYou can return unused goods within {a} days of receiving them. Refunds are made to the "
    "card that you paid with, within {b} working days. Sale goods can be exchanged but not refunded.\n",
    "shipping": "# Shipping\n\nOrders leave our shop within {c} working days. Standard delivery costs {d} and is free "
    "for orders over {e}. We ship to every country of the union.\n",
    "repairs": "# Repairs and warranty\n\nWe repair what we sell for as long as parts can be had. Bring the receipt; "
    "most repairs take about {b} days.\n",
}
_CURRENCIES = (("EUR", "en_IE"), ("USD", "en_US"), ("GBP", "en_GB"), ("CAD", "en_CA"))


def make_shop(folder: Path, seed: int, num_products: int = 40) -> Path:
    """Write a shop into `folder` and return it. The same seed writes the same shop."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    currency, locale = _CURRENCIES[seed % len(_CURRENCIES)]
    name = f"{rng.choice(_NAMES)} and {rng.choice(_NAMES)}"
    facts = {"name": name, "currency": currency, "locale": locale, "timezone": "UTC", "now": "2026-03-01T12:00:00",
             "opening_hours": f"Monday to Saturday {rng.choice((8, 9, 10))}:00 to {rng.choice((17, 18, 20))}:00",
             "phone": f"01632 960{rng.randrange(1000):03d}", "email": "hello@shop.example"}  # fmt: skip
    (folder / "shop.json").write_text(json.dumps(facts, indent=1), "utf-8")
    counts = seed % 3 != 0
    products = [_product(number, rng) for number in range(num_products)]
    variants = [row for product in products for row in _variants(product, counts, rng)]
    _write(folder / "products.csv", [{k: v for k, v in p.items() if k != "kind"} for p in products])
    _write(folder / "variants.csv", variants)
    _write(folder / "promotions.csv", [_promotion(rng)] if seed % 2 else [])
    (folder / "policies").mkdir(exist_ok=True)
    for page, text in _PAGES.items():
        filled = text.format(a=rng.choice((14, 30, 60)), b=rng.choice((3, 5, 7)), c=rng.choice((1, 2, 3)),
                             d=f"{rng.choice((3, 4, 5))}.90", e=rng.choice((40, 50, 75)))  # fmt: skip
        (folder / "policies" / f"{page}.md").write_text(filled, "utf-8")
    return folder


def _product(number: int, rng: random.Random) -> dict[str, Any]:
    kind = list(_KINDS)[number % len(_KINDS)]
    things, _ = _KINDS[kind]
    thing = rng.choice(things)
    name = f"{rng.choice(_NAMES)} {thing}" if rng.random() < 0.8 else f"{thing} {number}"
    row: dict[str, Any] = {
        "product_id": f"p{number}", "name": name,
        "category": kind, "brand": rng.choice((*_MAKERS, "")), "kind": kind,
        "description": " ".join(s.format(thing=thing.lower()) for s in rng.sample(_ABOUT, 3)),
        "active": "no" if rng.random() < 0.05 else "yes", "rating": rng.choice(("", "3.5", "4.0", "4.2", "4.8")),
    }  # fmt: skip
    chosen = set(rng.sample(sorted(_ATTRIBUTES), 4))
    return row | {n: rng.choice(vs) if n in chosen else "" for n, vs in _ATTRIBUTES.items()}


def _variants(product: dict[str, Any], counts: bool, rng: random.Random) -> list[dict[str, Any]]:
    options = _KINDS[product["kind"]][1]
    names = list(options)[: rng.choice((0, 1, 2, 2))]
    chosen: list[dict[str, str]] = [{}]
    for name in names:
        values = rng.sample(options[name], min(len(options[name]), rng.choice((2, 3))))
        chosen = [{**c, name: v} for c in chosen for v in values]
    base = rng.choice((9, 12, 24, 38, 42, 64, 89, 120, 240))
    rows = []
    for number, option in enumerate(chosen):
        price = base + (rng.choice((0, 4, 10)) if rng.random() < 0.5 else 0)
        there = rng.random() < 0.75
        stock = rng.choice((1, 2, 7, 12, 38, 42)) if there else 0
        rows.append({
            "sku": f"{product['product_id']}-{number}", "product_id": product["product_id"],
            "price": f"{price}.{rng.choice(('00', '50', '90'))}", "stock": stock if counts or not there else "",
            "compare_at_price": f"{price + 20}.00" if rng.random() < 0.15 else "",
            "active": "yes" if rng.random() < 0.97 else "no",
            **{n: option.get(n, "") for k in _KINDS.values() for n in k[1]},
        })  # fmt: skip
    return rows


def _promotion(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(list(_KINDS))
    return {"id": "promo1", "name": f"{kind} weeks", "type": "percent", "value": 10, "applies_to": f"category:{kind}",
            "starts": "2026-01-01", "ends": "2026-12-31", "combinable": "no",
            "description": f"Ten percent off all {kind.lower()}"}  # fmt: skip


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
