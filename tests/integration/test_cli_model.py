"""`ask`, `chat`, `replay` and `doctor` with the real model on the demo shop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.runtime import DEMO_SHOP
from tests.process import backroom

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]
JACKET = "How much is the Squall Rain Jacket?"
RECORD = {
    "reply", "acts", "emotion", "clarifying", "handoff", "verdict", "category", "receipts", "own_words", "model",
    "adapter", "ms", "tokens", "writes",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name the demo shop's database, imported once."""
    options = ["--db", str(tmp_path_factory.mktemp("demo") / "shop.db")]
    done = backroom("import", "shop", str(DEMO_SHOP), *options)
    assert done.returncode == 0, done.stderr
    return options


def test_ask_prints_the_answer_or_the_record(demo: list[str]) -> None:
    done = backroom("ask", JACKET, *demo)
    assert (done.returncode, done.stderr) == (0, "") and "£129.00" in done.stdout
    record = json.loads(backroom("ask", "-", "--json", "--adapter", "none", *demo, text_in=JACKET).stdout)
    assert set(record) >= RECORD
    assert record["model"] == "smollm2-135m" and record["adapter"] is None and record["verdict"] == "ok"
    assert record["tokens"].keys() >= {"prompt", "cached", "completion"} and "first_token" in record["ms"]


def test_ask_refuses_what_can_t_be_answered(demo: list[str]) -> None:
    for text in ("", "a" * 5000):
        done = backroom("ask", text, *demo)
        assert done.returncode == 2 and done.stderr.startswith("backroom: ") and done.stderr.count("\n") == 1
    unknown = backroom("ask", "hello", "--customer", "nobody@example.com", *demo)
    assert unknown.returncode == 2 and "nobody@example.com" in unknown.stderr


def test_chat_carries_the_conversation(demo: list[str]) -> None:
    done = backroom("chat", *demo, text_in="Tell me about the Squall Rain Jacket\nand how much is it?\n")
    greeting, *_, last = [line for line in done.stdout.splitlines() if line.strip()]
    assert done.returncode == 0 and "AI" in greeting and "£129.00" in last, done.stdout


def test_replay_feeds_isolates_and_keeps_the_order(demo: list[str], tmp_path: Path) -> None:
    feed = [{"sku": f"SQJ-{colour}-{size}", "price": 99.5} for colour in ("RED",) for size in ("M",)]
    question = "How much is the Squall Rain Jacket in red in size M?"
    cases: list[Any] = [
        {"id": "fed", "turns": [question, {"say": question, "feed": feed}]},
        {"id": "plain", "now": "2026-03-01T10:00:00", "turns": [question, "hello"]},
        {"id": "last", "customer": None, "turns": ["Are you a human?"]},
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, cases)), "utf-8")
    shown: list[Any] = []
    for jobs in ("3", "1"):
        out = tmp_path / f"results-{jobs}.jsonl"
        done = backroom("replay", str(tmp_path / "cases.jsonl"), "--out", str(out), "--jobs", jobs, "--json", *demo)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["num_turns"] == 5
        shown.append([json.loads(line) for line in out.read_text("utf-8").splitlines()])
    for fed, plain, last in shown:
        assert [fed["id"], plain["id"], last["id"]] == ["fed", "plain", "last"]
        assert "£129.00" in fed["turns"][0]["reply"] and "£99.50" in fed["turns"][1]["reply"]
        assert "£129.00" in plain["turns"][0]["reply"] and fed["changes"] == plain["changes"] == []
        assert "AI" in last["turns"][0]["reply"]
    beside, alone = ([[turn["acts"] for turn in result["turns"]] for result in results] for results in shown)
    assert beside == alone


def test_doctor_finds_nothing_wrong_here(demo: list[str]) -> None:
    done = backroom("doctor", "--json", *demo)
    found = json.loads(done.stdout)
    wrong = [check for check in found["checks"] if not check["ok"] and check["name"] not in ("port", "disk")]
    assert wrong == [], wrong
