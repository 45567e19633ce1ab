"""How the console shows things: lines of lists, rows of tables, transcripts as HTML, everything from customers escaped.

Knows no Gradio and no database.
"""

from __future__ import annotations

import html
import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from assistant.store.conversations import StoredMessage
from assistant.store.handoffs import Handoff
from assistant.types import Json
from ui.staff.desk import Talk
from ui.staff.reviewed import Reviewed

AUDIT_COLUMNS = ("No.", "When", "Who", "What", "About", "Why", "Details")
REVIEW_COLUMNS = ("When", "Asked", "Said", "Should have said")
_WHY = {
    "asked": "asked for a person", "order": "order", "complaint": "complaint", "frustrated": "frustrated",
    "unknown": "couldn't answer", "taken_over": "taken over",
}  # fmt: skip
SHORT = 90


def clock(at: datetime, zone: ZoneInfo) -> str:
    """A moment in the shop's time: "2026-03-01 13:05"."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def age(now: datetime, since: datetime) -> str:
    """How long ago something was, in the largest fitting unit: "4 min", "3 h", "2 days"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def queue_lines(queue: Sequence[Handoff], zone: ZoneInfo, now: datetime | None = None) -> list[tuple[str, str]]:
    """The queue as (line, conversation id): since when, who, why, and whose it is."""
    lines = []
    for h in queue:
        whose = f"with {h.claimed_by}" if h.claimed_by else f"waiting for {age(now or datetime.now(UTC), h.created_at)}"
        why = _WHY.get(h.reason, h.reason)
        lines.append(
            (f"{clock(h.created_at, zone)} · {h.customer_id or 'visitor'} · {why} · {whose}", h.conversation_id)
        )
    return lines


def talk_lines(talks: Sequence[Talk], zone: ZoneInfo) -> list[tuple[str, str]]:
    """Conversations as (line, conversation id): when last, who, how long, and the last words."""
    return [
        (
            f"{clock(t.last_at, zone)} · {t.customer_id or 'visitor'} · {t.num_messages} messages"
            f"{f' · {t.led_by} asks for them' if t.led_by else ''}"
            f"{f' · with {t.in_charge}' if t.in_charge else ''}: {short(t.last_text)}",
            t.conversation_id,
        )
        for t in talks
    ]


def audit_rows(entries: Sequence[Json]) -> list[list[str]]:
    """Audit entries as rows of `AUDIT_COLUMNS`."""
    return [
        [
            str(entry["entry"]), str(entry["at"])[:19], entry["actor"], entry["action"], entry["subject"],
            entry["reason"], json.dumps(entry["details"], ensure_ascii=False),
        ]
        for entry in entries
    ]  # fmt: skip


def review_rows(reviews: Sequence[Reviewed], zone: ZoneInfo) -> list[list[str]]:
    """Reviewed answers as rows of `REVIEW_COLUMNS`."""
    return [
        [clock(each.at, zone), each.asked, each.said, "good as it is" if each.should is None else each.should]
        for each in reviews
    ]


def transcript(messages: Sequence[StoredMessage], zone: ZoneInfo, *, asks: str = "Customer", last: str = "") -> str:
    """A conversation as HTML, with what each answer rested on; it opens, and stays, at its latest message. `asks` names
    who asks in it; `last` are list items behind what was kept."""
    said = "".join(_message(message, zone, asks) for message in messages) + last
    return f"<div class='br-latest' tabindex='0'><ol class='br-talk'>{said}</ol></div>" if said else ""


def _message(message: StoredMessage, zone: ZoneInfo, asks: str) -> str:
    names = {"customer": asks, "assistant": "Assistant (AI)"}
    who = names.get(message.role) or f"{message.record.get('staff', 'staff')} (staff)"
    parts = [
        f"<li class='br-{html.escape(message.role)}'>",
        f"<div class='br-who'>{html.escape(who)} · {clock(message.at, zone)}",
        " · no answer" if message.status == "interrupted" else "",
        " · called a colleague" if message.record.get("handoff") else "",
        f"</div><div>{html.escape(message.text)}</div>",
    ]
    receipts = message.record.get("receipts") or []
    if receipts:
        rows = "".join(f"<li>{html.escape(_receipt(receipt))}</li>" for receipt in receipts)
        parts.append(f"<details><summary>What it rested on ({len(receipts)})</summary><ul>{rows}</ul></details>")
    return "".join(parts) + "</li>"


def _receipt(receipt: Json) -> str:
    kind = next((key for key in receipt if key not in ("field", "value", "as_of")), "")
    return f"{kind} {receipt.get(kind, '')}: {receipt.get('field')} = {receipt.get('value')}"


def downloads(files: Sequence[tuple[str, str, str]]) -> str:
    """Links that save `(name, media type, text)` from the page itself, as HTML.

    What is kept about a person must not lie in a folder of this server, unencrypted and out of an erasure's reach.
    """
    links = (
        f"<li><a download='{html.escape(name)}' href='data:{kind};base64,{b64encode(text.encode()).decode()}'>"
        f"{html.escape(name)}</a></li>"
        for name, kind, text in files
    )
    return f"<ul class='br-brief'>{''.join(links)}</ul>"


def answers(messages: Sequence[StoredMessage]) -> list[tuple[str, str]]:
    """The assistant's answers as (words, message id), newest first: what can be reviewed."""
    return [(short(m.text), m.message_id) for m in reversed(messages) if m.role == "assistant"]


def summary(handoff: Handoff | None) -> str:
    """What the colleague should know, as HTML."""
    if handoff is None or not handoff.summary.get("facts"):
        return ""
    facts = "".join(f"<li>{html.escape(str(fact))}</li>" for fact in handoff.summary["facts"])
    return f"<ul class='br-brief'>{facts}</ul>"


def short(text: str) -> str:
    """One line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= SHORT else line[: SHORT - 1] + "…"
