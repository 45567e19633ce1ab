"""A new classifier takes the place of the one in use only where it is no worse; the recipe's mixture is one head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from typer.testing import CliRunner

pytest.importorskip("sklearn", reason="needs the extra: uv sync --extra finetune")

from assistant.cli.app import app
from assistant.errors import UsageError
from assistant.messages import message_encoder
from assistant.screen.head import SafetyHead
from assistant.screen.plain import BUCKETS
from assistant.understand.feeling import EMOTIONS
from finetune import acts_head, head_gates
from finetune.safety_head import averaged, decided

FIGURES = {
    "harmful_blocked": 0.88,
    "retail_allowed": 0.99,
    "scary_refused": 0.08,
    "trigger_words_passed": 1.0,
    "injections_blocked": 0.9,
    "latency_ms_p95": 4.0,
}


def arrays(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    shapes = {"hashed": (BUCKETS, 12), "dense": (384, 12), "hidden": (384, 8), "out": (16, 12)}
    made = {name: draw.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return made | {"hidden_bias": np.zeros(8, np.float32), "bias": draw.normal(size=12).astype(np.float32)}


def test_a_mixture_scores_as_its_parts_do_by_their_shares() -> None:
    parts = [decided(arrays(1), 0.7), decided(arrays(2), -1.1)]
    states = np.random.default_rng(3).normal(size=(5, 384)).astype(np.float32)
    one = SafetyHead(averaged(parts, (0.3, 0.7)))
    mixed = one.scores(one.of_pieces("how much is it"), states)
    heads = [SafetyHead(p) for p in parts]
    alone = [h.scores(h.of_pieces("how much is it"), states) for h in heads]
    assert np.allclose(mixed, 0.3 * alone[0] + 0.7 * alone[1], atol=1e-2)


def test_a_head_that_blocks_less_or_refuses_more_is_not_put_in(tmp_path: Path) -> None:
    new, used = tmp_path / "new", tmp_path / "used"
    new.write_text("new")
    used.write_text("used")
    worse = head_gates.of_safety(FIGURES | {"scary_refused": 0.12}, FIGURES)
    assert [g.name for g in worse if not g.holds] == ["scary_refused"]
    with pytest.raises(UsageError, match="scary_refused"):
        head_gates.put_in("safety", new, worse, used)
    with pytest.raises(UsageError, match="nothing was measured"):
        head_gates.put_in("safety", new, [], used)
    assert used.read_text() == "used"
    slower = head_gates.of_safety(FIGURES | {"latency_ms_p95": 40.0, "harmful_blocked": 0.9}, FIGURES)
    head_gates.put_in("safety", new, slower, used)
    assert used.read_text() == "new"
    assert (tmp_path / "used.before").read_text() == "used"


def goemotions(shared: Path) -> None:
    """A dev part with two texts of every emotion."""
    folder = shared / "goemotions" / "ekman"
    folder.mkdir(parents=True)
    (folder / "labels.txt").write_text("\n".join(EMOTIONS))
    said = {"anger": "I am so angry, this is outrageous!", "joy": "wonderful, I love it, thank you so much!",
            "sadness": "I'm so sad, I could cry", "neutral": "the box is on the table"}  # fmt: skip
    rows = [f"{text}\t{EMOTIONS.index(name)}\t{number}" for name, text in said.items() for number in (1, 2)]
    (folder / "dev.tsv").write_text("\n".join(rows) + "\n")


def test_an_emotion_head_with_ruined_thresholds_is_not_put_in(tmp_path: Path) -> None:
    goemotions(tmp_path)
    used = head_gates.HEADS["emotion"]
    deaf = load_file(used) | {"thresholds": np.ones(len(EMOTIONS), np.float32)}
    save_file(deaf, tmp_path / "deaf.safetensors")
    (gate,) = head_gates.gates("emotion", tmp_path / "deaf.safetensors", tmp_path)
    assert gate.new < gate.in_use and not gate.holds
    (same,) = head_gates.gates("emotion", used, tmp_path)
    assert same.holds and same.new == same.in_use


def test_an_encoder_in_which_no_mood_is_heard_any_more_is_not_put_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goemotions(tmp_path)
    monkeypatch.setattr(head_gates.safety_eval, "measure", lambda *_: FIGURES)
    used = head_gates.HEADS["messages"]

    class Deaf:
        def states(self, text: str) -> Any:
            return np.zeros((9, 384), np.float32)

    monkeypatch.setattr(head_gates, "_judge", lambda *_: None)
    monkeypatch.setattr(head_gates.Encoder, "open", lambda file: message_encoder() if file == used else Deaf())
    found = {gate.name: gate.holds for gate in head_gates.gates("messages", tmp_path / "new", tmp_path)}
    assert found.pop("emotion macro_f1") is False and all(found.values())
    same = head_gates.gates("messages", used, tmp_path)
    assert all(gate.holds for gate in same)


def test_the_head_in_use_is_never_trained_over() -> None:
    with pytest.raises(UsageError, match="in use"):
        head_gates.train_to("acts", head_gates.HEADS["acts"], Path("nowhere"))


def test_the_command_says_what_is_wrong_in_a_line(tmp_path: Path) -> None:
    unknown = CliRunner().invoke(app, ["finetune", "head", "taste", "--out", str(tmp_path / "x")])
    assert isinstance(unknown.exception, UsageError)
    assert "acts, emotion, messages, safety" in str(unknown.exception)
    missing = CliRunner().invoke(app, ["finetune", "head", "acts", "--measure-only", "--out", str(tmp_path / "x")])
    assert isinstance(missing.exception, UsageError)
    assert "isn't there" in str(missing.exception)


def test_strangers_are_not_those_learnt_from(tmp_path: Path) -> None:
    folder = tmp_path / "bitext"
    folder.mkdir()
    rows = [f"{intent} {n},{intent}" for intent in acts_head.BITEXT for n in range(40)]
    (folder / "customer_support.csv").write_text("instruction,intent\n" + "\n".join(rows) + "\n")
    learnt = set(acts_head.human_examples(tmp_path)[0])
    texts, acts = head_gates.strangers(tmp_path)
    assert texts
    assert not set(texts) & learnt
    assert set(acts) == {"order", "policy", "human", "complaint"}
