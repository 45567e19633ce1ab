"""The engine: token ids in, token ids out, in a process of its own.

`open_engine` is the front door. Nothing is imported here before it is called, because the engine's own process passes
through this module on its way up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.engine.options import LlamaOptions
    from assistant.engine.process import EngineProcess
    from assistant.engine.profile import Profile
    from assistant.engine.tokenizer import LlamaTokenizer


def open_engine(
    model: str | Path,
    *,
    adapter: str | Path | None = None,
    threads: int | None = None,
    slots: int | None = None,
    profile: Profile | None = None,
    context_per_slot: int = 2048,
    queue_limit: int = 64,
    wait: bool = True,
) -> tuple[EngineProcess, LlamaTokenizer]:
    """Start the engine for `model` (a name of the model catalogue, or a path) and load the tokenizer beside it.

    Requests name the adapter by its file name without ".gguf". `threads` and `slots` None mean as the profile says;
    `profile` None means what was measured for this model on this machine, else rules.
    Without `wait` the engine may still be loading; requests queue up until it is ready.
    Raises ModelError when the model or the adapter is missing, broken or not the one that the catalogue names, and
    EngineError when the engine's process can't be started.
    """
    from assistant.engine.process import EngineProcess
    from assistant.engine.tokenizer import LlamaTokenizer

    options = _options(model, adapter, threads, slots, profile, context_per_slot)
    engine = EngineProcess(options, queue_limit=queue_limit, wait=False)
    try:
        tokenizer = LlamaTokenizer(options.model)
        if wait:
            engine.wait_ready()
    except BaseException:
        engine.close()
        raise
    return engine, tokenizer


def _options(
    model: str | Path,
    adapter: str | Path | None,
    threads: int | None,
    slots: int | None,
    profile: Profile | None,
    context_per_slot: int,
) -> LlamaOptions:
    """How the engine is to load the model that is meant, once its file and the adapter's are known to be sound."""
    import psutil

    from assistant.engine.gguf import read_header
    from assistant.engine.options import LlamaOptions
    from assistant.engine.profile import find_profile
    from assistant.engine.tryout import try_out
    from assistant.models import ModelStore

    store = ModelStore()
    resolved = store.resolve(model)
    if not store.vouches_for(resolved.sha256):
        try_out(resolved.path)
    adapters = {Path(adapter).stem: Path(adapter)} if adapter is not None else {}
    for file in adapters.values():
        read_header(file)
    cores = psutil.cpu_count(logical=False) or 1
    how = profile or find_profile(resolved.sha256, read_header(resolved.path), cores)
    return LlamaOptions(
        model=resolved.path,
        label=resolved.id,
        sha256=resolved.sha256,
        adapters=adapters,
        weights=how.weights,
        threads=threads or how.threads or cores,
        max_batch=how.max_batch,
        flash_attention=how.flash_attention,
        flash_prompts=how.flash_prompts,
        unified_kv=how.unified_kv,
        kv_type=how.kv_type,
        num_slots=slots or how.slots or 8,
        context=context_per_slot,
    )
