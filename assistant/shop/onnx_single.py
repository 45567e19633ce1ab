"""Takes out of an encoder's ONNX graph what only padded texts, and several at once, have a need of.

Texts run one by one, so nothing is masked: a mask of zeros is added and undone, and every shape is worked out anew in
some hundred small nodes, which take a third of the time of a short question. What is left computes the very same
numbers. Works on the protobuf bytes; a graph of another make comes back as it was. Knows nothing of text or weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.shop.protobuf import field, fields, read_varint, varint

_GRAPH, _NODE, _INITIALIZER, _GRAPH_OUTPUT = 7, 1, 5, 12
_INPUT, _OUTPUT, _OP, _ATTRIBUTE = 1, 2, 4, 5
_DIMS, _TYPE, _NAME, _RAW, _INT64 = 1, 2, 8, 9, 7
_KEY_TO_COLUMNS = (0, 2, 3, 1)
"""(texts, tokens, heads, size) -> (texts, heads, size, tokens)."""


def for_single_texts(model: bytes) -> bytes:
    """The model for texts without padding, each run by itself: same inputs, same outputs, same numbers."""
    out = bytearray()
    for number, wire, payload, raw in fields(model):
        out += field(_GRAPH, _rewritten(payload)) if number == _GRAPH and wire == 2 else raw
    return bytes(out)


@dataclass
class _Node:
    op: str
    inputs: list[str]
    outputs: list[str]
    raw: bytes
    """As it stands; empty for one that was made or changed here."""
    attributes: bytes = b""

    @classmethod
    def parse(cls, payload: bytes) -> _Node:
        node = cls("", [], [], payload)
        for number, _, value, _ in fields(payload):
            if number == _INPUT:
                node.inputs.append(value.decode())
            elif number == _OUTPUT:
                node.outputs.append(value.decode())
            elif number == _OP:
                node.op = value.decode()
        return node

    def encode(self) -> bytes:
        if self.raw:
            return self.raw
        names = [field(_INPUT, name.encode()) for name in self.inputs]
        names += [field(_OUTPUT, name.encode()) for name in self.outputs]
        return b"".join((*names, field(_OP, self.op.encode()), self.attributes))


class _Graph:
    """The nodes of a graph in their order, by what they make."""

    def __init__(self, nodes: Sequence[_Node], constants: dict[str, list[int]]) -> None:
        self.nodes = list(nodes)
        self.constants = constants  # the whole numbers that the graph stores
        self.made: dict[str, list[int]] = {}  # those that are added
        self._by_output = {name: node for node in nodes for name in node.outputs}

    def maker(self, name: str, op: str) -> _Node | None:
        """The node of this kind that makes a value."""
        node = self._by_output.get(name)
        return node if node is not None and node.op == op else None

    def renamed(self, old: str, new: str) -> None:
        """Whatever took `old` takes `new`."""
        for node in self.nodes:
            if old in node.inputs:
                attributes = b"".join(raw for number, _, _, raw in fields(node.raw) if number == _ATTRIBUTE)
                node.attributes = attributes if node.raw else node.attributes
                node.inputs, node.raw = [new if name == old else name for name in node.inputs], b""

    def needed(self, outputs: Sequence[str]) -> list[_Node]:
        """The nodes without those that nothing needs any more."""
        wanted, kept = set(outputs), []
        for node in reversed(self.nodes):
            if not wanted.isdisjoint(node.outputs):
                wanted.update(node.inputs)
                kept.append(node)
        return kept[::-1]


def _rewritten(graph: bytes) -> bytes:
    parts = list(fields(graph))
    nodes = [_Node.parse(payload) for number, _, payload, _ in parts if number == _NODE]
    constants = dict(_whole_numbers(payload) for number, _, payload, _ in parts if number == _INITIALIZER)
    outputs = [_text(payload, 1) for number, _, payload, _ in parts if number == _GRAPH_OUTPUT]
    of = _Graph(nodes, constants)
    for step in (_without_mask, _with_plain_shapes, _with_keys_turned_once):
        for node in list(of.nodes):
            step(of, node)
    out = bytearray(b"".join(raw for number, _, _, raw in parts if number not in (_NODE, _INITIALIZER)))
    kept = of.needed(outputs)
    used = {name for node in kept for name in node.inputs}
    out += b"".join(raw for n, _, payload, raw in parts if n == _INITIALIZER and _text(payload, _NAME) in used)
    out += b"".join(field(_INITIALIZER, _stored(name, value)) for name, value in of.made.items())
    return bytes(out + b"".join(field(_NODE, node.encode()) for node in kept))


def _without_mask(of: _Graph, node: _Node) -> None:
    """What is added before attention is shared out, and what is put where nothing could be shared."""
    if node.op == "Softmax" and (sum_ := of.maker(node.inputs[0], "Add")) and of.maker(sum_.inputs[1], "Where"):
        of.renamed(sum_.outputs[0], sum_.inputs[0])
    if node.op == "Where" and (nothing := of.maker(node.inputs[0], "IsNaN")) and nothing.inputs[0] == node.inputs[2]:
        of.renamed(node.outputs[0], node.inputs[2])


def _with_plain_shapes(of: _Graph, node: _Node) -> None:
    """A shape put together of how many texts and tokens there are, and of numbers that stay: 0 is "as before"."""
    shape = of.maker(node.inputs[1], "Concat") if node.op == "Reshape" else None
    sizes = [of.maker(name, "Shape") for name in shape.inputs[:2]] if shape is not None else []
    if shape is None or not all(size is not None and size.inputs == ["token_type_ids"] for size in sizes):
        return
    rest = [of.constants.get(name) for name in shape.inputs[2:]]
    if any(numbers is None for numbers in rest):
        return
    name = f"{shape.outputs[0]}_plain"
    of.made[name] = [0, 0, *(n for numbers in rest for n in numbers or ())]
    node.inputs, node.raw, node.attributes = [node.inputs[0], name], b"", b""


def _with_keys_turned_once(of: _Graph, node: _Node) -> None:
    """The keys are turned, made flat, turned and put up again: once is enough."""
    last = of.maker(node.inputs[0], "Reshape") if node.op == "Mul" else None
    turned = of.maker(last.inputs[0], "Transpose") if last is not None else None
    flat = of.maker(turned.inputs[0], "Reshape") if turned is not None else None
    first = of.maker(flat.inputs[0], "Transpose") if flat is not None else None
    if last is None or turned is None or first is None or not of.maker(first.inputs[0], "Reshape"):
        return
    last.op, last.inputs, last.raw, last.attributes = "Transpose", [first.inputs[0]], b"", _perm(_KEY_TO_COLUMNS)


def _perm(order: Sequence[int]) -> bytes:
    """AttributeProto: name=1, ints=8, type=20 (7: INTS)."""
    return field(_ATTRIBUTE, field(1, b"perm") + b"".join(b"\x40" + varint(n) for n in order) + b"\xa0\x01\x07")


def _whole_numbers(tensor: bytes) -> tuple[str, list[int]]:
    """A stored tensor's name and, where it is of int64, its numbers."""
    kind = next((read_varint(payload, 0)[0] for number, wire, payload, _ in fields(tensor) if number == _TYPE), 0)
    raw = next((payload for number, _, payload, _ in fields(tensor) if number == _RAW), b"")
    return _text(tensor, _NAME), np.frombuffer(raw, np.int64).tolist() if kind == _INT64 else []


def _stored(name: str, numbers: Sequence[int]) -> bytes:
    head = b"\x08" + varint(len(numbers)) + b"\x10" + varint(_INT64)
    return head + field(_NAME, name.encode()) + field(_RAW, np.array(numbers, np.int64).tobytes())


def _text(message: bytes, number: int) -> str:
    return next((payload.decode() for found, _, payload, _ in fields(message) if found == number), "")
