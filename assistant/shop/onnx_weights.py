"""The layers of the packaged MiniLM, read out of its ONNX file by their names, and put back changed.

    layers(model) -> {"encoder.layer.0.attention.self.query.weight": (384, 384) float32, ...}
    with_layers(model, tensors) -> the same graph with other weights: `pack` says how they are stored

So an encoder that was trained further ships as its layers alone, and runs in the graph that is there already. A matrix
is kept as the file keeps it: int8 with a scale for each output, and it is (inputs, outputs), as in `x @ w`.
Knows no tokens and no task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.shop.protobuf import field, fields, read_varint

Tensors = Mapping[str, NDArray[Any]]

_GRAPH, _INITIALIZER = 7, 5
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_TYPES: dict[int, np.dtype[Any]] = {1: np.dtype(np.float32), 3: np.dtype(np.int8)}
_PREFIX = "inner."
_PARTS = ("attention.self.query attention.self.key attention.self.value attention.output.dense intermediate.dense "
          "output.dense").split()  # fmt: skip
"""The matrices of a layer in the order in which the file has them; it names them val_49, val_57, ..."""


def layers(model: bytes) -> dict[str, NDArray[np.float32]]:
    """Every weight of the model as it computes with them, the embeddings among them."""
    stored = {name: value for name, value, _ in _stored(model)}
    names = _own_names(stored)
    found = {}
    for name, value in stored.items():
        if name.endswith("_q"):
            scale = stored[name.removesuffix("_q") + "_scale"]
            found[names[name]] = value.astype(np.float32) * scale
        elif value.dtype == np.float32 and name.startswith(_PREFIX) and not name.endswith("_scale"):
            found[names[name]] = value
    return found


_LARGEST = 114
"""What the largest weight of an output becomes: not 127, which the packaged weights have. On their own grid each weight
that training moved by less than half a step (they move by a fifth of one) would be rounded back to where it was:
measured, the scores then lie 2.8 times as far from those that were trained (0.37 against 0.13)."""


def pack(weights: Tensors) -> dict[str, NDArray[Any]]:
    """Weights as they are stored: each matrix int8 (`NAME`) with the scale of its outputs (`NAME.scale`)."""
    packed: dict[str, NDArray[Any]] = {}
    for name, value in weights.items():
        if value.ndim == 2 and ".layer." in name:
            scale = np.maximum(np.abs(value).max(0, keepdims=True), 1e-12) / _LARGEST
            packed[name] = np.clip(np.rint(value / scale), -127, 127).astype(np.int8)
            packed[f"{name}.scale"] = scale.astype(np.float32)
        else:
            packed[name] = np.asarray(value, np.float32)
    return packed


def with_layers(model: bytes, packed: Tensors) -> bytes:
    """The model with these weights instead of its own; what `packed` hasn't stays.

    Raises ValueError for a weight that the model hasn't or that has another shape or type.
    """
    stored = {name: value for name, value, _ in _stored(model)}
    names = {own: name for name, own in _own_names(stored).items()}
    new: dict[str, NDArray[Any]] = {}
    for own, value in packed.items():
        name = names.get(own, "")
        if name not in stored or stored[name].shape != value.shape or stored[name].dtype != value.dtype:
            raise ValueError(f"{own}: the model has no such {value.dtype} weight of shape {value.shape}")
        new[name] = value
    out = bytearray()
    for number, wire, payload, raw in fields(model):
        out += field(_GRAPH, _replaced(payload, new)) if number == _GRAPH and wire == 2 else raw
    return bytes(out)


def _replaced(graph: bytes, new: Tensors) -> bytes:
    out = bytearray()
    for number, _, payload, raw in fields(graph):
        name = _name(payload) if number == _INITIALIZER else ""
        if name not in new:
            out += raw
            continue
        data = np.ascontiguousarray(new[name]).tobytes()
        kept = b"".join(each for inner, _, _, each in fields(payload) if inner != _RAW)
        out += field(_INITIALIZER, kept + field(_RAW, data))
    return bytes(out)


def _own_names(stored: Tensors) -> dict[str, str]:
    """What each stored tensor is called here."""
    names = {}
    matrices = [n for n, v in stored.items() if n.endswith("_q") and not n.startswith(_PREFIX)]
    for number, name in enumerate(matrices):
        layer, part = divmod(number, len(_PARTS))
        own = f"encoder.layer.{layer}.{_PARTS[part]}.weight"
        names[name], names[name.removesuffix("_q") + "_scale"] = own, f"{own}.scale"
    for name in stored:
        if name.startswith(_PREFIX):
            own = name.removeprefix(_PREFIX)
            own = own.removesuffix("_q") if own.endswith("_q") else own
            names[name] = f"{own.removesuffix('_scale')}.scale" if own.endswith("_scale") else own
    return names


def _stored(model: bytes) -> Iterator[tuple[str, NDArray[Any], bytes]]:
    """(name, value, the message) of each float or int8 tensor that the model's graph stores."""
    for number, wire, graph, _ in fields(model):
        if number != _GRAPH or wire != 2:
            continue
        for inner, _, payload, _ in fields(graph):
            if inner == _INITIALIZER and (value := _value(payload)) is not None:
                yield _name(payload), value, payload


def _value(tensor: bytes) -> NDArray[Any] | None:
    dims: list[int] = []
    kind, raw = 0, b""
    for number, wire, payload, _ in fields(tensor):
        if number == _DIMS and wire == 0:
            dims.append(read_varint(payload, 0)[0])
        elif number == _TYPE and wire == 0:
            kind = read_varint(payload, 0)[0]
        elif number == _RAW:
            raw = payload
    return np.frombuffer(raw, _TYPES[kind]).reshape(dims) if kind in _TYPES and raw else None


def _name(tensor: bytes) -> str:
    return next((payload.decode() for number, _, payload, _ in fields(tensor) if number == _NAME), "")
