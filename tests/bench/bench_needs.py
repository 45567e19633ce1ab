"""Does a need in a customer's words find the product: "something for my commute when it pours" -> the rain jacket?

    .venv/bin/python tests/bench/bench_needs.py FILE [--shops 0:30] [--show]

FILE holds small shops: `= trade`, `# Product`, lines of it, `~ need => Product` (or `=> -` where nothing of the shop
fits); other lines are ignored. Every shop is imported by itself and every need is a conversation's first message,
answered without a model. Prints how often the product is named first, among all that are named, and how often it is
said that there is nothing. Knows nothing of how the assistant works.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from truth.mentions import plain
from truth.quick import quick_assistant

from assistant.store.database import Database

NONE = "-"
_DENIALS = ("couldn't find", "don't have", "found nothing", "no, ", "can't help", "don't sell")
_HEDGE = "what comes closest"


@dataclass
class Shop:
    """One trade with its products (name -> lines) and needs (words, the product or "-")."""

    trade: str
    products: dict[str, list[str]] = field(default_factory=dict)
    needs: list[tuple[str, str]] = field(default_factory=list)


def read(path: Path) -> list[Shop]:
    """The shops of a file, in its order."""
    shops: list[Shop] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, _, text = line.partition(" ")
        if mark == "=":
            shops.append(Shop(text))
        elif mark == "#":
            shops[-1].products[text] = []
        elif mark == "~":
            need, _, product = text.rpartition(" => ")
            shops[-1].needs.append((need, product.strip()))
        elif line and mark not in "?!" and shops and shops[-1].products:
            list(shops[-1].products.values())[-1].append(line)
    return shops


def write(shop: Shop, folder: Path) -> Path:
    """A shop folder: `name: value` becomes a spec, a sentence is part of the description."""
    folder.mkdir(parents=True)
    (folder / "shop.json").write_text(json.dumps({"name": "Shop", "currency": "EUR", "locale": "en_GB"}), "utf-8")
    with (folder / "products.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["product_id", "name", "category", "description", "specs"])
        for number, (name, lines) in enumerate(shop.products.items()):
            pairs = [line.split(": ", 1) for line in lines if _is_pair(line)]
            said = " ".join(line for line in lines if not _is_pair(line))
            specs = "; ".join(f"{k.replace('=', ' ')}={v.replace(';', ',')}" for k, v in pairs)
            rows.writerow([f"p{number}", name, shop.trade, said, specs])
    with (folder / "variants.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["sku", "product_id", "price", "stock"])
        rows.writerows([f"s{number}", f"p{number}", f"{20 + number}.00", 5] for number in range(len(shop.products)))
    return folder


def _is_pair(line: str) -> bool:
    return ": " in line and len(line.split(": ", 1)[0].split()) <= 4


def ask(shop: Shop) -> Iterator[tuple[str, str, str, list[str]]]:
    """(need, product, reply, the products named in the reply, first first) for each need of a shop."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Database.open(folder / "shop.db", create=True) as db:
            assistant = quick_assistant(db, "shop", write(shop, folder / "shop"), folder / "shop.db")
            for number, (need, product) in enumerate(shop.needs):
                reply = plain(assistant.reply(f"c{number}", need, introduced=True).reply)
                named = [name for name in shop.products if name.lower() in reply.lower()]
                yield need, product, reply, sorted(named, key=lambda n: reply.lower().index(n.lower()))


def outcome(product: str, reply: str, named: list[str]) -> str:
    """What came of a need, in one word."""
    denied = any(d in reply.lower() for d in _DENIALS)
    if product == NONE:
        return "denied" if denied or not named else "hedged" if _HEDGE in reply.lower() else "offered"
    if product in named:
        return "first" if named[0] == product else "named"
    return "other" if named else "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--shops", default=":", help="which of the shops, as a slice: 0:30")
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    options = parser.parse_args()
    first, _, last = options.shops.partition(":")
    count: Counter[str] = Counter()
    for shop in read(options.file)[int(first or 0) : int(last) if last else None]:
        for need, product, reply, named in ask(shop):
            came = outcome(product, reply, named)
            count[came] += 1
            if options.show and came not in ("first", "denied"):
                print(f"{came}: {need} => {product}\n    {reply}")
    sold = sum(count[k] for k in ("first", "named", "other", "nothing"))
    unsold = sum(count[k] for k in ("denied", "hedged", "offered"))
    print(f"sold {sold}: first {count['first'] / max(1, sold):.1%}, named "
          f"{(count['first'] + count['named']) / max(1, sold):.1%}, another {count['other'] / max(1, sold):.1%}, "
          f"nothing {count['nothing'] / max(1, sold):.1%}")  # fmt: skip
    print(f"not sold {unsold}: denied {count['denied'] / max(1, unsold):.1%}, only near "
          f"{count['hedged'] / max(1, unsold):.1%}, offered {count['offered'] / max(1, unsold):.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
