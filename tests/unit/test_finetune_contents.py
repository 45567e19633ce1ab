"""Data is made anew when what it came of has changed: a file, a shop, a review, somebody's consent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.privacy.rights import set_consent
from assistant.privacy.subject import Subject
from assistant.shop.schema import CustomerRow
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.store.reviews import Reviews
from assistant.types import Record
from finetune import data
from finetune.collect import Refused
from finetune.config import DataSettings, FileSource, ReviewSource, RunSettings, ShopSource
from finetune.contents import contents
from finetune.data import make_data
from finetune.example import Example
from finetune.reviewed import PURPOSE

GOOD = Example("1", "g", "p", "how much is it?", "The {1.item} costs {1.price}.", "It's {1.price} for the {1.item}.")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Database, Callable[[str], None]]]:
    """A shop with a reviewed conversation of Mia's, and what corrects its answer."""
    with Database.open(tmp_path / "shop.db") as db:
        with db.write() as session:
            session.add(CustomerRow(customer_id="mia", email="mia@shop.example"))
        talk = Conversations(db)
        answer = talk.finish_turn(talk.begin_turn("of-mia", "goodbye!", AT, "mia"), Record(reply="Bye."), {}, AT)
        set_consent(db, Subject("customer:mia"), True, purpose=PURPOSE, actor="staff:anna")

        def correct(text: str) -> None:
            Reviews(db).keep(answer, "anna", AT, text=text)

        correct("Goodbye!")
        yield db, correct


def test_data_is_left_as_it_is_until_a_file_of_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def collect(*_: object) -> tuple[list[Example], Refused]:
        made.append(1)
        examples = [replace(GOOD, id=str(n), group=f"g{n}", product=f"p{n}") for n in range(40)]
        return examples, Refused()

    monkeypatch.setattr(data, "collect", collect)
    monkeypatch.setattr(data, "without_near_duplicates", lambda examples, *_: (examples, 0))
    file = tmp_path / "talk.jsonl"
    file.write_text("one")
    settings = replace(RunSettings(), data=DataSettings(shops=(), files=(FileSource(str(file), "own", "asked"),)))
    for _ in range(2):
        make_data(settings, tmp_path, lambda _: None)
    assert len(made) == 1, "the same file is not read twice"
    file.write_text("two")
    make_data(settings, tmp_path, lambda _: None)
    assert len(made) == 2


def test_a_correction_and_a_consent_taken_back_are_noticed(shop: tuple[Database, Callable[[str], None]]) -> None:
    db, correct = shop
    settings = DataSettings(shops=(), reviews=(ReviewSource(str(db.path), "own", "asked in the chat"),))
    first = contents(settings)
    assert contents(settings) == first
    correct("Goodbye, and thanks!")
    second = contents(settings)
    assert second != first
    set_consent(db, Subject("customer:mia"), False, purpose=PURPOSE, actor="customer:mia")
    third = contents(settings)
    assert third not in (first, second)
    correct("Who has said no is heard no more.")
    assert contents(settings) == third


def test_a_shop_folder_counts_with_all_its_files_and_what_comes_along_does_not(tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text("a")
    settings = DataSettings(shops=(ShopSource("shop", str(tmp_path)), ShopSource("shop", "demo"), ShopSource()))
    (first,) = contents(settings)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "returns.md").write_text("b")
    (second,) = contents(settings)
    (tmp_path / "pages" / "returns.md").rename(tmp_path / "pages" / "delivery.md")
    assert len({first, second, *contents(settings)}) == 3
