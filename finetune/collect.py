"""Collects what may be learnt from: made dialogues with shops, files of dialogues, and reviewed conversations.

Whose conversations are taken is noted in their shop's database before anything is written, so that erasure finds them.
Knows no split, no tokenizer and no torch.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import UsageError
from assistant.privacy.training import register_data
from assistant.store.database import Database
from finetune.build import build
from finetune.config import DataSettings, FileSource, ReviewSource, ShopSource
from finetune.example import Example, check
from finetune.import_turns import Exchange
from finetune.importers import read_dialogues
from finetune.learn import learn
from finetune.open_shop import open_shop, shop_name
from finetune.reviewed import reviewed

Progress = Callable[[str], None]


@dataclass
class Refused:
    """What gave no example: how often for each reason, and where the first of them is."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, where: str, why: str) -> None:
        self.counts[why] = self.counts.get(why, 0) + 1
        self.first.setdefault(why, where)


def collect(settings: DataSettings, folder: Path, progress: Progress) -> tuple[list[Example], Refused]:
    """Every example that passes the check, and what was refused. `folder` is where they will be written."""
    refused = Refused()
    kept: list[Example] = []
    for example in _all(settings, folder, progress, refused):
        problem = check(example)
        if problem is None:
            kept.append(example)
        else:
            refused.add(example.id, problem)
    for why, number in refused.counts.items():
        progress(f"data: {number} refused, the first at {refused.first[why]}: {why}")
    return kept, refused


def _all(settings: DataSettings, folder: Path, progress: Progress, refused: Refused) -> Iterator[Example]:
    stems = [Path(file.path).stem for file in settings.files]
    names = _told_apart(stems + ["reviews"] * len(settings.reviews))
    for file, name in zip(settings.files, names, strict=False):
        _terms(file.path, file.licence, file.consent)
        progress(f"data: {file.path}")
        yield from _of_file(file, name, refused)
    for source, name in zip(settings.reviews, names[len(stems) :], strict=True):
        _terms(source.db, source.licence, source.consent)
        progress(f"data: reviewed conversations of {source.db}")
        yield from _of_reviews(source, name, folder, refused)
    for number, shop in enumerate(settings.shops):
        progress(f"data: {shop.conversations} conversations with {shop_name(shop)}")
        with open_shop(shop) as db:
            yield from build(
                db, shop_name(shop), shop.conversations, settings.seed + number, settings.wordings, settings.moods
            )


def consents(settings: DataSettings) -> dict[str, str]:
    """What the people in each source of the settings have agreed to. Made dialogues have nobody in them."""
    names = [Path(file.path).name for file in settings.files]
    names += [f"reviewed conversations of {Path(each.db).name}" for each in settings.reviews]
    given = [file.consent for file in settings.files] + [each.consent for each in settings.reviews]
    return dict(zip(_told_apart(names), given, strict=True)) | (
        {"made dialogues": "nobody's words are in them"} if settings.shops else {}
    )


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names of sources, with a number behind those that an earlier one has: examples are told apart by them."""
    found: list[str] = []
    for name in names:
        each = (f"{name}-{number}" if number > 1 else name for number in itertools.count(1))
        found.append(next(candidate for candidate in each if candidate not in found))
    return found


def _terms(what: str, licence: str, consent: str) -> None:
    if not licence.strip() or not consent.strip():
        raise UsageError(f"{what}: name its licence, and what the people in it have agreed to, in the settings")


def _of_file(file: FileSource, name: str, refused: Refused) -> Iterator[Example]:
    path = Path(file.path).expanduser()
    with open_shop(ShopSource(kind=file.kind, path=file.shop)) as db:
        yield from learn(db, read_dialogues(path), name, file.licence, refused.add)


def _of_reviews(source: ReviewSource, name: str, folder: Path, refused: Refused) -> Iterator[Example]:
    """Examples from a shop's reviewed conversations, answered again on a copy of it: nothing is written to the shop
    but the note of which conversations were taken."""
    with Database.open(Path(source.db).expanduser()) as db:
        found = list(reviewed(db, visitors=source.visitors))
        register_data(db, folder, {each.group for each in found if isinstance(each, Exchange)})
        with tempfile.TemporaryDirectory(prefix="backroom-finetune-") as place:
            copy = db.copy_to(Path(place) / "shop.db")
            try:
                yield from learn(copy, found, name, source.licence, refused.add)
            finally:
                copy.close()
