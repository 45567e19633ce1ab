"""Takes out of a message what only says who is asking: "I'm a black woman, how much is it?" asks how much it is.

A name, an origin, an age, a faith, a body, a family: whoever asks gets the same facts in the same tone, so neither the
reading of moods nor that of requests is shown it. Only a clause that says nothing else goes ("I'm a size 42", "I'm
furious" and "I'm a member" stay), and only where something is left to read. What is asked for oneself ("which suits
me?") keeps it: there it may tell what is looked for. Knows no shop.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from babel import Locale

from assistant.language import fold

_WORDS = Path(__file__).parent / "data" / "whoasks.txt"
_SMALL = frozenset("a an the and or but of in with as just only also from".split())
_BE = r"(?:i am|i'm|im|we are|we're|i be|as|speaking as|being)"
_AGE = r"(?:nearly |almost |about |over )?\d{1,2}[ -]years?(?:[ -]old)?(?: of age)?"
_PLACE = r"(?:[^\W\d_][\w'’-]*(?: |$)){1,4}"
_FIXED = re.compile(
    rf"(?:{_BE} {_AGE}"
    rf"|(?:{_BE} (?:originally )?from|i come from|i was born in|i (?:just )?(?:moved|came) (?:here )?from)"
    rf" {_PLACE}"
    r"|i(?: have to)? (?:use|sit in|am in|need) (?:a|my) (?:wheelchair|walking stick|hearing aid|guide dog|walker|cane"
    r"|crutch(?:es)?"
    r"|screen reader|white cane|mobility scooter)"
    rf"|{_BE} in a wheelchair"
    r"|i have (?:a|an) (?:(?:physical|learning|visual|hearing) )?(?:disability|impairment|accent|stammer|stutter)"
    r"|i have (?:adhd|autism|dyslexia|parkinson's|down(?:'s)? syndrome|epilepsy|diabetes|cerebral palsy)"
    rf"|{_BE} (?:quite |very )?new (?:in|to) (?:this|the|your) (?:country|town|city)(?: and my english is .{{2,20}})?"
    r"|(?:sorry )?(?:but )?(?:my english is|i (?:do not|don't|dont) speak) (?:not )?"
    r"(?:so |very |really )?(?:good|great|bad|poor|weak|basic|much|good english|english)"
    r"(?: english)?(?: well| very well)?"
    r"|(?:sorry|excuse|pardon|forgive|apologies)(?: me)?(?: for)? my (?:very |really )?"
    r"(?:bad |poor |broken |terrible )?(?:english|spelling|typing|grammar|accent)"
    rf"|my (?:pronouns are|husband is|wife is|faith is|religion is) {_PLACE})"
)
_CALLED = re.compile(r"(?:my name is|my name's|name is|i am called|i'm called|call me) (.+)", re.IGNORECASE)
_AM = re.compile(rf"{_BE} (.+)", re.IGNORECASE)
_CUT = re.compile(r"([,.;:!?\n]+(?:\s+|$)|\s+[–—-]+\s+)")
_HELLO = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|dear (?:team|sirs?|all)"
    r"|ok|so|well|and)\b(?: there| all)?\s*",
    re.IGNORECASE,
)
_FOR_ONESELF = re.compile(
    r"\b(?:for (?:me|us|myself)|(?:suit|fit|help|recommend|advise|show) (?:me|us)|should (?:i|we)|would (?:i|we)"
    r"|(?:i|we) (?:wear|need|want|take)|something|anything|my size)\b",
    re.IGNORECASE,
)
_TO_ONESELF = re.compile(
    r"\b(?:ship\w*|deliver\w*|post(?:age)?|send|customs|duty|duties|tax(?:es)?|pick up|near)\b", re.IGNORECASE
)
_FROM_WHERE = re.compile(r"\b(?:from|born|moved|came|in(?! an?\b))\b", re.IGNORECASE)
"""What a clause has that may tell where something is to go."""
_AGED = re.compile(r"\b(?:\d{1,2}|two|three|four|five)(?:[ -]years?[ -]old)?\b")
_NAME_WORD = re.compile(
    r"[A-ZÀ-ÞĀ-Ž](?:[\w'’.-]*[a-zß-ÿ.])?|(?:van|von|der|de|da|del|bin|bint|al|el|la|di|thi|ibn|of|and)"
)


def without(text: str, *, always: bool = False) -> str:
    """`text` without clauses that only say who writes; as it is where nothing else would be left.

    Not `always`: what is asked for oneself stays whole, and where something is to be sent, whence they are.
    """
    parts = _CUT.split(text)
    if len(parts) < 3 or (not always and _FOR_ONESELF.search(text)):
        return text
    to_them = not always and bool(_TO_ONESELF.search(text))
    kept = ""
    for clause, end in zip(parts[::2], [*parts[1::2], ""], strict=True):
        greeting = _HELLO.match(clause)
        said = clause[greeting.end() :] if greeting else clause
        if not says_who(said) or (to_them and _FROM_WHERE.search(said)):
            kept += clause + end
        elif greeting:
            kept += clause[: greeting.end()].rstrip() + end
        elif kept and end and not end.startswith(",") and kept.rstrip()[-1:] not in ".?!":
            kept = kept.rstrip(" ,;:") + end
    kept = kept.strip(" ,;:")
    return kept if len(re.findall(r"[^\W\d_]{2,}", _HELLO.sub("", kept, count=1))) >= 2 else text


def says_who(clause: str) -> bool:
    """Whether a clause says who its writer is, and nothing else."""
    said = clause.strip().strip("\"'()")
    plain = fold(said).replace("’", "'").strip()
    if _FIXED.fullmatch(plain):
        return True
    if called := _CALLED.fullmatch(said):
        return _is_name(called[1])
    am = _AM.fullmatch(said)
    return am is not None and (_is_name(am[1]) or _is_description(fold(am[1])))


def _is_name(words: str) -> bool:
    """One to five words as names are written; the first of them capitalised."""
    found = words.split()
    return 0 < len(found) <= 5 and found[0][:1].isupper() and all(_NAME_WORD.fullmatch(w) for w in found)


def _is_description(words: str) -> bool:
    """Nothing but what people are: "a 19 year old french student", "blind", "a single dad of two"."""
    found = _AGED.sub(" ", words.replace("’", "'")).split()
    meaning = [w for w in found if w not in _SMALL]
    return bool(meaning) and all(w in _known() or w.removesuffix("s") in _known() for w in meaning)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """What people are, with the languages and countries that have one word in English: "polish", "kenya"."""
    english = Locale("en")
    places = (str(n) for n in (*english.languages.values(), *english.territories.values()))
    lines = _WORDS.read_text("utf-8").splitlines()
    listed = (w for line in lines if not line.startswith(("#", "[")) for w in line.split())
    return frozenset(fold(n) for n in places if " " not in n) | frozenset(listed)
