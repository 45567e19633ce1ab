"""Conversations in the forms in which other systems keep them, as exchanges: a message and the reply that it got.

OpenAI messages, ShareGPT, turns with roles; Zendesk's tickets (who asked is the ticket's requester) and Intercom's
conversations (the first message is the source, the others its parts; HTML). Internal notes and system texts are left
out. Knows no files.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_CUSTOMER = frozenset({"user", "human", "customer", "end-user", "end_user", "client", "lead", "contact", "visitor"})
_SHOP = frozenset({"assistant", "gpt", "agent", "bot", "admin", "operator", "support", "chatbot", "staff", "teammate"})
_IGNORED = frozenset({"system", "developer", "tool", "function", "note"})
QUESTION = ("question", "customer", "query", "prompt", "instruction", "message", "user", "body", "input")
ANSWER = ("answer", "reply", "response", "agent", "output", "assistant", "completion")
_ROLE_KEYS = ("role", "from", "author_type", "author", "speaker", "sender", "type")
_TEXT_KEYS = ("content", "value", "plain_body", "text", "body", "message", "html_body")
_LISTS = ("messages", "conversations", "turns", "comments", "conversation", "dialog", "dialogue", "conversation_parts")
_TAG, _BREAK = re.compile(r"<[^<>]{1,300}>"), re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)
_SAID = frozenset({"", "comment", "conversation", "open", "close"})
"""Intercom's kinds of parts that hold what was said; assignments, notes and the like are others."""


@dataclass(frozen=True)
class Evidence:
    """Something known of a product: the attribute's name and its value as it is to be read."""

    name: str
    value: str


@dataclass(frozen=True)
class Exchange:
    """A customer's message and the reply to it; `group` is the conversation that they belong to.

    An empty `reply` only carries the conversation on: nothing is learnt from it. `evidence` is what the reply is to be
    judged by where no shop's data bears it out, about `product` ("" when it has no name).
    """

    group: str
    question: str
    reply: str
    evidence: tuple[Evidence, ...] = ()
    product: str = ""


@dataclass(frozen=True)
class Refusal:
    """A line that gives nothing, and why."""

    where: str
    why: str


def exchanges(row: Any, where: str) -> Iterator[Exchange | Refusal]:
    """The exchanges of one conversation in any of the known forms."""
    if not isinstance(row, Mapping):
        yield Refusal(where, "not a conversation: a JSON object with messages is needed")
        return
    row = row["ticket"] | {k: v for k, v in row.items() if k != "ticket"} if _is_map(row.get("ticket")) else row
    group = str(row.get("id") or where)
    turns = _turns_of(row)
    if turns is None:
        said = next((row[k] for k in QUESTION if isinstance(row.get(k), str)), "").strip()
        replied = next((row[k] for k in ANSWER if isinstance(row.get(k), str)), "").strip()
        yield Exchange(group, said, replied) if said and replied else Refusal(where, "no messages in it")
        return
    yield from _paired(turns, row.get("requester_id"), group, where)


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


def _turns_of(row: Mapping[str, Any]) -> Sequence[Any] | None:
    """The turns of a conversation: a list under a known name, or one inside of such a part (Intercom's)."""
    for key in _LISTS:
        found = row.get(key)
        if isinstance(found, Mapping) and isinstance(found.get(key), list):
            found = found[key]
        if isinstance(found, list):
            first = row.get("source")
            return [first, *found] if isinstance(first, Mapping) and "body" in first else found
    return None


def _paired(turns: Sequence[Any], requester: Any, group: str, where: str) -> Iterator[Exchange | Refusal]:
    question = ""
    replies: list[str] = []
    for turn in turns:
        if not isinstance(turn, Mapping):
            yield from _exchange(group, question, replies)
            yield Refusal(where, "a turn that is no JSON object")
            return
        role = _role(turn, requester)
        if role in _IGNORED or turn.get("public") is False or str(turn.get("part_type") or "") not in _SAID:
            continue
        text = plain(next((said for k in _TEXT_KEYS if (said := _said(turn.get(k))) is not None), ""))
        if role not in _CUSTOMER | _SHOP:
            yield from _exchange(group, question, replies)
            yield Refusal(where, f"unknown role {role!r}")
            return
        if not text:
            yield Refusal(where, "an empty turn")
        elif role in _CUSTOMER:
            yield from _exchange(group, question, replies)
            question, replies = text, []
        elif question:
            replies.append(text)
    yield from _exchange(group, question, replies)


def _exchange(group: str, question: str, replies: Sequence[str]) -> Iterator[Exchange]:
    """The exchange of a message and all that was said to it before the next, each a sentence of its own."""
    if replies:
        *first, last = replies
        yield Exchange(group, question, " ".join([*(t if t[-1] in ".!?" else f"{t}." for t in first), last]))


def _said(content: Any) -> str | None:
    """The text of a turn's content, a string or OpenAI's list of parts; None where it has none."""
    if isinstance(content, list):
        parts = [part["text"] for part in content if isinstance(part, Mapping) and isinstance(part.get("text"), str)]
        return " ".join(parts) if parts else None
    return content if isinstance(content, str) else None


def plain(text: str) -> str:
    """A text without HTML's tags and entities."""
    if "<" in text and ">" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
        text = html.unescape(text)
    return re.sub(r"[ \t\xa0]+", " ", text).strip()


def _role(turn: Mapping[str, Any], requester: Any) -> str:
    for key in _ROLE_KEYS:
        value = turn.get(key)
        if isinstance(value, Mapping):
            value = value.get("role") or value.get("type")
        if isinstance(value, str) and (key != "type" or value.lower() in _CUSTOMER | _SHOP | _IGNORED):
            return value.lower()
    if requester is not None and turn.get("author_id") is not None:
        return "customer" if turn["author_id"] == requester else "agent"
    return ""
