"""Which language a message is in, as far as it isn't English: py3langid, offline, 0.1 ms.

Its model (4 MB, in the package) takes a second to load, so it is asked only when a message holds words that English
doesn't have. Wants to be sure: an English message taken for another is worse than the other way round. Knows the shop's
words only as something to leave out.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from math import log
from typing import Any

from assistant.language import STOP_WORDS, Tok, fold, spelt_out, tokenize

LANGUAGES = tuple("en de fr es it pt nl pl sv da no fi cs tr ru uk ar zh ja ko el ro hu".split())
"""The languages that are told apart. More would cost certainty between neighbours."""

_ALONE = {
    "de": "hallo guten danke bitte tschuss preis wieviel",
    "fr": "bonjour bonsoir merci salut combien",
    "es": "hola gracias buenos buenas cuanto",
    "it": "ciao grazie buongiorno buonasera quanto",
    "pt": "ola obrigado obrigada bom",
    "nl": "goedendag dankjewel bedankt hoeveel",
    "pl": "czesc dziekuje",
    "sv": "hej tack",
    "tr": "merhaba tesekkurler",
}
"""Greetings and thanks of one or two words: too short for letters to tell the language."""

_PLEASE = re.compile(
    r"\bpor favor\b|\bper favore\b|\bsvp\b|\bs'il (?:vous|te) plait\b|\bbitte\b|\bp(?:op)?rosze\b|\balstublieft\b"
)
"""A "please" anywhere says as much as a greeting at the beginning."""

_NAMES_NOBODY_SPEAKS = re.compile(r"\S*[@_\d/]\S*")
"""E-mail addresses, numbers, links and user names: letters of no language."""

_ENGLISH_ENOUGH = 0.9
_SURE, _ENGLISH_AT_MOST = 0.6, 0.1
_LIKELY, _ENGLISH_HARDLY = 0.45, 0.02
_GREETED_AT_MOST = 0.3
"""How likely English may be behind a greeting of another language: "hallo, wat kost de tent"."""
_ODDS, _FOR_WORDS, _FOR_SMALL = 3.5, 2.0, 3.0
"""How much likelier than English a language must be (natural log) where no letter is foreign, and how much more for
the share of English words and of English's small words: to the letters alone, "heya do u do babygrows" is Polish."""

_loading = threading.Lock()
_identifier: Any = None


def warm() -> None:
    """Load the model now rather than at the first message that needs it."""
    _rank("")


def detect(text: str, is_english: Callable[[str], bool], is_shop_word: Callable[[str], bool]) -> str | None:
    """The ISO 639-1 code of the language of `text`, or None when it is English or can't be told.

    `is_english` knows English words, `is_shop_word` those of the shop's catalogue, which tell no language.
    """
    text = _NAMES_NOBODY_SPEAKS.sub(" ", text)
    words = [t for t in tokenize(text) if t.text.isalpha() and not is_shop_word(t.text)]
    if not words or _share(words, is_english) >= _ENGLISH_ENOUGH or _is_english(text):
        return _greeting([t.text for t in words])
    told = " ".join(text[t.start : t.end] for t in words) if len(fold(text)) == len(text) else text
    ranked = _rank(told)
    language, sureness = ranked[0]
    english = dict(ranked).get("en", 0.0)
    sure = sureness >= _SURE and english < _ENGLISH_AT_MOST and (len(words) > 1 or sureness >= 0.9)
    likely = sureness >= _LIKELY and english < _ENGLISH_HARDLY and len(words) > 1
    told_apart = not told.isascii() or log((sureness + 1e-9) / (english + 1e-9)) >= _odds(text, words, is_english)
    foreign = language != "en" and (((sure or likely) and told_apart) or _greeted(text, words, english))
    greeting = _greeting([t.text for t in words])
    return greeting or (language if foreign else None)


def _odds(text: str, words: list[Tok], is_english: Callable[[str], bool]) -> float:
    """How much likelier than English a language must be, for a message without a foreign letter."""
    long = [t.text for t in words if len(t.text) > 2]
    every = [t.text for t in tokenize(spelt_out(fold(text))) if t.text[0].isalpha()]
    small = sum(w in STOP_WORDS for w in every) / max(1, len(every))
    return _ODDS + _FOR_WORDS * sum(map(is_english, long)) / max(1, len(long)) + _FOR_SMALL * small


def _greeted(text: str, words: list[Tok], english: float) -> bool:
    """Whether it has a greeting or a "please" of another language and isn't English otherwise."""
    greeting = any(words[0].text in known.split() for known in _ALONE.values())
    if english >= _GREETED_AT_MOST or not (greeting or _PLEASE.search(fold(text))):
        return False
    rest = [t.text for t in words[1:]]
    return 2 * sum(w in STOP_WORDS or len(w) < 2 for w in rest) <= len(rest)


_ENGLISH_ONLY = frozenset(
    "the you we're i'm it's don't what's we'll i've you're they're isn't doesn't can't that's".split()
)


def _is_english(text: str) -> bool:
    """Whether a short message has a word that no other language has: "we're in puerto rico btw"."""
    words = tokenize(text)
    return len(words) <= _SHORT and any(t.text.replace("’", "'") in _ENGLISH_ONLY for t in words)


_SHORT = 7  # words: in a longer message the letters tell


def _share(words: list[Tok], is_english: Callable[[str], bool]) -> float:
    plain = [t.text for t in words if t.text.isascii()]
    return sum(len(w) < 3 or is_english(w) for w in plain) / len(words)


def _greeting(words: list[str]) -> str | None:
    if not 0 < len(words) <= 2:
        return None
    return next((code for code, known in _ALONE.items() if words[0] in known.split()), None)


def _rank(text: str) -> list[tuple[str, float]]:
    global _identifier
    with _loading:
        if _identifier is None:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            _identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            _identifier.set_languages(list(LANGUAGES))
        return [(str(code), float(p)) for code, p in _identifier.rank(text)]
