"""The reader of answers: what it tells, that nothing beside the texts decides it, and that training goes on where it
was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.act.plan import Plan
from assistant.errors import ModelError
from assistant.readings.answer_reader import AnswerReader, Said, default_answer_reader, parts
from assistant.remember import log
from assistant.understand.feeling import NEUTRAL
from assistant.understand.listen import Heard
from assistant.understand.state import State

_TENT = Said("do you have a tent for three", "We have the Tarn 3 Tent for £269.00 (in stock).")
_ANSWERS = [
    "The Tarn 3 Tent costs £269.00 and is in stock.",
    "Delivery within the country takes 2 to 3 working days.",
    "The Tarn 3 Tent weighs 2.9 kg.",
]


@pytest.mark.parametrize(
    ("message", "place"),
    [("and how much does it weigh", 2), ("how long till it gets here", 1), ("what's the price", 0)],
)
def test_the_answer_that_answers_comes_first(message: str, place: int) -> None:
    assert int(default_answer_reader().read(_TENT, message, _ANSWERS).argmax()) == place


def test_a_score_depends_on_its_own_texts_only() -> None:
    reader = default_answer_reader()
    together = reader.read(_TENT, "and how heavy", _ANSWERS)
    alone = [reader.read(_TENT, "and how heavy", [answer])[0] for answer in reversed(_ANSWERS)]
    assert np.array_equal(together, alone[::-1])


def test_a_talk_that_begins_has_no_empty_parts_and_long_texts_are_cut() -> None:
    assert [text for text, _ in parts(Said(), "hello", "Hi.")] == ["hello", "Hi."]
    long = default_answer_reader().read(Said("word " * 500, "word " * 500), "word " * 500, ["word " * 500])
    assert np.isfinite(long).all()


def test_missing_weights_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be read"):
        AnswerReader.open(tmp_path / "none.safetensors")


def test_training_goes_on_with_the_pass_it_was_in_and_the_runtime_reads_what_it_wrote(tmp_path: Path) -> None:
    training = pytest.importorskip("finetune.answer_reader")
    from finetune.judged_answers import Message

    messages = [
        Message("made", np.zeros((2, 1), np.float32), np.array([n % 2 == 0, n % 2 == 1]), np.zeros(2, np.bool_), _TENT,
                f"question {n}", ("It weighs 2 kg.", "It costs £5.00."))
        for n in range(16)
    ]  # fmt: skip
    kept, settings = tmp_path / "kept.pt", training.Settings(first=5, passes=1)
    training.train(messages, settings, kept)
    before = kept.stat().st_mtime_ns
    again = training.train(messages, settings, kept)
    assert kept.stat().st_mtime_ns == before, "the only pass was done"
    again.save(tmp_path / "weights.safetensors")
    served = AnswerReader.open(tmp_path / "weights.safetensors")
    for message, scores in zip(messages, training.scores(again, messages), strict=True):
        told = served.read(message.before, message.say, list(message.answers))
        assert told == pytest.approx(scores, abs=0.1), "half precision there, whole numbers here"


def test_what_was_answered_is_kept_of_the_last_turn_only_and_no_word_is_cut() -> None:
    state, heard, long = State(), Heard([], NEUTRAL, {}), Plan()
    long.say("We have " + "the Ember Kettle and " * 20)
    log(state, "kettles?", heard, long)
    assert state.log[-1]["told"].endswith(("the", "Ember", "Kettle", "and")) and len(state.log[-1]["told"]) <= 240
    log(state, "thanks", heard, Plan())
    assert "told" not in state.log[0] and state.log[-1]["told"] == ""
