"""The pages of a database's file as they lie on the disk, deciphered: for finding bytes that no query can see.

SQLite overwrites what is deleted where it lies (`secure_delete`), but when it balances a tree it leaves copies of the
cells that it moved in the unused middle of a page. This reads the whole file, some 500 MB a second and core, and says
which pages hold such bytes. Formats: sqlite.org/fileformat2.html; SQLCipher's page is AES-256-CBC with the IV and an
HMAC in the reserved bytes at its end, which isn't checked here. Reads only, and knows no table.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from assistant.errors import DatabaseError

PAGE = 4096
_IV, _CIPHER_RESERVE = 16, 80
_AT_ONCE = 2048
"""Pages that are read at once: 8 MB."""
_WORKERS = 2
_LOG_HEAD, _FRAME_HEAD = 32, 24
_PLAIN = b"SQLite format 3\0"
INDEX_INSIDE, TABLE_INSIDE, INDEX_LEAF, TABLE_LEAF = 2, 5, 10, 13
"""The kinds of a tree's pages."""


@dataclass(frozen=True)
class Page:
    """A page of a tree: its number from 1, its bytes without the reserved ones, and where its unused middle lies."""

    number: int
    data: bytes
    first: int
    last: int

    @property
    def kind(self) -> int:
        return self.data[_header(self.number)]

    @property
    def unused(self) -> bytes:
        """The bytes between the list of cells and the first cell."""
        return self.data[self.first : self.last]

    @property
    def num_cells(self) -> int:
        return _number(self.data, _header(self.number) + 3)

    def num_free(self) -> int:
        """All bytes that a new cell could take: the middle, the freed blocks and the fragments. Raises ValueError."""
        header, total = _header(self.number), self.last - self.first
        block = _number(self.data, header + 1)
        while block:
            if block + 4 > len(self.data):
                raise ValueError(f"page {self.number}: a freed block lies outside")
            following = _number(self.data, block)
            total += _number(self.data, block + 2)
            if following and following <= block:
                raise ValueError(f"page {self.number}: its freed blocks go round")
            block = following
        return total + self.data[header + 7]

    def cells(self) -> list[int]:
        """Where the cells begin, in their order."""
        return [_number(self.data, self.first - 2 * (self.num_cells - i)) for i in range(self.num_cells)]

    def rowids(self) -> list[int]:
        """The rowids of a table's leaf."""
        found = []
        for at in self.cells():
            _, length = varint(self.data, at)
            found.append(varint(self.data, at + length)[0])
        return found

    def children(self) -> list[int]:
        """The pages below an inside page."""
        last = _header(self.number) + 8
        return [int.from_bytes(self.data[at : at + 4], "big") for at in (*self.cells(), last)]


@dataclass(frozen=True)
class Chunk:
    """Pages that follow one another: `data` is (num_pages, PAGE), the first of them page `number` of the file."""

    number: int
    data: NDArray[np.uint8]
    usable: int

    def pages(self) -> Iterator[Page]:
        """The pages of trees that may hold more than their cells, and the inside pages, which show the way."""
        places = np.arange(len(self.data))
        header = np.where(places + self.number == 1, 100, 0)
        kind = self.data[places, header]
        count = _numbers(self.data, places, header + 3)
        inside = (kind == INDEX_INSIDE) | (kind == TABLE_INSIDE)
        leaf = (kind == INDEX_LEAF) | (kind == TABLE_LEAF)
        first = header + np.where(inside, 12, 8) + 2 * count
        last = _numbers(self.data, places, header + 5)
        sound = (inside | leaf) & (first <= last) & (last <= self.usable)
        for at in np.flatnonzero(sound):
            if inside[at] or self.data[at, first[at] : last[at]].any():
                yield self.page(int(at), int(first[at]), int(last[at]))

    def page(self, at: int, first: int, last: int) -> Page:
        return Page(self.number + at, self.data[at, : self.usable].tobytes(), first, last)

    def leaf(self, number: int) -> Page | None:
        """A table's leaf by its number; None when the page is something else."""
        row = self.data[number - self.number]
        header = _header(number)
        if row[header] != TABLE_LEAF:
            return None
        first = header + 8 + 2 * _number(bytes(row[: header + 8]), header + 3)
        return self.page(number - self.number, first, _number(bytes(row[: header + 8]), header + 5))

    def loose(self) -> list[int]:
        """The numbers of the pages that are no tree's and not empty: they hold the rest of rows that are too long."""
        kind = self.data[:, 0]
        is_tree = np.isin(kind, (INDEX_INSIDE, TABLE_INSIDE, INDEX_LEAF, TABLE_LEAF))
        places = np.flatnonzero(~is_tree & self.data[:, 4 : self.usable].any(axis=1))
        return [self.number + int(at) for at in places if self.number + at > 1]


def chunks(path: Path, secret: str) -> Iterator[Chunk]:
    """The file's pages in order. `secret` is the cipher key as SQLCipher is told it; a file without encryption is read
    as it is. It must be frozen meanwhile. Raises DatabaseError for a file of another form, OSError."""
    with path.open("rb") as file, ThreadPoolExecutor(_WORKERS) as pool:
        key, usable = _form_of(path, secret)
        raw = [file.read(PAGE * _AT_ONCE) for _ in range(_WORKERS)]
        number = 1
        while raw[0]:
            jobs = []
            for part in raw:
                jobs.append(pool.submit(_decipher, part, key, number))
                number += len(part) // PAGE
            raw = [file.read(PAGE * _AT_ONCE) for _ in range(_WORKERS)]
            for job in jobs:
                chunk = Chunk(*job.result(), usable)
                if chunk.number == 1 and (_number(bytes(chunk.data[0, :24]), 16), chunk.data[0, 20]) != (
                    PAGE,
                    PAGE - usable,
                ):
                    raise DatabaseError(f"{path}: its pages aren't of the form that is expected")
                yield chunk


def logged(log_file: Path, secret: str, path: Path) -> Iterator[Chunk]:
    """The pages of the database at `path` that its write-ahead log has, as of its last commit, one to a chunk. Nobody
    may write meanwhile. Raises OSError.

    A frame is a head of 24 bytes (page number, size of the database after a commit, the log's salts) and the page.
    """
    if not log_file.exists():
        return
    key, usable = _form_of(path, secret)
    newest: dict[int, bytes] = {}
    with log_file.open("rb") as file:
        salts = file.read(_LOG_HEAD)[16:24]
        coming: dict[int, bytes] = {}
        while len(frame := file.read(_FRAME_HEAD + PAGE)) == _FRAME_HEAD + PAGE and frame[8:16] == salts:
            coming[int.from_bytes(frame[:4], "big")] = frame[_FRAME_HEAD:]
            if int.from_bytes(frame[4:8], "big"):
                newest |= coming
                coming = {}
    for number, raw in sorted(newest.items()):
        yield Chunk(*_decipher(raw, key, number), usable)


def _form_of(path: Path, secret: str) -> tuple[bytes | None, int]:
    """The key, None for a file without encryption, and how many bytes of a page are used."""
    with path.open("rb") as file:
        head = file.read(24)
    if head.startswith(_PLAIN):
        return None, PAGE - head[20]
    return bytes.fromhex(secret[2:66]), PAGE - _CIPHER_RESERVE


def _decipher(raw: bytes, key: bytes | None, number: int) -> tuple[int, NDArray[np.uint8]]:
    """All pages in one run of CBC: of each page only the first block comes out wrong, and is put right with its IV."""
    raw = raw[: len(raw) // PAGE * PAGE]
    crypt = np.frombuffer(raw, np.uint8).reshape(-1, PAGE)
    if key is None:
        return number, crypt
    decryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(_IV))).decryptor()
    room = bytearray(len(raw) + _IV)  # filled in place: what `update` returns could only be read
    plain = np.frombuffer(room, np.uint8, decryptor.update_into(raw, room)).reshape(-1, PAGE)
    iv = crypt[:, PAGE - _CIPHER_RESERVE : PAGE - _CIPHER_RESERVE + _IV]
    before = np.zeros((len(crypt), _IV), np.uint8)
    before[1:] = crypt[:-1, -_IV:]
    plain[:, :_IV] ^= before ^ iv
    if number == 1 and len(plain):  # page 1 begins with the salt instead of a ciphered block
        plain[0, _IV : 2 * _IV] ^= crypt[0, :_IV] ^ iv[0]
        plain[0, :_IV] = np.frombuffer(_PLAIN, np.uint8)
    return number, plain


def varint(data: bytes, at: int) -> tuple[int, int]:
    """SQLite's number of variable length at `at`, and how many bytes it takes."""
    value = 0
    for length in range(1, 9):
        byte = data[at + length - 1]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, length
    return value << 8 | data[at + 8], 9


def _header(number: int) -> int:
    return 100 if number == 1 else 0


def _number(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _numbers(data: NDArray[np.uint8], rows: NDArray[np.intp], at: NDArray[np.intp]) -> NDArray[np.int64]:
    return data[rows, at].astype(np.int64) << 8 | data[rows, at + 1]
