"""Authored questions to shops' lines are read as they are meant, and the reader of lines learns from them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the finetune extra")
pytest.importorskip("transformers", reason="training needs the finetune extra")

import torch

from assistant.act.evidence import Line
from assistant.act.line_reader import LineReader
from assistant.shop.embed import default_embedder
from finetune.authored_lines import read
from finetune.line_encoder import Reader, Settings, judge, save, train
from finetune.line_pools import PAGES, PRODUCTS, USUAL_PAGES, USUAL_PRODUCTS, authored, choose

_TEXT = """\
# what stands before the first shop is a remark
= tent shop
# Ridge Tent
sleeps: 2
? how many people fit | me and my wife
Sewn-in groundsheet: no insects.
! does it come in orange
~ a tent for two => Ridge Tent
~ a tent for ten => -
"""


def test_a_file_is_read_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(_TEXT, "utf-8")
    (shop,) = read(tmp_path / "a.txt", products=True)
    (tent,) = shop.texts
    assert tent.lines == [Line("2", "sleeps"), Line("Sewn-in groundsheet: no insects.")]
    assert tent.asked == [("how many people fit", 0), ("me and my wife", 0)]
    assert (tent.unanswered, shop.needs) == (
        ["does it come in orange"],
        [("a tent for two", "Ridge Tent"), ("a tent for ten", "")],
    )
    (page,) = next(read(tmp_path / "a.txt", products=False)).texts
    assert page.lines[1] == Line("Sewn-in groundsheet: no insects.", under="Ridge Tent")


def test_a_question_to_no_line_is_named_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("= shop\n# page\n? what\n", "utf-8")
    with pytest.raises(ValueError, match=r"b\.txt:3"):
        list(read(tmp_path / "b.txt", products=False))


def test_every_authored_file_is_whole() -> None:
    pages, things = [*PAGES, USUAL_PAGES], [*PRODUCTS, USUAL_PRODUCTS]
    for path, products in [*((p, False) for p in pages), *((p, True) for p in things)]:
        shops = list(read(path, products=products))
        assert all(text.lines for shop in shops for text in shop.texts), path.name
        titles = {text.title for shop in shops for text in shop.texts}
        assert all(product in {*titles, ""} for shop in shops for _, product in shop.needs), path.name


def test_the_lines_of_shops_held_out_are_nowhere_in_training(tmp_path: Path) -> None:
    shops = [f"= shop {n}\n# Thing {n}\nmade of: stuff {n}\n? what is it made of\n" for n in range(10)]
    (tmp_path / "d.txt").write_text("".join(shops), "utf-8")
    seen, held = authored(tmp_path / "d.txt", default_embedder().encode, products=True)
    lines = [{line.text for asked in part for line in asked.lines} for part in (seen, held)]
    assert not lines[0] & lines[1] and len(lines[0]) == 8 and lines[1] == {"stuff 4", "stuff 9"}


def test_it_learns_a_few_questions_and_is_served_as_it_was_trained(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(_TEXT + "= other\n# Mug\nholds: 0.3 l\nMade of clay.\n", "utf-8")
    asked, _ = authored(tmp_path / "c.txt", default_embedder().encode, products=True)
    assert [len(choose(a, 3, random.Random(0))) for a in asked] == [3, 3, 3]
    torch.set_num_threads(1)
    reader = Reader()
    losses: list[float] = []
    train(reader, asked * 4, Settings(batch=3, size=4), lambda step, steps, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    assert judge(reader, asked)["first"] == 1.0
    save(reader, tmp_path / "reader.safetensors")
    lines = asked[0].lines
    served = LineReader.open(tmp_path / "reader.safetensors").read(
        asked[0].question, [line.in_place for line in lines], [bool(line.name) for line in lines]
    )
    trained = reader.read(asked[:1], [range(len(lines))]).detach().numpy() + float(reader.linear.bias.detach())
    assert np.abs(served - trained).max() < 0.6
