"""Product questions with their evidence, and attributes with a sentence that says them, as exchanges.

    question, answer and candidate | evidence | context [, product]     (hetPQA's columns among others)
    data | mr | attributes and text | ref | sentence                    (semiPQA's, E2E's; JSON objects and lists)

What is known comes along as evidence, so that a reply is learnt as far as it says just that. Knows no files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from finetune.import_turns import ANSWER, QUESTION, Evidence, Exchange, Refusal

_EVIDENCE = ("evidence", "candidate", "context", "passage")
_ATTRIBUTES = ("attributes", "data", "mr", "meaning_representation", "facts")
_SENTENCE = ("text", "sentence", "ref", "human_reference", "reference")
_PRODUCT = ("product", "product_name", "title", "asin", "item")
_TOKEN = re.compile(r'\s*(?:(\w+)\s*:|"((?:[^"\\]|\\.)*)"|([\[{])|([\]}])|([^\s,;{}\[\]":][^,;{}\[\]":]*))')
_SLOT = re.compile(r"([A-Za-z_][\w ]*)\[([^\[\]]+)\]")
_HEAD = re.compile(r"\s*[A-Za-z_]\w*\s*:")
_NAMES_NOTHING = frozenset({"value", "content", "normalized_value"})


def find(names: Mapping[str, Any], wanted: tuple[str, ...]) -> str | None:
    """The first of the wanted columns that is there, as it is written."""
    lower = {str(name).lower(): str(name) for name in names}
    return next((lower[w] for w in wanted if w in lower), None)


def is_record(row: Mapping[str, Any]) -> bool:
    """Whether a row is a question with evidence, or attributes with a sentence."""
    asked = find(row, QUESTION) and find(row, ANSWER) and find(row, _EVIDENCE)
    return bool(asked or (find(row, _ATTRIBUTES) and find(row, _SENTENCE)))


def exchange(row: Mapping[str, Any], where: str) -> Iterator[Exchange | Refusal]:
    """The exchange of one such row."""
    product = _text(row, _PRODUCT)
    attributes = find(row, _ATTRIBUTES)
    known = find(row, _EVIDENCE)
    if known is not None and find(row, QUESTION):
        question, reply = _text(row, QUESTION), _text(row, ANSWER)
        evidence = _evidence(row[known]) or (Evidence("about", _text(row, _EVIDENCE)),)
    else:
        evidence = _evidence(row[attributes]) if attributes else ()
        reply = _text(row, _SENTENCE)
        question = f"What is its {evidence[0].name}?" if len(evidence) == 1 else "Tell me about it"
    if not question or not reply:
        yield Refusal(where, "question or answer is empty")
    elif not evidence or not all(e.value.strip() for e in evidence):
        yield Refusal(where, "nothing is known that the reply could be judged by")
    else:
        yield Exchange(where, question, reply, evidence, product)


def _text(row: Mapping[str, Any], wanted: tuple[str, ...]) -> str:
    name = find(row, wanted)
    value = row.get(name) if name else ""
    return value.strip() if isinstance(value, str) else ""


def _evidence(value: Any) -> tuple[Evidence, ...]:
    """Attributes in any of the known ways of writing them; empty for a plain sentence."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            return ()
    if isinstance(value, Mapping):
        return tuple(Evidence(_words(str(k)), str(v)) for k, v in value.items() if isinstance(v, str | int | float))
    if isinstance(value, list):
        return tuple(
            Evidence(_words(str(v["name"])), str(v["value"]))
            for v in value
            if isinstance(v, Mapping) and "name" in v and "value" in v
        )
    text = str(value)
    slots = _SLOT.findall(text)
    if slots and len(_SLOT.sub("", text).strip(" ,")) == 0:
        return tuple(Evidence(_words(name), content.strip()) for name, content in slots)
    return tuple(_nested(text)) if _HEAD.match(text) and "{" in text else ()


def _nested(text: str) -> Iterator[Evidence]:
    """The leaves of "top: { material:[ { value:"iron" } ] }", each under the names that lead to it."""
    first, pending = "", ""
    path: list[str] = []
    for name, quoted, opens, closes, bare in _TOKEN.findall(text):
        if name:
            pending, first = name, first or name
        elif opens:
            path.append(pending)
            pending = ""
        elif closes:
            del path[-1:]
        elif quoted or bare.strip():
            names = [n for n in (*path, pending) if n and n not in _NAMES_NOTHING]
            yield Evidence(_words(" ".join(names) or first), quoted or bare.strip())
            pending = ""


def _words(name: str) -> str:
    return re.sub(r"[_\s]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip().lower()
