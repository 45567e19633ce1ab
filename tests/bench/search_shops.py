"""Shops to measure search on: the public ones, our demo shop, and made-up catalogues of any size.

A made-up product is an adjective, a material and one of 80 things, by one of 300 brands, in the thing's category, with
a description of two sentences; ten variants in colours and sizes. Its vector is the embedding of "adjective thing" with
some noise instead of its own (embedding 100,000 texts takes minutes, and only distances matter for speed).
Knows nothing of how search works beyond where vectors are kept.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from assistant.shop import search_vectors
from assistant.shop.embed import default_embedder
from assistant.shop.importers import import_shop
from assistant.shop.search_schema import driver
from assistant.store.database import Database

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", ROOT.parent / "shared" / "data"))
SHOPS = {
    "dummyjson": ("dummyjson", SHARED / "dummyjson" / "products.json"),
    "tau2": ("tau2", SHARED / "tau2-retail" / "db.json"),
    "demo": ("shop", ROOT / "assistant" / "shop" / "demo"),
}
THINGS = {
    "Footwear": "sneakers,boots,sandals,slippers,loafers,clogs,heels,running shoes,hiking shoes,rain boots",
    "Clothing": "shirt,t-shirt,jacket,coat,trousers,jeans,dress,skirt,sweater,hoodie,scarf,gloves,socks,belt,cap",
    "Kitchen": "kettle,toaster,blender,frying pan,saucepan,knife,chopping board,mug,plate,bowl,lunch box,whisk,grater",
    "Home": "table lamp,floor lamp,cushion,blanket,curtain,rug,mirror,clock,candle,vase,bookshelf,armchair,sofa,desk",
    "Electronics": "headphones,speaker,keyboard,mouse,monitor,webcam,charger,power bank,tablet,laptop,smart watch",
    "Sports": "yoga mat,dumbbell,tent,sleeping bag,backpack,bicycle helmet,football,tennis racket,skateboard",
    "Garden": "hose,watering can,spade,rake,parasol,garden chair,bird feeder,plant pot",
}
ADJECTIVES = (
    "classic,light,compact,foldable,rugged,soft,slim,wide,vintage,modern,quiet,travel,kids,pro,mini,premium".split(",")
)
MATERIALS = "cotton,wool,leather,canvas,steel,oak,bamboo,glass,ceramic,nylon,linen,rubber,felt,cork,aluminium".split(
    ","
)
COLOURS = "black,white,red,navy,green".split(",")
SENTENCES = (
    "Made for every day, it keeps its shape for years.",
    "Easy to clean and quick to store away.",
    "A gift that is used rather than admired.",
    "Tested by our own staff on a rainy weekend.",
    "Comes with a spare part and a two-year warranty.",
    "Designed in our studio, built in small batches.",
)


def open_shop(name: str, folder: Path) -> Database:
    """A public shop or the demo shop, imported. Raises FileNotFoundError when its data isn't there."""
    kind, path = SHOPS[name]
    if not path.exists():
        raise FileNotFoundError(f"{path} isn't there; set BACKROOM_SHARED_DATA to the folder with the public data")
    db = Database.open(folder / f"{name}.db")
    import_shop(db, kind, path)
    return db


def made_up_shop(folder: Path, num_variants: int) -> Database:
    """A shop of that many variants, ten for each product, without an index."""
    db = Database.open(folder / f"made-up-{num_variants}.db")
    rng = random.Random(num_variants)
    with db.write() as session:
        raw = driver(session)
        raw.execute("INSERT INTO shop_info VALUES ('currency', 'EUR')")
        raw.executemany(
            """INSERT INTO product(product_id, name, category, subcategory, brand, description, active, rating, specs,
            attributes, position) VALUES (?, ?, ?, ?, ?, ?, 1, ?, '{}', ?, ?)""",
            _products(rng, num_variants // 10),
        )
        raw.executemany(
            """INSERT INTO variant(sku, product_id, price_minor, stock, active, options, position)
            VALUES (?, ?, ?, ?, 1, ?, ?)""",
            _variants(rng, num_variants),
        )
    return db


def _products(rng: random.Random, num: int) -> Iterator[tuple[Any, ...]]:
    things = [(category, thing) for category, names in THINGS.items() for thing in names.split(",")]
    for no in range(num):
        category, thing = things[rng.randrange(len(things))]
        adjective, material = rng.choice(ADJECTIVES), rng.choice(MATERIALS)
        name = f"{adjective.title()} {material.title()} {thing.title()} {no}"
        text = f"A {adjective} {thing} of {material}. {' '.join(rng.sample(SENTENCES, 2))}"
        attributes = json.dumps({"material": material, "warranty_years": str(rng.randint(1, 5))})
        brand = f"Brand{rng.randrange(300)}"
        yield f"p{no}", name, category, thing.title(), brand, text, rng.randint(10, 50) / 10, attributes, no


def _variants(rng: random.Random, num: int) -> Iterator[tuple[Any, ...]]:
    for no in range(num):
        options = json.dumps({"color": COLOURS[no % 5], "size": str(36 + no // 5 % 2)})
        yield f"s{no}", f"p{no // 10}", rng.randint(100, 50_000), rng.randint(0, 40), options, no % 10


def make_vectors(db: Database) -> None:
    """Give every product a vector near those of products like it."""
    rng = np.random.default_rng(0)
    with db.write() as session:
        raw = driver(session)
        rows = raw.execute("SELECT d.doc_id, p.name FROM search_doc d JOIN product p USING(product_id)").fetchall()
        texts = {doc_id: " ".join(name.split()[:1] + name.split()[2:-1]) for doc_id, name in rows}
        kinds = sorted(set(texts.values()))
        known = dict(zip(kinds, default_embedder().encode(kinds), strict=True))
        for at in range(0, len(rows), 5000):
            ids = [doc_id for doc_id, _ in rows[at : at + 5000]]
            vectors = np.stack([known[texts[doc_id]] for doc_id in ids])
            vectors = vectors + rng.standard_normal(vectors.shape).astype(np.float32) * 0.015
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            search_vectors.put(raw, {doc_id: (b"", vector) for doc_id, vector in zip(ids, vectors, strict=True)})
        raw.execute("UPDATE search_doc SET embedded = 1")
