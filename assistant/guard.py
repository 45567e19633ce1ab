"""Stands at both ends of a turn: the message before it is read, the answer's texts before they are said.

    guard.take(text, conversation_id)      plain, without secrets, even ones spread over messages
    guard.verdict(kept, own_names)         what the shop's policy says is to be done about it
    guard.clean(plan)                      shop texts that speak to a machine, or carry links, are not quoted
    guard.may_say(sentence, True)           the last look before release

Owns what it takes from the shop's database for that. Knows no model and no words of an answer.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.act.plan import PLACEHOLDER, Field, Plan
from assistant.config import SafetySettings
from assistant.privacy.pii import shop_numbers
from assistant.prompt import SYSTEM
from assistant.screen.judge import Judge, OwnNames
from assistant.screen.opinion import Opinion
from assistant.screen.rules import forbidden, planted
from assistant.screen.screen import Screened, screen
from assistant.screen.secrets import CARD, find_secrets, split_card
from assistant.screen.shelf import Shelf
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.types import Decision
from assistant.understand import whoasks

_LOG = logging.getLogger(__name__)
_EARLIER = 4
"""Messages of a conversation over which one card number may be spread."""
_QUOTED = frozenset({"quote", "value", "item", "name", "list"})
_LINK = re.compile(r"\b(?:https?://|www\.)\S+|!?\[([^\]]*)\]\([^)]*\)", re.IGNORECASE)
_LISTED = re.compile(r", | and | or ")
"""Between the names and values of a field that isn't a quotation: each is judged by itself, and so known before."""
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]{0,300}>")
_CANARY_WORDS = 6
_NUMBER = re.compile(r"\d+")
_YOUTH = re.compile(r"\b(?:child|kid|teen\w*|minor|under-?age\w*|boy|girl|school\w*|young\w*)s?\b", re.IGNORECASE)


class Guard:
    """The guard of one shop. Thread-safe."""

    def __init__(self, db: Database, conversations: Conversations, settings: SafetySettings, opinion: Opinion) -> None:
        self._conversations = conversations
        self._settings = settings
        self._shelf = Shelf(opinion)
        self._known = shop_numbers(db)

    def take(self, text: str, max_chars: int, conversation_id: str) -> Screened:
        """The message as it may be kept. A card number that it completes is taken out of the messages before it too.

        Raises InputError as `screen` does.
        """
        earlier = self._earlier(text, conversation_id)
        said = [message for _, message in earlier]
        screened = screen(text, max_chars, self._known, said)
        parts = split_card([*said, screened.text], self._known) if said and CARD in screened.kept else []
        for (message_id, message), part in zip(earlier, parts[:-1], strict=False):
            if part is not None:
                self._conversations.take_out(message_id, message[part[0] : part[1]], CARD)
        return screened

    def verdict(
        self,
        kept: str,
        own: OwnNames,
        opinion: Opinion,
        *,
        answers: bool = True,
        at_work: bool = False,
        talking: bool = False,
    ) -> Decision:
        """What the policy says about a message, as it is kept. Not `answers`: a colleague reads it, so it passes.

        `at_work`: something is being done about the customer's orders, so that an answer to a question is likely;
        `talking`: goods are talked of.
        `opinion` is made of the turn's states: what is computed of the message here need not be computed again.
        """
        if not answers:
            return Decision()
        judge = Judge(opinion)
        category = judge.judge(kept, own, at_work=at_work, talking=talking).category
        if category is not None and (rest := _whoever_asks(kept)) != kept:
            category = judge.judge(rest, own, at_work=at_work, talking=talking).category
        if category is None:
            return Decision()
        action = self._settings.policy(category)
        _LOG.info("screened: %s, %s", category, action)
        return Decision(category, action)

    def clean(self, plan: Plan, info: Mapping[str, str]) -> None:
        """Take out of the plan what a text of the shop must not do: address a machine, pose as one, carry markup."""
        own_hosts = _hosts(info)
        bad: set[str] = set()
        for fact in plan.facts:
            for name, entry in fact.fields.items():
                if entry.kind not in _QUOTED:
                    continue
                of_product = entry.kind == "quote" and any(r.kind == "product" for r in entry.receipts)
                text = _without_markup(entry.text, own_hosts)
                said = text if entry.kind in ("quote", "item") else _LISTED.sub("\n", text)
                if not planted(text, of_product=of_product) and self._shelf.fit(said):
                    fact.fields[name] = replace(entry, text=text) if text != entry.text else entry
                elif entry.kind in ("item", "name"):
                    fact.fields[name] = Field(entry.kind, "this product", entry.receipts, entry.gloss)
                else:
                    bad.add(fact.key(name))
        if bad:
            _LOG.warning("a text of the shop speaks to the assistant and was not quoted; see receipts of this turn")
            _drop(plan, bad)

    def look_ahead(
        self, texts: Iterable[str], is_over: Callable[[], bool] = bool, rest: Callable[[], object] = bool
    ) -> int:
        """Judge what `clean` will ask of these texts of the shop, before it does; see `Shelf.ahead`."""
        return self._shelf.ahead((_without_markup(text, ()) for text in texts), is_over, rest)

    def may_say(self, sentence: str, own: bool) -> bool:
        """Whether a sentence may be released; `own` says that a model worded it. False sets off an alarm."""
        if forbidden(sentence) or _shows_system_text(sentence):
            _LOG.error("alarm: an answer would have shown the system text or claimed to be human; it was held back")
            return False
        if own and not self._shelf.fit(sentence):
            _LOG.warning("a sentence that the model worded reads as harmful and was held back")
            return False
        return not (own and find_secrets(sentence, self._known))

    def _earlier(self, text: str, conversation_id: str) -> list[tuple[str, str]]:
        """The customer's last messages, oldest first; looked up only for a message with digits."""
        if sum(c.isnumeric() for c in text) < 1 and not _NUMBER_WORD.search(text):
            return []
        return self._conversations.last_said(conversation_id, _EARLIER)


_NUMBER_WORD = re.compile(r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|double|triple)\b", re.IGNORECASE)


def _whoever_asks(kept: str) -> str:
    """The message without clauses that only say who writes: a faith or a colour is no harm. Somebody's youth may be."""
    rest = whoasks.without(kept, always=True)
    return kept if _YOUTH.search(kept) or _NUMBER.findall(kept) != _NUMBER.findall(rest) else rest


def _hosts(info: Mapping[str, str]) -> list[str]:
    """The shop's own hosts: those of its address on the web and of its e-mail."""
    hosts = re.findall(r"(?:https?://(?:www\.)?|@)([\w.-]+\.\w+)", " ".join(info.values()).lower())
    return sorted(set(hosts))


def _without_markup(text: str, own_hosts: Sequence[str]) -> str:
    def kept(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        return match[0] if any(host and host in match[0].lower() for host in own_hosts) else "(link removed)"

    return _MARKUP.sub("", _LINK.sub(kept, text))


def _drop(plan: Plan, bad: set[str]) -> None:
    """Take the sentences that use these placeholders out of the plan; say so when nothing is left to say."""

    def fine(sentence: str) -> bool:
        return not bad & {m[0] for m in PLACEHOLDER.finditer(sentence)}

    plan.core = [s for s in plan.core if fine(s)]
    plan.closing = [s for s in plan.closing if fine(s)]
    plan.needs = [n for n in plan.needs if n not in bad]
    for fact in plan.facts:
        for key in [k for k in fact.fields if fact.key(k) in bad]:
            del fact.fields[key]
    if not plan.core:
        plan.core = ["I'm sorry, I don't have that information."]
        plan.phrase, plan.answered = False, False


@lru_cache(maxsize=1)
def _canaries() -> frozenset[str]:
    """Every run of six words of the system text: none of them belongs in an answer."""
    words = re.findall(r"[a-z']+", SYSTEM.lower())
    return frozenset(" ".join(words[i : i + _CANARY_WORDS]) for i in range(len(words) - _CANARY_WORDS + 1))


def _shows_system_text(sentence: str) -> bool:
    words = re.findall(r"[a-z']+", sentence.lower())
    runs = (" ".join(words[i : i + _CANARY_WORDS]) for i in range(len(words) - _CANARY_WORDS + 1))
    return any(run in _canaries() for run in runs)
