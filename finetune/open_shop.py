"""Opens the shops of a run's settings: those that were given, and made-up ones. Knows no data and no training."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from assistant.runtime import DEMO_SHOP
from finetune.build import imported
from finetune.config import ShopSource
from finetune.shops import make_shop


def open_shop(source: ShopSource) -> Any:
    """A context manager with the imported database of a shop of the settings."""
    if source.kind != "made":
        return imported(source.kind, DEMO_SHOP if source.path == "demo" else Path(source.path))
    return _made(source)


class _made:
    """A made-up shop's database, for as long as it is needed."""

    def __init__(self, source: ShopSource) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="backroom-shop-")
        self._shop = imported("shop", make_shop(Path(self._folder.name) / "shop", source.seed, source.products))

    def __enter__(self) -> Any:
        return self._shop.__enter__()

    def __exit__(self, *details: Any) -> None:
        self._shop.__exit__(*details)
        self._folder.cleanup()


def shop_name(source: ShopSource) -> str:
    """How a shop is called in ids and reports."""
    return f"made-{source.seed}" if source.kind == "made" else Path(source.path).name
