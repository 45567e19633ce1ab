"""All that a message tells: in which language it is, what is asked, how its writer feels, and how that has built up.

Puts the understanding's parts together for the pipeline; changes no state. Knows no facts of the shop but its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from assistant.language import fold
from assistant.request import Limits, Request
from assistant.understand import whoasks
from assistant.understand.answered import chosen, settled
from assistant.understand.cues import SMALL_TALK
from assistant.understand.doubt import again, doubts
from assistant.understand.feeling import NEUTRAL, EmotionHead, Feeling
from assistant.understand.languages import detect
from assistant.understand.offered import taken_up
from assistant.understand.reading import Reader
from assistant.understand.state import State
from assistant.understand.strain import Mood, strained
from assistant.understand.vocabulary import Vocabulary

_SLIP = 88.0  # how alike (0 to 100) a word must be to one of the shop's to be that word misspelt
_PLAIN = 0.5  # how strong a feeling must be for a message that asks nothing to be about it
_NONE_OF_OURS = 0.75  # how sure it is that a message is none of the shop's business: a joke is no complaint
_PLAINLY, _UNLIKELY = 0.8, 0.2
"""How strong joy must be, and how unlikely the act that was found, for words of praise to be nothing else."""
_FELT_AS = {
    "anger": "complaint",
    "disgust": "complaint",
    "fear": "complaint",
    "sadness": "complaint",
    "joy": "feedback",
}


@dataclass(frozen=True)
class Heard:
    """A message understood. `language` is None for English; `mood` is the state's with this message's strain added."""

    requests: list[Request]
    feeling: Feeling
    mood: Mood
    language: str | None = None


@dataclass(frozen=True)
class Listener:
    """Hears messages for one shop. Stateless: the conversation's state is passed in and not changed.

    `states` gives the encoder's states of a text's tokens. `minds_tone` False: moods are left alone, as if every
    message were neutral.
    """

    reader: Reader
    vocabulary: Vocabulary
    head: EmotionHead
    states: Callable[[str], NDArray[np.float32]]
    minds_tone: bool = True

    def hear(self, text: str, state: State) -> Heard:
        """What `text` tells in the conversation that `state` stands for."""
        answers = state.at_work and "?" not in text  # a name, a street: they are of any language
        language = None if answers else self._language(text)
        if language is not None:
            return Heard([Request("other_language", text, extra={"language": language})], NEUTRAL, state.mood, language)
        feeling = self._feeling(whoasks.without(text, always=True), state)
        mood = state.mood | {"strain": strained(state.mood, feeling, text, state.log)}
        requests = self._requests(whoasks.without(text), state)
        if all(r.act == "preferences" for r in requests) and "!" not in text:
            feeling, mood = NEUTRAL, state.mood  # who wants something forgotten isn't angry by that
        return Heard(_felt([_called(r, state) for r in requests], feeling, text), feeling, mood)

    def _requests(self, text: str, state: State) -> list[Request]:
        """What is asked: a choice among what was offered, the last question doubted, or what the words say."""
        if state.log and not state.at_work and (missed := _MISSED.match(text)):
            return self._behind(text[missed.end() :], state) or [Request("complaint", text, extra={"felt": True})]
        if state.act == "human" and state.called and _OF_THE_CALL.search(fold(text)):
            return [Request("human", text)]
        if not state.at_work and (answer := self._answer(text, state)):
            return [answer]
        if state.question and state.log and not state.at_work and doubts(text):
            return again(self.reader.read(state.question, state))
        return self.reader.read(text, state)

    def _behind(self, rest: str, state: State) -> list[Request]:
        """What is asked right behind that an answer missed: "not what I meant, I meant kettles"; empty: nothing."""
        requests = self._requests(rest, state) if re.search(r"\w", rest) else []
        return requests if "?" in rest or any(r.act not in _ASKS_NOTHING for r in requests) else []

    def _answer(self, text: str, state: State) -> Request | None:
        """What `text` is as no more than an answer to what the last answer asked or offered."""
        if state.choices and (choice := chosen(text, state)):
            return settled(choice, self.reader.read(state.question, state), text)
        return taken_up(text, self.reader.bare_answer(text), state) if state.offer else None

    def _language(self, text: str) -> str | None:
        return detect(text, lambda w: w in self.vocabulary.english, self._is_shop_word)

    def _is_shop_word(self, word: str) -> bool:
        """Whether a word is the shop's own, or a slip of one: "vacum" is no other language."""
        words = self.vocabulary
        if word in words.known or word in words.joined:
            return True
        return (
            len(word) >= 5
            and process.extractOne(word, words.known.keys(), scorer=fuzz.ratio, score_cutoff=_SLIP) is not None
        )

    def _feeling(self, text: str, state: State) -> Feeling:
        if not self.minds_tone or state.mood.get("off"):
            return NEUTRAL
        return self.head.feel(text, self.states(text))


def _felt(requests: list[Request], feeling: Feeling, text: str) -> list[Request]:
    """A message that asks nothing but says plainly how somebody feels is a complaint, or feedback; and a complaint that
    is told with feeling is nothing else: "third time I'm asking, useless shop" looks for no goods."""
    act = _FELT_AS.get(feeling.emotion, "none")
    if feeling.strength < _PLAIN:
        return requests
    if len(requests) == 1 and requests[0].act == "none" and requests[0].confidence < _NONE_OF_OURS:
        requests = [replace(requests[0], act=act)]
    if act == "feedback" and feeling.strength >= _PLAINLY and _only_praises(requests, text):
        requests = [replace(requests[0], act=act, products=(), query="", limits=Limits())]
    if act not in ("complaint", "feedback") or "?" in text:
        return requests
    return [replace(r, extra=r.extra | {"felt": True}) if r.act == act else r for r in requests]


_NOT_THAT = (
    r"(?:(?:that|this|it)(?:['’]?s| is| was) ?(?:not|n['’]t)|(?:that|this|it) (?:isn|wasn)['’]?t|not)(?: at all)?"
    r"(?: really| even| exactly| very)*"
)
_ASKED = (
    r"what i(?:['’](?:m|ve)| am| was| have| had)? (?:ask(?:ed|ing)?|meant|mean|said|saying|wanted to know)"
    r"(?: for| about| you)?"
)
_QUESTION = r"(?:my|the) question"
_AT_ALL = r"(?:(?:actually|really|just|at least|even|ever)\s+)*"
_NOT_AT_ALL = rf"{_AT_ALL}(?:not|even|ever|never)\s+{_AT_ALL}"
"""Without a "not" or an "even" a person is only asked for help: "can you just help me?"."""
_HEARING = (
    r"(?:read|listen|understand|answer|hear|think|help|try|care|reply|respond|pay(?:ing)? attention)(?:ing|ed)?"
    r"(?: (?:to )?(?:me|it|that|this|properly|what i \w+(?: \w+)?|(?:my|the|a|any|one|simple) (?:\w+ )?questions?))?"
)
_SCOLDS = (
    rf"(?:(?:(?:can|could|do|did|are|will|would|have) you {_NOT_AT_ALL}|(?:did|are|have) you (?:actually|really) )"
    rf"(?:{_HEARING}|know (?:anything|what "
    rf"you(?:['’]re| are) (?:doing|saying|talking about)))"
    rf"|why (?:can|won|don|didn|couldn)['’]?t you {_AT_ALL}{_HEARING}"
    r"|(?:is|was) (?:this|that) (?:(?:some (?:kind|sort) of|meant to be|supposed to be|an?) )*"
    r"(?:joke|wind[- ]?up|funny)"
    r"|are you (?:having (?:a laugh|me on)|taking the (?:piss|mick(?:ey)?))|how many times (?:do|must) i have to "
    r"(?:ask|say|repeat|tell)(?: \w+)*)"
)
"""Asks nothing, but whether it was heard at all: "can you not read?", "is this a joke?"."""
_MISSED = re.compile(
    r"\W*(?:(?:no|nope|sorry|but|well|ugh|hm+)\W+)*"
    rf"(?:{_NOT_THAT} (?:{_ASKED}|(?:an?|the) answer(?: to {_QUESTION})?|{_QUESTION}|helpful"
    rf"|answering(?: {_QUESTION}| me)?)"
    r"|you (?:(?:did|have|are)(?:n['’]?t| not)|still haven['’]?t)(?: really| even)* "
    rf"(?:answer|understand|understood|listen)(?:ed|ing)?(?: (?:to )?(?:me|it|that|{_QUESTION}|{_ASKED}))?"
    rf"|{_SCOLDS})"
    r"(?: at all| though| either)?\s*(?:$|[,.;:!?–—-]+\s*)",
    re.IGNORECASE,
)
"""Says that the answer missed what was asked. Of goods it says nothing: "not what i ordered", "not what i'm after"."""
_ASKS_NOTHING = SMALL_TALK | {"none", "complaint", "feedback", "yes", "no"}
_OF_THE_CALL = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|and|so|thanks|great|right|but)\W+)*(?:what happens (?:now|next)\b"
    r"|(?:how (?:long|soon|quickly|fast)|when|will|are|is)\b(?:.*\b(?:some(?:one|body)|any(?:one|body)|colleague|"
    r"person|human|wait\w*|hear|answer\w*|reply|replies|respond\w*|get back|in touch|call(?:s|ed)?|ring|take over)\b"
    r"|(?: (?:will|would|does|do|is|are|might|should|can|could|until|till|before))* (?:it|that|this|they)"
    r"(?: (?:usually|normally|now|all|going to))*(?: (?:take|be|happen|long|soon|quick))+\W*$))"
    r"(?!.*\b(?:deliver\w*|order|parcel|stock|open|price|cost)\b)"
)
"""Right behind a call for a person, what is asked of that: "how long will that take", "when do they answer"; of the
thing that was talked of before it is not: "how long does it last"."""
_ASKS = re.compile(
    r"\?|^\W*(?:(?:so|and|ok|but)\W+)*(?:what|which|how|when|where|who|is|are|do|does|can|could|would|any|show|tell|give)\b"
    r"|\b(?:i'?d like|i want|i need|looking for|recommend|please|can you|could you|how much|do you|have you)\b"
)


def _only_praises(requests: list[Request], text: str) -> bool:
    """Whether a message asks nothing and no act is likely: what is praised in it isn't asked about."""
    unlikely = len(requests) == 1 and (requests[0].act == "feedback" or requests[0].confidence < _UNLIKELY)
    told = any(r.extra.get("told") for r in requests)  # "add that I love hiking" is to be remembered
    return unlikely and not told and not _ASKS.search(fold(text))


def _called(request: Request, state: State) -> Request:
    return replace(request, extra=request.extra | {"called_before": True}) if state.called else request
