"""Tables in the Markdown of a page, row by row as lines that can be read and quoted alone.

    | Day | Slots | Order by |        Saturday: slots 7:00 to 9:00; order by Thursday 18:00.
    |---|---|---|              ->
    | Saturday | 7:00 to 9:00 | Thursday 18:00 |

A table of two columns needs no heads: "Monday: closed." Knows no search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_CELL = re.compile(r"(?<!\\)\|")
_NOTHING = frozenset({"", "-", "–", "—", "n/a"})


def unrolled(block: str) -> str:
    """A paragraph with each row of its tables as a sentence on a line of its own; other lines stay as they are."""
    lines = block.split("\n")
    out: list[str] = []
    at = 0
    while at < len(lines):
        if at + 1 < len(lines) and "|" in lines[at] and "|" in lines[at + 1] and _RULE.fullmatch(lines[at + 1]):
            heads, end = _cells(lines[at]), at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            out += _rows(heads, [_cells(line) for line in lines[at + 2 : end]])
            at = end
        else:
            out.append(lines[at])
            at += 1
    return "\n".join(out)


def _cells(line: str) -> list[str]:
    cells = [c.replace("\\|", "|").strip() for c in _CELL.split(line.strip())]
    return cells[1 if cells and not cells[0] else 0 : -1 if cells and not cells[-1] else None]


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        if not row or row[0] in _NOTHING:
            continue
        told = [(head, cell) for head, cell in zip(heads[1:], row[1:], strict=False) if cell not in _NOTHING]
        bare = len(heads) <= 2
        said = "; ".join(cell if bare or not head else f"{_small(head)} {cell}" for head, cell in told)
        if said:
            yield f"{row[0].rstrip(':.')}: {said.rstrip('.')}."


def _small(head: str) -> str:
    """A column's head within a sentence; "VAT" and "iPhone" stay."""
    return head[0].lower() + head[1:] if head[1:].islower() or len(head) == 1 else head
