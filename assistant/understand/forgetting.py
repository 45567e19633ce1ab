"""What a customer wants forgotten of themselves: whether a text is such a wish at all, and what the wish is about.

A verb of forgetting is a wish where it is neither denied nor said of somebody ("don't forget", "you always forget"),
and it is about its own object only: "drop the jumper, I'm allergic to wool" has nothing forgotten. Where that is in
doubt nothing goes: a lost allergy harms. Works on words alone; knows nothing that is kept but what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.language import STOP_WORDS, fold, spelt_out, stems

SAME_DIET = {"veggie": "vegetarian", "plant based": "vegan", "celiac": "coeliac"}
"""Other words for a diet, with the name that it is kept under."""
_FORGETS = re.compile(
    r"\b(?:forget|delete|remove|erase|clear|wipe|purge|drop|scrap|ditch|lose|unlearn|strike|get rid of|"
    r"take (?:off|out)|take (?:\S+ ){1,3}(?:off|out)|"
    r"(?:don't|dont|do not|stop|quit) (?:want you to )?(?:remember|keep|stor|sav)(?:e|ing)?)\b"
)
_DENIED = re.compile(r".*(?:n't|\b(?:not|never|cannot|without))((?: [a-z']+){0,4}) $", re.DOTALL)
_JOINTS = frozenset("and but or so then because since as if please".split())
_LIGHT = (STOP_WORDS | frozenset("ever never dare simply us yourself going gonna".split())) - _JOINTS
"""What may stand between a denial and what it denies: "don't you ever forget", "I wouldn't want you to forget"."""
_OF_SOMEBODY = re.compile(
    r"(?P<asked>(?<!how )\b(?:can|could|would|will) )?\b(?:i|you|u|we|they|he|she|it|people|who|to)"
    r"(?P<often>(?: (?:[a-z]+ly|always|often|sometimes|just|even|tend to|might|may|do|did|will))*) $"
)
_NO_VERB = re.compile(
    r"(?:\b(?:be|being|been|is|are|am|was|were)|(?<!let)'(?:s|m|re))(?: (?:so|very|quite|all|[a-z]+ly))* $"
    r"|\bma(?:ke|king|de) \w+ $|\b(?:a|an|the|my|your|no|every) $"
)
"""Before what is no verb: "to be clear I hate wool", "it's clear that", "the drop"."""
_OWN_NEXT = re.compile(
    r"(?:[,;.:!?–—-]\s*|\s(?:and|but|because|since|as|so|cos|cause|now|it)\s+)"
    r"(?:(?:and|but|because|since|as|so|also|now|actually)\s+)*(?:i|we)(?:'(?:m|re|ve|d|ll))?\s"
)
"""Where the object of the verb ends and its writer says something else of themselves."""
_SAYS_OF_SELF = re.compile(r"\W*(?:(?:so|and|but|ok|oh|well|sorry)\W+)*(?:i|we)\b")
_LED = rf"(?: (?!(?:{'|'.join(sorted(_JOINTS))})\b)[\w'-]+){{0,4}}? (?:that|about|what|how|where|which|fact)"
_WHAT = re.compile(
    rf"{_FORGETS.pattern}(?P<what>(?:{_LED})? (?:i|me)\b"
    r"(?:(?! (?:and|but|because|since|as|now) (?:i|my)\b)[^,.;:!])*)"
)
"""What is to be forgotten, told as a clause: "forget that I avoid wool"."""
_WHOLE = r"\b(?:what|whatever|everything|anything|(?:all )?the (?:things?|stuff|data|information|info|notes?)|all)"
_HELD = re.compile(
    rf"{_WHOLE}(?: that| which)? "
    r"(?:(?:you|u)(?:(?:'ve| have| had)?(?: just)? (?:know|got|kept|keep|hold|remember|told|said|"
    r"(?:stor|sav|not|gather|collect|record|learn)(?:ed|e|t)?)| have| had| were told)"
    r"|i(?:'ve| have| had)?(?: just)? (?:told|said))"
    r"(?: you| to you)?(?: (?:stored|saved|noted|on file))?(?: (?:on|about|of|abt) me)?\b"
)
"""What is known of somebody, as a whole: what an item is taken out of."""
_OF_THEIRS = re.compile(rf"{_WHOLE}(?: that| which)? (?:i|we)\b")
"""What its writer likes, wants or has put somewhere: no whole of what is known of them."""
_LIKES = re.compile(r"\b(?:(?:what|everything|all|anything) i like|my (?:likes|interests|hobbies))\b")
_NOISE = STOP_WORDS | frozenset(
    """forget delete remove erase clear wipe purge drop scrap ditch lose unlearn strike rid take please remember
    remembering stop quit said told keep keeping store storing save saved stored about thing bit rule notes favourite
    favorite never hold held file files record records memory list note noted part piece item one that's that""".split()
)
_ALL = frozenset(
    "everything all preferences preference data profile anything know information info details personal".split()
)


def _wishes(folded: str) -> Iterator[re.Match[str]]:
    """The verbs by which the writer of a folded text wants something forgotten."""
    for verb in _FORGETS.finditer(folded):
        before = folded[: verb.start()]
        denied = _DENIED.match(before)
        if denied and set(denied[1].split()) <= _LIGHT:
            continue
        of = None if "want" in verb[0] else _OF_SOMEBODY.search(before)
        if _NO_VERB.search(before) or (of and not of["asked"] and (of[0].split()[0] != "to" or of["often"])):
            continue
        yield verb


def _span(folded: str) -> tuple[int, int]:
    """Where the first such verb stands with its object."""
    if (verb := next(_wishes(folded), None)) is None:
        return 0, 0
    behind = _OWN_NEXT.search(folded, verb.end())
    return verb.start(), behind.start() if behind else len(folded)


def wished(text: str) -> str:
    """The part of a text that says what is to be forgotten: the verb with its object, and what stands before them where
    the object names nothing ("red, drop that one"); "" where nothing is to be."""
    folded = spelt_out(fold(text))
    start, end = _span(folded)
    own = folded[start:end]
    return own if _named(own) or _SAYS_OF_SELF.match(folded[:start]) else folded[:end]


def beside_it(folded: str) -> str:
    """A folded text without what it wants forgotten."""
    start, end = _span(folded)
    return f"{folded[:start]} {folded[end:]}".strip()


def told_away(folded: str) -> tuple[str, str] | None:
    """What a folded text says in a clause that is to be forgotten, and the rest of it; None where it does not."""
    found = next((m for verb in _wishes(folded) if (m := _WHAT.match(folded, verb.start()))), None)
    return (found["what"], f"{folded[: found.start()]} {folded[found.end() :]}".strip()) if found else None


def forgotten_next(text: str, before: str, known: Sequence[dict[str, str]]) -> str:
    """The item that is to be forgotten where no more is said than items that are known, or "forget it", right behind
    `before`, which had another forgotten or said what is known: "and the wool", "red, drop that one too", "clear it
    all"; "" where nothing is."""
    words = {s for t in known for s in stems(f"{t['name']} {t['value']}")}
    drops = bool(wished(text))
    if "?" in text or not (drops or wished(before)):
        return ""
    said = item(text)
    if drops and not said:  # "forget it"
        said = item(before)
    named = set(stems(said))
    return said if named and (named <= words or (drops and said == "everything" and said == item(text))) else ""


def item(text: str) -> str:
    """Which item is spoken of ("forget my shoe size" -> "shoe size"); "everything" only where nothing is named that it
    is taken out of: "forget what you know about me", not "take wool out of what you know about me"."""
    return _named(wished(text) or fold(text))


def _named(folded: str) -> str:
    held = bool(_HELD.search(folded))
    folded = _HELD.sub(" ", folded)
    words = [w for w in re.findall(r"[a-z]+(?:'[a-z]+)?|\d+", folded) if w not in _NOISE or w in _ALL]
    if _OF_THEIRS.search(folded):
        words = [w for w in words if w not in _ALL]
    words = [w for word in words for w in SAME_DIET.get(word, word).split()]
    if _LIKES.search(folded):
        words.append("likes")
    everything = (held or bool(words)) and set(words) <= _ALL
    return "everything" if everything else " ".join(words)
