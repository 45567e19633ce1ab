"""What is asked for at all, or as a combination of its own, isn't narrowed by options said before."""

from __future__ import annotations

import pytest

from assistant.request import Request, Wanted
from assistant.understand.carry import combined_afresh
from assistant.understand.clause import Clause
from assistant.understand.link import Links

PIECES, ANIMALS = Wanted("500 pieces", "pieces", "500"), Wanted("animals", "theme", "animals")


@pytest.mark.parametrize(
    ("text", "named", "pronoun", "afresh"),
    [
        ("Is there animals in 500 pieces?", [PIECES, ANIMALS], False, True),
        ("How many different themes do you do altogether?", [], False, True),
        ("any black at all?", [ANIMALS], False, True),
        ("is there animals?", [ANIMALS], False, False),
        ("and in 500 pieces?", [PIECES], False, False),
        ("are there any of those with animals in 500 pieces", [PIECES, ANIMALS], True, False),
    ],
)
def test_afresh(text: str, named: list[Wanted], pronoun: bool, afresh: bool) -> None:
    clause = Clause(text, Links(()), {}, "availability")
    request = Request("availability", text, extra={"pronoun": pronoun})
    assert combined_afresh(clause, request, named) is afresh
