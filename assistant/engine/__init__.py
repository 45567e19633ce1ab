"""The engine: token ids in, token ids out, in a process of its own.

`open_engine` is the front door. Nothing is imported here before it is called, because the engine's own process passes
through this module on its way up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.engine.process import EngineProcess
    from assistant.engine.tokenizer import LlamaTokenizer


def open_engine(
    model: str | Path,
    *,
    adapter: str | Path | None = None,
    threads: int | None = None,
    slots: int = 8,
    context_per_slot: int = 2048,
    queue_limit: int = 64,
    wait: bool = True,
) -> tuple[EngineProcess, LlamaTokenizer]:
    """Start the engine for `model` (a name of the model catalogue, or a path) and load the tokenizer beside it.

    Requests name the adapter by its file name without ".gguf". `threads` None means one for each physical core.
    Without `wait` the engine may still be loading; requests queue up until it is ready.
    Raises ModelError when the model or the adapter is missing, broken or not the one that the catalogue names, and
    EngineError when the engine's process can't be started.
    """
    import psutil

    from assistant.engine.gguf import read_header
    from assistant.engine.options import LlamaOptions
    from assistant.engine.process import EngineProcess
    from assistant.engine.tokenizer import LlamaTokenizer
    from assistant.models import resolve

    resolved = resolve(model)
    path = resolved.path
    adapters = {Path(adapter).stem: Path(adapter)} if adapter is not None else {}
    for file in [path, *adapters.values()]:
        read_header(file)
    options = LlamaOptions(
        model=path,
        label=resolved.id,
        sha256=resolved.sha256,
        adapters=adapters,
        threads=threads or psutil.cpu_count(logical=False) or 1,
        num_slots=slots,
        context=context_per_slot,
    )
    engine = EngineProcess(options, queue_limit=queue_limit, wait=False)
    try:
        tokenizer = LlamaTokenizer(path)
        if wait:
            engine.wait_ready()
    except BaseException:
        engine.close()
        raise
    return engine, tokenizer
