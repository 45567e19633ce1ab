"""`backroom doctor`: looks at everything that Backroom stands on, and says how to mend what is broken.

Every check ends in one line, whatever happens in it; what may crash (llama.cpp) is tried in a process of its own.
Knows no conversation and changes nothing, except that a missing models' state file may be written.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import assistant
from assistant.engine.profile import cpu_flags
from assistant.errors import BackroomError

_FEATURES = ("amx_int8", "avx512f", "avx512_vnni", "avx2", "neon", "asimd")
_REBUILD = "build it again with `uv sync --reinstall-package llama-cpp-python` in Backroom's own checkout"
_SELFTEST_TIMEOUT_S = 180


@dataclass(frozen=True)
class Check:
    """One finding. `remedy` is what to do about it, empty where nothing needs doing."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def run_checks(
    *,
    db: Path | None = None,
    model: str | Path | None = None,
    host: str = "127.0.0.1",
    port: int | None = None,
    min_free_mb: int = 500,
) -> list[Check]:
    """All checks, in the order in which things build on each other. Never raises.

    `db`, `model` and `port` are what `serve` would use; None leaves the database and port out, and means the default
    model.
    """
    return list(iter_checks(db=db, model=model, host=host, port=port, min_free_mb=min_free_mb))


def iter_checks(
    *, db: Path | None, model: str | Path | None, host: str, port: int | None, min_free_mb: int
) -> Iterator[Check]:
    """As `run_checks`, one by one as they are done."""
    yield _guarded("python", _check_python)
    yield _guarded("llama.cpp build", _check_build)
    yield _guarded("cpu", _check_cpu)
    yield _guarded("model file", lambda: _check_model(model))
    yield _guarded("engine", lambda: _check_engine(model))
    yield _guarded("database engine", _check_sqlite)
    if db is not None:
        yield _guarded("database", lambda: _check_database(db))
    yield _guarded("disk", lambda: _check_disk(db.parent if db is not None else Path.cwd(), min_free_mb))
    if port is not None:
        yield _guarded("port", lambda: _check_port(host, port))


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """A check's result, whatever it raises."""
    try:
        return check()
    except BackroomError as error:
        return Check(name, False, str(error), "see the message")
    except Exception as error:
        return Check(
            name, False, f"{type(error).__name__}: {error}", "report this with the output of `backroom doctor`"
        )


def _check_python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Check("python", ok, version, "" if ok else "use Python 3.11, 3.12 or 3.13: `uv python install 3.12`")


def _check_build() -> Check:
    name = "llama.cpp build"
    try:
        version = metadata.version("llama-cpp-python")
    except metadata.PackageNotFoundError:
        return Check(name, False, "llama-cpp-python is not installed", "run `uv sync`")
    script = "from assistant.engine.lib import build_info; print(build_info())"
    result = _run_child(["-c", script])
    if result.returncode:
        return Check(name, False, f"llama-cpp-python {version}: {describe_exit(result.returncode)}", _REBUILD)
    used = [part.split(" = ")[0].split()[-1] for part in result.stdout.split("|") if part.strip().endswith("= 1")]
    return Check(name, True, f"llama-cpp-python {version}, uses {', '.join(used)}")


def _check_cpu() -> Check:
    flags = cpu_flags()
    found = [feature for feature in _FEATURES if feature in flags]
    if not flags:
        return Check("cpu", True, "the system doesn't say which features it has")
    if not found:
        return Check("cpu", False, "no AVX2 or NEON", "answers will be very slow: use a machine from after 2013")
    return Check("cpu", True, f"{os.cpu_count()} processors with {', '.join(found)}")


def _check_model(model: str | Path | None) -> Check:
    from assistant.engine.gguf import read_header
    from assistant.models import ModelStore

    resolved = ModelStore().resolve(model, recheck=True)
    header = read_header(resolved.path)
    size_mb = resolved.path.stat().st_size / 1e6
    return Check("model file", True, f"{resolved.id}: {header.name}, {size_mb:.0f} MB, sha256 {resolved.sha256[:12]}")


def _check_engine(model: str | Path | None) -> Check:
    from assistant.models import ModelStore

    result = _run_child(["-m", "assistant.engine.selftest", str(ModelStore().resolve(model).path)])
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        detail = f"{describe_exit(result.returncode)} ({last[:200]})"
        return Check("engine", False, detail, crash_remedy(result.returncode, cpu_flags()))
    report = json.loads(result.stdout.splitlines()[-1])
    if not report["logits_are_sane"]:
        return Check("engine", False, "llama.cpp computes numbers that make no sense", _REBUILD)
    return Check("engine", True, f"loads in {report['load_s']} s, reads {report['batch_tokens_per_s']:.0f} tokens/s")


def _run_child(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    root = str(Path(assistant.__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "GGML_NO_BACKTRACE": "1"}
    command = [sys.executable, "-P", *arguments]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=_SELFTEST_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -signal.SIGALRM, "", f"no end after {_SELFTEST_TIMEOUT_S} s")


def describe_exit(code: int) -> str:
    """How a process ended, from its exit status as Python's subprocess gives it."""
    if code >= 0:
        return f"it ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"it was killed by {signal.Signals(-code).name}"
    return f"it was killed by signal {-code}"


def crash_remedy(code: int, flags: frozenset[str]) -> str:
    """What to do when the engine's test ended like this on a CPU with these features."""
    if code == -signal.SIGSEGV and any(flag.startswith("amx") for flag in flags):
        return f"compilers before GCC 13 build AMX code that crashes: {_REBUILD}, which uses Clang"
    if code == -signal.SIGILL:
        return f"llama.cpp was built for another kind of CPU: {_REBUILD} on this machine"
    if code == -signal.SIGKILL:
        return "the system ended it, usually for lack of memory: free some, or choose a smaller model"
    if code == -signal.SIGALRM:
        return "it hangs: stop other heavy programs and try again, or choose a smaller model"
    if code < 0:
        return _REBUILD
    return "check the model with `backroom models verify`"


def _check_sqlite() -> Check:
    import sqlcipher3
    import sqlite_vec

    connection = sqlcipher3.connect(":memory:")
    try:
        connection.execute("PRAGMA key = 'doctor'")
        (cipher,) = connection.execute("PRAGMA cipher_version").fetchone()
        connection.enable_load_extension(True)
        sqlite_vec.load(connection)
        (vectors,) = connection.execute("SELECT vec_version()").fetchone()
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    finally:
        connection.close()
    return Check("database engine", True, f"SQLCipher {cipher}, sqlite-vec {vectors}, full-text search")


def _check_database(db: Path) -> Check:
    from assistant.store.database import Database

    if not db.exists():
        parent = next(folder for folder in [db.parent, *db.resolve().parents] if folder.exists())
        ok = os.access(parent, os.W_OK)
        remedy = "" if ok else f"give this user the right to write to {parent}, or choose another place with --db"
        return Check(
            "database", ok, f"{db} is not there yet" + ("" if ok else f" and {parent} can't be written"), remedy
        )
    Database.open(db, create=False).close()
    return Check("database", True, f"{db} opens, {db.stat().st_size / 1e6:.1f} MB")


def _check_disk(folder: Path, min_free_mb: int) -> Check:
    existing = next(path for path in [folder, *folder.resolve().parents] if path.exists())
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    ok = free_mb >= min_free_mb
    remedy = "" if ok else f"free at least {min_free_mb} MB there, or choose another place with --db"
    return Check("disk", ok, f"{free_mb} MB free at {existing}", remedy)


def _check_port(host: str, port: int) -> Check:
    try:
        with socket.create_server((host, port)):
            return Check("port", True, f"{host}:{port} is free")
    except OSError as error:
        remedy = "stop what uses it, or choose another with --port"
        return Check("port", False, f"{host}:{port} can't be used: {error.strerror}", remedy)
