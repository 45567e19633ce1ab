"""Fine-tuned adapters as the runtime sees them: where they are, which are released, and which one is in use.

    models/adapters/NAME/NAME.gguf + manifest.json      those that come with Backroom
    $XDG_DATA_HOME/backroom/adapters/...                those that were released here; they come first
    .../released.json                                   by base model (sha256): the releases, the last one in use, and
                                                        a canary that words the answers of a share of the conversations

An adapter's own metadata says how it was trained to word answers ("notes": freely, from notes; else under the
grammar). Releasing writes released.json last, in one go, so that a half-made adapter is never found.
Knows no torch and no engine.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.config import data_home
from assistant.engine.gguf import read_header
from assistant.errors import ModelError

SHIPPED = Path(__file__).parent.parent / "models" / "adapters"
NONE = "none"
RELEASED = "released.json"
Form = Literal["sentence", "notes"]
_STARTED_FROM = "backroom.started_from_sha256"


def local() -> Path:
    """Where adapters are released to on this machine."""
    return data_home() / "adapters"


@dataclass(frozen=True)
class Adapter:
    """An adapter file that fits a base model. `name` is what the engine calls it: the file's stem."""

    name: str
    path: Path
    form: Form
    base_sha256: str | None


UNTRAINED = Adapter("", Path(), "notes", None)
"""The base itself, asked as an adapter for notes is: for comparing the two."""


@dataclass
class InUse:
    """Which adapter words the answers now. Its owner changes `current` (one assignment); everybody else only reads.

    `canary` words the answers of `share` (0 to 1) of the conversations, always the same ones.
    """

    current: Adapter | None = None
    canary: Adapter | None = None
    share: float = 0.0

    def of(self, conversation_id: str) -> Adapter | None:
        """The adapter for a conversation."""
        if self.canary is not None and self.share > 0:
            digest = hashlib.sha256(conversation_id.encode()).digest()
            if int.from_bytes(digest[:4], "big") < self.share * 2**32:
                return self.canary
        return self.current


def open_adapter(path: Path) -> Adapter:
    """The adapter in a GGUF file. Raises ModelError when it is broken or no adapter."""
    header = read_header(path)
    if header.kind != "adapter":
        raise ModelError(f"{path} is a {header.kind}, not a LoRA adapter; name an adapter in GGUF form")
    form: Form = "notes" if header.metadata.get("backroom.form") == "notes" else "sentence"
    base = header.metadata.get("backroom.base_sha256")
    return Adapter(path.stem, path, form, str(base) if base else None)


def file_hash(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lineage(path: Path) -> list[str]:
    """The sha256 of an adapter's file, and those of the adapters that its training went on from, the latest first.

    Raises ModelError when the file is broken.
    """
    return [file_hash(path), *str(read_header(path).metadata.get(_STARTED_FROM, "")).split()]


def lineages() -> dict[str, list[str]]:
    """The lineage of every adapter that was released on this machine, by the name that it serves under."""
    found: dict[str, list[str]] = {}
    for file in sorted([*local().glob("*/*.gguf"), *local().glob("*.gguf")]):
        with suppress(ModelError, OSError):  # one that can't be read can't serve either
            found[file.stem] = lineage(file)
    return found


def find(name: str) -> Adapter:
    """The adapter of that name, or in that file. Raises ModelError when there is none."""
    given = Path(name).expanduser()
    homes = [home / name / f"{name}.gguf" for home in (local(), SHIPPED)] + [local() / f"{name}.gguf"]
    for file in (given, *homes):
        if file.is_file():
            return open_adapter(file.resolve())
    raise ModelError(
        f"no adapter {name!r}: it is neither a file nor in {local()} or {SHIPPED}; leave out --adapter, or say none"
    )


def released(base_sha256: str) -> Adapter | None:
    """The adapter in service for a base model: the last released here, else the one that comes with Backroom; None when
    there is neither."""
    for home in (local(), SHIPPED):
        if names := releases(home).get(base_sha256):  # empty once all of its own were rolled back
            return _in(home, names[-1])
    return None


def canary(base_sha256: str) -> tuple[Adapter, float] | None:
    """The adapter that is tried out on a share of the conversations with a base model, and the share."""
    for home in (local(), SHIPPED):
        entry = _note(home).get("canary", {}).get(base_sha256)
        if entry:
            return _in(home, str(entry["name"])), float(entry["share"])
    return None


def _in(home: Path, name: str) -> Adapter:
    """A folder's own adapter of that name, whatever else is called so."""
    file = home / name / f"{name}.gguf"
    return open_adapter(file.resolve()) if file.is_file() else find(name)


def releases(home: Path) -> dict[str, list[str]]:
    """The releases noted in a folder, by base model. Raises ModelError when the note can't be read."""
    noted: dict[str, list[str]] = _note(home).get("released", {})
    return noted


def _note(home: Path) -> dict[str, Any]:
    file = home / RELEASED
    if not file.is_file():
        return {}
    try:
        note: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return note
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{file} can't be read ({error}); restore it, or remove it to serve no released adapter"
        ) from None


def choose(name: str | None, base_sha256: str) -> Adapter | None:
    """The adapter to serve a base model with: the one named, none for "none", the released one for None.

    Raises ModelError when the named one doesn't exist or was made for another base.
    """
    if name == NONE:
        return None
    adapter = find(name) if name is not None else released(base_sha256)
    if adapter is not None and adapter.base_sha256 not in (None, base_sha256):
        raise ModelError(
            f"adapter {adapter.name!r} was trained on another base (sha256 {str(adapter.base_sha256)[:12]} instead of "
            f"{base_sha256[:12]}); use its base with --model, or say --adapter none"
        )
    return adapter
