"""Weighing in talk: so many of one thing and their sum, and by how much one thing or version costs more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record
from assistant.understand.basket import member

Talk = Callable[..., Record]


@pytest.mark.parametrize(
    ("turns", "sum_"),
    [
        (("how much is the pebble power bank", "cool 2 small ones black. total"), "£59.98"),
        (("drift pillow in firm please", "what are two of them?"), "£49.90"),
        (("feather air mat, the long one?", "Three of this please, together how much?"), "£249.70"),
        (("price of the perch camp chair", "hm ok. two low chairs in rust, how much"), "£79.90"),
        (("beck steel bottle in blue?", "Four of those small ones come to...?"), "£67.80"),
        (("house coffee for a filter, 250 g", "unbelievable. 250s then, price of four"), "£34.00"),
        (("ember mug in cream?", "5 of the sage, what does that make"), "£62.50"),
    ],
)
def test_so_many_of_the_one_thing_are_added_up(turns: tuple[str, ...], sum_: str, talk: Talk) -> None:
    assert sum_ in talk(*turns).reply


@pytest.mark.parametrize("message", ["what about the 10x zoom, 30MP, SD? what does it cost?", "10x SD 30MP, price?"])
def test_a_number_written_in_one_with_its_unit_counts_nothing(message: str, say: Talk) -> None:
    reply = say("tau2", "digital camera 30MP SD card 5x", message).reply
    assert "$3,066.23" in reply and "each come to" not in reply


@pytest.mark.parametrize(
    ("turns", "sum_"),
    [
        (("how much is the boxed blender", "We would want four of that one. Total, please?"), "$159.96"),
        (("beef steak price", "and the sum for 3 of this"), "$38.97"),
        (("calvin klein ck one?", "nine of those cost what?!"), "$449.91"),
    ],
)
def test_so_many_are_added_up_in_another_shop(turns: tuple[str, ...], sum_: str, say: Talk) -> None:
    assert sum_ in say("dummyjson", *turns).reply


@pytest.mark.parametrize(
    ("turns", "count"),
    [
        (("i need 3, how much is the ember kettle",), "3 ×"),
        (("how much are 2 of the cream ember kettles",), "2 ×"),
        (("how much is the ember kettle in cream", "how much if i take 4"), "4 ×"),
        (("how much is the ember kettle in cream", "and what would 3 come to"), "3 ×"),
        (("my son is 8 and i want 2 ember kettles in cream, how much",), "2 ×"),
        (("the ember kettle in cream, 3 of them, how much",), "3 ×"),
        (("ember mug in sage price", "what do i pay for 3"), "3 ×"),
        (("I want the ember mug in sage times 3, how much",), "3 ×"),
    ],
)
def test_a_number_that_counts_is_found_wherever_it_stands(turns: tuple[str, ...], count: str, talk: Talk) -> None:
    assert count in talk(*turns).reply


@pytest.mark.parametrize(
    "turns",
    [
        ("how much is the tarn 2", "what would it cost for 2 people to share"),
        ("how much is the ember mug", "what does it cost under 30"),
        ("beam 400 head torch price", "and how much is the beam 800?"),
        ("stride trousers price", "how much are they in 34?"),
        ("summit board game price?", "how much is it for 3 to 5 players"),
        ("how much is the ember kettle? my son is 8 and wants it",),
        ("my son is 12, how much is the ember kettle?",),
        ("we are 4 and need the ember kettle, what's the price",),
        ("how much is the ember kettle, i can pick it up at 5",),
        ("how much is the ember kettle", "the website says 45, how much is it really?"),
        ("how much is the ember kettle", "last week it was 49, what does it cost today"),
        ("how much is the ember kettle", "i need it before the 24, how much is it"),
        ("how much is the ember kettle", "on page 3 how much is it"),
        ("my 2 kids want the ember kettle how much is it",),
        ("i am 16 how much is the ember kettle",),
        ("i need in 3 days the ember kettle, how much",),
        ("is there 20 off the ember kettle how much",),
        ("i asked 3 times how much is the ember kettle",),
        ("for 4 people how much is the ember kettle",),
        ("dinner for 8, how much is the ember kettle",),
        ("at 5 how much is the ember kettle",),
        ("in your 2 shops how much is the ember kettle",),
        ("how much is the tarn 2", "if we take a friend, the 3 person one, how much more"),
        ("we're a family of 5, how much is the basecamp tent",),
        ("2 adults and 3 kids want ember mugs how much",),
    ],
)
def test_a_number_that_counts_something_else_multiplies_nothing(turns: tuple[str, ...], talk: Talk) -> None:
    assert " × " not in talk(*turns).reply


@pytest.mark.parametrize(
    ("turns", "gap"),
    [
        (("harbour duffel in 60 litres?", "What does the 90 add to the price over the 60?"), "£20.00"),
        (("price of the glide pan 24", "how much more is the 28 one"), "£5.00"),
        (("plunge french press?", "How much bigger is the 1 litre press in price than the little one?"), "£10.00"),
        (("sleeping bags?", "how many more £ is that, long to long"), "£54.50"),
        (("which of your rain jackets is lighter", "what would I save by taking the lighter of the pair?"), "£44.05"),
        (("ember mug or the ember kettle?", "price gap?"), "£46.50"),
    ],
)
def test_the_gap_in_price_is_told(turns: tuple[str, ...], gap: str, talk: Talk) -> None:
    assert f"by {gap}" in talk(*turns).reply


@pytest.mark.parametrize(
    ("shop", "turns", "gap"),
    [
        (
            "dummyjson",
            ("how much is the rolex submariner", "longines master collection?", "and the price gap?"),
            "$12,500.00",
        ),
        ("dummyjson", ("samsung galaxy s7 price", "how much more for the samsung galaxy s10"), "$400.00"),
        (
            "tau2",
            (
                "vacuum cleaner, robotic bagless with hepa filter?",
                "price of the canister bagless pet hair one?",
                "by how much",
            ),
            "$",
        ),
    ],
)
def test_the_gap_in_price_is_told_in_other_shops(shop: str, turns: tuple[str, ...], gap: str, say: Talk) -> None:
    assert gap in say(shop, *turns).reply


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (("ember kettle price", "ember toaster?", "worth it? what do people say in stars about both"), ""),
        (("ember kettle price", "ember toaster?", "and the guarantee on the cheaper of the two?"), "Toaster"),
        (("tarn 2 and tarn 3?", "how much heavier is it than the tarn 2"), "kg"),
    ],
)
def test_what_is_no_money_isnt_reckoned(turns: tuple[str, ...], said: str, talk: Talk) -> None:
    reply = talk(*turns).reply
    assert said in reply and "in total" not in reply


@pytest.mark.parametrize(
    ("turns", "meant"),
    [
        (
            ("which of your rain jackets is lighter", "I'll stay with the heavier. Which colours in M?"),
            "Squall Rain Jacket",
        ),
        (("tarn 2 or tarn 3?", "what does the heavier one weigh"), "Tarn 3"),
        (("tarn 2 or tarn 3?", "I'd take the lighter. What's it made of?"), "Tarn 2"),
    ],
)
def test_one_of_two_is_meant_by_what_it_has_more_of(turns: tuple[str, ...], meant: str, talk: Talk) -> None:
    reply = talk(*turns).reply
    assert meant in reply.split(".")[0] and "Lite" not in reply


@pytest.mark.parametrize(
    ("turns", "meant"),
    [
        (
            ("stride trousers or the zip-off?", "price of the zip-off?", "Good. I take 36/32. Are there any?"),
            "Stride Trousers",
        ),
    ],
)
def test_what_only_the_other_one_comes_in_means_the_other(turns: tuple[str, ...], meant: str, talk: Talk) -> None:
    assert f"The {meant} (" in talk(*turns).reply.replace("Yes, the", "The").replace("No, the", "The")


def test_who_asks_whether_it_comes_so_is_told_of_it(talk: Talk) -> None:
    reply = talk("squall jacket or squall lite?", "price of the squall lite", "does it come in forest?").reply
    assert "Squall Lite" in reply


def test_the_best_of_the_three_is_of_all_that_were_told(say: Talk) -> None:
    told = ("iphone 6 price", "iphone 5s price", "ipad mini?")
    assert "iPhone 6" in say("dummyjson", *told, "which of the three is best rated").reply


@pytest.mark.parametrize("colour", ["orange", "pink"])
def test_of_what_comes_in_no_such_colour_none_is_the_cheapest(colour: str, say: Talk) -> None:
    assert "cheapest" not in say("tau2", "water bottle?", f"n the cheapest in {colour}").reply


def test_both_things_are_one_of_each(talk: Talk) -> None:
    """ "Both the kettle and the mug" were two kettles and a mug."""
    assert "£71.50" in talk("how much are both the ember kettle in cream and the ember mug in sage").reply
    assert "£25.00" in talk("how much for both ember mugs in sage").reply


_SUMMED = "how much are the ember kettle in cream and 2 ember mugs in sage together"


@pytest.mark.parametrize(
    "asked",
    [
        "is the ember kettle sold without a base?",
        "can i use the ember kettle without a lid?",
        "will the ember mug survive a drop?",
        "tell me more about the ember kettle",
        "the ember kettle is too heavy",
        "does the ember kettle also come in sage",
        "is the ember kettle more robust",
    ],
)
@pytest.mark.parametrize("between", [(), ("what are your opening hours",)])
def test_a_question_about_a_thing_of_the_sum_leaves_the_sum(asked: str, between: tuple[str, ...], talk: Talk) -> None:
    record = talk(_SUMMED, *between, asked)
    assert [a.act for a in record.acts] != ["basket"]


@pytest.mark.parametrize(
    ("asked", "sum_"),
    [
        ("and without the kettle?", "£25.00"),
        ("what is it without the ember kettle?", "£25.00"),
        ("leave out the mugs please", "£59.00"),
        ("take the ember kettle out please", "£25.00"),
        ("add another ember kettle in cream", "£143.00"),
        ("and an ember kettle in cream as well", "£143.00"),
        ("add 2 more ember mugs in sage, how much then", "£109.00"),
    ],
)
def test_a_sum_is_changed_by_words_that_stand_at_the_thing(asked: str, sum_: str, talk: Talk) -> None:
    assert sum_ in talk(_SUMMED, asked).reply


@pytest.mark.parametrize(
    "asked",
    [
        "I need a gift for a family member, how much is the ember kettle in cream",
        "how much is the ember kettle in cream for my team members",
        "i'm a band member, how much is the ember kettle in cream",
    ],
)
def test_a_member_of_anything_else_is_no_member_of_the_club(asked: str, talk: Talk) -> None:
    assert "ember kettle" in (reply := talk(asked).reply.lower()) and "as a member" not in reply


def test_members_of_the_club_are_told_their_price() -> None:
    for said in ("as a member", "I'm already a member", "for a hearth club member", "with my club membership"):
        assert member(said, ("Hearth Club delivery",))
    for said in ("a staff member", "I'm a band member", "with a gym membership", "for a member of my family"):
        assert member(said, ("Hearth Club delivery",)) is None


@pytest.mark.parametrize(
    "asked",
    [
        "how much extra for express delivery?",
        "how much extra is gift wrapping?",
        "how much extra for next day?",
        "how much more to ship to ireland",
        "how much less for a member?",
    ],
)
def test_what_a_service_costs_more_sets_no_two_things_beside_each_other(asked: str, talk: Talk) -> None:
    assert "is cheaper by" not in talk("ember kettle price", "camp mug price", asked).reply


@pytest.mark.parametrize(
    "asked",
    [
        "how much extra is that one?",
        "how much more would i pay",
        "how much more is the kettle",
        "by how much is it dearer",
    ],
)
def test_what_names_a_side_or_nothing_still_does(asked: str, talk: Talk) -> None:
    assert "£46.50" in talk("ember kettle price", "camp mug price", asked).reply


def test_who_finds_a_thing_too_dear_takes_no_second_one(talk: Talk) -> None:
    reply = talk(
        "how much is the iron skillet 28 cm as a member", "the iron skillet is too dear, as a member too?"
    ).reply
    assert "2 ×" not in reply
