"""Reads and writes the fields of a protobuf message, as far as an ONNX file needs it: the `onnx` package is needed for
nothing else. Knows no message's meaning."""

from __future__ import annotations

from collections.abc import Iterator


def fields(message: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """(field number, wire type, payload, the whole field as it stands) of each field of a protobuf message.

    The payload of a number (wire type 0) is its bytes: see `read_varint`. Raises ValueError for what is no message.
    """
    at, end = 0, len(message)
    while at < end:
        start = at
        key, at = read_varint(message, at)
        wire = key & 7
        if wire == 2:
            size, at = read_varint(message, at)
        elif wire == 0:
            size = read_varint(message, at)[1] - at
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"not a protobuf message: wire type {wire} at byte {start}")
        if at + size > end:
            raise ValueError(f"not a protobuf message: field at byte {start} runs past the end")
        yield key >> 3, wire, message[at : at + size], message[start : at + size]
        at += size


def read_varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that begins at byte `at`, and where the next byte stands."""
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("not a protobuf message: it ends in the middle of a number")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def varint(value: int) -> bytes:
    """A number as it is written."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, payload: bytes) -> bytes:
    """A field of bytes, text or a message."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload
