"""The LoRA adapters of one loaded model: loading, switching and freeing them, and refusing those of another base.

An activated adapter names tokens that invoke it (metadata `adapter.alora.invocation_tokens`): what comes before them is
computed by the model alone. llama.cpp reads them and leaves it to its callers to act on them.
Knows no request and no queue. Runs in the engine's own process.
"""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from typing import Any

from assistant.engine.gguf import GgufHeader, read_header
from assistant.engine.lib import last_error, llama
from assistant.errors import EngineError, ModelError

BASE_SHA256 = "backroom.base_sha256"
"""Metadata key under which our own adapters name the model file that they were trained on."""
_BASE_NAME = "general.base_model.0.name"


def invocation_of(adapter: Any) -> tuple[int, ...]:
    """The tokens that invoke a loaded adapter; none where it is always at work."""
    count = int(llama.llama_adapter_get_alora_n_invocation_tokens(adapter))
    tokens = llama.llama_adapter_get_alora_invocation_tokens(adapter) if count else ()
    return tuple(int(tokens[place]) for place in range(count))


class LoraSet:
    """Adapters by the names that requests use, for the model `model` (a pointer that the caller keeps loaded).

    `names` are what the model is called (its file's own name, the catalogue's), `sha256` the hash of the file that it
    comes from; both are compared with what an adapter says of its base.
    """

    def __init__(self, model: Any, header: GgufHeader, names: tuple[str, ...], sha256: str = "") -> None:
        self._model = model
        self._header = header
        self._base_names = (*names, header.name)
        self._sha256 = sha256
        self.loaded: dict[str, Any] = {}
        self.invocations: dict[str, tuple[int, ...]] = {}
        self._active: dict[Any, str] = {}  # by the context (a pointer)

    def load(self, name: str, path: Path) -> None:
        """Load an adapter under `name`. Raises ModelError when it is broken, taken or made for another model."""
        if name in self.loaded:
            raise ModelError(f"an adapter called {name!r} is loaded already; unload it first, or give another name")
        header = read_header(path)
        if header.kind != "adapter":
            raise ModelError(f"{path} is a {header.kind}, not a LoRA adapter; name an adapter in GGUF form")
        self._check_base(name, header)
        adapter = llama.llama_adapter_lora_init(self._model, str(path).encode())
        if not adapter:
            raise ModelError(f"adapter {name!r} doesn't fit {self._base_names[0]}: {last_error()}")
        self.loaded[name] = adapter
        self.invocations[name] = invocation_of(adapter)

    def _check_base(self, name: str, header: GgufHeader) -> None:
        """Shapes are llama.cpp's to check; two models of one shape are told apart by what the adapter says."""
        says = str(header.metadata.get(_BASE_NAME, ""))
        ours, theirs = (str(h.metadata.get("general.architecture", "")) for h in (self._header, header))
        sha256 = str(header.metadata.get(BASE_SHA256, ""))
        other = ours != theirs
        if sha256 and self._sha256:
            other = other or sha256 != self._sha256
        elif says:
            other = other or not any(_same_model(says, mine) for mine in self._base_names)
        if other:
            base = says or (f"another {theirs} model" if ours == theirs else f"a {theirs} model")
            raise ModelError(
                f"adapter {name!r} was made for {base}, not for {self._base_names[0]}; "
                "load it with that model, or train one for this"
            )

    def unload(self, name: str) -> None:
        """Free an adapter; the caller sees to it that no context computes with it and no memory holds what it made."""
        adapter = self.loaded.pop(name)
        self.invocations.pop(name, None)
        llama.llama_adapter_lora_free(adapter)

    def switch(self, context: Any, name: str | None) -> None:
        """Compute with adapter `name` in a context from the next batch on; None is the model alone."""
        if name == self._active.get(context):
            return
        loaded = [self.loaded[name]] if name is not None else []
        pointers = (llama.llama_adapter_lora_p_ctypes * max(1, len(loaded)))(*loaded)
        scales = (ctypes.c_float * max(1, len(loaded)))(1.0)
        if llama.llama_set_adapters_lora(context, pointers, len(loaded), scales) != 0:
            raise EngineError(f"adapter {name!r} can't be switched on: {last_error()}")
        if name is None:
            del self._active[context]
        else:
            self._active[context] = name


def _same_model(one: str, other: str) -> bool:
    """Whether two names may mean the same model: "SmolLM2 135M Instruct" and "smollm2-135m" do."""
    a, b = (re.sub(r"[^a-z0-9]", "", name.lower()) for name in (one, other))
    return bool(a and b) and (a in b or b in a)
