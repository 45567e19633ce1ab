"""HTML to text: words stay, everything that could run, hide or mislead goes."""

from __future__ import annotations

import time

import pytest

from assistant.shop.importers.html_text import html_to_line, html_to_text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain text\nwith lines", "plain text\nwith lines"),
        ("size < 5 & > 3", "size < 5 & > 3"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>a</li><li>b<li>c</ul>", "- a\n- b\n- c"),
        ("<p>never closed<p>next", "never closed\n\nnext"),
        ("A&nbsp;B &amp; C&trade;", "A B & C™"),
        ("<b>bold</b>er", "bolder"),
        ("x<script>alert('1')</script>y", "xy"),
        ("x<style>p{}</style>y", "xy"),
        ("x<script>never closed", "x"),
        ("x<svg><title>t</svg>y", "xy"),
        ("<!-- hidden -->seen", "seen"),
        ("<img src=x onerror=alert(1)>seen", "seen"),
        ("<td>loose cell</td> after", "loose cell after"),
        ("<table><tr><td>row never closed", "- row never closed"),
        ("<table><tr><td>a<td>b<table><tr><td>c</table></table>d", "- a; b\n\n- c\n\nd"),
        ("a\u202eb\u200bc\x1b[31m", "abc[31m"),
        ("a&#x202e;b", "ab"),
        ("", ""),
    ],
)
def test_text(source: str, expected: str) -> None:
    assert html_to_text(source) == expected


def test_headings_only_when_asked_for() -> None:
    assert html_to_text("<h2>Returns</h2><p>30 days</p>") == "Returns\n\n30 days"
    assert html_to_text("<h2>Returns</h2><p>30 days</p>", headings=True) == "## Returns\n\n30 days"


def test_a_row_of_a_table_repeats_its_heads() -> None:
    table = "<table><tr><th>Zone</th><th>Price</th></tr><tr><th>EU</th><td>$16</td></tr><tr><td>US</td></tr></table>"
    assert html_to_text(table) == "- Zone: EU; Price: $16\n\n- US"


def test_a_line_has_no_line_ends() -> None:
    assert html_to_line(" Lumaflex&trade;\n <i>Band</i> ") == "Lumaflex™ Band"


def test_a_megabyte_of_broken_tags_is_quick() -> None:
    started = time.perf_counter()
    html_to_text("<p <b>" * 150_000 + "&amp;")
    assert time.perf_counter() - started < 20
