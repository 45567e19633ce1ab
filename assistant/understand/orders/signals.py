"""Whether a message is about somebody's own orders at all, or about the shop: its goods, prices and pages.

"I want to return the boots I got" is; "can I return boots?" asks for the rules. Knows English and no orders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.request import Request
from assistant.understand.orders import wording
from assistant.understand.orders.items import mentions
from assistant.understand.orders.refs import ORDER_ID, address_in

_OWN = re.compile(
    r"\b(?:my (?:\w+ ){0,3}(?:orders?|parcel|package|purchase|delivery|shipment|address(?:es)?|account|refund|"
    r"items?|gift card)|(?:the|my) (?:[\w-]+,? ){1,5}?orders?|orders? (?:with|containing) (?!you\b)|(?:my |the |"
    r"^)pending (?:\w+ ){1,3}|"
    r"(?:order|purchase)s? of mine|on order|my (?:[\w'-]+ ){0,3}[\w'-]+,? (?:which|that)(?:'s| is| has| are| have)? "
    r"(?:still |already |just )?(?:pending|came|come|arrived|delivered|shipped|ordered|received|on (?:its|the) way)|"
    r"i(?:'ve| have|'d)? (?:just |recently |already |also |only |somehow )*(?:ordered|"
    r"bought|received|got|purchased|placed|cancelled|paid|lost|had)|"
    r"(?:got|have|had|bought|ordered|received)\b[^.?!]{0,40} (?:from|off) you|"
    r"you (?:guys )?sent|(?:was|were|been|got) (?:delivered|sent|shipped) to (?:me|us)|(?:that|which) (?:just "
    r")?(?:came|arrived)|"
    r"i(?: now)? own\b|i(?:'ve| have)? (?:paid|spent|splurged)|"
    r"(?:is|are|has|have) my (?:[\w-]+ ){1,3}(?:on (?:its|the|their) way|arrived|shipped|coming|here yet)|"
    r"(?:has|have|had) arrived|(?:did|have) (?:i|we) (?:already |ever |once )*(?:buy|bought|order|get|got|"
    r"purchase|pay|paid|spend)\w*|"
    r"an order of mine|(?:the|that|this|those|these|all|pending|existing|recent) orders?|order status|"
    r"tracking (?:number|"
    r"code|id))\b"
)
_CALLED = re.compile(
    r"(?:^|[\s(])(?!(?:to|i|you|we|they|can|could|may|might|would|will|shall|do|don't|not|please|in|and|or|then|want|"
    r"wanna|gonna|should|must|just|also|first|an?|any|no|each|every|money|mail|pre|bulk|minimum|large|back|when|if|"
    r"next|"
    r"new|another|custom|special|how|what|before|after|once|online|place|your) )[a-z][\w-]+ orders?\b"
    r"(?! (?:an?|the|some|it|this|that|from|online|more|for|one|\d+)\b)"
)
"""An order by what is in it: "tracking number for lamp order", "the order has to go ..."."""
_WISH = re.compile(
    r"\b(?:i(?:'d| would)? (?:really )?(?:like|want|wish|need|love|prefer)|i wanna|i'm (?:trying|looking|hoping) to|"
    r"i(?:'m| am) (?:\w+ly )?\w+ing|please|(?:can|could|would|will) (?:you|i|we)|help me|i have to|i must|"
    r"let me|let's|may i|i am going to|i'll|want to|(?:is|are) to be|(?:should|must|ought to) be)\b"
)
_HOW = re.compile(
    r"\b(?:how (?:do|can|would|long|many|much)|what(?:'s| is| are) (?:your|the)|do you|is it possible|are there|"
    r"policy|policies|within|days)\b"
)
_START = re.compile(
    r"^\W*(?:(?:hi|hello|hey|please|ok|so|urgent|hiya|kindly|then|also|and|now|just|need to|want to|wanna)\W+)*"
    r"(?:cancel|return|exchange|swap|change|modify|refund|replace|track|trade(?![ -]in\b)|remove|send|take)\b"
)


_RETURNS = re.compile(
    r"\W*(?:i|we) (?:hereby |now |just )*(?:return|cancel|exchange|swap) (?:the|my|our|this|these|both)\b"
)
"""Says it as done: "I return the lamp"."""
_GENERAL = re.compile(
    r"\bhow (?:\w+ )?(?:do|can|would|should|could) (?:i|we|one|you)\b|\bwhat (?:happens|if)\b|\b(?:policy|policies)\b|"
    r"^\W*(?:hi\W+|hello\W+)?(?:can|could|may|do|is it possible to) (?:i|we|you)?\b"
    r"(?![^.?!]*\b(?:it|them|both|these|those)\b)"
    r"[^.?!]*\b(?:without|within|after|outside|worn|opened|used|if|always|free|days)\b"
)
_HYPOTHETICAL = re.compile(
    r"\bhow (?:many (?:days|weeks)|long|much time) (?:do|have|would|will) (?:i|we|you) (?:have|got|get)\b|"
    r"^\W*(?:\w+\W+){0,3}?(?:can|could|may|would) (?:i|we|you|one)\b[^.?!]*\b(?:something|anything|an? (?:item|order|"
    r"product|thing))\b|\bif (?:i|we)(?:'d| had| were)\b"
)
"""Asks what would be, of things in general, though it may speak of "I"."""
_MINE = re.compile(r"\bmy\b|\bi(?:'ve| have)? (?:just |recently )?(?:ordered|bought|received|got)\b|\byou sent\b")
_ACCOUNT = re.compile(r"\b(?:address|status|refund|balance|paid|pay|total|order(?:ed)?|buy|bought|track\w*|arriv\w+)\b")


_FACTS = re.compile(
    r"\bwh\w+\b[^.?!]{0,25}\b(?:my|our) e-?mail\b|\be-?mail\b[^.?!]{0,20}\b(?:do you have for me|on file)\b|"
    r"\bwh\w+ address\b[^.?!]{0,20}\b(?:it|my|that|this)\b[^.?!]{0,20}\b(?:going|sent|deliver\w+|shipp\w+|come)\b|"
    r"\bwhen (?:was|did) (?:it|that|i)\b[^.?!]{0,15}\b(?:order|ordered|placed?|buy|bought)\b|"
    r"^\W*(?:(?:hi|hello|please|can you|could you|i want to|i need to)\W+)*(?:change|update|correct)\W+(?:\w+ ){0,2}"
    r"address\b|"
    r"\bmy (?:parcel|package|order|delivery)\b[^.?!]{0,20}\b(?:hasn'?t|didn'?t|has not|did not|never|still not|late)\b|"
    r"\b(?:what|which)\b[^.?!]{0,20}\b(?:have|did) (?:i|we) (?:\w+ )?(?:order(?:ed)?|buy|bought|purchased?)\b|"
    r"\b(?:was i|i was|i got) charged\b|\b(?:what|how much) did [^.?!]{2,40} cost me\b"
)
"""Asks for what is noted with one's own account or order, or to have its address changed."""
_FOLLOWS = re.compile(r"\b(?:where|track\w*|status|arriv\w*|cancel\w*|return\w*|late|refund\w*|exchang\w*)\b")


_TO_COME = re.compile(
    r"\b(?:for|on|with|off|from) my (?:very )?(?:first|next) (?:order|purchase)\b|"
    r"\bmy (?:whole |total )?(?:orders?|basket|cart|purchase)"
    r"(?:'s| is| are| would be| will be| comes?| would come| totals?| adds up| is worth)"
    r"(?: to| only| just| about| around| exactly| worth)* [$£€]?\d+(?:[.,]\d\d)?\b(?! ?(?:day|week|month))"
)
"""An order that is only going to be made: the first one, or one that comes to so much."""


_BESIDES = re.compile(
    r"\b(?:i|we)(?:'ve| have)?(?: already| just)? (?:bought|got|have|own|ordered)\b[^?.!]*[,.;!]\W*(?:and |so |but )*"
    r"(?:what|which|anything|something|do you have|any)\b[^?]*\b(?:else|others?|goes|go|fits?|match\w*|similar)\b"
)
"""Looks for what goes with something they have: "I already bought the brush, what else for painting?"."""
_NO_ORDER = re.compile(
    r"\b(?:cancel|close|delete|end|stop|deactivate)\W+(?:(?:my|our|the|your|this|receiving|getting|sending|me) )*"
    r"(?:newsletters?|(?:\w+ )?subscription|membership|(?:\w+ )?account|profile|registration|(?:marketing )?e-?mails?|"
    r"mailing list)\b"
)
"""What is cancelled and is no order."""


def stops_no_order(text: str) -> bool:
    """Whether a message wants an account, a membership or mails ended, and no order."""
    low = wording.mend(text)
    return bool(_NO_ORDER.search(low)) and not ORDER_ID.search(low)


def about_orders(text: str, requests: Sequence[Request], *, identified: bool) -> bool:
    """Whether a message wants something with the customer's own orders, address or account."""
    low = wording.mend(text)
    if _OF_MEMORY.search(low) or (_KEPT_SIZE.search(low) and {r.act for r in requests} == {"preference"}):
        return False
    if _BESIDES.search(low) or stops_no_order(text):
        return False
    if any(r.act in ("basket", "promotion", "policy") for r in requests):
        low = _TO_COME.sub(" ", low)
    if re.search(r"#\s?[a-z]{0,3}-?\d{3,}", low) or (
        ORDER_ID.search(low) and (re.search(r"\border", low) or _FOLLOWS.search(low))
    ):
        return True
    if _FACTS.search(low) or wording.charges(low):
        return True
    if _GENERAL.search(low) and not _MINE.search(low):
        return any(_wants(part, False) for part in wording.sentences(low) if not _GENERAL.search(part))
    acts = {r.act for r in requests}
    if _HYPOTHETICAL.search(low) and "policy" in acts and not re.search(r"\bmy\b", low):
        return False
    own = bool(_OWN.search(low))
    if any(_wants(part, own) for part in wording.sentences(low)):
        return True
    if "order" in acts and re.search(r"\b(?:my|our)\b", low):
        return True  # "where my stuff is", whatever it is called
    if own and ("order" in acts or _ACCOUNT.search(low) or _OF_BOUGHT.search(low)):
        return True
    if "complaint" in acts and any(wanted for _, _, wanted in wording.actions(low)):
        return True  # "the vacuum is rubbish, can it go back?"
    if only_tells(low):
        return True
    if address_in(low, low) and (identified or own) and wording.about_sending(low):
        return True
    if (
        wording.about_address(low)
        and _MOVES.search(low)
        and (re.search(r"\b(?:my|our)\b", low) or address_in(low, low))
    ):
        return True
    if acts == {"order"} and (_CALLED.search(low) or _HELP.search(low)):
        return True
    return identified and ("order" in acts or own)


_HELP = re.compile(
    r"\b(?:help|assist\w*|issues?|problems?|trouble|questions?|something|concern\w*|about|regarding)\b[^.?!]{0,20}"
    r"\b(?:an|one of (?:my|the)|some|recent|previous|past) (?:[\w-]+ )?(?:orders?|purchases?|delivery|parcels?|"
    r"packages?)\b"
)
"""That it is about an order, and not yet which and what."""


_RULE = re.compile(
    r"\b(?:can|could|may|do|would|am|is it)\b[^.?!]{0,20}\b(?:i|we|you|one|possible|allowed)\b[^.?!]*"
    r"\b(?:return|send|bring|take|give|exchange|swap|refund|back)\w*\b[^.?!]*\b(?:if|in case|when) "
    r"(?:it|its|it's|they|they're|he|she|someone|somebody|something|the)\b"
)


def asks_rule(text: str) -> bool:
    """Whether a message asks what would hold of something that may be bought: "can I return it if it's too heavy?"."""
    low = wording.mend(text)
    return bool(_RULE.search(low)) and not (_OWN.search(low) or _MINE.search(low) or _ASKS_FOR.search(low))


_OF_MEMORY = re.compile(
    r"\bwhat you (?:know|remember|noted|stored|keep|have (?:stored|noted))\b|"
    r"\byou(?:'ve| have)? (?:know|noted|remember) about me\b"
)
_KEPT_SIZE = re.compile(r"\b(?:change|update|set|correct) my (?:\w+ )?size\b")
"""About what is known of the customer, and no order."""


def asks_noted(text: str) -> bool:
    """Whether a message asks for what is noted with one's own account or order: "what's my e-mail on file"."""
    return bool(_FACTS.search(wording.mend(text)))


def _wants(sentence: str, own: bool) -> bool:
    """Whether a sentence asks to have something done with an order; `own`: the message speaks of what they have."""
    if not any(wanted for _, _, wanted in wording.actions(sentence)):
        return False
    own = own or bool(_OWN.search(sentence))
    if own or _START.search(sentence) or _TO_MINE.search(sentence) or _RETURNS.match(sentence):
        return True
    return bool(_WISH.search(sentence)) and not _HOW.search(sentence) and not _of_anybody(sentence)


def speaks_of_own(low: str) -> bool:
    """Whether a (mended) message speaks of what its writer has, or has ordered, and not of the rules for it."""
    return bool(_OWN.search(low)) and not _GENERAL.search(low)


def of_goods(text: str, requests: Sequence[Request]) -> bool:
    """ "Can I return it?" of a product that was just talked about, by somebody who has not bought it: that
    asks for its rules, and "I want to return it" doesn't.
    """
    low = wording.mend(text)
    if _OWN.search(low) or _MINE.search(low) or _ASKS_FOR.search(low):
        return False
    if any(_START.search(part) and not part.endswith("?") for part in wording.sentences(low)):
        return False
    return any(r.from_context and r.products and r.act in ("policy", "details", "availability") for r in requests)


_ASKS_FOR = re.compile(r"\bi (?:really )?(?:want|need|wish|have to|must)\b|\bi'd like\b|\bi would like\b|\bplease\b")


def names_own(text: str, names: Sequence[str], options: frozenset[str]) -> bool:
    """Whether a known customer speaks of something that they have ordered as theirs: "my trail runners", "the mid in 43
    instead of 44"."""
    low = wording.mend(text)
    swap = re.search(r"\b(?:instead of|rather than)\b", low)
    found = mentions(low, names, options)
    return any(bool(swap) or re.search(r"\bmy (?:\w+ ){0,2}$", low[: m.start]) for m in found) or (
        bool(found) and bool(_FROM_US.search(low))
    )


_FROM_US = re.compile(r"\b(?:got|have|had|bought|ordered|received)\b[^.?!]{0,40} (?:from|off) you\b")


def _of_anybody(low: str) -> bool:
    """ "Can I return shoes?": a question for the rules, with nothing in it that points at something of one's own."""
    asks = re.search(r"\b(?:can|could|may|do) i\b[^.?!]*\?|^\W*(?:and |so |but )?(?:can|could|may) i\b", low)
    return bool(asks) and not re.search(r"\b(?:my|the|this|both|these|those|it|them)\b", low)


_OF_BOUGHT = re.compile(
    r"\b(?:price|how much|costs?|charged?)\b[^.?!]*\b(?:i|we)(?:'ve| have)? (?:just |already )?(?:ordered|bought|"
    r"purchased|received|got)\b"
)
_GREETING = r"(?:(?:hi|hello|hey|hiya|good (?:day|morning|afternoon|evening))(?: there)?\W+)*"
_TELLS = re.compile(
    rf"^\W*{_GREETING}(?:(?:so|well|ok|right)\W+)?(?:(?:i|we)(?:'ve| have| had)? (?:just |recently )?(?:received|"
    rf"ordered|"
    r"bought) (?:an? |the |my |your )[^.?!,]*|(?:i|we)(?:'ve| have)? (?:got|had) the [^.?!,]* (?:delivered|from you)|"
    r"(?:the|my|your) [\w' -]+ (?:has |have )?(?:came|come|arrived|(?:was|were) delivered)(?: \w+){0,2}|"
    r"(?:it's |it is |this is |i'm writing |i am writing |i'm calling )?about (?:the|my|an) [^.?!,]*|"
    r"there's (?:an order|the [\w' -]+ in my (?:\w+ )?order)[^.?!,]*|"
    r"(?:i|we) have (?:an?|some) (?:\w+ )?orders?\b[^.?!,]*|(?:the|my) order (?:with|containing) [^.?!,]*)[\s.!]*$"
)


def only_tells(low: str) -> bool:
    """Whether a message says nothing but what somebody has bought, or which order it is about: more will follow."""
    parts = wording.sentences(low)
    own = _OWN.search(low) or re.search(r"\b(?:arrived|delivered|came)\b", low)
    rest = [p for p in parts if not re.fullmatch(rf"{_GREETING}\W*", f"{p} ")]
    told = [p for p in rest if _TELLS.search(p)]
    return bool(own and told) and not any(_asks_more(p) for p in rest if p not in told)


def _asks_more(sentence: str) -> bool:
    """Whether a sentence wants anything: "I hope I'm in the right place here" doesn't."""
    return sentence.endswith("?") or bool(_WISH.search(sentence) or _START.search(sentence))


_TO_MINE = re.compile(
    r"\b(?:cancel|return|exchange|swap|change|modify|replace|switch|trade|send back|give back)(?:ing)? my (?!mind\b|"
    r"password\b|name\b|e-?mail\b|question\b|search\b|filter)"
)
_MOVES = re.compile(r"\b(?:chang|updat|correct|moved|new|wrong)")

_PERSON = re.compile(
    r"\b(?:(?:transfer|connect|put|pass|hand) me\b|(?:speak|talk)(?:ing)? (?:to|with) (?:a |an |the |your |"
    r"some)?(?:human|person|agent|someone|representative|"
    r"manager|supervisor|colleague|real)|human agent|real person)\b|"
    r"\b(?:get|give|find|fetch|call|want|need|see) (?:me |us )?(?:a|an|the|your|some|another) (?:real |live |actual )?"
    r"(?:human|person|agent|representative|manager|supervisor|colleague)\b(?! (?:for|to be|who))"
)
PERSON_IF = re.compile(
    r"\bif (?:you|that|this|it)\b[^.?!]*\b(?:can't|cannot|isn't|not|doesn't)[^.?!]*\b(?:transfer|human|agent|person)"
)


def wants_person(text: str) -> bool:
    """Whether a message asks for a human being, and not only for the case that something can't be done."""
    low = wording.mend(text)
    return bool(_PERSON.search(low)) and not PERSON_IF.search(low)


_OF_OWN = re.compile(
    r"\b(?:what(?:'?s)?|where(?:'?s)?|when|how(?:'?s)?|any news|is|are|has|have|did|was)\b[^.?!]*\bmy "
    r"(?!name|e-?mail|zip|post)"
)


def asks_of_own(text: str) -> bool:
    """Whether somebody who says who they are asks after something of theirs: "what's happening with my skateboard"."""
    return bool(_OF_OWN.search(wording.mend(text)))


def wants_done(text: str) -> bool:
    """Whether a message asks to have something cancelled, returned or exchanged."""
    return any(wanted for _, _, wanted in wording.actions(wording.mend(text)))
