"""The last question asked of another thing, sums of what was talked of, and what is given up or changed in them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from assistant.pipeline import Assistant
from assistant.types import Record

Talk = Callable[..., Record]


@pytest.fixture
def say(shops: Callable[[str], Assistant]) -> Talk:
    """Says the turns of one new conversation in a shop ("demo: how much is it | and the kettle?"), and gives the last
    answer."""

    def turns(talk: str) -> Record:
        kind, messages = talk.split(": ", 1)
        conversation = uuid.uuid4().hex
        return [shops(kind).reply(conversation, m, introduced=True) for m in messages.split(" | ")][-1]

    return turns


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        ("dummyjson: jordans cheaper? | can he take em back though | n the puma", "Puma Future Rider Trainers, our"),
        ("dummyjson: got a minivan? | got an suv? | can i bring the van back | and the minivan?", "Pacifica Touring"),
        ("dummyjson: golf stuff? | is the golf ball rated well | n the club?", "Iron Golf"),
        ("demo: what does the ember kettle weigh? | and the toaster?", "Ember Toaster has this weight: 1.8 kg"),
        ("demo: how much is the tarn 2 | and the tarn 3?", "Tarn 3 Tent costs £269.00"),
        ("demo: how much is the tarn 2 | the tarn 3 too?", "Tarn 3 Tent costs £269.00"),
    ],
)
def test_the_last_question_is_asked_of_another_thing(talk: str, told: str, say: Talk) -> None:
    record = say(talk)
    assert told in record.reply
    assert [a.act for a in record.acts] != ["compare"]


@pytest.mark.parametrize(
    ("talk", "total"),
    [
        ("dummyjson: how much is the plant pot | do you have the silver pot | so the 2 of them", "$54.98"),
        ("dummyjson: how much is the plant pot | and the silver pot | both", "$54.98"),
        ("demo: how much is the tarn 2 | and the ember kettle | so both?", "£278.00"),
        ("demo: how much is the tarn 2 | and the ember kettle | and the ember mug | all 3", "£290.50"),
        ("demo: how much is the tarn 2 | and the ember kettle | and the ember mug | all 3 | drop the mug", "£278.00"),
        ("demo: how much is the tarn 2 | and the ember kettle | both | swap the tent for the tarn 3", "£328.00"),
        ("demo: how much is the tarn 2 | and the ember kettle | both | the ember mug instead of the kettle", "£231.50"),
        ("tau2: hiking boots size 8 leather | and size 10 leather | n both pairs", "$492.25"),
        ("magento: how much is the sprite foam roller | and the sprite foam yoga brick | so one of each", "$24.00"),
        ("magento: I want one Quest Lumaflex Band and 1 affirm water bottle, what will that be?", "$26.00"),
        ("demo: I want two ember mugs and a tarn 2 tent, what will that be?", "£244.00"),
    ],
)
def test_what_was_talked_of_is_added_up_and_changed(talk: str, total: str, say: Talk) -> None:
    assert total in say(talk).reply


@pytest.mark.parametrize(
    "talk", ["demo: I want to swap the kettle for the toaster", "demo: can i swap my order's tent"]
)
def test_what_was_ordered_is_swapped_in_its_order(talk: str, say: Talk) -> None:
    assert "who you are" in say(talk).reply


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        ("demo: the squall rain jacket in red, is there a small in it? | Then forget the colour.", "size S"),
        ("tau2: water bottle steel 750ml red | forget the colour. cheapest steel 750", "$47.76"),
    ],
)
def test_what_is_given_up_of_a_thing_is_nothing_known_of_somebody(talk: str, told: str, say: Talk) -> None:
    reply = say(talk).reply
    assert told in reply
    assert "nothing to forget" not in reply


@pytest.mark.parametrize(
    "talk", ["dummyjson: a speaker I can talk to", "dummyjson: I have a real camera, no telephone."]
)
def test_goods_that_one_speaks_with_call_nobody(talk: str, say: Talk) -> None:
    assert not say(talk).handoff


@pytest.mark.parametrize(
    "said",
    ["i want to talk to someone", "can i speak to a real person", "customer service", "let me speak to your manager"],
)
def test_who_wants_a_person_gets_one(said: str, say: Talk) -> None:
    assert say(f"demo: {said}").handoff


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        ("demo: how much is the tarn 2 | and the tarn 3? | thats how much more", "£50.00"),
        ("demo: how much is the tarn 2 | and the tarn 3? | by how much", "£50.00"),
        ("demo: how much is the tarn 3 | and the tarn 2? | how much do i save with that one", "£50.00"),
        ("demo: how much is the tarn 2 | and the tarn 3? | so the gap between those two?", "£50.00"),
        ("dummyjson: iphone 13 pro price | and the iphone x | thats how much less", "$200.00"),
        (
            "magento: which backpacks do you have | cheapest? | and the dearest, whats that | so the gap between those",
            "$26.00",
        ),
    ],
)
def test_by_how_much_the_last_two_differ_is_told(talk: str, told: str, say: Talk) -> None:
    assert told in say(talk).reply


def test_what_a_code_saves_is_no_comparison(say: Talk) -> None:
    assert "That saves you £21.90" in say("demo: how much do i save with code WELCOME10 on the tarn 2").reply


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        ("magento: which backpacks do you have | cheapest? | laptop go in it? | and the dearest, whats that", "Fusion"),
        ("demo: which tents do you have | cheapest? | is it waterproof | and the dearest?", "Basecamp 6"),
        ("dummyjson: what laptops are there | cheapest? | whats the warranty | and the dearest?", "MacBook"),
    ],
)
def test_the_dearest_is_of_what_was_looked_for(talk: str, told: str, say: Talk) -> None:
    assert told in say(talk).reply


@pytest.mark.parametrize(
    ("talk", "told", "never"),
    [
        ("tau2: bottle for the gym, steel, 1 litre, red | how much", "$49.51", "Luggage"),
        ("tau2: I'd like a fleece in extra large with a full zip", "Fleece Jacket", "Pet Bed"),
        ("tau2: a fleece in XL with a full zip | Which colour would that be in?", "navy", "Pet Bed"),
    ],
)
def test_what_has_most_of_the_values_named_is_meant(talk: str, told: str, never: str, say: Talk) -> None:
    reply = say(talk).reply
    assert told in reply
    assert never not in reply


def test_of_two_things_of_which_one_is_there_no_yes_is_said(say: Talk) -> None:
    reply = say("demo: is the ember kettle there, and is the ember toaster there?").reply
    both = say("demo: are the ember kettle and the ember toaster in stock?").reply
    assert "out of stock" in reply
    assert "out of stock" in both
    assert not both.startswith("Yes")


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        ("demo: what's the total for the tarn 2, the ember kettle and delivery", "£278.00"),
        ("demo: total for the tarn 2, the ember kettle", "£278.00"),
        ("demo: the tarn 3, an ember mug: what do they come to", "£281.50"),
        ("dummyjson: four apples, 2 Prada Women Bags: total price?", "$1,207.94"),
        ("dummyjson: I want four Black Sun Glasses and 6 gigabyte aorus men tshirts, what will that be?", "$269.90"),
        ("demo: a couple of tarn 2 tents in Green plus 3 reading table lamps in white, what do i pay?", "£654.00"),
    ],
)
def test_all_that_is_listed_is_in_the_sum(talk: str, told: str, say: Talk) -> None:
    reply = say(talk).reply
    assert told in reply
    assert "without" not in reply


def test_nine_things_named_at_once_are_all_in_the_sum(say: Talk) -> None:
    things = "1 Apple, 1 Kiwi, 1 Lemon, 1 Milk, 1 Honey Jar, 1 Cucumber, 1 Strawberry, 1 Water and 1 Ice Cream"
    reply = say(f"dummyjson: How much are {things} together?").reply
    assert "$27.71" in reply and "without" not in reply


def test_several_things_are_added_to_those_of_before(say: Talk) -> None:
    first = "How much are 2 Apples, 1 Kiwi and 2 Milk together?"
    reply = say(f"dummyjson: {first} | Add 3 Cucumber, 3 Potatoes and 3 Strawberry. What do I pay?").reply
    assert "Apple" in reply and "Strawberry" in reply and "$36.76" in reply


@pytest.mark.parametrize(
    ("talk", "missing"),
    [
        ("demo: what do i save if i buy the pan and the knife together", "pan"),
        ("demo: two ember mugs and 3 flurbos, total?", "flurbos"),
        ("demo: How much are 3 camp mugs and a head torch together?", "head torch"),
        ("dummyjson: 3 sports sneakers off white reds, 3 carbon steel woks: total price?", "sports sneakers"),
    ],
)
def test_what_a_sum_leaves_out_is_said(talk: str, missing: str, say: Talk) -> None:
    assert f"That is without “{missing}”" in say(talk).reply


@pytest.mark.parametrize(
    "talk",
    [
        "demo: how much for two blue heron blankets and a drift pillow?",
        "demo: how much is the tarn 2 tent with the camping offer and a code",
        "demo: the ember mug and kettle, both in sage, total",
        "demo: total for the ember mug, the ember kettle and delivery",
        "demo: I need 2 tents for a trip with my dad and my brother, how much are two tarn 2 tents together",
    ],
)
def test_of_a_whole_sum_nothing_is_said_to_be_missing(talk: str, say: Talk) -> None:
    assert "That is without" not in say(talk).reply


@pytest.mark.parametrize(
    "said",
    [
        "can you not read??",
        "is this a joke?",
        "are you even listening",
        "do you even know anything?",
        "why cant you just answer",
        "are you taking the piss?",
        "how many times do i have to ask",
        "did you even read what i wrote",
    ],
)
@pytest.mark.parametrize("before", ["demo: how much is the tarn 2", "tau2: how much is the smartphone"])
def test_who_asks_whether_they_are_heard_is_answered_with_a_sorry_and_a_person(
    before: str, said: str, say: Talk
) -> None:
    reply = say(f"{before} | {said}").reply
    assert "sorry about that" in reply
    assert "Shall I call a colleague" in reply


@pytest.mark.parametrize(
    "said", ["can you just help me?", "can you actually help me?", "could you just answer a question?", "can you help"]
)
def test_who_asks_for_help_scolds_nobody(said: str, say: Talk) -> None:
    assert "sorry" not in say(f"demo: how much is the tarn 2 | {said}").reply


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("can you just give me the price", "£219.00"),
        ("do you even sell kettles?", "Ember Kettle"),
        ("would you just help me, how much is the ember mug", "£12.50"),
        ("can you not read?? how much is the ember mug", "£12.50"),
    ],
)
def test_what_is_asked_beside_it_is_answered(said: str, told: str, say: Talk) -> None:
    assert told in say(f"demo: how much is the tarn 2 | {said}").reply
