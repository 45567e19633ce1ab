"""What people say in and around shops every day, from the public folders: harmless, in great variety, as it is typed.

    talk(shared)        customers' turns, questions, wishes, names of goods as queries, texts of shops, small talk
    typed(examples)     some of any examples again, as hurried fingers type them

For training only, and only texts that safety_data's rule doesn't hold out; folders that aren't there are left out.
Knows no model.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.screen.plain import plain
from assistant.screen.rules import harmful
from finetune.safety_data import AUTHORED, OK, Example, is_held_out, read_csv, read_json, read_jsonl, read_lines
from finetune.slips import hurried

_MOST = {
    "dogo_talk": 2500,
    "bitext_talk": 1500,
    "cucom_talk": 2500,
    "qa_texts": 2500,
    "qa_answers": 600,
    "guides": 700,
    "reviews": 700,
    "wishes": 400,
    "small_talk": 3500,
    "names": 3000,
    "spans": 3000,
}
"""Texts of a kind at most, so that none drowns the others."""
_MILD = frozenset(
    "admiration amusement approval caring confusion curiosity excitement gratitude joy love optimism relief surprise "
    "neutral realization".split()
)
_ROUGH = re.compile(
    r"\b(?:kill|murder|die[ds]?\b|dead|death|rap[ei]|sex|porn|nud[ei]|fuck|shit|bitch|cunt|dick|cock|ass\b|asshole|suicid|nazi|"
    r"drug|cocain|heroin|weed\b|meth|gun|shoot|shot|bomb|terror|gay|jew|muslim|black|white|retard|slut|whore|hate|"
    r"hitler|abus|molest|pedo|threat|stab|punch|beat|hang|blood|torture|burn|steal|fraud|scam|hack|racis|trans)",
    re.IGNORECASE,
)
"""What keeps a stranger's comment out: whether it is harmless there, nobody has said."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_PERSON = re.compile(r"\[(?:NAME|RELIGION)\]")


def talk(shared: Path, seed: int = 23) -> list[Example]:
    """Harmless texts by kind, each text once, at most _MOST of a kind."""
    dice = random.Random(seed)
    found: dict[str, Example] = {}
    for kind, texts in _kinds(shared, dice):
        fresh = [t for t in dict.fromkeys((t or "").strip() for t in texts) if t and not is_held_out(t)]
        for text in dice.sample(fresh, min(len(fresh), _MOST[kind])):
            found.setdefault(text, Example(text, OK, kind, False))
    return list(found.values())


def typed(examples: Sequence[Example], share: float, seed: int = 29) -> list[Example]:
    """A `share` of the shorter examples once more, as hurried fingers type them, with their labels."""
    dice = random.Random(seed)
    short = [e for e in examples if len(e.text) < 200 and dice.random() < share]
    marked = [Example(hurried(e.text, dice), e.label, e.source, False) for e in short]
    return [m for m, e in zip(marked, short, strict=True) if m.text != e.text and len(m.text) > 1]


def _kinds(shared: Path, dice: random.Random) -> Iterator[tuple[str, list[str]]]:
    yield "dogo_talk", [row["utterance"] for row in read_csv(shared / "multidogo-fastfood" / "train.tsv", "\t")]
    yield "bitext_talk", [row["instruction"] for row in read_csv(shared / "bitext" / "customer_support.csv")]
    yield "cucom_talk", [t for t in _cucom(shared) if not harmful(plain(t))]
    yield "wishes", list(_wishes(shared))
    evidence = list(read_csv(shared / "product-qa" / "hetPQA" / "train.csv", "\t"))
    of_goods = [s for row in evidence for s in _SENTENCE.split(row["candidate"]) if 8 < len(s) < 240]
    guides = [s for text in _guides(shared) for s in _SENTENCE.split(text) if 8 < len(s) < 240]
    reviews = list(_reviews(shared))
    yield "qa_texts", of_goods
    yield "qa_answers", [row["answer"] for row in evidence]
    yield "guides", guides
    yield "reviews", reviews
    yield "spans", list(_spans([*of_goods, *guides, *reviews], dice))
    yield "small_talk", list(_small_talk(shared))
    yield "names", list(_asked_for(_names(shared), dice))


def _cucom(shared: Path) -> Iterator[str]:
    for dialogue in read_jsonl(shared / "cucom" / "ecommerce.jsonl"):
        yield from (t["content"] for t in dialogue["turns"] if t["role"].lower() == "user")


def _wishes(shared: Path) -> Iterator[str]:
    for wish in read_jsonl(shared / "shoppingbench" / "voucher_dev.jsonl"):
        yield wish["query"]
        yield wish["query"].split("\n")[0]
    for dialogue in read_jsonl(shared / "tau1-retail" / "few_shot.jsonl"):
        yield from re.findall(r"^user: (.+)$", dialogue["messages_display"], re.MULTILINE)
    for task in read_json(shared / "tau2-retail" / "tasks_train.json"):
        told = task["user_scenario"]["instructions"]
        yield from _SENTENCE.split(told["reason_for_call"] or "")


def _guides(shared: Path) -> Iterator[str]:
    path = shared / "salesbot" / "guides.json"
    yield from json.loads(path.read_text("utf-8")).values() if path.is_file() else ()


def _reviews(shared: Path) -> Iterator[str]:
    for row in read_csv(shared / "magento" / "ReviewSampleData_products_reviews.csv"):
        yield row["review"]
    for product in _dummyjson(shared):
        yield product["description"]
        yield from (review["comment"] for review in product["reviews"])


def _small_talk(shared: Path) -> Iterator[str]:
    """Strangers' mild comments, for a shop hears about more than its goods."""
    folder = shared / "goemotions" / "original"
    if not (folder / "train.tsv").is_file():
        return
    names = (folder / "labels.txt").read_text("utf-8").split()
    for line in (folder / "train.tsv").read_text("utf-8").splitlines():
        text, numbers, _ = line.split("\t")
        if {names[int(n)] for n in numbers.split(",")} <= _MILD and not _ROUGH.search(text) and len(text) > 12:
            yield _PERSON.sub("Sam", text)


def _names(shared: Path) -> Iterator[str]:
    yield from (product["title"] for product in _dummyjson(shared))
    for path in sorted((shared / "magento").glob("*products*.csv")):
        yield from (row["name"] for row in read_csv(path) if row.get("name"))
    for path in sorted((shared / "salesbot").glob("*.json")):
        found = json.loads(path.read_text("utf-8"))
        shelves = [goods for goods in found.values() if isinstance(goods, list)]
        yield from (str(item["name"]).split(" - ")[0] for goods in shelves for item in goods)
    for wish in read_jsonl(shared / "shoppingbench" / "product_dev.jsonl"):
        titles = wish["reward"]["title"]
        yield from titles if isinstance(titles, list) else [titles]


def _asked_for(names: Iterator[str], dice: random.Random) -> Iterator[str]:
    """Goods as they are looked for: by a few words of their names, in a form of shop_patterns, typed in haste."""
    forms = read_lines(AUTHORED / "shop_patterns.txt")
    for name in sorted(set(names)):
        words = re.findall(r"[^\W_]+", name)
        for _ in range(3):
            length = min(len(words), dice.choice((2, 2, 3, 4)))
            at = dice.randrange(len(words) - length + 1) if words else 0
            asked = dice.choice((*forms, "[]", "[]")).replace("[]", " ".join(words[at : at + length]))
            yield hurried(asked, dice)


def _spans(texts: Sequence[str], dice: random.Random) -> Iterator[str]:
    """A word or a few out of a shop's texts, as somebody types them who searches: little to go by, and harmless."""
    for text in texts:
        words = re.findall(r"[a-z]+(?:-[a-z]+)?", text.lower())
        length = dice.choice((1, 2, 2, 2, 3))
        if len(words) <= length + 1 or _ROUGH.search(text):
            continue
        at = dice.randrange(len(words) - length)
        span = " ".join(words[at : at + length])
        if len(span) > 3 * length:
            yield dice.choice((span, span, f"{span}?", f"do you have {span}", f"{span} please", hurried(span, dice)))


def _dummyjson(shared: Path) -> list[dict[str, Any]]:
    path = shared / "dummyjson" / "products.json"
    found = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return list(found["products"] if isinstance(found, dict) else found)
