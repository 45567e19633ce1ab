"""What goes into an engine and what comes out: token ids in, token ids out.

Knows no llama.cpp, no text and no shop. Every engine (llama.cpp in its own process, the scripted one for tests) speaks
this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal, Protocol


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen. `temperature` 0 is greedy, and then the seed doesn't matter."""

    temperature: float = 0.0
    top_p: float = 1.0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Grammar:
    """The sentences that an answer may be, as a graph: node -> the nodes that may follow it.

    A node is a word in lower case, a mark ("," or "."), or a placeholder text ("{1.price}"), each of which is written
    once. "" begins, "." ends; the answer is one sentence. What follows "#" in a node isn't written: it tells two places
    of one word apart. `needed` are the placeholders that it can't do without.
    """

    follow: tuple[tuple[str, tuple[str, ...]], ...]
    needed: frozenset[str]


@dataclass(frozen=True)
class Placeholders:
    """Keeps the model from writing figures itself.

    Outside a placeholder only plain-text tokens are allowed: no digits, no braces, no currency signs, no line breaks.
    An opening brace starts a placeholder, and then only the texts of `allowed` ("{1.price}") can be completed.
    """

    allowed: tuple[str, ...]
    grammar: Grammar | None = None
    """With it the answer is a sentence of this grammar, whatever plain text would be allowed."""
    sentences: tuple[tuple[str, ...], ...] = ()
    """With them the answer is one wording of the first, then one of the second, and so on to the last."""


@dataclass(frozen=True)
class GenerateRequest:
    """One answer to be written.

    `prompt` is the whole prompt in token ids. Its first `num_public` tokens (the system text) are the same for
    everybody and may be shared; the rest belongs to `conversation` alone and is never reused for another. Without
    placeholders, no stop token comes before `min_tokens`. Who listens is told with one `Waiting` when `patience_s` are
    over (None: never); another machine's engine gives up then where it hasn't said a word.
    """

    request_id: str
    conversation: str
    prompt: tuple[int, ...]
    num_public: int = 0
    max_tokens: int = 128
    min_tokens: int = 0
    stop_tokens: tuple[int, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    placeholders: Placeholders | None = None
    adapter: str | None = None
    deadline_s: float = 30.0
    patience_s: float | None = None


@dataclass(frozen=True)
class Token:
    """One more token of the answer."""

    token: int


@dataclass(frozen=True)
class Finished:
    """The end of an answer; exactly one per request, last. `num_cached` prompt tokens were not computed again."""

    reason: Literal["stop", "length", "cancelled"]
    num_prompt: int = 0
    num_cached: int = 0
    num_completion: int = 0
    restarts: int = 0


@dataclass(frozen=True)
class Restarted:
    """The engine died and this request begins again from its first token: what came before is void."""


@dataclass(frozen=True)
class Waiting:
    """The request's `patience_s` are over and nothing new is here: who listens may leave, or wait on."""


EngineEvent = Token | Finished | Restarted | Waiting


@dataclass
class EngineCounts:
    """What an engine has done, in tokens: of prompts (computed, and found in a memory) and of answers (all of them;
    those that the grammar forced); then guesses at tokens, those that were right, and conversations whose memory was
    parked and taken back. `first_tokens` answers began after `first_token_s` seconds in all."""

    prompt: int = 0
    cached: int = 0
    output: int = 0
    forced: int = 0
    guessed: int = 0
    guessed_right: int = 0
    parked: int = 0
    resumed: int = 0
    first_tokens: int = 0
    first_token_s: float = 0.0

    def plus(self, other: EngineCounts) -> EngineCounts:
        """Both together."""
        return EngineCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class EngineStatus:
    """What the engine is and how it does, for /readyz, /metrics and the line that `serve` prints.

    `summary` is how it runs the model, in a few words. `counts` go on over restarts.
    """

    ready: bool
    model: str
    context: int
    slots: int
    queued: int = 0
    running: int = 0
    restarts: int = 0
    summary: str = ""
    counts: EngineCounts = field(default_factory=EngineCounts)


class Engine(Protocol):
    """Anything that completes token sequences. Thread-safe: any number of threads may call `generate` at once."""

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        """Yield the answer's tokens as they come, then one `Finished`.

        Closing the iterator cancels the request and frees its slot. Raises BusyError (queue full, nothing was queued),
        DeadlineError, or EngineError (the engine died and the one retry failed too).
        """

    def status(self) -> EngineStatus:
        """How the engine does now; never blocks on the model."""

    def close(self) -> None:
        """Stop, cancelling what runs. Safe to call twice."""


class Tokenizer(Protocol):
    """The model's own tokenizer and chat template."""

    eos_tokens: tuple[int, ...]

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids of `text`. With `special`, control tokens such as <|im_end|> are recognised in it; without, they
        are plain text: customers' and shop texts are always encoded without."""

    def decode(self, tokens: list[int]) -> str:
        """Text of the tokens; an incomplete UTF-8 sequence at the end is left out."""

    def chat(self, messages: list[dict[str, str]], *, generation_prompt: bool = True) -> list[int]:
        """Token ids of a conversation in the model's own chat template. Message texts can't inject control tokens."""
