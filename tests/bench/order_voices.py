"""How made-up customers word what they want: the voices of queries/order_voices.json, and words for options.

Every voice says the same things otherwise; those whose `held` is true are for measuring only. `{item}`, `{want}`,
`{order}`, `{with}`, `{address}`, `{other}`, `{count}` are filled in by order_customers. Voices of the second `round`
also differ in how they build what they say: "|" parts two messages, `front` answers given before they are asked for,
`slip` a wrong value put right at once, `option_first` things told by a property, `lower` no capitals. Knows no shop.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Voice = dict[str, Any]
_QUERIES = Path(__file__).resolve().parent / "queries"
VOICES: list[Voice] = [
    voice
    for name in ("order_voices.json", "order_voices_b.json")
    for voice in json.loads((_QUERIES / name).read_text("utf-8"))
]
_WITH_MORE = frozenset("set machine cleaner mat bed clock charger maker camera kit bulb light puzzle purifier".split())
"""Last words of names that nobody says alone."""


def wanted(option: str, value: str) -> str:
    """Words for one option of a version: ("waterproof", "yes") -> "waterproof", ("size", "M") -> "size M"."""
    low, name = value.lower(), option.lower().split("/")[0]
    if low in ("yes", "no"):
        adjective = {"water resistance": "water resistant"}.get(name, name)
        return adjective if low == "yes" else f"not {adjective}"
    if low == "none":
        return f"no {name}"
    if name == "size":
        return f"size {value}"
    vague = ("high", "low", "medium", "large", "small", "full", "half", "fixed", "dark", "light", "basic", "custom")
    if low in vague or low.replace(".", "").isdigit():
        return f"{value} {name}"
    return value if len(value) > 2 else f"{name} {value}"


def short(name: str, others: list[str]) -> str:
    """What people call a product: its last word where that is enough to tell it from the others they have."""
    words = name.lower().split()
    clash = [o for o in others if o != name and words[-1] in o.lower().split()]
    keep = words[-1] in _WITH_MORE
    return name.lower() if clash or keep or len(words) == 1 else words[-1]


def lowered(script: dict[str, Any]) -> None:
    """Puts all that a customer says into lower case, in place; order numbers keep theirs."""

    def low(text: str) -> str:
        return " ".join(w if "#" in w else w.lower() for w in text.split(" "))

    script["open"] = low(script["open"])
    for part in (*script["goals"], *script["rules"]):
        for key in ("say", "order", "item", "option", "payment", "reason", "address"):
            if key in part:
                part[key] = low(part[key])
        if "refused" in part:
            part["refused"] = [low(r) for r in part["refused"]]
