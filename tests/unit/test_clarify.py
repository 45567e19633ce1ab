"""Questions back: asked when readings differ and only then, one at a time; an answer to one picks a real choice."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from assistant.types import Record
from assistant.understand.answered import chosen
from assistant.understand.state import State
from tests.unit.shop_folder import fresh_database

Say = Callable[..., list[Record]]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    db = fresh_database(tmp_path_factory.mktemp("clarify") / "shop.db")
    import_shop(db, "shop", DEMO_SHOP)
    engine = ScriptedEngine(lambda _: "", context=50_000)
    yield Assistant(db, engine, engine.tokenizer, Settings())
    engine.close()
    db.close()


@pytest.fixture
def say(assistant: Assistant) -> Say:
    """Says the turns of one new conversation; gives all answers."""

    def turns(*texts: str) -> list[Record]:
        conversation = uuid.uuid4().hex
        return [assistant.reply(conversation, text, introduced=True) for text in texts]

    return turns


def test_several_products_of_one_name_are_named_and_a_sign_picks_one(say: Say) -> None:
    asked, told = say("what does the nightfall sleeping bag cost", "the +5")
    assert asked.clarifying and asked.reply.endswith("the Nightfall -5 Sleeping Bag or the Nightfall +5 Sleeping Bag?")
    assert asked.reply.count("?") == 1
    assert "+5 Sleeping Bag" in told.reply and "-5" not in told.reply and "£" in told.reply


def test_an_option_that_the_price_depends_on_is_asked_for_by_its_values(say: Say) -> None:
    asked, told = say("how much is the iron skillet", "the 28 one please")
    assert asked.clarifying and asked.reply.endswith("20 cm, 24 cm or 28 cm?")
    assert not told.clarifying and "28 cm" in told.reply and "24 cm" not in told.reply


@pytest.mark.parametrize(
    "text",
    [
        "how much is the iron skillet in 28 cm?",
        "how much is the trail runner",
        "do you have tents",
        "is the trail runner available in black?",
        "how much are the tarn 2 and the tarn 3 tent",
    ],
)
def test_what_was_said_or_makes_no_difference_is_not_asked_for(say: Say, text: str) -> None:
    assert not say(text)[0].clarifying


def test_another_question_instead_of_an_answer_is_answered(say: Say) -> None:
    _, told = say("how much is the tarn tent", "how long does delivery take?")
    assert not told.clarifying and "Tarn" not in told.reply


def test_nothing_before_it_leaves_it_open(say: Say) -> None:
    for text in ("is it wireless?", "how much is it", "does it come in red"):
        record = say(text)[0]
        assert record.clarifying and record.reply.endswith("?")


@pytest.mark.parametrize(
    ("said", "picked"),
    [
        ("the black one", "Black"),
        ("Black please", "Black"),
        ("navy blue", "Navy Blue"),
        ("blue", None),  # said of two
        ("black or navy?", None),
        ("do you have socks", None),
        ("", None),
    ],
)
def test_a_choice_is_picked_by_what_tells_it_from_the_others(said: str, picked: str | None) -> None:
    labels = ("Black", "Navy Blue", "Sky Blue")
    state = State(choices=[{"label": label, "product": "p", "option": "colour"} for label in labels])
    choice = chosen(said, state)
    assert (choice.label if choice else None) == picked


def test_the_kept_state_stays_small_however_long_the_conversation(assistant: Assistant) -> None:
    conversation = uuid.uuid4().hex
    questions = ("how much is the tarn tent", "the 3", "do you have tents", "is the ember kettle in stock", "thanks")
    for number in range(30):
        assistant.reply(conversation, questions[number % len(questions)] + " " * (number % 3), introduced=True)
    kept = assistant.conversations.state(conversation)
    assert len(kept["log"]) == 5 and len(json.dumps(kept)) < 8_000
