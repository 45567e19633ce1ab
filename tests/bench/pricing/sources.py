"""The shops of the cases as their own source files have them: prices, stock, promotions. Uses nothing of the assistant.

`load("demo")` reads the demo shop's CSV, `load("magento")` and `load("dummyjson")` the public data sets. A shop's rows
are what the oracle prices with; feeds change them as they change the shop.
"""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.unit.pricing_oracle import Piece

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", str(ROOT.parent / "shared" / "data")))
SOURCES = {
    "demo": ROOT / "assistant" / "shop" / "demo",
    "magento": SHARED / "magento",
    "dummyjson": SHARED / "dummyjson",
}
KINDS = {"demo": "shop", "magento": "magento", "dummyjson": "dummyjson"}
Row = dict[str, Any]


@dataclass
class Source:
    """A shop. `pieces` by SKU; `texts` are what a product says of itself, folded; `promotions` in minor units by id."""

    pieces: dict[str, Piece] = field(default_factory=dict)
    stock: dict[str, int | None] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    promotions: dict[str, Row] = field(default_factory=dict)
    members: dict[str, bool] = field(default_factory=dict)
    shipping: int | None = None
    symbol: str = "$"

    def feed(self, change: Row) -> None:
        """Apply a change of a promotion, in SHOP_FORMAT's columns."""
        row = promotion(change["promotion"])
        self.promotions[row["id"]] = row


def minor(text: Any) -> int:
    return int(Decimal(str(text or 0)).scaleb(2))


def promotion(cells: Row) -> Row:
    """A row of promotions.csv as the oracle takes it."""
    kind = cells["type"]
    money = kind in ("fixed", "member_price", "bundle")
    return {
        "id": cells["id"], "name": cells["name"], "type": kind, "applies_to": cells.get("applies_to") or "all",
        "value": minor(cells["value"]) if money else cells.get("value"), "min": minor(cells.get("min_subtotal")),
        "code": cells.get("code") or None, "members_only": cells.get("members_only") in ("yes", True),
        "combinable": cells.get("combinable") in ("yes", True), "starts": cells.get("starts"),
        "ends": cells.get("ends"),
        "description": cells.get("description", ""),
    }  # fmt: skip


def load(shop: str) -> Source:
    """The shop's source. Raises FileNotFoundError where its data set isn't there."""
    return {"demo": _demo, "magento": _magento, "dummyjson": _dummyjson}[shop]()


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _demo() -> Source:
    folder = SOURCES["demo"]
    products = {p["product_id"]: p for p in _rows(folder / "products.csv")}
    facts = json.loads((folder / "shop.json").read_text("utf-8"))
    source = Source(symbol="£", shipping=minor(facts["shipping_cost"]) if "shipping_cost" in facts else None)
    known = {"sku", "product_id", "price", "compare_at_price", "stock", "active", "gtin", "image"}
    for row in _rows(folder / "variants.csv"):
        product = products[row["product_id"]]
        source.pieces[row["sku"]] = Piece(
            row["sku"], minor(row["price"]), product["name"], product["category"], product["subcategory"],
            product["brand"], product["product_id"],
        )  # fmt: skip
        gone = product["active"] == "no" or row["active"] == "no"
        source.stock[row["sku"]] = 0 if gone else int(row["stock"] or 0)
        source.options[row["sku"]] = {k: v for k, v in row.items() if k not in known and v}
        source.texts[product["product_id"]] = f"{product['material']} vegan:{product['vegan']}".lower()
    source.promotions = {p["id"]: promotion(p) for p in _rows(folder / "promotions.csv")}
    source.members = {c["customer_id"]: c["member"] == "yes" for c in _rows(folder / "customers.csv")}
    return source


def _magento() -> Source:
    source = Source()
    folder = SOURCES["magento"]
    paths = [
        *folder.glob("CatalogSampleData_SimpleProduct_*.csv"),
        *folder.glob("Downloadable*_products_*download.csv"),
    ]
    for path in sorted(paths):
        for row in _rows(path):
            names = [part.strip() for part in row["category"].split("\n") if part.strip()]
            category, sub = (names[0], names[1]) if len(names) > 1 else (names[0] if names else "", "")
            source.pieces[row["sku"]] = Piece(
                row["sku"], minor(row.get("special_price") or row["price"]), row["name"], category, sub
            )
            source.stock[row["sku"]] = 100
            source.options[row["sku"]] = {}
    free = {"id": "ship50", "name": "Spend $50 or more - shipping is free!", "type": "free_shipping", "value": None}
    h2o = {"id": "h20", "name": "$4 Luma water bottle (save 70%)", "type": "percent", "value": "70", "code": "H20"}
    for row in ({**free, "min_subtotal": "50"}, {**h2o, "applies_to": "sku:24-UG06"}):
        found = promotion({"combinable": "yes", **row})
        source.promotions[found["id"]] = found
    return source


def _dummyjson() -> Source:
    source = Source()
    data = json.loads((SOURCES["dummyjson"] / "products.json").read_text("utf-8"))
    for row in data["products"] if isinstance(data, dict) else data:
        source.pieces[row["sku"]] = Piece(
            row["sku"], minor(row["price"]), row["title"], row["category"], "", row.get("brand") or "", str(row["id"])
        )
        source.stock[row["sku"]] = int(row["stock"])
        source.options[row["sku"]] = {}
    return source
