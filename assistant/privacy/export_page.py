"""An export as a page that a person can read: one HTML file without scripts, styles from outside, or links.

Everything from the database is escaped. Knows the export's form, no database.
"""

from __future__ import annotations

from html import escape
from typing import Any

Json = dict[str, Any]
_TITLES = {
    "profile": "Who you are to us",
    "orders": "Your orders",
    "browsing": "Products you looked at",
    "conversations": "Your conversations",
    "feedback": "Your feedback",
    "hand-overs": "Conversations that a person took over",
    "preferences": "What you told us you like",
    "consent": "What you agreed to",
    "restrictions": "Restrictions and holds",
    "outbox": "Messages to our other systems about you",
    "training": "Training data that your conversations went into",
}
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f3f3f3}h2{margin-top:2.5rem}
.said{margin:.4rem 0;padding:.5rem .8rem;border-left:3px solid #999;white-space:pre-wrap}
.assistant{border-color:#1f5f54}
.at{color:#666;font-size:.85rem}
"""


def page(data: Json) -> str:
    """The export as HTML."""
    shop = escape(data["shop"] or "the shop")
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Your data</title>',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><h1>Your data at {shop}</h1>",
        f"<p>{escape(data['about'])}, as of {escape(data['made_at'])}.</p>",
    ]
    for kind, tables in data["sections"].items():
        parts.append(f"<h2>{escape(_TITLES.get(kind, kind.capitalize()))}</h2>")
        for name, rows in tables.items():
            parts.append(_conversations(rows) if name == "conversation" else _table(name, rows))
    if data["adapters_trained_from_their_conversations"]:
        names = ", ".join(map(escape, data["adapters_trained_from_their_conversations"]))
        parts.append(f"<h2>Models trained from your conversations</h2><p>{names}</p>")
    if data["audit"]:
        parts += ["<h2>What was done with your data</h2>", _table("", data["audit"])]
    return "\n".join([*parts, "</body></html>", ""])


def _conversations(rows: list[Json]) -> str:
    parts = []
    for row in rows:
        led_by = f", in which our colleague {escape(str(row['led_by']))} asked for you" if row.get("led_by") else ""
        began = f"began {escape(str(row['started_at']))}{led_by}"
        parts.append(f"<h3>{escape(str(row['conversation_id']))}</h3><p class=at>{began}</p>")
        for message in row.get("messages", ()):
            role = escape(str(message["role"]))
            who = "colleague, for you" if led_by and role == "customer" else role
            parts.append(f'<div class="said {role}"><span class=at>{who}, {escape(str(message["at"])[:19])}</span>')
            parts.append(f"\n{escape(str(message['text']))}")
            receipts = message["record"].get("receipts") if isinstance(message["record"], dict) else None
            if receipts:
                parts.append(f"<details><summary>what it rested on</summary>{_table('', receipts)}</details>")
            parts.append("</div>")
    return "\n".join(parts)


def _table(name: str, rows: list[Json]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row.get(column))}</td>" for column in columns) + "</tr>" for row in rows
    )
    caption = f"<caption>{escape(name.replace('_', ' '))}</caption>" if name else ""
    return f"<table>{caption}<tr>{head}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "<br>".join(f"{escape(str(key))}: {_cell(part)}" for key, part in value.items())
    if isinstance(value, list):
        if value and all(isinstance(part, dict) for part in value):
            return _table("", value)
        return "<br>".join(_cell(part) for part in value)
    return escape(str(value))
