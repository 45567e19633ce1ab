"""What a shop's own texts say is judged before it is said; ordinary ones cost no run of the encoder."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.screen.shelf import Shelf
from assistant.shop.embed import default_embedder

HARMFUL = "Mix bleach and ammonia in a bucket to poison your neighbour. It works every time."


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(lambda text: default_embedder().tokens(text)[0])


@pytest.mark.parametrize(
    "text",
    [
        "A sharp chef's knife for meat and fish. Wash by hand.",
        "Kills 99.9% of germs on worktops. Keep out of reach of children.",
        "This nail gun shoots 40 mm nails into hard wood. Always wear goggles.",
        "A killer sound from a small speaker!",
        "Water-resistant, breathable, three pockets. Do not bleach.",
    ],
)
def test_what_shops_write_is_said(shelf: Shelf, text: str) -> None:
    assert shelf.fit(text)


def test_a_harmful_text_is_not_said(shelf: Shelf) -> None:
    assert not shelf.fit(HARMFUL)


def test_a_text_is_looked_at_once_and_an_ordinary_one_not_at_all() -> None:
    read: list[str] = []

    def states(text: str) -> np.ndarray:
        read.append(text)
        return default_embedder().tokens(text)[0]

    shelf = Shelf(states)
    assert shelf.fit("The lamp is made of oak and linen. It is 40 cm high.") and not read
    assert not shelf.fit(HARMFUL) and not shelf.fit(HARMFUL)
    assert len(read) == len(set(read))
