"""Looks into a GGUF file before llama.cpp does, so that a broken one is an error line and not a dead process.

Knows the file format only: no llama.cpp, no vocabulary, no catalogue. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ModelError

_MAGIC = b"GGUF"
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
# Far beyond any real model's: a file that claims more would only keep us busy. Tensors have 4 dimensions at most.
_MAX_VALUES, _MAX_ITEMS, _MAX_TEXT, _MAX_DIMENSIONS, _MAX_BYTES = 100_000, 10_000_000, 1 << 24, 4, 1 << 62
# (elements in a block, bytes in a block) of ggml's tensor types; one that isn't listed here is not measured.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    20: (32, 18), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 30: (1, 2),
}  # fmt: skip


@dataclass(frozen=True)
class GgufHeader:
    """What the file says about itself. `metadata` has scalars and strings; arrays are left out.

    `kind` is "model" or "adapter"; `data_end` is the byte after the last tensor.
    """

    version: int
    num_tensors: int
    metadata: dict[str, Any]
    data_end: int

    @property
    def kind(self) -> str:
        return str(self.metadata.get("general.type", "model"))

    @property
    def name(self) -> str:
        name = self.metadata.get("general.name", self.metadata.get("general.architecture", "unnamed"))
        return " ".join(str(name).split())[:100]

    @property
    def context(self) -> int:
        """Tokens of context that the model was trained with; 0 when the file doesn't say."""
        says = self.metadata.get(f"{self.metadata.get('general.architecture')}.context_length", 0)
        return says if isinstance(says, int) and 0 < says < 1 << 31 else 0


class _Reader:
    """Reads the header's values one after another; running past the end raises struct.error or IndexError."""

    def __init__(self, data: mmap.mmap, position: int) -> None:
        self.data = data
        self.position = position

    def scalar(self, layout: str) -> Any:
        (value,) = struct.unpack_from(layout, self.data, self.position)
        self.position += struct.calcsize(layout)
        return value

    def count(self, what: str, most: int) -> int:
        """A number of things, refused when it is beyond reason."""
        number = int(self.scalar("<Q"))
        if number > most:
            raise ValueError(f"it claims {number} {what}, more than {most}")
        return number

    def string(self) -> bytes:
        length = self.count("bytes in one text", _MAX_TEXT)
        end = self.position + length
        if end > len(self.data):
            raise IndexError("a text runs past the end of the file")
        text = self.data[self.position : end]
        self.position = end
        return text

    def value(self, kind: int) -> Any:
        """One metadata value; an array is passed over and gives None."""
        if kind == _STRING:
            return self.string().decode("utf-8", "replace")
        if kind != _ARRAY:
            return self.scalar(_layout(kind))
        item, count = self.scalar("<I"), self.count("items in one list", _MAX_ITEMS)
        if item == _STRING:
            self._skip_strings(count)
        else:  # lists of lists are none that llama.cpp reads
            self.position += count * struct.calcsize(_layout(item))
        if self.position > len(self.data):
            raise IndexError("a list runs past the end of the file")
        return None

    def _skip_strings(self, count: int) -> None:
        """A vocabulary has 10^5 of them: kept apart to be quick."""
        data, position, unpack = self.data, self.position, struct.Struct("<Q").unpack_from
        for _ in range(count):
            position += 8 + unpack(data, position)[0]
        self.position = position


def _layout(kind: int) -> str:
    if kind not in _SCALARS:
        raise ValueError(f"it has a value of the unknown type {kind}")
    return _SCALARS[kind]


def _tensor_bytes(dimensions: list[int], kind: int) -> int:
    elements = math.prod(dimensions)
    if elements > _MAX_BYTES:
        raise ValueError(f"it has a tensor of {elements} numbers")
    block, size = _BLOCKS.get(kind, (1, 0))
    return elements // block * size


def _tensor_end(reader: _Reader) -> int:
    """Where the next tensor of the table ends, counted from the first one's beginning."""
    reader.string()
    num_dimensions = reader.scalar("<I")
    if num_dimensions > _MAX_DIMENSIONS:
        raise ValueError(f"it has a tensor of {num_dimensions} dimensions")
    dimensions = [reader.scalar("<Q") for _ in range(num_dimensions)]
    kind, offset = reader.scalar("<I"), reader.scalar("<Q")
    return int(offset) + _tensor_bytes(dimensions, kind)


def _parse(data: mmap.mmap) -> GgufHeader:
    reader = _Reader(data, len(_MAGIC))
    version = reader.scalar("<I")
    if version not in (2, 3):
        raise ValueError(f"its GGUF version {version} is not 2 or 3")
    num_tensors, num_values = reader.count("tensors", _MAX_VALUES), reader.count("values", _MAX_VALUES)
    metadata: dict[str, Any] = {}
    for _ in range(num_values):
        key = reader.string().decode("utf-8", "replace")
        value = reader.value(reader.scalar("<I"))
        if value is not None:
            metadata[key] = value
    end = max((_tensor_end(reader) for _ in range(num_tensors)), default=0)
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
        raise ValueError(f"its alignment is {alignment!r}")
    start = (reader.position + alignment - 1) // alignment * alignment
    return GgufHeader(version, num_tensors, metadata, start + end)


def read_header(path: Path) -> GgufHeader:
    """The header of the GGUF file at `path`, after checking that the file is whole.

    Raises ModelError when it is missing, unreadable, not GGUF, or shorter than its own table of tensors says.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise ModelError(f"{path} is not a GGUF file: its first bytes are not 'GGUF'; name a .gguf model file")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                header = _parse(data)
                size = len(data)
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError(f"no model file at {path}; `backroom models list` shows the known ones") from None
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}; check the path and its permissions") from None
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise ModelError(f"{path} is a broken GGUF file: {error}; fetch it again") from None
    if header.data_end > size:
        raise ModelError(f"{path} is cut short: {size} bytes where {header.data_end} are needed; fetch it again")
    return header
