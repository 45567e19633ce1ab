"""Loads what is to be fine-tuned: a base model out of a GGUF file or a Hugging Face folder, as torch computes it.

Knows no data and no training.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assistant.errors import ModelError, UsageError

ARCHITECTURES = ("llama", "qwen2")
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def load_base(path: Path, dtype: str = "bfloat16", device: str = "cpu") -> Any:
    """The model in `path`, ready to be trained. Nothing is fetched from anywhere.

    Raises ModelError for an architecture that can't be converted back, or a file that isn't a model.
    """
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    path = path.resolve()
    options: dict[str, Any] = {"gguf_file": path.name} if path.is_file() else {}
    folder = path.parent if path.is_file() else path
    try:
        model = AutoModelForCausalLM.from_pretrained(
            str(folder), dtype=getattr(torch, dtype), local_files_only=True, attn_implementation="sdpa", **options
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelError(f"{path} can't be loaded for training: {str(error).splitlines()[0]}") from None
    if model.config.model_type not in ARCHITECTURES:
        raise ModelError(
            f"{path} is of the architecture {model.config.model_type!r}, which can't be converted to a GGUF adapter; "
            f"use one of {', '.join(ARCHITECTURES)}"
        )
    _forget_quantisation(model)
    return model.to(device)


def model_config(path: Path) -> dict[str, Any]:
    """The configuration of a GGUF file or a Hugging Face folder, in Hugging Face's names."""
    from transformers import AutoConfig

    folder, options = (path.parent, {"gguf_file": path.name}) if path.is_file() else (path, {})
    config: dict[str, Any] = AutoConfig.from_pretrained(str(folder), local_files_only=True, **options).to_dict()
    return config


def _forget_quantisation(model: Any) -> None:
    """The weights were dequantised on loading; what is left of that would keep the model from being saved."""
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer = None
    model.is_quantized = False


_SHAPE = ("model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
          "num_key_value_heads")  # fmt: skip


def unquantised(folder: Path, served: Path) -> Path:
    """The Hugging Face folder to train from, when it is of the model in the GGUF file `served`.

    Raises UsageError where it is no such folder, or its layers are of other sizes.
    """
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"{folder}: no Hugging Face folder (it has no config.json); name one as weights, or leave it out"
        )
    ours, theirs = model_config(folder), model_config(served)
    for name in _SHAPE:
        if ours.get(name) != theirs.get(name):
            raise UsageError(
                f"{folder} is another model than {served}: {name} is {ours.get(name)} instead of {theirs.get(name)}; "
                "name the folder that the base was made from"
            )
    return folder


def with_lora(
    model: Any, rank: int, alpha: float, *, layers: int, rslora: bool, dora: bool, dropout: float, seed: int
) -> Any:
    """The model with fresh LoRA matrices on all projections of its last `layers` (0: all), by the seed alone."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    total = model.config.num_hidden_layers
    config = LoraConfig(
        layers_to_transform=list(range(total - layers, total)) if 0 < layers < total else None,
        r=rank, lora_alpha=alpha, target_modules=list(TARGETS), lora_dropout=dropout, use_rslora=rslora, use_dora=dora,
        bias="none", task_type="CAUSAL_LM",
    )  # fmt: skip
    return get_peft_model(model, config)


def read_adapter_config(folder: Path) -> dict[str, Any]:
    """The PEFT configuration of a trained adapter. Raises ModelError when the folder has none."""
    try:
        config: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        return config
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder} holds no trained adapter ({error}); train one first") from None
