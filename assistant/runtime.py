"""The one place that puts Backroom together: settings, database, engine, assistant.

    with open_runtime(settings) as runtime:
        record = runtime.assistant.reply("conversation", "How much is the Camp Mug?")

Also the demo shop's database. Knows no HTTP, no command line and no step of a turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.adapters import InUse, choose
from assistant.config import Settings, data_home
from assistant.releases import Releases
from assistant.store.database import Database

if TYPE_CHECKING:
    from assistant.engine.process import EngineProcess
    from assistant.engine.remote import RemoteEngine
    from assistant.engine.request import Tokenizer
    from assistant.pipeline import Assistant

DEMO_SHOP = Path(__file__).parent / "shop" / "demo"


@dataclass
class Runtime:
    """Everything that runs, for as long as it runs. Close it, or use it as a context manager."""

    settings: Settings
    db: Database
    process: EngineProcess | RemoteEngine
    tokenizer: Tokenizer
    assistant: Assistant
    adapters: InUse
    releases: Releases | None = None
    """Takes over what is released while serving; None where the operator named an adapter, or none."""

    def assistant_for(self, db: Database) -> Assistant:
        """An assistant of the same making for another database, such as a copy."""
        from assistant.pipeline import Assistant

        return Assistant(db, self.process, self.tokenizer, self.settings, self.adapters)

    def close(self) -> None:
        if self.releases is not None:
            self.releases.stop()
        self.process.close()
        self.db.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(settings: Settings, *, create: bool = True) -> Database:
    """The shop's database of these settings, made when missing. Raises DatabaseError."""
    path = settings.shop.db
    if path.is_relative_to(data_home()):
        path.parent.mkdir(parents=True, exist_ok=True)
    return Database.open(path, create=create)


def open_runtime(settings: Settings, *, wait: bool = True) -> Runtime:
    """Start everything. Without `wait` the model may still be loading when this returns.

    Raises DatabaseError, ModelError or EngineError, with nothing left running.
    """
    from assistant.engine import open_engine
    from assistant.models import ModelStore

    db = open_database(settings)
    try:
        model = settings.model
        store = ModelStore()
        name = model.name or store.default
        base = store.resolve(name).sha256
        its_own = model.remote_url is not None and model.adapter is None  # another server has adapters of its own
        adapters = InUse(None if its_own else choose(model.adapter, base))
        process, tokenizer = _remote(settings, name) or open_engine(
            name,
            adapter=adapters.current.path if adapters.current else None,
            threads=model.threads,
            slots=model.slots,
            context_per_slot=model.context,
            queue_limit=model.queue,
            wait=False,
        )
    except BaseException:
        db.close()
        raise
    try:
        # The engine's process loads the model while this one imports the pipeline.
        from assistant.engine.process import EngineProcess
        from assistant.pipeline import Assistant

        assistant = Assistant(db, process, tokenizer, settings, adapters)
        releases = None
        if model.adapter is None and isinstance(process, EngineProcess):
            releases = Releases(process, adapters, base)
        runtime = Runtime(settings, db, process, tokenizer, assistant, adapters, releases)
        if wait:
            process.wait_ready()
    except BaseException:
        process.close()
        db.close()
        raise
    return runtime


def _remote(settings: Settings, name: str) -> tuple[RemoteEngine, Tokenizer] | None:
    """The configured server of another machine with this model's tokenizer; None when none is configured."""
    model = settings.model
    if model.remote_url is None:
        return None
    from assistant.engine.remote import RemoteEngine, RemoteOptions
    from assistant.engine.tokenizer import LlamaTokenizer
    from assistant.models import resolve

    tokenizer = LlamaTokenizer(resolve(name).path)
    options = RemoteOptions(
        model.remote_url.rstrip("/"),
        model=model.remote_model,
        key=model.remote_key,
        context=model.context,
        num_slots=model.slots or 8,
        grammar=model.remote_grammar,
    )
    return RemoteEngine(options, tokenizer), tokenizer


def demo_settings(settings: Settings) -> Settings:
    """These settings for the demo shop, whose database and pictures come with the package."""
    return settings.override(shop={"db": data_home() / "demo.db"}, chat={"images": DEMO_SHOP / "images"})


def prepare_demo(settings: Settings) -> int:
    """Make or refresh the demo shop's database; returns how many rows were written. Raises UsageError's kinds."""
    from assistant.shop.embed import default_embedder
    from assistant.shop.importers import import_shop
    from assistant.shop.search import Search

    with open_database(settings) as db:
        report = import_shop(db, "shop", DEMO_SHOP)
        Search(db, default_embedder()).refresh()
    return report.num_written
