"""Trains the tagger of names and addresses (assistant/privacy/tagger.py).

    python -m finetune.heads names      # reads finetune/data/names_*.txt and, where they are there, the shared sets

The sentences' slots are filled with Faker's names and addresses of many countries: nobody's real data is used. Of the
templated set every third template is left out of the training (`is_held_out`); tests/bench/bench_pii.py measures on
those. Needs the `finetune` extra.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faker import Faker
from safetensors.numpy import save_file

from assistant.privacy.tagger import LABELS, features, words_of
from assistant.shop.embed import default_embedder
from finetune.names_network import Text, fit

DATA = Path(__file__).parent / "data"
HEAD = Path(__file__).parents[1] / "assistant" / "privacy" / "data" / "names.safetensors"
LOCALES = (
    "en_US en_GB de_DE fr_FR it_IT es_ES nl_NL sv_SE pl_PL da_DK no_NO fi_FI cs_CZ pt_PT hu_HU en_IN tr_TR "
    "en_AU en_CA en_NZ pt_BR es_MX fr_CH de_AT hr_HR sl_SI sk_SK ro_RO et_EE lt_LT id_ID".split()
)
OF_SHARED = {
    "PERSON": "name",
    "ADDRESS": "address",
    "STREET_ADDRESS": "address",
    "ZIP_CODE": "address",
    "LOCATION": "place",
    "GPE": "place",
    "ORGANIZATION": "organisation",
}


@dataclass(frozen=True)
class Tagged:
    """A text with its spans: (start, end, label)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def is_held_out(template: int) -> bool:
    """Whether a template of the shared set is for the last look only."""
    return template % 3 == 2


def read_shared(folder: Path, *, held_out: bool) -> list[Tagged]:
    """The shared templated texts of one part; empty when they aren't there."""
    found = []
    for name in ("presidio_generated_large.json", "presidio_synth_dev.json"):
        path = folder / name
        for row in json.loads(path.read_text("utf-8")) if path.is_file() else ():
            if is_held_out(int(row["template_id"] or 0)) == held_out:
                spans = tuple(
                    (s["start_position"], s["end_position"], OF_SHARED[s["entity_type"]])
                    for s in row["spans"]
                    if s["entity_type"] in OF_SHARED
                )
                found.append(Tagged(row["full_text"], spans))
    return found


def authored(per_line: int, seed: int) -> list[Tagged]:
    """Every template filled `per_line` times, and the sentences without names as they are."""
    made = Filler(seed)
    lines = _lines(DATA / "names_templates.txt")
    filled = [made.fill(line) for line in lines for _ in range(per_line)]
    return filled + [Tagged(line, ()) for line in _lines(DATA / "names_none.txt") for _ in range(3)]


def nameless(shared: Path, number: int, seed: int) -> list[Tagged]:
    """Real customers' questions about products, which name hardly anybody; none when they aren't there."""
    path = shared / "product-qa" / "hetPQA" / "train.csv"
    rows = path.read_text("utf-8").splitlines()[1:] if path.is_file() else []
    questions = sorted({row.split("\t")[1] for row in rows})
    return [Tagged(q, ()) for q in random.Random(seed).sample(questions, min(number, len(questions)))]


def comments(shared: Path, number: int, seed: int) -> list[Tagged]:
    """Strangers' comments, half of them about somebody, whose name was taken out and is made up again."""
    path = shared / "goemotions" / "original" / "train.tsv"
    rows = [line.split("\t")[0] for line in path.read_text("utf-8").splitlines()] if path.is_file() else []
    whose = [r.replace("[NAME]", "{any}") for r in rows if "[NAME]" in r and "[RELIGION]" not in r and "{" not in r]
    nobody = [r for r in rows if "[" not in r and "{" not in r]
    draw, made = random.Random(seed), Filler(seed)
    picked = [draw.sample(kind, min(len(kind), number // 2)) for kind in (whose, nobody)]
    return [made.fill(line) for line in picked[0]] + [Tagged(line, ()) for line in picked[1]]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]


class Filler:
    """Fills slots with made-up people and places of many countries. The same seed fills the same way."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._fakers = [Faker(locale) for locale in LOCALES]
        for faker in self._fakers:
            faker.seed_instance(seed)

    def fill(self, template: str) -> Tagged:
        text, spans = "", []
        fake: Any = self._random.choice([*self._fakers, *self._fakers[:2] * 4])
        for part in re.split(r"(\{\w+\})", template.replace("\\n", "\n")):
            if not (part.startswith("{") and part.endswith("}")):
                text += part
                continue
            value, label = self._slot(part[1:-1], fake)
            if label:
                spans.append((len(text), len(text) + len(value), label))
            text += value
        if self._random.random() < 0.2:
            text = text.lower()
        return Tagged(text, tuple(spans))

    def _slot(self, slot: str, fake: Any) -> tuple[str, str]:
        r = self._random
        number = str(r.choice([r.randint(1, 99), r.randint(1, 999), r.randint(1, 29999)]))
        postcode = fake.postcode()
        street = _without_number(fake.street_name())
        makers: dict[str, Callable[[], tuple[str, str]]] = {
            "name": lambda: (self._whole(fake), "name"),
            "NAME": lambda: (self._whole(fake).upper(), "name"),
            "lname": lambda: (self._whole(fake).lower(), "name"),
            "first": lambda: (fake.first_name(), "name"),
            "any": lambda: (r.choice((fake.first_name(), fake.last_name(), self._whole(fake))), "name"),
            "last": lambda: (fake.last_name(), "name"),
            "title": lambda: (
                r.choice(["Mr", "Mrs.", "Ms", "Dr.", "Miss", "Mr.", "Prof."]),
                "name" if r.random() < 0.3 else "",
            ),
            "address": lambda: (self._address(fake, street, number, postcode), "address"),
            "laddress": lambda: (self._address(fake, street, number, postcode).lower(), "address"),
            "street": lambda: (street, "address"),
            "number": lambda: (number, "address"),
            "unit": lambda: (r.choice(["Apt. ", "Suite ", "Unit ", "Flat ", "# "]) + str(r.randint(1, 900)), "address"),
            "postcode": lambda: (postcode, "address"),
            "city": lambda: (fake.city() if r.random() < 0.9 else fake.city().upper(), "place"),
            "country": lambda: (r.choice(self._fakers[:2]).country(), "place"),
            "org": lambda: (self._organisation(fake), "organisation"),
            "phone": lambda: (fake.phone_number(), ""),
            "email": lambda: (fake.email(), ""),
            "date": lambda: (r.choice([fake.date(), fake.day_of_week(), fake.month_name(), "May 4", "3/7/1988"]), ""),
            "order": lambda: (r.choice(["#W", "", "ORD-", "#"]) + str(r.randint(10**5, 10**9)), ""),
            "digits": lambda: (str(r.randint(2, 46)), ""),
            "job": lambda: (r.choice(self._fakers[:2]).job().split(",")[0].lower(), ""),
            "nation": lambda: (r.choice(_NATIONS), ""),
            "product": lambda: (r.choice(_PRODUCTS), ""),
        }
        return makers[slot]()

    def _whole(self, fake: Any) -> str:
        r = self._random
        first, last = fake.first_name(), fake.last_name()
        middle = r.choice(
            [
                "",
                "",
                "",
                "",
                f"{fake.first_name()} ",
                f"{r.choice('ABCDEFGHJKLMPRST')}. ",
                f"{r.choice('ABCDEFGHJKLM')} ",
            ]
        )
        lasts = f"{last}-{fake.last_name()}" if r.random() < 0.05 else last
        return f"{first} {middle}{lasts}"

    def _organisation(self, fake: Any) -> str:
        r = self._random
        made = [
            fake.company(),
            f"{fake.last_name()} {r.choice(['Ltd', 'Inc.', 'GmbH', 'Group', '& Sons', 'LLC', 'PLC'])}",
        ]
        made += [
            f"{fake.last_name()}, {fake.last_name()} and {fake.last_name()}",
            f"{fake.last_name()}-{fake.last_name()}",
            self._made_up_word(),
            self._made_up_word(),
            f"{r.choice(_ORG_FIRST)} {r.choice(_ORG_SECOND)}",
            r.choice(_ORG_FIRST) + r.choice(_ORG_SECOND).lower(),
        ]
        return str(r.choice(made))

    def _made_up_word(self) -> str:
        """A firm's name as they are invented: "Telorix", "Novago"."""
        r = self._random
        middle = "".join(r.choice("bcdfgklmnprstvz") + r.choice("aeiou") for _ in range(r.randint(1, 3)))
        first, last = r.choice(["", *"aeiou"]), r.choice(["", "x", "n", "lytics", "ware", "ly", "io"])
        return f"{first}{middle}{last}".capitalize()

    def _address(self, fake: Any, street: str, number: str, postcode: str) -> str:
        r = self._random
        city, country = fake.city(), r.choice(self._fakers[:2]).country()
        unit = r.choice(
            ["", "", f" Apt. {r.randint(1, 999)}", f" Suite {r.randint(1, 999)}", f", Flat {r.randint(1, 40)}"]
        )
        forms = [
            fake.address(),
            fake.address().replace("\n", ", "),
            f"{number} {street}{unit}, {city} {postcode}",
            f"{street} {number}, {postcode} {city}",
            f"{number} {street}{unit}\n{city}\n, {r.choice(_STATES)}\n {postcode}",
            f"{number} {street}{unit}\n {city}\n {country} {postcode}",
            f"{street} {number}\n{unit.strip(', ')}\n{city}\n{country}",
            f"{number} {street}",
            f"{street} {number}",
        ]
        return str(r.choice(forms))


_STATES = "AL CA CO FL NY ON QC SH TX VIC WA NSW NRW".split()
_PRODUCTS = """Trail Runner|Camp Mug|wool blanket|Alder Chef's Knife|Barnaby Bear|Oxford shirt|Rose candle|kettle|
iPhone case|Marlow lamp|Chelsea boots|French press|Orient Compass|Fellwalker Mid|hiking boots|espresso machine|
Ruby ring|jeans|backpack|Victoria sponge tin|Florence sofa|Bluetooth Speaker|Smart Watch|T-Shirt|Garden Hose|
Action Camera|Water Bottle""".replace("\n", "").split("|")
_NATIONS = """American British Finnish Czech Greek German French Italian Spanish Dutch Swedish Polish Danish Norwegian
Hungarian Portuguese Turkish Indian Chinese Japanese Brazilian Canadian Australian Irish Scottish Welsh Swiss Austrian
Mexican Egyptian Nigerian Korean Thai Croatian Romanian""".split()
_ORG_FIRST = (
    "Nova Blue Green Open Clear Red Prime North Urban Global True Bright Data Cloud Smart Iron Fresh Rapid".split()
)
_ORG_SECOND = (
    "Tech Works Labs Foods Media Health Systems Retail Logistics Bank Energy Motors Partners Studio Design".split()
)


def _without_number(street: str) -> str:
    return re.sub(r"\d+", "", street).strip(" ,")


def labels_of(tagged: Tagged) -> list[int]:
    """The label of every word of the text, as an index into LABELS."""
    labels = []
    for word in words_of(tagged.text):
        kind = next((k for start, end, k in tagged.spans if word.start < end and start < word.end), "other")
        labels.append(LABELS.index(kind))
    return labels


def read(texts: Sequence[Tagged]) -> list[Text]:
    """What the network sees of texts that have words."""
    tokens = default_embedder().tokens
    found = []
    for tagged in texts:
        if words := words_of(tagged.text):
            dense, pieces = features(tagged.text, words, tokens)
            found.append(Text(dense, pieces, labels_of(tagged)))
    return found


def train(shared: Path, *, per_line: int = 12, seed: int = 7, out: Path = HEAD) -> int:
    """Fit the tagger, write it to `out`, and return how many texts it saw."""
    texts = [
        *authored(per_line, seed),
        *read_shared(shared / "pii", held_out=False),
        *nameless(shared, 1200, seed),
        *comments(shared, 3000, seed),
    ]
    network = fit(read(texts))
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(network.arrays(), out)
    out.chmod(0o644)
    return len(texts)
