"""Two more shops for the truth benchmark, that nothing was fitted to: Magento's sample data and salesbot's products.

Magento's is imported as it is; salesbot's JSON has no stock and no form that the shop imports, so `write_salesbot`
makes a shop folder of it with stock counts of its own (by a rule, so that world and folder agree). Knows no
assistant.
"""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path

from .world import Product, Variant, World, minor

_MAGENTO_FACTS = ("material", "activity", "gender", "features_bags", "strap_bags", "style_bags", "pattern", "format")
_SALESBOT = ("laptops", "tvs", "guitars", "mattresses", "coffee-makers", "vacuum-cleaners")


def magento(folder: Path) -> World:
    """The simple products of Magento's sample data; rows that share a name are one product's variants."""
    products: dict[str, Product] = {}
    for path in sorted(folder.glob("CatalogSampleData_SimpleProduct_products_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                name = _text(row["name"])
                options = {k: row[k] for k in ("color", "size") if row.get("visibility") == "1" and row.get(k)}
                if "color" not in options:
                    options = {}
                price = minor(row.get("special_price") or row["price"])
                variant = Variant(row["sku"], price, int(float(row["qty"])), True, options)
                facts = {k: ", ".join(row[k].split("\n")) for k in _MAGENTO_FACTS if (row.get(k) or "").strip()}
                kind = row["category"].split("\n")[1]
                slug = re.sub(r"\W+", "-", name.lower()).strip("-")
                product = Product(slug if options else row["sku"], name, kind, _text(row["description"]), facts, [])
                products.setdefault(name, product).variants.append(variant)
    for sku, stars in _ratings(folder).items():
        for product in products.values():
            if any(v.sku == sku for v in product.variants):
                product.rating = round(sum(stars) / len(stars), 1)
                product.facts["rating"] = f"{product.rating:g} of 5 stars"
    pages = folder / "CmsSampleData_pages_pages.csv"
    with pages.open(encoding="utf-8-sig", newline="") as file:
        policies = {row["identifier"]: _text(row["content"]) for row in csv.DictReader(file)}
    return World("magento", list(products.values()), policies)


def _ratings(folder: Path) -> dict[str, list[float]]:
    stars: dict[str, list[float]] = {}
    with (folder / "ReviewSampleData_products_reviews.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            stars.setdefault(row["sku"], []).append(float(row["rating_value"]))
    return stars


def _text(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def salesbot(folder: Path) -> World:
    """The products of salesbot's six kinds, with a stock count each."""
    products = []
    for kind in _SALESBOT:
        (rows,) = json.loads((folder / f"{kind}.json").read_text("utf-8")).values()
        for row in rows:
            pid, number = f"{kind}-{len(products)}", len(products)
            features = [f.strip().rstrip(".") + "." for f in row["features"] if len(f.strip()) > 8]
            text = " ".join([row["description"].strip(), *features])
            price = minor(row["price"].replace("$", "").replace(",", ""))
            stock = 0 if number % 9 == 4 else 2 + number * 7 % 31
            products.append(
                Product(pid, row["name"].strip(), kind.replace("-", " "), text, {}, [Variant(pid, price, stock, True)])
            )
    return World("salesbot", products, info={"name": "Salesbot Store", "currency": "USD"})


def write_salesbot(source: Path, out: Path) -> Path:
    """A shop folder with salesbot's products, for the importer; returns it."""
    world = salesbot(source)
    out.mkdir(parents=True, exist_ok=True)
    (out / "shop.json").write_text(json.dumps(world.info | {"locale": "en_US"}), "utf-8")
    products = [[p.pid, p.name, p.category, p.description] for p in world.products]
    variants = [[v.sku, p.pid, f"{v.price / 100:.2f}", v.stock] for p in world.products for v in p.variants]
    _write(out / "products.csv", ["product_id", "name", "category", "description"], products)
    _write(out / "variants.csv", ["sku", "product_id", "price", "stock"], variants)
    return out


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
