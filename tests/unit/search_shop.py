"""A small shop whose every product tests something about search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.shop.schema import PolicyRow, ProductRow, ShopInfo, VariantRow
from assistant.store.database import Database

Variants = list[tuple[str, int, int | None, dict[str, str]]]

PRODUCTS: list[tuple[str, str, str, str, str, str, float, dict[str, str], Variants]] = [
    ("runner", "Alpine Runner", "Footwear", "Running Shoes", "Corrick", "Light shoes with a mesh upper.", 4.5,
     {"waterproof": "no"}, [("run-41-red", 8900, 3, {"colour": "red", "size": "41"}),
                            ("run-42-blue", 9900, 0, {"colour": "blue", "size": "42"})]),
    ("boot", "Fell Boot", "Footwear", "Hiking Boots", "Corrick", "Leather boots for long days.", 4.0,
     {"waterproof": "yes", "material": "leather"}, [("boot-42", 15900, 5, {"colour": "brown", "size": "42"})]),
    ("laptop", "Slate 14", "Computers", "Laptops", "Voltfell", "A laptop with 16 GB.", 3.5,
     {}, [("slate", 99900, 2, {})]),
    ("laptop-dear", "Slate 16 Pro", "Computers", "Laptops", "Voltfell", "A bigger laptop.", 4.9,
     {}, [("slate-pro", 149900, 2, {})]),
    ("sleeve", "Laptop Sleeve with Zip", "Bags", "Cases", "Brackenside", "Felt, fits a 14 inch laptop.", 5.0,
     {"material": "felt"}, [("sleeve-1", 2900, 9, {})]),
    ("kettle", "Ember Kettle", "Kitchen", "Kettles & Toasters", "Oakember", "Boils a litre in 3 minutes.", 4.2,
     {}, [("kettle-1", 5900, 4, {"colour": "red"})]),
    ("toaster", "Ember Toaster", "Kitchen", "Kettles & Toasters", "Oakember", "Two slots.", 4.1,
     {}, [("toaster-1", 4900, 4, {"colour": "red"})]),
    ("sofa", "Nest Sofa", "Furniture", "Sofas", "Oakember", "Seats three.", 4.0, {}, [("sofa-1", 79900, 1, {})]),
    ("blanket", "Heron Blanket", "Bedding", "Blankets", "Eiderhome", "Wool, warm in winter.", 4.8,
     {"material": "wool"}, [("blanket-1", 6900, None, {})]),
    ("shirt", "Summit T-Shirt", "Clothing", "T-Shirts", "Hollinsea", "Organic cotton.", 4.4,
     {}, [("shirt-black-m", 2500, 6, {"colour": "black", "size": "M"}),
          ("shirt-white-m", 1900, 6, {"colour": "white", "size": "M"})]),
]  # fmt: skip
POLICIES = [
    ("returns", "Returns", "# Returns\n\n## How long\nYou may return anything within 30 days.\n\n"
     "## What it costs\nThe return label is free.\n\n"
     "## Not returnable\nWe don't take back:\n\n- opened coffee\n- candles"),
    ("delivery", "Delivery", "# Delivery\n\nParcels arrive in 2 to 3 working days.\n\nExpress costs 6.95."),
]  # fmt: skip


def small_shop(path: Path) -> Database:
    """The shop in a new database at `path`, without a search index."""
    db = Database.open(path)
    with db.write() as session:
        session.add(ShopInfo(key="currency", value="EUR"))
        for position, (pid, name, category, subcategory, brand, text, rating, attributes, _) in enumerate(PRODUCTS):
            session.add(_product(pid, name, category, subcategory, brand, text, rating, attributes, position))
        session.flush()
        for pid, *_, variants in PRODUCTS:
            for position, (sku, price, stock, options) in enumerate(variants):
                session.add(variant(sku, pid, price, stock, options, position))
        for position, (policy_id, title, page) in enumerate(POLICIES):
            session.add(PolicyRow(policy_id=policy_id, title=title, text=page, position=position))
    return db


def _product(pid: str, name: str, category: str, subcategory: str, brand: str, text: str, rating: float,
             attributes: dict[str, str], position: int) -> ProductRow:  # fmt: skip
    return ProductRow(
        product_id=pid, name=name, category=category, subcategory=subcategory, brand=brand, description=text,
        active=True, rating=rating, specs={}, attributes=attributes, position=position,
    )  # fmt: skip


def variant(
    sku: str, product_id: str, price: int, stock: int | None, options: dict[str, str], position: int = 0
) -> Any:
    """A variant's row; without a stock count it is known to be available."""
    return VariantRow(
        sku=sku, product_id=product_id, price_minor=price, stock=stock, available=True if stock is None else None,
        active=True, options=options, position=position,
    )  # fmt: skip
