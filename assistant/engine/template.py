"""A model's own chat template, rendered so that what people write can never become a control token.

The template is rendered with a marker in the place of every message's text, and cut at the markers afterwards: the
texts themselves never pass through Jinja, and only what the template wrote is searched for control tokens.
Knows no tokenizer and no model file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant.errors import ModelError

_MARKER = re.compile("\ue000([0-9]+)\ue001")
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _raise(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


class ChatTemplate:
    """A Jinja chat template. `special` maps the texts of control tokens to their ids.

    Raises ModelError when the template is not valid Jinja.
    """

    def __init__(self, source: str | None, special: Mapping[str, int], *, bos: str = "", eos: str = "") -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = _raise
        environment.globals["strftime_now"] = datetime.now().strftime  # one date: the start of all prompts is shared
        try:
            self._template = environment.from_string(source or _CHATML)
        except jinja2.TemplateError as error:
            raise ModelError(f"the model's chat template is broken: {error}; use another model file") from None
        self._special = dict(special)
        longest_first = sorted(special, key=len, reverse=True)
        self._special_pattern = re.compile("|".join(map(re.escape, longest_first))) if special else None
        self._names: dict[str, Any] = {"bos_token": bos, "eos_token": eos, "tools": None}

    def parts(self, messages: Sequence[Mapping[str, str]], *, generation_prompt: bool) -> list[int | str]:
        """The conversation as control tokens (ids) and plain texts, in order; neighbouring texts are joined.

        Raises ModelError when the template refuses the messages or leaves one out.
        """
        marked = [{"role": m["role"], "content": f"\ue000{i}\ue001"} for i, m in enumerate(messages)]
        try:
            text = self._template.render(messages=marked, add_generation_prompt=generation_prompt, **self._names)
        except Exception as error:  # a template is a program: anything can come out of it
            roles = ", ".join(message["role"] for message in messages)
            raise ModelError(f"the model's chat template refuses the roles {roles}: {error}") from None
        pieces = _MARKER.split(text)
        if {int(index) for index in pieces[1::2]} != set(range(len(messages))):
            raise ModelError("the model's chat template leaves a message out; use another model file")
        parts: list[int | str] = []
        for position, piece in enumerate(pieces):
            if position % 2:
                _append_text(parts, messages[int(piece)]["content"])
            else:
                self._append_markup(parts, piece)
        return parts

    def _append_markup(self, parts: list[int | str], text: str) -> None:
        """Add what the template itself wrote, its control tokens recognised."""
        start = 0
        for match in self._special_pattern.finditer(text) if self._special_pattern else ():
            _append_text(parts, text[start : match.start()])
            parts.append(self._special[match.group()])
            start = match.end()
        _append_text(parts, text[start:])


def _append_text(parts: list[int | str], text: str) -> None:
    if text and parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)
