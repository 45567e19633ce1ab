"""What strangers said that was misread: wishes by option, what stays, what is left alone, answers that point back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.order_talk import Item, merge_items
from assistant.store.database import Database
from assistant.understand.give_back import of_giving_back
from assistant.understand.orders import wording
from assistant.understand.orders.clauses import clauses
from assistant.understand.orders.patterns import kept
from assistant.understand.orders.wishes import read_wish
from tests.unit.orders_shop import counts, order_shop, talk

UNTOUCHED = (0, 0)
GLASSES = {"frame color": ["black", "brown"], "lens color": ["brown", "green"], "frame material": ["metal", "plastic"]}
BED = {"size": ["small", "medium", "large"], "material": ["fleece", "memory foam"], "color": ["grey", "beige"]}
CAMERA = {"resolution": ["20MP", "30MP"], "zoom": ["3x", "10x"], "storage": ["SD card", "CF card"]}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("brown lenses with a black frame", GLASSES, {"want": {"lens color": ["brown"], "frame color": ["black"]}}),
        ("plastic frame is ok", GLASSES, {"free": ["frame material"]}),
        ("in fleece, same size and colour", BED, {"want": {"material": ["fleece"]}, "same": ["size", "color"]}),
        ("any material as long as the size stays", BED, {"free": ["material"], "same": ["size"]}),
        ("the most megapixels and the best zoom", CAMERA, {"extreme": [["resolution", 1], ["zoom", 1]]}),
        ("it mustn't have fewer megapixels", CAMERA, {"relative": {"resolution": [1, None, False, True]}}),
        ("a taller one, otherwise identical", {"height": ["4 ft", "5 ft"]}, {"rest_same": True}),
        ("in large, if it isn't dearer than mine", BED, {"want": {"size": ["large"]}, "no_dearer": True}),
    ],
)
def test_a_wish_is_read_by_the_option_that_it_names(text: str, values: Any, expected: Any) -> None:
    wish = read_wish(text, values).as_json()
    assert {k: wish.get(k) for k in expected} == expected


def test_a_second_choice_is_one_without_a_comma_and_with_consent() -> None:
    wish = read_wish("a larger one in the same material; if not possible, memory foam is ok", BED)
    assert wish.instead == [{"want": {"material": ["memory foam"]}}]
    assert read_wish("if you don't have that the large one is fine", BED).want == {"size": ["large"]}


def test_what_is_left_alone_is_a_row_and_no_request() -> None:
    text = "return everything but the tablet and the grill"
    spans = [(text.index(w), text.index(w) + len(w)) for w in ("tablet", "grill")]
    assert kept(text, spans) == set(spans)
    text = "but change the earbuds to blue"
    assert not kept(text, [(text.index("earbuds"), text.index("earbuds") + 7)])


def test_points_of_a_list_and_each_one_of_several_are_their_own() -> None:
    assert wording.sentences("1) cancel the lamp order 2) what did i pay?") == [
        "cancel the lamp order",
        "what did i pay?",
    ]
    assert len(clauses("the glass one must go back and the wooden one should become black")) == 2
    assert wording.complete("coming back to what i asked: cancel it") == "cancel it"


def test_told_that_it_would_be_possible_it_is_done_on_request(db: Database) -> None:
    records = talk(db, "Can I still return the lamp from #W1000002?", "do it then", customer="mia")
    assert "would be possible" in records[0].reply and "Which payment method" in records[1].reply
    assert counts(db) == UNTOUCHED


def test_a_soft_condition_is_no_reason_to_ask_and_said_again_is_no_part_of_it(db: Database) -> None:
    (record,) = talk(db, "Cancel #W1000001, I no longer need it, if it isn't too late", customer="mia")
    assert "Shall I go ahead" in record.reply
    words = "Cancel #W1000001, I no longer need it, if my neighbour is away"
    records = talk(db, words, words, customer="mia")
    assert "is not part of it" in records[1].reply and "Shall I go ahead" in records[1].reply
    assert counts(db) == UNTOUCHED


def test_the_newer_number_of_pieces_counts() -> None:
    items = [Item([("#1", 1), ("#1", 2)], all=True, count=2)]
    merge_items(items, [Item([("#1", 1), ("#1", 2)], count=1)])
    assert (items[0].all, items[0].count) == (False, 1)


def test_an_order_of_that_state_is_meant_and_no_other(db: Database) -> None:
    (record,) = talk(db, "Please cancel my delivered order, no longer needed", customer="mia")
    assert "is delivered, so it can't be cancelled" in record.reply and counts(db) == UNTOUCHED


def test_the_only_version_offered_is_taken_by_a_yes(db: Database) -> None:
    records = talk(db, "Change the lamp in #W1000001 to a black one that is high", "yes", customer="mia")
    assert "Shall I go ahead" in records[1].reply or "Which payment method" in records[1].reply


@pytest.mark.parametrize("text", ["can i return it if its too heavy", "could I send it back if she hates it?"])
def test_what_is_supposed_asks_for_the_rules_of_giving_back(text: str) -> None:
    from assistant.request import Request

    request = of_giving_back(Request("details", text, query=text))
    assert (request.act, request.text) == ("policy", "can it be returned and until when")
