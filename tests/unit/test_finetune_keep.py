"""Training that holds the adapter to its base where there are no notes: the divergence, its effect, and its data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("peft", reason="needs the extra: uv sync --extra finetune")

from assistant.engine.request import EngineEvent, Finished, GenerateRequest, Token  # noqa: E402
from assistant.errors import EngineError, UsageError  # noqa: E402
from finetune.ability import choices  # noqa: E402
from finetune.base import load_base  # noqa: E402
from finetune.besides import answered, questions  # noqa: E402
from finetune.pack import Tokens, rows  # noqa: E402
from finetune.token_file import read_tokens, write_tokens  # noqa: E402
from finetune.train import Trainer  # noqa: E402
from tests.unit.test_finetune_train import SETTINGS, losses, some, tiny  # noqa: E402, F401 - a fixture

BESIDES = [Tokens((1, 5, *e.prompt[3:]), e.reply) for e in some(8, 31)]
"""What isn't like the training data: another beginning."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_tokens(tmp_path / "tokens.safetensors", {"train": some(24), "dev": some(4, 9), "keep": BESIDES})
    return tmp_path / "tokens.safetensors"


def test_the_divergence_is_the_bases_and_costs_nothing_at_the_start(
    tiny: Path, data: Path, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    learner = Trainer(tiny, data, tmp_path / "run", replace(SETTINGS, keep=1.0), lambda _: None).learner
    (row,) = rows(BESIDES[:1], BESIDES[0].prompt, 64)
    assert float(learner._left(row)) == pytest.approx(0.0, abs=1e-6)
    with torch.no_grad():
        for name, parameter in learner.trained.items():
            if "lora_B" in name:
                parameter.normal_(std=0.2)
    found = learner._left(row)
    whole = torch.tensor([[*BESIDES[0].prompt, *BESIDES[0].reply]])
    at = slice(len(BESIDES[0].prompt) - 1, whole.shape[1] - 1)
    with torch.no_grad():
        ours = learner.model(input_ids=whole).logits[0, at].log_softmax(-1)
        theirs = load_base(tiny, "float32")(input_ids=whole).logits[0, at].log_softmax(-1)
    assert float(found) == pytest.approx(float((theirs.exp() * (theirs - ours)).sum()), rel=1e-3) and float(found) > 0.1
    found.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for n, p in learner.trained.items() if "lora_B" in n)


def test_a_run_that_is_held_leaves_its_base_less_and_still_learns(
    tiny: Path, data: Path, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    left = {}
    for keep in (0.0, 3.0):
        out = tmp_path / f"keep-{keep}"
        trainer = Trainer(tiny, data, out, replace(SETTINGS, keep=keep, keep_tokens=24, epochs=6), lambda _: None)
        trainer.train()
        left[keep] = sum(float(trainer.learner._left(row)) for row in rows(BESIDES, (1, 5), 64))
        assert losses(out)[-1][1] < losses(out)[0][1]
    assert left[3.0] < 0.7 * left[0.0]


def test_what_cannot_be_held_is_said(tiny: Path, data: Path, tmp_path: Path) -> None:  # noqa: F811
    assert read_tokens(data)["keep"] == BESIDES
    with pytest.raises(UsageError, match="an activated adapter"):
        Trainer(tiny, data, tmp_path / "a", replace(SETTINGS, keep=1.0, activated=True), lambda _: None)
    write_tokens(data, {"train": some(24), "dev": []})
    with pytest.raises(UsageError, match=r"set \[data\] keep too"):
        Trainer(tiny, data, tmp_path / "b", replace(SETTINGS, keep=1.0), lambda _: None)


def test_none_of_the_questions_is_one_that_the_gate_asks() -> None:
    asked = questions()
    assert len(asked) == len(set(asked)) > 200 and not any("{" in q or "|" in q for q in asked)
    assert not {q.lower() for q in asked} & {c.question.lower() for c in choices()}


class Echo:
    """An engine that says the prompt's last token twice; `begun` before anything is read."""

    def __init__(self, silent: bool = False) -> None:
        self.begun: list[GenerateRequest] = []
        self.silent = silent

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        self.begun.append(request)
        number = len(self.begun)

        def events() -> Iterator[EngineEvent]:
            assert len(self.begun) >= min(number + 1, 3), "the next question is waiting while this one is answered"
            yield from [] if self.silent else [Token(request.prompt[-1])] * 2
            yield Finished("stop")

        return events()


class Letters:
    eos_tokens = frozenset({0})

    def chat(self, messages: list[dict[str, str]]) -> list[int]:
        return [ord(letter) for letter in messages[0]["content"]]


def test_each_question_has_its_own_answer() -> None:
    engine = Echo()
    found = answered(engine, Letters(), ["ab", "cd", "ef"], 1)  # type: ignore[arg-type]
    assert [t.reply for t in found] == [(98, 98), (100, 100), (102, 102)]
    assert len({r.sampling.seed for r in engine.begun}) == 3 and {r.stop_tokens for r in engine.begun} == {(0,)}
    with pytest.raises(EngineError, match="says nothing"):
        answered(Echo(silent=True), Letters(), ["ab", "cd", "ef"], 1)  # type: ignore[arg-type]
