"""Headings, lists, tables and paragraphs of Markdown as a page of HTML, everything escaped.

Knows the Markdown that report.py writes, no more of it.
"""

from __future__ import annotations

import html
import re

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left}
table{border-collapse:collapse}
"""


def report_page(markdown: str) -> str:
    """The sheet as a page of HTML."""
    parts: list[str] = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        lines = block.split("\n")
        if lines[0].startswith("#"):
            level = len(lines[0]) - len(lines[0].lstrip("#"))
            parts.append(f"<h{level}>{_inline(lines[0].lstrip('# '))}</h{level}>")
        elif lines[0].startswith("|"):
            rows = [[_inline(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
            head = "".join(f"<th>{cell}</th>" for cell in rows[0])
            body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:])
            parts.append(f"<table><tr>{head}</tr>{body}</table>")
        elif lines[0].startswith("- "):
            parts.append("<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            parts.append(f"<p>{_inline(' '.join(lines))}</p>")
    title = _inline(markdown.split("\n", 1)[0].lstrip("# "))
    head = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>"
    )
    return head + "<body>" + "\n".join(parts) + "</body></html>\n"


def _inline(text_: str) -> str:
    escaped = html.escape(text_)
    escaped = re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
    return re.sub(r"(?<!\w)_([^_]+)_(?!\w)", r"<em>\1</em>", escaped)
