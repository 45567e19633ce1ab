"""What the engine's integration tests share: the default model, requests, and a LoRA adapter written by hand."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from assistant.engine.request import EngineEvent, GenerateRequest, Restarted, Token, Tokenizer

SYSTEM = {
    "role": "system",
    "content": "You are the friendly assistant of a shop for outdoor shoes. Answer in one or two short sentences, only "
    "from the facts that you are given. Never write a price or a number yourself. When they don't hold the answer, "
    "say that you don't know and offer to ask a colleague. Be polite.",
}
QUESTIONS = (
    "How much is the trail shoe?",
    "Do you have it in blue?",
    "Which boot is the warmest?",
    "Hello, are you a human?",
)


def make_request(tokenizer: Tokenizer, text: str, request_id: str, **changes: object) -> GenerateRequest:
    """A question after the public system text, in a conversation of its own unless `changes` say otherwise."""
    public = tokenizer.chat([SYSTEM], generation_prompt=False)
    prompt = tokenizer.chat([SYSTEM, {"role": "user", "content": text}])
    values: dict[str, object] = {
        "conversation": request_id,
        "num_public": len(public),
        "max_tokens": 16,
        "stop_tokens": tokenizer.eos_tokens,
        "deadline_s": 120.0,
        **changes,
    }
    return GenerateRequest(request_id=request_id, prompt=tuple(prompt), **values)  # type: ignore[arg-type]


def tokens_of(events: Iterable[EngineEvent]) -> list[int]:
    """The answer's tokens, those after the last restart."""
    tokens: list[int] = []
    for event in events:
        if isinstance(event, Restarted):
            tokens.clear()
        elif isinstance(event, Token):
            tokens.append(event.token)
    return tokens


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def write_adapter(
    path: Path, *, width: int = 576, scale: float = 0.5, architecture: str = "llama", **says: str
) -> Path:
    """A LoRA adapter in GGUF of rank 4 on the first layers' attention outputs, with fixed random weights.

    `says` are further texts of its header, their keys with "__" for dots.
    """
    generator = np.random.default_rng(7)
    tensors: list[tuple[str, Sequence[int], np.ndarray]] = []
    for layer in range(4):
        for part, shape in (("lora_a", (width, 4)), ("lora_b", (4, width))):
            data = generator.normal(0, scale, shape[::-1]).astype(np.float32)
            tensors.append((f"blk.{layer}.attn_output.weight.{part}", shape, data))
    values = [
        _text("general.type") + struct.pack("<I", 8) + _text("adapter"),
        _text("general.architecture") + struct.pack("<I", 8) + _text(architecture),
        _text("adapter.type") + struct.pack("<I", 8) + _text("lora"),
        _text("adapter.lora.alpha") + struct.pack("<If", 6, 8.0),
    ]
    values += [_text(key.replace("__", ".")) + struct.pack("<I", 8) + _text(value) for key, value in says.items()]
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)) + b"".join(values)
    body = b""
    for name, shape, data in tensors:
        head += _text(name) + struct.pack("<IQQIQ", 2, *shape, 0, len(body))
        body += data.tobytes() + b"\0" * (-data.nbytes % 32)
    path.write_bytes(head + b"\0" * (-len(head) % 32) + body)
    return path
