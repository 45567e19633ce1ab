"""How a model is run: rules, what was measured, what tuning takes and refuses, and weights converted once."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.engine.convert import converted
from assistant.engine.gguf import GgufHeader
from assistant.engine.profile import Profile, Profiles, rules
from assistant.engine.tune import Tried, Tuner
from assistant.errors import ModelError

FLAGS = frozenset({"avx2", "avx512_bf16"})


def header(file_type: int) -> GgufHeader:
    return GgufHeader(3, 0, {"general.file_type": file_type}, 0)


def test_rules_convert_only_what_is_slow_here_and_loses_nothing() -> None:
    assert rules(header(3), FLAGS) == Profile(weights="q8_0", kv_type="f16")
    assert rules(header(3), FLAGS | {"amx_int8"}).weights == ""
    assert rules(header(2), FLAGS).weights == "" == rules(header(15), FLAGS).weights
    assert rules(header(3), frozenset()) == Profile()


def test_bf16_is_taken_where_it_is_quick_and_fits() -> None:
    quick = Profile(weights="bf16", kv_type="bf16")
    assert rules(header(3), FLAGS, "AuthenticAMD") == quick
    assert rules(header(3), FLAGS, "GenuineIntel") == Profile(weights="q8_0")
    assert rules(header(3), frozenset({"avx2"}), "AuthenticAMD") == Profile(weights="q8_0")
    long = replace(header(3), data_end=1_000_000_000)
    assert rules(long, FLAGS, "AuthenticAMD") == Profile(weights="q8_0")
    assert rules(header(15), FLAGS, "AuthenticAMD") == Profile()


def test_what_was_measured_is_found_again_on_this_machine_only(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "a" / "engine.json")
    assert profiles.load("f00d" * 16, FLAGS, 2) is None
    profiles.save("f00d" * 16, FLAGS, 2, Profile(weights="q8_0", slots=16))
    assert profiles.load("f00d" * 16, FLAGS, 2) == Profile(weights="q8_0", slots=16)
    assert profiles.load("beef" * 16, FLAGS, 2) is None
    assert profiles.load("f00d" * 16, FLAGS, 4) is None
    assert profiles.load("f00d" * 16, FLAGS | {"amx_int8"}, 2) is None
    for broken in ("{", "[]", '{"x": 1}'):
        profiles.path.write_text(broken)
        assert profiles.load("f00d" * 16, FLAGS, 2) is None


def test_tuning_takes_what_is_quicker_and_safe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def measure(self: Tuner, profile: Profile, reference: Path, is_reference: bool) -> dict[str, Any]:
        if profile.flash_attention:
            return {"problem": "it crashed"}
        speed = {"": 10.0, "q8_0": 5.0, "bf16": 6.0, "q4_0": 2.0}[profile.weights] * (
            0.99 if profile.kv_type == "bf16" else 1.0
        )
        speed *= 0.8 if profile.slots == 16 else 1.0
        loses = 0.2 if profile.weights == "q4_0" else 0.001
        return {"divergence": loses, "prompt_ms": 192 * speed, "answers_ms": speed * (profile.slots or 8)}

    monkeypatch.setattr(Tuner, "_measure", measure)
    said: list[Tried] = []
    tuner = Tuner(tmp_path / "m.gguf", "f00d", tuple(range(700)), 2, said.append, by_cpu=False)
    profile = tuner.run()
    assert (profile.weights, profile.kv_type, profile.slots, profile.threads) == ("q8_0", "f16", 16, 2)
    assert profile.measured and not profile.flash_attention
    unsafe = next(tried for tried in said if tried.setting == "weights q4_0")
    assert not unsafe.is_safe and not unsafe.taken and unsafe.turn_ms is not None
    assert any(tried.turn_ms is None and "crashed" in tried.figures["problem"] for tried in said)


def test_a_model_that_does_not_run_as_it_is_has_no_best_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def hangs(*_: object, timeout: float, **__: object) -> None:
        raise subprocess.TimeoutExpired("trial", timeout)

    monkeypatch.setattr("assistant.engine.tune.subprocess.run", hangs)
    said: list[Tried] = []
    tuner = Tuner(tmp_path / "m.gguf", "f00d", tuple(range(700)), 2, said.append, by_cpu=False)
    with pytest.raises(ModelError, match="doesn't run as it is: it wasn't done within 600 s"):
        tuner.run()
    assert [tried.setting for tried in said] == ["as it is"]


def test_a_file_that_can_not_be_converted_is_used_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "m.gguf"
    source.write_bytes(b"GGUF and nothing more")
    assert converted(source, "", "q8_0", tmp_path) == source == converted(source, "f00d", "", tmp_path)
    assert converted(source, "f00d", "q8_0", tmp_path / "cache") == source
    assert not list((tmp_path / "cache").glob("*")), "nothing half-made is left"


def test_what_a_killed_conversion_has_left_goes_with_the_next(tmp_path: Path) -> None:
    source = tmp_path / "m.gguf"
    source.write_bytes(b"GGUF and nothing more")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, others = tmp_path / f"f00d-q8_0.{ended.pid}.part", tmp_path / f"f00d-q8_0.{os.getppid()}.part"
    for part in (left, others):
        part.write_bytes(b"GGUF")
    converted(source, "f00d", "q8_0", tmp_path)
    assert not left.exists() and others.exists(), "one that still converts is left alone"
