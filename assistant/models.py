"""The model files that this machine has, and which of them may be used.

    models = ModelStore()                         the catalogue, and the operator's own models directory
    models.resolve("qwen2.5-coder-0.5b").path     a file whose hash was checked
    models.resolve("/srv/some.gguf")              a file that the operator names is trusted by that

A model is known by its sha256. Knows no llama.cpp, no shop and no network: `assistant.model_fetch` fetches.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.config import data_home
from assistant.errors import ModelError
from assistant.model_catalogue import CATALOGUE, CatalogueModel, hash_file, load_catalogue, package_file

_STATE_FILE = "models.json"


@dataclass(frozen=True)
class ResolvedModel:
    """A file that may be loaded. `id` is the catalogue's or the operator's name for it, else the file's name."""

    path: Path
    id: str
    sha256: str


@dataclass(frozen=True)
class ListedModel:
    """One line of `backroom models list`. `path` is None while the file is not here."""

    id: str
    origin: Literal["catalogue", "added"]
    size: int
    license: str
    context: int | None
    sha256: str
    path: Path | None
    is_default: bool


class ModelStore:
    """The models of one machine. `directory` (None: `models` in the data home) holds fetched and copied files, and a
    small state file with the default and the files that the operator added."""

    def __init__(self, directory: Path | None = None, catalogue: Path = CATALOGUE) -> None:
        self.directory = directory or data_home() / "models"
        self._catalogue_default, self.catalogue = load_catalogue(catalogue)

    @property
    def default(self) -> str:
        """The name that is used when none is given."""
        return str(self._state().get("default", self._catalogue_default))

    def known(self) -> Iterator[ListedModel]:
        """Everything known: the catalogue's models, then the added ones. Nothing is hashed."""
        default = self.default
        for model in self.catalogue.values():
            yield ListedModel(
                model.id, "catalogue", model.size, model.license, model.context, model.sha256, self._find(model),
                model.id == default,
            )  # fmt: skip
        for name, added in self._added().items():
            if name in self.catalogue:
                continue
            path = Path(added["path"])
            found = path if path.is_file() else None
            yield ListedModel(name, "added", added["size"], "", None, added["sha256"], found, name == default)

    def add(self, path: Path, *, name: str | None = None, copy: bool = False) -> ResolvedModel:
        """Take a GGUF file by hand, which is what makes it trusted; with `copy`, into the models directory.

        `name` None means the file's name without ".gguf". A file that the catalogue knows by its hash keeps that name.
        Raises ModelError when it is no whole GGUF file, or the name is taken or unusable.
        """
        from assistant.engine.gguf import read_header
        from assistant.engine.tryout import try_out

        path = path.expanduser().resolve()
        if read_header(path).kind != "model":
            raise ModelError(f"{path} is an adapter, not a model; adapters are named with --adapter")
        sha256 = self._hash(path)
        known = next((model for model in self.catalogue.values() if model.sha256 == sha256), None)
        chosen = known.id if known else name or path.stem
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", chosen):
            raise ModelError(f"{chosen!r} is no usable name; give one of letters, digits, dots and dashes with --name")
        if not known and chosen in self.catalogue:
            raise ModelError(
                f"{path} is not the file that the catalogue calls {chosen!r}; give another name with --name"
            )
        if copy and not known and any(model.file == f"{chosen}.gguf" for model in self.catalogue.values()):
            raise ModelError(
                f"{path} is not the catalogue's {chosen}.gguf, whose place it would take; give another name with --name"
            )
        if not known:
            try_out(path)
        if copy:
            path = self._copy_in(path, known.file if known else f"{chosen}.gguf")
        entry = {"path": str(path), "sha256": sha256, "size": path.stat().st_size}
        self._change(lambda state: state.setdefault("added", {}).update({chosen: entry}))
        return ResolvedModel(path, chosen, sha256)

    def use(self, name: str | None) -> str:
        """Make `name` the default and return its name; None goes back to the catalogue's. The file must be here."""
        if name is None:
            self._change(lambda state: state.pop("default", None))
            return self.default
        if name not in self.catalogue and name not in self._added():
            if not Path(name).expanduser().is_file():
                raise self._unknown(name)
            name = self.add(Path(name)).id
        self.resolve(name)
        self._change(lambda state: state.update(default=name))
        return name

    def verify(self, name: str | None = None) -> list[tuple[str, str | None]]:
        """Compute the hash of `name`'s file anew (None: of every file that is here): (name, what is wrong or None)."""
        names = [name] if name is not None else [model.id for model in self.known() if model.path]
        found: list[tuple[str, str | None]] = []
        for each in names:
            try:
                self.resolve(each, recheck=True)
                found.append((each, None))
            except ModelError as error:
                found.append((each, str(error)))
        return found

    def path(self, name: str | None = None) -> Path:
        """Where the file of `name` (None: the default) is; see `resolve`."""
        return self.resolve(name).path

    def resolve(self, name: str | Path | None = None, *, recheck: bool = False) -> ResolvedModel:
        """The file behind a name or a path, its hash checked; None is the default model.

        The hash of a file is remembered for as long as its size, time and inode stay; `recheck` computes it anew.
        Raises ModelError when the file is missing, or isn't the one that the catalogue or the operator meant.
        """
        wanted = str(name if name is not None else self.default)
        added = self._added().get(wanted)
        if wanted in self.catalogue:
            return self._resolve_known(self.catalogue[wanted], recheck)
        if added:
            path = Path(added["path"])
            self._check(path, added["sha256"], f"has changed since {wanted!r} was added; add it again", recheck)
            return ResolvedModel(path, wanted, added["sha256"])
        path = Path(wanted).expanduser()
        if not path.is_file():
            raise self._unknown(wanted)
        sha256 = self._hash(path, recheck)
        known = next((model.id for model in self.catalogue.values() if model.sha256 == sha256), path.stem)
        return ResolvedModel(path.resolve(), known, sha256)

    def vouches_for(self, sha256: str) -> bool:
        """Whether the catalogue knows the file with this hash, or the operator added it."""
        known = {model.sha256 for model in self.catalogue.values()}
        return sha256 in known or any(added["sha256"] == sha256 for added in self._added().values())

    def _resolve_known(self, model: CatalogueModel, recheck: bool) -> ResolvedModel:
        path = self._find(model)
        if path is None:
            raise ModelError(
                f"the file of {model.id} ({model.size / 1e6:.0f} MB) is not on this machine: fetch it with "
                f"`backroom models pull {model.id}`, or take one you have with `backroom models add FILE`"
            )
        self._check(path, model.sha256, f"is not the file that the catalogue calls {model.id}; fetch it again", recheck)
        return ResolvedModel(path, model.id, model.sha256)

    def _check(self, path: Path, sha256: str, problem: str, recheck: bool) -> None:
        if not path.is_file():
            raise ModelError(f"no model file at {path}; put it back, or choose another with `backroom models use`")
        found = self._hash(path, recheck)
        if found != sha256:
            raise ModelError(f"{path} {problem} (sha256 {found[:12]} instead of {sha256[:12]})")

    def _unknown(self, name: str) -> ModelError:
        looks_like_path = "/" in name or name.endswith(".gguf")
        what = f"no model file at {name}" if looks_like_path else f"no model is called {name!r}"
        return ModelError(
            f"{what}; known are {', '.join(self.catalogue)} (`backroom models list`), or the path of a GGUF"
        )

    def _find(self, model: CatalogueModel) -> Path | None:
        """Where a catalogue model's file is: in the models directory, where the operator said, or in a package."""
        candidates = [self.directory / model.file]
        candidates += [Path(added["path"]) for name, added in self._added().items() if name == model.id]
        candidates += [found for source in model.sources if (found := package_file(source))]
        return next((path for path in candidates if path.is_file()), None)

    def _copy_in(self, path: Path, file: str) -> Path:
        target = self.directory / file
        if target.exists() and target.samefile(path):
            return target
        part = target.with_suffix(".part")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, part)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ModelError(f"{path} can't be copied to {self.directory}: {error.strerror}; free some space") from None
        return target

    def _hash(self, path: Path, recheck: bool = False) -> str:
        try:
            stat = path.stat()
        except OSError as error:
            raise ModelError(f"{path} can't be read: {error.strerror}; check the path") from None
        mark = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        key = str(path.resolve())
        remembered = self._state().get("hashes", {}).get(key)
        if remembered and remembered[:3] == mark and not recheck:
            return str(remembered[3])
        sha256 = hash_file(path)
        self._change(lambda state: state.setdefault("hashes", {}).update({key: [*mark, sha256]}), optional=True)
        return sha256

    def _added(self) -> dict[str, Any]:
        added: dict[str, Any] = self._state().get("added", {})
        return added

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads((self.directory / _STATE_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return state

    def _change(self, change: Callable[[dict[str, Any]], object], *, optional: bool = False) -> None:
        """Rewrite the state file in one go. A change that is `optional` is dropped where nothing can be written."""
        state = self._state()
        change(state)
        part = self.directory / f"{_STATE_FILE}.{os.getpid()}.part"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(state, indent=1, sort_keys=True), encoding="utf-8")
            part.replace(self.directory / _STATE_FILE)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            if not optional:
                raise ModelError(f"{self.directory} can't be written: {error.strerror}; set XDG_DATA_HOME") from None


def resolve(name_or_path: str | Path | None = None) -> ResolvedModel:
    """`ModelStore().resolve(name_or_path)`: the file behind a name or a path, its hash checked."""
    return ModelStore().resolve(name_or_path)
