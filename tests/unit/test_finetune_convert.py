"""The served file computes what was trained: llama.cpp against torch, on a tiny llama in both forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra: uv sync --extra finetune")
gguf = pytest.importorskip("gguf", reason="needs the extra: uv sync --extra finetune")
pytest.importorskip("peft", reason="needs the extra: uv sync --extra finetune")

from assistant.engine.gguf import read_header  # noqa: E402
from assistant.engine.offline import all_logits, requantise  # noqa: E402
from assistant.errors import ModelError, UsageError  # noqa: E402
from finetune import convert as converting  # noqa: E402
from finetune.base import load_base, with_lora  # noqa: E402
from finetune.merge import add_into, merge  # noqa: E402
from finetune.parity import divergence  # noqa: E402

TEXTS = [list(np.random.default_rng(n).integers(3, 60, 20)) for n in range(3)]
PARTS = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
         "mlp.down_proj": "ffn_down",
         "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}  # fmt: skip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random llama as "hf", the same as base.gguf (32 bits), and a random LoRA on it as "lora"."""
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=64, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=True, rms_norm_eps=1e-5,
        initializer_range=0.2,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder / "hf")
    _write_gguf(folder / "base.gguf", load_base(folder / "hf", "float32"))
    model = with_lora(
        load_base(folder / "hf", "float32"), 4, 8.0, layers=0, rslora=False, dora=False, dropout=0.0, seed=2
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.3)
            if "lora_" in name:
                parameter.copy_(parameter.half().float())
    model.save_pretrained(folder / "lora")
    return folder


def _write_gguf(path: Path, model: Any) -> None:
    config, writer = model.config, gguf.GGUFWriter(str(path), model.config.model_type)
    writer.add_context_length(64)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("none")
    for name, values in model.state_dict().items():
        array = values.float().numpy()
        if name == "lm_head.weight":
            continue
        if name in ("model.embed_tokens.weight", "model.norm.weight"):
            writer.add_tensor("token_embd.weight" if "embed" in name else "output_norm.weight", array)
            continue
        _, _, layer, rest = name.split(".", 3)
        part, kind = rest.rsplit(".", 1)
        if config.model_type == "llama" and part.endswith(("q_proj", "k_proj")):
            heads = config.num_attention_heads if part.endswith("q_proj") else config.num_key_value_heads
            array = converting.permute(array, heads)
        writer.add_tensor(f"blk.{layer}.{PARTS[part]}.{kind}", np.ascontiguousarray(array))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def torch_logits(tiny: Path, *, adapted: bool) -> list[Any]:
    from peft import PeftModel

    model = load_base(tiny / "hf", "float32")
    if adapted:
        model = PeftModel.from_pretrained(model, str(tiny / "lora"))
    with torch.no_grad():
        return [model.eval()(input_ids=torch.tensor([text])).logits[0].numpy() for text in TEXTS]


def kl(ours: list[Any], theirs: list[Any]) -> float:
    return float(np.mean([divergence(a, b) for a, b in zip(ours, theirs, strict=True)]))


def config_of(tiny: Path) -> dict[str, Any]:
    config: dict[str, Any] = load_base(tiny / "hf", "float32").config.to_dict()
    return config


@pytest.fixture
def adapter(tiny: Path, tmp_path: Path) -> Path:
    count = converting.convert(
        tiny / "lora", tmp_path / "a.gguf", config_of(tiny), {"form": "notes", "base_sha256": "b"}
    )
    assert count == 2 * 7 * 2
    return tmp_path / "a.gguf"


def test_the_adapter_is_served_as_it_was_trained(tiny: Path, adapter: Path) -> None:
    base = torch_logits(tiny, adapted=False)
    trained = torch_logits(tiny, adapted=True)
    assert kl(base, all_logits(tiny / "base.gguf", TEXTS)) < 1e-5
    assert kl(trained, base) > 0.05
    assert kl(trained, all_logits(tiny / "base.gguf", TEXTS, adapter)) < 1e-5
    assert read_header(adapter).metadata["backroom.form"] == "notes"


def test_an_activated_adapter_is_served_as_peft_computes_it(tiny: Path, tmp_path: Path) -> None:
    """PEFT's own activated LoRA against llama.cpp, the base computing what comes before the invoking tokens."""
    import json
    import shutil

    from peft import PeftModel

    shutil.copytree(tiny / "lora", tmp_path / "lora")
    config = json.loads((tmp_path / "lora" / "adapter_config.json").read_text())
    invoked = [int(token) for token in TEXTS[0][6:10]]
    (tmp_path / "lora" / "adapter_config.json").write_text(json.dumps(config | {"alora_invocation_tokens": invoked}))
    converting.convert(tmp_path / "lora", tmp_path / "a.gguf", config_of(tiny), {})
    served = all_logits(tiny / "base.gguf", TEXTS, tmp_path / "a.gguf")
    model = PeftModel.from_pretrained(load_base(tiny / "hf", "float32"), str(tmp_path / "lora")).eval()
    with torch.no_grad():
        trained = [model(input_ids=torch.tensor([text])).logits[0].numpy() for text in TEXTS]
    assert kl(trained, served) < 1e-5
    base = torch_logits(tiny, adapted=False)
    assert np.abs(served[0][:6] - base[0][:6]).max() < 1e-2 < np.abs(served[0][6:] - base[0][6:]).max()
    assert kl(base[1:], served[1:]) < 1e-5, "texts without the tokens are the base's"
    with pytest.raises(ModelError, match="can't be merged"):
        add_into(tiny / "base.gguf", tmp_path / "a.gguf")


def test_rows_in_the_wrong_order_are_found_out(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "permute", lambda matrix, num_heads: matrix)
    converting.convert(tiny / "lora", tmp_path / "wrong.gguf", config_of(tiny), {})
    assert kl(torch_logits(tiny, adapted=True), all_logits(tiny / "base.gguf", TEXTS, tmp_path / "wrong.gguf")) > 1e-3


def test_merged_weights_are_those_of_the_adapter(tiny: Path, adapter: Path, tmp_path: Path) -> None:
    exact = tmp_path / "exact.gguf"
    requantise(tiny / "base.gguf", exact, "F32")
    assert add_into(exact, adapter) == 14
    assert kl(torch_logits(tiny, adapted=True), all_logits(exact, TEXTS)) < 1e-5
    merge(tiny / "base.gguf", adapter, tmp_path / "merged.gguf", "Q8_0")
    assert kl(torch_logits(tiny, adapted=True), all_logits(tmp_path / "merged.gguf", TEXTS)) < 0.05
    with pytest.raises(ModelError, match="undo the training"):
        merge(tiny / "base.gguf", adapter, tmp_path / "no.gguf", "Q4_1")


def test_an_architecture_that_isnt_known_is_refused_by_name(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'mamba'"):
        converting.convert(tiny / "lora", tmp_path / "x.gguf", {"model_type": "mamba"}, {})


def test_an_adapter_file_is_read_back_as_it_was_trained(tiny: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    config = load_base(tiny / "hf", "float32").config.to_dict()
    converting.convert(tiny / "lora", tmp_path / "a.gguf", config, {})
    trained = load_file(tiny / "lora" / "adapter_model.safetensors")
    read = converting.read_back(tmp_path / "a.gguf", config)
    assert converting.scale_of(tmp_path / "a.gguf") == 8.0
    assert len(read) == len(trained)
    for name, values in trained.items():
        assert np.array_equal(read[name[name.index("layers.") :].removesuffix(".weight")], values)


def test_a_dora_run_becomes_a_whole_model(tiny: Path, tmp_path: Path) -> None:
    """DoRA scales the base's weights, which no adapter file holds: refused as one, right as a model."""
    from peft import PeftModel

    from finetune.merge_whole import merge_whole

    model = with_lora(load_base(tiny / "hf", "float32"), 4, 8.0, layers=0, rslora=False, dora=True, dropout=0.0, seed=2)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name or "magnitude" in name:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(tmp_path / "dora")
    with pytest.raises(ModelError, match="can't hold"):
        converting.convert(tmp_path / "dora", tmp_path / "a.gguf", config_of(tiny), {})
    trained = PeftModel.from_pretrained(load_base(tiny / "hf", "float32"), str(tmp_path / "dora")).eval()
    with torch.no_grad():
        wanted = [trained(input_ids=torch.tensor([text])).logits[0].numpy() for text in TEXTS]
    changed = merge_whole(tiny / "base.gguf", tmp_path / "dora", tmp_path / "m.gguf", "F16", config_of(tiny))
    assert changed == 14
    served = all_logits(tmp_path / "m.gguf", TEXTS)
    assert kl(wanted, served) < 1e-4 < 0.01 < kl(wanted, torch_logits(tiny, adapted=False))
    with pytest.raises(ModelError, match="undo the training"):
        merge_whole(tiny / "base.gguf", tmp_path / "dora", tmp_path / "n.gguf", "Q4_1", config_of(tiny))


def test_a_qwen2_adapter_is_served_as_it_was_trained(tmp_path: Path) -> None:
    """The other architecture: biases, and rows in Hugging Face's order."""
    from peft import PeftModel
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(3)
    config = Qwen2Config(
        vocab_size=64, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=True, rms_norm_eps=1e-5,
        initializer_range=0.2,
    )  # fmt: skip
    whole = Qwen2ForCausalLM(config)
    with torch.no_grad():
        for name, parameter in whole.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.2)
    whole.save_pretrained(tmp_path / "hf")
    _write_gguf(tmp_path / "base.gguf", load_base(tmp_path / "hf", "float32"))
    model = with_lora(
        load_base(tmp_path / "hf", "float32"), 4, 8.0, layers=0, rslora=False, dora=False, dropout=0.0, seed=2
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.3)
            if "lora_" in name:
                parameter.copy_(parameter.half().float())
    model.save_pretrained(tmp_path / "lora")
    assert converting.convert(tmp_path / "lora", tmp_path / "a.gguf", config_of(tmp_path), {}) == 2 * 7 * 2
    trained = PeftModel.from_pretrained(load_base(tmp_path / "hf", "float32"), str(tmp_path / "lora")).eval()
    with torch.no_grad():
        wanted = [trained(input_ids=torch.tensor([text])).logits[0].numpy() for text in TEXTS]
        with trained.disable_adapter():
            plain = [trained(input_ids=torch.tensor([text])).logits[0].numpy() for text in TEXTS]
    assert kl(wanted, all_logits(tmp_path / "base.gguf", TEXTS, tmp_path / "a.gguf")) < 1e-5 < 0.05 < kl(wanted, plain)


def test_rslora_is_served_with_its_own_scale(tiny: Path, tmp_path: Path) -> None:
    from peft import PeftModel

    model = with_lora(load_base(tiny / "hf", "float32"), 4, 8.0, layers=0, rslora=True, dora=False, dropout=0.0, seed=2)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.2)
            if "lora_" in name:
                parameter.copy_(parameter.half().float())
    model.save_pretrained(tmp_path / "rs")
    converting.convert(tmp_path / "rs", tmp_path / "rs.gguf", config_of(tiny), {})
    trained = PeftModel.from_pretrained(load_base(tiny / "hf", "float32"), str(tmp_path / "rs")).eval()
    with torch.no_grad():
        wanted = [trained(input_ids=torch.tensor([text])).logits[0].numpy() for text in TEXTS]
    assert kl(wanted, all_logits(tiny / "base.gguf", TEXTS, tmp_path / "rs.gguf")) < 1e-5


def test_the_folder_that_is_trained_on_must_be_of_the_served_model(tiny: Path, tmp_path: Path) -> None:
    from finetune.base import unquantised
    from finetune.config import RunSettings
    from finetune.run import Run

    assert unquantised(tiny / "hf", tiny / "base.gguf") == tiny / "hf"
    run = Run(RunSettings(base=str(tiny / "base.gguf"), weights=str(tiny / "hf")), tmp_path, lambda _: None)
    assert run._weights() == tiny / "hf"
    with pytest.raises(UsageError, match="no Hugging Face folder"):
        unquantised(tmp_path, tiny / "base.gguf")
    other = Run(RunSettings(weights=str(tiny / "hf")), tmp_path, lambda _: None)
    with pytest.raises(UsageError, match="vocab_size is 64 instead of 49152"):
        other._weights()
    with pytest.raises(UsageError, match="name it as weights"):
        Run(RunSettings(base=str(tiny / "hf")), tmp_path, lambda _: None)
