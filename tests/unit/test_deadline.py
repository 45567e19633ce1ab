"""Who asks whether something can be there by a day asks how long delivery takes."""

from __future__ import annotations

import pytest

from assistant.request import Request
from assistant.understand.deadline import by_a_day


@pytest.mark.parametrize(
    "text",
    ["by next friday?", "can you do it by the 5th", "can i get it before christmas", "and for saturday?",
     "need it by 12 december, doable?", "would it be here for my birthday", "do you have it by the end of the week"],
)  # fmt: skip
def test_it_is_a_question_about_delivery(text: str) -> None:
    found = by_a_day(Request("details", text, products=("kettle",)))
    assert found.act == "policy" and "delivery" in found.query and found.extra["by"] in text


@pytest.mark.parametrize(
    ("text", "act"),
    [("are you open by saturday", "policy"), ("can i return it by the 5th", "policy"),
     ("is it made for winter", "details"), ("a tent for the weekend", "search"),
     ("is my order here by friday", "order"), ("the warranty is for 5 years", "details"),
     ("does the offer end by sunday", "policy")],
)  # fmt: skip
def test_other_questions_stay_as_they_are(text: str, act: str) -> None:
    request = Request(act, text)
    assert by_a_day(request) == request
