"""Tables on the shop's pages are read row by row, and no customer sees a pipe."""

from __future__ import annotations

from assistant.shop.page_tables import unrolled
from assistant.shop.search_policies import split

HOURS = "# Hours\n\n| Day | Hours |\n|-----|:---:|\n| Monday | closed |\n"
HOURS += "| Saturday | 6:30 to 14:00. |\n| Sunday | - |\n\nDogs wait."
SLOTS = "Pick a slot:\n| Day | Slots | Order by | VAT |\n|---|---|---|---|\n"
SLOTS += "| Saturday | 7:00 to 9:00 | Thursday | 7% |\nThat's all."


def test_a_row_of_two_columns_needs_no_heads() -> None:
    passages = split("hours", "Hours", HOURS)
    assert [p.text for p in passages] == ["Monday: closed. Saturday: 6:30 to 14:00.", "Dogs wait."]


def test_a_row_of_several_names_its_columns() -> None:
    assert unrolled(SLOTS).split("\n") == [
        "Pick a slot:",
        "Saturday: slots 7:00 to 9:00; order by Thursday; VAT 7%.",
        "That's all.",
    ]


def test_what_is_no_table_stays() -> None:
    text = "A | B is a choice.\n--- no rule\nPlain | text"
    assert unrolled(text) == text


def test_an_escaped_pipe_is_text() -> None:
    assert unrolled("| Size | Fit |\n|---|---|\n| S\\|M | slim |") == "S|M: slim."
