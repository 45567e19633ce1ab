"""What a judgement has measured already, so that one that was cut off goes on, and a base isn't measured twice.

    OUT/measured/NAME.json   {"key": what it was measured with, "value": ...}, whole or not at all

Knows nothing of what is measured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from finetune.report import write_json


class Kept:
    """The measurements of one run's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "measured"

    def get(self, name: str, key: object, measure: Callable[[], Any]) -> Any:
        """The value measured under this name with the same `key` (plain data), or a new one, which is kept."""
        digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
        file = self._folder / f"{name}.json"
        if file.is_file():
            kept = json.loads(file.read_text("utf-8"))
            if kept["key"] == digest:
                return kept["value"]
        value = measure()
        self._folder.mkdir(parents=True, exist_ok=True)
        write_json(file, {"key": digest, "value": value})
        return value
