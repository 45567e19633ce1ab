"""A report says of which shops its figures are: those that training hasn't seen, or which it has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finetune.config import DataSettings, EvalSettings, FileSource, RunSettings, ShopSource
from finetune.report import _judged_on

DEMO, MADE = ShopSource("shop", "demo"), ShopSource(seed=1)


@pytest.mark.parametrize(
    ("learnt", "judged", "said"),
    [
        (DataSettings(shops=(DEMO, MADE)), (ShopSource(seed=99),), "shops unseen in training"),
        (
            DataSettings(shops=(DEMO, MADE)),
            (ShopSource(seed=1, products=60),),
            "shops, of which training has seen made-1,",
        ),
        (DataSettings(shops=(MADE,)), (DEMO,), "shops unseen in training"),
        (
            DataSettings(shops=(DEMO, MADE)),
            (replace(DEMO, seed=4, conversations=9), ShopSource(seed=99)),
            "shops, of which training has seen demo,",
        ),
        (DataSettings(shops=(MADE,)), (replace(MADE, conversations=5),), "shops, of which training has seen made-1,"),
        (DataSettings(shops=(), files=(FileSource("talk.csv"),)), (DEMO,), "shops, of which training has seen demo,"),
    ],
)
def test_shops_that_training_has_seen_are_named(
    learnt: DataSettings, judged: tuple[ShopSource, ...], said: str
) -> None:
    assert _judged_on(RunSettings(data=learnt, evaluate=EvalSettings(shops=judged))) == said
