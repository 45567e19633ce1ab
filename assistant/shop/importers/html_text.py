"""HTML, as shop systems export it, to plain text: scripts, styles and tags go, words, lists and tables stay.

Headings become Markdown headings when asked for (policy pages), list items lines with "- ", a table row one line that
repeats its column heads ("Standard: $16; Overnight: $33"), so that a row still says what it means when it is quoted
alone. Knows nothing of shops. Nothing here trusts the text: it is only made readable.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_DROPPED = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "head", "title", "select"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "base", "col", "embed"})
_BLOCKS = frozenset({"p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "blockquote",
                     "ul", "ol", "dl", "dt", "dd", "figure", "figcaption", "form", "fieldset", "address", "pre",
                     "table", "caption", "hr"})  # fmt: skip
_TAG = re.compile(r"<\s*[a-zA-Z!/][^>]*>?|&[a-zA-Z#][a-zA-Z0-9]*;")
_SPACES = re.compile(r"[ \t\r\f\v\n\u00a0]+")
_CONTROLS = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANK_LINES = re.compile(r"\n{3,}")


def html_to_text(source: str, *, headings: bool = False) -> str:
    """The words of `source` as plain text, paragraphs separated by an empty line.

    `headings` writes h1-h6 as Markdown headings, otherwise they are plain paragraphs. A text without any tag or entity
    is not HTML: it only loses its outer white space, so that its line breaks stay. Control characters and the invisible
    ones that turn or hide text (zero-width, bidirectional overrides) are dropped from both.
    """
    source = _CONTROLS.sub("", source)
    if not _TAG.search(source):
        return source.strip()
    parser = _TextParser(headings)
    parser.feed(source)
    parser.close()
    return parser.text()


def html_to_line(source: str) -> str:
    """A name or a title: entities resolved, tags gone, all on one line ("Band&trade; <i>XL</i> " -> "Band™ XL")."""
    return _SPACES.sub(" ", html_to_text(source)).strip()


class _TextParser(HTMLParser):
    """Collects the words of a document piece by piece. A tag that is never closed loses no text after a block ends."""

    def __init__(self, headings: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._headings = headings
        self._parts: list[str] = []
        self._dropped: list[str] = []
        self._heads: list[str] = []
        self._row: list[tuple[str, str]] | None = None
        self._cell: list[str] | None = None
        self._in_head = False

    def text(self) -> str:
        self._end_row()
        # Again, as entities may have brought new ones.
        lines = (line.strip() for line in _CONTROLS.sub("", "".join(self._parts)).split("\n"))
        return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED and tag not in _VOID:
            self._dropped.append(tag)
        if self._dropped:
            return
        if tag in ("table", "tr"):
            self._end_row()  # of the table around this one, or a row that was never closed
        if tag == "table":
            self._heads = []
        if tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._cell = []
        elif tag == "li":
            self._write("\n- ")
        elif tag == "br":
            self._write("\n")
        elif tag in _BLOCKS:
            self._write("\n\n")
        elif self._is_heading(tag):
            self._write("\n\n" + ("#" * int(tag[1]) + " " if self._headings else ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID or tag not in _DROPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            if tag in self._dropped:  # an inner one left open (<svg><title></svg>) ends with the outer one
                del self._dropped[self._dropped.index(tag) :]
            return
        if tag in ("td", "th"):
            self._end_cell(tag)
        elif tag == "tr":
            self._end_row()
        elif tag == "thead":
            self._in_head = False
        elif tag == "table":
            self._end_row()
            self._write("\n\n")
        elif tag in _BLOCKS or self._is_heading(tag):
            self._write("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._write(_SPACES.sub(" ", data))

    def _write(self, text: str) -> None:
        if self._cell is not None:
            self._cell.append(text.replace("\n", " "))
        elif self._row is None or text.strip():
            # White space between a row's cells is layout, not text.
            self._parts.append(text)

    def _end_cell(self, tag: str = "td") -> None:
        cell, self._cell = self._cell, None
        if cell is not None and self._row is not None:
            self._row.append((tag, _SPACES.sub(" ", "".join(cell)).strip()))
        elif cell is not None:
            self._parts.extend(cell)

    def _end_row(self) -> None:
        self._end_cell()
        row, self._row = self._row or [], None
        if not any(cell for _, cell in row):
            return
        if self._in_head or (not self._heads and all(kind == "th" for kind, _ in row)):
            self._heads = [cell for _, cell in row]
            return
        heads = self._heads if len(self._heads) == len(row) > 1 else [""] * len(row)
        cells = [f"{head}: {cell}" if head else cell for head, (_, cell) in zip(heads, row, strict=True) if cell]
        self._parts.append("\n- " + "; ".join(cells) + "\n")

    @staticmethod
    def _is_heading(tag: str) -> bool:
        return len(tag) == 2 and tag[0] == "h" and tag[1] in "123456"
