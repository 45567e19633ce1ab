"""Small made-up shops and conversations with them, out of the questions that were authored to their lines.

Each shop has the products of one authored shop and the pages of another (finetune/data/lines_*.txt); prices and stock
are drawn by lot. What a message should lead to follows from whom it was written to: a line of a product or a page, a
product, a price, or nothing. Only shops that the reader of lines wasn't trained on give questions; needs come from all.
Knows no assistant.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from finetune.authored_lines import Shop, Text, read
from finetune.line_pools import HELD, PAGES, PRODUCTS

_TURNS = 5
_ASKS_PRICE = ("how much is it", "price?", "whats it cost", "and how much", "what does that one come to", "cost?")
_OPENS = ("{} - {}", "about the {}: {}", "{1} (the {0})", "looking at the {}. {}", "{}... {}")
_TELLS = ("tell me about the {}", "the {}?", "do you have the {}", "hi, i saw the {} on your site", "{} price please")


@dataclass(frozen=True)
class Wanted:
    """What a message should lead to. `kind`: "line" (of `title`, with this `name` and `text`), "product", "price", or
    "nothing": it should be said that it isn't known."""

    kind: str
    title: str = ""
    name: str = ""
    text: str = ""


@dataclass(frozen=True)
class Made:
    """A shop's folder, and conversations with it: [(message, what it should lead to)]."""

    folder: Path
    talks: list[list[tuple[str, Wanted]]]


def made_shops(folder: Path, seed: int = 8) -> Iterator[Made]:
    """Writes each shop under `folder` and yields it with its conversations."""
    lot = random.Random(seed)
    pages = [shop for path in PAGES for shop in _held(path, products=False)]
    for number, shop in enumerate(read(PRODUCTS[0], products=True)):
        held = number % HELD == HELD - 1
        side = pages[number // HELD % len(pages)] if held else pages[number % len(pages)]
        place = folder / f"made{number}"
        _write(place, shop, side, lot)
        yield Made(place, list(_talks(shop, side if held else None, lot)))


def _held(path: Path, *, products: bool) -> list[Shop]:
    return [shop for number, shop in enumerate(read(path, products=products)) if number % HELD == HELD - 1]


def _write(place: Path, shop: Shop, side: Shop, lot: random.Random) -> None:
    (place / "policies").mkdir(parents=True)
    info = {
        "name": shop.name.title(), "currency": "GBP", "locale": "en_GB", "timezone": "Europe/London",
        "now": "2026-05-18T10:30:00+01:00",
    }  # fmt: skip
    (place / "shop.json").write_text(json.dumps(info), "utf-8")
    for number, text in enumerate(side.texts):
        body = "\n\n".join(line.whole for line in text.lines)
        (place / "policies" / f"page{number}.md").write_text(f"# {text.title}\n\n{body}\n", "utf-8")
    with (place / "products.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["product_id", "name", "category", "description", "active", "specs"])
        for number, text in enumerate(shop.texts):
            specs = "; ".join(f"{line.name}={line.text.replace(';', ',')}" for line in text.lines if line.name)
            told = " ".join(line.text for line in text.lines if not line.name)
            rows.writerow([f"P{number}", text.title, shop.name.title(), told, "yes", specs])
    with (place / "variants.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sku", "product_id", "price", "stock", "active"])
        for number in range(len(shop.texts)):
            price = lot.choice((4.5, 9.95, 14, 29, 45.5, 89, 149, 320))
            rows.writerow([f"S{number}", f"P{number}", price, lot.choice((0, 3, 8, 20, 50)), "yes"])


def _talks(shop: Shop, side: Shop | None, lot: random.Random) -> Iterator[list[tuple[str, Wanted]]]:
    """Conversations that use every need once, and with pages (`side`) every question too."""
    asked = [(text, *each) for text in shop.texts for each in _asked(text)] if side else []
    page = [each for text in side.texts for each in _asked(text)] if side else []
    needs = list(shop.needs)
    for pile in (asked, page, needs):
        lot.shuffle(pile)
    while asked or page or needs:
        talk: list[tuple[str, Wanted]] = []
        about: Text | None = None
        while len(talk) < _TURNS and (asked or page or needs):
            pile = lot.choice([pile for pile in (asked, page, needs) if pile])
            if pile is needs:
                need, title = needs.pop()
                talk.append((need, Wanted("product", title) if title else Wanted("nothing")))
                about = next((text for text in shop.texts if text.title == title), about)
            elif pile is page:
                talk.append(page.pop())
            else:
                about = _ask(asked, about, talk, lot)
            if about is not None and lot.random() < 0.1:
                talk.append((lot.choice(_ASKS_PRICE), Wanted("price", about.title)))
        yield talk


def _ask(
    asked: list[tuple[Text, str, Wanted]], about: Text | None, talk: list[tuple[str, Wanted]], lot: random.Random
) -> Text:
    """Asks something of what is talked about, or names another product first."""
    place = next((n for n, each in enumerate(asked) if each[0] is about), len(asked) - 1)
    text, question, wanted = asked.pop(place)
    if text is not about and lot.random() < 0.5:
        talk.append((lot.choice(_TELLS).format(text.title), Wanted("product", text.title)))
    elif text is not about:
        question = lot.choice(_OPENS).format(text.title, question)
    talk.append((question, wanted))
    return text


def _asked(text: Text) -> list[tuple[str, Wanted]]:
    told = [(q, Wanted("line", text.title, text.lines[at].name, text.lines[at].text)) for q, at in text.asked]
    return told + [(question, Wanted("nothing", text.title)) for question in text.unanswered]
