"""Replay: the file is checked by line, every case has its own shop, and the order and number at once change nothing."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import run
from assistant.errors import EngineError, UsageError
from assistant.replay import Summary, check_customers, read_cases, run_cases
from assistant.store.database import Database
from tests.stand_in import StandIn


def write(path: Path, *cases: Any) -> Path:
    lines = [case if isinstance(case, str) else json.dumps(case) for case in cases]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def results(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def play(db: Database, tmp_path: Path, *cases: Any, jobs: int = 2, resume: bool = False) -> list[Any]:
    parsed = read_cases(write(tmp_path / "cases.jsonl", *cases))
    out = tmp_path / "results.jsonl"
    summary = run_cases(parsed, out, db=db, build=StandIn, jobs=jobs, resume=resume)
    assert isinstance(summary, Summary) and summary.num_cases == len(cases)
    return results(out)


def replies(result: Any) -> list[str]:
    return [turn["reply"] for turn in result["turns"]]


def test_cases_are_apart_and_in_order(shop_db: Database, tmp_path: Path) -> None:
    cases = [{"id": f"c{number}", "turns": ["cancel W1", "hello"]} for number in range(7)]
    for jobs in (1, 3):
        played = play(shop_db, tmp_path, *cases, jobs=jobs)
        assert [result["id"] for result in played] == [case["id"] for case in cases]
        for result in played:
            assert replies(result) == ["Order W1 is cancelled.", "Turn 2. You said: hello"]
            assert result["changes"] == [
                {"table": "order", "change": "updated", "key": ["W1"], "values": {"status": "cancelled"}}
            ]
    assert StandIn(shop_db).conversations.counts()["messages"] == 0


def test_a_feed_is_applied_just_before_its_turn(shop_db: Database, tmp_path: Path) -> None:
    feed = [{"sku": "MUG", "price": 9.99}]
    case = {"id": "f", "turns": ["price MUG", {"say": "price MUG", "feed": feed}, {"say": "price MUG"}]}
    (result,) = play(shop_db, tmp_path, case)
    assert replies(result) == ["MUG costs 12.50.", "MUG costs 9.99.", "MUG costs 9.99."]
    assert result["changes"] == []


def test_customer_and_time(shop_db: Database, tmp_path: Path) -> None:
    cases = [
        {"id": "1", "customer": {"email": "MIA@example.com"}, "now": "2026-05-01T10:00:00", "turns": ["who am I"]},
        {"id": "2", "customer": {"id": "tom"}, "now": None, "turns": ["who am I", "price MUG"]},
        {"id": "3", "customer": None, "now": "2026-05-01T10:00:00+02:00", "turns": ["price MUG"]},
    ]
    first, second, third = play(shop_db, tmp_path, *cases)
    assert replies(first) == ["You are mia."] and replies(second)[0] == "You are tom."
    assert third["turns"][0]["receipts"][0]["as_of"] == "2026-05-01T10:00:00+02:00"


def test_a_message_that_can_t_be_answered_has_the_reason_as_its_reply(shop_db: Database, tmp_path: Path) -> None:
    (result,) = play(shop_db, tmp_path, {"id": "x", "turns": ["price NOTHING", "hello"]})
    assert replies(result)[0] == "There is no NOTHING." and len(result["turns"]) == 2


GOOD = {"id": "good", "turns": ["hello"]}


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("{", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ({"turns": ["x"]}, "id"),
        ({"id": "a"}, "turns"),
        ({"id": "a", "turns": []}, "turns"),
        ({"id": "a", "turns": [1]}, "turns.0"),
        ({"id": "a", "turns": [{"sya": "x"}]}, "turns.0"),
        ({"id": "a", "turns": ["x"], "costumer": None}, "costumer"),
        ({"id": "a", "turns": ["x"], "now": "yesterday"}, "now"),
        ({"id": "good", "turns": ["x"]}, "already on line 1"),
        ('{"id": "\udcff"}'.encode("utf-8", "surrogateescape").decode("latin-1"), "turns"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, bad: Any, named: str) -> None:
    path = write(tmp_path / "cases.jsonl", GOOD, bad)
    with pytest.raises(UsageError) as error:
        read_cases(path)
    assert f"{path}:2" in str(error.value) and named in str(error.value)


def test_the_command_names_the_line_and_leaves_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases = write(tmp_path / "cases.jsonl", GOOD, "", "nonsense")
    out = tmp_path / "out.jsonl"
    assert run(["replay", str(cases), "--out", str(out), "--db", str(tmp_path / "shop.db")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("backroom: ") and f"{cases}:3" in error and error.count("\n") == 1
    assert not out.exists()
    (tmp_path / "binary.jsonl").write_bytes(b'{"id": "\xff"}\n')
    assert run(["replay", str(tmp_path / "binary.jsonl"), "--out", str(out)]) == 2
    assert ":1: not a JSON object in UTF-8" in capsys.readouterr().err
    assert run(["replay", str(tmp_path / "none.jsonl"), "--out", str(out)]) == 2
    (tmp_path / "empty.jsonl").write_text("\n")
    assert run(["replay", str(tmp_path / "empty.jsonl"), "--out", str(out)]) == 2


def test_a_customer_that_the_shop_doesn_t_have_is_named_by_line(shop_db: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "cases.jsonl", GOOD, {"id": "b", "customer": {"email": "no@no.no"}, "turns": ["x"]})
    with pytest.raises(UsageError, match=r":2: no customer has the address 'no@no\.no'"):
        check_customers(read_cases(path), path, shop_db)


@pytest.mark.parametrize(
    "change", [{"sku": "NOPE", "price": 1}, {"sku": "MUG", "price": -1}, {"sku": "MUG", "colour": 1}]
)
def test_a_feed_that_doesn_t_fit_is_named(shop_db: Database, tmp_path: Path, change: Any) -> None:
    with pytest.raises(UsageError, match=r"case 'f' \(line 1\), turn 1"):
        play(shop_db, tmp_path, {"id": "f", "turns": [{"say": "hello", "feed": [change]}]})


def test_a_run_that_was_stopped_goes_on(shop_db: Database, tmp_path: Path) -> None:
    cases = [{"id": f"c{number}", "turns": ["hello"]} for number in range(4)]
    with pytest.raises(EngineError):
        play(shop_db, tmp_path, *cases[:2], {"id": "c2", "turns": ["dead"]}, cases[3], jobs=1)
    assert not (tmp_path / "results.jsonl").exists()
    part = tmp_path / "results.jsonl.part"
    assert [result["id"] for result in results(part)] == ["c0", "c1"]
    with part.open("a") as file:
        file.write('{"id": "c2", "tu')
    assert [result["id"] for result in play(shop_db, tmp_path, *cases, resume=True)] == ["c0", "c1", "c2", "c3"]
    assert not part.exists()
    write(part, {"id": "other"})
    with pytest.raises(UsageError, match="results of other cases"):
        play(shop_db, tmp_path, *cases, resume=True)


def test_a_busy_engine_is_waited_for(shop_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    plain = StandIn.turn

    def turn(self: StandIn, conversation_id: str, text: str, **more: Any) -> Any:
        word = "hello" if free.is_set() else "busy"
        free.set()
        return plain(self, conversation_id, word, **more)

    monkeypatch.setattr(StandIn, "turn", turn)
    monkeypatch.setattr("assistant.replay.MAX_WAIT_S", 0.01)
    (result,) = play(shop_db, tmp_path, {"id": "b", "turns": ["x"]})
    assert replies(result) == ["Turn 1. You said: hello"]
