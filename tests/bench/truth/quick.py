"""Replays cases without a model, in this process: code words every answer, so that a run takes a hundredth of the time.

What is understood and what is said to be true don't depend on the model; only the wording does. Knows no checker.
"""

from __future__ import annotations

from pathlib import Path

from assistant.config import Settings
from assistant.engine.scripted import ByteTokenizer, ScriptedEngine
from assistant.errors import EngineError
from assistant.pipeline import Assistant
from assistant.readings.second_look import Choose
from assistant.replay import read_cases, run_cases
from assistant.shop.embed import default_embedder
from assistant.shop.importers import import_shop
from assistant.shop.search import Search
from assistant.store.database import Database


class _Mute(ScriptedEngine):
    """Declines every request at once."""

    def generate(self, request: object) -> object:  # type: ignore[override]
        raise EngineError("replayed without a model")


def quick_assistant(db: Database, kind: str, source: Path, database: Path, choose: Choose | None = None) -> Assistant:
    """An assistant whose answers code words, over an empty database that the shop is imported into."""
    import_shop(db, kind, source)
    Search(db, default_embedder()).refresh()
    return Assistant(db, _Mute([]), ByteTokenizer(), Settings().override(shop={"db": database}), choose=choose)


def replay_quickly(kind: str, source: Path, database: Path, cases: Path, results: Path) -> None:
    """Imports the shop when `database` isn't there yet, then writes the results of `cases`."""
    fresh = not database.exists()
    with Database.open(database, create=True) as db:
        if fresh:
            import_shop(db, kind, source)
            Search(db, default_embedder()).refresh()
        settings = Settings().override(shop={"db": database})

        def build(copy: Database) -> Assistant:
            return Assistant(copy, _Mute([]), ByteTokenizer(), settings)

        run_cases(read_cases(cases), results, db=db, build=build, jobs=1)
