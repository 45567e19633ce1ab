"""The doctor: every check gives one line, and crashes are explained."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from assistant import doctor
from assistant.doctor import Check, crash_remedy, describe_exit, run_checks
from assistant.errors import ModelError

AMX = frozenset({"amx_tile", "avx2"})


@pytest.mark.parametrize(
    ("code", "flags", "words"),
    [
        (-signal.SIGSEGV, AMX, "GCC 13"),
        (-signal.SIGSEGV, frozenset({"avx2"}), "build it again"),
        (-signal.SIGILL, AMX, "another kind of CPU"),
        (-signal.SIGKILL, AMX, "memory"),
        (-signal.SIGABRT, AMX, "build it again"),
        (1, AMX, "models verify"),
    ],
)
def test_a_crash_has_a_cause_and_a_cure(code: int, flags: frozenset[str], words: str) -> None:
    assert words in crash_remedy(code, flags)


def test_how_a_process_ended() -> None:
    assert "SIGSEGV" in describe_exit(-11)
    assert "exit code 2" in describe_exit(2)
    assert "signal 63" in describe_exit(-63)


def test_a_crashing_engine_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    crash = ["-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"]
    real = doctor._run_child
    monkeypatch.setattr(doctor, "_run_child", lambda _: real(crash))
    check = doctor._check_engine(None)
    assert not check.ok and "SIGSEGV" in check.detail and check.remedy


def test_a_check_never_raises() -> None:
    def broken() -> Check:
        raise RuntimeError("boom")

    def refused() -> Check:
        raise ModelError("no model; do this")

    assert doctor._guarded("x", broken) == Check("x", False, "RuntimeError: boom", doctor._guarded("x", broken).remedy)
    assert doctor._guarded("x", refused).detail == "no model; do this"


def test_a_used_port_and_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        check = doctor._check_port("127.0.0.1", port)
        assert not check.ok and "--port" in check.remedy
    assert doctor._check_port("127.0.0.1", port).ok


def test_a_full_disk(tmp_path: Path) -> None:
    assert doctor._check_disk(tmp_path / "not" / "there", 1).ok
    full = doctor._check_disk(tmp_path, 10**9)
    assert not full.ok and "free at least" in full.remedy


def test_the_database_is_opened_and_a_missing_one_is_fine(tmp_path: Path) -> None:
    assert doctor._check_database(tmp_path / "new" / "shop.db").ok
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"x" * 8192)
    check = doctor._guarded("database", lambda: doctor._check_database(broken))
    assert not check.ok and "\n" not in check.detail


def test_the_database_engine_has_what_we_need() -> None:
    check = doctor._check_sqlite()
    assert check.ok and "SQLCipher" in check.detail and "sqlite-vec" in check.detail


def test_a_missing_model_does_not_end_the_examination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_check_build", lambda: Check("llama.cpp build", True, "skipped here"))
    checks = {check.name: check for check in run_checks(model=tmp_path / "none.gguf", db=tmp_path / "shop.db", port=0)}
    assert not checks["model file"].ok and not checks["engine"].ok
    assert {"python", "cpu", "database engine", "database", "disk", "port"} <= checks.keys()
    assert all(check.ok or check.remedy for check in checks.values())
