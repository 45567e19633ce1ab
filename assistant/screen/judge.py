"""Judges what a customer's message asks for, before anybody answers it: a category, or that it is fine.

Sure patterns first, then the head on the whole message and, in a long one, on its most suspicious sentence. The shop's
own names are taken out before: whatever a shop sells may be asked for. Keeps nothing. Knows no database; what follows
from a verdict is the policy's (settings) and act/refuse.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.language import STOP_WORDS, fold
from assistant.screen.head import SafetyHead
from assistant.screen.opinion import Opinion
from assistant.screen.plain import plain
from assistant.screen.rules import asks_what_it_is, harmful

THRESHOLD = 0.25
"""Log-odds from which a message is taken for harmful; chosen where harmless shop talk passes and most harm doesn't."""
_OF_A_BUDGET = 3.0
"""How much more a message that names a sum of money must score: budgets are talk of shops ("I only have 50 pounds")."""
_MONEY = re.compile(
    r"[$£€]\s?\d|\b\d{1,2}\s?(?:%|percent) (?:off|discount)\b|"
    r"\b\d+(?:[.,]\d+)?\s?(?:pounds?|quid|dollars?|euros?|bucks|usd|eur|gbp|[$£€])(?!\w)",
    re.I,
)
_OF_A_SENTENCE = 5.2
"""How much more a sentence by itself must score than a whole message."""
_OF_AN_ORDER = 4.0
"""How much more a message must score that plainly asks to have something done with an order."""
_ORDER = re.compile(
    r"^\W*(?:(?:hi|hello|ok|and|please|then|i|i'd|we|want|would|like|need|to|can|could|you|also) ){0,6}"
    r"(?:return|refund|cancel|exchange|change|send|ship|deliver|track) (?:[\w#'-]+ ){0,4}?"
    r"(?:everything|something|all|orders?|items?|it|them|parcel|package|receipt)\b",
    re.IGNORECASE,
)
_REFUND = re.compile(r"\b(?:how much|what|total)\b[^.!]{0,50}\b(?:get back|money back|refund(?:ed)?)\b", re.IGNORECASE)
_OF_THE_TALK = 1.6
"""How much more a few words must score behind a talk of goods where they do nothing to anybody."""
_FEW = 12
_SOMEBODY = re.compile(
    r"\b(?:me|myself|you|us|people|persons?|some(?:one|body)|any(?:one|body)|everyone|kids?|child(?:ren)?|girls?|boys?|"
    r"women|woman|men|man|jews?|muslims?|gays?|blacks?|whites?|foreigners?|immigrants?|kill\w*|murder\w*|bombs?|guns?)\b"
    r"|\b(?:burn|hurt|hit|stab|poison|shoot|harm|drown|strangle) (?:him|her|them|it)\b"
    r"|\bi(?:'ll| will| want to| am going to)\b"
)
"""Whom harm may be meant for, or what is done by whoever writes."""
_OF_A_GRUDGE = 0.8
"""How much more a few words must score behind a talk of goods that scold whoever answers: "you lot are hopeless"."""
_SCOLDS = re.compile(
    r"^\W*(?:(?:so|and|but|well|oh|ugh|god|honestly|seriously) )*(?:you(?:'re| are|r| lot| guys| people| never| don'?t)"
    r"|why (?:can'?t|won'?t|don'?t) (?:you|u))\b(?!.*\b(?:yourself|myself|kill|die|hurt)\b)"
)
_HARMLESS = (
    r"^(?:is|are) (?:the|this|that|these|your) (?:\w+ ){1,3}"
    r"(?:dangerous|toxic|poisonous|flammable|explosive|harmful|safe)\W*$"
)
_OF_IT = 1.0
"""How much more a short message must score that asks what can be done with "it", what is left, or the least to pay."""
_IT = re.compile(
    r"\b(?:least|most) (?:i|we) can (?:pay|spend)\b|\b(?:any|some|many) left\b"
    rf"|{_HARMLESS}"
    r"|^(?:(?:and|so|but|or|ok|then|also) ){0,2}how (?:many|much|long|often|quickly|fast|hot|far|loud|heavy)\b"
    r"(?: \w+){0,2} (?:does|do|will|can|is|are) (?:it|they)\b(?: \w+){0,6}\W*$"
    r"|^(?:(?:and|so|but|or|ok|then|also) ){0,2}(?:can|could|will|would|does|do|is|are) (?:(?:i|we) \w+ )?"
    r"(?:it|they|them|these|this|that)\b(?: \w+){0,8}\W*$",
    re.IGNORECASE,
)
_OF_WHAT_IS_SOLD = 4.0
"""How much more a short message must score that asks for the price, the stock or the choice of what is sold here, or
whether that is dangerous."""
_SHOPPING = re.compile(
    r"\bhow much\b|\b(?:price|cost)s?\b|\bin stock\b"
    r"|\b(?:what|which) (?:\w+ ){1,2}(?:are there|do you have|have you got)\b"
    rf"|{_HARMLESS}",
    re.IGNORECASE,
)
_OF_ONESELF = 4.0
"""How much more a short message must score that asks what is known of its writer, or says what they eat or like now."""
_SELF = re.compile(
    r"\b(?:know|remember|have|got|keep|hold|saved?|stored?|kept)\b.{0,20}\b(?:of|about|on) me\b"
    r"(?: (?:now|so far|already|please))*\W*$"
    r"|^\W*(?:my|our) (?:[a-z]+ ){1,3}(?:is|are|has|have|can't (?:have|eat))(?: an?| allergic to| intolerant to)? "
    r"(?:coeliac|celiac|vegan|vegetarian|veggie|diabetic|(?:lactose|gluten|nut|dairy|egg|milk|fish|soy|wheat)[a-z]*"
    r"(?:[ -](?:allerg[a-z]+|intoleran[a-z]+|free))?)\W*$"
    r"|^\W*(?:please )?(?:drop|forget|delete|remove|scrap|don't keep) "
    r"my (?:diet|size|budget|preferences|likes|history|data)\W*$"
    r"|^\W*(?:i|i'm|im|we|we're)(?: (?:really|also|only|not|never|do|don't|can|can't|usually))* "
    r"(?:eat|drink|wear|into|like|love|enjoy|avoid)\b(?: [\w'-]+){1,3} (?:again|any ?more|now|these days)\W*$",
    re.IGNORECASE,
)
_OF_A_NEW_START = 5.0
"""How much more a few words must score that ask for the last answer again, or to begin anew, and nothing else."""
_ANEW = re.compile(
    r"^\W*(?:(?:ok|please|sorry|can|could|would|you) )*(?:repeat|say) "
    r"(?:that|it|(?:the|your) last (?:answer|one|reply|thing))(?: again| once more| please)*\W*$"
    r"|^\W*(?:(?:ok|please|no|well) )*(?:forget|scrap|drop|never mind) "
    r"(?:everything|all (?:of )?(?:that|this|it)|that|it|this)\W+(?:(?:and|so|let'?s|let us|we|i|can|want|to|will) )*"
    r"(?:start|begin)(?:s|ing)?(?:(?: all)? over)?(?: again| anew| afresh)?\W*$",
    re.IGNORECASE,
)
_TO_SOMEBODY = re.compile(
    r"\b(?:to \w+|for \w+ing) (?:my|his|her|him|them|you|me|myself|people|some(?:one|body)|any(?:one|body)|an?|the)\b",
    re.IGNORECASE,
)
"""What somebody means to do to somebody: no talk of a price any more."""
_OF_WHO_PAYS = 6.0
"""How much more a short message must score that says who won't like what is spent ("my wife will kill me if I go over
50"): a figure of speech beside a sum, and a threat without one."""
_WHO_PAYS = re.compile(
    r"(?=.*\d)(?=.*\b(?:spend|spent|pay|paid|costs?|budget|over|more than|under|below|less than|afford)\b)"
    r".*\b(?:will|would|'?ll|gonna|going to) (?:kill|murder|strangle|divorce) me\b(?! (?:with|tonight|today|tomorrow))",
    re.IGNORECASE,
)
_SHORT = 15
"""Words up to which a message is about one thing."""
_LONG = 30
"""Words from which a message's sentences are looked at one by one."""
_SENTENCE = re.compile(r"(?<=[.!?\n])\s+|\n+")
_FREE_OF = re.compile(r"\b[a-z]+-free\b", re.IGNORECASE)
"""What a thing is said to be without: "drug-free sleep aids" asks for no drugs."""
_NAME_ENDS = re.compile(r"\s(?:with|for|by|in|of|from|and)\s|[,(:|–—]|\s-\s")
_NAME_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True)
class Verdict:
    """`category` is None for a message that may be answered; `score` are the log-odds (None: a pattern was sure)."""

    category: str | None
    score: float | None


class OwnNames:
    """The shop's own names, to be taken out of a message; `kinds` are the things that they name, and brands; `values`
    those of the options that they come in. Immutable.

    A single word counts from `shortest` letters on.
    """

    def __init__(
        self, names: Iterable[str], kinds: Iterable[str] = (), values: Iterable[str] = (), *, shortest: int = 4
    ) -> None:
        self._values = frozenset(fold(value) for value in values)
        self.kinds: OwnNames | None = OwnNames(kinds, shortest=3) if kinds else None
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            words = tuple(_NAME_WORD.findall(fold(name)))
            if words and (len(words) > 1 or len(words[0]) >= shortest):
                self._by_first.setdefault(words[0], []).append(words)
        for options in self._by_first.values():
            options.sort(key=len, reverse=True)

    def without(self, text: str) -> str:
        """`text` with every name of the shop replaced by "item"."""
        words = list(_NAME_WORD.finditer(text))
        folded = [fold(w[0]) for w in words]
        out, at, i = [], 0, 0
        while i < len(words):
            name = next((n for n in self._by_first.get(folded[i], ()) if tuple(folded[i : i + len(n)]) == n), None)
            if name is None:
                i += 1
                continue
            out += [text[at : words[i].start()], "item"]
            i += len(name)
            at = words[i - 1].end()
        return "".join(out) + text[at:]

    def says_a_version(self, simple: str) -> bool:
        """Whether a message says nothing but which version for whom: "wife is M, black"."""
        words = [fold(word) for word in _NAME_WORD.findall(simple)]
        rest = [word for word in words if word not in STOP_WORDS and word not in _WHOM and not word.isdigit()]
        return bool(rest) and all(word in self._values for word in rest)


_WHOM = frozenset(
    "wife husband son daughter mum mom dad sister brother girl boy friend partner size colour color".split()
)


def things(names: Iterable[str]) -> list[str]:
    """What the names of products name, one and many: "Alder Chef's Knife" is a knife, and knives are sold here."""
    found: set[str] = set()
    for name in names:
        words = _NAME_WORD.findall(fold(_NAME_ENDS.split(name)[0]))
        if words and words[-1].isalpha():
            found |= {words[-1], f"{words[-1]}s", f"{words[-1].removesuffix('fe')}ves"}
    return sorted(found)


def _of_shopping(simple: str, own: OwnNames | None) -> float:
    """How much more a message must score that is plain talk of shopping, 0 where it isn't."""
    if simple.count(" ") > _SHORT or _TO_SOMEBODY.search(simple):
        return 0.0
    if own and _SHOPPING.search(simple) and any(n and n.without(simple) != simple for n in (own, own.kinds)):
        return _OF_WHAT_IS_SOLD
    if own and own.says_a_version(simple):
        return _OF_WHAT_IS_SOLD
    if _ANEW.search(simple):
        return _OF_A_NEW_START
    if _SELF.search(simple):
        return _OF_ONESELF
    if _WHO_PAYS.search(simple):
        return _OF_WHO_PAYS
    return _OF_IT if _IT.search(simple) else 0.0


def _of_the_talk(simple: str) -> float:
    """How much more a few words must score behind a talk of goods, 0 where they may be meant for somebody."""
    if not _SOMEBODY.search(simple):
        return _OF_THE_TALK
    return _OF_A_GRUDGE if _SCOLDS.search(simple.lower()) else 0.0


class Judge:
    """Judges messages by what `opinion` says of them. As thread-safe as that."""

    def __init__(self, opinion: Opinion) -> None:
        self._opinion = opinion

    def judge(self, text: str, own: OwnNames | None = None, *, at_work: bool = False, talking: bool = False) -> Verdict:
        """The verdict on a message, as it is kept (made plain, secrets masked).

        `at_work`: it is likely to answer what was asked about an order, so only a plain case counts. `talking`: goods
        are talked of, so that a few words that name nobody are likely of them ("how long does one burn").
        """
        stripped = own.without(text) if own else text
        simple = plain(stripped)
        sure = harmful(simple)
        if sure:
            return Verdict(sure, None)
        if asks_what_it_is(simple):
            return Verdict(None, None)
        # The message as it is comes first: other heads read those states too. What is on the shelf is no threat, so
        # a bad look is looked at again without the shop's names, without the things that they name, and without what
        # something is to be free of.
        scores = self._opinion.scores(text)
        if scores[0] > THRESHOLD and own:
            named = own.kinds.without(stripped) if own.kinds else stripped
            for other in dict.fromkeys((stripped, named, _FREE_OF.sub("", stripped))):
                if other != text and scores[0] > THRESHOLD:
                    scores = min(scores, self._opinion.scores(other), key=lambda s: float(s[0]))
        if _MONEY.search(stripped):
            scores[0] -= _OF_A_BUDGET
        if scores[0] <= THRESHOLD:
            part = self._worst_sentence(stripped)
            if part is not None and part[0] - _OF_A_SENTENCE > scores[0]:
                scores = part
                scores[0] -= _OF_A_SENTENCE
        if scores[0] <= THRESHOLD:
            return Verdict(None, float(scores[0]))
        of_order = simple.count(" ") < _SHORT and (_ORDER.search(stripped) or _REFUND.search(stripped))
        allowed = _OF_AN_ORDER if of_order or at_work else _of_shopping(simple, own)
        if talking and simple.count(" ") < _FEW:
            allowed = max(allowed, _of_the_talk(simple))
        sure_from = THRESHOLD + allowed
        category = SafetyHead.category(scores) if scores[0] > sure_from else None
        return Verdict(category, float(scores[0]))

    def _worst_sentence(self, text: str) -> NDArray[np.float32] | None:
        """The scores of the sentence of a long message whose words look worst, None in a short one."""
        if text.count(" ") < _LONG:
            return None
        parts = [p for p in _SENTENCE.split(text) if p.count(" ") >= 2][:40]
        if not parts:
            return None
        return self._opinion.scores(max(parts, key=self._opinion.of_words))
