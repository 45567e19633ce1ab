"""The audit log's head, once more outside the database: one line in `<path>.audit`, brought up after every commit.

Who cuts entries off the end inside the database leaves this file saying that there were more. It is a lower bound: a
crash between commit and this file leaves it behind, which is no fault, and it never says more than the disk has. A
file that is gone, or fits no entry, stays so until somebody says `backroom audit verify --renew`: the entries that come
later must not hide it. Knows nothing of entries.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_LINE = re.compile(rb"(\d{1,20}) ([0-9a-f]{64}) ([0-9a-f]{64})\n\Z")
Head = tuple[int, str, str]
"""Count of entries, digest of the last, seal on both."""


def anchor_file(path: Path) -> Path:
    """`shop.db.audit` beside `shop.db`."""
    return path.with_name(path.name + ".audit")


def may_go_on(path: Path, is_first: bool, holds: Callable[[int, str], bool]) -> bool:
    """Whether the log's next head may be noted: its first one where there is no file, else what follows on a noted head
    (count and digest) that the log holds."""
    try:
        noted = read(path)
    except (ValueError, OSError):
        return False
    return is_first if noted is None else holds(noted[0], noted[1])


def write(path: Path, head: Head, *, replace: bool = False) -> None:
    """Note the head; an older one than noted already is left out, unless `replace` (after a restore).

    One small write in place, after what it speaks of is on the disk: else a power cut could leave it ahead. That it
    can't be written (a full disk) is no reason to fail what was committed.
    """
    with suppress(OSError):
        _sync(path.with_name(path.name + "-wal"))
        descriptor = os.open(anchor_file(path), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            noted = _parse(os.pread(descriptor, 256, 0))
            if noted is None or noted[0] < head[0] or replace:
                os.pwrite(descriptor, b"%020d %s %s\n" % (head[0], head[1].encode(), head[2].encode()), 0)
                if noted is None:
                    os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync(log: Path) -> None:
    with suppress(FileNotFoundError):
        descriptor = os.open(log, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(path: Path) -> Head | None:
    """What was noted last; None where there is no such file. Raises ValueError when it holds something else."""
    data = content(path)
    if data is None:
        return None
    head = _parse(data)
    if head is None:
        raise ValueError(f"{anchor_file(path)} is not as Backroom wrote it")
    return head


def content(path: Path) -> bytes | None:
    """The file as it stands, for a copy of the database; None where there is none."""
    try:
        return anchor_file(path).read_bytes()
    except FileNotFoundError:
        return None


def _parse(data: bytes) -> Head | None:
    match = _LINE.match(data)
    return (int(match[1]), match[2].decode(), match[3].decode()) if match else None
