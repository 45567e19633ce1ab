"""Whether an answer to "Shall I go ahead?" agrees, refuses, or agrees to some of what was listed.

    agreed([Part("yes, go ahead")]) -> Yes.EXPLICIT      agreed([Part("yes, but later")]) -> Yes.NONE
    refuses("absolutely not") -> True                chosen("only the second", 2) -> [2]

A yes counts only where everything in the message is understood as agreement: a word that nobody listed makes it none,
and the question is asked again. So the words here are those that change nothing in a yes, and never those that do. What
asks for something else besides is for the reader to find (`Part.new`). Knows English; no shop, no request, no proposal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from assistant.language import stems
from assistant.understand.orders.consent_words import (
    AGAINST,
    ALL_BUT,
    APPROVAL,
    ASIDE,
    ASKS,
    COURTESY,
    DECLINES,
    DENIES,
    DENY,
    EXPLICIT,
    HEADS,
    INVERTED,
    JOINT,
    LIMITS,
    LIMITS_IT,
    NAMED,
    NOT_NEEDED,
    NOTHING,
    OF_ORDERS,
    ORDER,
    ORDINALS,
    PLAIN,
    REFUSAL,
    SEES,
    SIGNS,
    TURNS,
    UNKNOWN,
    WANTS,
    WHICH,
    WORD,
    YES,
)
from assistant.understand.orders.wording import sentences
from assistant.understand.vocabulary import english_words


class Yes(IntEnum):
    """How much of a yes: none; "ok", which counts only where nothing else is said; "yes"; "yes, go ahead"."""

    NONE, WEAK, SAID, EXPLICIT = range(4)


_INTERJECTION = 2
"""Words of a question that is none: "seriously? Fine, do it." """


@dataclass(frozen=True)
class Part:
    """A clause of an answer. `new`: it asks for something beside what was proposed. `asks`: it is of a question.
    `tells`: it says which things or order are meant, which changes nothing where a yes follows."""

    text: str
    new: bool = False
    asks: bool = False
    tells: bool = False


def parts_of(text: str) -> list[Part]:
    """The sentences of a message that nothing was read of yet, each as one part."""
    return [Part(s, asks="?" in s) for s in sentences(text)]


def agreed(parts: Sequence[Part], own: Collection[str] = (), verbs: str = "") -> Yes:
    """How much of a yes a whole message is. `own`: stems of the words of what was proposed; `verbs`: a pattern of what
    would be done. A question may stand behind an explicit yes; before it, only an interjection may."""
    best, least = Yes.NONE, Yes.WEAK
    for part in parts:
        if part.asks:
            behind = best == Yes.EXPLICIT and ASKS.match(part.text) and not DENIES.search(part.text)
            if not (behind or (not best and len(part.text.split()) <= _INTERJECTION)):
                return Yes.NONE
            least = Yes.EXPLICIT
            continue
        strength = _strength(part.text, own, verbs)
        if strength is None and part.new:
            strength, least = _begins(part.text, behind=best > Yes.WEAK), max(least, Yes.SAID)
        if strength is None and part.tells and best == Yes.NONE:
            strength, least = Yes.NONE, max(least, Yes.SAID)
        if strength is None:
            return Yes.NONE
        best = max(best, strength)
    return best if best >= least else Yes.NONE


def sounds(text: str) -> bool:
    """Whether a text has a yes in it, whatever else."""
    low = " ".join(_words(text))
    return bool(PLAIN.search(low) or EXPLICIT.search(low))


def says_nothing(text: str) -> bool:
    """Whether a text is nothing but agreement or courtesy, and names no order."""
    return _strength(text) is not None and not ORDER.search(text)


def refuses(text: str) -> bool:
    """Whether a sentence is a refusal and nothing else, and none says yes: "absolutely not", "I don't agree"."""
    said = [" ".join(_words(s)) for s in sentences(text)]
    return any(REFUSAL.fullmatch(s) for s in said) and not any(re.search(r"\byes\b", s) for s in said)


def chosen(text: str, count: int, own: Collection[str] = (), verbs: str = "") -> list[int]:
    """Which of `count` things listed under (1), (2) ... are agreed to, where an answer tells them by their number: all
    of them, or some. Empty where it tells none, or where anything else in it isn't understood."""
    if "?" in text:
        return []
    kept, off = set[int](), set[int]()
    denied = False
    for joint, piece in _pieces(text):
        named, rest = _numbers(piece, count)
        words = [w for w in _words(rest) if w not in LIMITS]
        left = [w for w in words if w not in DENY]
        if len(left) < len(words):
            denied = True
        elif denied and not left and joint not in ("and", "or"):
            return []  # "not the first, the second"
        elif left or joint not in ("and", "or"):
            denied = False
        if (denied and not named) or _strength(" ".join(left), own, verbs) is None:
            return []
        (off if denied else kept).update(named)
    if not kept | off and re.search(r"\bboth\b", text) and not denied:
        kept = set(range(1, count + 1))
    if not kept | off or kept & off or not kept | off <= set(range(1, count + 1)):
        return []
    return sorted(kept or set(range(1, count + 1)) - off)


def _strength(text: str, own: Collection[str] = (), verbs: str = "") -> Yes | None:
    """How much of a yes a clause is (0: a mere courtesy); None where something in it isn't understood."""
    low = " ".join(_words(ORDER.sub(" ", text)))
    if INVERTED.match(low) and not re.search(r"\b(?:please|kindly)\b", low):
        return None
    if DECLINES.search(low):
        return None
    if _is_framed(text):
        return Yes.EXPLICIT
    low, sees = SEES.subn(" ", WANTS.sub(r"\g<yes>", COURTESY.sub(" ", low)))
    left, num_explicit = EXPLICIT.subn(" ", low)
    left, num_plain = PLAIN.subn(" ", left)
    words = re.sub(verbs, " ", left).split() if verbs else left.split()
    weak = [w for w in words if w in APPROVAL]
    if weak and sees and not (num_explicit or num_plain):
        return None
    for word in words:
        known = set(stems(word))
        if word not in APPROVAL and word not in NOTHING and not (known and known <= set(own)):
            return None
    return Yes.EXPLICIT if num_explicit else Yes.SAID if num_plain else Yes.WEAK if weak else Yes.NONE


def _is_framed(text: str) -> bool:
    """ "Yes, fingers crossed, go ahead": said twice, before and behind some words that put nothing off."""
    pieces = [p for p in re.split(r",\s", text) if p.strip()]
    if len(pieces) < 3 or any(AGAINST.search(p) for p in pieces):
        return False
    return _strength(pieces[0]) == Yes.SAID and _strength(pieces[-1]) == Yes.EXPLICIT


def tells_which(text: str, named: bool) -> bool:
    """Whether a sentence does no more than say which things or order are meant, or that the number isn't known.
    `named`: it names something of the customer's."""
    if UNKNOWN.search(text):
        return True
    return (
        bool(WHICH.match(text)) and (named or bool(OF_ORDERS.search(text))) and not AGAINST.search(ASIDE.sub(" ", text))
    )


def _begins(text: str, *, behind: bool) -> Yes | None:
    """How much of a yes a clause begins with that asks for something else besides: "yes, and return the lamp too". None
    where a no or a wait is anywhere in it; `behind` a yes, where it begins with one or puts one thing for another."""
    if behind:
        return None if TURNS.search(text) else Yes.NONE
    if DENIES.search(NOT_NEEDED.sub(" ", text)) or LIMITS_IT.search(text):
        return None
    first = _strength(re.split(r"[,;:]|\b(?:and|also|but|then)\b", text, maxsplit=1)[0])
    return first or (Yes.SAID if _words(text)[:1] == ["yes"] else Yes.NONE)


@lru_cache(maxsize=4096)
def _word(word: str) -> str:
    """A word as it is looked up: every yes is "yes", a slip in a word of agreement is put right."""
    if YES.fullmatch(word) or (len(word) == 3 and sorted(word) == sorted("yes") and word[0] == "y"):
        return "yes"
    if len(word) < 4 or word in NOTHING or word in APPROVAL or word in english_words() or "'" in word:
        return word
    return next((w for w in HEADS if OSA.distance(word, w, score_cutoff=1) <= 1), word)


def _words(text: str) -> list[str]:
    return [SIGNS.get(w) or _word(w) for w in WORD.findall(text.lower())]


def _pieces(text: str) -> list[tuple[str, str]]:
    """The pieces of an answer that chooses, each with the joint before it. "All but the first" leaves the first out."""
    text = ALL_BUT.sub(" , except ", text)
    found = JOINT.split(text)
    joints = ["", *(j.strip() for j in found[1::2])]
    return [(j, p) for j, p in zip(joints, found[::2], strict=True) if WORD.search(p)]


def _numbers(piece: str, count: int) -> tuple[set[int], str]:
    """The numbers that a piece names, and the rest of it."""
    named = set[int]()

    def take(match: re.Match[str]) -> str:
        word = match["word"] or match["name"]
        number = next((match[g] for g in "abcd" if match[g]), "0")
        named.add(ORDINALS.get(word, count) if word else int(number))
        return " "

    return named, NAMED.sub(take, piece)
