"""Words of order talk: what is a yes, what an action, what an item, an order, an address; and what is none."""

from __future__ import annotations

import time

import pytest

from assistant.order_talk import Wish
from assistant.understand.orders import consent, patterns, wording
from assistant.understand.orders.clauses import clauses
from assistant.understand.orders.items import mentions
from assistant.understand.orders.refs import address_in
from assistant.understand.orders.wishes import read_wish

LAMP = {
    "brightness": ["low", "medium", "high"],
    "power source": ["AC adapter", "USB", "battery"],
    "color": ["black", "white"],
}
PUZZLE = {
    "pieces": ["500", "1000", "1500"],
    "theme": ["art", "animals", "fantasy"],
    "difficulty level": ["beginner", "expert"],
}
KEYBOARD = {
    "switch type": ["clicky", "linear"],
    "backlight": ["none", "RGB", "white"],
    "size": ["60%", "80%", "full size"],
}


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please go ahead.", "yep", "W123. Yes.", "That's everything. Yes.", "Great, thanks!", "I confirm", "ok",
        "Yes, let's go with that. Could you also tell me the total?", "Seriously? Fine, do it.",
    ],
)  # fmt: skip
def test_a_yes(text: str) -> None:
    assert consent.agreed(consent.parts_of(wording.mend(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Is there another way we could proceed?", "Sure! My name is Ann", "no", "please do not go ahead", "don't do it",
        "OK, then exchange it for the blue one", "I can't remember the order number. How do we proceed?", "maybe later",
    ],
)  # fmt: skip
def test_no_yes(text: str) -> None:
    assert not consent.agreed(consent.parts_of(wording.mend(text)))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I want to cancel, well, return two things", ["return"]),
        ("my cancelled order", []),
        ("I returned the lamp last week", []),
        ("I'd like both exchanged for blue ones", ["swap"]),
        ("what is your return policy", []),
        ("plese retrun the lamp", ["return"]),
        ("I'll return the things later", []),
    ],
)
def test_actions(text: str, kinds: list[str]) -> None:
    assert [k for k, _, wanted in wording.actions(wording.mend(text)) if wanted] == kinds


def test_a_refused_action_is_not_wanted() -> None:
    assert [wanted for _, _, wanted in wording.actions("please don't cancel the order")] == [False]


def test_items_by_part_of_their_name() -> None:
    names = ["Desk Lamp", "Wristwatch", "Smart Watch", "Water Bottle"]
    found = mentions("the lamp, my watch and is it water resistant", names, {"water", "resist"})
    assert [set(m.names) for m in found] == [{"Desk Lamp"}, {"Wristwatch", "Smart Watch"}]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("battery over usb over ac adapter", LAMP, {"prefer": {"power source": ["battery", "USB", "AC adapter"]}}),
        ("battery instead of usb", LAMP, {"want": {"power source": ["battery"]}, "exclude": {"power source": ["USB"]}}),
        ("it is too bright", LAMP, {"relative": {"brightness": [-1, None, False]}}),
        (
            "same difficulty but 500 more pieces",
            PUZZLE,
            {"relative": {"pieces": [1, 500.0, False]}, "same": ["difficulty level"]},
        ),
        ("the easiest with the fewest pieces", PUZZLE, {"extreme": [["difficulty level", -1], ["pieces", -1]]}),
        ("clicky without backlight", KEYBOARD, {"want": {"switch type": ["clicky"], "backlight": ["none"]}}),
        ("the cheapest one", KEYBOARD, {"extreme": [["price", -1]]}),
        ("same one but clicky", KEYBOARD, {"want": {"switch type": ["clicky"]}, "rest_same": True}),
    ],
)  # fmt: skip
def test_wishes(text: str, values: dict[str, list[str]], expected: dict[str, object]) -> None:
    assert read_wish(wording.mend(text), values).as_json() == expected


def test_what_will_do_instead() -> None:
    wish = read_wish("clicky with rgb in full size; if that doesn't exist, clicky without backlight", KEYBOARD)
    assert wish.want["backlight"] == ["RGB"]
    assert Wish.from_json(wish.instead[0]).want == {"switch type": ["clicky"], "backlight": ["none"]}


@pytest.mark.parametrize(
    ("text", "city", "postcode"),
    [
        ("1234 Elm St, Springfield, IL, 62701", "Springfield", "62701"),
        ("14 Tarn Street, Ravenholme QX1 4FH", "Ravenholme", "QX1 4FH"),
        ("445 Maple Drive, Suite 394, Fort Worth, Texas, 76165.", "Fort Worth", "76165"),
    ],
)
def test_addresses(text: str, city: str, postcode: str) -> None:
    found = address_in(text.lower(), text)
    assert (found["city"], found["postcode"]) == (city, postcode)


@pytest.mark.parametrize(
    "part",
    ["cancel it and ", "i'll return it later and ", "put the lamp on my card and ", "#W1000001, broken, and "],
)
def test_a_long_message_takes_time_by_its_length_not_by_its_cube(part: str) -> None:
    """As long as a message may be, it took seconds, in which no other conversation got an answer."""
    message = (part * 400)[:4000]
    began = time.process_time()
    clauses(message)
    assert time.process_time() - began < 0.2


def test_what_stands_far_off_changes_nothing() -> None:
    rant = "i waited for it all of monday and all of tuesday, " * 12
    assert clauses(f"{rant}cancel the lamp order and send the mug to my office")[-1] == "and send the mug to my office"
    assert wording.actions(f"{rant}don't cancel it, {rant}return it") == [
        ("cancel", len(rant) + 6, False),
        ("return", 2 * len(rant) + 17, True),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I was going to return the mugs but I'd rather not", False),
        ("my wife said I should return the mugs, but I disagree", False),
        ("nobody told me to return the mugs", False),
        ("I wanted to cancel the order but now I don't want to", False),
        ("I thought about returning them, though on second thought I won't", False),
        ("we were about to cancel it but decided against it", False),
        ("I would return the mugs but no", False),
        ("I want to return the mugs but I don't have the box", True),
        ("I'd like to return the mugs but not the lamp", True),
        ("cancel the order, I don't want it", True),
        ("please cancel it, I changed my mind", True),
        ("I want to exchange it but I don't want to pay more", True),
        ("can I return it, or not?", True),
    ],
)
def test_a_refusal_behind_the_verb(text: str, wanted: bool) -> None:
    assert [w for _, _, w in wording.actions(wording.mend(text))] == [wanted]


@pytest.mark.parametrize(
    ("text", "maybe"),
    [
        ("if the mugs break, can I return them later?", True),
        ("If they are too small, could I exchange them?", True),
        ("if it's possible, can I return the mugs?", False),
        ("if it hasn't been shipped, can I cancel it?", False),
        ("if you don't mind, can I return it?", False),
    ],
)
def test_a_question_of_what_would_be(text: str, maybe: bool) -> None:
    assert bool(patterns.MAYBE.search(wording.mend(text))) == maybe
