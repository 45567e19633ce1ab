"""Builds llama-server from the llama.cpp that llama-cpp-python carries, with the compiler and the flags of its build:
the comparison then differs in the server alone.

Needs the source package of llama-cpp-python (uv's cache has it, else pip fetches it) and uv for the compiler and CMake.
Takes 10 to 15 minutes on two idle cores. Knows no bench.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from assistant.errors import EngineError

_TOOLCHAIN = ["ziglang==0.17.1", "cmake", "ninja"]
_OFF = "OPENSSL BUILD_TESTS BUILD_EXAMPLES BUILD_APP USE_PREBUILT_UI BUILD_UI".split()


def find_uv() -> str:
    """The uv command. Raises EngineError when there is none."""
    found = shutil.which("uv") or next((str(p) for p in Path.cwd().glob(".bootstrap/bin/uv")), None)
    if found is None:
        raise EngineError("uv is needed to fetch and build the peers; install it, or name a binary with --llama-server")
    return found


def build(target: Path, say: Callable[[str], None]) -> Path:
    """Build llama-server as the file `target` and return it. Raises EngineError with the compiler's last line."""
    uv = find_uv()
    work = target.parent.with_suffix(".part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    say("looking for the source package of llama-cpp-python")
    source = _llama_cpp(uv, work)
    environment = _toolchain(uv, work / "tools")
    # One program: two libraries that carry a C++ runtime each would free one another's memory.
    flags = ["-DBUILD_SHARED_LIBS=OFF", "-DGGML_OPENMP=OFF", "-DLLAMA_BUILD_NUMBER=0", "-DLLAMA_BUILD_COMMIT=sdist"]
    flags += [f"-DLLAMA_{name}=OFF" for name in _OFF]
    configure = ["cmake", "-S", str(source), "-B", str(work / "build"), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
    say("building llama-server (10 to 15 minutes)")
    _run([*configure, *flags], environment)
    _run(["nice", "ninja", "-C", str(work / "build"), "llama-server"], environment)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(work / "build" / "bin" / "llama-server", target)
    shutil.rmtree(work)
    return target


def _toolchain(uv: str, folder: Path) -> dict[str, str]:
    """The environment in which compiler, CMake and Ninja are found. They have a place of their own: CMake notes where
    its compiler is, and `uv run --with` would put it elsewhere each time."""
    _run([uv, "venv", "-q", "--no-project", str(folder)], dict(os.environ))
    fetch = [uv, "pip", "install", "-q", "--python", str(folder / "bin" / "python"), *_TOOLCHAIN]
    _run(fetch, dict(os.environ))
    path = os.pathsep.join([str(folder / "bin"), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "CC": "python-zig cc", "CXX": "python-zig c++"}


def _llama_cpp(uv: str, work: Path) -> Path:
    """The llama.cpp inside the source package, from uv's cache or from the package index."""
    release = version("llama-cpp-python")
    cache = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    pattern = f"sdists-*/pypi/llama-cpp-python/{release}/*/src/vendor/llama.cpp"
    for found in Path(cache).glob(pattern):
        if (found / "tools" / "server").is_dir():
            return found
    fetch = [uv, "tool", "run", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(work)]
    _run([*fetch, f"llama-cpp-python=={release}"], dict(os.environ))
    with tarfile.open(next(work.glob("llama_cpp_python-*.tar.gz"))) as archive:
        archive.extractall(work, filter="data")
    return next(work.glob("llama_cpp_python-*/vendor/llama.cpp"))


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        lines = f"{done.stderr.strip()}\n{done.stdout.strip()}".strip().splitlines()
        telling = [line for line in lines if "error" in line.lower() or "not found" in line.lower()]
        raise EngineError(f"llama-server can't be built: {(telling or lines or [command[0]])[0][:300]}")
