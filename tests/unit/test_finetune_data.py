"""Data for fine-tuning: read from many forms, checked, made from shops, split so that nothing leaks."""

from __future__ import annotations

import collections
import re
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ConfigError, UsageError
from finetune.config import DataSettings, ShopSource, load
from finetune.example import Example, check, read, write

pytest.importorskip("safetensors")
CONFIGS = Path(__file__).parents[2] / "finetune" / "configs"

GOOD = Example("1", "g", "p", "how much is it?", "The {1.item} costs {1.price}.", "It's {1.price} for the {1.item}.")


def test_a_good_example_passes_and_comes_back_from_its_file(tmp_path: Path) -> None:
    assert check(GOOD) is None
    assert write(tmp_path / "data.jsonl", [GOOD]) == 1
    assert list(read(tmp_path / "data.jsonl")) == [GOOD]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reply": "It costs 5 euros."}, "figure"),
        ({"reply": "It costs {2.price}."}, r"\{2.price\} isn't in the notes"),
        ({"reply": "It's {1.price} for the {1.item}, yes"}, "end mark"),
        ({"reply": "   "}, "reply is empty"),
        ({"question": ""}, "says nothing"),
        ({"notes": ""}, "no notes"),
        ({"licence": ""}, "licence"),
        ({"reply": "It's fine. " * 100}, "too long"),
        ({"reply": "Yes.<|im_end|>"}, "template"),
        ({"reply": "assistant: yes."}, "template|role"),
    ],
)
def test_what_would_teach_something_wrong_is_refused_with_the_reason(change: dict[str, str], why: str) -> None:
    problem = check(replace(GOOD, **change))
    assert problem is not None and re.search(why, problem)


def test_one_bad_line_is_named_by_its_number(tmp_path: Path) -> None:
    write(tmp_path / "data.jsonl", [GOOD, GOOD])
    with (tmp_path / "data.jsonl").open("a") as file:
        file.write('{"id": "3"}\n')
    with pytest.raises(UsageError, match=r"data.jsonl:3: not an example"):
        list(read(tmp_path / "data.jsonl"))


def test_splits_share_no_conversation_and_no_product() -> None:
    pytest.importorskip("datasketch")
    from finetune.data import split

    examples = [
        replace(GOOD, id=str(n), group=f"s/g{n % 40}", product=f"s/p{n % 20}", question=f"q{n}") for n in range(400)
    ]
    splits = split(examples, DataSettings(dev=0.1, test=0.1))
    assert {name: len(each) for name, each in splits.items()} == {"train": 320, "dev": 40, "test": 40}
    for field in ("group", "product"):
        seen = collections.Counter(v for each in splits.values() for v in {getattr(e, field) for e in each})
        assert max(seen.values()) == 1


def test_data_that_is_one_big_conversation_is_all_for_training() -> None:
    pytest.importorskip("datasketch")
    from finetune.data import split

    splits = split([replace(GOOD, id=str(n)) for n in range(50)], DataSettings())
    assert len(splits["train"]) == 50


def test_near_duplicates_beyond_a_few_are_left_out() -> None:
    pytest.importorskip("datasketch")
    from finetune.data import without_near_duplicates

    same = [replace(GOOD, id=str(n)) for n in range(9)]
    other = [replace(GOOD, id="x", question="where on earth is my parcel, it was due on monday?")]
    kept, left_out = without_near_duplicates([*same, *other], 0.9, 3)
    assert (len(kept), left_out) == (4, 6)


def test_the_commonest_answers_are_held_back_by_whole_prompts() -> None:
    pytest.importorskip("datasketch")
    from finetune.data import without_too_common

    common = [replace(GOOD, id=f"{n}-{k}", question=f"q{n}") for n in range(20) for k in range(2)]
    rare = [replace(GOOD, id="rare", notes="The {1.item} is sold out.")]
    kept, left_out = without_too_common([*common, *rare], 7, 1)
    assert (len(kept), left_out) == (7, 34) and kept[-1].id == "rare"
    assert all(n == 2 for q, n in collections.Counter(e.question for e in kept[:-1]).items())
    assert without_too_common(common, 0, 1) == (common, 0)


def test_examples_are_made_from_a_shop_that_nobody_has_seen(tmp_path: Path) -> None:
    pytest.importorskip("datasketch")
    from finetune.build import build
    from finetune.open_shop import open_shop

    with open_shop(ShopSource(seed=5, products=12)) as db:
        made = list(build(db, "made", 12, 1, 2))
        again = list(build(db, "made", 12, 1, 2))
        other = list(build(db, "made", 12, 2, 2))
    assert len(made) > 15 and made == again
    assert {e.question for e in made} != {e.question for e in other}
    assert [(e.id, check(e)) for e in made if check(e)] == []
    assert all("{" in e.reply for e in made if "{" in e.notes)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda p: p.name)
def test_every_config_that_is_shipped_loads(path: Path) -> None:
    pytest.importorskip("torch")
    assert load(path).name


def test_an_unknown_setting_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[train]\nlearning_rate = 1e-3\n")
    with pytest.raises(ConfigError, match=r"unknown setting 'learning_rate'"):
        load(tmp_path / "x.toml")
