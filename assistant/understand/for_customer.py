"""What a colleague says of the customer whom they ask for, as that customer would say it: "where is her parcel" is
"where is my parcel".

Grammar only: the third person singular, "the customer" and their name become the first person, with the verbs beside
them. Once somebody else is named ("for her husband, he takes a 44") the pronouns behind may be theirs, and stay. "They"
are goods unless they do or own what only people do ("their parcel"), and "for her" says for whom a thing is.
Knows no shop.
"""

from __future__ import annotations

import re

_CUSTOMER = (
    r"(?:\b(?:the|this|our|my) |^)(?:customer|client|caller)"
    r"(?! (?:services?|support|care|reviews?|ratings?|opinions?|numbers?|accounts?|data|relations)\b)"
)
_WHO = rf"(?:\b(?:she|he)|{_CUSTOMER})\b"
_ANOTHER = re.compile(
    r"\b(?:wife|husband|partner|fiancee?|(?:girl|boy)friend|friend|(?:grand)?(?:mother|father|mum|mom|dad|son|daughter)|"
    r"gran|granny|grandma|grandad|sister|brother|aunt|uncle|niece|nephew|cousin|child|kid|baby|girl|boy|boss|colleague|"
    r"neighbour|neighbor|somebody|someone)s?\b",
    re.IGNORECASE,
)
_SAYS = re.compile(rf"{_WHO} (?:says|said|tells (?:me|us)|told (?:me|us))\b,?(?: that\b)?\s*", re.IGNORECASE)
_NO_NOUN = (
    r"a|an|the|this|that|these|those|to|for|from|with|about|at|on|in|by|of|off|if|when|and|or|but|so|please|again|now|"
    r"back|today|tomorrow|yesterday|what|which|how|it|one|some|any|soon|straight|right"
)
_PART = r"(?:not|got|been|had|bought|sent|paid|lost|\w+ed)"
_OWN = re.compile(
    rf"{_CUSTOMER}['’]s\b(?= (?!(?:{_NO_NOUN}|{_PART}|\w+ing)\b)\w)|\bhis\b|\bher\b(?= (?!(?:{_NO_NOUN})\b)\w)",
    re.IGNORECASE,
)
_VERBS = {"is": "am", "has": "have", "does": "do", "isn't": "am not", "hasn't": "haven't", "doesn't": "don't"}
_DOES = r"(?:is|was|has|had|have|does|do|did|wo|ca|can|could|would|should|will|may|must)(?:n['’]t)?"
_ASKED = re.compile(rf"\b({_DOES}) {_WHO}", re.IGNORECASE)
_BETWEEN = r"(?: (?:also|already|still|just|now|really|only|never|always|often|maybe|perhaps))*"
_DEEDS = (
    r"(?:order(?:ed)?|bought|buy|paid|pay|want|wish|received?|return(?:ed)?|cancel(?:led)?|exchanged?|say|said|owed?)"
)
_THEY = re.compile(rf"\bthey\b(?=(?:['’](?:ve|d))?{_BETWEEN} {_DEEDS}\b)", re.IGNORECASE)
_THEIR = re.compile(
    r"\btheir\b(?= (?:[\w-]+ )?(?:orders?|parcels?|packages?|delivery|deliveries|address|account|refunds?|receipt|"
    r"card|payments?|purchases?|returns?|invoices?|e-?mail|phone|postcode|preferences)\b)",
    re.IGNORECASE,
)
_TITLE = r"(?:mr|mrs|ms|miss|mx|dr)\.? "
_TOLD = re.compile(rf"{_WHO}(?:['’](s|d|ll|ve))?({_BETWEEN})(?: ([a-z]+(?:['’]t)?))?", re.IGNORECASE)
_THEM = re.compile(rf"(?<!\bfor )(?<!\bor )\b(?:her|him)\b|{_CUSTOMER}\b", re.IGNORECASE)
_HERS = re.compile(r"\bhers\b", re.IGNORECASE)
_SELF = re.compile(r"\b(?:her|him)self\b", re.IGNORECASE)
_STAYS = frozenset("was always perhaps sometimes".split())


def in_their_words(text: str, first: str = "", last: str = "") -> str:
    """The message as the customer of this name would say it: "Cancel her order, she ordered by mistake" is "Cancel my
    order, I ordered by mistake"."""
    text = _unnamed(_THEIR.sub("my", _THEY.sub("the customer", text)), first, last)
    another = _ANOTHER.search(text)
    here, rest = (text[: another.end()], text[another.end() :]) if another else (text, "")
    here = _OWN.sub("my", _HERS.sub("mine", _SELF.sub("myself", _SAYS.sub("", here))))
    here = _ASKED.sub(lambda m: f"{_first(m[1])} I", here)
    return _THEM.sub("me", _TOLD.sub(_told, here)) + rest


def _unnamed(text: str, first: str, last: str) -> str:
    """ "The customer" for their name where nothing else can be meant by it: both names, a title, or a first name that
    has or does something."""
    one, two = re.escape(first.strip()), re.escape(last.strip())
    if two:
        full = rf"(?:{_TITLE}(?:{one} )?|{one} ){two}" if one else rf"{_TITLE}{two}"
        text = re.sub(rf"\b{full}\b", "the customer", text, flags=re.IGNORECASE)
    if one:
        text = re.sub(rf"\b{one}\b(?=['’]s\b| (?:{_DOES}|\w+s)\b)", "the customer", text, flags=re.IGNORECASE)
        text = re.sub(rf"\b({_DOES}) {one}\b", r"\1 the customer", text, flags=re.IGNORECASE)
    return text


def _told(match: re.Match[str]) -> str:
    """Subject and verb in the first person; "the customer" behind whom no verb can stand is an object."""
    short, between, verb = match[1], match[2], match[3] or ""
    is_noun = not match[0].lower().startswith(("she", "he"))
    if is_noun and not short and (not verb or re.fullmatch(_NO_NOUN, verb, re.IGNORECASE)):
        return f"me{between} {verb}".rstrip()
    if short == "s":
        subject = "I've" if re.fullmatch(_PART, verb) and verb != "not" else "I'm"
    else:
        subject, verb = f"I'{short}" if short else "I", verb if short else _first(verb)
    return f"{subject}{between} {verb}".rstrip()


def _first(verb: str) -> str:
    """A verb of the third person in the first: "wants" is "want"."""
    low = verb.lower().replace("’", "'")
    if low in _VERBS:
        return _VERBS[low]
    if len(low) < 4 or low in _STAYS or not low.endswith("s") or low.endswith(("ss", "us")):
        return verb
    if low.endswith("ies"):
        return f"{low[:-3]}y"
    return low[:-2] if low.endswith(("ches", "shes", "sses", "xes", "oes")) else low[:-1]
