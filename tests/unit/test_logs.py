"""The log holds no secrets and no personal data, whoever wrote them into a message or an exception."""

from __future__ import annotations

import io
import logging
import time

import pytest

from assistant.logs import FORMAT, Masked, masked


def _logged(work: object = None) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Masked(FORMAT))
    logger = logging.getLogger("test.logs")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        raise ValueError("can't read 'card 4111 1111 1111 1111, mail mia@example.com, password: hunter2!x'")
    except ValueError:
        logger.exception("turn of %s failed", "+44 20 7946 0958")
    finally:
        logger.removeHandler(handler)
    return out.getvalue()


def test_messages_and_tracebacks_are_masked() -> None:
    entry = _logged()
    assert "Traceback" in entry and "ValueError" in entry and "test_logs.py" in entry
    for secret in ("4111", "mia@example.com", "hunter2", "7946"):
        assert secret not in entry


def test_what_helps_to_find_a_fault_stays() -> None:
    line = 'File "/srv/backroom/assistant/pipeline.py", line 123, in turn, web-00ff, 2026-11-28 14:55:01,123'
    assert masked(line) == line


@pytest.mark.parametrize("unit", ["12", "sk-", "my zip "])
def test_a_long_entry_takes_time_in_proportion_to_its_length(unit: str) -> None:
    masked(unit)
    assert _seconds((unit * 12_000)[:12_000]) < 20 * _seconds((unit * 1500)[:1500])


def _seconds(text: str) -> float:
    spent = []
    for _ in range(3):
        began = time.thread_time()
        masked(text)
        spent.append(time.thread_time() - began)
    return min(spent)
