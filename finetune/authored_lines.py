"""Reads authored questions to the texts of made-up shops: finetune/data/lines_*.txt.

    = a shop            what it sells
    # a page or product
    a line of it        "name: value" is an attribute; any other line a sentence
    ? question | question    that the line before answers
    ! question | question    to this shop (or product) that none of its lines answers
    ~ need => product   what somebody looks for, and what meets it; "-" where nothing of the shop does

Knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.act.evidence import Line

DATA = Path(__file__).parent / "data"
_NAMED = re.compile(r"^(?P<name>[a-z][\w /()-]{1,28}): (?P<value>\S.*)$")


@dataclass
class Text:
    """A page's section, or a product: its lines, and what is asked of them."""

    title: str
    lines: list[Line] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)  # (question, which of `lines` answers it)
    unanswered: list[str] = field(default_factory=list)


@dataclass
class Shop:
    name: str
    texts: list[Text] = field(default_factory=list)
    needs: list[tuple[str, str]] = field(default_factory=list)  # (need, title of the product that meets it, or "")


def read(path: Path, *, products: bool) -> Iterator[Shop]:
    """The shops of a file; of a file of pages every line stands under its heading.

    Raises ValueError for a line that stands nowhere, named by file and number.
    """
    shop: Shop | None = None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark, rest = raw[:2], raw[2:].strip()
        if mark == "= ":
            if shop is not None:
                yield shop
            shop = Shop(rest)
        elif not raw.strip() or shop is None:
            continue
        elif mark == "# ":
            shop.texts.append(Text(rest))
        elif mark == "~ ":
            need, _, product = rest.partition("=>")
            shop.needs.append((need.strip(), product.strip(" -")))
        elif not shop.texts or (mark == "? " and not shop.texts[-1].lines):
            raise ValueError(f"{path.name}:{number}: a line under no page or product: {raw[:60]!r}")
        elif mark == "? ":
            text = shop.texts[-1]
            text.asked += [(q.strip(), len(text.lines) - 1) for q in rest.split("|") if q.strip()]
        elif mark == "! ":
            shop.texts[-1].unanswered += [q.strip() for q in rest.split("|") if q.strip()]
        else:
            text = shop.texts[-1]
            text.lines.append(_line(raw.strip(), "" if products else text.title))
    if shop is not None:
        yield shop


def _line(text: str, under: str) -> Line:
    named = _NAMED.match(text)
    return Line(named["value"], named["name"]) if named else Line(text, under=under)
