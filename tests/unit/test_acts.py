"""What a customer's clause is, in everyday words, by the act head that ships; and how its training lines are shown."""

from __future__ import annotations

import importlib.util

import pytest

from assistant.shop.embed import default_embedder
from assistant.understand.acts import default_head
from assistant.understand.cues import choose_act


def act_of(text: str, *, has_content: bool = False) -> str:
    scores = default_head().probabilities(default_embedder().encode([text])[0], text)
    return choose_act(text, scores, has_content=has_content)


@pytest.mark.parametrize(
    ("text", "act"),
    [  # none of these is a line of finetune/data
        ("my items leaks!!", "complaint"),
        ("the item came with a hole in it", "complaint"),
        ("our items lost its feathers", "complaint"),
        ("i bought a items last year, do you sell spare pegs", "search"),
        ("im just browsing", "none"),
        ("give me a sec", "none"),
        ("why that one", "none"),
        ("there's 4 of us and a dog", "search"),
        ("can I tell it what to do with my voice", "details"),
        ("my parcel is still not here", "order"),
        ("how long have I got to send things back", "policy"),
    ],
)
def test_everyday_wordings_are_read(text: str, act: str) -> None:
    assert act_of(text) == act


def test_a_sure_head_needs_no_word_of_the_act() -> None:
    assert choose_act("what would that come to", {"price": 0.8, "none": 0.1}, has_content=False) == "price"
    assert choose_act("what would that come to", {"price": 0.5, "none": 0.4}, has_content=False) == "none"


needs_scikit_learn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="training a head needs the finetune extra"
)


@needs_scikit_learn
def test_a_line_is_learnt_in_the_forms_that_the_runtime_shows() -> None:
    from finetune.acts_head import as_shown

    assert as_shown("my *kettle* leaks") == ["my kettle leaks", "my item leaks", "my items leaks"]
    assert as_shown("how heavy is *the drill*") == [
        "how heavy is the drill", "how heavy is the item", "how heavy is the items",
    ]  # fmt: skip
    assert as_shown("got *rugs*") == ["got rugs", "got the item", "got items"]
    assert as_shown("we are three") == ["we are 3"]


@needs_scikit_learn
def test_every_authored_line_has_a_label_that_the_head_knows() -> None:
    from finetune.acts_head import AUTHORED
    from finetune.heads import read_labelled

    files = sorted(AUTHORED.glob("*.txt"))
    labels = {label for path in files for label in read_labelled(path)[1]}
    assert len(files) >= 10 and labels == set(default_head().labels)


def test_a_kind_of_what_is_sold_is_no_question_who_answers() -> None:
    scores = {"are_you_human": 0.7, "search": 0.2}
    assert choose_act("is there a robot vacuum", scores, has_content=False, names_kind=True) == "search"
    assert choose_act("are you a robot vacuum", scores, has_content=False, names_kind=True) == "are_you_human"
    assert choose_act("is there a robot", scores, has_content=False) == "are_you_human"
