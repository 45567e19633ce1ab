"""What the sources of a run's data hold at this moment, as digests: changed files, new reviews, a consent taken back.

Data that is there already is known by them and by the settings (see finetune.data). Knows no example and no model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.adapters import file_hash
from assistant.store.database import Database
from finetune.config import DataSettings, ReviewSource
from finetune.import_turns import Exchange
from finetune.reviewed import reviewed


def contents(settings: DataSettings) -> list[str]:
    """A digest for every source from outside: files of dialogues, shops' own data, reviewed conversations. None for
    what is made up, or comes with Backroom."""
    shops = [(shop.kind, shop.path) for shop in settings.shops] + [(file.kind, file.shop) for file in settings.files]
    paths = [file.path for file in settings.files] + [p for kind, p in shops if kind != "made" and p != "demo"]
    return [*map(_of_path, paths), *map(_of_reviews, settings.reviews)]


def _of_path(path: str) -> str:
    """Of a file, or of all files in a folder; of what isn't there, of nothing: who reads it says so."""
    whole = Path(path).expanduser()
    found = sorted(file for file in (whole, *whole.rglob("*")) if file.is_file())
    return _digest([f"{file.relative_to(whole)} {file_hash(file)}" for file in found])


def _of_reviews(source: ReviewSource) -> str:
    """Of what may be learnt from now: who has taken their consent back is in it no more."""
    return _digest(_said(source))


def _said(source: ReviewSource) -> Iterator[list[str]]:
    with Database.open(Path(source.db).expanduser()) as db:
        for each in reviewed(db, visitors=source.visitors):
            if isinstance(each, Exchange):
                yield [each.group, each.question, each.reply]


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()
