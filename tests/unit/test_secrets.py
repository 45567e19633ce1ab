"""Card numbers and other secrets are found however they are written; the shop's own numbers are left alone."""

from __future__ import annotations

import random
import time

import pytest
from stdnum import luhn

from assistant.screen.secrets import find_secrets, mask_secrets, split_card

VISA = "4111111111111111"
WORDS = "zero one two three four five six seven eight nine".split()


@pytest.mark.parametrize(
    "written",
    [
        "４１１１ １１１１ １１１１ １１１１",
        "4lll llll llll llll",
        "41l1 ll11 1111 I1I1",
        "4O00 OOOO OOOO OOO2".replace("O2", "02"),
        " ".join(WORDS[int(d)] for d in VISA),
        "four triple one, quadruple one, quadruple one, quadruple one",
        "forty one eleven eleven eleven eleven eleven eleven eleven",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111\n1111\n1111\n1111",
        "4111 / 1111 / 1111 / 1111",
        "4111 and 1111 then 1111 and 1111",
        "4𝟏𝟏𝟏1111①111 1111",
        "٤١١١ ١١١١ ١١١١ ١١١١",
    ],
)
def test_a_card_number_is_masked_however_it_is_written(written: str) -> None:
    masked = mask_secrets(f"take it from {written} please")
    assert masked == "take it from [card number] please"


def test_a_slip_of_the_finger_is_a_card_number_where_a_card_is_spoken_of() -> None:
    assert mask_secrets("my visa is 4111111111111112") == "my visa is [card number]"
    assert mask_secrets("my order is 4111111111111112") == "my order is 4111111111111112"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("cvv 123", "cvv [security code]"),
        ("the 3 digits on the back are 123", "the 3 digits on the back are [security code]"),
        ("4111 1111 1111 1111 12/27 123", "[card number] 12/27 [security code]"),
        ("gb31phdf79244949806775 ok", "[bank account] ok"),
        ("GB91 TRST 3451 2687 1595 55 please", "[bank account] please"),
        ("my password is hunter2.", "my password is [password]."),
        ("password: correct-horse", "password: [password]"),
        ("PIN 1234", "PIN [password]"),
        ("my pin's 4821", "my pin's [password]"),
        ("pw: Tr0ub4dor&3", "pw: [password]"),
        ("the code from the text message is 482913", "the code from the text message is [password]"),
        ("here's the code you texted me, 482 913.", "here's the code you texted me, [password]."),
        ("sk-live-abcdefghijklmnop1234", "[password]"),
    ],
)
def test_other_secrets_are_masked(text: str, masked: str) -> None:
    assert mask_secrets(text) == masked
    assert mask_secrets(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "sizes 36 37 38 39 40 41 42",
        "where is #W4111111111111111",
        "gtin 2000073100018",
        "do you have a pin badge",
        "I forgot my password please help",
        "the password is not working",
        "the discount code from your e-mail is 482913",
        "the order number in the app is 482913",
        "call 0049 30 1234567",
        "my pin code is 560001",
        "2 of the 4111 and 3 of 5500 0000",
        "is it 1.2 or 3.4 litres, 1200 or 1500 watts",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask_secrets(text) == text


def test_numbers_that_the_shop_uses_stay() -> None:
    assert mask_secrets(f"order {VISA}", known=lambda n: n == VISA) == f"order {VISA}"


@pytest.mark.parametrize("cuts", [(8,), (4, 8), (4, 12), (4, 8, 12), (15,)])
def test_a_card_number_over_several_messages_is_masked_where_it_is_completed(cuts: tuple[int, ...]) -> None:
    parts = [VISA[a:b] for a, b in zip((0, *cuts), (*cuts, 16), strict=True)]
    *earlier, last = parts
    assert mask_secrets(f"and {last}", earlier=["hello", *earlier]) == "and [card number]"
    where = split_card([*earlier, last])
    assert [p is not None and last_part[p[0] : p[1]] for p, last_part in zip(where, parts, strict=True)] == parts


def test_short_numbers_in_a_row_are_no_card() -> None:
    earlier = ["what is the status of order 41111111 that I placed in spring with the other account", "size 42"]
    assert mask_secrets("11111111", earlier=earlier) == "11111111"


def test_a_code_by_itself_after_a_card_is_masked() -> None:
    assert mask_secrets("and it's 123", earlier=["my card is [card number]"]) == "and it's [security code]"
    assert mask_secrets("I need 150 of them for the party in June", earlier=["my card is [card number]"]).count("150")


def test_any_card_in_any_separators_is_found() -> None:
    dice = random.Random(3)
    for _ in range(2000):
        body = str(dice.choice([4, 51, 55, 2221, 37, 6011])) + "".join(dice.choices("0123456789", k=14))
        length = 15 if body.startswith("37") else 16
        number = body[: length - 1] + luhn.calc_check_digit(body[: length - 1])
        mark = dice.choice(["", " ", "-", ".", " - ", "/", "_", "\u2009", "·"])
        text = mark.join(number[i : i + 4] for i in range(0, length, 4))
        assert [h.mask for h in find_secrets(f"Pay with {text}, thanks")] == ["[card number]"], text


def test_the_shop_is_not_asked_about_numbers_that_make_no_card_together() -> None:
    def known(number: str) -> bool:
        raise AssertionError(f"asked about {number}")

    assert (
        mask_secrets("is it there in 42?", known, ["the 28 cm one", "order 10023", "2 of them"]) == "is it there in 42?"
    )


@pytest.mark.parametrize("unit", ["1 ", "4111 1111 ", "one ", "4.1-", "12"])
def test_a_message_of_nothing_but_digits_takes_time_in_proportion_to_its_length(unit: str) -> None:
    assert _seconds(unit * 320) < 12 * _seconds(unit * 80)


def _seconds(text: str) -> float:
    spent = []
    for _ in range(3):
        began = time.thread_time()
        mask_secrets(text)
        spent.append(time.thread_time() - began)
    return min(spent)


def test_a_card_number_among_many_digits_is_masked() -> None:
    apart = " ".join(VISA)
    assert mask_secrets(f"{'7 ' * 40}{apart}{' 7' * 40}").count("[card number]") == 1
