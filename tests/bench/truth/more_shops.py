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
from collections import Counter
from pathlib import Path

from .world import Product, Variant, World, minor

_NO_FACTS = frozenset(
    "category name sku price special_price qty description attribute_set visibility url_key color size sale "
    "meta_description links_title samples_title links_purchased_separately".split()
)
_FLAGS = ("eco_collection", "performance_fabric", "erin_recommends", "new")
_SALESBOT = ("laptops", "tvs", "guitars", "mattresses", "coffee-makers", "vacuum-cleaners")


def magento(folder: Path) -> World:
    """Magento's sample data: every row of every product file that has a price of its own (a bag, a video to download);
    rows that share a name and are no products by themselves are one product's variants."""
    rows = [row for path in sorted(folder.glob("*.csv")) for row in _products_in(path)]
    shared = Counter(_text(row["name"]) for row in rows if row.get("visibility") == "1")
    products: dict[str, Product] = {}
    for row in rows:
        name = _text(row["name"])
        slug = re.sub(r"\W+", "-", name.lower()).strip("-")
        kind = row["category"].split("\n")[1]
        pid = slug if shared[name] > 1 else row["sku"]
        product = Product(pid, name, kind, _text(row["description"]), _magento_facts(row), [])
        products.setdefault(name, product).variants.append(_magento_variant(row))
    for sku, stars in _ratings(folder).items():
        for product in products.values():
            if any(v.sku == sku for v in product.variants):
                product.rating = round(sum(stars) / len(stars), 1)
                product.facts["rating"] = f"{product.rating:g} of 5 stars"
    pages = folder / "CmsSampleData_pages_pages.csv"
    with pages.open(encoding="utf-8-sig", newline="") as file:
        policies = {row["identifier"]: _text(row["content"]) for row in csv.DictReader(file)}
    return World("magento", list(products.values()), policies)


def _products_in(path: Path) -> list[dict[str, str]]:
    """The rows of a product file that are sold at a price in the file; none of a file of another kind."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"sku", "name", "price"} <= set(reader.fieldnames or ()):
            return []
        return [row for row in reader if row.get("links_purchased_separately") != "1"]


def _magento_variant(row: dict[str, str]) -> Variant:
    """The piece that a row sells. Without a quantity nobody knows whether it is there."""
    options = {key: row[key] for key in ("size", "color") if row.get(key)}
    full, special = minor(row["price"]), minor(row.get("special_price") or row["price"])
    stock = int(float(row["qty"])) if row.get("qty") else None
    return Variant(row["sku"], min(full, special), stock, None, options, full if special < full else None)


def _magento_facts(row: dict[str, str]) -> dict[str, str]:
    facts = {
        column: ", ".join(filter(None, map(_text, cell.split("\n"))))
        for column, cell in row.items()
        if column not in _NO_FACTS and column not in _FLAGS and (cell or "").strip()
    }
    flags = [flag.replace("_", " ") for flag in _FLAGS if row.get(flag) == "1"]
    facts |= {"flags": ", ".join(flags)} if flags else {}
    return facts | {"categories": ", ".join(row["category"].split("\n"))}


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
