"""Training on a tiny model: rows are isolated, only replies are learnt, and a run goes on where it was stopped."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("peft", reason="needs the extra: uv sync --extra finetune")

from assistant.errors import UsageError  # noqa: E402
from finetune.base import load_base  # noqa: E402
from finetune.pack import Row, Tokens, common_prefix, rows  # noqa: E402
from finetune.token_file import read_tokens, write_tokens  # noqa: E402
from finetune.train import Trainer  # noqa: E402
from finetune.train_settings import TrainSettings  # noqa: E402

SETTINGS = TrainSettings(
    rank=4, alpha=8, lr=1e-2, epochs=2, row_tokens=48, tokens_per_step=96, threads=1, save_every=3, evaluate_every=4
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A llama of two layers with random weights, as a Hugging Face folder."""
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    config = LlamaConfig(
        vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def some(count: int, seed: int = 3) -> list[Tokens]:
    rng = random.Random(seed)
    return [
        Tokens((1, 2, 3, *(rng.randrange(8, 60) for _ in range(rng.randrange(2, 6)))),
               (*(rng.randrange(8, 60) for _ in range(rng.randrange(2, 6))), 7))
        for _ in range(count)
    ]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_tokens(tmp_path / "tokens.safetensors", {"train": some(24), "dev": some(4, 9)})
    return tmp_path / "tokens.safetensors"


def test_exactly_the_reply_and_its_end_mark_are_learnt() -> None:
    examples = [Tokens((1, 2, 10, 11), (20, 21, 7)), Tokens((1, 2, 12), (22, 7))]
    (row,) = rows(examples, common_prefix(examples), 32)
    assert row.ids.tolist() == [1, 2, 10, 11, 20, 21, 7, 12, 22, 7]
    assert row.labels.tolist() == [20, 21, 7, 22, 7]
    assert row.ids[row.sources].tolist() == [11, 20, 21, 12, 22]
    assert row.positions.tolist() == [0, 1, 2, 3, 4, 5, 6, 2, 3, 4]


def test_replies_to_one_prompt_share_it_and_see_each_other_not() -> None:
    examples = [Tokens((1, 2, 10), (20, 7)), Tokens((1, 2, 10), (21, 22, 7)), Tokens((1, 2, 12), (23, 7))]
    (row,) = rows(examples, (1, 2), 32)
    assert row.ids.tolist() == [1, 2, 10, 20, 7, 21, 22, 7, 12, 23, 7]
    assert row.ids[row.sources].tolist() == [10, 20, 10, 21, 22, 12, 23]
    assert row.labels.tolist() == [20, 7, 21, 22, 7, 23, 7]
    assert row.positions.tolist() == [0, 1, 2, 3, 4, 3, 4, 5, 2, 3, 4]
    assert row.mask()[6].nonzero()[0].tolist() == [0, 1, 2, 5, 6]
    assert row.mask()[9].nonzero()[0].tolist() == [0, 1, 8, 9]


def test_an_example_in_a_row_gives_the_logits_that_it_gives_alone(tiny: Path) -> None:
    model = load_base(tiny, "float32").eval()
    examples = [each for e in some(4) for each in (e, Tokens(e.prompt, (9, 7)))]
    prefix = common_prefix(examples)
    (row,) = rows(examples, prefix, 200)

    def logits(row: Row) -> np.ndarray:
        with torch.no_grad():
            out = model(
                input_ids=torch.from_numpy(row.ids)[None],
                position_ids=torch.from_numpy(row.positions)[None],
                attention_mask=torch.from_numpy(row.mask())[None, None],
            )
        return out.logits[0][torch.from_numpy(row.sources)].numpy()

    packed = logits(row)
    alone = np.concatenate([logits(rows([e], e.prompt, 200)[0]) for e in examples])
    assert np.abs(packed - alone).max() < 1e-4


def test_a_token_file_comes_back_as_it_was(data: Path) -> None:
    assert read_tokens(data) == {"train": some(24), "dev": some(4, 9), "keep": []}


def losses(folder: Path) -> list[list[float]]:
    found: list[list[float]] = json.loads((folder / "adapter" / "training.json").read_text())["state"]["losses"]
    return found


class Stopped(Exception):
    pass


def test_a_run_that_was_cut_off_goes_on_to_the_very_same_losses(tiny: Path, data: Path, tmp_path: Path) -> None:
    Trainer(tiny, data, tmp_path / "whole", SETTINGS, lambda _: None).train()
    cut = Trainer(tiny, data, tmp_path / "cut", SETTINGS, lambda _: None)
    step = cut._step

    def dies(per_epoch: int) -> tuple[float, int]:
        if cut.state.step == 5:  # after the checkpoint of step 3: steps 4 and 5 are lost and done again
            raise Stopped
        return step(per_epoch)

    cut._step = dies  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        cut.train()
    (tmp_path / "cut" / "checkpoints" / "step-000099.part").mkdir()  # what a kill in mid-write leaves
    Trainer(tiny, data, tmp_path / "cut", SETTINGS, lambda _: None).train()
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    assert losses(tmp_path / "whole")[-1][1] < losses(tmp_path / "whole")[0][1]


def test_the_last_layers_only(tiny: Path, data: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    trainer = Trainer(tiny, data, tmp_path / "out", replace(SETTINGS, layers=1, epochs=0.1), lambda _: None)
    names = [n for n, p in trainer.learner.model.named_parameters() if p.requires_grad]
    assert names and all(".layers.1." in n for n in names)


def test_an_activated_adapter_learns_what_peft_computes_and_leaves_the_shared_beginning(
    tiny: Path, tmp_path: Path
) -> None:
    from dataclasses import replace

    from peft import PeftModel

    examples = [Tokens((1, 2, 3, 4, 5, 6, *e.prompt), e.reply) for e in some(12)]
    write_tokens(tmp_path / "tokens.safetensors", {"train": examples, "dev": []})
    settings = replace(SETTINGS, activated=True)
    trainer = Trainer(tiny, tmp_path / "tokens.safetensors", tmp_path / "run", settings, lambda _: None)
    trainer.train()
    packed = trainer.learner.mean_loss(rows(examples, trainer.prefix, 200))
    model = PeftModel.from_pretrained(load_base(tiny, "float32"), str(tmp_path / "run" / "adapter")).eval()
    assert model.peft_config["default"].alora_invocation_tokens == list(trainer.prefix[-4:])
    total, count = 0.0, 0
    for example in examples:
        text = torch.tensor([[*example.prompt, *example.reply]])
        with torch.no_grad():
            logits = model(input_ids=text).logits[0, len(example.prompt) - 1 : -1]
        total += float(torch.nn.functional.cross_entropy(logits, torch.tensor(example.reply), reduction="sum"))
        count += len(example.reply)
    assert packed == pytest.approx(total / count, abs=1e-4)
    with pytest.raises(UsageError, match="DoRA"):
        Trainer(tiny, tmp_path / "tokens.safetensors", tmp_path / "b", replace(settings, dora=True), lambda _: None)


def test_training_begins_with_an_earlier_adapter(tiny: Path, data: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from safetensors.numpy import load_file

    from assistant.errors import UsageError

    Trainer(tiny, data, tmp_path / "first", SETTINGS, lambda _: None).train()
    trained = load_file(tmp_path / "first" / "adapter" / "adapter_model.safetensors")
    matrices = {n[n.index("layers.") :].removesuffix(".weight"): m for n, m in trained.items()}
    onward = Trainer(tiny, data, tmp_path / "second", replace(SETTINGS, epochs=0.1), lambda _: None)
    onward.learner.begin_with(matrices)
    onward.train()
    assert losses(tmp_path / "second")[0][1] < losses(tmp_path / "first")[0][1]
    with pytest.raises(UsageError, match="set the same rank and layers"):
        Trainer(tiny, data, tmp_path / "third", replace(SETTINGS, rank=2), lambda _: None).learner.begin_with(matrices)


def test_it_ends_early_when_nothing_gets_better(tiny: Path, data: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    settings = replace(SETTINGS, epochs=200, lr=0.0, patience=2, evaluate_every=2)
    state = Trainer(tiny, data, tmp_path / "run", settings, lambda _: None).train()
    assert state.step == 6 < state.total, "one evaluation to compare with, and two that were no better"
    assert (tmp_path / "run" / "adapter" / "training.json").is_file()


def test_it_ends_with_its_minutes_and_the_rate_has_fallen_by_then(
    tiny: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock of its own: steps of three seconds, one stopped for an hour, two minutes in all."""
    from dataclasses import replace

    now = [0.0]
    trainer = Trainer(tiny, data, tmp_path / "run", replace(SETTINGS, epochs=200, minutes=2.0), lambda _: None)
    rates: list[float] = []
    update = trainer.learner.update

    def takes_three_seconds(batch: list[Row], rate: float, seed: int, kept: list[Row]) -> float:
        rates.append(rate)
        now[0] += 3600.0 if len(rates) == 4 else 3.0
        return update(batch, rate, seed, kept)

    monkeypatch.setattr(trainer.learner, "update", takes_three_seconds)
    monkeypatch.setattr("finetune.train.time.monotonic", lambda: now[0])
    state = trainer.train()
    assert state.step == 21 < state.total and state.seconds == pytest.approx(120.0), "20 of 3 s, one of 60"
    assert rates[-1] < 0.05 * SETTINGS.lr < 0.9 * SETTINGS.lr < max(rates)
