"""Makes customers' conversations with a shop: authored questions, filled with the shop's own products and values.

Two shops give different conversations, and so do two seeds; the same shop and seed always the same. Casual customers
write as people type. Knows the shop's rows, but not how they are answered.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from assistant.errors import UsageError
from assistant.types import Product

FILE = Path(__file__).parent / "data" / "questions.txt"
_SLOT = re.compile(r"\b([PQVOAKNM])\b")
_WEIGHTS = {
    "price": 16, "availability": 18, "stock": 6, "options": 7, "details": 16, "cheapest": 7, "search": 12,
    "compare": 5, "policy": 7, "promotion": 2, "talk": 4,
}  # fmt: skip
_FOLLOW_UPS = ("then_price", "then_availability", "then_stock", "then_options", "then_details", "then_talk")
_GREETINGS = {
    "c": ("hey ", "hi, ", "yo ", "hiya "),
    "f": ("Good day. ", "Dear team, ", "Hello. "),
    "": ("Hi! ", "Hello, "),
}
_CLOSINGS = {
    "c": (" pls", " thx", " lol", ""),
    "f": (" Thank you in advance.", " Kind regards"),
    "": (" Thanks!", " please"),
}
_SLANG = (("you", "u"), ("are", "r"), ("please", "pls"), ("your", "ur"), ("what's", "whats"), ("do you", "d'you"))


@dataclass(frozen=True)
class Said:
    """One message of a customer. `register` is how they write: "" plain, "c" casual, "f" formal."""

    text: str
    register: str
    products: tuple[str, ...] = ()
    mood: str = ""
    """The name of the mood that the customer shows in it (finetune.moods), "" for none."""


@dataclass
class ShopWords:
    """What customers can ask about: products and the categories' names. Amounts are in the shop's currency sign."""

    products: Sequence[Product]
    categories: Sequence[str] = field(default_factory=list)
    sign: str = "$"


def read_templates(path: Path = FILE) -> dict[str, list[tuple[str, str]]]:
    """Section -> (register, template). Raises UsageError for a line outside of any section."""
    sections: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] | None = None
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif current is None:
            raise UsageError(f"{path}:{number}: a question before any section; begin with a line '[kind]'")
        else:
            register = line[0] if line[:2] in ("c:", "f:") else ""
            current.append((register, line[3:] if register else line))
    return sections


class Feels(Protocol):
    """A mood, put around a question."""

    @property
    def name(self) -> str: ...

    def around(self, question: str) -> str: ...


def conversations(
    shop: ShopWords, count: int, seed: int, mood_of: Callable[[str], Feels | None] = lambda register: None
) -> Iterator[list[Said]]:
    """`count` conversations of one to four messages, each customer in one register throughout. `mood_of` a register
    gives the mood, if any, that the next customer shows in the first message."""
    rng = random.Random(seed)
    templates = read_templates()
    kinds, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    for _ in range(count):
        register = rng.choices(("", "c", "f"), (4, 3, 2))[0]
        product, other = rng.sample(list(shop.products), 2)
        kind = rng.choices(kinds, weights)[0]
        mood = mood_of(register)
        said = [_say(templates[kind], register, product, other, shop, rng, opening=True, mood=mood)]
        follow = "then_search" if kind == "search" else ""
        while len(said) < 4 and rng.random() < 0.55:
            section = follow if follow and rng.random() < 0.5 else rng.choice(_FOLLOW_UPS)
            said.append(_say(templates[section], register, product, other, shop, rng, opening=False))
        yield said


def _say(
    templates: Sequence[tuple[str, str]],
    register: str,
    product: Product,
    other: Product,
    shop: ShopWords,
    rng: random.Random,
    *,
    opening: bool,
    mood: Feels | None = None,
) -> Said:
    fitting = [t for r, t in templates if r == register] or [t for r, t in templates if not r]
    text = rng.choice(fitting)
    values = _values(product, other, shop, rng)
    text = _SLOT.sub(lambda m: values[m[1]], text)
    if mood:
        text = mood.around(text)
    if opening and rng.random() < 0.25:
        text = rng.choice(_GREETINGS[register]) + text
    if rng.random() < 0.15:
        text += rng.choice(_CLOSINGS[register])
    if register == "c":
        text = _typed_quickly(text, rng)
    return Said(text, register, (product.product_id, other.product_id), mood.name if mood else "")


def _values(product: Product, other: Product, shop: ShopWords, rng: random.Random) -> dict[str, str]:
    variant = rng.choice(product.variants)
    foreign = rng.choice(other.variants)
    options = [v for v in variant.options.values() if v] or [v for v in foreign.options.values() if v] or ["blue"]
    if rng.random() < 0.15:  # something that this product may not come in
        options = [v for v in foreign.options.values() if v] or options
    option_names = [n.replace("_", " ") for n, v in variant.options.items() if v] or ["colour"]
    attributes = [n.replace("_", " ") for n, v in (*product.attributes.items(), *product.specs.items()) if v]
    price = variant.price.minor / 100 * rng.choice((0.6, 1.2, 1.5, 2.0))
    return {
        "P": _called(product, rng),
        "Q": _called(other, rng),
        "V": rng.choice(options),
        "O": _many(rng.choice(option_names)),
        "A": rng.choice(attributes or ["weight"]),
        "K": rng.choice(list(shop.categories) or [product.category]).lower(),
        "N": str(rng.choice((2, 3, 5, 8, 12, 20))),
        "M": f"{shop.sign}{max(5, round(price / 5) * 5)}",
    }


def _called(product: Product, rng: random.Random) -> str:
    return product.name if rng.random() < 0.7 else product.name.lower()


def _many(name: str) -> str:
    return name if name.endswith("s") else f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _typed_quickly(text: str, rng: random.Random) -> str:
    """Lower case mostly, some short forms, now and then two letters swapped."""
    if rng.random() < 0.7:
        text = text.lower()
    for plain, short in _SLANG:
        if rng.random() < 0.3:
            text = re.sub(rf"\b{plain}\b", short, text)
    if rng.random() < 0.12 and len(text) > 12:
        at = rng.randrange(4, len(text) - 4)
        if text[at : at + 2].isalpha():
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text
