"""The graph for one text at a time: fewer nodes, the very same numbers."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from assistant.shop.embed import packaged_model
from assistant.shop.onnx_int8 import quantize_matmuls
from assistant.shop.onnx_single import for_single_texts
from assistant.shop.protobuf import field, fields


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(quantize_matmuls(model), options, providers=["CPUExecutionProvider"])


def _nodes(model: bytes) -> int:
    (graph,) = (payload for number, _, payload, _ in fields(model) if number == 7)
    return sum(number == 1 for number, *_ in fields(graph))


def test_the_states_are_the_same_to_the_bit() -> None:
    model = packaged_model()
    before, after = _session(model), _session(for_single_texts(model))
    for length in (2, 3, 9, 14, 33, 128):
        ids = np.random.default_rng(length).integers(1000, 30000, (1, length))
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        assert np.array_equal(before.run(None, inputs)[0], after.run(None, inputs)[0]), length


def test_it_has_fewer_nodes_and_a_second_time_changes_nothing() -> None:
    model = packaged_model()
    once = for_single_texts(model)
    assert _nodes(once) < _nodes(model) - 90
    assert _nodes(for_single_texts(once)) == _nodes(once)


def test_another_graph_comes_back_as_it_was() -> None:
    node = field(1, b"x") + field(2, b"y") + field(4, b"Softmax")
    graph = field(1, node) + field(12, field(1, b"y"))
    assert set(_parts(for_single_texts(field(7, graph)))) == set(_parts(field(7, graph)))


def test_what_is_no_model_is_said_to_be_none() -> None:
    with pytest.raises(ValueError, match="not a protobuf message"):
        for_single_texts(b"\x3f\x01")


def _parts(model: bytes) -> list[bytes]:
    (graph,) = (payload for number, _, payload, _ in fields(model) if number == 7)
    return [raw for *_, raw in fields(graph)]
