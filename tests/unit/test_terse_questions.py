"""Short questions in the demo shop: what is asked, of which thing, and no yes to what nobody knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record

Talk = Callable[..., Record]


def test_price_and_number_without_a_name(talk: Talk) -> None:
    reply = talk("tell me about the Tarn 2 Tent", "its price, and how many in stock").reply
    assert "£219.00" in reply
    assert "in stock" in reply.split("£219.00")[1]


def test_another_kind_is_looked_for(talk: Talk) -> None:
    reply = talk("i'm looking for a tent for two", "how about a mat to go with it").reply
    assert "Mat" in reply
    assert "Tent" not in reply


@pytest.mark.parametrize("asked", ["do you have it in a 7?", "drift winter boot in a 7"])
def test_a_size_that_it_does_not_come_in(talk: Talk, asked: str) -> None:
    reply = talk("how much is the drift winter boot", asked).reply
    assert "doesn't come in size 7" in reply
    assert not reply.startswith("Yes")


def test_no_yes_to_what_nobody_knows(talk: Talk) -> None:
    reply = talk("do you have the Tarn 2 Tent?", "and do you put it up on the meadow for me").reply
    assert not reply.startswith("Yes")


def test_the_rule_comes_before_its_special_case(talk: Talk) -> None:
    reply = talk("can i send it back if it doesnt fit").reply
    assert "within 30 days" in reply.split(".")[0]


def test_the_cheapest_of_a_kind_whatever_else_is_said(talk: Talk) -> None:
    plain = talk("what is the cheapest tent?").reply
    assert talk("whats the cheapest tent you've actually got in, for a zeppelin").reply == plain


def test_cheap_ones_come_in_the_order_of_their_prices(talk: Talk) -> None:
    cheapest = talk("what is the cheapest tent?").cards[0].name
    assert talk("got any cheap tents?").cards[0].name == cheapest


def test_what_would_hold_is_the_shops_rule(talk: Talk) -> None:
    reply = talk("can i exchange it for a bigger one if its too small").reply
    assert "free of charge" in reply
    assert "who you are" not in reply


@pytest.mark.parametrize("text", ["most expensive tent you sell, just curious lol", "lovely. and the longest tent?"])
def test_a_question_is_nothing_to_be_glad_of(talk: Talk, text: str) -> None:
    assert "glad" not in talk(text).reply


def test_no_yes_to_more_than_was_understood(talk: Talk) -> None:
    reply = talk("do you have the Tarn 2 Tent?", "is there sage in the bigger one").reply
    assert not reply.startswith("Yes")


@pytest.mark.parametrize("asked", ["can I get the {} gift wrapped?", "can the {} be sent to Ireland?"])
def test_a_product_that_is_named_is_talked_about_though_a_page_answered(talk: Talk, asked: str) -> None:
    reply = talk("How much is the Iron Skillet?", asked.format("Squall Rain Jacket"), "how much is it?").reply
    assert "Squall Rain Jacket" in reply
    assert "Skillet" not in reply


@pytest.mark.parametrize(
    ("named", "asked", "says"),
    [
        ("how much is the squall lite rain jacket", "pockets?", "pockets"),
        ("price of the Pump 15?", "water tank size", "1.1"),
        ("cloud vegan duvet price", "tog?", "10.5"),
        ("do you have the low light decaf", "organic or not", "organic"),
    ],
)
def test_what_a_line_of_the_product_answers_is_asked_of_it(talk: Talk, named: str, asked: str, says: str) -> None:
    assert says in talk(named, asked).reply.lower()


def test_looking_for_something_is_no_question_about_the_last_thing(talk: Talk) -> None:
    assert "Tent" in talk("how much is the squall lite rain jacket", "got any tents").reply


@pytest.mark.parametrize(
    "asked", ["a flask that keeps tea hot", "do you have a flask which keeps tea hot under 40 quid"]
)
def test_what_a_thing_is_to_do_names_no_other_thing(talk: Talk, asked: str) -> None:
    record = talk(asked)
    assert "Beck Vacuum Flask" in record.reply


def test_a_thing_for_another_thing_is_only_near_it(talk: Talk) -> None:
    assert "What comes closest" in talk("what about a microwave").reply


def test_a_change_of_mind_is_nobodys_order(talk: Talk) -> None:
    reply = talk("can i cancel an order if i just changed my mind").reply
    assert "who you are" not in reply
    assert "pending" in reply


def test_one_for_less_is_another_of_the_kind(talk: Talk) -> None:
    reply = talk("how much is the tarn 3 tent", "one for my dad under 230").reply
    assert "Tarn 2" in reply and "fits these limits" not in reply


def test_the_s_of_a_number_is_no_size(talk: Talk) -> None:
    reply = talk("do you have the fellwalker low in brown", "any 42s at all").reply
    assert "size 42" in reply and "in s." not in reply


@pytest.mark.parametrize("asked", ["does it get in there", "will they manage the ridge", "could he climb with it"])
def test_what_a_thing_does_is_not_answered_with_yes_it_is_there(talk: Talk, asked: str) -> None:
    assert not talk("how much is the beam 800", asked).reply.startswith("Yes, the Beam 800 Head Torch is in stock")


def test_a_size_that_a_thing_does_not_come_in_is_no_yes(talk: Talk) -> None:
    assert "whether the Beam 800 Head Torch can be had in 14" in talk("the beam 800?", "do you have it in a 14").reply


def test_never_having_done_something_is_no_dislike(talk: Talk) -> None:
    assert "avoids" not in talk("never done yoga, i want to learn at home").reply
    assert "avoids" in talk("never wool").reply


def test_of_one_alone_nothing_is_the_most(talk: Talk) -> None:
    reply = talk("is the tarn 3 the lightest tent").reply
    assert "Of our tents, the Tarn 2 Tent is the lightest" in reply


def test_a_superlative_is_of_what_is_as_wanted(talk: Talk) -> None:
    assert "Of those that fit, the Trail Runner GTX" in talk("which of your waterproof footwear is the lightest").reply


def test_how_many_colours_counts_all_of_them(talk: Talk) -> None:
    assert "3 colours" in talk("the daybreak daypack 32 litres in black?", "how many colours is it made in").reply


def test_no_is_only_said_to_what_was_asked(talk: Talk) -> None:
    assert not talk("stride trousers 34 waist 32 leg?", "is there a belt with them").reply.startswith("No, the Stride")


@pytest.mark.parametrize("asked", ["what do they cost and can they go in the dryer", "price, and is it waterproof"])
def test_two_questions_in_one_sentence_are_two(talk: Talk, asked: str) -> None:
    assert len(talk("do you have the squall rain jacket", asked).acts) == 2


@pytest.mark.parametrize(
    ("asked", "first"), [("is the tarn 3 the dearest tent", "Basecamp 6"), ("dearest kettle", "Ember Kettle")]
)
def test_one_thing_named_whole_is_held_against_its_kind(talk: Talk, asked: str, first: str) -> None:
    assert first in talk(asked).reply.split(".")[0]


def test_a_search_and_a_question_for_the_shop_are_both_answered(talk: Talk) -> None:
    reply = talk("have you got a waterproof jacket, and when do you close on saturdays").reply
    assert "Squall" in reply and "17:00" in reply


def test_a_sum_leaves_nothing_out(talk: Talk) -> None:
    assert "in total" not in talk("how much is the ember kettle", "how much are two of them and a zeppelin").reply
