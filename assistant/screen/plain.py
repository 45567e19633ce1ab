"""Makes a text comparable before it is judged: look-alikes, leetspeak, spaced letters and stretched words undone.

And takes it apart into hashed pieces, the features that the safety head weighs beside the sentence embedding. Training
(finetune/safety_head.py) and serving use this very code. Knows no category.
"""

from __future__ import annotations

import re
import zlib

from assistant.language import fold

BUCKETS = 1 << 15
_MAX_WORDS = 400

_HOMOGLYPHS = str.maketrans("аеорсухіјѕԁɡνοαετκ", "aeopcyxijsdgvoaetk")
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEETED = re.compile(r"(?<![\w@$!])(?=[\w@$!]*[a-z])(?=[\w@$!]*[013457@$!])[a-z013457@$!]{3,}(?![\w])")
_SPACED = re.compile(r"(?<![a-z])(?:[a-z][ .*_-]{1,2}){3,}[a-z](?![a-z])")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[<>\[\]{}|#]+|[?!]")


def plain(text: str) -> str:
    """`text` in lower case, without the tricks by which words are hidden from a filter."""
    text = fold(text).translate(_HOMOGLYPHS)
    text = _SPACED.sub(_unspaced, text)
    text = _LEETED.sub(_unleeted, text)
    return _STRETCHED.sub(r"\1\1", text)


def _unspaced(match: re.Match[str]) -> str:
    """ "i g n o r e  a l l" -> "ignore all": single gaps join letters, double ones part words."""
    return "".join(c for c in re.sub(r"[ ]{2,}", "\x00", match[0]) if c.isalpha() or c == "\x00").replace("\x00", " ")


def _unleeted(match: re.Match[str]) -> str:
    """Letters for digits inside a word; sizes, models and SKUs keep theirs."""
    word = match[0]
    letters = sum(c.isalpha() for c in word)
    digits = re.findall(r"\d+", word)
    if (
        letters < 2
        or any(len(d) > 1 for d in digits)
        or not re.search(r"[a-z][013457@$!]+[a-z]|^[013457@$][a-z]{4}", word)
    ):
        return word
    return word.translate(_LEET)


def words(text: str) -> list[str]:
    """The words and telling marks of a plain text, the first few hundred."""
    return _WORD.findall(text)[:_MAX_WORDS]


def pieces(text: str) -> list[int]:
    """Buckets of a plain text's words, pairs of words and parts of long words; each once."""
    found = words(text)
    keys = set()
    padded = ["^", *found, "$"]
    for i, word in enumerate(found, 1):
        short = "0" if word.isdigit() else word
        keys.add(f"w{short}")
        keys.add(f"b{padded[i - 1]} {word}")
        if i + 2 < len(padded):
            keys.add(f"s{word} {padded[i + 2]}")
        if len(word) > 4:
            keys |= {f"c{word[k : k + 5]}" for k in range(len(word) - 4)}
    keys.add(f"b{padded[-2]} $")
    return sorted({zlib.crc32(key.encode()) % BUCKETS for key in keys})
