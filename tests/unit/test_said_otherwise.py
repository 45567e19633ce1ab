"""Corrections in the same breath, what is told beside a question, offers asked for sideways, things that went wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.language import stems
from assistant.screen.screen import screen
from assistant.types import Record
from assistant.understand.corrected import corrected
from assistant.understand.vocabulary import ProductName, build

Talk = Callable[..., Record]


WORDS = build(
    [
        ProductName(name, name, stems(name), "Things", None, None, True, None)
        for name in ("Pocket Tablet", "Ember Kettle", "Floor Lamp", "Glow Lantern", "Tarn 3 Tent", "Squall Jacket")
    ],
    [("Colour", "Navy"), ("Colour", "Red"), ("Size", "M"), ("Size", "L"), ("Wood", "Oak"), ("Wood", "Ash")],
    [],
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("i want a laptop. no wait, a tablet", "i want a tablet"),
        ("i want a toaster for the kitchen, no, a kettle sorry", "i want a kettle"),
        ("2 beam 400s... actually make that 3. total?", "3 beam 400s. total?"),
        ("2 tents, no, 3 tents", "3 tents"),
        ("I'd like the squall in navy. no, red. is it there in M?", "I'd like the squall in red. is it there in M?"),
        ("how much is the lamp, i mean the floor lamp", "how much is the floor lamp"),
        ("what's the price of the lamp. sorry the lantern", "what's the price of the lantern"),
        ("size M sorry L please", "size L please"),
        ("the table in oak, i mean in ash", "the table in ash"),
        ("I paid 45.99 sorry 46.99", "I paid 46.99"),
        ("anything under £49.99, make it £39.99", "anything under £39.99"),
        ("3 of these, no, 2 of those please", "2 of these please"),
    ],
)
def test_what_is_put_right_is_meant(said: str, meant: str) -> None:
    assert corrected(said, WORDS) == meant


@pytest.mark.parametrize(
    "said",
    [
        "is it in stock, no rush",
        "is there a tent, no poles needed",
        "no, the blue one",
        "sorry, how much is the tent",
        "do you have a kettle? no, a toaster would be fine too",
        "is the tent actually the one on the photo",
        "is there a rucksack that is actually a handbag",
        "hi, sorry to bother, a tent please",
        "what's the price sorry for asking",
        "is it in stock sorry typing on my phone",
        "is the squall in navy sorry typing on my phone",
        "what's the weight, i mean without packaging",
        "can I get it in store, actually tomorrow would be better",
        "the squall in navy, sorry M",
        "I ordered a kettle. sorry, a question: when does it come?",
        "i bought a lamp. sorry, a friend did",
        "we want a tent. oops, a typo",
        "i want a tent, actually any will do",
        "do you have the tarn, actually the tent is fine too",
        "my 2 tents. actually 1 of them leaks",
        "order 1002 sorry 1003",
    ],
)
def test_what_takes_nothing_back_stays(said: str) -> None:
    assert corrected(said, WORDS) == said


def test_a_correction_is_answered_alone(talk: Talk) -> None:
    reply = talk("two beam 400s... actually make that three. total?").reply
    assert "3 ×" in reply and "2 ×" not in reply


def test_what_one_is_names_nothing(talk: Talk) -> None:
    """ "I'm vegan" was taken for the Cloud Vegan Duvet, and the boots were forgotten."""
    record = talk("I'm vegan and wear a 42. any boots?")
    assert [a.act for a in record.acts] == ["preference", "search"] and "that is vegan" in record.reply
    assert "size 42" in talk("I'm vegan and wear a 42. any boots?", "what do you know about me").reply


@pytest.mark.parametrize(
    ("text", "offer", "other"),
    [
        ("how many pairs of socks do i have to buy to get one for free", "Socks: 3 for 2", "Cosy nights"),
        ("three hundred quid on camping stuff, do i get something off", "£20 off camping", "Cosy nights"),
        ("is there a black friday sale", "Cosy nights", "couldn't find"),
    ],
)
def test_offers_are_told_however_they_are_asked_for(talk: Talk, text: str, offer: str, other: str) -> None:
    reply = talk(text).reply
    assert offer in reply and other not in reply


def test_a_code_that_is_none(talk: Talk) -> None:
    assert "don't know a code “GIFT10”" in talk("does GIFT10 work on the tent").reply


def test_a_sum_goes_on_with_a_code_and_one_thing_more(talk: Talk) -> None:
    turns = ["a hearthside throw and a drift pillow together - what do I end up paying?", "and if i use TENNER on top?"]
    assert "£64.90" in talk(turns[0]).reply and "works from £75.00" in talk(*turns).reply
    assert "£96.65" in talk(*turns, "and with TENNER and a crepe pan as well?").reply


@pytest.mark.parametrize("text", ["my tent leaked all night", "my squall is soaking through, only had it 3 months"])
def test_what_went_wrong_is_no_question(talk: Talk, text: str) -> None:
    record = talk(text)
    assert [a.act for a in record.acts] == ["complaint"] and "waterproof" not in record.reply


def test_another_board_is_no_paddle_board(talk: Talk) -> None:
    assert "I couldn't find exactly that" in talk("do you sell paddle boards").reply


def test_a_gift_for_who_drinks_coffee_keeps_to_the_money(talk: Talk) -> None:
    reply = talk("a gift between 30 and 50 pound for someone who drinks coffee all day").reply
    assert "coffee" in reply and "£8.50" not in reply and "Gift Card" not in reply


def test_a_question_around_a_card_number_is_answered(talk: Talk) -> None:
    reply = talk("can i pay with my card 4111 1111 1111 1111").reply
    assert "haven't kept your card number" in reply and "We take Visa" in reply
    assert screen("my card is 4111 1111 1111 1111 exp 12/29", 4000).asked == ""


@pytest.mark.parametrize(
    "text",
    [
        "thats not what i asked",
        "you didn't answer my question",
        "no, that isn't an answer",
        "sorry but that's not what i meant!!",
    ],
)
def test_an_answer_that_missed_is_owned_up_to(talk: Talk, text: str) -> None:
    assert [a.act for a in talk("do you have a knife?", text).acts] == ["complaint"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("that's not what I meant, I meant kettles", "Ember"),
        ("not what I'm looking for, do you have a sleeping bag?", "Sleeping Bag"),
        ("that’s not what i asked. how much is the tarn 2?", "Tarn 2 Tent costs"),
        ("you didn't answer my question: do you sell kettles", "Ember"),
        ("it's not helpful for my back, do you have others?", ""),
        ("it was not what i was sent", ""),
        ("this is not what i had ordered", ""),
    ],
)
def test_what_is_asked_behind_it_is_answered(talk: Talk, text: str, shown: str) -> None:
    reply = talk("do you have a knife?", text).reply
    assert shown in reply
    assert not reply.startswith("I'm sorry about that. Shall I call a colleague?")


def test_what_goes_with_it_is_another_thing(talk: Talk) -> None:
    reply = talk("do you have hiking boots?", "lets take the 43. and some warm socks to go with it").reply
    assert "Hiking Socks" in reply and "Fellwalker" in reply


def test_a_member_is_told_the_sum_again(talk: Talk) -> None:
    reply = talk("how much is the crepe pan and the chefs knife", "im a club member btw").reply
    assert "£86.65" in reply


def test_who_is_allergic_is_shown_none_of_it(talk: Talk) -> None:
    reply = talk("is the duvet ok for someone allergic to feathers").reply
    assert "Eider" not in reply and "check the label" in reply


def test_a_day_to_be_met_asks_for_no_product(talk: Talk) -> None:
    assert "Which product" not in talk("i need it by thursday, is that doable").reply
    assert "Which product" not in talk("what can I do with an old tent", "how much do i get").reply


def test_a_size_that_a_kind_has_not_is_not_offered_as_if_it_had(talk: Talk) -> None:
    assert "I couldn't find exactly that" in talk("do you have sandals in size 46").reply
    assert "(size 39)" in talk("do you have sandals in 39?").reply


@pytest.mark.parametrize(
    "text", ["I am a member. price of the 28cm iron skillet?", "i'm a club member, how much is the skillet 28 cm"]
)
def test_who_says_that_they_are_a_member_hears_a_price(talk: Talk, text: str) -> None:
    assert "£49.00" in talk(text).reply


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("how much is the tarn 2 tent", "is in stock in Green"),
        ("is the tarn 2 in stock?", "in stock"),
        ("what does the blue heron blanket cost?", "is in stock in Red and Grey"),
        ("price of the trail runner please", "is in stock in some versions"),
    ],
)
def test_which_versions_are_there_is_told_with_the_price(said: str, told: str, talk: Talk) -> None:
    assert told in talk(said).reply


@pytest.mark.parametrize(
    "said",
    ["do you do gift wrapping?", "can you gift wrap it?", "do you gift wrap", "is there a gift wrapping service",
     "do you do laminating", "do you offer engraving?"],
)  # fmt: skip
def test_who_asks_for_a_service_is_offered_no_goods(said: str, talk: Talk) -> None:
    reply = talk(said).reply
    assert "I don't have that information" in reply
    assert "£" not in reply


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("do you sharpen knives", "harpening"),
        ("can you post it to france?", "other countries"),
        ("do you do hiking boots", "Fellwalker"),
        ("do you do gift cards", "Gift Card"),
    ],
)
def test_a_service_that_the_pages_speak_of_and_goods_are_told(said: str, told: str, talk: Talk) -> None:
    assert told in talk(said).reply


@pytest.mark.parametrize(
    "said",
    [
        "a lantern to hang beside the tent",
        "any lantern to hang up in the tent?",
        "i want a lantern to put next to the tent",
    ],
)
def test_what_a_thing_is_put_beside_is_not_looked_for(said: str, talk: Talk) -> None:
    reply = talk(said).reply
    assert "Glow Lantern" in reply or "Tent Lamp" in reply
    assert "Tarn 2 Tent" not in reply


@pytest.mark.parametrize(
    "said",
    [
        "hve you got the tarn tnet 2 and wat time u open sat",
        "hav u got the tarn 2 tent, n wht time do u open on sat",
        "have you got the tarn tent 2 and what time do you open on saturday",
    ],
)
def test_both_questions_of_a_hurried_message_are_answered(said: str, talk: Talk) -> None:
    reply = talk(said).reply
    assert "Tarn 2 Tent (Green) is in stock" in reply
    assert "Saturday from 9:00 to 17:00" in reply
    assert "parking" not in reply


@pytest.mark.parametrize(
    "said",
    [
        "which is your lightest tent and can two people sleep in it",
        "which is your lightest tent? can two people sleep in it?",
        "whats the lightest tent u have n can 2 people sleep in it",
    ],
)
@pytest.mark.parametrize("before", [(), ("how much is the ember mug",)])
def test_what_is_asked_of_the_one_that_is_found_is_answered_of_it(
    said: str, before: tuple[str, ...], talk: Talk
) -> None:
    reply = talk(*before, said).reply
    assert "Tarn 2 Tent is the lightest" in reply
    assert "For the Tarn 2 Tent our catalogue gives: Sleeps 2" in reply


@pytest.mark.parametrize(
    "said",
    [
        "the tarn 2 tent leaked all night, the kids were soaked",
        "tarn 3 tent ripped on the first night",
        "the ember kettle broke, it smokes",
        "the squall jacket fell apart in the wash",
    ],
)
def test_what_happened_to_somebody_is_no_question_for_what_it_can_do(said: str, talk: Talk) -> None:
    for before in ((), ("how much is the tarn 2",)):
        reply = talk(*before, said).reply
        assert "sorry about that" in reply
        assert "Shall I call a colleague" in reply
        assert "waterproof" not in reply


def test_a_number_alone_names_no_product(talk: Talk) -> None:
    assert "Tarn" not in talk("any rugs which come in 3 sizes").reply
