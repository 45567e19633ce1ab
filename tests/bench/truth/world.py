"""The shop as its SOURCE files state it, with the live changes of a case applied: what every reply is judged against.

Reads the files themselves (tau2's db.json, DummyJSON's products.json, a shop folder), never the assistant's database
or its importers, so that an error made on import is seen too. Knows nothing of replies. Money is integer minor units.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", str(REPOSITORY.parent / "shared" / "data")))
SOURCES = {
    "tau2": SHARED / "tau2-retail",
    "dummyjson": SHARED / "dummyjson",
    "demo": REPOSITORY / "assistant" / "shop" / "demo",
    "magento": SHARED / "magento",
    "salesbot": SHARED / "salesbot",
}
VARIANT_COLUMNS = {"sku", "product_id", "price", "stock", "available", "compare_at_price", "gtin", "active", "image"}
PRODUCT_COLUMNS = {
    "product_id", "name", "category", "subcategory", "brand", "description", "active", "replaced_by", "image", "url",
    "rating", "specs",
}  # fmt: skip


def minor(amount: Any) -> int:
    """An amount in major units as hundredths: `minor("19.90")` is 1990."""
    return int((Decimal(str(amount)) * 100).to_integral_value())


@dataclass
class Variant:
    """One buyable thing. `stock` None: the shop doesn't count it, and `listed` says whether it can be had; both None:
    the shop sells it, nobody knows whether it is there."""

    sku: str
    price: int
    stock: int | None
    listed: bool | None
    options: dict[str, str] = field(default_factory=dict)
    compare_at: int | None = None
    active: bool = True

    @property
    def can_be_had(self) -> bool:
        return self.active and (self.stock > 0 if self.stock is not None else bool(self.listed))

    @property
    def is_unknown(self) -> bool:
        """Sold, but whether it is there stands nowhere."""
        return self.active and self.stock is None and self.listed is None


@dataclass
class Product:
    """A product with everything that the source says of it; `facts` maps a field's name to its text."""

    pid: str
    name: str
    category: str
    description: str
    facts: dict[str, str]
    variants: list[Variant]
    rating: float | None = None
    active: bool = True

    @property
    def live(self) -> list[Variant]:
        """The variants that the shop lists now, sold out or not."""
        return [v for v in self.variants if v.active] if self.active else []

    def matching(self, options: Mapping[str, str]) -> list[Variant]:
        return [v for v in self.live if all(same(v.options.get(k, ""), x) for k, x in options.items())]

    @property
    def text(self) -> str:
        """Every word that the source says of the product, variants included."""
        parts = [self.name, self.category, self.description, *self.facts.keys(), *self.facts.values()]
        for variant in self.variants:
            parts += [*variant.options.keys(), *variant.options.values()]
        return " ".join(parts)


def squeezed(text: str) -> str:
    """The words and figures of a text alone, in lower case, one space between them."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def same(left: str, right: str) -> bool:
    return left.strip().lower() == right.strip().lower()


@dataclass
class World:
    """One shop at one moment."""

    shop: str
    products: list[Product]
    policies: dict[str, str] = field(default_factory=dict)
    info: dict[str, str] = field(default_factory=dict)
    promotions: list[dict[str, str]] = field(default_factory=list)

    def fresh(self) -> World:
        """A copy whose variants and promotions may change without touching this one."""
        products = [replace(p, variants=[replace(v) for v in p.variants]) for p in self.products]
        world = replace(self, products=products, promotions=list(self.promotions))
        for lasting in ("squeezed_texts", "squeezed_pages", "squeezed_names", "_broken"):  # no change touches these
            world.__dict__[lasting] = getattr(self, lasting)
        return world

    def named(self, name: str) -> list[Product]:
        """The products that a case means: a name, `#category` or `*`."""
        if name == "*":
            return list(self.products)
        if name.startswith("#"):
            wanted = name[1:].lower()
            return [p for p in self.products if wanted in (p.category.lower(), p.facts.get("subcategory", "").lower())]
        return [p for p in self.products if p.name == name]

    def find(self, sku: str) -> tuple[Product, Variant] | None:
        for product in self.products:
            for variant in product.variants:
                if variant.sku == sku:
                    return product, variant
        return None

    def apply(self, change: Mapping[str, Any]) -> None:
        """One `feed` change of DESIGN's CASE form."""
        if "promotion" in change:
            row = {str(k): str(v) for k, v in change["promotion"].items()}
            self.promotions = [p for p in self.promotions if p.get("id") != row.get("id")] + [row]
            return
        hit = self.find(str(change["sku"]))
        if hit is None:
            raise ValueError(f"feed names the SKU {change['sku']!r}, which the source doesn't hold")
        _, variant = hit
        if "price" in change:
            variant.price = minor(change["price"])
        if "stock" in change:
            variant.stock = int(change["stock"])
        if "active" in change:
            variant.active = bool(change["active"])

    @cached_property
    def squeezed_texts(self) -> str:
        """All that the source says of products and on pages, as `squeezed` gives it."""
        return squeezed("\n".join([*(p.text for p in self.products), *self.policies.values()]))

    @cached_property
    def squeezed_pages(self) -> str:
        """All pages as `squeezed` gives them, with a space at either end."""
        return f" {squeezed(' '.join([*self.policies.values(), *self.info.values()]))} "

    @cached_property
    def squeezed_names(self) -> set[str]:
        return {squeezed(p.name) for p in self.products}

    def names_with_breaks(self, breaks: re.Pattern[str]) -> list[str]:
        """The product names in which this pattern finds something."""
        if breaks.pattern not in self._broken:
            self._broken[breaks.pattern] = [p.name for p in self.products if breaks.search(p.name)]
        return self._broken[breaks.pattern]

    @cached_property
    def _broken(self) -> dict[str, list[str]]:
        return {}

    def texts(self) -> Iterator[str]:
        for product in self.products:
            yield product.text
        yield from self.policies.values()
        yield from self.info.values()
        for promotion in self.promotions:
            yield " ".join(promotion.values())


def load(shop: str, root: Path | None = None) -> World:
    """A shop of `SOURCES` from its source files. Raises FileNotFoundError when they aren't there."""
    from . import more_shops  # which needs this module's own classes

    folder = root or SOURCES[shop]
    if not folder.is_dir():
        raise FileNotFoundError(f"the source of the {shop} shop is not at {folder}")
    loaders = {"tau2": _tau2, "dummyjson": _dummyjson, "demo": _folder}
    return (loaders | {"magento": more_shops.magento, "salesbot": more_shops.salesbot})[shop](folder)


def _tau2(folder: Path) -> World:
    db = json.loads((folder / "db.json").read_text("utf-8"))
    products = []
    for pid, row in db["products"].items():
        variants = [
            Variant(sku, minor(v["price"]), None, bool(v["available"]), {k: str(x) for k, x in v["options"].items()})
            for sku, v in row["variants"].items()
        ]
        products.append(Product(pid, row["name"], "", "", {}, variants))
    page = folder / "policy.md"
    policies = _sections(page.read_text("utf-8")) if page.exists() else {}
    return World("tau2", products, policies)


def _sections(text: str) -> dict[str, str]:
    """One page per `##` heading, by the heading in lower case with hyphens (the text before them is for staff)."""
    parts = re.split(r"^## +(.+?) *$", text, flags=re.M)
    pages = zip(parts[1::2], parts[2::2], strict=True)
    return {re.sub(r"\W+", "-", title.lower()).strip("-"): f"# {title}\n{body}" for title, body in pages}


DUMMY_FACTS = {
    "brand": "brand", "warrantyInformation": "warranty", "returnPolicy": "return", "shippingInformation": "shipping",
    "minimumOrderQuantity": "minimum order", "availabilityStatus": "availability",
}  # fmt: skip


def _dummyjson(folder: Path) -> World:
    products = []
    for row in json.loads((folder / "products.json").read_text("utf-8")):
        facts = {ours: str(row[theirs]) for theirs, ours in DUMMY_FACTS.items() if row.get(theirs) is not None}
        facts["weight"] = str(row["weight"])
        facts["dimensions"] = " x ".join(f"{axis} {value}" for axis, value in row["dimensions"].items())
        facts["discount"] = f"{row['discountPercentage']}%"
        facts["tags"] = ", ".join(row["tags"])
        facts["rating"] = f"{row['rating']} of 5 stars"
        variant = Variant(row["sku"], minor(row["price"]), int(row["stock"]), True)
        products.append(
            Product(str(row["id"]), row["title"], row["category"], row["description"], facts, [variant], row["rating"])
        )
    return World("dummyjson", products)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(file)]


def _folder(folder: Path) -> World:
    info = {k: str(v) for k, v in json.loads((folder / "shop.json").read_text("utf-8")).items()}
    variants: dict[str, list[Variant]] = {}
    for row in _rows(folder / "variants.csv"):
        variant = Variant(
            row["sku"],
            minor(row["price"]),
            int(row["stock"]) if row.get("stock") else None,
            {"yes": True, "no": False}.get(row.get("available", "").lower()),
            {k: v for k, v in row.items() if k not in VARIANT_COLUMNS and v},
            minor(row["compare_at_price"]) if row.get("compare_at_price") else None,
            row.get("active", "yes") != "no",
        )
        variants.setdefault(row["product_id"], []).append(variant)
    products = [_product(row, variants.get(row["product_id"], [])) for row in _rows(folder / "products.csv")]
    pages = sorted((folder / "policies").glob("*.md")) if (folder / "policies").is_dir() else []
    policies = {page.stem: page.read_text("utf-8") for page in pages}
    return World("demo", products, policies, info, _rows(folder / "promotions.csv"))


def _product(row: dict[str, str], variants: list[Variant]) -> Product:
    facts = {k: v for k, v in row.items() if k not in PRODUCT_COLUMNS and v}
    for unit in ("years", "months"):
        facts |= {k: f"{v} {unit}" for k, v in facts.items() if k.endswith(f"_{unit}")}
    facts |= {k: row[k] for k in ("brand", "subcategory") if row.get(k)}
    for part in filter(None, re.split(r"\s*;\s*", row.get("specs", ""))):
        name, _, value = part.partition("=")
        facts[name.strip()] = value.strip()
    rating = float(row["rating"]) if row.get("rating") else None
    if rating is not None:
        facts["rating"] = f"{row['rating']} of 5 stars"
    return Product(
        row["product_id"], row["name"], row.get("category", ""), row.get("description", ""), facts, variants, rating,
        row.get("active", "yes") != "no",
    )  # fmt: skip
