"""Whether somebody says that they have used, worn or opened what they want to send back. Knows English and no rules."""

from __future__ import annotations

import re
from collections.abc import Collection

from assistant.language import STOP_WORDS, stems

_WORN = re.compile(
    r"\b(?:worn|wore)\b(?! (?:out|through|thin|down|off)\b)|\b(?:been|was|were) wearing\b|"
    r"\b(?:took|taken) (?:it|them) (?:out )?(?:on|for) (?:a|an|one|two|\d)\b|"
    r"\bbroke(?:n (?:it|them) in| (?:it|them) in)\b"
)
"""What is done to nothing but the thing itself."""
_DONE = re.compile(r"\b(?:used|opened|unsealed|washed|lit|burned|(?:slept|walked|hiked|ran) in|cooked (?:in|with))\b")
"""What is also done to a box, a code or a way to pay: its subject or object has to be the thing."""
_THING = frozenset("it them they this these those that which one ones both each".split())
_SUBJECT = re.compile(
    r"([\w-]+?)((?:'(?:s|re|ve|d))?(?: (?:has|have|had|been|was|were|is|are|got|not|never|already|only|just|\w+ly))*) $"
)
_PASSIVE = re.compile(r"\b(?:been|was|were|is|are|got)\b|'(?:s|re)\b")
_OBJECT = re.compile(r" (?:(?:the|my|our|that|one|all|of|of the|both) )*([\w-]+)(?: ([\w-]+))?")
_OFTEN = re.compile(r" (?:only )?(?:once|twice|a lot|every|several times|a few times|\d+ times|for (?:a|one|two|\d+) )")

_NOT = re.compile(r"(?:\b(?:not|never|nor|hardly|without)|n't|\bno)\W+(?:\w+\W+){0,2}$")
_DENIES = re.compile(
    r"\b(?:didn't|did not|never) (?:even )?(?:wear|use|open) (?:it|them|this|these|those)\b|"
    r"\b(?:unworn|unused|unopened)\b|"
    r"\b(?:only|just) tried (?:\w+ )?on\b|\bonly (?:\w+ )?tr(?:ied|ying) (?:\w+ )?on\b"
)
_TRIED = re.compile(
    r"\b(?:indoors?|inside|in(?:side)? the house|(?:round|around) the house|at home|for size|"
    r"(?:to|and) (?:try|tried) (?:\w+ )?on|trying (?:\w+ )?on|to see (?:if|whether|how) (?:it|they) fit)\b"
)
_OUT = re.compile(r"\b(?:outside|outdoors)\b")
_IF = re.compile(
    r"\b(?:if|whether|unless|in case|suppos\w+|provided|as long as|once) (?:that )?(?:i|i've|we|we've|you|you've|they|"
    r"they've|it|it's|its|the|my|this|these|someone|somebody)\b"
)
_ASKS = re.compile(
    r"^\W*(?:(?:hi|hello|so|and|but|ok|please|sorry|no)\W+)*(?:can|could|do|does|did|is|are|may|will|would|should|what|"
    r"how|which|have|has|were|was)\b"
)
_SELF = re.compile(r"\b(?:i|we)(?:'ve| have| had)?(?: \w+){0,2} $")
_FAULT = re.compile(
    r"\b(?:broke|broken|faulty|defect\w*|damaged?|hole|holes|leak\w*|ripp?ed|rips|torn|tore|split|crack\w*|fell apart|"
    r"came (?:off|apart|loose)|stopped working|(?:doesn't|don't|didn't|won't) work|dead|flicker\w*|stuck|peel\w*)\b"
)
_ENDS = re.compile(r"[.,;:?!]")


def tells_of_use(low: str, names: Collection[str] = ()) -> bool | None:
    """Whether `low` (mended) says that it was used (True) or that it wasn't, or no more than tried on (False).

    None where it says neither: of a fault, which is a matter of the warranty; of a box, a code or a way to pay; of what
    would be if. `names` are what the things may be called.
    """
    if _FAULT.search(re.sub(r"\bbroken? (?:it |them )?in\b", " ", low)):
        return None
    own = frozenset(stems(" ".join(names)))
    found = [_told(low, m, own) for m in _WORN.finditer(low)]
    found += [_told(low, m, own) for m in _DONE.finditer(low) if _is_of_it(low[: m.start()], low[m.end() :], own)]
    if True in found:
        return True
    return False if False in found or _DENIES.search(low) else None


def _told(low: str, verb: re.Match[str], own: frozenset[str]) -> bool | None:
    """What one verb says, by the part of the sentence around it."""
    ends = [m.end() for m in _ENDS.finditer(low, 0, verb.start())]
    before = low[ends[-1] if ends else 0 : verb.start()]
    until = re.search(r"[.;?!]", low[verb.end() :])
    behind = low[verb.end() :][: until.start() if until else None]
    if _IF.search(before) or (_ASKS.match(before) and not _SELF.search(before)):
        return None
    if _NOT.search(before):
        return False
    return not (_TRIED.search(f"{before} {behind}") and not _OUT.search(behind))


def _is_of_it(before: str, after: str, own: frozenset[str]) -> bool:
    """Whether what was used or opened is the thing: "it was opened", "i used them twice", not "the card i used"."""

    def is_it(word: str | None) -> bool:
        return bool(word) and (word in _THING or bool(set(stems(str(word))) & own))

    subject = _SUBJECT.search(before)
    if subject and _PASSIVE.search(subject[2]):
        return is_it(subject[1])
    object_ = _OBJECT.match(after)
    if object_ and (is_it(object_[1]) or (object_[2] not in _THING and is_it(object_[2]))):
        return True
    antecedent = re.search(r"([\w-]+) (?:i|we)(?:'ve| have)?(?: \w+)? $", before)
    if antecedent and antecedent[1] not in STOP_WORDS:
        return is_it(antecedent[1])
    return bool(_OFTEN.match(after))
