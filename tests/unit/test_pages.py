"""A question for a page as a whole gets how its sections begin; a sentence that leans on another isn't told alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Record

Talk = Callable[..., Record]


@pytest.mark.parametrize("said", ["what is your return policy?", "whats ur returns policy", "how do returns work"])
def test_a_page_asked_for_as_a_whole_begins_at_its_beginning(talk: Talk, said: str) -> None:
    reply = talk(said).reply
    assert "within 30 days of delivery" in reply and "Returns from the United Kingdom are free" in reply
    assert "We replace it at once" not in reply


def test_a_question_for_a_part_of_a_page_still_gets_that_part(talk: Talk) -> None:
    assert "30 days" in talk("how long do i have to return something?").reply
    assert "worn outside" in talk("can I return shoes I wore outside?").reply


def test_a_sentence_that_leans_on_another_is_told_with_it(talk: Talk) -> None:
    reply = talk("my parcel came with the wrong thing in it, what does your shop do then?").reply
    assert "We replace it at once" not in reply or "within 14 days with a photo" in reply


def test_a_bare_number_asks_for_no_fact_of_the_shop(talk: Talk) -> None:
    assert "Phone" not in talk("FH-20584").reply
