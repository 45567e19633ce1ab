"""What every test starts from: a home of its own, a small shop, an assistant that answers without a model, a server.

Nothing of the developer's machine shines through: no settings, no database, no BACKROOM_* variable.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stand_in import StandIn, ready_status, small_shop

KEPT_VARIABLES = {"BACKROOM_SHARED_DATA"}


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, data and caches in an empty folder; a working directory without a backroom.toml."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in list(os.environ):
        if name.startswith("BACKROOM_") and name not in KEPT_VARIABLES:
            monkeypatch.delenv(name)


@pytest.fixture
def shop_db(tmp_path: Path) -> Iterator[Any]:
    """A database with two products, a customer and an order; its clock stands at 2026-03-01 12:00 UTC."""
    db = small_shop(tmp_path / "small.db")
    yield db
    db.close()


@pytest.fixture
def scripted_assistant(shop_db: Any) -> StandIn:
    """An assistant that answers in fixed words and keeps its conversations; see `tests.stand_in`."""
    return StandIn(shop_db)


@pytest.fixture
def served(scripted_assistant: StandIn) -> Iterator[str]:
    """The address of a real server in front of the scripted assistant."""
    from assistant.api import create_app
    from assistant.config import Settings
    from assistant.customers import find_customer
    from assistant.desk import Desk
    from assistant.metrics import Metrics

    desk = Desk(scripted_assistant, Metrics(ready_status), give_up=scripted_assistant.give_up)
    app = create_app(
        desk,
        Settings(),
        status=ready_status,
        find_customer=lambda key, email: find_customer(scripted_assistant.db, customer_id=key, email=email),
    )
    with serving(app) as address:
        yield address


class serving:
    """Runs an ASGI app on a free port of this machine while the block lasts; gives its address."""

    def __init__(self, app: Any) -> None:
        import uvicorn

        self.server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=3)
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started:
            assert self.thread.is_alive() and time.monotonic() < deadline, "the test server didn't start"
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)
