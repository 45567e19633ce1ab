"""What of a message was read as nothing is asked about once, before a proposal that a yes would confirm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.store.database import Database
from tests.unit.orders_shop import counts, order_shop, talk

UNTOUCHED = (0, 0)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


@pytest.mark.parametrize(
    "left",
    [
        "but only if there is no fee for that",
        "on condition that it is free of charge",
        "unless my neighbour is away",
    ],
)
def test_a_condition_that_was_not_understood_is_asked_about_before_anything_is_proposed(
    db: Database, left: str
) -> None:
    (record,) = talk(db, f"Cancel #W1000001, I no longer need it, {left}", customer="mia")
    assert "I didn't understand" in record.reply and left.split()[-1] in record.reply and record.clarifying
    assert "Shall I go ahead" not in record.reply and counts(db) == UNTOUCHED


def test_left_out_on_request_it_is_said_to_be_no_part_of_the_proposal(db: Database) -> None:
    records = talk(
        db, "Cancel #W1000001, I no longer need it, but only if there is no fee", "leave that out", "yes",
        customer="mia",
    )  # fmt: skip
    assert "is not part of it" in records[1].reply and "Shall I go ahead" in records[1].reply
    assert not records[1].writes and records[2].writes


def test_the_same_again_goes_to_a_colleague_and_never_round_in_circles(db: Database) -> None:
    words = "Cancel #W1000001, I no longer need it, but only if there is no fee"
    records = talk(db, words, words, customer="mia")
    assert records[1].handoff and counts(db) == UNTOUCHED


def test_a_yes_on_a_condition_confirms_nothing(db: Database) -> None:
    records = talk(
        db, "Cancel #W1000001, I no longer need it", "yes, but only if you call me first", "leave that out", "yes",
        customer="mia",
    )  # fmt: skip
    assert "I didn't understand" in records[1].reply and not records[1].writes
    assert not records[2].writes and records[3].writes


@pytest.mark.parametrize(
    "words",
    [
        "Please cancel #W1000001 if that's possible, I no longer need it",
        "I no longer need #W1000001, my sister gave me one. Could you cancel it? Thank you so much!",
        "Cancel #W1000001 if it hasn't shipped, I no longer need it",
        "I'd like to have #W1000001 cancelled, I no longer need it. Please take care of that.",
    ],
)
def test_what_is_polite_told_or_true_anyway_is_not_asked_about(db: Database, words: str) -> None:
    (record,) = talk(db, words, customer="mia")
    assert "Shall I go ahead" in record.reply and "understand" not in record.reply


def test_told_that_only_the_whole_order_can_go_whatever_word_is_used_for_it(db: Database) -> None:
    records = talk(
        db, "Cancel the boots in #W1000001, I no longer need them", "ok, chuck the whole order then", customer="mia"
    )
    assert "only the whole order" in records[0].reply and "cancel the whole order" in records[1].reply
