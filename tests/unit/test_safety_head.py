"""The safety head's training and serving agree: the same scores from both, and several heads make one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from assistant.opinions import opinion, packaged_states
from assistant.screen.head import SafetyHead
from assistant.shop.embed import default_embedder
from finetune import safety_head
from finetune.emotion import States
from finetune.safety_data import OK, Example
from finetune.safety_head import averaged, hashed, labelled
from finetune.safety_network import Network

_ROWS = [
    Example("how do I poison my neighbour", "violence", "a", False),
    Example("do you have this kettle in red", OK, "a", False),
    Example("which knife is best to stab my boss", "violence", "a", False),
    Example("what kills weeds between tiles", OK, "a", False),
]
_TEXTS = [row.text for row in _ROWS]


def _scores(head: SafetyHead, text: str) -> np.ndarray:
    return head.scores(head.of_pieces(text), default_embedder().tokens(text)[0])


def test_it_learns_what_it_is_shown() -> None:
    network, states = Network(num_units=16), States.of(_TEXTS, packaged_states)
    for _ in range(60):
        network.learn(hashed(_TEXTS), states, labelled(_ROWS), 2.0)
    head = SafetyHead(network.arrays())
    assert [_scores(head, text)[0] > 0 for text in _TEXTS] == [True, False, True, False]
    assert head.category(_scores(head, _TEXTS[0])) == "violence"


def test_the_recipe_trains_on_the_states_that_the_head_reads_when_it_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[States] = []

    def fit(grams: Any, states: States, rows: list[Example]) -> dict[str, Any]:
        seen.append(states)
        return Network(num_units=8).arrays()

    monkeypatch.setattr(safety_head, "fit", fit)
    for part in ("plain_lessons", "lessons"):
        monkeypatch.setattr(safety_head, part, lambda _: _ROWS)
    safety_head.train(tmp_path, out=tmp_path / "safety.safetensors")
    served = np.concatenate([opinion().packaged(text) for text in _TEXTS])
    for states in seen:
        np.testing.assert_allclose(states.tokens.astype(np.float32), served, atol=2e-3, rtol=2e-3)


def test_several_heads_make_one() -> None:
    networks = [Network(seed, num_units=8) for seed in (1, 2)]
    for network in networks:
        network.learn(hashed(_TEXTS), States.of(_TEXTS, packaged_states), labelled(_ROWS), 1.0)
    each = [network.arrays() for network in networks]
    mean = np.mean([_scores(SafetyHead(arrays), _TEXTS[0]) for arrays in each], axis=0)
    np.testing.assert_allclose(_scores(SafetyHead(averaged(each)), _TEXTS[0]), mean, atol=1e-4)


def test_a_text_without_tokens_has_scores() -> None:
    head = SafetyHead(Network(num_units=8).arrays())
    assert np.isfinite(head.scores(head.of_pieces(""), np.zeros((0, 384), np.float32))).all()
