"""The one form that all training data comes to: a customer's words, the answer's notes, and the reply to learn.

A line of a data file is one Example as JSON. Notes and reply hold placeholders, never figures. `check` refuses what
would teach something wrong, and says why. Knows no model and no torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.act.plan import PLACEHOLDER
from assistant.engine.mask import is_plain
from assistant.errors import UsageError
from assistant.prompt import ask_notes, notes_messages

MAX_REPLY = 600
MAX_NOTES = 800
_ROLE = re.compile(r"<\|[a-z_]+\|>|^\s*(?:user|assistant|system)\s*:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One thing to learn. `group` is what may not be split (the conversation), `product` likewise across groups.

    `origin` and `licence` say where it comes from and on which terms; `register` how the customer writes,
    `mood` how they feel where that is known; `opening` is what the runtime's code says to a mood before the reply: it
    isn't learnt, or it would be said twice.
    """

    id: str
    group: str
    product: str
    question: str
    notes: str
    reply: str
    register: str = ""
    origin: str = "made"
    licence: str = "Apache-2.0"
    mood: str = ""
    opening: str = ""

    def messages(self) -> list[dict[str, str]]:
        """The conversation as the runtime asks it, with the reply at its end."""
        return [
            *notes_messages(),
            {"role": "user", "content": ask_notes(self.question, self.notes)},
            {"role": "assistant", "content": self.reply},
        ]


def check(example: Example) -> str | None:
    """Why an example can't be learnt from, or None."""
    if not example.question.strip():
        return "the customer says nothing"
    if not example.reply.strip():
        return "the reply is empty"
    if not example.notes.strip():
        return "there are no notes to answer from"
    if not example.licence.strip():
        return "no licence is named"
    if len(example.reply) > MAX_REPLY or len(example.notes) > MAX_NOTES:
        return f"too long ({len(example.reply)} characters; {MAX_REPLY} at most)"
    if _ROLE.search(example.reply) or _ROLE.search(example.question):
        return "a chat template's marks or a role's name in the text"
    known = {m[0] for m in PLACEHOLDER.finditer(example.notes)}
    for match in PLACEHOLDER.finditer(example.reply):
        if match[0] not in known:
            return f"the placeholder {match[0]} isn't in the notes"
    if not is_plain(PLACEHOLDER.sub("x", example.reply)):
        return "a figure, brace or mark outside of placeholders in the reply"
    if not example.reply.rstrip().rstrip("”").endswith((".", "!", "?", "}", ":")):
        return "the reply has no end mark"
    return None


def _as_line(example: Example) -> dict[str, str]:
    """Without mood and opening where there is none: data without moods stays what it was, to the byte."""
    return {key: value for key, value in asdict(example).items() if value or key not in ("mood", "opening")}


def write(path: Path, examples: Iterable[Example]) -> int:
    """Write a data file whole or not at all; returns how many lines. Raises UsageError where it can't be written."""
    part = path.with_name(path.name + ".part")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            for example in examples:
                file.write(json.dumps(_as_line(example), ensure_ascii=False) + "\n")
                count += 1
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(
            f"{path}: can't be written ({error.strerror}); free some space or give another place"
        ) from None
    return count


def read(path: Path) -> Iterator[Example]:
    """The examples of a data file. Raises UsageError that names the line of one that doesn't fit."""
    try:
        file = path.open(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror}); make it with `backroom finetune data`") from None
    with file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                example = Example(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise UsageError(f"{path}:{number}: not an example ({error}); mend or remove the line") from None
            problem = check(example)
            if problem:
                raise UsageError(f"{path}:{number}: {problem}; mend or remove the line")
            yield example
