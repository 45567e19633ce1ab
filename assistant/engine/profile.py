"""How a model is run on this machine: what `backroom models tune` measured, else what is known to suit its processor.

Stored by the model's hash and the machine, so that another model or processor starts from the rules again. Knows no
llama.cpp and no process.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from assistant.config import data_home
from assistant.engine.gguf import GgufHeader

_Q4_1, _Q5_0, _Q5_1 = 3, 8, 9  # general.file_type of GGUF
_NO_FAST_KERNEL = frozenset({_Q4_1, _Q5_0, _Q5_1})
"""Types for which llama.cpp has no matrix kernel on AVX2 and AVX-512 (it has one on AMX for Q4_1)."""
_SMALL = 400_000_000  # bytes of a file whose weights may be three times as long in memory


@dataclass(frozen=True)
class Profile:
    """How a model is run. `weights` is the type that its weights are converted to at load, "" for as they are.

    `slots` None leaves it to the settings. `measured` is when it was tuned, "" for the rules of thumb.
    """

    weights: str = ""
    threads: int | None = None
    max_batch: int = 512
    flash_attention: bool = False
    flash_prompts: bool = True
    unified_kv: bool = False
    kv_type: str = "f16"
    slots: int | None = None
    measured: str = ""


def rules(header: GgufHeader, flags: frozenset[str], vendor: str = "") -> Profile:
    """A safe profile for a model on a processor with these flags and of this vendor (as in /proc/cpuinfo), without
    measuring.

    Q8_0 of a 4- or 5-bit type holds the same weights to within rounding, and multiplies twice as fast without AMX.
    BF16 holds them closer still. AMD's processors that know it multiply half as fast again with it as with Q8_0, and
    with keys and values a fifth faster; on Intel's without AMX both took 2 to 7% longer.
    """
    is_slow_type = header.metadata.get("general.file_type") in _NO_FAST_KERNEL
    if not is_slow_type or "avx2" not in flags or "amx_int8" in flags:
        return Profile()
    if vendor == "AuthenticAMD" and "avx512_bf16" in flags and header.data_end <= _SMALL:
        return Profile(weights="bf16", kv_type="bf16")
    return Profile(weights="q8_0")


class Profiles:
    """The stored profiles: one small file in the data home. `build` tells llama.cpp's builds apart."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or data_home() / "engine.json"

    def load(self, sha256: str, flags: frozenset[str], cores: int) -> Profile | None:
        """What was measured for this model on this machine; None when nothing was."""
        stored = self._read().get(_key(sha256, flags, cores))
        known = {field.name for field in fields(Profile)}
        if not isinstance(stored, dict) or not stored.keys() <= known:
            return None
        return Profile(**stored)

    def save(self, sha256: str, flags: frozenset[str], cores: int, profile: Profile) -> None:
        """Keep what was measured. Raises OSError when it can't be written."""
        stored = self._read()
        stored[_key(sha256, flags, cores)] = asdict(profile)
        part = self.path.with_suffix(f".{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(stored, indent=1, sort_keys=True), encoding="utf-8")
            part.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    def _read(self) -> dict[str, Any]:
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}


def _key(sha256: str, flags: frozenset[str], cores: int) -> str:
    machine = hashlib.sha256(" ".join([str(cores), *sorted(flags)]).encode()).hexdigest()[:12]
    return f"{sha256[:16]}-{machine}"


def find_profile(sha256: str, header: GgufHeader, cores: int) -> Profile:
    """What was measured for this model on this machine, else the rules."""
    flags = cpu_flags()
    return Profiles().load(sha256, flags, cores) or rules(header, flags, _cpu_says("vendor_id"))


def cpu_flags() -> frozenset[str]:
    """The CPU's features as Linux names them; empty where it doesn't say."""
    return frozenset(_cpu_says("flags", "Features").split())


def _cpu_says(*names: str) -> str:
    """What Linux tells of the CPU under one of the names; empty where it doesn't say."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line for line in lines if line.startswith(names)), "").partition(":")[2].strip()
