"""A message as it would be read aloud: what changes nothing of what is asked is taken off it before it is read.

Line breaks inside a sentence, greetings and politeness around a question, little pictures. "Hi there, quick question
please: is it in stock? Thanks! 😊" asks "is it in stock?". A message that is nothing else stays as it is: then the
greeting or the thanks is what it says. Knows no shop and no dialogue.
"""

from __future__ import annotations

import re

_BREAK = re.compile(r"[ \t]*\n\s*")
_ENDS = re.compile(r"[.!?;:…]['\")]*$")
_OPEN = frozenset(
    """a an the is are was were am be do does did can could will would should has have had of in on for with to from by
    at as and or but my your our his her their its this that these those any some no how much many what which i you we
    they it he she me us if than like under below over about without per not also please""".split()
)
"""Words behind which a sentence goes on."""
_BEGINS = re.compile(
    r"(?:[-*•]|\(?\d{1,2}[.)](?!\d))\s*\S|(?:what|how|which|where|when|who|why|is|are|do|does|can|could|will|would|hi|"
    r"hello|hey|thanks|thank|also|and|but|i|i'm|we|my)\b",
    re.IGNORECASE,
)

_HELLO = r"(?:hi+|hello+|hey+|hiya|howdy|heya|greetings|good (?:morning|afternoon|evening|day))"
_LEADING = re.compile(
    rf"^\W*(?:{_HELLO}(?: (?:there|all|again|guys|folks|team|everyone))?(?:\s*[,.!:;–-]+\s*|\s+(?={_HELLO}|just|"
    r"quick|a quick|please|pls|plz|sorry|excuse))"
    r"|(?:just )?(?:(?:a|one) )?(?:very )?(?:quick|short|small|little) (?:question|one|q)(?: please| pls| for you)?"
    r"\s*[,.!:;–-]+\s*"
    r"|(?:please|pls|plz)\s*[,:]?\s+(?!help\b)"
    r"|(?:sorry to (?:bother|disturb|trouble)(?: you)?|excuse me)\s*[,.!:;–-]+\s*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?P<mark>[?.!]*)[\s,]+(?:please|pls|plz|pleasee+)\s*(?P<end>[?.!]*)\s*$", re.IGNORECASE)
_THANKS = re.compile(
    r"(?<=[?.!,\s])\s*(?:(?:many |kind )?thanks(?: a lot| so much| in advance| again)?|thank you(?: very much| so much|"
    r" in advance)?|thx|tysm|cheers|tia)\s*[.!]*\s*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|^\W*(?:(?:so|and|but|ok|okay|also|then|oh)\W+)*(?:what|whats|what's|which|how|where|when|who|why|do|does|did|"
    r"is|are|can|could|may|will|would|should|has|have (?:you|u)|any|got|tell|show|give|find|compare|recommend|suggest|"
    r"list|cheapest|price)\b|\b(?:need|want|looking for|searching|after (?:a|an|some)|meant)\b|\bwhat is the\b",
    re.IGNORECASE,
)
_FEW = 4
"""Words of a message that needs no "please" to be a wish."""
_SOMEBODY = re.compile(
    r"\b(?:person|people|human|agent|some(?:one|body)|colleague|operator|manager|staff)\b", re.IGNORECASE
)
"""Who is asked for with "please" is wanted, not asked about."""
_PICTURES = re.compile("[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff☀-➿⬀-⯿️‍⃣™]+|(?:(?<=\\s)|^)[:;]-?[)(DPp](?=\\s|$)")


_QUESTION = re.compile(
    r"^\W*(?:(?:so|and|but|ok|okay|also|then|oh|or|well|now|hi|hey|hello|yes|no)\W+)*(?:what|whats|what's|which|how|hows|"
    r"how's|where|wheres|where's|when|whens|when's|who|whos|who's|why|do|does|did|is|are|was|were|can|could|may|will|"
    r"would|should|has|have (?:you|u)|any|got any|isn't|isnt|aren't|arent|don't you|can't i|doesn't)\b(?!,)",
    re.IGNORECASE,
)
_AND = re.compile(
    r"(?:^|(?<=\s))&\s+(?=(?:the|a|an|what|how|which|is|are|do|does|can|when|where|who|in)\b)|^&\s*", re.I
)


_PLUS = re.compile(r"(?<=\w)\s+\+\s?(?=[a-z])", re.IGNORECASE)
_EQUALS = re.compile(r"\s*=\s*\W*$")
_TO_KEEP = re.compile(
    r"^(?P<before>(?:.*?[.!;,]\s+)?)(?:(?:and|also|so|ok|okay)\W+)*(?:can|could|will|would) (?:you|u) "
    r"(?:please |just |also |kindly |maybe )*(?:remember|note(?: down)?|(?:keep|bear) in mind|"
    r"make (?:a|yourself a) note|(?:write|jot|put) down|save|store)"
    r"(?: (?:for me|somewhere|for (?:later|next time)))*,?(?: that)? "
    r"(?P<told>(?:i|we)(?:'?m|'?re|'?ve)?\b[^?]*|(?:my|our) [\w ]{2,30}? (?:is|are)\b[^?]*)\?*\s*$",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """`text` without what asks nothing; as it is where nothing else would be left. A question has its mark; what is to
    be kept in mind of somebody is told as they would tell it."""
    text = _EQUALS.sub(" in total?", _PLUS.sub(" and ", text))
    text = _TO_KEEP.sub(r"\g<before>\g<told>", text)
    return _marked(_AND.sub("and ", _without_politeness(_without_the_same(_joined(_without_pictures(text))))))


def _marked(text: str) -> str:
    """`text` with a question mark behind its last sentence, where that begins as a question and has no mark."""
    if not text or text[-1] in "?!.;:)":
        return text
    last = re.split(r"(?<=[.!?;])\s+|\n", text)[-1]
    return f"{text.rstrip(' ,')}?" if _QUESTION.match(last) and len(last.split()) > 1 else text


def _without_pictures(text: str) -> str:
    bare = _PICTURES.sub(lambda m: m[0] if "™" in m[0] else " ", text)
    return bare.strip() if re.search(r"\w", bare) else text


def _joined(text: str) -> str:
    """`text` with the line breaks taken out that stand inside a sentence."""
    lines = [line for line in _BREAK.split(text.strip()) if line]
    if len(lines) < 2:
        return text.strip()
    capitals = any(c.islower() for c in text)
    out = lines[0]
    for line in lines[1:]:
        last = re.findall(r"[\w']+", out.lower())[-1:]
        goes_on = bool(last) and last[0] in _OPEN and not _ENDS.search(out)
        ends = _ENDS.search(out) or _BEGINS.match(line) or (capitals and line[0].isupper())
        out += "\n" + line if ends and not goes_on else " " + line
    return out


_ALL_THE_SAME = re.compile(
    r"(?:^|[,.;–-]\s*|\band |\bbut )(?:i |i'm |im |we |we're )?(?:really |actually |honestly )?"
    r"(?:(?:don'?t|do not|doesn'?t|not) (?:really |actually )?(?:care|bothered|fussed|fussy)(?: much)? (?:about|over)"
    r"|(?:couldn'?t|could not) care less about|never mind(?: about)?) "
    r"(?:the |any |an? )?[\w'-]+(?: [\w'-]+){0,2}?(?: actually| really| tbh| any ?more| now)?(?=\s*(?:[,.;!?]|$))",
    re.IGNORECASE,
)


def _without_the_same(text: str) -> str:
    """`text` without what is said to be all the same: "cheapest speaker, dont care about water" asks for no water."""
    rest = _ALL_THE_SAME.sub("", text).strip(" ,;")
    return rest.lstrip(" .!") if len(rest.split()) > 1 else text


def _without_politeness(text: str) -> str:
    """`text` without greetings before, and thanks and "please" around what it asks."""
    while (rest := _LEADING.sub("", text, count=1)) != text and _says_more(rest):
        text = rest
    if (thanked := _THANKS.sub("", text).rstrip(" ,")) != text and _says_more(thanked) and _ASKS.search(thanked):
        text = thanked
    asked = _TRAILING.sub(lambda m: m["mark"] or m["end"], text)
    asks = bool(_ASKS.search(asked)) or len(asked.split()) <= _FEW
    return asked if len(asked.split()) > 1 and asks and not _SOMEBODY.search(asked) else text


def _says_more(rest: str) -> bool:
    return bool(re.search(r"[^\W_]", rest))
