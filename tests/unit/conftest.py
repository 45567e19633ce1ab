"""Shops in code's own words, shared by the tests that only talk to them: none of them changes their rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.runtime import DEMO_SHOP
from assistant.shop.embed import default_embedder
from assistant.shop.importers import import_shop
from assistant.shop.search import Search
from assistant.types import Record
from tests.unit.importing import shared_data
from tests.unit.shop_folder import fresh_database


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Over the demo shop, with an engine that says nothing."""
    db = fresh_database(tmp_path_factory.mktemp("demo") / "shop.db")
    import_shop(db, "shop", DEMO_SHOP)
    engine = ScriptedEngine(lambda _: "", context=50_000)
    yield Assistant(db, engine, engine.tokenizer, Settings())
    engine.close()
    db.close()


@pytest.fixture
def talk(assistant: Assistant) -> Callable[..., Record]:
    """Says the turns of one new conversation, and gives the last answer."""

    def say(*turns: str) -> Record:
        conversation = uuid.uuid4().hex
        return [assistant.reply(conversation, turn, introduced=True) for turn in turns][-1]

    return say


_FOLDERS = {"tau2": "tau2-retail", "dummyjson": "dummyjson", "magento": "magento"}


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Assistant]]:
    """The assistant of a shop by its kind, other people's data among them; made when it is first asked for."""
    made: dict[str, Assistant] = {}
    engine = ScriptedEngine(lambda _: "", context=50_000)

    def of(kind: str) -> Assistant:
        if kind not in made:
            db = fresh_database(tmp_path_factory.mktemp(kind) / "shop.db")
            source = DEMO_SHOP if kind == "demo" else shared_data(_FOLDERS[kind])
            import_shop(db, "shop" if kind == "demo" else kind, source)
            Search(db, default_embedder()).refresh()
            made[kind] = Assistant(db, engine, engine.tokenizer, Settings())
        return made[kind]

    yield of
    engine.close()


@pytest.fixture
def say(shops: Callable[[str], Assistant]) -> Callable[..., Record]:
    """Says the turns of one new conversation in a shop, and gives the last answer."""

    def turns(kind: str, *messages: str) -> Record:
        conversation = uuid.uuid4().hex
        return [shops(kind).reply(conversation, message, introduced=True) for message in messages][-1]

    return turns
