"""What simulated customers say: conversations of the length that a shop's have, made from the demo shop's own texts.

The same seed gives the same texts, so that every engine gets the same work; answers have a fixed length and are the
engine's own. Knows no engine and no server.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.engine.request import Tokenizer

_DEMO = Path(__file__).parent.parent / "shop" / "demo"
_SYSTEM = (
    "You are the AI assistant of an outdoor shop. You answer in one or two short, friendly sentences, only from the "
    "facts that you are given. When they don't hold the answer, say so and offer to ask a colleague.\n"
)
_QUESTIONS = (
    "What can you tell me about the {name}?",
    "How much is the {name}, and what is it made of?",
    "Which of these would you take for a wet autumn weekend?",
    "Is the {name} something for a long walk with a heavy pack?",
    "What is the difference between these?",
    "I'm looking for a present; would the {name} do?",
)


@dataclass(frozen=True)
class Turn:
    """The tokens that a turn adds to the conversation, and how many tokens the answer has."""

    tokens: tuple[int, ...]
    num_answer: int


class Load:
    """Conversations of `num_turns` turns for one tokenizer: a shared system text of about 500 tokens, then facts of 150
    to 400 tokens with a question, then an answer of 30 to 90 tokens."""

    def __init__(self, tokenizer: Tokenizer, num_turns: int = 6) -> None:
        self._tokenizer = tokenizer
        self.num_turns = num_turns
        with (_DEMO / "products.csv").open(encoding="utf-8", newline="") as file:
            self._products = [row for row in csv.DictReader(file) if row["description"]]
        self._turns: dict[int, list[Turn]] = {}
        self._policies = [file.read_text(encoding="utf-8") for file in sorted((_DEMO / "policies").glob("*.md"))]

    @cached_property
    def _system_message(self) -> dict[str, str]:
        words = " ".join(self._policies).split()
        num_words = 100
        while len(self._tokenizer.encode(_SYSTEM + " ".join(words[:num_words]))) < 490:
            num_words += 5
        return {"role": "system", "content": _SYSTEM + " ".join(words[:num_words])}

    @cached_property
    def system(self) -> tuple[int, ...]:
        """The tokens that open every conversation."""
        return tuple(self._tokenizer.chat([self._system_message], generation_prompt=False))

    @cached_property
    def _closing(self) -> tuple[int, ...]:
        """What the chat template writes behind an answer."""
        user = {"role": "user", "content": "x"}
        before = self._tokenizer.chat([self._system_message, user])
        messages = [self._system_message, user, {"role": "assistant", "content": "x"}]
        whole = self._tokenizer.chat(messages, generation_prompt=False)
        return tuple(whole[len(before) + len(self._tokenizer.encode("x")) :])

    def turns(self, customer: int) -> list[Turn]:
        """The turns of one customer; each one's tokens come behind the answer before it."""
        if customer not in self._turns:
            chance = random.Random(customer)
            self._turns[customer] = [self._turn(chance, first=number == 0) for number in range(self.num_turns)]
        return self._turns[customer]

    def _turn(self, chance: random.Random, *, first: bool) -> Turn:
        wanted = chance.randint(150, 400)
        lines: list[str] = []
        name = ""
        while len(self._tokenizer.encode("\n".join(lines))) < wanted:
            product = chance.choice(self._products)
            name = product["name"]
            about = f"{product['category']}, {product['brand']}"
            lines.append(f"{len(lines) + 1}. {name} ({about}): {product['description']}")
        tokens = self._tokenizer.encode("\n".join(lines))[:wanted]
        question = chance.choice(_QUESTIONS).format(name=name)
        content = f"Facts:\n{self._tokenizer.decode(tokens)}\nCustomer: {question}"
        asked = self._tokenizer.chat([self._system_message, {"role": "user", "content": content}])
        before = () if first else self._closing
        return Turn((*before, *asked[len(self.system) :]), chance.randint(30, 90))
