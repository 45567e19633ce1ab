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
_ITSELF = ("value", "content", "quantity")
_AGAIN = frozenset({"normalized_value", "standardized_values"})
"""Parts that say the same as the value beside them, in another unit or spelling."""


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
    """What "top: { weight:{ unit:grams, value:50. } }; { colour:[ { value:"red" } ] }" says: each thing under the names
    that lead to it, a figure with its unit, several of one name together."""
    name = text.partition(":")[0].strip()
    said: dict[str, list[str]] = {}
    for path, value in _leaves(name, _tree(text[text.index(":") + 1 :])):
        if value not in said.setdefault(path, []):
            said[path].append(value)
    for path, values in said.items():
        joined = ", ".join(values[:-1]) + " and " + values[-1] if len(values) > 1 else values[0]
        yield Evidence(_words(path), joined)


def _tree(text: str) -> list[Any]:
    """The nested braces and brackets as lists and dicts. What isn't closed ends with the text."""
    stack: list[Any] = [[]]
    names: list[str] = [""]
    for name, quoted, opens, closes, bare in _TOKEN.findall(text):
        if name:
            names[-1] = name
        elif opens:
            stack.append([] if opens == "[" else {})
            names.append("")
        elif closes and len(stack) > 1:
            names.pop()
            inner = stack.pop()
            _add(stack[-1], names[-1], inner)
        elif quoted or bare:
            _add(stack[-1], names[-1], quoted.strip() or re.sub(r"\.0*$", "", bare.strip()))
    while len(stack) > 1:
        inner = stack.pop()
        names.pop()
        _add(stack[-1], names[-1], inner)
    whole: list[Any] = stack[0]
    return whole


def _add(to: Any, name: str, value: Any) -> None:
    if isinstance(to, dict):
        to[name] = value
    else:
        to.append(value)


def _leaves(path: str, node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for each in node:
            yield from _leaves(path, each)
    elif isinstance(node, dict):
        texts = {k: v for k, v in node.items() if isinstance(v, str) and k not in _AGAIN}
        main = next((k for k in _ITSELF if k in texts), None)
        if main:
            rest = [v for k, v in texts.items() if k != main and k != "unit"]
            yield path, " ".join([texts[main], *([texts["unit"]] if "unit" in texts else []), *rest])
        elif texts:
            yield from ((f"{path} {k}", v) for k, v in texts.items())
        for key, inner in node.items():
            if not isinstance(inner, str) and key not in _AGAIN:
                yield from _leaves(path if key in _ITSELF else f"{path} {key}", inner)
    elif node:
        yield path, node


def _words(name: str) -> str:
    return re.sub(r"[_\s]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip().lower()
