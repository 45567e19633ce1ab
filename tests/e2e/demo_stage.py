"""`backroom demo` as a stage for the browser tests: the real server, model and shop, with a data folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import update

from assistant.shop.schema import VariantRow
from assistant.store.database import Database

BACKROOM = Path(sys.executable).parent / "backroom"


class Demo:
    """`backroom demo` as an operator starts it, with a data folder of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.process: psutil.Popen | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        environment = {**os.environ, "XDG_DATA_HOME": str(self.data), "XDG_CONFIG_HOME": str(self.data)}
        command = [str(BACKROOM), "demo", "--no-browser", "--port", str(self.port)]
        self.process = psutil.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            line = self.process.stdout.readline()
            assert self.address in line, f"backroom demo said {line!r}"
            yield
        finally:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def engine(self) -> psutil.Process:
        """The process that holds the model: the biggest child."""
        assert self.process is not None
        return max(self.process.children(recursive=True), key=lambda child: child.memory_info().rss)

    def open_db(self) -> Database:
        """The shop's database, beside the running server."""
        return Database.open(self.data / "backroom" / "demo.db")

    def set_price(self, sku: str, minor: int) -> None:
        with self.open_db() as db, db.write() as session:
            session.execute(update(VariantRow).where(VariantRow.sku == sku).values(price_minor=minor))
