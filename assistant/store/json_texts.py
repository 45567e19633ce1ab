"""Changes the texts within JSON: what is put in a text's place never breaks the document around it.

Knows neither what is looked for nor whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)?")


def with_texts(data: Any, change: Callable[[str], str]) -> Any:
    """Parsed JSON with every text in it changed. Keys, numbers and moments ("2026-03-01T12:00:00Z") are no texts."""
    if isinstance(data, str):
        return data if _MOMENT.fullmatch(data) else change(data)
    if isinstance(data, dict):
        return {key: with_texts(value, change) for key, value in data.items()}
    if isinstance(data, list):
        return [with_texts(value, change) for value in data]
    return data
