"""Personal data is masked in what is logged and exported; the shop's own names and numbers are not."""

from __future__ import annotations

import pytest

from assistant.privacy.pii import EVERYTHING, Known, Span, find, mask
from assistant.store.database import Database


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("My name is Oskar Lind, oskar.lind@web.de", "My name is [name], [email]"),
        ("call me on 0171 555 1234 please", "call me on [phone] please"),
        ("ring +44 20 7946 0958", "ring [phone]"),
        ("please send it to 12 Elm Street, Leeds LS1 4AP", "please send it to [address]"),
        ("I was born on 3/7/1988", "I was born on [birth date]"),
        ("my SSN is 659-30-5098", "my SSN is [id]"),
        ("from 86.231.85.193", "from [ip]"),
        ("order #W2378156 and 1000234567 for 49.99", "order #W2378156 and 1000234567 for 49.99"),
        ("I want the boots in 42 or 43, under 100", "I want the boots in 42 or 43, under 100"),
        ("card 4111 1111 1111 1111, iban GB31PHDF79244949806775", "card [card number], iban [bank account]"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_masking_again_changes_nothing() -> None:
    once = mask("I'm Mia Berg, mia@example.com, 0171 555 1234, 4111111111111111")
    assert mask(once) == once


def test_the_shops_customers_are_known_and_its_own_things_left_alone(shop_db: Database) -> None:
    known = Known.of(shop_db)
    assert mask("the Camp Mug for Mia, order W1, SKU B-42", known) == "the Camp Mug for [name], order W1, SKU B-42"


def test_places_are_masked_when_asked_for() -> None:
    text = "We moved here from Germany."
    assert mask(text) == text
    assert [s.kind for s in find(text, kinds=EVERYTHING)] == ["place"]


@pytest.mark.parametrize(
    "before", ["Phone:", "mobile,", "Ph# ", "my new number is ", "Tel/Fax: 0114 496 0567/", "Anna\n"]
)
@pytest.mark.parametrize("number", ["581.896.0013", "5818960013", "07462 08712"])
def test_phones_are_found_however_they_are_introduced(before: str, number: str) -> None:
    assert number not in mask(before + number)


@pytest.mark.parametrize("text", ["sizes 38 39 40 41 42 please", "order 5818960013", "the 98765432 is a serial number"])
def test_other_numbers_are_no_phones(text: str) -> None:
    assert "[phone]" not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "90210 is my zip code",
        "I entered 1012 LG as the postcode",
        "my zip changed to 3520",
        "shops near 90210?",
        "K1A 0B1",
    ],
)
def test_postcodes_are_found_on_either_side_of_their_word(text: str) -> None:
    assert "[address]" in mask(text)


def test_a_cap_has_a_size_and_no_postcode() -> None:
    assert mask("is the cap 58 or 60?") == "is the cap 58 or 60?"


@pytest.mark.parametrize(
    "address",
    [
        "14 The Willows\nMuch Hadham\nHerts\nSG10 6DD",
        "Rose Cottage, Mill Lane, Little Snoring",
        "1 Infinite Loop, Cupertino, California 95014",
        "3-5-1 Marunouchi, Chiyoda-ku, Tokyo 100-0005",
        "Praça Fernandes, 202\n4736-819 Lamego",
        "Larry Glen 254/8\nGregoryland, NT, 2937",
        "Višnjička 2, 75329 Ploče",
        "Skovvej 80, 8299 IJ Heerlen",
    ],
)
def test_addresses_without_a_word_for_street_are_found_whole(address: str) -> None:
    assert mask(f"Please deliver to {address} on Friday") == "Please deliver to [address] on Friday"


@pytest.mark.parametrize(
    ("formed", "masked"),
    [("4736-819", "to [address], thanks"), ("4736-819 Lamego, thanks", "to [address][phone]")],
)
def test_what_is_left_beside_a_surer_find_is_masked_too(
    monkeypatch: pytest.MonkeyPatch, formed: str, masked: str
) -> None:
    """A postcode that reads as a phone hid the whole address that it stood in, and left street and town to read."""
    text = "to Elm 4, 4736-819 Lamego, thanks"
    phone = Span(text.index(formed), text.index(formed) + len(formed), "phone")
    address = Span(3, text.index(", thanks"), "address")
    monkeypatch.setattr("assistant.privacy.pii.find_formed", lambda text, region: [phone])
    monkeypatch.setattr("assistant.privacy.pii._tagged", lambda text, words: [address])
    assert mask(text) == masked
