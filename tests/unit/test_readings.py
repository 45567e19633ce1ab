"""Other ways to take a message: which there are, that trying them leaves no trace, that the likeliest is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from assistant.act.plan import in_code_words
from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import ModelError
from assistant.pipeline import Assistant
from assistant.readings.judge import WEIGHTS, Judge, default_judge, inputs, of_first, without_reading
from assistant.readings.second_look import MARGIN, Looked, Taken, likeliest, worth_reading
from assistant.readings.traits import NUM_TRAITS, READ
from assistant.readings.ways import NAMES
from assistant.runtime import DEMO_SHOP
from assistant.shop.embed import default_embedder
from assistant.shop.importers import import_shop
from assistant.shop.search import Search
from assistant.types import CustomerRef
from tests.unit.shop_folder import fresh_database


class _Chooser:
    """Takes the first answer of the way named, and remembers what there was to choose from."""

    def __init__(self) -> None:
        self.name = "read"
        self.taken: list[Taken] = []
        self.seen: Any = None

    def __call__(self, looked: Looked) -> int:
        self.looked, self.taken, self.seen = looked, list(looked.taken), looked.inputs
        return next((at for at, each in enumerate(looked.taken) if each.name == self.name), 0)

    def way(self, name: str) -> Taken:
        return next(each for each in self.taken if each.name == name)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, _Chooser]]:
    db = fresh_database(tmp_path_factory.mktemp("readings") / "shop.db")
    import_shop(db, "shop", DEMO_SHOP)
    Search(db, default_embedder()).refresh()
    engine, chooser = ScriptedEngine(lambda _: "", context=50_000), _Chooser()
    yield Assistant(db, engine, engine.tokenizer, Settings(), choose=chooser), chooser
    engine.close()
    db.close()


def test_a_message_is_taken_in_every_way_and_the_first_is_as_it_was_read(shop: tuple[Assistant, _Chooser]) -> None:
    assistant, chooser = shop
    assistant.reply("all", "tell me about the Ember Toaster", introduced=True)
    read = assistant.reply("all", "how long does delivery take?", introduced=True)
    names = [each.name for each in chooser.taken]
    assert names[0] == "read" and {"page", "search", "fresh", "joined", "of_it:details", "near"} <= set(names) <= {
        *NAMES
    }
    assert [r.as_act() for r in chooser.taken[0].requests] == read.acts
    assert "working days" in in_code_words(chooser.way("page").plan)
    assert "Ember Toaster" in in_code_words(chooser.way("of_it:price").plan)
    assert chooser.seen.shape[0] == len(names) and np.isfinite(chooser.seen).all()
    assert chooser.looked.message == "how long does delivery take?"
    said, answered = chooser.looked.before
    assert said == "tell me about the Ember Toaster" and "Ember Toaster" in answered


def test_the_nearest_lines_of_the_texts_are_told_by_their_place(shop: tuple[Assistant, _Chooser]) -> None:
    assistant, chooser = shop
    assistant.reply("lines", "tell me about the Ember Toaster", introduced=True)
    assistant.reply("lines", "and how long does delivery take?", introduced=True)
    pages = [in_code_words(chooser.way(f"page:{place}").plan) for place in (1, 2, 3)]
    assert len(set(pages)) == 3 and any("working days" in told for told in pages)
    for place in (1, 2):
        plan = chooser.way(f"line:{place}").plan
        receipts = [r for fact in plan.facts for field in fact.fields.values() for r in field.receipts]
        told = [str(r.value).rstrip(".") for r in receipts if r.field not in ("name", "title")]
        assert "Ember Toaster" in in_code_words(plan) and told and all(line in in_code_words(plan) for line in told)
    assert in_code_words(chooser.way("line:1").plan) != in_code_words(chooser.way("line:2").plan)


def test_where_there_are_fewer_passages_it_is_said_not_to_be_known(
    shop: tuple[Assistant, _Chooser], monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant, chooser = shop
    monkeypatch.setattr("assistant.readings.ways._NUM_PAGES", 40)
    assistant.reply("fewer", "how long does delivery take?", introduced=True)
    last = chooser.way("page:40").plan
    assert not last.answered and "I don't have that information about our shop" in in_code_words(last)


def test_what_is_chosen_is_said_and_what_the_talk_goes_on_from(shop: tuple[Assistant, _Chooser]) -> None:
    assistant, chooser = shop
    assistant.reply("chosen", "tell me about the Iron Skillet", introduced=True)
    chooser.name = "of_it:price"
    try:
        taken = assistant.reply("chosen", "how long does delivery take?", introduced=True)
    finally:
        chooser.name = "read"
    assert taken.reply.startswith("The Iron Skillet") and [a.act for a in taken.acts] == ["price"]
    assert "Iron Skillet" in assistant.reply("chosen", "and how heavy is it?", introduced=True).reply


@pytest.mark.parametrize(
    ("turns", "way", "said"),
    [
        (("merino hiking socks in charcoal", "so for three pairs, in the end i pay?"), "so_many", "£33.00"),
        (("the 12 V tent lamp", "got half a dozen, what money"), "so_many", "6 × the 12 V Tent Lamp"),
        (("the 12 V tent lamp", "x4 please, damage?"), "so_many", "4 × the 12 V Tent Lamp"),
        (("the 12 V tent lamp", "two dozen lamps for the hall?"), "so_many", "24 × the 12 V Tent Lamp"),
        (("the lodge self-inflating mat 5 cm", "we'd be taking three of the 5 cm"), "so_many", "£179.85"),
        (("the 12 V tent lamp", "the sunfold solar panel 28 w", "the lamp and the panel then"), "together", "£121.00"),
        (("the 12 V tent lamp", "the spark gas stove", "how far apart in money"), "compared", "cheaper by £33.00"),
        (
            ("12 V tent lamp", "spark gas stove", "iron skillet 20 cm", "all three, damage?"),
            "together",
            "Tent Lamp at £12.00",
        ),
        (("the 12 V tent lamp", "quantity on the shelf"), "of_it:stock", "12 in stock"),
    ],
)
def test_sums_differences_and_numbers_left_are_among_the_ways(
    shop: tuple[Assistant, _Chooser], turns: Sequence[str], way: str, said: str
) -> None:
    assistant, chooser = shop
    for turn in turns:
        assistant.reply(f"sums {turns}", turn, introduced=True)
    assert said in in_code_words(chooser.way(way).plan)


@pytest.mark.parametrize(
    "message",
    [
        "does it run on 12 v",
        "is it under £30",
        "what size is it",
        "i have 1",
        "for a family of six?",
        "for 4 hungry kids",
        "anything under 30?",
        "max 30",
        "i only have 30",
        "can you do 40?",
        "over 18?",
        "does it come in 3?",
        "is that for a pair?",
    ],
)
def test_what_measures_or_costs_is_no_number_of_things(shop: tuple[Assistant, _Chooser], message: str) -> None:
    assistant, chooser = shop
    assistant.reply(f"no sum {message}", "the spark gas stove", introduced=True)
    chooser.taken = []
    assistant.reply(f"no sum {message}", message, introduced=True)
    assert "so_many" not in [each.name for each in chooser.taken]


def test_what_is_nearest_in_meaning_is_asked_about_in_the_version_that_is_told(
    shop: tuple[Assistant, _Chooser],
) -> None:
    assistant, chooser = shop
    assistant.reply("near", "something light against rain, navy, size m, is that there?", introduced=True)
    wanted = {(w.name, w.value) for each in chooser.taken if each.name == "near" for w in each.requests[0].wanted}
    assert ("colour", "Navy") in wanted


def test_what_is_tried_keeps_nothing_of_a_customer(shop: tuple[Assistant, _Chooser]) -> None:
    assistant, chooser = shop
    customer = CustomerRef("C1001")
    chooser.taken = []
    assistant.reply("told", "i am vegan and never wear wool", customer=customer, introduced=True)
    assert not chooser.taken, "what somebody tells of themselves is taken in once, and not looked at again"
    before = assistant._shoppers.find("C1001")
    assistant.reply("asked", "which boots would you take for snow?", customer=customer, introduced=True)
    assert chooser.taken
    after = assistant._shoppers.find("C1001")
    assert before is not None and after is not None and before.preferences == after.preferences


@pytest.mark.parametrize("message", ["hello", "thanks, bye", "are you a robot?", "what do you know about me?"])
def test_what_asks_nothing_of_the_shop_is_as_it_was_read(shop: tuple[Assistant, _Chooser], message: str) -> None:
    assistant, chooser = shop
    chooser.taken = []
    assistant.reply(f"nothing {message}", message, introduced=True)
    assert not chooser.taken


def test_the_judge_sees_every_answer_beside_the_first() -> None:
    answers, scene = np.arange(6, dtype=np.float32).reshape(3, 2), np.ones(4, np.float32)
    seen = inputs(scene, answers, ["a", "b", "a"])
    assert seen.shape == (3, 2 + 2 + 4 + 2)
    assert (seen[:, 2:4] == answers[0]).all() and seen[:, -2].tolist() == [1.0, 0.0, 1.0]


def test_another_answer_is_given_only_where_it_is_likelier() -> None:
    assert likeliest(np.array([0.0, MARGIN - 0.1], np.float32)) == 0
    assert likeliest(np.array([0.0, MARGIN + 0.1], np.float32)) == 1


def test_the_sentences_of_few_answers_are_read_and_of_none_twice() -> None:
    quick = np.array([-3.0, 5.0, 4.0, 3.0, 2.0, 1.0], np.float32)
    assert worth_reading(quick, ["a", "b", "b", "c", "a", "d"]) == [0, 1, 3, 5]
    assert len(worth_reading(np.arange(9, dtype=np.float32), list(range(9)))) == 4


def test_what_is_known_before_others_are_answered_is_of_the_first_and_the_message() -> None:
    answers, scene = np.random.default_rng(0).normal(size=(3, NUM_TRAITS)).astype(np.float32), np.ones(5, np.float32)
    seen = inputs(scene, answers, ["a", "b", "a"])
    assert (of_first(seen) == of_first(inputs(scene, answers[:1], ["a"]))).all()
    assert of_first(seen).shape == (1, NUM_TRAITS + 5) and (of_first(seen)[0, :NUM_TRAITS] == answers[0]).all()
    assert (without_reading(seen)[:, READ] == 0).all() and (without_reading(seen) != seen).sum() == 2 * 3 * 3


def test_an_answer_that_is_surely_right_is_not_looked_at_again(
    shop: tuple[Assistant, _Chooser], monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant, _ = shop
    asked: list[float] = []

    class _Sure(Judge):
        def doubt(self, seen: Any) -> float:
            asked.append(super().doubt(seen))
            return -9.0

    def never(*arguments: Any) -> Any:
        raise AssertionError("no other way is answered")

    sure = _Sure.open(WEIGHTS)
    monkeypatch.setattr("assistant.readings.second_look.default_judge", lambda: sure)
    monkeypatch.setattr("assistant.readings.second_look.ways", never)
    monkeypatch.setattr(assistant, "_choose", None)
    assert "54.50" in assistant.reply("sure", "how much is the Ember Toaster?", introduced=True).reply and asked


def test_broken_weights_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "judge.safetensors"
    broken.write_bytes(b"no tensors")
    with pytest.raises(ModelError, match=r"judge\.safetensors can't be read"):
        Judge.open(broken)
    save_file({"mean": np.zeros(3, np.float32)}, broken)
    with pytest.raises(ModelError, match="scale"):
        Judge.open(broken)


def test_the_shipped_weights_fit_the_traits(shop: tuple[Assistant, _Chooser], talk: Callable[..., Any]) -> None:
    assistant, chooser = shop
    assistant.reply("fit", "how much is the Ember Toaster?", introduced=True)
    assert default_judge().weigh(chooser.seen).shape == (len(chooser.taken),)
    own, first = chooser.seen[0, :NUM_TRAITS], chooser.seen[0, NUM_TRAITS : 2 * NUM_TRAITS]
    assert (own == first).all() and own[READ].any(), "there are as many traits as are counted, in their places"
    assert "54.50" in talk("how much is the Ember Toaster?").reply
