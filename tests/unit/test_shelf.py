"""Whole conversations of a shop: options told by a number, what is set beside what, and needs told in more words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record

Talk = Callable[..., Record]


def test_one_bag_is_set_against_several_of_another(talk: Talk) -> None:
    reply = talk("fell roast coffee, 1 kg for espresso?", "is that cheaper than 4 of the small bags").reply
    assert "£34.00" in reply and "1 kg, Espresso) is cheaper by £4.05." in reply


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (("how much is a 230 canister",), "£6.95"),
        (("100 blocks price please",), "£49.95"),
        (("2 small bags of the decaf, how much",), "£19.00"),
        (("the tarn 3, price?", "by how much is it heavier than the tarn 2"), "0.7 kg"),
        (("iron skillet or the glide pan, 28 cm: which is better rated", "and cheaper?"), "£39.50"),
        (("longhaul trekking pack", "65 litre M/L in?"), "out of stock"),
        (("candles. how many in it",), "Pieces 6"),
        (("leather boots with ankle support",), "Fellwalker Mid"),
    ],
)
def test_what_is_meant_is_answered(talk: Talk, turns: tuple[str, ...], said: str) -> None:
    assert said in talk(*turns).reply


def test_what_must_be_waterproof_is(talk: Talk) -> None:
    reply = talk("We go to Skye and it will chuck it down. Need a proper waterproof coat, he's an XL").reply
    assert "Squall Rain Jacket" in reply
    assert "Down" not in reply
