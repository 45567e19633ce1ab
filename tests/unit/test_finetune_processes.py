"""Training as a process of its own: killed in mid-run, on a full disk, and as two processes; on a tiny model."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("peft", reason="needs the extra: uv sync --extra finetune")

from assistant.errors import UsageError  # noqa: E402
from finetune.token_file import write_tokens  # noqa: E402
from finetune.train import Trainer  # noqa: E402
from finetune.train_settings import TrainSettings  # noqa: E402
from tests.unit.test_finetune_train import losses, some, tiny  # noqa: E402, F401

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = TrainSettings(
    rank=4, alpha=8.0, lr=1e-2, epochs=40, row_tokens=48, tokens_per_step=96, threads=1, save_every=3,
    evaluate_every=20,
)  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "tokens.safetensors"
    write_tokens(file, {"train": some(24), "dev": some(4, 9)})
    return file


@pytest.fixture(scope="module")
def whole(tiny: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[list[float]]:  # noqa: F811
    """The losses of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole")
    Trainer(tiny, data, out, SETTINGS, lambda _: None).train()
    assert list((out / "tensorboard").glob("events.*"))
    return losses(out)


def _options(tiny: Path, data: Path, out: Path, settings: TrainSettings) -> list[str]:  # noqa: F811
    names = ("rank", "alpha", "lr", "epochs", "row_tokens", "tokens_per_step", "threads", "save_every",
             "evaluate_every")  # fmt: skip
    given = [text for n in names for text in (f"--{n.replace('_', '-')}", str(getattr(settings, n)))]
    return ["-m", "finetune.train", str(data), "--base", str(tiny), "--out", str(out), *given]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def test_killed_in_mid_run_it_goes_on_to_the_very_same_losses(
    tiny: Path, data: Path, whole: list[list[float]], tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    command = [sys.executable, *_options(tiny, data, tmp_path, SETTINGS)]
    with subprocess.Popen(command, env=_environment(), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        for _ in range(12000):
            if (tmp_path / "checkpoints" / "step-000006").is_dir() or process.poll() is not None:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it was killed, it didn't end"
    assert not (tmp_path / "adapter").exists()
    said: list[str] = []
    Trainer(tiny, data, tmp_path, SETTINGS, said.append).train()
    assert said[0].startswith("going on from step ")
    assert losses(tmp_path) == whole


def test_two_processes_take_the_same_steps_as_one(
    tiny: Path, data: Path, whole: list[list[float]], tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    launch = [
        sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1",
        "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0",
    ]  # fmt: skip
    done = subprocess.run(
        [*launch, *_options(tiny, data, tmp_path, SETTINGS)], env=_environment(), cwd=ROOT, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    both = losses(tmp_path)
    assert [step for step, _ in both] == [step for step, _ in whole]
    assert max(abs(a - b) for (_, a), (_, b) in zip(both, whole, strict=True)) < 2e-3
    assert done.stdout.count("held-out loss") == len(whole) // SETTINGS.evaluate_every, "one of them speaks"


@contextmanager
def small_disk() -> Iterator[None]:
    """Files can't grow beyond 4 KB, as on a disk that is full.

    Only around what is tested: the limit holds for the whole process, and pytest's own report may go to a longer file.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_at_the_checkpoint_is_one_clear_line(tiny: Path, data: Path, tmp_path: Path) -> None:  # noqa: F811
    trainer = Trainer(tiny, data, tmp_path / "out", SETTINGS, lambda _: None)
    with small_disk(), pytest.raises(UsageError, match=r"checkpoint can't be written.*goes on from the last one"):
        trainer.train()
    assert not list((tmp_path / "out" / "checkpoints").glob("*"))
