"""llama.cpp's C interface as Python functions (`llama.llama_decode`, ...), and a place for what it logs.

Only the bindings' low-level module is loaded: the package's own `__init__` imports its high-level classes too, which
takes five times as long as the rest of it and would be paid again at every restart of the engine.
Knows no model, no request and no process.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import sys
import types
from collections import deque
from typing import Any

_LEVEL_ERROR = 4  # ggml_log_level: 1 debug, 2 info, 3 warning, 4 error, 5 continues the line before

log_tail: deque[str] = deque(maxlen=40)
"""The last error lines that llama.cpp logged in this process, oldest first."""


def _load() -> Any:
    """The module `llama_cpp.llama_cpp`, without running `llama_cpp/__init__.py` unless somebody already has."""
    if "llama_cpp" in sys.modules:
        return importlib.import_module("llama_cpp.llama_cpp")
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError("llama-cpp-python is not installed: run `uv sync`")
    shell = types.ModuleType("llama_cpp")
    shell.__path__ = list(spec.submodule_search_locations)
    sys.modules["llama_cpp"] = shell
    try:
        return importlib.import_module("llama_cpp.llama_cpp")
    finally:
        del sys.modules["llama_cpp"]


llama: Any = _load()


@llama.llama_log_callback  # type: ignore[untyped-decorator]
def _keep_errors(level: int, text: bytes | None, _user_data: Any) -> None:
    if level == _LEVEL_ERROR and text:
        log_tail.append(text.decode("utf-8", "replace").strip())


llama.llama_log_set(_keep_errors, ctypes.c_void_p(0))
llama.llama_backend_init()


def last_error() -> str:
    """The last line that llama.cpp logged as an error, for a message of ours."""
    return log_tail[-1] if log_tail else "llama.cpp gives no reason"


def build_info() -> str:
    """The CPU features that this build of llama.cpp uses: "AVX512 = 1 | AMX_INT8 = 1 | ..."."""
    return str(llama.llama_print_system_info().decode())
