"""The demo shop in code's own words, shared by the tests that only talk to it: none of them changes its rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from assistant.types import Record
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
