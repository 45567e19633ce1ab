"""Writes a trained adapter as llama.cpp loads it: a GGUF LoRA file with what it was made from in its metadata.

llama.cpp keeps the rows of a llama model's query and key projections in another order than Hugging Face does
(interleaved halves for rotary embeddings, as `convert_hf_to_gguf.py` permutes them); the same goes for the output side
of a LoRA on them. Other architectures that are known here keep theirs. `read_back` is the way back, for training
that begins with an adapter. Knows no training.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine.gguf import read_header
from assistant.errors import ModelError
from finetune.base import ARCHITECTURES, read_adapter_config

_NAMES = {"q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output", "gate_proj": "ffn_gate",
          "up_proj": "ffn_up", "down_proj": "ffn_down"}  # fmt: skip
_THEIR_KEY = re.compile(r"blk\.(\d+)\.([a-z_]+)\.weight\.lora_(a|b)")
_KEY = re.compile(r"layers\.(\d+)\.(?:self_attn|mlp)\.([a-z_]+)\.lora_(A|B)\.weight$")


def permute(matrix: NDArray[Any], num_heads: int) -> NDArray[Any]:
    """The rows of a (out, n) matrix from Hugging Face's order into llama.cpp's, head by head."""
    size = matrix.shape[0] // num_heads // 2
    return matrix.reshape(num_heads, 2, size, matrix.shape[1]).swapaxes(1, 2).reshape(matrix.shape)


def unpermute(matrix: NDArray[Any], num_heads: int) -> NDArray[Any]:
    """The rows of a (out, n) matrix from llama.cpp's order back into Hugging Face's."""
    size = matrix.shape[0] // num_heads // 2
    return matrix.reshape(num_heads, size, 2, matrix.shape[1]).swapaxes(1, 2).reshape(matrix.shape)


def read_back(file: Path, model_config: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    """An adapter's matrices as PEFT would name and order them ("layers.3.self_attn.q_proj.lora_A").

    Raises ModelError for a file that is no adapter, or holds what isn't known here.
    """
    import gguf

    places = {theirs: ours for ours, theirs in _NAMES.items()}
    permuted = model_config.get("model_type") == "llama"
    out: dict[str, NDArray[np.float32]] = {}
    try:
        reader = gguf.GGUFReader(file)
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} can't be read as an adapter ({error})") from None
    for tensor in reader.tensors:
        found = _THEIR_KEY.fullmatch(tensor.name)
        if found is None or found[2] not in places:
            raise ModelError(f"{file}: {tensor.name} is no LoRA matrix that training knows")
        layer, name, side = found[1], places[found[2]], found[3].upper()
        values = np.asarray(tensor.data, dtype=np.float32)
        if permuted and side == "B" and name in ("q_proj", "k_proj"):
            heads = "num_attention_heads" if name == "q_proj" else "num_key_value_heads"
            values = unpermute(values, int(model_config[heads]))
        part = "self_attn" if name in ("q_proj", "k_proj", "v_proj", "o_proj") else "mlp"
        out[f"layers.{layer}.{part}.{name}.lora_{side}"] = values
    return out


def scale_of(file: Path) -> float:
    """By how much an adapter's product of matrices is multiplied, times its rank (llama.cpp's alpha)."""
    return float(read_header(file).metadata.get("adapter.lora.alpha", 0.0))


def convert(trained: Path, target: Path, model_config: Mapping[str, Any], metadata: Mapping[str, str]) -> int:
    """Write the PEFT adapter in the folder `trained` to `target`; returns how many tensors it has.

    `model_config` is the base's Hugging Face configuration; `metadata` is written under "backroom.". Raises ModelError
    for an architecture or an adapter that llama.cpp wouldn't compute as it was trained.
    """
    import gguf
    from safetensors.numpy import load_file

    architecture = str(model_config.get("model_type"))
    if architecture not in ARCHITECTURES:
        raise ModelError(
            f"adapters for the architecture {architecture!r} can't be converted; known: {', '.join(ARCHITECTURES)}"
        )
    config = read_adapter_config(trained)
    if config.get("use_dora"):
        raise ModelError(
            "a DoRA adapter scales weights that llama.cpp adapters can't hold; write it as a whole model (merged)"
        )
    rank = int(config["r"])
    scale = float(config["lora_alpha"]) / (rank**0.5 if config.get("use_rslora") else rank)
    tensors = load_file(trained / "adapter_model.safetensors")
    part = target.with_name(target.name + ".part")
    writer = gguf.GGUFWriter(str(part), architecture)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", scale * rank)
    writer.add_string("general.name", target.stem)
    if invocation := config.get("alora_invocation_tokens"):
        tokens = [int(token) for token in invocation]
        key = gguf.Keys.Adapter.ALORA_INVOCATION_TOKENS
        writer.add_key_value(key, tokens, gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT32)
    for key, value in metadata.items():
        writer.add_string(f"backroom.{key}", value)
    for name in sorted(tensors):
        writer.add_tensor(*_tensor(name, tensors[name], model_config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.replace(target)
    return len(tensors)


def _tensor(name: str, values: NDArray[Any], model_config: Mapping[str, Any]) -> tuple[str, NDArray[np.float16]]:
    """llama.cpp's name of a LoRA matrix, and the matrix in its order."""
    found = _KEY.search(name)
    if found is None or found[2] not in _NAMES:
        raise ModelError(f"the adapter changes {name}, which llama.cpp can't load as an adapter")
    if found[3] == "B":
        values = their_order(found[2], values, model_config)
    return f"{their_place(found[1], found[2])}.lora_{found[3].lower()}", values.astype(np.float16)


def their_order(projection: str, values: NDArray[Any], model_config: Mapping[str, Any]) -> NDArray[Any]:
    """The rows of a projection's output side in llama.cpp's order."""
    if model_config.get("model_type") != "llama" or projection not in ("q_proj", "k_proj"):
        return values
    heads = "num_attention_heads" if projection == "q_proj" else "num_key_value_heads"
    return permute(values, int(model_config[heads]))


def their_place(layer: str, projection: str) -> str:
    """llama.cpp's name of a projection's weights."""
    return f"blk.{layer}.{_NAMES[projection]}.weight"
