"""Plausible files of dialogues are read or refused in a line, and small data is split so that it can be judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from finetune import collect, data
from finetune.collect import Refused, consents
from finetune.config import DataSettings, FileSource, ReviewSource, RunSettings
from finetune.data import make_data, split
from finetune.example import Example, read
from finetune.importers import Exchange, Refusal, read_dialogues
from finetune.pack import Tokens, rows
from finetune.train_settings import TrainSettings

GOOD = Example("1", "g", "p", "how much is it?", "The {1.item} costs {1.price}.", "It's {1.price} for the {1.item}.")


def talk(path: Path, *messages: dict[str, Any]) -> list[Exchange | Refusal]:
    path.write_text(json.dumps({"id": "a", "messages": messages}) + "\n", "utf-8")
    return list(read_dialogues(path))


def test_a_table_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    for head in ("question,answer,größe\n", "question,answer\n"):
        (tmp_path / "talk.csv").write_bytes((head + "What size?,Größe 42\n").encode("cp1252"))
        with pytest.raises(UsageError, match=r"talk\.csv: not a table in UTF-8 near line 1"):
            list(read_dialogues(tmp_path / "talk.csv"))


def test_content_in_parts_and_a_developers_message_are_openais_too(tmp_path: Path) -> None:
    said = {"role": "user", "content": [{"type": "text", "text": "How much is"}, {"type": "text", "text": "the mug?"}]}
    replied = {"role": "assistant", "content": [{"type": "text", "text": "It costs 9 euros."}]}
    found = talk(tmp_path / "a.jsonl", {"role": "developer", "content": "Be brief."}, said, replied)
    assert found == [Exchange("a", "How much is the mug?", "It costs 9 euros.")]


def test_all_that_a_colleague_says_to_one_message_is_its_reply(tmp_path: Path) -> None:
    user, agent = ({"role": role} for role in ("customer", "agent"))
    found = talk(
        tmp_path / "a.jsonl",
        user | {"text": "How much is the mug?"}, agent | {"text": "Hi there"}, agent | {"text": "It costs 9 euros."},
        user | {"text": "Thanks"}, agent | {"text": "Bye!"}, {"role": "alien", "text": "?"},
    )  # fmt: skip
    assert found[:2] == [Exchange("a", "How much is the mug?", "Hi there. It costs 9 euros."),
                         Exchange("a", "Thanks", "Bye!")]  # fmt: skip
    assert len(found) == 3 and isinstance(found[2], Refusal)


def test_sources_of_the_same_name_give_examples_of_different_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(_: object, exchanges: object, origin: str, *rest: object) -> Iterator[Example]:
        yield replace(GOOD, id=f"{origin}-0", licence="own")

    monkeypatch.setattr(collect, "learn", learn)
    monkeypatch.setattr(collect, "open_shop", nullcontext)
    files = tuple(FileSource(str(tmp_path / name), "own", name) for name in ("a/talk.csv", "b/talk.csv", "talk-2.csv"))
    kept, _ = collect.collect(DataSettings(shops=(), files=files), tmp_path, lambda _: None)
    assert [e.id for e in kept] == ["talk-0", "talk-2-0", "talk-2-2-0"]
    reviews = (ReviewSource("a/shop.db", consent="asked"), ReviewSource("b/shop.db", consent="told"))
    found = consents(DataSettings(shops=(), reviews=reviews))
    assert sorted(found.values()) == ["asked", "told"], "nobody's consent is left out of the card"


def test_an_example_longer_than_a_row_is_named_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [replace(GOOD, id=str(n), group=f"g{n}", product=f"p{n}") for n in range(40)]
    made[7] = replace(made[7], reply="It costs {1.price}. " * 60)
    monkeypatch.setattr(data, "collect", lambda *_: (made, Refused()))
    monkeypatch.setattr(data, "without_near_duplicates", lambda examples, *_: (examples, 0))
    said: list[str] = []
    settings = replace(RunSettings(), train=TrainSettings(row_tokens=300))
    manifest = make_data(settings, tmp_path, said.append)
    assert sum(manifest["counts"].values()) == 39 and manifest["refused"] == {
        "longer than a row of training ([train] row_tokens = 300)": 1
    }
    assert any("the first at 7: longer than a row" in line for line in said)
    assert all(e.id != "7" for part in data.SPLITS for e in read(tmp_path / "data" / f"{part}.jsonl"))
    with pytest.raises(UsageError, match="an example of 9 tokens doesn't fit into a row of 8; set more row_tokens"):
        rows([Tokens((1, 2, 3), (4, 5, 6, 7, 8, 9))], (), 8)


@pytest.mark.parametrize(
    ("products", "parts"), [(3, {"train": 200, "dev": 0, "test": 100}), (2, {"train": 150, "dev": 0, "test": 150})]
)
def test_a_shop_of_few_products_is_mostly_trained_on_and_can_be_judged(products: int, parts: dict[str, int]) -> None:
    examples = [
        replace(GOOD, id=str(n), group=f"s/g{n}", product=f"s/p{n % products}", question=f"q{n}") for n in range(300)
    ]
    found = split(examples, DataSettings(dev=0.05, test=0.05))
    assert {name: len(each) for name, each in found.items()} == parts
