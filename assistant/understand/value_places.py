"""Whether a word can be an option's value where it stands: it isn't denied, half of a size, or a mere number.

Looks at the words around it; finds no values.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language import Tok, stem, stems, tokenize
from assistant.understand.vocabulary import SIZE_WORDS, canonical, is_unit

LETTER_SIZES = frozenset(SIZE_WORDS)
"""Sizes of letters and what they are called in words."""
_ALL = frozenset("any anything all everything one ones colour color colours colors".split())
_NEGATIONS = frozenset("not isnt arent dont never".split())


def after_number(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a number stands right before a word."""
    return at > 0 and tokens[at - 1].text[0].isdigit()


def letter_size(tokens: Sequence[Tok], at: int) -> bool:
    """A lone letter is a size only where a size can stand: "in m", "size s", "a l", or as the whole message."""
    if len(tokens) <= 2:
        return True
    before = tokens[at - 1].text if at else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return before in ("in", "size", "a", "an", "the", "or", "and") or after in ("size", "one", "please", "or")


def negated(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a word is denied by one right before it; a comma or other mark between them ends the denial."""
    for back in (1, 2):
        here = at - back
        if here < 0 or tokens[here].end + 1 < tokens[here + 1].start:
            return False
        word = tokens[here].text.replace("'", "")
        if word in _NEGATIONS or (back == 1 and word in ("no", "non", "without", "minus")):
            return True
        if back == 1 and _leaves_out(tokens, here):
            return True
        if back == 2 and word in ("without", "minus") and tokens[at - 1].text in ("the", "a", "an", "any"):
            return True
    return False


def _leaves_out(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a word leaves out what follows it: "except", the but of "anything but red", the than of "other than"."""
    word, before = tokens[at].text, tokens[at - 1].text if at else ""
    return word == "except" or (word == "but" and before in _ALL) or (word == "than" and before in ("other", "rather"))


def value_here(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a stop word that is an option's value stands for it: "m", "long left zip", but not "how many left"."""
    word = tokens[at].text
    if word != "left" or [t.text for t in tokens[max(0, at - 2) : at]] in (["on", "the"], ["to", "the"]):
        return True
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    before = {t.text for t in tokens[:at]}
    return bool(after) and after not in ("in", "of", "over") and not before & {"many", "any", "some", "there"}


def may_tell(tokens: Sequence[Tok], at: int, value: str, name: str) -> bool:
    """A bare number tells a value only where its unit is the value's or stays unsaid, or the option's name is near."""
    tok = tokens[at]
    if not tok.text.replace(".", "").isdigit():
        unit_of_a_number = is_unit(tok.text) and at and tokens[at - 1].text[0].isdigit()
        if unit_of_a_number or belongs_before(tokens, at):
            return False
        return tok.stem not in {stem("size"), stem("colour"), stem("color")}
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if following != "in" and is_unit(following):
        return following[0] in {t.text[0] for t in tokenize(value) if t.text.isalpha()}
    unit = [t.text for t in tokenize(value) if t.text.isalpha()]
    near = {t.stem for t in tokens[max(0, at - 2) : at + 4]}
    if near.intersection(stems(name)):
        return True
    if not unit:
        return bool(at and tokens[at - 1].text in ("in", "size", "a", "the", "about"))
    if following == "people" and "person" in unit:
        return True
    return following not in ("of", "pieces", "pcs", "units", "left", "people", "pairs", "times", "stars", "%")


def belongs_before(tokens: Sequence[Tok], at: int) -> bool:
    """Whether a size is written in two tokens, so that its second half is no size by itself: "extra small", "2xl"."""
    if not at or canonical(tokens[at].text) not in LETTER_SIZES:
        return False
    before = tokens[at - 1]
    return before.text in ("extra", "x") or (before.text.isdigit() and before.end == tokens[at].start)
