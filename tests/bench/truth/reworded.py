"""Harmless changes of a customer's message: what is asked stays what it was, so the answer must stay, too.

Each change is made the same way every time (what is drawn by lot is drawn by the text itself). A change that finds
nothing to change in a message returns it as it is. Knows nothing of shops, of the assistant and of expectations.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable

Change = Callable[[str], str]

_BRITISH = {
    "color": "colour", "colors": "colours", "gray": "grey", "favorite": "favourite", "jewelry": "jewellery",
    "meter": "metre", "meters": "metres", "liter": "litre", "liters": "litres", "aluminum": "aluminium",
    "center": "centre", "fiber": "fibre", "mold": "mould", "tire": "tyre", "pajamas": "pyjamas",
}  # fmt: skip
_OTHER_SIDE = _BRITISH | {british: american for american, british in _BRITISH.items()}
_SHORT = {
    "what's": "what is", "it's": "it is", "that's": "that is", "don't": "do not", "doesn't": "does not",
    "isn't": "is not", "can't": "cannot", "i'm": "i am", "there's": "there is", "how's": "how is", "i'd": "i would",
    "where's": "where is", "you've": "you have", "i've": "i have", "they're": "they are",
}  # fmt: skip
_LONG = {long: short for short, long in _SHORT.items() if not short.endswith(("'ve", "'d", "can't"))}
_CHAT = {"you": "u", "your": "ur", "are": "r", "and": "&", "please": "plz", "for": "4", "with": "w"}
_SAME = (
    (r"\bdo you have\b", "have you got"),
    (r"\bhave you got\b", "do you have"),
    (r"\bdo you sell\b", "do you carry"),
    (r"\bhow much is\b", "what's the price of"),
    (r"\bhow much are\b", "what's the price of"),
    (r"\bwhat's the price of\b", "how much is"),
    (r"\bi'm looking for\b", "i need"),
    (r"\bi need\b", "i'm looking for"),
    (r"\bcan i\b", "could i"),
    (r"\bis there\b", "have you got"),
    (r"\bare there\b", "have you got"),
    (r"\bshow me\b", "i'd like to see"),
)


def _lot(text: str) -> random.Random:
    return random.Random(zlib.crc32(text.encode()))


def upper(text: str) -> str:
    """In capitals."""
    return text.upper()


def lower(text: str) -> str:
    """In small letters."""
    return text.lower()


def bare(text: str) -> str:
    """Without marks at the ends of words, but for what stands between two sentences."""
    return re.sub(r"[?!.,;:]+(?=\s*$)", "", re.sub(r"(?<=\w)[,;:](?=\s)", "", text))


def polite(text: str) -> str:
    """Behind a few polite words."""
    return f"Hi, quick question please: {text}"


def please(text: str) -> str:
    """With "pls" behind it."""
    return f"{re.sub(r'[?.!]+$', '', text.rstrip())} pls"


def thanks(text: str) -> str:
    """With thanks in advance."""
    end = "" if text.rstrip().endswith(("?", "!", ".")) else "."
    return f"{text.rstrip()}{end} Thanks!"


def emoji(text: str) -> str:
    """With a little picture behind it."""
    return f"{text} 😊"


def broken(text: str) -> str:
    """With a line break between two words of it."""
    words = text.split(" ")
    if len(words) < 3:
        return text
    at = _lot(text).randrange(1, len(words))
    return " ".join(words[:at]) + "\n" + " ".join(words[at:])


def spaced(text: str) -> str:
    """With two blanks between words, and some around it."""
    return f"  {text.replace(' ', '  ')} "


def typo(text: str) -> str:
    """Two neighbouring letters inside one of its longest words change places."""
    words = re.findall(r"[A-Za-z]{6,}", text)
    if not words:
        return text
    word = max(words, key=len)
    places = [i for i in range(1, len(word) - 2) if word[i].lower() != word[i + 1].lower()]
    if not places:
        return text
    at = _lot(text).choice(places)
    return text.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)


def dropped(text: str) -> str:
    """A letter inside one of its longest words is left out."""
    words = re.findall(r"[A-Za-z]{6,}", text)
    if not words:
        return text
    word = max(words, key=len)
    at = _lot(text).randrange(1, len(word) - 1)
    return text.replace(word, word[:at] + word[at + 1 :], 1)


def _words(text: str, other: dict[str, str]) -> str:
    def swap(match: re.Match[str]) -> str:
        new = other.get(match[0].lower())
        return match[0] if new is None else new.capitalize() if match[0][0].isupper() else new

    return re.sub(r"[A-Za-z]+(?:'[A-Za-z]+)?", swap, text)


def spelling(text: str) -> str:
    """British for American spelling, and the other way round."""
    return _words(text, _OTHER_SIDE)


def curly(text: str) -> str:
    """With the apostrophe that phones write."""
    return text.replace("'", "’")


def no_apostrophe(text: str) -> str:
    """Without apostrophes."""
    return text.replace("'", "")


def written_out(text: str) -> str:
    """With "what is" for "what's"."""
    return _words(text, _SHORT)


def contracted(text: str) -> str:
    """With "what's" for "what is"."""
    return re.sub("|".join(rf"\b{long}\b" for long in _LONG), lambda m: _LONG[m[0].lower()], text, flags=re.IGNORECASE)


def chat(text: str) -> str:
    """With the short forms of chats."""
    return _words(text, {k: v for k, v in _CHAT.items() if k in ("you", "your", "and", "with")})


def synonym(text: str) -> str:
    """With another common way to begin the same question."""
    for pattern, other in _SAME:
        if re.search(pattern, text, re.IGNORECASE):
            return re.sub(pattern, other, text, count=1, flags=re.IGNORECASE)
    return text


CHANGES: dict[str, Change] = {
    f.__name__: f
    for f in (
        upper, lower, bare, polite, please, thanks, emoji, broken, spaced, typo, dropped, spelling, curly,
        no_apostrophe, written_out, contracted, chat, synonym,
    )
}  # fmt: skip
