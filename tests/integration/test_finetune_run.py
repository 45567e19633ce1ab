"""A real fine-tune of the default model end to end: data, training, conversion, parity, judgement, and the answers.

The one test that trains the real model; a few minutes on two cores. What is asserted is what must hold of any run: the
served file is the trained one, the verdict names every gate, and no wrong statement is shown with the adapter in place.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("peft", reason="needs the extra: uv sync --extra finetune")

pytestmark = [pytest.mark.model, pytest.mark.timeout(1500)]
BACKROOM = Path(sys.executable).parent / "backroom"
CONFIG = Path(__file__).resolve().parents[2] / "finetune" / "configs" / "ci.toml"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BACKROOM), *arguments], capture_output=True, text=True, timeout=1400, check=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest real run, in a folder of its own. Whether its adapter passes the gates is the run's to say."""
    out = tmp_path_factory.mktemp("finetune") / "run"
    done = _run("finetune", "run", "--config", str(CONFIG), "--out", str(out))
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr[-2000:]
    return out


def test_the_served_file_is_the_trained_one(run: Path) -> None:
    parity = json.loads((run / "verdict.json").read_text())["parity"]
    assert parity["kl"] < 1e-4 < parity["kl_untrained"]
    assert parity["merged_same_clear"] >= 0.95 and parity["merged_tokens"] >= 200
    assert (run / "ci.gguf").stat().st_size < 12_000_000


def test_the_verdict_names_every_gate_and_nothing_wrong_is_shown(run: Path) -> None:
    verdict = json.loads((run / "verdict.json").read_text())
    names = " ".join(gate["name"] for gate in verdict["gates"])
    assert "harmful messages answered" in names and "general questions right" in names
    assert len(verdict["gates"]) >= 14 and verdict["passed"] == all(gate["holds"] for gate in verdict["gates"])
    assert verdict["licence"] and verdict["data_sha256"] and verdict["base_sha256"]
    assert (run / "report.md").read_text().count("\n") > 20


def test_the_way_there_is_judged_too(run: Path) -> None:
    rows = json.loads((run / "verdict.json").read_text())["along"]
    assert rows[0]["name"] == "base" and rows[-1]["name"].startswith("in service: ")
    assert {"end"} < {row["name"] for row in rows} and all(row["answers"] == 6 for row in rows)
    assert "## Along the training" in (run / "report.md").read_text() and (run / "along.png").is_file()


def test_the_run_is_not_done_twice_and_the_adapter_answers_truly(run: Path) -> None:
    again = _run("finetune", "run", "--config", str(CONFIG), "--out", str(run))
    assert "step 1/" not in again.stdout, "what is done already is not done again"
    db = run / "demo.db"
    demo = Path(__file__).resolve().parents[2] / "assistant" / "shop" / "demo"
    assert _run("import", "shop", str(demo), "--db", str(db)).returncode == 0
    asked = _run("ask", "How much is the camp mug?", "--db", str(db), "--adapter", str(run / "ci.gguf"), "--json")
    record = json.loads(asked.stdout)
    assert record["adapter"] == "ci" and "£" in record["reply"]
    assert {receipt["field"] for receipt in record["receipts"]} >= {"price"}
