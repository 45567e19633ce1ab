"""A short test of llama.cpp on this machine: `python -m assistant.engine.selftest MODEL`, in a process that may crash.

Batches of one token work where larger ones crash (AMX code of old compilers), so both are tried. Prints a JSON object.
Knows no request and no queue; `backroom doctor` runs it and explains how it ended.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

_BATCH = 64


def run(model: Path) -> dict[str, object]:
    """Compute a batch of one token and one of many; their speeds, and the CPU features that the build uses."""
    from assistant.engine.backend import Chunk
    from assistant.engine.lib import build_info
    from assistant.engine.options import LlamaOptions

    started = time.monotonic()
    backend = LlamaOptions(model, num_slots=2, num_public=0, context=256).open()
    loaded = time.monotonic()
    ((single,),) = backend.run([Chunk(memory=0, tokens=[1], position=0, wanted=(0,))], None)
    begun = time.monotonic()
    ((many,),) = backend.run([Chunk(memory=1, tokens=[1] * _BATCH, position=0, wanted=(_BATCH - 1,))], None)
    ended = time.monotonic()
    sane = all(bool(abs(row).max() < 1e6) for row in (single, many))
    backend.close()
    return {
        "load_s": round(loaded - started, 3),
        "batch_tokens_per_s": round(_BATCH / (ended - begun), 1),
        "logits_are_sane": sane,
        "build": build_info(),
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
