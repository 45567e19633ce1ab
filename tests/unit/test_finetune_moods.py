"""Customers' moods in made dialogues: reproducible, in every register, heard by the runtime, off by default."""

from __future__ import annotations

import collections
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("datasketch", reason="needs the extra: uv sync --extra finetune")

from assistant.act import tone
from assistant.errors import UsageError
from assistant.messages import Messages
from assistant.shop.catalogue import Catalogue
from assistant.store.database import Database
from assistant.understand.feeling import default_head
from finetune.build import build
from finetune.config import DataSettings, RunSettings, ShopSource
from finetune.data import _digest
from finetune.example import Example, check, read, write
from finetune.moods import EMOTIONS, REGISTERS, Moods, _read
from finetune.open_shop import open_shop
from finetune.questions import ShopWords, conversations

WITHOUT = "0b0979b5e751382eb341252628911ed9f3457d657649ee8ccdc225218a8f2f94"
"""sha256 of 40 conversations' questions with the shop below, as they were before there were moods."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Database]:
    with open_shop(ShopSource(seed=5, products=12)) as db:
        yield db


def _words(db: Database) -> ShopWords:
    catalogue = Catalogue(db)
    return ShopWords([p for p in catalogue.iter_products() if p.variants], catalogue.categories(), "$")


def test_every_mood_has_fifteen_lines_and_is_told_in_every_register() -> None:
    found = _read(Path(__file__).parents[2] / "finetune" / "data" / "moods.txt")
    assert set(found) == set(EMOTIONS)
    for mood, lines in found.items():
        assert len({line for _, line in lines}) == len(lines) >= 15, mood
        for register in REGISTERS:
            own = [line for r, line in lines if r == register]
            assert len(own) >= 4 and {line.startswith("...") for line in own} == {True, False}, (mood, register)


def test_without_moods_the_questions_and_the_lines_are_what_they_were(shop: Database, tmp_path: Path) -> None:
    said = [message for each in conversations(_words(shop), 40, 1) for message in each]
    assert hashlib.sha256("\n".join(m.text for m in said).encode()).hexdigest() == WITHOUT
    assert {m.mood for m in said} == {""}
    made = list(build(shop, "made", 8, 1, 2))
    write(tmp_path / "data.jsonl", made)
    assert {"mood", "opening"}.isdisjoint(
        key for e in (tmp_path / "data.jsonl").read_text("utf-8").splitlines() for key in json.loads(e)
    )
    assert list(read(tmp_path / "data.jsonl")) == made


def test_data_without_moods_is_still_known_as_made_and_with_them_is_other_data() -> None:
    plain = RunSettings(data=DataSettings())
    some, more = (replace(plain, data=replace(plain.data, moods=share)) for share in (0.4, 0.5))
    assert "moods" not in repr(plain.data)
    assert len({_digest(plain), _digest(some), _digest(more)}) == 3


def _felt(db: Database, name: str, seed: int) -> list[Example]:
    return list(build(db, name, 40, seed, 2, moods=0.6))


def test_the_same_seed_gives_the_same_moods_and_another_shop_others(shop: Database, tmp_path: Path) -> None:
    made = _felt(shop, "made", 1)
    assert made == _felt(shop, "made", 1)
    texts = [{e.question for e in each if e.mood} for each in (made, _felt(shop, "other", 1))]
    assert len(texts[0] & texts[1]) < 0.25 * min(map(len, texts)), "though the questions are the same shop's"
    ours, theirs = (Moods(name, 0.6, 1)._lines for name in ("made", "other"))
    assert ours.keys() == theirs.keys() and all(
        set(ours[key]) != set(theirs[key]) for key in (("angry", ""), ("sad", ""))
    )
    assert [check(e) for e in made if check(e)] == []
    write(tmp_path / "data.jsonl", made)
    assert list(read(tmp_path / "data.jsonl")) == made


def test_the_answer_opens_as_the_runtime_does_and_the_reply_does_not_repeat_it(shop: Database) -> None:
    said = {e.opening for e in _felt(shop, "made", 1) if e.opening}
    assert said and said <= set(tone._SAID.values())
    for example in _felt(shop, "made", 1):
        assert not example.opening or example.opening not in example.reply
        assert not (example.mood and example.reply.startswith(("Sure", "Happy to help", "Yep", "Hey")))


def test_the_moods_come_in_all_registers_and_the_runtime_hears_them(shop: Database) -> None:
    head, states = default_head(), Messages()
    moods = Moods("a shop that no line was chosen by", 1.0, 3)
    told, heard = collections.Counter[str](), collections.Counter[str]()
    registers: dict[str, set[str]] = collections.defaultdict(set)
    for first, *_ in conversations(_words(shop), 200, 3, moods.draw):
        told[first.mood] += 1
        heard[first.mood] += head.feel(first.text, states(first.text)).emotion == EMOTIONS[first.mood]
        registers[first.mood].add(first.register)
    assert {mood: len(each) for mood, each in registers.items()} == dict.fromkeys(EMOTIONS, 3)
    assert heard.total() >= 0.8 * told.total() == 160, {m: f"{heard[m]} of {told[m]}" for m in told}
    assert all(heard[mood] > 0.5 * told[mood] for mood in EMOTIONS), heard


def test_a_mood_that_is_not_known_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "moods.txt").write_text("[grumpy]\nBah. ...\n")
    with pytest.raises(UsageError, match=r"\[grumpy\] isn't known"):
        Moods("shop", 1.0, 1, tmp_path / "moods.txt")
    (tmp_path / "moods.txt").write_text("[angry]\nBah.\n")
    with pytest.raises(UsageError, match=r"must either end or begin"):
        Moods("shop", 1.0, 1, tmp_path / "moods.txt")
