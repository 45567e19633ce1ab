"""What counts as a yes to a proposal, and what doesn't: many wordings of both, said to the same question.

Most of the wordings were written before the code that reads them. A write is made only where an answer is understood as
a yes from its first word to its last.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import orders_shop
import pytest
from sqlalchemy import select

from assistant.act.context import Context
from assistant.orders import Answer, OrderTalk
from assistant.shop.catalogue import Catalogue
from assistant.shop.embed import default_embedder
from assistant.shop.schema import ShopInfo
from assistant.types import CustomerRef, Json
from assistant.understand.orders import consent, wording


def _answers() -> dict[str, list[str]]:
    """The wordings by what they are."""
    found: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / "order_answers.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = []
        elif line and not line.startswith("# "):
            found[list(found)[-1]].append(line)
    return found


ANSWERS = _answers()
YES, NO, PART, ALL = (ANSWERS[name] for name in ("YES", "NO", "PART", "ALL"))

Say = Callable[[str], tuple[list[Json], str]]
"""Says one answer to the proposal: the writes that it makes, and what is answered."""


def _opened(path: Path, *turns: str) -> Say:
    """A conversation of Mia's up to the proposal; every answer is given to a copy of it."""
    db = orders_shop.order_shop(path / "shop.db")
    with db.write() as session:
        orders_shop.add_order(session, "#W1000005", "mia", "delivered", "card_1", [("B-42", 1)])
        info = {r.key: r.value for r in session.scalars(select(ShopInfo))}
    catalogue = Catalogue(db)
    talk = OrderTalk(db, catalogue)
    now = orders_shop.NOW
    context = Context(catalogue, None, default_embedder().encode, info, "en_IE", now, now, done_before=True)

    def take(text: str, data: Json) -> Answer | None:
        return talk.take(text, [], data, context, CustomerRef("mia"), "c")

    opened: Json = {}
    for turn in turns:
        take(turn, opened)
    assert opened["asked"] == "confirm", opened

    def say(text: str) -> tuple[list[Json], str]:
        answer = take(text, copy.deepcopy(opened))
        if answer is None:
            return [], ""
        return answer.writes, " ".join([answer.plan.opening, *map(str, answer.plan.core)])

    return say


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """The mugs are about to be returned."""
    return _opened(tmp_path_factory.mktemp("back"), "return the mugs from order #W1000002, money back to the visa")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """(1) the mugs of one order and (2) the boots of another are about to be returned."""
    return _opened(
        tmp_path_factory.mktemp("two"),
        "I want to return the mugs from #W1000002 and the boots from #W1000005, money back to the visa",
    )


@pytest.fixture(scope="module")
def swap(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """One of two pairs of things in an order is about to be changed."""
    return _opened(
        tmp_path_factory.mktemp("swap"), "exchange the boots in order #W1000001 for size 43", "the visa please"
    )


@pytest.fixture(scope="module")
def off(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """An order is about to be cancelled."""
    return _opened(tmp_path_factory.mktemp("off"), "cancel order #W1000001, I don't need it any more")


@pytest.mark.parametrize(
    "text", ["Yes, everything looks good.", "everything is correct", "Yes, that's everything.", "yes"]
)
def test_a_yes_to_everything_is_no_wish_for_more(swap: Say, off: Say, text: str) -> None:
    assert len(swap(text)[0]) == len(off(text)[0]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Yes, why would I need the lamp", "yes, except the mugs", "yes send me new mugs", "do all but the mugs",
        "no thanks to you", "yes, later", "yes but keep the boots", "absolutely not", "of course not",
    ],
)  # fmt: skip
def test_naming_something_is_no_request_beside_a_yes(swap: Say, off: Say, text: str) -> None:
    assert swap(text)[0] == off(text)[0] == []


def test_what_may_have_been_a_yes_is_told_that_a_plain_one_is_needed(swap: Say) -> None:
    writes, said = swap("yes, as the crow flies")
    assert writes == [] and "plain yes" in said
    assert "plain yes" not in swap("no")[1]


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_carried_out(back: Say, text: str) -> None:
    assert [w["action"] for w in back(text)[0]] == ["return_delivered_order_items"]


@pytest.mark.parametrize("text", NO)
def test_what_is_no_yes_writes_nothing(back: Say, two: Say, text: str) -> None:
    assert back(text)[0] == []
    assert two(text)[0] == []


@pytest.mark.parametrize("text", ALL)
def test_a_yes_to_all_that_is_listed(two: Say, text: str) -> None:
    assert len(two(text)[0]) == 2


@pytest.mark.parametrize("text", PART)
def test_a_yes_to_some_of_it_is_none_to_all(two: Say, text: str) -> None:
    assert two(text)[0] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("yes to the first, no to the second", "Mug"), ("(1) yes, (2) no", "Mug"), ("only the second please", "Boots"),
        ("everything but the first", "Boots"), ("yes, but not (2)", "Mug"), ("just number 2", "Boots"),
    ],
)  # fmt: skip
def test_what_was_chosen_by_number_is_proposed_alone(two: Say, text: str, left: str) -> None:
    _, told = two(text)
    other = {"Mug": "Boots", "Boots": "Mug"}[left]
    assert left in told and other not in told


@pytest.mark.parametrize(
    "text", ["absolutely not", "of course not", "Please do not.", "that's ok, never mind", "no way"]
)
def test_a_refusal_is_the_end_of_it(back: Say, text: str) -> None:
    assert "leave that as it is" in back(text)[1]


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("Yes. And I'd like to return the lamp from #W1000002 too.", 0),
        ("Yes, please go ahead. Also cancel order #W1000001, I don't need it any more.", 1),
        ("I don't have the number, it's the one with the mugs. Yes, please.", 1),
        ("Yes, and cancel order #W1000001 too, no longer needed.", 1),
        ("Wait, no. Cancel order #W1000001. Yes.", 0),
    ],
)
def test_a_yes_with_a_request_of_its_own(back: Say, text: str, writes: int) -> None:
    assert len(back(text)[0]) == writes


def test_it_takes_no_vocabulary_to_refuse() -> None:
    """A word that nobody listed makes a yes none."""
    for word in ("florps", "überhaupt", "zzz", "mañana"):
        assert not consent.agreed(consent.parts_of(wording.mend(f"yes {word}")))


@pytest.mark.parametrize(
    "text",
    [
        "yes for you, no for me", "yes, the lamp, no wait, not the mugs", "Yes, return the mugs, no sorry, nothing",
        "I'd rather keep them. Yes, I'm sure.", "I will ask my husband first. Yes.", "The mugs stay. Yes.",
        "Don't send them back. Yes, really.", "I have a question. Yes.", "yes please. wait",
        "Yes. Exchange the mugs for blue ones.", "yes, and exchange them for a lamp", "Yes. Cancel it instead.",
    ],
)  # fmt: skip
def test_a_yes_beside_a_no_is_none(back: Say, text: str) -> None:
    """Also where a slip in the message is put right, which takes the "no" out of it."""
    assert back(text)[0] == []
