"""Broken model files are found before llama.cpp sees them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assistant.engine.gguf import read_header
from assistant.errors import ModelError


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def tiny_gguf(*, kind: str = "model", elements: int = 64) -> bytes:
    """A GGUF file with one F32 tensor and every sort of metadata that the reader knows."""
    values = [
        text("general.type") + struct.pack("<I", 8) + text(kind),
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("llama.context_length") + struct.pack("<II", 4, 2048),
        text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("bc"),
        text("scores") + struct.pack("<IIQff", 9, 6, 2, 0.5, 1.5),
        text("switches") + struct.pack("<IIQ", 9, 7, 3) + b"\1\0\1",
    ]
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + b"".join(values)
    head += text("weight") + struct.pack("<IQIQ", 1, elements, 0, 0)
    head += b"\0" * (-len(head) % 32)
    return head + b"\0" * (4 * elements)


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    return path


def test_a_whole_file(tmp_path: Path) -> None:
    header = read_header(write(tmp_path, tiny_gguf()))
    assert (header.kind, header.context, header.num_tensors) == ("model", 2048, 1)
    assert header.name == "llama" and header.data_end == len(tiny_gguf())


def test_an_adapter_says_so(tmp_path: Path) -> None:
    assert read_header(write(tmp_path, tiny_gguf(kind="adapter"))).kind == "adapter"


@pytest.mark.parametrize("length", [*range(4, 200, 7), 300, 400])
def test_cut_short_anywhere(tmp_path: Path, length: int) -> None:
    with pytest.raises(ModelError) as caught:
        read_header(write(tmp_path, tiny_gguf()[:length]))
    assert "fetch it again" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"GG", b"PK\x03\x04 a zip file", b"<html>not found</html>"])
def test_not_a_gguf_file(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ModelError, match="not a GGUF file"):
        read_header(write(tmp_path, data))


@pytest.mark.parametrize("position", range(4, 60))
def test_damaged_headers_never_end_in_a_traceback(tmp_path: Path, position: int) -> None:
    data = bytearray(tiny_gguf())
    data[position] ^= 0xFF
    try:
        read_header(write(tmp_path, bytes(data)))
    except ModelError as error:
        assert "\n" not in str(error)


def test_missing_files_folders_and_locked_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model file at"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(ModelError, match="can't be read"):
        read_header(tmp_path)
