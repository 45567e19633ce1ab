"""The prompt that the model answers: what it is, how answers are written in placeholders, and this turn's facts.

Training and serving build prompts with this very code. The system text and the examples are the same for every customer
of every shop, so they are computed once and shared; what a customer wrote comes after them. The model never sees a
figure: it gets the names of the fields, and code fills them in.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.engine.request import Tokenizer

SYSTEM = (
    "You are the AI assistant of a shop. You answer a customer in one or two short, friendly sentences. "
    "You write every fact as one of the placeholders in curly braces that are given, exactly as they are given, "
    "and you never write a number, a price or a yes or no yourself."
)

NOTES_SYSTEM = (
    "You are the AI assistant of a shop. Tell the customer what the notes say, in your own friendly words. "
    "Keep every {placeholder} as it is, leave nothing out and add nothing."
)
"""For adapters that were trained to word answers from notes: they need no examples."""

EXAMPLES: tuple[tuple[str, str, str], ...] = (
    (
        "how much is the red kettle?",
        "{1.item} {1.price} {1.in_stock}",
        "The {1.item} costs {1.price} and is {1.in_stock}.",
    ),
    (
        "do you have the parka in large",
        "{1.item} {1.in_stock} {1.yes} {1.price}",
        "{1.yes}, the {1.item} is {1.in_stock} and costs {1.price}.",
    ),
    ("Can I get the lamp in green?", "{1.item} {1.sold_out} {1.no}", "{1.no}, the {1.item} is {1.sold_out}."),
    ("how many tents are left", "{1.item} {1.stock}", "We have {1.stock} of the {1.item}."),
)


@dataclass(frozen=True)
class Prompt:
    """Token ids of a prompt; the first `num_public` are the same for everybody."""

    tokens: tuple[int, ...]
    num_public: int


class PromptBuilder:
    """Builds prompts for one tokenizer. Thread-safe; holds only the public prefix (`public_messages` by default)."""

    def __init__(self, tokenizer: Tokenizer, public: list[dict[str, str]] | None = None) -> None:
        self._tokenizer = tokenizer
        self._public_messages = public_messages() if public is None else public
        self._public = tuple(tokenizer.chat(self._public_messages, generation_prompt=False))

    @property
    def public(self) -> tuple[int, ...]:
        """The tokens that open every prompt."""
        return self._public

    def build(self, question: str, placeholders: tuple[str, ...]) -> Prompt:
        """The prompt for answering `question` with these placeholders."""
        return self.asked(ask(question, placeholders))

    def asked(self, content: str) -> Prompt:
        """The prompt in which the user's message is `content`."""
        messages = [*self._public_messages, {"role": "user", "content": content}]
        tokens = tuple(self._tokenizer.chat(messages, generation_prompt=True))
        num_public = 0
        for ours, theirs in zip(self._public, tokens, strict=False):
            if ours != theirs:
                break
            num_public += 1
        return Prompt(tokens, num_public)


def public_messages() -> list[dict[str, str]]:
    """The system text and the worked examples as chat messages."""
    messages = [{"role": "system", "content": SYSTEM}]
    for question, facts, reply in EXAMPLES:
        messages.append({"role": "user", "content": ask(question, tuple(facts.split()))})
        messages.append({"role": "assistant", "content": reply})
    return messages


def ask(question: str, placeholders: tuple[str, ...]) -> str:
    """The user's part of the prompt: the customer's words and the placeholders that the answer may use."""
    return f"Customer: {question[:400]}\nFacts: {' '.join(placeholders)}"


def notes_messages() -> list[dict[str, str]]:
    """The system text of the notes form as chat messages."""
    return [{"role": "system", "content": NOTES_SYSTEM}]


def ask_notes(question: str, notes: str) -> str:
    """The user's part of the prompt in the notes form: the customer's words and what the answer has to say."""
    return f"Customer: {question[:400]}\nNotes: {notes}"
