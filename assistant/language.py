"""Words out of a customer's text: tokens, stems, numbers in words. Knows English spelling, and nothing of any shop."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_STEMMING = threading.Lock()  # a stemmer keeps the word it works on in itself
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)


def _contractions() -> frozenset[str]:
    """ "you've", "who'd", "wouldn't", and without the apostrophe where that is no other word."""
    subjects = "i you he she it we they who what that there here where how".split()
    verbs = "do does did is are was were ca could would should has have had wo must need might".split()
    short = [f"{s}'{v}" for s in subjects for v in ("s", "re", "ve", "d", "ll")] + [f"{v}n't" for v in verbs]
    return frozenset([*short, *(w.replace("'", "") for w in short)]) - {"shed", "shell", "hell", "wed"}


STOP_WORDS = (
    frozenset(
        """
    a an and any are as at be been being but by can could did do does doing for from get give got had has have
    having he her hers him his how i if in into is it its just let like looking may me might mine my need of off on
    one ones or our ours out please really shall she should show so some such tell than thank that the their theirs
    them then there these they this those to too us very want was we were what when where which while who whom whose
    why will with would you your yours about also actually am im ive id ill youre hey hi hello hiya heya howdy ok okay
    yes no not
    dont doesnt isnt sell buy order find see know think look got anything something everything thing things stuff
    kind sort type piece much many more most less few lot bit right now still again only even both all each other
    another else well sure maybe hmm oh guys what's where's who's how's that's there's it's i'm i'd i'll i've you're
    don't doesn't isn't can't let's they're we're left remaining pairs exactly bottle pack box piece pieces units
    shop store stock available availability price cost costs costing priced prices come comes coming
    """.split()
    )
    | _contractions()
)
"""Words that name no product by themselves. A product whose whole name is one of them is found by its exact name."""

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
          "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS = {word: value for value, word in enumerate(_UNITS)} | {w: 20 + 10 * i for i, w in enumerate(_TENS)}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000}


@dataclass(frozen=True)
class Tok:
    """One token: its folded text, its stem, and where it stands in the original."""

    text: str
    stem: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case without accents, typographic quotes made plain: "Café’s" -> "cafe's"."""
    if text.isascii():
        return text.lower()
    text = text.replace("’", "'").replace("‘", "'").replace("–", "-").replace("—", "-")
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def letters_singular(word: str) -> str:
    """The singular of an abbreviation: "tvs" -> "tv", "dvds" -> "dvd"; snowball only knows words with a vowel."""
    return word[:-1] if _LETTERS.fullmatch(word) else word


_LETTERS = re.compile(r"[b-df-hj-np-rtv-xz]{2,4}s")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The snowball stem of a folded word; words with digits stay as they are."""
    if any(c.isdigit() for c in word):
        return word
    word = letters_singular(word.removesuffix("'s").replace("'", "")).replace("colour", "color")
    if word == "lens":
        return word  # to snowball it is the plural of "len", and no word of "lenses"
    with _STEMMING:
        return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=4096)
def tokenize(text: str) -> tuple[Tok, ...]:
    """Tokens of `text` in order. "1.5L" gives "1.5" and "l"; "T-Shirt" gives "t" and "shirt"."""
    folded = fold(text)
    return tuple(Tok(m.group(), stem(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(folded))


def stems(text: str) -> tuple[str, ...]:
    """The stems of `text` in order."""
    return tuple(t.stem for t in tokenize(text))


def squash(text: str) -> str:
    """Only the letters and digits: "T-Shirt", "t shirt" and "tshirt" are one; so are "1.5 L" and "1.5l"."""
    return "".join(c for c in fold(text) if c.isalnum() or (c == "."))


def words_to_numbers(text: str) -> str:
    """Numbers written in words become digits: "under fifty-five euros" -> "under 55 euros", "two hundred" -> "200"."""
    text = re.sub(r"\b(\d{2,}(?:\.\d+)?)k\b", lambda m: f"{float(m[1]) * 1000:.0f}", text)
    text = re.sub(
        r"\b(\d+(?:\.\d+)?) (hundred|thousand|grand)\b(?! and)",
        lambda m: f"{float(m[1]) * _SCALES[m[2].lower()]:.0f}",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\bhalf an? (?=[a-z])|\bhalf (?=lit|kilo|met)", "0.5 ", text, flags=re.IGNORECASE)
    pieces = re.split(r"([^\W\d_]+)", text)
    out: list[str] = []
    index = 1
    while index < len(pieces):
        value, used = _number_at(pieces, index)
        out.append(pieces[index - 1])
        if used and (used > 1 or pieces[index].lower() not in ("one",)):
            out.append(str(value))
            index += 2 * used
        else:
            out.append(pieces[index])
            index += 2
    out.append(pieces[-1] if len(pieces) % 2 else "")
    return "".join(out)


def _number_at(pieces: list[str], index: int) -> tuple[int, int]:
    """The number that begins at word `index` (words stand at odd places) and how many words it takes."""
    total = current = used = 0
    while index < len(pieces):
        word = pieces[index].lower()
        between = pieces[index - 1].strip() if used else ""
        if between not in ("", "-"):
            break
        if not used and word in ("a", "an") and _next_word(pieces, index) in ("hundred", "thousand"):
            current = 1
        elif word == "and" and _adds_up(pieces, index, current, used):
            pass
        elif word in NUMBER_WORDS:
            value = NUMBER_WORDS[word]
            if used and current % 100 and not (current % 100 >= 20 and current % 10 == 0 and value < 10):
                break
            current += value
        elif word in _SCALES and used:
            current = max(current, 1) * _SCALES[word]
            if _SCALES[word] == 1000:
                total, current = total + current, 0
        else:
            break
        used += 1
        index += 2
    return total + current, used


def _adds_up(pieces: list[str], index: int, current: int, used: int) -> bool:
    """Whether an "and" belongs to the number: in "two hundred and fifty", not in "between one hundred and fifty"."""
    start = index - 2 * used
    before = pieces[start - 2].lower() if start >= 3 else ""
    following = _next_word(pieces, index)
    is_last = _next_word(pieces, index + 2) not in _SCALES
    return bool(current) and current % 100 == 0 and following in NUMBER_WORDS and is_last and before != "between"


def _next_word(pieces: list[str], index: int) -> str:
    """The word after the one at `index` where only a space lies between, else ""."""
    return pieces[index + 2].lower() if index + 2 < len(pieces) and pieces[index + 1].isspace() else ""


_NO_APOSTROPHE = re.compile(
    r"\b(?:(do|does|did|is|are|was|were|has|have|had|could|would|should)nt|(ca|wo)nt|(i)(m|ve)|(there|that|what|"
    r"where)s)"
    r"(?=\s|[.,!?;]|$)"
)
_TYPED = {
    "w/": "with", "w/o": "without", "w": "with", "n": "and", "u": "you", "ur": "your", "r": "are", "pls": "please",
    "plz": "please", "shld": "should", "wld": "would", "cld": "could", "shud": "should", "wud": "would", "cud": "could",
}  # fmt: skip
_SHORT = re.compile(
    r"(?<![\w/#'-])(?:w/o?(?=\s)|(?<!\d )[wn](?= [a-z]{2})|"
    r"(?:ur|u|r|pls|plz|shld|wld|cld|shud|wud|cud)(?![\w/'-]))"
)
"""A letter behind a number may be a point of the compass: "45 N Main Street"."""


def spelt_out(text: str) -> str:
    """`text`, folded, with what people leave out in a hurry put back ("ur" -> "your", "dont" -> "don't")."""
    return _NO_APOSTROPHE.sub(_apart, _SHORT.sub(lambda m: _TYPED[m[0]], text))


def _apart(match: re.Match[str]) -> str:
    if match[1] or match[2]:
        return f"{match[1] or match[2]}n't"
    return f"{match[3]}'{match[4]}" if match[3] else f"{match[5]}'s"
