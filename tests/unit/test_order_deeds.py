"""What order talk understands without a verb for it or the name of an item: by meaning, and by what is wished."""

from __future__ import annotations

import pytest

from assistant.shop.embed import default_embedder
from assistant.understand.orders import wording
from assistant.understand.orders.deeds import DEEDS, deed, wants_deed
from assistant.understand.orders.likeness import Likeness
from assistant.understand.orders.refs import address_in
from assistant.understand.orders.signals import about_orders

_OWN = {
    "Office Chair": "",
    "Desk Lamp": "",
    "Hiking Boots": "",
    "Luggage Set": "",
    "Smartphone": "",
    "Water Bottle": "",
}


@pytest.fixture(scope="module")
def likeness() -> Likeness:
    return Likeness(default_embedder().encode, _OWN)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("send back the thing i sit on", "Office Chair"),
        ("exchange the illumination device for a brighter one", "Desk Lamp"),
        ("i want to give back the footwear", "Hiking Boots"),
        ("return the suitcase", "Luggage Set"),
        ("my handset is broken", "Smartphone"),
    ],
)
def test_an_item_is_found_by_what_it_is(likeness: Likeness, text: str, name: str) -> None:
    assert [m.names for m in likeness.mentions(text)] == [(name,)]


@pytest.mark.parametrize(
    "text",
    [
        "use the credit card i paid with",
        "the original payment method is fine",
        "send it to my new address",
        "cancel the order with the tent",
        "i want the colour to be blue",
        "it's for my wife's birthday",
    ],
)
def test_words_of_order_talk_are_no_items(likeness: Likeness, text: str) -> None:
    assert likeness.mentions(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Three things are coming back to you: the chair, the lamp and the boots.", "return"),
        ("There are two orders I'd like to see undone.", "cancel"),
        ("Could the order I'm waiting for be redirected to Boston?", "address"),
        ("Dog bed next: large, memory foam and beige please.", "swap"),
    ],
)
def test_a_request_is_understood_without_its_verb(text: str, kind: str) -> None:
    assert deed(wording.mend(text), default_embedder().encode)[0] == kind


@pytest.mark.parametrize(
    "text",
    [
        "Do you have the kettle in glass?",
        "How much is the red chair?",
        "What is your return policy?",
        "I'm looking for a lamp for my desk.",
        "Is the blue speaker waterproof?",
    ],
)
def test_questions_to_the_shop_want_nothing_done(text: str) -> None:
    assert not wants_deed(wording.mend(text), default_embedder().encode)


@pytest.mark.parametrize(
    "text",
    [
        "no, i am not throwing the whole order away over a notebook",
        "we won't bin the lot for one wrong mug",
        "i'm not going to scrap everything because of a lamp",
        "i would never give up all of it for that",
    ],
)
def test_what_somebody_refuses_to_do_is_not_wanted(text: str) -> None:
    assert deed(wording.mend(text), default_embedder().encode)[0] not in DEEDS


@pytest.mark.parametrize("text", ["i won't be needing the tent", "i didn't get the right one, it has to go back"])
def test_a_not_before_another_verb_refuses_nothing(text: str) -> None:
    assert deed(wording.mend(text), default_embedder().encode)[0] in DEEDS


def test_an_address_may_begin_with_its_town_and_call_its_code_by_name() -> None:
    text = "I moved to a studio in San Diego, 111 Sunset Drive, Suite 183, zip 92179."
    found = address_in(text.lower(), text)
    assert found == {"address1": "111 Sunset Drive", "address2": "Suite 183", "city": "San Diego", "postcode": "92179"}


@pytest.mark.parametrize(("typed", "meant"), [("TPE", "tpe"), ("teh lamp", "the lamp"), ("adn", "and")])
def test_three_letters_are_mended_only_where_they_changed_places(typed: str, meant: str) -> None:
    assert wording.mend(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "the blue one in large please",
        "I'd like the kettle in any colour except black",
        "I want the same jacket in blue",
        "ok grey then, and the throw in grey too",
    ],
)
def test_wanting_a_version_is_no_exchange_while_nobody_is_known(text: str) -> None:
    assert not wants_deed(wording.mend(text), default_embedder().encode, known=False)
    assert wants_deed("i want the boots swapped for a size bigger", default_embedder().encode, known=False)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("cancel my newsletter", False),
        ("please close my account", False),
        ("I already bought the boots, what else do I need for hiking?", False),
        ("cancel my account order #W1000001", True),
        ("I bought the boots, can I return them?", True),
    ],
)
def test_what_is_no_order_is_not_taken_for_one(text: str, about: bool) -> None:
    assert about_orders(text, [], identified=False) is about
