"""What customers tell of themselves: sizes, diets, dislikes, likes, a budget; and which of it they want forgotten.

A statement counts when a clause is of that kind (the head's word) or says it in so many words ("I'm allergic to nuts").
Works on words alone: keeps nothing and knows no customer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.language import STOP_WORDS, fold, spelt_out, stems, words_to_numbers
from assistant.understand.clause import Clause
from assistant.understand.forgetting import SAME_DIET, beside_it, item, told_away, wished
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
    r"vegan|vegetarian|veggie|plant[- ]based|pescatarian|coeliac|celiac|diabetic|lactose[- ]intolerant|"
    r"gluten[- ]intolerant|dairy[- ]free|gluten[- ]free|kosher|halal"
)
_DIET = re.compile(rf"{_I} (?:an? |all |both |strictly )*({_DIETS})\b")
_NOT_DIET = re.compile(
    rf"(?:(?:{_I} )?(?:not|no longer)|(?:i|we) (?:aren't|ain't)|\bnever (?:said|told you) (?:that )?{_I}) "
    rf"(?:an? )?({_DIETS})\b"
)
_THING = r"((?:[a-z][a-z'-]+ ?){1,3}?)"
_END = (
    r"(?= and | or | but | because | please| in (?:my|any)| for me| at all| ever| anymore| any more| again| these days|"
    r" after all| now|[.,;!?]|$)"
)
_DEED = re.compile(r"(?!(?:wear|eat|us|drink|hav)ing\b)[a-z]+ing [a-z]")
"""Doing something is no kind of thing ("I hate phoning people"), unless the shop has one of that name."""
_AVOID = re.compile(
    rf"\b(?:hate|hates|dislike|detest|can't stand|cannot stand|can't (?:wear|eat|have|drink|tolerate)|"
    rf"never (?:wear|eat|buy|drink|use)|(?:don't|do not) (?:like|wear|eat|drink|want|use|tolerate|touch)|"
    rf"avoid(?:ing)?|allergic to|intolerant to|allergy to|nothing (?:with|made of|of)|anything but|"
    rf"steer clear of|stay away from|not (?:really )?(?:keen on|into|(?:a )?(?:big )?fans? of))\b"
    rf"(?: to (?:wear|eat|use|drink|have)\b)?(?! (?:to|your|this)\b) {_THING}{_END}"
    rf"|^\W*(?:never(?! (?:\w+ed|been|done|had|seen|worn|got|bought|gone|ridden|drunk|eaten)\b)|absolutely no) "
    rf"{_THING}{_END}"
    rf"|\bcan't do {_THING}{_END}|\bnot an? {_THING} (?:person|fan|lover)\b"
    rf"|\b{_THING}(?: is|'s| are)(?:n't| not) (?:really )?(?:my (?:colou?r|thing|taste)|for me)\b"
    rf"|\b{_THING}(?: is|'s| are) (?:an? )?(?:absolute )?(?:no|no-go|no go)(?: for (?:me|us))?(?=[.,;!?]|$)"
    rf"|\b{_THING} (?:doesn't|don't|does not|do not) suit (?:me|us)\b"
    rf"|\b(?:an? )?([a-z]+) allergy\b"
)
_NO_X = re.compile(rf"^\W*no {_THING}(?: please| for me| thanks){_END}")
_SINCE = r"(?:any ?more|again|now|these days|after all)"
_NO_LONGER = re.compile(
    rf"\b(?:no longer|don't|do not|never said (?:that )?(?:i|we)) (?:mind|avoid|hate|dislike) {_THING}{_END}"
    rf"|\b(?:i|we) (?:do |can )?(?:eat|drink|wear|use|like) {_THING} {_SINCE}\b"
    rf"|\bnot allergic to {_THING}{_END}"
    rf"|(?:^|\bactually|\bturns out|\boh)\W*(?:i'm (?:fine|ok|okay) with {_THING}{_END}|"
    rf"{_THING}(?: is|'s| are) (?:fine|ok|okay|alright|all right|no problem)\b)"
)
_NO_LIKE = re.compile(
    rf"\b(?:not|no longer|isn't|aren't) (?:really )?(?:into|keen on|interested in) {_THING} ?{_SINCE}\b"
    rf"|\b(?:don't|do not|no longer) (?:like|love|enjoy|do|collect) {_THING} {_SINCE}\b"
    rf"|\bnever (?:said|told you) (?:that )?(?:i|we) (?:like|love|enjoy)\b {_THING}{_END}"
)
_LIKE = re.compile(
    rf"\b(?:i|we) (?:really |also |do |mostly |usually |just |only |always |absolutely )*"
    rf"(?:love|like|enjoy|adore|prefer|buy|collect|do a lot of|(?<=only )(?:wear|use)|(?<=always )(?:wear|use))\b "
    rf"{_THING}(?= to | over |{_END[3:-1]})"
    rf"|(?:{_I}) (?:really |also |very )*(?:into|keen on|fond of|(?:a )?(?:big )?fans? of) {_THING}{_END}"
)
_COLOUR = re.compile(
    r"\bfav(?:e|ou?rite) colou?r(?: is|'s| would be| are) (?:a )?([a-z]+)"
    r"|\b([a-z]+) is my fav(?:e|ou?rite)(?: colou?r)?\b|\bmore of an? ([a-z]+) person\b"
)
_OWN = r"(?:\b(?:i|we)|\bi'?m [a-z]+(?: \w+)? and) (?:usually |normally |always |mostly |now |generally |actually )*"
_LETTERS = r"x{0,4}[sml]|small|medium|large|extra large"
_NO_MORE = (
    r"(?=\W*$|\s*[.,;!?)/]|\s(?:in(?! (?:my|the|an?)\b)|and|but|so|usually|always|normally|now|too|please|shoes?)\b)"
)
"""Behind a size of somebody who "has" or "needs" it stands no thing of so many and no money."""
_SIZE = re.compile(
    rf"{_OWN}(?:wear (?:an? )?|(?:wear|take|need|have|am|'m) (?:an? )?(?:shoe |foot |european |eu |uk |us )*size )"
    rf"(?P<a>\d{{2,3}}(?:\.5)?|(?<=size )\d(?:\.5)?|\d(?:\.5)?(?= (?:in|shoes?)\b)|{_LETTERS})"
    r"\b(?! (?:of|years|kids|people|minutes))"
    rf"|{_OWN}(?:(?:take|need|have|am|'m) an? |take |need (?=[\d.]+(?:\W*$| in\b))|"
    r"am (?=[\d.]+ in (?:shoes|boots|trousers|jeans|dresses|shirts|jackets|eu|uk|us)\b))"
    rf"(?P<i>\d{{2}}(?:\.5)?|\d(?:\.5)?(?= (?:in|shoes?)\b)|{_LETTERS}){_NO_MORE}"
    r"|\b(?:my|the) (?P<about>[a-z]+ )?size(?: is|'s| would be| was) (?:now |a |an |size )*"
    r"(?P<b>\d{1,3}(?:\.5)?|x{0,4}[sml]|small|medium|large)\b"
    r"|\bi(?:'m| am) (?:an? )?size (?P<c>\d{1,3}(?:\.5)?|x{0,4}[sml])\b"
    r"|\bsize (?:to|is now) (?:an? )?(?P<d>\d{1,3}(?:\.5)?|x{0,4}[sml])\b"
    r"|\bmy (?P<feet>feet) are (?:an? |about |size )*(?P<e>\d{1,2}(?:\.5)?)\b"
    r"|\b(?P<f>\d{2}(?:\.5)?|x{0,4}[sml]|small|medium|large)(?: usually| always)? "
    r"(?:fits me|is my size|is what i wear)\b"
    r"|\bfor me it's (?:always |usually )?(?:size )?(?P<g>\d{2}|x{0,4}[sml]|small|medium|large)\b"
)
_AM_SIZE = re.compile(
    r"\bi(?:'m| am|m) (?:usually |normally |now |actually |really )*an? "
    r"(?P<h>\d{2}(?:\.5)?|x{0,4}[sml]|small|medium|large)\b"
    r"(?!-| (?:year|years|yr|person|fan|bit|business|family|woman|man|lady|guy))"
)
"""Said of oneself without the word "size": only where the whole clause is known to be about that."""
_ALSO_SIZE = re.compile(
    r"\band (?:i )?(?:take |wear |have |an? |size )*(\d{1,3}(?:\.5)?|x{0,4}[sml]) (?:in|for) ([a-z]+)"
)
_ALSO_OF = re.compile(r"\band (?:my |an? |in )?([a-z]+) size (?:is |of |an? )?(\d{1,3}(?:\.5)?|x{0,4}[sml])\b")
_NEW_SIZE = re.compile(r"\b(?:it's|its|it is|but|now|am|i'm|to)\W+(?:an? |now |size )*(\d{1,3}(?:\.5)?|x{0,4}[sml])\b")
_ABOUT = re.compile(r"\b(?:in|for|of) ([a-z]+)\b|\b(shoe|trouser|shirt|jacket|glove|hat|ring|bra|clothing)s?\b")
_BUDGET = re.compile(
    r"\b(?:my|our|a|the) (?:\w+ )?budget\b|\b(?:spend|pay)\b.*\b(?:more than|at most|up to|over)\b"
    r"|\b(?:usually|normally|generally|always|typically|like to|try to) (?:spend|pay|stay|keep|go)\b"
    r"|\bis (?:my|our|the) (?:usual )?(?:limit|max\w*|most|budget)\b|\bgo over\b"
)
_OWN_BUDGET = re.compile(r"\bmy budget\b|\b(?:i|we)(?:'ve| have)\b[^.?!]{0,20}\d[^.?!]{0,12} to spend\b")
"""A budget by its words alone."""
_SELF = re.compile(r"\b(?:me|my|i|i'm|im|mine|myself|we|our)\b|\bpersonal\w*|\bpreferences?\b|\bremember")
_MINE = re.compile(r"\b(?:about|of|on|for) (?:me|us|myself)\b|\b(?:my|mine|i)\b|\bpersonal\b")
_TELLS = re.compile(r"\W*(?:i am|i'?m|we are|we'?re) (?:already |also )?an? ")
"""Who says what they are ("I am a member") doesn't ask what is known of them."""
_YOU_KEEP = re.compile(
    r"\b(?:you(?:'ve| have)?|have you) (?:saved?|stored?|kept|keep|noted|remembered)\b|"
    r"\b(?:bout|abt) me\b|\bdo you remember\b"
)
_OF_ACCOUNT = re.compile(
    r"\b(?:e-?mail|address\w*|phone|password|points?|balance|orders?|deliver\w*|refund\w*|payment|invoices?|policy)\b"
)
_OF_PURCHASE = re.compile(
    r"\b(?:from|in|on|of|off) (?:my|the|this|that|our) (?:\w+ )?orders?\b|\b(?:basket|cart|trolley|parcel)\b"
)
"""What is taken out of an order or a basket is nothing that is known of somebody."""
_KINDS = re.compile(
    r"\b(?:size|budget|colou?r|allerg\w+|diet|(?:dis)?likes|preferences?|history|vegan|vegetarian)\b"
    r"(?! (?:chart|guide))"
)
_OF_GOODS = re.compile(r"\b(?:the|that|about) (?:size|colou?r)s?\b")
"""What goods have as well: who says "forget the colour" has nothing of that kind kept by it."""
_NO_THINGS = frozenset(
    "it that this them one ones to you your more much anything something the a an how what idea sure".split()
)


def stated(text: str, label: str, clause: Clause, state: State) -> list[Told]:
    """What the clause tells of the customer, in its order; empty for questions and for what is said of others."""
    folded = spelt_out(fold(words_to_numbers(text))).strip()
    if folded.endswith("?") and label not in ("prefer", "correct"):
        return []
    if away := told_away(folded):
        gone = stated(away[0], "prefer", clause, state)
        return [*(replace(t, gone=True) for t in gone), *stated(away[1], label, clause, state)]
    folded = beside_it(folded)
    sure = label in ("prefer", "correct")
    found = [*_diets(folded), *_sizes(folded, sure), *_dislikes(folded, sure, clause), *_budgets(text, folded, sure)]
    if match := _COLOUR.search(folded):
        found += [Told("colour", c) for c in match.groups() if c and (c in COLOURS or match[1])]
    if sure and not any(f.name == "colour" for f in found):
        found += _likes(folded)
    return [Told(t.name, t.value, t.about, t.gone, clause.text) for t in dict.fromkeys(found)]


def _diets(folded: str) -> Iterator[Told]:
    if match := _NOT_DIET.search(folded):
        yield Told("diet", _diet(match[1]), gone=True)
    elif match := _DIET.search(folded):
        yield Told("diet", _diet(match[1]))


def _diet(words: str) -> str:
    """A diet by the one name that it is kept under."""
    words = words.replace("-", " ")
    return SAME_DIET.get(words, words)


def _sizes(folded: str, sure: bool) -> Iterator[Told]:
    match = _SIZE.search(folded) or (_AM_SIZE.search(folded) if sure else None)
    own = bool(match) and (sure or bool(_OWN_SIZE.search(folded)))
    new = (
        _NEW_SIZE.search(folded)
        if re.search(r"\b(?:not|no longer|isn't|wrong|actually|change|update)\b", folded)
        else None
    )
    if not own and not (new and sure and "size" in folded):
        return
    if match and not new:
        yield from (Told("size", m[1].upper(), _one(m[2])) for m in _ALSO_SIZE.finditer(folded[match.end() :]))
        yield from (Told("size", m[2].upper(), _one(m[1])) for m in _ALSO_OF.finditer(folded[match.end() :]))
        folded = _ALSO_OF.sub(" ", folded)
    value = (new[1] if new else "") or next((g for k, g in match.groupdict().items() if g and k not in _NO_SIZE), "")  # type: ignore[union-attr]
    named = match.groupdict() if match else {}
    about = "shoe" if named.get("feet") else (named.get("about") or "").strip()
    if not about and (kind := _ABOUT.search(folded[match.end() if match else 0 :]) or _ABOUT.search(folded)):
        about = kind[1] or kind[2]
    words = {"small": "s", "medium": "m", "large": "l", "extra large": "xl"}
    value = words.get(value, value)
    yield Told("size", value.upper() if value.isalpha() else value, _one(about))


_OWN_SIZE = re.compile(
    r"\b(?:i|we) (?:\w+ )?wear\b|\bi'?m [a-z]+(?: \w+)? and wear\b|\bmy (?:\w+ )?size\b|\bmy feet are\b"
)
_NO_SIZE = ("about", "feet")


def _one(about: str) -> str:
    """What a size is of, in the singular; words that say nothing are dropped."""
    about = about.strip().removesuffix("s")
    return "" if about in _NO_THINGS | STOP_WORDS or len(about) < 3 else about


_STRONG = re.compile(
    r"\ballerg(?:ic|y\b(?! info))|\bintoleran"
    r"|\bi (?:hate|avoid|can't stand)\b(?! (?:to|the|th(?:is|at|ese|ose)|it|them|you|your|my|when|how|what|if|"
    r"(?!(?:wear|eat|us|drink)ing\b)\w+ing)\b)"
)
"""A dislike by its words alone: of a kind of thing, not of doing something or of the one thing that is talked of."""


def _dislikes(folded: str, sure: bool, clause: Clause) -> Iterator[Told]:
    if match := _NO_LIKE.search(folded):
        yield Told("likes", _said(match), gone=True)
        return
    if match := _NO_LONGER.search(folded):
        if thing := _said(match):
            yield Told("avoids", thing, gone=True)
        return
    strong = _STRONG.search(folded)
    of_shop = clause.links.mentions or clause.links.categories or clause.links.subcategories
    for match in [*_AVOID.finditer(folded), *_NO_X.finditer(folded)]:
        values = [_said(match), *_more(folded[match.end() :])]
        if sure or strong:
            yield from (Told("avoids", v) for v in values if v and (of_shop or not _DEED.match(v)))


def _said(match: re.Match[str]) -> str:
    """The thing that whichever alternative matched has found."""
    return next((thing for group in match.groups() if group and (thing := _thing(group))), "")


def _more(rest: str) -> list[str]:
    """The things that follow: "wool and leather", "nuts, milk or soy"."""
    out: list[str] = []
    while match := re.match(r"(?:,| and| or)+ (?:or |and )?([a-z][a-z-]+(?: products)?)(?=[.,;!?]| and| or|$)", rest):
        out.append(_thing(match[1]))
        rest = rest[match.end() :]
    return [o for o in out if o]


def _likes(folded: str) -> Iterator[Told]:
    if _NO_LIKE.search(folded) or _NO_LONGER.search(folded):
        return
    for match in _LIKE.finditer(folded):
        said = match[1] or match[2] or ""
        for value in (_thing(said), *_more(folded[match.end() :])):
            if value and value not in _NO_THINGS:
                yield Told("colour" if value in COLOURS else "likes", value)


_NO_PART = frozenset(
    """now again ever anymore please usually any my some really wearing eating colour color colours colors stuff i i'm
    im actually""".split()
)


def _thing(words: str) -> str:
    """A noun phrase without its small words; empty when nothing is left ("to", "that")."""
    kept = [w for w in words.split() if w not in _NO_THINGS and w not in _NO_PART]
    return " ".join(kept).strip(" '-")


def _budgets(text: str, folded: str, sure: bool) -> Iterator[Told]:
    own = bool(_OWN_BUDGET.search(folded))
    if not own and not (sure and _BUDGET.search(folded)):
        return
    bounds = price_bounds(text, 0)
    amount = bounds.high or bounds.low
    if amount is None and (match := re.search(r"\d+", folded)):
        amount = int(match[0])
    if amount:
        yield Told("budget", str(amount))


def is_about_self(text: str, label: str, told: Sequence[dict[str, str]] = ()) -> bool:
    """Whether a clause of this kind is really about what is known of the customer; `told` is what they said before."""
    folded = fold(text)
    if label == "forget":
        wish = wished(text)
        known = {s for t in told for s in stems(f"{t['name']} {t['value']}")}
        named = set(stems(item(text)))
        kind = _KINDS.search(wish) and not _OF_GOODS.search(wish)
        own = _SELF.search(wish) or kind or (named and named <= known)
        elsewhere = "account" in folded or _OF_PURCHASE.search(folded)
        return bool(wish and item(text) and own) and not elsewhere
    if label == "recall":
        if _TELLS.match(folded) and "?" not in folded:
            return False
        return not _OF_ACCOUNT.search(folded) and bool(_MINE.search(folded) or _YOU_KEEP.search(folded))
    return label != "correct" and bool(_SELF.search(folded))


_REFUSES = re.compile(r"n't\b|\b(?:not|no|never|stop|without|rather not|nor|dont|didnt)\b")


def allowed(text: str) -> str:
    """ "consent_yes" for a text that was read as agreeing, unless it has a word of refusing: then it is none."""
    return "consent_no" if _REFUSES.search(fold(text)) else "consent_yes"
