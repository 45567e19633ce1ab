"""Makes examples out of a shop: customers' questions, answered by the runtime's own code, worded by the phrasebook.

The plan of each answer comes from the very pipeline that serves customers; only what it gives the model to word is
taken. Knows no torch.
"""

from __future__ import annotations

import random
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.act.plan import Plan
from assistant.adapters import InUse
from assistant.config import Settings
from assistant.engine.request import EngineEvent, EngineStatus, GenerateRequest
from assistant.errors import EngineError, InputError
from assistant.pipeline import Assistant
from assistant.shop.catalogue import Catalogue
from assistant.shop.embed import default_embedder
from assistant.shop.importers import import_shop
from assistant.shop.search import Search
from assistant.speak import Speaker, Turn
from assistant.store.database import Database
from assistant.types import Event
from assistant.verify import Released
from assistant.wording.notes import as_prompt, notes
from finetune.example import Example
from finetune.moods import Moods
from finetune.questions import Said, ShopWords, conversations
from finetune.targets import word

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


class NoEngine:
    """Implements `Engine` without a model: code's words are all that is needed here."""

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        raise EngineError("nothing is generated while data is made")

    def status(self) -> EngineStatus:
        return EngineStatus(ready=True, model="none", context=2048, slots=1)

    def close(self) -> None:
        pass


class NoTokenizer:
    """Implements `Tokenizer` without a vocabulary."""

    eos_tokens: tuple[int, ...] = ()

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        return list(text.encode())

    def decode(self, tokens: list[int]) -> str:
        return bytes(tokens).decode("utf-8", "ignore")

    def chat(self, messages: list[dict[str, str]], *, generation_prompt: bool = True) -> list[int]:
        return [0]


class Recorder(Speaker):
    """A speaker that keeps the plans that it is given; code words them. `plans` is emptied by who reads it."""

    def __init__(self) -> None:
        super().__init__(NoEngine(), NoTokenizer(), Settings().model, InUse())
        self.plans: list[Plan] = []

    def say(self, turn: Turn, conversation_id: str, question: str, plan: Plan) -> Iterator[Event]:
        self.plans.append(plan)
        for note in notes(plan):
            yield turn.say(Released(note.text, (), own=False))


@contextmanager
def imported(kind: str, path: Path, home: Path | None = None) -> Iterator[Database]:
    """A shop's database, imported for as long as it is needed."""
    with (
        tempfile.TemporaryDirectory(prefix="backroom-finetune-", dir=home) as folder,
        Database.open(Path(folder) / "shop.db", create=True) as db,
    ):
        import_shop(db, kind, path, currency="USD" if kind in ("dummyjson", "shopify", "magento") else None)
        Search(db, default_embedder()).refresh()
        yield db


def plans(db: Database, count: int, seed: int) -> Iterator[tuple[str, str, str, str, Plan]]:
    """Conversation, product, question, register and plan of every answer in `count` made conversations."""
    for conversation, said, plan in answers(db, count, seed):
        yield conversation, said.products[0] if said.products else "", said.text, said.register, plan


def answers(db: Database, count: int, seed: int, moods: Moods | None = None) -> Iterator[tuple[str, Said, Plan]]:
    """Conversation, message and plan of every answer in `count` made conversations with customers of these moods."""
    recorder = Recorder()
    assistant = Assistant(db, NoEngine(), NoTokenizer(), Settings(), speaker=recorder)
    catalogue = Catalogue(db)
    products = [p for p in catalogue.iter_products() if p.variants]
    shop = ShopWords(products, catalogue.categories(), _SIGNS.get(catalogue.currency, ""))
    fresh = uuid.uuid4().hex  # the database may know conversations of this seed already
    for number, said in enumerate(conversations(shop, count, seed, *([moods.draw] if moods else []))):
        conversation = f"made-{seed}-{number}"
        for message in said:
            recorder.plans.clear()
            try:
                assistant.reply(f"{fresh}-{number}", message.text, introduced=True)
            except InputError:
                continue
            for plan in recorder.plans:
                yield conversation, message, plan


def build(db: Database, name: str, count: int, seed: int, wordings: int, moods: float = 0.0) -> Iterator[Example]:
    """Examples from `count` made conversations with a shop, each answer in up to `wordings` different ways; in a share
    `moods` of the conversations the customer shows a mood."""
    rng = random.Random(f"{name}-{seed}")
    felt = Moods(name, moods, seed) if moods else None
    for number, (conversation, said, plan) in enumerate(answers(db, count, seed, felt)):
        found = notes(plan)
        text = as_prompt(found)
        if not text:
            continue
        seen: set[str] = set()
        for _ in range(wordings):
            reply = word(found, plan, said.register, rng, opener=not said.mood)
            if reply is None or reply in seen:
                continue
            seen.add(reply)
            yield Example(
                id=f"{name}-{seed}-{number}-{len(seen)}",
                group=f"{name}/{conversation}",
                product=f"{name}/{said.products[0] if said.products else ''}",
                question=said.text,
                notes=text,
                reply=reply,
                register=said.register,
                origin=f"made from the shop {name}",
                mood=said.mood,
                opening=plan.opening if said.mood else "",
            )
