"""Builds llama-server from the llama.cpp that llama-cpp-python carries, and links it with the very libraries that
Backroom computes with: the comparison then differs in the server alone.

Needs the source package of llama-cpp-python (uv's cache has it, else pip fetches it) and uv for the compiler and CMake.
Takes 5 to 10 minutes on two idle cores. Knows no bench.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from assistant.errors import EngineError

_IMPORTED = """
foreach(lib ggml ggml-base ggml-cpu llama)
  add_library(${lib} SHARED IMPORTED GLOBAL)
  set_target_properties(${lib} PROPERTIES IMPORTED_LOCATION "$ENV{LLAMA_LIBS}/lib${lib}.so"
    INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_SOURCE_DIR}/include;${CMAKE_CURRENT_SOURCE_DIR}/ggml/include")
endforeach()
target_link_libraries(ggml INTERFACE ggml-base ggml-cpu)
target_link_libraries(llama INTERFACE ggml)
"""
_TOOLS = """
find_package(Threads REQUIRED)
llama_add_compile_flags()
add_subdirectory(mtmd)
add_subdirectory(ui)
add_subdirectory(server)
"""
_TOOLCHAIN = ["--with", "ziglang==0.17.1", "--with", "cmake", "--with", "ninja"]
_OFF = "OPENSSL BUILD_TESTS BUILD_EXAMPLES BUILD_APP USE_PREBUILT_UI BUILD_UI".split()


def find_uv() -> str:
    """The uv command. Raises EngineError when there is none."""
    found = shutil.which("uv") or next((str(p) for p in Path.cwd().glob(".bootstrap/bin/uv")), None)
    if found is None:
        raise EngineError("uv is needed to fetch and build the peers; install it, or name a binary with --llama-server")
    return found


def build(target: Path, say: Callable[[str], None]) -> Path:
    """Build llama-server into `target` and return the binary. Raises EngineError with the compiler's last line."""
    uv = find_uv()
    work = target.with_suffix(".part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = work / "source"
    say("looking for the source package of llama-cpp-python")
    _copy_source(_llama_cpp(uv, work), source)
    libraries = _libraries()
    environment = {**os.environ, "LLAMA_LIBS": str(libraries), "CC": "python-zig cc", "CXX": "python-zig c++"}
    run = [uv, "run", "--no-project", *_TOOLCHAIN, "--"]
    flags = [f"-DLLAMA_{name}=OFF" for name in _OFF] + ["-DLLAMA_BUILD_NUMBER=0", "-DLLAMA_BUILD_COMMIT=sdist"]
    configure = ["cmake", "-S", str(source), "-B", str(work / "build"), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
    say("building llama-server (5 to 10 minutes)")
    _run([*run, *configure, *flags], environment)
    _run([*run, "nice", "ninja", "-C", str(work / "build"), "llama-server"], environment)
    (work / "bin").mkdir()
    for file in (work / "build" / "bin").iterdir():
        if file.is_file():
            shutil.copy2(file, work / "bin" / file.name, follow_symlinks=True)
    shutil.rmtree(target, ignore_errors=True)
    work.rename(target)
    shutil.rmtree(target / "build")
    shutil.rmtree(target / "source")
    return target / "bin" / "llama-server"


def _libraries() -> Path:
    spec = importlib.util.find_spec("llama_cpp")
    assert spec is not None and spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / "lib"


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


def _copy_source(origin: Path, source: Path) -> None:
    """llama.cpp's tree, its own ggml and llama replaced by the libraries that are installed."""
    shutil.copytree(origin, source, ignore=shutil.ignore_patterns("models", "media", "docs", ".git"))
    lists = source / "CMakeLists.txt"
    text = lists.read_text(encoding="utf-8")
    start = text.index("if (NOT TARGET ggml AND")
    end = text.index("endif()", start) + len("endif()")
    text = text[:start] + text[end : text.index("#\n# install\n#")]
    lists.write_text(text.replace("add_subdirectory(src)\n", _IMPORTED, 1), encoding="utf-8")
    (source / "tools" / "CMakeLists.txt").write_text(_TOOLS, encoding="utf-8")


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise EngineError(f"llama-server can't be built: {lines[-1] if lines else command[0]}")
