"""Everything that changes about one request while it is being answered, on one object.

Knows no queue, no other sequence and no llama.cpp.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.engine.backend import Sampler
from assistant.engine.cache import CacheKey, PublicKey
from assistant.engine.choices import ChoiceAutomaton
from assistant.engine.draft import Lookup
from assistant.engine.mask import Automaton, State
from assistant.engine.phrase import PhraseAutomaton
from assistant.engine.request import Finished, GenerateRequest

_NEVER = 1 << 31
_MIN_PUBLIC = 16  # copying a memory of 2,048 tokens costs what computing two does; the rest is for fewer public ones


@dataclass(eq=False)
class Sequence:
    """A request and how far it is.

    `tokens` is the prompt and the answer so far; the first `num_computed` of them are in `memory`. `deadline` and
    `arrived` are on the clock of `time.monotonic`. `state` is None for a request without placeholders. `public_key`
    has no tokens where the public prefix is too short to be worth sharing. `guess_rate` is the share of guesses that
    were right lately. With `invocation` tokens the adapter is at work from `activated_at` on, so that what is computed
    before is the model's alone, and shared with those who use none.
    """

    request: GenerateRequest
    model: str
    deadline: float
    sampler: Sampler
    stop_tokens: frozenset[int]
    automaton: Automaton | PhraseAutomaton | ChoiceAutomaton | None
    tokens: list[int] = field(init=False)
    state: State | None = field(init=False)
    cache_key: CacheKey = field(init=False)
    public_key: PublicKey = field(init=False)
    arrived: float = 0.0
    memory: int = -1
    num_computed: int = 0
    num_cached: int = 0
    lookup: Lookup = field(default_factory=Lookup)
    guess_rate: float = 0.5
    invocation: tuple[int, ...] = ()
    activated_at: int = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = list(self.request.prompt)
        self.state = self.automaton.start if self.automaton else None
        request = self.request
        self.cache_key = CacheKey(model=self.model, adapter=request.adapter, conversation=request.conversation)
        length = min(request.num_public, self.num_prompt - 1)
        public = request.prompt[:length] if length >= _MIN_PUBLIC else ()
        self.activated_at = activation(request, self.invocation) if self.invocation else 0
        shared = 0 < length <= self.activated_at
        self.public_key = PublicKey(model=self.model, adapter=None if shared else request.adapter, tokens=public)

    @property
    def adapter(self) -> str | None:
        """What its next tokens are computed with."""
        return None if self.num_computed < self.activated_at else self.request.adapter

    @property
    def num_prompt(self) -> int:
        return len(self.request.prompt)

    @property
    def num_completion(self) -> int:
        return len(self.tokens) - self.num_prompt

    @property
    def num_pending(self) -> int:
        """Tokens that must be computed before the next one can be chosen."""
        return len(self.tokens) - self.num_computed

    @property
    def is_answering(self) -> bool:
        """Whether its prompt has been computed."""
        return self.num_computed >= self.num_prompt

    def num_next(self, wanted: int) -> int:
        """How many of `wanted` pending tokens one adapter computes."""
        before = self.activated_at - self.num_computed
        return min(wanted, before) if before > 0 else wanted

    def append(self, token: int) -> None:
        """Add one token of the answer and move the automaton on."""
        self.tokens.append(token)
        if self.automaton and self.state:
            self.state = self.automaton.next(self.state, token)

    def finished(self, reason: str) -> Finished:
        """The event that ends this answer for `reason` ("stop", "length" or "cancelled")."""
        return Finished(
            reason=reason,  # type: ignore[arg-type]
            num_prompt=self.num_prompt,
            num_cached=self.num_cached,
            num_completion=self.num_completion,
        )


def activation(request: GenerateRequest, invocation: tuple[int, ...]) -> int:
    """Where an activated adapter sets in: at its invocation tokens, the first that aren't wholly public. A customer
    who writes them again changes nothing."""
    prompt, size = request.prompt, len(invocation)
    for place in range(max(0, request.num_public - size + 1), len(prompt) - size + 1):
        if prompt[place : place + size] == invocation:
            return place
    return _NEVER
