"""What the tagger finds is completed: whole addresses, whole names, and no person in the name of a firm."""

from __future__ import annotations

import pytest

from assistant.privacy.recognisers import Span
from assistant.privacy.spans import completed


def _span(text: str, part: str, kind: str) -> Span:
    return Span(text.index(part), text.index(part) + len(part), kind)


@pytest.mark.parametrize(
    ("text", "parts", "whole"),
    [
        ("12 Elm Street,\nLeeds, Ireland", [("12 Elm Street", "address"), ("Leeds", "place"), ("Ireland", "place")],
         [("12 Elm Street,\nLeeds, Ireland", "address")]),
        ("meet me at the corner of Elm Street and Oak Road", [("Elm Street", "address"), ("Oak Road", "address")],
         [("at the corner of Elm Street and Oak Road", "address")]),
        ("it's for Mrs. Lind PhD, thanks", [("Lind", "name")], [("Mrs. Lind PhD", "name")]),
        ("Lind Ltd sold it", [("Lind", "name")], [("Lind", "organisation")]),
        ("Lind-Berg and Sons sold it", [("Lind", "name")], [("Lind", "organisation")]),
        ("Mia, Rogelio, Tom and Ada came", [("Mia", "name"), ("Tom", "name")],
         [("Mia", "name"), ("Rogelio", "name"), ("Tom", "name"), ("Ada", "name")]),
        ("Red, Blue and Mia", [("Mia", "name")], [("Mia", "name")]),
        ("for anna, group order", [("anna", "name")], [("anna", "name")]),
        ("Leeds is nice, I live in Elm Street", [("Leeds", "place"), ("Elm Street", "address")],
         [("Leeds", "place"), ("Elm Street", "address")]),
        ("it is at 2/405 Smith Mew", [("Smith Mew", "address")], [("2/405 Smith Mew", "address")]),
        ("aleja Fredry 20/40, 96-367 Wola now", [("aleja Fredry 20", "address")],
         [("aleja Fredry 20/40, 96-367 Wola", "address")]),
        ("Rua Nova, 05608-656 Machado / AL it is", [("Rua Nova", "address")],
         [("Rua Nova, 05608-656 Machado / AL", "address")]),
        ("5 Mill Lane, 2024 was a good year", [("5 Mill Lane", "address")], [("5 Mill Lane", "address")]),
        ("5 Mill Lane, 20% off", [("5 Mill Lane", "address")], [("5 Mill Lane", "address")]),
    ],
)  # fmt: skip
def test_what_belongs_together_is_one_span(
    text: str, parts: list[tuple[str, str]], whole: list[tuple[str, str]]
) -> None:
    found = completed(text, [_span(text, part, kind) for part, kind in parts])
    assert [(text[s.start : s.end], s.kind) for s in found] == whole
