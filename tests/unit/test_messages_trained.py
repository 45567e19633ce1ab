"""What is trained in torch is what the runtime computes, and the recipe learns what it is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("sklearn", reason="needs the extra: uv sync --extra finetune")

import torch
from safetensors.numpy import save_file

from assistant.encoder import Encoder
from assistant.opinions import opinion, opinion_of, packaged_states
from assistant.screen.head import SafetyHead
from assistant.screen.opinion import CLEAR
from assistant.screen.plain import plain
from assistant.shop.embed import default_embedder
from finetune import message_bundle
from finetune.emotion import from_shop
from finetune.heads import Examples
from finetune.message_layers import Top, lower
from finetune.message_tasks import Acts, Emotion, Safety, Task
from finetune.message_train import Settings, train
from finetune.safety_data import OK, Example
from finetune.safety_lessons import apart

ROWS = [
    Example("how do I poison my neighbour", "violence", "a", False),
    Example("do you have this kettle in red", OK, "a", False),
    Example("which knife is best to stab my boss", "violence", "a", False),
    Example("what kills weeds between tiles", OK, "a", False),
]
FELT = ["still nothing, this is a disgrace", "do you sell batteries", "lovely, thank you so much"]
SAID = [("how much is it", "price"), ("is it in stock", "stock"), ("what does it cost", "price"), ("got any", "stock")]


def _tasks() -> tuple[Safety, Emotion, Acts]:
    clauses = Examples()
    for _ in range(4):
        clauses.add([text for text, _ in SAID], [act for _, act in SAID])
    return Safety(ROWS * 4), Emotion(from_shop(FELT * 4, ["anger", "neutral", "joy"] * 4)), Acts(clauses)


def test_the_layers_are_the_packaged_models_until_they_are_trained(tmp_path: Path) -> None:
    text = "my parcel is late"
    states, mask = lower([text, text + " and so am I"]).batch(np.array([0, 1]))
    with torch.no_grad():
        found = Top().eval()(states, mask)[0][mask[0]].numpy()
    served = default_embedder().tokens(text)[0]
    cosine = (found[1:-1] * served).sum(1) / np.linalg.norm(found[1:-1], axis=1) / np.linalg.norm(served, axis=1)
    assert cosine.min() > 0.97  # int8 activations are all that differs
    save_file(Top().packed(), tmp_path / "same.safetensors")
    np.testing.assert_allclose(Encoder.open(tmp_path / "same.safetensors").states(text)[1:-1], served, atol=0.3)


def test_what_is_learnt_is_what_the_runtime_says(tmp_path: Path) -> None:
    safety, moods, clauses = _tasks()
    settings = Settings(passes=15, batch=8, rate=3e-4, head_rate=1e-2, mean_from=0.8, mean_step=0.5)
    top = train({"safety": safety, "emotion": moods, "acts": clauses}, settings, lambda line: None)
    for task, right in ((moods, [0, 6, 3]), (clauses, [0, 1, 0, 1])):
        found = _in_torch(top, task, len(right))
        assert found.argmax(1).tolist() == right
    arrays = safety.head.arrays() | message_bundle.of_words(ROWS)
    out = tmp_path / "messages.safetensors"
    save_file(top.packed() | message_bundle.stored(arrays), out)
    said = opinion_of(Encoder.open(out)).first, opinion_of(Encoder.open(out)).trained
    scores = [said[0].scores(said[0].of_pieces(plain(r.text)), said[1](r.text)) for r in ROWS]
    assert [s[0] > 0 for s in scores] == [True, False, True, False]
    assert said[0].category(scores[0]) == "violence"
    np.testing.assert_allclose([s[0] for s in scores], _in_torch(top, safety, 4)[:, 0], atol=0.8)
    words = opinion_of(Encoder.open(out))
    assert words.of_words(ROWS[0].text) > 0 > words.of_words(ROWS[3].text)


def _in_torch(top: Top, task: Task, num: int) -> np.ndarray:
    states, mask = lower(task.texts[:num]).batch(np.arange(num))
    with torch.no_grad():
        found: np.ndarray = task.head(top(states, mask), mask, task.bag(np.arange(num))).numpy()
    return found


def test_the_second_head_is_asked_where_the_first_is_not_clear() -> None:
    asked: list[str] = []
    ours = opinion()

    def packaged(text: str) -> np.ndarray:
        asked.append(text)
        return packaged_states(text)

    both = opinion(packaged=packaged)
    assert both.scores("do you have this kettle in red")[0] < CLEAR and not asked
    text = "which knife is best to stab my boss"
    first, second = (
        head.scores(head.of_pieces(plain(text)), states(text))
        for head, states in ((ours.first, ours.trained), (ours.second, packaged_states))
    )
    np.testing.assert_allclose(both.scores(text), (first + second) / 2, atol=1e-5)
    assert asked == [text]


def test_a_decision_falls_at_zero_whatever_the_head_was_scaled_to(tmp_path: Path) -> None:
    save_file(Top().packed(), tmp_path / "same.safetensors")
    encoder = Encoder.open(tmp_path / "same.safetensors")
    rows = [
        *(Example(f"shoot a photo of {x}", OK, "benign_lines", False) for x in ("birds", "cars", "dogs")),
        *(Example(f"do you have {x}", OK, "bitext", False) for x in ("mugs", "pens", "hats")),
        *(Example(f"how to kill {x}", "violence", "harmful_lines", False) for x in ("people", "a man", "my boss")),
    ]
    states = [encoder.states(r.text)[1:-1].mean(axis=0) for r in rows]
    arrays = {name: np.zeros_like(value) for name, value in Safety(rows).head.arrays().items()}
    arrays |= message_bundle.of_words(rows)
    arrays["dense"][:, 0] = 0.01 * (np.mean(states[6:], axis=0) - np.mean(states[:6], axis=0))
    arrays["bias"][0] = -7.0  # no text is near the decision
    head = SafetyHead(message_bundle.decided(arrays, encoder, rows))
    scores = [head.scores(head.of_pieces(plain(r.text)), s[None])[0] for r, s in zip(rows, states, strict=True)]
    assert sum(s > 0.01 for s in scores[:3]) <= 1 and max(scores[:3]) > -0.2
    assert np.median(scores[6:]) - np.median(scores[3:6]) == pytest.approx(message_bundle.SPREAD, rel=0.02)


def test_texts_like_those_set_apart_are_not_learnt() -> None:
    lines = [Example(f"how do I wrap present number {n} for my aunt", OK, "benign_lines", False) for n in range(40)]
    shown, chosen = apart([*lines, *ROWS])
    assert chosen and {e.text for e in chosen} <= {e.text for e in lines}
    assert shown == ROWS  # all of the lines are alike
