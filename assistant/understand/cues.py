"""Which act a clause is: the head's verdict, unless the clause's own words say it plainly.

A few words are unmistakable whatever the sentence ("cheapest", "how many left"): they overrule the head. And some acts
are never believed without a word of their kind ("my order", "discount"), so that the head's second thought counts
instead. Knows no products.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from rapidfuzz import fuzz, process

from assistant.language import fold
from assistant.measures import is_superlative
from assistant.understand.inflection import is_form
from assistant.understand.quantities import price_bounds
from assistant.understand.spelling import Words, spelled
from assistant.understand.vocabulary import english_words

ABOUT_PRODUCTS = frozenset({"price", "availability", "stock", "details", "options", "compare"})
SUPERLATIVES = frozenset({"cheapest", "most_expensive", "best_rated", "newest", "superlative"})
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "yes", "no", "none"})

_UNITS = (
    r"(?:days?|weeks?|months?|years?|hours?|minutes?|colou?rs?|sizes?|watts?|lumens?|miles|stars?|people|persons?|"
    r"cores?|grams?|calories)\b"
)

_BACK = r"\bwhen\b.*\b(?:back|again|restock\w*)\b|\brestock"


def asks_when_back(text: str) -> bool:
    """Whether it is asked when something is there again."""
    return bool(re.search(_BACK, fold(text)))


_CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (act, re.compile(pattern))
    for act, pattern in (
        (
            "details",
            rf"{_BACK}|^\W*when (?:will|would|is|are) (?:it|they|that|those)\b",
        ),
        (
            "cheapest",
            r"\bcheapest\b|\b(?:least expensive|lowest[- ]priced?|lowest price|"
            r"most affordable|least i can (?:pay|spend))\b"
            r"|costs? the least",
        ),
        (
            "most_expensive",
            r"\b(?:most expensive|priciest|dearest|costliest|highest[- ]priced?|most costly|highest price)\b|"
            r"costs? the most\b",
        ),
        (
            "best_rated",
            r"\b(?:best|highest|top)[- ]?(?:rated|rating|reviewed|reviews)\b|has the (?:best|highest) (?:rating|"
            r"reviews|score)",
        ),
        (
            "policy",
            r"\breturn(?:ed|ing|s)?\b(?! to (?:the|that|my|our|this)\b(?! (?:shop|store|branch|sender|warehouse)))|"
            r"\brefund\w*\b|\b(?:send|bring|take) (?:it|them|this|that) back\b|\bmoney back\b",
        ),
        (
            "availability",
            r"\b(?:there|available|in stock) or not\b|\b(?:can|could|will|would) (?:you|u) (?:still )?sell me\b|"
            r"\bcan i (?:still |also )?(?:get|buy|order|have) (?:it|them|one|that|those|this|these)\b(?! in\b|"
            r" (?:shipped|delivered|sent))",
        ),
        ("newest", r"\b(?:newest|most recent|new arrivals)\b"),
        (
            "promotion",
            r"\bmembers?\b(?!ship).{0,30}\b(?:pay|get|price|cheaper|discount\w*|less|reduc\w*)\b|"
            r"\b(?:discount\w*|cheaper|reduc\w*|price) for members\b",
        ),
        (
            "compare",
            r"\b(?:compare|comparison|comparing|versus|vs|differences?|differ|side by side|(?:price )?gap between)\b"
            r"|\bwh(?:ich|at)(?:'s|s)?\b[^?]{0,40}\b(?:cheaper|more expensive|pricier|better|longer|lighter|heavier|"
            r"bigger|smaller)\b"
            r"|\bhow much (?:more|less|cheaper)\b|\b(?:cheaper|better|more expensive|bigger|lighter|heavier) than\b",
        ),
        (
            "stock",
            rf"\bhow many (?!{_UNITS})(?:of |pairs |units |pieces )?(?:\w+ ){{0,4}}?(?:left|in stock|have|got|"
            rf"available|remain\w*|get|buy|u have)\b"
            rf"|\bhow many (?:are|is|of|left|do you|u)\b|\bstock (?:level|count)"
            r"|^\W*(?:(?:and|the|a|exact|stock)\W+)*(?:count|number in stock)(?:\W+(?:please|then|now))*\W*$"
            r"|\bnumber of (?:\w+ )?(?:left|in stock|available|there)\b"
            rf"|\b(?:what(?:'s|s| is) )?(?:the|its) stock\b|\bhow many(?: exactly| now|"
            rf" then| pairs| items| of (?:them|those|these))?\s*\?*$|\bquantity\b"
            r"|\bcan i (?:get|buy|order|have) \d+\b|\b(?:do you have|got|are there) (?:at least |"
            r"more than )?\d+ (?:of|left)\b"
            r"|\b(?:are|is) there still \d+\b|\bhow many\b[^?]*\b(?:left|in stock|do you have)\b",
        ),
        (
            "price",
            r"\bhow much\b(?! (?:\w+ )?(?:\w+ )?(?:weigh|ram|memory|storage|battery|water|space|time|room|left|"
            r"in stock)\b)(?!.*\b(?:weigh|hold|shipping|delivery|postage)\b)"
            r"|\bwhat (?:do|would|will|are) (?:you|they|u) (?:ask|asking|want|charge|charging) for\b"
            r"|\bwhat (?:do|would|will) (?:i|we) (?:have to )?pay (?:if|for (?:the|a|an|it|that|this|one))\b"
            r"(?!.*\b(?:shipping|delivery|postage|return|express)\b)"
            r"|\b(?:price|priced|cost|costs|pricing|£|\$|€)\b(?!.*\b(?:shipping|delivery|postage|return)\b)",
        ),
        (
            "details",
            r"\bhow (?:long|big|heavy|tall|wide|deep|high|large|thick|warm|loud|fast|bright|often|many|old|strong)\b",
        ),
        (
            "search",
            r"\b(?:do|did) (?:you|u|ya)(?: guys)?(?: also| still)? (?:sell|carry|stock)\b|\b(?:got|have|is there|"
            r"are there) any\b",
        ),
    )
)

_OF_IT_ONLY = re.compile(
    r"\bhow many (?:(?!left|stock|have|got|remain|stay|you|u|available)\w+ ){0,2}?(?:in|inside|with|to) "
    r"(?:it|them|each|one|a|an|the|that|this)\b"
    r"(?P<thing>)(?! (?:shop|store|stock|moment|warehouse|total|colou?r|size))"
    r"|\b(?:least|minimum|fewest|smallest (?:number|amount|quantity)) (?:that )?(?:i|we|you|one) "
    r"(?:can|may|must|have to|could|need to) (?:order|buy|get|take)\b|\bminimum (?:order|quantity|purchase)\b"
    r"|\bhow many\b.*\b(?:do|must|would) (?:i|we) (?:\w+ )?have to (?:order|buy|take|get)\b"
    r"|\b(?:do|must|would) (?:i|we) (?:\w+ )?have to (?:order|buy|take|get) (?:more than|at least)\b"
    r"|\b(?:can|could|may) (?:i|we) (?:only )?(?:buy|order|get|take) (?:just|only) (?:1|one|a single)\b"
)
"""What is counted inside a `thing`, and how few of it are sold: no question of stock, and none of the lowest price."""

_EVIDENCE: dict[str, re.Pattern[str]] = {
    "promotion": re.compile(
        r"\b(?:deals?|promo\w*|discount\w*|sales?|offers?|vouchers?|coupons?|codes?|sav(?:e|ing)s?|bundles?|special|"
        r"reduced|bogo|black friday|members?)\b"
        r"|(?:^|[^\w\s-]\s*|\b(?:one|two|for|is|are|it|them|a|an|the|any|get|gets|got|with|and|or|also|your|delivery|"
        r"shipping|postage|items?|completely|totally|entirely)\s+)free\b(?! (?:from|of)\b(?! charge))"  # not "nut free"
    ),
    "order": re.compile(
        r"\b(?:my (?:\w+ )?(?:orders?|parcel|package|purchase|account|address|items?|delivery|shipment|refund)|"
        r"orders?|ordered|bought|tracking|track|"
        r"package|parcel|cancel\w*|refund|shipment|purchased|received|arrived)\b"
        r"|\bwhere(?:'s|s)?(?: is| are)? (?:my|our)\b|\bmy (?:stuff|things)\b|\bwaiting (?:for|on) (?:my|it|them)\b"
        r"|\b(?:hasn'?t|haven'?t|not|never) (?:come|turned up|shown up|got here)\b"
    ),
    "complaint": re.compile(  # something is said of something: bare nouns ("stove boil time") complain of nothing
        r"\b(?:i|i'?m|i'?ve|me|my|we|our|you|your|u|ur|it|it'?s|this|that|they|these|those|is|are|was|were|has|have|had|"
        r"does|do|did|not|no|never|nothing|again|still|why|after|\w+n'?t|\w+ed|broke\w*|fault\w*|defect\w*|wrong|bad|"
        r"wors\w+|late|missing|fell|came|went|stopp\w*|leak\w*|hole|rip|torn|poor|rubbish|useless|joke|shame|terrible|"
        r"awful|horrible|disappoint\w*|complain\w*|problem\w*|issue\w*|fuming|angry|upset|annoy\w*|sick|fed)\b"
    ),
    "human": re.compile(
        r"\b(?:persons?|people|humans?|some(?:one|body)|any(?:one|body)|colleagues?|agents?|staff|manager|boss|owner|"
        r"supervisor|operator|rep|representative|advis[eo]rs?|employees?|team|support|service|help ?desk|man|woman|guy|"
        r"lady|speak\w*|talk\w*|chat|you|contact|hotline|(?:call|ring|phone) (?:me|us|back)|(?:tele)?phone "
        r"number|transfer|escalate|hand(?:ed)? over|put me)\b"
    ),
    "price": re.compile(
        r"\b(?:price\w*|pricing|cost\w*|much|expensive|cheap\w*|pay|charge|damage|worth|set me back|going for|go for|"
        r"quote|dear|afford\w*|"
        r"money|paid|ask|asking|want for|"
        r"euros?|dollars?|pounds?|bucks|quid|total|tag|sale|spend|how high|final)\b|[$£€]"
    ),
    "stock": re.compile(
        r"\b(?:left|stock|units|quantity|enough|available|have|got|get|remain\w*|there|\d+)\b|\bhow many(?: exactly|"
        r" now| then)?\W*$|\bhow many (?:of|are|is)\b"
    ),
    "compare": re.compile(r"\b(?:compare\w*|side by side|or|than|vs|versus|differ\w*|better|between|which|pros)\b"),
    "newest": re.compile(r"\b(?:new\w*|latest|recent\w*|arriv\w*|just in|fresh\w*|last (?:year|month|season)\w*)\b"),
    "superlative": re.compile(r"(?:est|er)\b|\b(?:most|least|more|less)\b"),
    "cheapest": re.compile(r"\b(?:cheap\w*|least|lowest|affordable|budget|bargain|spend)\b"),
    "best_rated": re.compile(r"\b(?:best|better|high\w*|top|most|favou?rite|popular\w*|well|good|great)\b"),
    "most_expensive": re.compile(r"\b(?:most|priciest|highest|top|dearest|premium|luxur\w+)\b"),
}
"""Acts that a clause without such a word can only be where the head is sure of it; else its next best act counts."""

_WITHOUT_WORD = 0.65
"""How sure the head must be: "what would that come to" is of no word for a price, and asks for one."""


_REFUSAL = re.compile(
    r"^\W*(?:no|nope|nah|not|don't|dont|wrong|i (?:didn't|don't|didnt|dont)|that's not|thats not)\b"
    r"|\b(?:wrong|incorrect)\b"
)
# put right where letters have changed places: a short word has too many neighbours for more
_QUESTION_WORDS = tuple("much many what which where when cost price size does have".split())
_CUE_WORDS = (
    *"cheapest expensive available availability price waterproof delivery shipping return compare recommend".split(),
)


_NO_SLIPS = frozenset("pricier priciest dearer dearest costlier costliest pricey priced comparing compared".split())


def mend(text: str, known: Callable[[str], bool], own: Words | None = None) -> str:
    """`text` with misspelt words of buying put right ("chepest"), so that they are cues; `known` ones stay. Of other
    words, those with a single slip; `own` are the shop's words, see spelling.py."""

    def right(match: re.Match[str]) -> str:
        word = match[0].lower()
        if len(word) < 4 or known(word) or word in _NO_SLIPS:
            return match[0]
        if swapped := [w for w in _QUESTION_WORDS if w[0] == word[0] and sorted(w) == sorted(word)]:
            return swapped[0]  # "mcuh"
        if len(word) < 5:
            return match[0]
        if known(word.removesuffix("s")) or known(word.removesuffix("es")):
            return match[0]
        form = is_form(word, english_words())
        if slip := spelled(word, own, form=form):
            return slip
        best = None if form else process.extractOne(word, _CUE_WORDS, scorer=fuzz.ratio, score_cutoff=82)
        return str(best[0]) if best else match[0]

    return re.sub(r"[A-Za-z]+", right, text)


_GOES_BACK_IF = re.compile(
    r"\b(?:can|could|may) (?:i|we|you|one)\b[^.?!]*\b(?:return|send|bring|take|give|exchange|swap)\b[^.?!]*\bif "
    r"(?:it|its|it's|they|they're|he|she|someone|somebody)\b"
)
"""Asks for the rules of giving back, whatever else is named: "can I return it if it's too heavy?"."""
_ONLY_IF_SURE = frozenset({"feedback", "mood"})
"""Acts of messages that ask nothing of the shop: believed when there is hardly a doubt and nothing sold is named."""


def certain(text: str, scores: dict[str, float], versions: Collection[int] = ()) -> dict[str, float]:
    """`scores` where the words leave no doubt whatever the head says; else as they are. `versions` are where words
    begin that name a version of a thing: how many "in the navy" asks for no count of what is inside."""
    inside = [m for m in _OF_IT_ONLY.finditer(fold(text)) if m["thing"] is None or m.end() + 1 not in versions]
    if not inside or max(scores, key=lambda a: scores[a]) in ("order", "policy", "human"):
        return scores
    return {"details": 1.0}


_ADDRESSED = re.compile(
    r"\b(?:you|u|ya|ur|your|youre|talking|speaking|chatting|writing|some(?:one|body)|any(?:one|body)|who|humans?|person|"
    r"people|real|ai|this|chat\w*)\b"
)


_THAT_HEARS = re.compile(
    r"\b(?!(?:some|any)(?:one|body)\b|person\b|human\b|people\b|manager\b|colleague\b)[a-z]+ "
    r"(?:that |which )?(?:i|we|you|he|she|they) can (?:talk|speak|chat) (?:to|with)\W*$"
)
"""A thing that can be spoken to is wanted, and nobody: "a speaker I can talk to"."""


def choose_act(text: str, scores: dict[str, float], *, has_content: bool, names_kind: bool = False) -> str:
    """The act of a clause. `scores` are the head's probabilities; `has_content` whether it names something sold,
    `names_kind` whether a word of it is one for a kind of what is sold."""
    folded = fold(text)
    if _GOES_BACK_IF.search(folded) and max(scores, key=lambda a: scores[a]) not in ("order", "human", "complaint"):
        return "policy"
    believed = {
        a: p for a, p in scores.items() if a not in _EVIDENCE or p > _WITHOUT_WORD or _EVIDENCE[a].search(folded)
    }
    believed = {a: p for a, p in believed.items() if a not in ("human", "are_you_human") or p > 0.3} or believed
    if _THAT_HEARS.search(folded):
        believed = {a: p for a, p in believed.items() if a != "human"} or believed
    if (has_content or names_kind) and not _ADDRESSED.search(folded):  # "is there a robot vacuum"
        believed = {a: p for a, p in believed.items() if a != "are_you_human"} or believed
    believed = {
        a: p for a, p in believed.items() if a not in _ONLY_IF_SURE or (p > 0.5 and not has_content)
    } or believed
    act = max(believed, key=lambda a: believed[a])
    if act in ("are_you_human", "human") and believed[act] > 0.45:
        return act
    if act in ("greeting", "thanks", "goodbye") and not has_content and believed[act] > 0.4:
        return act
    if act in ("greeting", "thanks", "goodbye"):
        act = max((a for a in believed if a not in SMALL_TALK), key=lambda a: believed[a])
    if act == "no" and not _REFUSAL.search(folded):
        act = max((a for a in believed if a not in SMALL_TALK), key=lambda a: believed[a])
    for cue, pattern in _CUES:
        surer = believed[act] > _SURE and scores.get(cue, 0.0) < _UNLIKELY
        if pattern.search(folded) and not surer and not _overruled(cue, act, folded, believed):
            return _measured(cue, folded)
    return _measured(act, folded)


def _measured(act: str, folded: str) -> str:
    """ "The lightest tent" is neither a search nor a question about one: it asks which has the least of something."""
    return (
        "superlative"
        if act in ("search", "details", "options", "availability", "none") and is_superlative(folded)
        else act
    )


_SURE, _UNLIKELY = 0.6, 0.1
"""A cue word counts for nothing where the head is that sure of another act, and gives the cue's own next to nothing."""


def _overruled(cue: str, act: str, folded: str, scores: dict[str, float]) -> bool:
    """Whether the head is so sure of a related act that a cue word doesn't count."""
    if cue == "price":
        limited = bool(price_bounds(folded)) and not re.search(r"\b(?:how much|price of|price\?)", folded)
        surer = act in ("policy", "promotion", *SUPERLATIVES) and scores[act] > max(
            0.35, 1.3 * scores.get("price", 0.0)
        )
        return limited or surer
    if cue == "policy":
        return act in ("order", "human", "complaint") or scores.get("order", 0.0) > 0.35
    if cue == "details":
        return act in ("policy", "order", "options", "stock") and scores[act] > 0.3
    if cue == "search":
        return act in ("policy", "promotion", "availability", "stock", "human", "options") and scores[act] > 0.6
    if cue == "compare":
        return act in ("order", "policy") and scores[act] > 0.6
    return False
