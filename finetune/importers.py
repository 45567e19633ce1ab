"""Dialogues from outside as exchanges: a customer's message and the reply that a person gave.

Reads OpenAI messages (JSON Lines), ShareGPT, turns with roles, CSV with a question and an answer, and exports of
tickets with comments. A bad line is refused by number, and never stops the rest. Knows no shop and no model.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UsageError

_CUSTOMER = frozenset({"user", "human", "customer", "end-user", "end_user", "client", "lead", "contact", "visitor"})
_SHOP = frozenset({"assistant", "gpt", "agent", "bot", "admin", "operator", "support", "chatbot", "staff", "teammate"})
_IGNORED = frozenset({"system", "tool", "function", "note"})
_QUESTION = ("question", "customer", "query", "prompt", "instruction", "message", "user", "body", "input")
_ANSWER = ("answer", "reply", "response", "agent", "output", "assistant", "completion")
_ROLE_KEYS = ("role", "from", "author_type", "author", "speaker", "sender", "type")
_TEXT_KEYS = ("content", "value", "text", "body", "plain_body", "message")
_LIST_KEYS = (
    "messages",
    "conversations",
    "turns",
    "comments",
    "conversation",
    "dialog",
    "dialogue",
    "conversation_parts",
)


@dataclass(frozen=True)
class Exchange:
    """A customer's message and the reply to it; `group` is the conversation that they belong to."""

    group: str
    question: str
    reply: str


@dataclass(frozen=True)
class Refusal:
    """A line that gives nothing, and why."""

    where: str
    why: str


def read_dialogues(path: Path) -> Iterator[Exchange | Refusal]:
    """The exchanges of a file (.jsonl, .json, .csv, .tsv). Raises UsageError when it can't be read at all."""
    try:
        if path.suffix.lower() in (".csv", ".tsv"):
            yield from _table(path)
        elif path.suffix.lower() == ".json":
            yield from _document(path)
        else:
            yield from _lines(path)
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror}); give a file of dialogues") from None


def _lines(path: Path) -> Iterator[Exchange | Refusal]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                row = json.loads(raw.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                yield Refusal(where, f"not JSON in UTF-8 ({str(error)[:60]})")
                continue
            yield from _conversation(row, where)


def _document(path: Path) -> Iterator[Exchange | Refusal]:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON in UTF-8 ({error}); mend it") from None
    if isinstance(data, dict):
        data = next(
            (v for k, v in data.items() if k in ("tickets", "conversations", "data") and isinstance(v, list)), [data]
        )
    for number, row in enumerate(data, start=1):
        yield from _conversation(row, f"{path.name}[{number}]")


def _table(path: Path) -> Iterator[Exchange | Refusal]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        file.seek(0)
        delimiter = "\t" if head.count("\t") > head.count(",") else ","
        reader = csv.DictReader(file, delimiter=delimiter)
        names = {name.lower(): name for name in reader.fieldnames or ()}
        question = next((names[n] for n in _QUESTION if n in names), None)
        answer = next((names[n] for n in _ANSWER if n in names), None)
        if question is None or answer is None:
            raise UsageError(
                f"{path}: its columns are {', '.join(names)}; one named question and one named answer are needed"
            )
        for row in reader:
            where = f"{path.name}:{reader.line_num}"
            said, replied = (row.get(question) or "").strip(), (row.get(answer) or "").strip()
            yield Exchange(where, said, replied) if said and replied else Refusal(where, "question or answer is empty")


def _conversation(row: Any, where: str) -> Iterator[Exchange | Refusal]:
    """The exchanges of one conversation in any of the known forms."""
    if not isinstance(row, Mapping):
        yield Refusal(where, "not a conversation: a JSON object with messages is needed")
        return
    turns = next((row[k] for k in _LIST_KEYS if isinstance(row.get(k), list)), None)
    group = str(row.get("id") or where)
    if turns is None:
        said = next((row[k] for k in _QUESTION if isinstance(row.get(k), str)), "")
        replied = next((row[k] for k in _ANSWER if isinstance(row.get(k), str)), "")
        yield (
            Exchange(group, said.strip(), replied.strip()) if said and replied else Refusal(where, "no messages in it")
        )
        return
    yield from _turns(turns, group, where)


def _turns(turns: Sequence[Any], group: str, where: str) -> Iterator[Exchange | Refusal]:
    question = ""
    for turn in turns:
        if not isinstance(turn, Mapping):
            yield Refusal(where, "a turn that is no JSON object")
            return
        role = _role(turn)
        text = next((turn[k] for k in _TEXT_KEYS if isinstance(turn.get(k), str)), "").strip()
        if role in _IGNORED or turn.get("public") is False:
            continue
        if role not in _CUSTOMER | _SHOP:
            yield Refusal(where, f"unknown role {role!r}")
            return
        if not text:
            yield Refusal(where, "an empty turn")
        elif role in _CUSTOMER:
            question = text
        elif question:
            yield Exchange(group, question, text)
            question = ""


def _role(turn: Mapping[str, Any]) -> str:
    for key in _ROLE_KEYS:
        value = turn.get(key)
        if isinstance(value, Mapping):
            value = value.get("role") or value.get("type")
        if isinstance(value, str):
            return value.lower()
    return ""
