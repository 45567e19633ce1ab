"""Which memory (KV cache) holds which tokens, and who may use them again.

A conversation's own tokens are found only under a complete `CacheKey`: there is no way to ask by tokens alone. The
public prefix (system text) has a key without a conversation, and holds nothing else.
Knows no request, no queue and no llama.cpp.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.engine.backend import Saved


@dataclass(frozen=True)
class CacheKey:
    """Whose tokens they are. All three are needed: KV computed by one model or adapter means nothing to another."""

    model: str
    adapter: str | None
    conversation: str


@dataclass(frozen=True)
class PublicKey:
    """A prefix that everybody may share, as computed by this model under this adapter."""

    model: str
    adapter: str | None
    tokens: tuple[int, ...]


_MIN_PARKED = 64  # tokens below which computing again costs less than keeping


class Memories(Protocol):
    """The part of a backend that the cache moves tokens with; see `Backend`."""

    def copy(self, source: int, target: int, num_tokens: int) -> None: ...
    def truncate(self, memory: int, num_tokens: int) -> None: ...
    def save(self, memory: int) -> Saved: ...
    def restore(self, memory: int, saved: Saved) -> bool: ...


@dataclass
class _Slot:
    """One memory for conversations. `owner` is whose tokens it holds; `in_use` while a sequence runs in it."""

    index: int
    owner: CacheKey | None = None
    tokens: list[int] = field(default_factory=list)
    in_use: bool = False
    to_forget: bool = False
    last_used: int = 0


@dataclass
class _PublicSlot:
    index: int
    key: PublicKey | None = None
    last_used: int = 0


@dataclass(frozen=True)
class _Parked:
    """An idle conversation's memory, kept elsewhere while another uses its place."""

    tokens: list[int]
    saved: Saved


class KvCache:
    """Hands out memories 0 .. num_slots-1 to sequences and keeps public prefixes in the `num_public` after them.

    The idle conversation that gives way is parked: up to `park_bytes` of such are kept for their next turn, the oldest
    going first.
    """

    def __init__(self, memories: Memories, num_slots: int, num_public: int, park_bytes: int = 0) -> None:
        self._memories = memories
        self._slots = [_Slot(index) for index in range(num_slots)]
        self._public = [_PublicSlot(num_slots + index) for index in range(num_public)]
        self._park_bytes = park_bytes
        self._parked: OrderedDict[CacheKey, _Parked] = OrderedDict()
        self.num_parked = self.num_resumed = 0
        self._clock = 0

    @property
    def num_free(self) -> int:
        """Memories that no sequence runs in; they may still hold idle conversations."""
        return sum(not slot.in_use for slot in self._slots)

    def can_acquire(self) -> bool:
        return self.num_free > 0

    def has_public(self, key: PublicKey) -> bool:
        return any(slot.key == key for slot in self._public)

    def acquire(self, key: CacheKey, public: PublicKey, prompt: Sequence[int]) -> tuple[int, int]:
        """Take a memory for `prompt`: (its number, how many tokens of the prompt it already holds).

        The last token of the prompt is never counted as held, because its logits are needed. The memory of the
        conversation itself is preferred, then an empty one, then the one idle for longest, which is parked.
        """
        free = [slot for slot in self._slots if not slot.in_use]
        own = [slot for slot in free if slot.owner == key and key.conversation]
        if own:
            slot = max(own, key=lambda s: s.last_used)
        else:
            slot = min(free, key=lambda s: (s.owner is not None, s.last_used))
            self._park(slot)
        shared = min(self._shared_length(public), len(prompt) - 1)
        held = common_length(slot.tokens if own else self._parked_tokens(key), prompt[:-1])
        if not own and held > shared:
            held = held if self._resume(slot, key) else 0
        if shared > held:
            self._memories.copy(self._touch(public).index, slot.index, shared)
            held = shared
        else:
            self._memories.truncate(slot.index, held)
        slot.in_use, slot.owner, slot.tokens = True, key, list(prompt[:held])
        slot.last_used = self._tick()
        return slot.index, held

    def release(self, index: int, tokens: Sequence[int]) -> None:
        """Give a memory back; it holds `tokens` for its owner's next turn. No tokens: it is emptied and ownerless."""
        slot = self._slots[index]
        tokens = () if slot.to_forget else tokens
        slot.in_use, slot.to_forget, slot.tokens, slot.last_used = False, False, list(tokens), self._tick()
        self._memories.truncate(index, len(tokens))
        if not tokens:
            slot.owner = None

    def _park(self, slot: _Slot) -> None:
        """Keep what an idle memory holds before it is given to another conversation, if that is worth it."""
        if slot.owner is None or not slot.owner.conversation or len(slot.tokens) < _MIN_PARKED or not self._park_bytes:
            return
        saved = self._memories.save(slot.index)
        if len(saved) > self._park_bytes:
            return
        self._parked.pop(slot.owner, None)
        while sum(len(each.saved) for each in self._parked.values()) + len(saved) > self._park_bytes:
            self._parked.popitem(last=False)
        self._parked[slot.owner] = _Parked(list(slot.tokens), saved)
        self.num_parked += 1

    def _parked_tokens(self, key: CacheKey) -> Sequence[int]:
        return self._parked[key].tokens if key.conversation and key in self._parked else ()

    def _resume(self, slot: _Slot, key: CacheKey) -> bool:
        if not self._memories.restore(slot.index, self._parked.pop(key).saved):
            return False
        self.num_resumed += 1
        return True

    def publish(self, index: int, key: PublicKey) -> None:
        """Keep the public prefix, which memory `index` holds and nothing more, for everybody; the oldest gives way."""
        if not self._public or self.has_public(key):
            return
        slot = min(self._public, key=lambda s: (s.key is not None, s.last_used))
        slot.key, slot.last_used = key, self._tick()
        self._memories.copy(index, slot.index, len(key.tokens))

    def forget(self, conversation: str | None) -> None:
        """Empty the memories of a conversation (None: of all), under whatever model or adapter: those in use as soon
        as their answer has ended."""
        for key in [k for k in self._parked if conversation in (None, k.conversation)]:
            del self._parked[key]
        for slot in self._slots:
            if slot.owner is None or conversation not in (None, slot.owner.conversation):
                continue
            if slot.in_use:
                slot.to_forget = True
            else:
                self.release(slot.index, ())

    def forget_adapter(self, adapter: str) -> None:
        """Empty every memory that was computed with an adapter; none of them may be in use."""
        for key in [k for k in self._parked if k.adapter == adapter]:
            del self._parked[key]
        for slot in self._slots:
            if slot.owner is not None and slot.owner.adapter == adapter:
                self.release(slot.index, ())
        for public in self._public:
            if public.key is not None and public.key.adapter == adapter:
                self._memories.truncate(public.index, 0)
                public.key = None

    def _shared_length(self, key: PublicKey) -> int:
        return len(key.tokens) if self.has_public(key) else 0

    def _touch(self, key: PublicKey) -> _PublicSlot:
        slot = next(slot for slot in self._public if slot.key == key)
        slot.last_used = self._tick()
        return slot

    def _tick(self) -> int:
        self._clock += 1
        return self._clock


def common_length(held: Sequence[int], prompt: Sequence[int]) -> int:
    """How many tokens both begin with."""
    for position, (a, b) in enumerate(zip(held, prompt, strict=False)):
        if a != b:
            return position
    return min(len(held), len(prompt))
