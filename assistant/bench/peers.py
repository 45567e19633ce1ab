"""The engines that ours is compared with: where they are on this machine, and how they are started.

`llama-server` is built from the llama.cpp inside llama-cpp-python's source package (`build_server`), the other two come
from the package index into the bench's own folder. Nothing here is a dependency of Backroom. Knows no load.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from assistant.config import cache_home
from assistant.errors import EngineError

SERVER_VARIABLE = "LLAMA_SERVER"
_PACKAGES = {
    "xllamacpp": ["xllamacpp"],
    "llama_cpp.server": ["sse-starlette", "starlette-context", "pydantic-settings", "python-dotenv", "PyYAML"],
}
_XLLAMACPP = """
import sys, time, xllamacpp
model, port, slots, context, threads, fa, unified = sys.argv[1:]
p = xllamacpp.CommonParams()
p.model.path, p.hostnames, p.port = model, ["127.0.0.1"], int(port)
p.n_parallel, p.n_ctx = int(slots), int(slots) * int(context)
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = int(threads)
p.flash_attn_type = xllamacpp.llama_flash_attn_type(int(fa))
p.kv_unified, p.warmup, p.n_gpu_layers = unified == "1", False, 0
server = xllamacpp.Server(p)
print(server.listening_address, flush=True)
while True:
    time.sleep(60)
"""


@dataclass(frozen=True)
class Setup:
    """How a peer is started. `flash_attention` and `unified` (KV) None mean its own defaults; `adapter` is a LoRA file,
    for llama-server only."""

    model: Path
    slots: int
    context: int
    threads: int
    flash_attention: bool | None = None
    unified: bool | None = None
    adapter: Path | None = None

    @property
    def label(self) -> str:
        words = [(self.flash_attention, "flash attention"), (self.unified, "unified KV")]
        return ", ".join(f"{word} {'on' if on else 'off'}" for on, word in words if on is not None) or "defaults"


def folder() -> Path:
    """Where peers are kept."""
    return cache_home() / "peers"


def built_llama_server() -> Path:
    """Where a llama-server that the bench built itself is kept."""
    return folder() / "llama-server" / "llama-server"


def find_llama_server(given: Path | None) -> Path | None:
    """The binary: as given, else $LLAMA_SERVER, else the one that was built, else one on the PATH."""
    named = given or (Path(os.environ[SERVER_VARIABLE]) if os.environ.get(SERVER_VARIABLE) else None)
    if named is not None:
        if not named.is_file():
            raise EngineError(f"no llama-server at {named}; leave it out to have one built")
        return named
    built = built_llama_server()
    found = shutil.which("llama-server")
    return built if built.is_file() else Path(found) if found else None


def find_packages(name: str) -> Path | None:
    """The folder with a peer's packages; None while it isn't there."""
    path = folder() / name
    return path if path.is_dir() else None


def fetch_packages(name: str, uv: str) -> Path:
    """Fetch a peer's packages from the package index into the bench's own folder."""
    target = folder() / name
    command = [uv, "pip", "install", "-q", "--python", sys.executable, "--target", str(target), "--no-deps"]
    subprocess.run([*command, *_PACKAGES[name]], check=True, capture_output=True)
    return target


@contextmanager
def llama_server(binary: Path, setup: Setup) -> Iterator[tuple[str, int]]:
    """A running llama-server: its address and process id."""
    port = free_port()
    command = [str(binary), "-m", str(setup.model), "--port", str(port), "-np", str(setup.slots)]
    command += ["-c", str(setup.slots * setup.context), "-t", str(setup.threads), "--no-webui"]
    if setup.flash_attention is not None:
        command += ["-fa", "on" if setup.flash_attention else "off"]
    if setup.adapter is not None:
        command += ["--lora", str(setup.adapter)]
    if setup.unified is not None:
        command += ["--kv-unified" if setup.unified else "--no-kv-unified"]
    with _running(command, {}) as process:
        yield _wait(process, f"http://127.0.0.1:{port}", "/health"), process.pid


@contextmanager
def xllamacpp(packages: Path, setup: Setup) -> Iterator[tuple[str, int]]:
    """A process with xllamacpp's server: its address and process id."""
    port = free_port()
    values = (setup.model, port, setup.slots, setup.context, setup.threads)
    switches = (-1 if setup.flash_attention is None else int(setup.flash_attention), int(bool(setup.unified)))
    command = [sys.executable, "-c", _XLLAMACPP, *map(str, (*values, *switches))]
    with _running(command, {"PYTHONPATH": str(packages)}) as process:
        yield _wait(process, f"http://127.0.0.1:{port}", "/health"), process.pid


@contextmanager
def python_server(packages: Path, setup: Setup) -> Iterator[tuple[str, int]]:
    """llama-cpp-python's server, told to finish what it has begun: its address and process id."""
    port = free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(setup.model), "--port", str(port)]
    command += ["--n_ctx", str(setup.context), "--n_threads", str(setup.threads), "--interrupt_requests", "false"]
    command += ["--n_threads_batch", str(setup.threads), "--verbose", "false"]
    # Behind our own packages on the path: it brings some of them in other versions.
    script = f"import sys, runpy; sys.path.append({str(packages)!r}); sys.argv = {command[2:]!r}; "
    script += "runpy.run_module('llama_cpp.server', run_name='__main__')"
    with _running([sys.executable, "-c", script], {}) as process:
        yield _wait(process, f"http://127.0.0.1:{port}", "/v1/models"), process.pid


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def _running(command: list[str], variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **variables})
        try:
            yield process
        except _DidNotStart as error:
            output.seek(0)
            lines = output.read().decode("utf-8", "replace").strip().splitlines()
            raise EngineError(f"{Path(command[0]).name} didn't start: {lines[-1] if lines else error}") from None
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class _DidNotStart(Exception):
    pass


def _wait(process: subprocess.Popen[bytes], address: str, path: str, timeout_s: float = 120.0) -> str:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if process.poll() is not None:
            raise _DidNotStart(f"it ended with code {process.returncode}")
        try:
            if httpx.get(address + path, timeout=5).status_code == 200:
                return address
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise _DidNotStart(f"it was not ready within {timeout_s:g} s")
