"""The model catalogue: what models/catalogue.toml says, and where a model's file may lie already.

Knows no operator's choices, no network and no llama.cpp.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assistant
from assistant.errors import ModelError

CATALOGUE = Path(assistant.__file__).resolve().parent.parent / "models" / "catalogue.toml"
Progress = Callable[[int, int], None]
"""Told (bytes done, bytes in all) now and then."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class CatalogueModel:
    """A model that the catalogue knows, whether its file is here or not. `sources` are as in models/catalogue.toml."""

    id: str
    name: str
    file: str
    sha256: str
    size: int
    license: str
    context: int
    chat_template: str
    sources: tuple[Mapping[str, Any], ...]


def load_catalogue(path: Path = CATALOGUE) -> tuple[str, dict[str, CatalogueModel]]:
    """The default model's id, and the models by id."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    models = {}
    for entry in data["model"]:
        sources = tuple(entry.pop("source"))
        models[entry["id"]] = CatalogueModel(**entry, sources=sources)
    return data["default"], models


def hash_file(path: Path, progress: Progress | None = None) -> str:
    """sha256 of a file in hexadecimal digits. Raises ModelError when it can't be read."""
    digest = hashlib.sha256()
    try:
        total, done = path.stat().st_size, 0
        with path.open("rb") as file:
            while block := file.read(_CHUNK):
                digest.update(block)
                done += len(block)
                if progress:
                    progress(done, total)
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}; check the path and its permissions") from None
    return digest.hexdigest()


def package_file(source: Mapping[str, Any]) -> Path | None:
    """The file of an installed distribution, found without importing anything of it."""
    if source["kind"] != "package":
        return None
    try:
        return Path(str(importlib.metadata.distribution(source["distribution"]).locate_file(source["file"])))
    except importlib.metadata.PackageNotFoundError:
        return None
