"""Authored needs name what their shop sells; the reader of needs learns from them and is served as it was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finetune.need_pairs import Shelf, shelves

_SHELF = Shelf(
    "camping",
    ("Foam Mat. Self-inflating, 6 cm thick", "Batter Pan. Flat iron pan for crêpes", "Calf Roller. Loosens muscles"),
    (("my hips hate the ground", 0), ("she misses her pancakes", 1), ("legs like wood", 2), ("a dog lead", None)),
)


def test_every_authored_need_names_what_its_shop_sells() -> None:
    learnt, held = shelves()
    assert len(held) * 3 < len(learnt) and not {s.name for s in held} & {s.name for s in learnt}
    assert all(shelf.needs and shelf.products for shelf in (*learnt, *held))


def test_a_need_for_what_is_not_sold_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("= tents\n# Ridge\nsleeps: 2\n~ a roof => Rigde\n", "utf-8")
    with pytest.raises(ValueError, match="tents: needs for what it doesn't sell: Rigde"):
        shelves([tmp_path / "a.txt"])


def test_it_learns_and_is_served_as_it_was_trained(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs the finetune extra")
    from assistant.encoder import Encoder
    from finetune.need_training import Settings, Texts, _vector, judge, save, train

    top = train([_SHELF], Settings(passes=6, rate=2e-4), lambda told: None)
    save(top, tmp_path / "needs.safetensors")
    encoder = Encoder.open(tmp_path / "needs.safetensors")
    assert judge(encoder, [_SHELF]) == {"num": 3, "first": 1.0, "first_three": 1.0}
    with torch.no_grad():
        (trained,) = Texts(_SHELF.products[:1])(top, _SHELF.products[:1]).numpy()
    assert float(np.dot(trained, _vector(encoder, _SHELF.products[0]))) > 0.97
