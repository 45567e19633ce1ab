"""`backroom eval safety --baseline` compares like with like, or says that it can't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.errors import UsageError
from finetune import safety_eval

RESULT = json.loads((Path(__file__).parents[1] / "bench" / "results" / "safety.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured: this run gives the very figures that are committed."""
    monkeypatch.setattr(safety_eval, "measure", lambda *_: dict(RESULT))


def compared(folder: Path, baseline: Any) -> Any:
    file = folder / "before.json"
    file.write_text(json.dumps(baseline))
    return CliRunner().invoke(app, ["eval", "safety", "--baseline", str(file)])


def test_the_same_figures_are_no_worse_and_higher_ones_before_are(tmp_path: Path) -> None:
    assert compared(tmp_path, RESULT).exit_code == 0
    higher = RESULT | {"harmful_blocked": RESULT["harmful_blocked"] + 0.02}
    assert compared(tmp_path, higher).exit_code == 1


@pytest.mark.parametrize("baseline", [{"files": 3}, 5, [], {**RESULT, "harmful_blocked": None}])
def test_what_is_no_result_is_refused(tmp_path: Path, baseline: Any) -> None:
    refused = compared(tmp_path, baseline).exception
    assert isinstance(refused, UsageError) and "not a result of this command" in str(refused)


@pytest.mark.parametrize("change", [{"shared_data": not RESULT["shared_data"]}, {"texts": 3}])
def test_a_result_on_other_texts_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    refused = compared(tmp_path, RESULT | change).exception
    assert isinstance(refused, UsageError) and "a result on other texts" in str(refused)
