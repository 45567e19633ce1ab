"""What customers tell of themselves: sizes, diets, dislikes, likes, a budget; and which of it they want forgotten.

A statement counts when a clause is of that kind (the head's word) or says it in so many words ("I'm allergic to nuts").
Works on words alone: keeps nothing and knows no customer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.language import STOP_WORDS, fold, words_to_numbers
from assistant.understand.clause import Clause
from assistant.understand.quantities import price_bounds
from assistant.understand.state import State
from assistant.understand.vocabulary import COLOURS


@dataclass(frozen=True)
class Told:
    """One thing that the customer told. `name`: size, avoids, likes, diet, budget or colour; `about` what a size is of.

    `gone`: it holds no longer. `clause` is the clause that said it. A budget is in major units ("100").
    """

    name: str
    value: str
    about: str = ""
    gone: bool = False
    clause: str = ""


_I = r"\b(?:i|we)(?:'m| am|m|'re| are)\b"
_DIETS = (
    r"vegan|vegetarian|pescatarian|coeliac|celiac|diabetic|lactose[- ]intolerant|gluten[- ]intolerant|"
    r"dairy[- ]free|gluten[- ]free|kosher|halal"
)
_DIET = re.compile(rf"{_I} (?:an? |all |both |strictly )*({_DIETS})\b")
_NOT_DIET = re.compile(rf"(?:{_I} (?:not|no longer)|(?:i|we) (?:aren't|ain't)) (?:an? )?({_DIETS})\b")
_THING = r"((?:[a-z][a-z'-]+ ?){1,3}?)"
_END = r"(?= and | or | but | because | please| in (?:my|any)| at all| anymore| any more| now|[.,;!?]|$)"
_AVOID = re.compile(
    rf"\b(?:hate|hates|dislike|detest|can't stand|cannot stand|can't (?:wear|eat|have|drink|tolerate)|"
    rf"never (?:wear|eat|buy|drink|use)|(?:don't|do not) (?:like|wear|eat|drink|want|use|tolerate|touch)|"
    rf"avoid(?:ing)?|allergic to|intolerant to|allergy to|nothing (?:with|made of|of)|anything but|"
    rf"steer clear of|stay away from)\b {_THING}{_END}"
)
_NO_X = re.compile(rf"^\W*no {_THING}(?: please| for me| thanks){_END}")
_NO_LONGER = re.compile(rf"\b(?:no longer|don't|do not) (?:mind|avoid|hate|dislike) {_THING}{_END}")
_LIKE = re.compile(
    rf"\b(?:i|we) (?:really |also |do |mostly |usually |just |only |absolutely )*"
    rf"(?:love|like|enjoy|adore|prefer|buy|collect|do a lot of)\b {_THING}{_END}"
    rf"|(?:{_I}) (?:really |also |very )*(?:into|keen on|fond of|(?:a )?(?:big )?fans? of) {_THING}{_END}"
)
_COLOUR = re.compile(r"\bfavou?rite colou?r (?:is|would be|are) (?:a )?([a-z]+)")
_SIZE = re.compile(
    r"\b(?:i|we) (?:usually |normally |always |mostly |now |generally |actually )*(?:wear|take|need|have|am|'m) "
    r"(?:an? )?(?:(?:shoe |foot |european |eu |uk |us )*size )?"
    r"(?P<a>\d{2,3}(?:\.5)?|\d(?:\.5)?(?= (?:in|shoes?)\b)|x{0,4}[sml]|small|medium|large|extra large)\b"
    r"(?! (?:of|years|kids|people|minutes))"
    r"|\b(?:my|the) (?P<about>[a-z]+ )?size (?:is|would be|was) (?:now |a |an |size )*"
    r"(?P<b>\d{1,3}(?:\.5)?|x{0,4}[sml]|small|medium|large)\b"
    r"|\bi(?:'m| am) (?:an? )?size (?P<c>\d{1,3}(?:\.5)?|x{0,4}[sml])\b"
    r"|\bsize (?:to|is now) (?:an? )?(?P<d>\d{1,3}(?:\.5)?|x{0,4}[sml])\b"
)
_ALSO_SIZE = re.compile(
    r"\band (?:i )?(?:take |wear |have |an? |size )*(\d{1,3}(?:\.5)?|x{0,4}[sml]) (?:in|for) ([a-z]+)"
)
_NEW_SIZE = re.compile(r"\b(?:it's|its|it is|but|now|am|i'm|to)\W+(?:an? |now |size )*(\d{1,3}(?:\.5)?|x{0,4}[sml])\b")
_ABOUT = re.compile(r"\b(?:in|for|of) ([a-z]+)\b|\b(shoe|trouser|shirt|jacket|glove|hat|ring|bra|clothing)s?\b")
_BUDGET = re.compile(
    r"\b(?:my|our|a|the) (?:max(?:imum)? )?budget\b|\b(?:spend|pay)\b.*\b(?:more than|at most|up to|over)\b"
)
_SELF = re.compile(r"\b(?:me|my|i|i'm|im|mine|myself|we|our)\b|\bpersonal\w*|\bpreferences?\b|\bremember")
_MINE = re.compile(r"\b(?:about|of|on|for) (?:me|us|myself)\b|\b(?:my|mine|i)\b|\bpersonal\b")
_FORGETS = re.compile(r"\b(?:forget|delete|remove|erase|clear|wipe|drop|don't remember|stop remembering|don't keep)\b")
_NOISE = STOP_WORDS | frozenset(
    """forget delete remove erase clear wipe please remember remembering stop said told keep saved stored about
    thing""".split()
)
_ALL = frozenset("everything all preferences preference data profile anything know information".split())
_NO_THINGS = frozenset(
    "it that this them one ones to you your more much anything something the a an how what idea sure".split()
)


def stated(text: str, label: str, clause: Clause, state: State) -> list[Told]:
    """What the clause tells of the customer, in its order; empty for questions and for what is said of others."""
    folded = fold(words_to_numbers(text)).strip()
    if folded.endswith("?") and label not in ("prefer", "correct"):
        return []
    sure = label in ("prefer", "correct")
    found = [*_diets(folded), *_sizes(folded, sure), *_dislikes(folded, sure), *_budgets(text, folded, sure)]
    if match := _COLOUR.search(folded):
        found.append(Told("colour", match[1]))
    if sure and not any(f.name == "colour" for f in found):
        found += _likes(folded, clause)
    return [Told(t.name, t.value, t.about, t.gone, clause.text) for t in dict.fromkeys(found)]


def _diets(folded: str) -> Iterator[Told]:
    if match := _NOT_DIET.search(folded):
        yield Told("diet", match[1].replace("-", " "), gone=True)
    elif match := _DIET.search(folded):
        yield Told("diet", match[1].replace("-", " "))


def _sizes(folded: str, sure: bool) -> Iterator[Told]:
    match = _SIZE.search(folded)
    own = bool(match) and (sure or bool(re.search(r"\b(?:i|we) (?:\w+ )?wear\b|\bmy (?:\w+ )?size\b", folded)))
    new = (
        _NEW_SIZE.search(folded)
        if re.search(r"\b(?:not|no longer|isn't|wrong|actually|change|update)\b", folded)
        else None
    )
    if not own and not (new and sure and "size" in folded):
        return
    if match and not new:
        yield from (Told("size", m[1].upper(), _one(m[2])) for m in _ALSO_SIZE.finditer(folded[match.end() :]))
    value = (new[1] if new else "") or next((g for k, g in match.groupdict().items() if g and k != "about"), "")  # type: ignore[union-attr]
    about = (match["about"] or "").strip() if match else ""
    if not about and (kind := _ABOUT.search(folded[match.end() if match else 0 :]) or _ABOUT.search(folded)):
        about = kind[1] or kind[2]
    words = {"small": "s", "medium": "m", "large": "l", "extra large": "xl"}
    value = words.get(value, value)
    yield Told("size", value.upper() if value.isalpha() else value, _one(about))


def _one(about: str) -> str:
    """What a size is of, in the singular; words that say nothing are dropped."""
    about = about.strip().removesuffix("s")
    return "" if about in _NO_THINGS | STOP_WORDS or len(about) < 3 else about


def _dislikes(folded: str, sure: bool) -> Iterator[Told]:
    if match := _NO_LONGER.search(folded):
        yield Told("avoids", _thing(match[1]), gone=True)
        return
    strong = re.search(r"\ballerg|\bintoleran|\bi (?:hate|avoid|can't stand)\b", folded)
    for match in [*_AVOID.finditer(folded), *_NO_X.finditer(folded)]:
        values = [_thing(match[1]), *_more(folded[match.end() :])]
        if sure or strong:
            yield from (Told("avoids", value) for value in values if value)


def _more(rest: str) -> list[str]:
    """The things that follow: "wool and leather", "nuts, milk or soy"."""
    out: list[str] = []
    while match := re.match(r"(?:,| and| or)+ (?:or |and )?([a-z][a-z-]+(?: products)?)(?=[.,;!?]| and| or|$)", rest):
        out.append(_thing(match[1]))
        rest = rest[match.end() :]
    return [o for o in out if o]


def _likes(folded: str, clause: Clause) -> Iterator[Told]:
    for match in _LIKE.finditer(folded):
        said = match[1] or match[2] or ""
        for value in (_thing(said), *_more(folded[match.end() :])):
            if value and value not in _NO_THINGS:
                yield Told("colour" if value in COLOURS else "likes", value)


def _thing(words: str) -> str:
    """A noun phrase without its small words; empty when nothing is left ("to", "that")."""
    kept = [
        w
        for w in words.split()
        if w not in _NO_THINGS and w not in ("any", "my", "some", "really", "wearing", "eating")
    ]
    return " ".join(kept).strip(" '-")


def _budgets(text: str, folded: str, sure: bool) -> Iterator[Told]:
    if not _BUDGET.search(folded) or not (sure or "my budget" in folded):
        return
    bounds = price_bounds(text, 0)
    amount = bounds.high or bounds.low
    if amount is None and (match := re.search(r"budget (?:is|of|now)\D{0,12}(\d+)", folded)):
        amount = int(match[1])
    if amount:
        yield Told("budget", str(amount))


def is_about_self(text: str, label: str) -> bool:
    """Whether a clause of this kind is really about what is known of the customer."""
    folded = fold(text)
    if label == "forget":
        return bool(_FORGETS.search(folded)) and bool(item(text))
    if label == "recall":
        return bool(_MINE.search(folded))
    return label != "correct" and bool(_SELF.search(folded))


def item(text: str) -> str:
    """Which item is spoken of ("forget my shoe size" -> "shoe size"); "everything" for all of it."""
    folded = fold(text)
    words = [w for w in re.findall(r"[a-z]+|\d+", folded) if w not in _NOISE or w in _ALL]
    told = re.search(r"\bwhat i (?:just )?(?:told|said)\b|\bwhat you know\b", folded)
    everything = told or (bool(words) and set(words) <= _ALL)
    return "everything" if everything else " ".join(words)
