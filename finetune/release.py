"""Puts an adapter into service and takes it out again. The note of what is released is written last, in one go.

A release is a folder of its own: the GGUF file, its manifest with hashes, the report and the card. Nothing that is in
service is overwritten; rolling back goes to the release before. Knows no training.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.adapters import RELEASED, SHIPPED, file_hash, local, open_adapter, released
from assistant.errors import UsageError

KEPT = ("report.md", "report.html", "curves.png", "along.png", "card.md")


def release(run: Path, home: Path | None = None, *, share: float = 1.0) -> str:
    """Release the adapter of a finished run, if all of its gates held; returns its name.

    A `share` below 1 makes it a canary: it words the answers of that share of the conversations beside what serves.

    Raises UsageError when the run has none or was a trial, a gate didn't hold, or the file isn't the one judged.
    """
    home = home or local()
    verdict = _verdict(run)
    if not verdict.get("settings", {}).get("gates", {}).get("release", True):
        raise UsageError(f"{run}: a trial, whose gates are too wide for a release; run it with another --config")
    failed = [gate["name"] for gate in verdict["gates"] if not gate["holds"]]
    if failed:
        raise UsageError(
            f"{run}: not released, because of {len(failed)} of its gates: {'; '.join(failed)} (see report.md)"
        )
    file = run / str(verdict["file"])
    if not file.is_file() or file_hash(file) != verdict["sha256"]:
        raise UsageError(f"{file}: not the file that was judged; run `backroom finetune eval` on {run} again")
    adapter = open_adapter(file)
    if adapter.base_sha256 is None:
        raise UsageError(f"{file}: doesn't say which base it belongs to; convert it with `backroom finetune convert`")
    name = _free_name(home, adapter.name, str(verdict["sha256"]))
    _copy(run, file, home / name, name)
    manifest = verdict | {
        "name": name,
        "file": f"{name}.gguf",
        "released": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    _write(home / name / "manifest.json", manifest)
    note = read_note(home)
    if share < 1:
        note["canary"][adapter.base_sha256] = {"name": name, "share": share}
    else:
        note["canary"].pop(adapter.base_sha256, None)
        names = [n for n in note["released"].get(adapter.base_sha256, []) if n != name]
        note["released"][adapter.base_sha256] = [*names, name]
    _write(home / RELEASED, note)
    return name


def read_note(home: Path) -> dict[str, Any]:
    """What released.json of a folder says, empty where there is none."""
    file = home / RELEASED
    note: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return {"released": {}, "canary": {}} | note


def rollback(base_sha256: str) -> str | None:
    """Take the last own release for a base out of service; returns what serves now, which behind the first is the
    adapter that comes with Backroom; None for the base itself.

    Where a canary is out, only that one is taken back.
    Raises UsageError when nothing of one's own is released for it.
    """
    home = local()
    note = read_note(home)
    names = note["released"].get(base_sha256, [])
    if note["canary"].pop(base_sha256, None) is None:
        if not names:
            raise UsageError(
                f"{home}: nothing of your own is released for this base, so there is nothing to roll back; "
                "to serve the base alone, say --adapter none"
            )
        names.pop()
    _write(home / RELEASED, note)
    now = released(base_sha256)
    return now.name if now else None


def _verdict(run: Path) -> dict[str, Any]:
    try:
        verdict: dict[str, Any] = json.loads((run / "verdict.json").read_text("utf-8"))
        return verdict
    except (OSError, ValueError):
        raise UsageError(f"{run}: no judged adapter here; run `backroom finetune run --out {run}` to its end") from None


def _free_name(home: Path, name: str, sha256: str) -> str:
    """The name, with a number behind it when another adapter has it already, here or among those of Backroom."""
    for candidate in (name, *(f"{name}-{n}" for n in range(2, 1000))):
        files = [folder / candidate / f"{candidate}.gguf" for folder in (home, SHIPPED)]
        if all(not file.is_file() or file_hash(file) == sha256 for file in files):
            return candidate
    raise UsageError(f"{home}: there are a thousand adapters called {name!r}; give the run another name")


def _copy(run: Path, file: Path, target: Path, name: str) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
        part = target / f"{name}.gguf.part"
        shutil.copyfile(file, part)
        part.replace(target / f"{name}.gguf")
        for kept in KEPT:
            if (run / kept).is_file():
                shutil.copyfile(run / kept, target / kept)
    except OSError as error:
        raise UsageError(f"{target}: can't be written ({error.strerror}); nothing was released") from None


def _write(path: Path, content: dict[str, Any]) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror}); what was in service still is") from None
