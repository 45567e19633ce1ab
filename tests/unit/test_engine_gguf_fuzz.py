"""GGUF headers that lie, are cut, or are nonsense: refused with one line, quickly, whatever they claim."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.engine.gguf import GgufHeader, read_header
from assistant.engine.tryout import try_out
from assistant.errors import ModelError
from tests.unit.test_engine_gguf import text, tiny_gguf

TINY = tiny_gguf()
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
HUGE = st.sampled_from([0, 1, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1])


def read(folder: Path, data: bytes) -> GgufHeader | None:
    """The header, or None after checking that it was refused as it should be: soon, and in one line that names it."""
    path = folder / "fuzz.gguf"
    path.write_bytes(data)
    began = time.process_time()
    try:
        header = read_header(path)
    except ModelError as error:
        assert str(path) in str(error) and "\n" not in str(error) and len(str(error)) < 1000
        return None
    finally:
        assert time.process_time() - began < 1
    assert header.data_end <= len(data) and header.context >= 0 and "\n" not in header.name
    return header


def head(num_tensors: int, num_values: int, rest: bytes, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, num_tensors, num_values) + rest


@QUICK
@given(st.binary(max_size=400))
def test_noise_behind_the_magic(tmp_path: Path, noise: bytes) -> None:
    read(tmp_path, b"GGUF" + noise)
    read(tmp_path, head(1, 1, noise))


@QUICK
@given(st.integers(4, len(TINY) - 1), st.binary(min_size=1, max_size=9), st.integers(0, len(TINY)))
def test_a_whole_file_overwritten_and_cut(tmp_path: Path, at: int, patch: bytes, cut: int) -> None:
    damaged = TINY[:at] + patch + TINY[at + len(patch) :]
    read(tmp_path, damaged)
    read(tmp_path, damaged[:cut] if cut >= 4 else damaged)


@QUICK
@given(HUGE, HUGE, st.integers(0, 5))
def test_counts_that_lie(tmp_path: Path, num_tensors: int, num_values: int, version: int) -> None:
    data = head(num_tensors, num_values, TINY[24:], version)
    header = read(tmp_path, data)
    assert header is None or (num_tensors <= 1 and num_values <= 6 and version in (2, 3))


@QUICK
@given(HUGE)
def test_texts_and_lists_longer_than_the_file(tmp_path: Path, length: int) -> None:
    long_key = struct.pack("<Q", length) + b"x"
    long_text = text("general.name") + struct.pack("<IQ", 8, length) + b"x"
    long_list = text("tokens") + struct.pack("<IIQ", 9, 8, length) + text("a")
    for values in (long_key, long_text, long_list):
        assert read(tmp_path, head(0, 1, values)) is None or length <= 1
    for item in _SCALARS:
        assert read(tmp_path, head(0, 1, text("list") + struct.pack("<IIQ", 9, item, length))) is None or length == 0


@QUICK
@given(st.lists(HUGE, max_size=6), st.integers(0, 60), HUGE)
@example([2**32, 2**32], 0, 0)
@example([2**63, 2], 1, 0)
def test_tensors_that_claim_the_moon(tmp_path: Path, dimensions: list[int], kind: int, offset: int) -> None:
    tensor = text("weight") + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, offset)
    header = read(tmp_path, head(1, 0, tensor))
    assert header is None or (len(dimensions) <= 4 and offset <= 255)


def test_lists_within_lists_are_refused(tmp_path: Path) -> None:
    deep = text("deep") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000
    assert read(tmp_path, head(0, 1, deep)) is None


VALUES = st.sampled_from(sorted(_SCALARS)).flatmap(
    lambda kind: st.binary(min_size=8, max_size=8).map(
        lambda raw: struct.pack("<I", kind) + raw[: struct.calcsize(_SCALARS[kind])]
    )
)


@QUICK
@given(st.sampled_from(["general.alignment", "general.name", "general.type", "llama.context_length"]), VALUES)
def test_values_of_another_type_than_meant(tmp_path: Path, key: str, value: bytes) -> None:
    architecture = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    header = read(tmp_path, head(0, 2, architecture + text(key) + value) + b"\0" * 64)
    assert header is None or isinstance(header.kind, str)


def vocabulary(**changes: Any) -> bytes:
    """A model file with a vocabulary and no weights."""
    values = {
        "general.architecture": struct.pack("<I", 8) + text("llama"),
        "tokenizer.ggml.model": struct.pack("<I", 8) + text("llama"),
        "tokenizer.ggml.tokens": struct.pack("<IIQ", 9, 8, 3) + text("<unk>") + text("\n") + text("a"),
        "tokenizer.ggml.scores": struct.pack("<IIQfff", 9, 6, 3, 0, 0, 0),
        "tokenizer.ggml.token_type": struct.pack("<IIQiii", 9, 5, 3, 2, 1, 1),
        "tokenizer.ggml.unknown_token_id": struct.pack("<II", 4, 0),
        **{key.replace("__", "."): value for key, value in changes.items()},
    }
    kept = {key: value for key, value in values.items() if value is not None}
    return head(0, len(kept), b"".join(text(key) + value for key, value in kept.items())) + b"\0" * 64


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    "changes",
    [
        {"tokenizer__ggml__tokens": None},
        {"tokenizer__ggml__tokens": struct.pack("<IIQiii", 9, 5, 3, 1, 2, 3)},
        {"tokenizer__ggml__scores": struct.pack("<IIQf", 9, 6, 1, 0)},
        {"tokenizer__ggml__token_type": struct.pack("<IIQi", 9, 5, 1, 1)},
        {"tokenizer__ggml__tokens": struct.pack("<IIQ", 9, 8, 3) + text("b") + text("c") + text("a")},  # no newline
    ],
    ids=["no tokens", "numbers for tokens", "few scores", "few types", "no newline"],
)
def test_a_vocabulary_that_lies_is_found_out_in_another_process(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "vocabulary.gguf"
    path.write_bytes(vocabulary(**changes))
    with pytest.raises(ModelError) as caught:
        try_out(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_template_that_never_ends_is_found_out_in_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vocabulary.gguf"
    path.write_bytes(vocabulary(**{"tokenizer__chat_template": struct.pack("<I", 8) + text(LOOP)}))
    monkeypatch.setattr("assistant.engine.tryout._TIME_S", 0.7)
    with pytest.raises(ModelError, match="take too long"):
        try_out(path)
