"""Words of order talk: misspelt ones put right, sentences, a no, and which action a clause asks for.

Knows English and no shop. Everything here works on folded text ("don't" stays one word).
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.language import fold, spelt_out, words_to_numbers
from assistant.understand.vocabulary import english_words

_CONTROL = tuple(
    """
    please would because received want the really address your with which could that recent have remember about thanks
    again think order orders return cancel exchange change modify switch swap replace refund payment method credit card
    gift paypal tracking number delivered pending shipped item items everything except instead actually cheaper cheapest
    expensive available same other another default account profile email postcode mistake anymore longer needed need
    should there their these those this then than them what when where from only both all also just like going ordered
    bought accidentally different bigger smaller larger color colour size material confirm correct yes
    """.split()
)
_SHORT_ONES = ("the", "and", "for", "you", "was", "not", "are", "has", "its", "can", "get")


@lru_cache(maxsize=4096)
def _right(word: str) -> str:
    """The word of order talk that `word` misspells by one slip; ordinary words stay."""
    if len(word) < 3 or word in _CONTROL or word in english_words():
        return word
    if len(word) == 3:  # "TPE" is no "type": letters in another order ("teh") are all that is sure
        return next((w for w in _SHORT_ONES if sorted(w) == sorted(word) and w[0] == word[0]), word)
    found = process.extract(word, _CONTROL, scorer=OSA.distance, score_cutoff=1, limit=2)
    return str(found[0][0]) if len(found) == 1 or (found and found[0][0][0] == word[0]) else word


def mend(text: str) -> str:
    """`text` folded, numbers in words as digits, one-slip misspellings of common words and what people leave out in a
    hurry put right ("dont", "w/", "pls")."""
    text = fold(words_to_numbers(text))
    text = _DEGREE.sub(lambda m: _inflected(m[2], "est" if m[1] == "most" else "er"), spelt_out(text))
    text = _BARE_DEGREE.sub(r"\g<0> one", text)
    return _FOUR.sub("for", re.sub(r"[a-z]+(?:'[a-z]+)?", lambda m: _right(m[0]), text))


_DEGREE = re.compile(
    r"\b(most|more) (cheap|big|large|small|long|short|tall|thick|thin|heavy|wide|narrow|bright|strong|fast|slow)\b"
)
"""As those say it whose own language has no endings for it: "the more big"."""


_BARE_DEGREE = re.compile(
    r"\b(?:the|my) (?:cheap|bigg|larg|small|long|short|tall|thick|thinn|heavi|wid|narrow|bright|strong|fast|slow|dear|"
    r"prici|old|new)e(?:r|st)(?=\W*(?:$|[.,;!?]))"
)
"""Of several things one, without a word for it: "I give back the bigger"."""


def _inflected(adjective: str, ending: str) -> str:
    """ "big" -> "bigger", "heavy" -> "heaviest", "large" -> "larger"."""
    if adjective.endswith("y"):
        return f"{adjective[:-1]}i{ending}"
    if re.search(r"[^aeiou][aeiou][bgnt]$", adjective):
        return f"{adjective}{adjective[-1]}{ending}"
    return f"{adjective.removesuffix('e')}{ending}"


_FOUR = re.compile(
    r"(?<=\w )(?<!\bsize )(?<!\bsizes )(?<!\ba )(?<!\bto )(?<!\bin )(?<!\bof )(?<!\bthe )(?<!\bor )(?<!\band )"
    r"4(?= (?:the|teh|my|it|them|me|an?|another|same)\b)"
)
"""A figure written for a word: "swap it 4 the same one" counts nothing."""


_NONE_THEN = re.compile(
    r"(?<![\w'])(?:no|none|not|nothing)\b(?: (?!thanks?\b)[a-z]+){0,2}\s?\?+\s+(?:(?:ok|well|so|and|just) )*then\b,?"
)


_LEAD = re.compile(
    r"^\W*(?:(?:ok|so|and|but|now|right|well)\W+)*(?:(?:coming|going|getting|returning|turning|let's go|can we go) )?"
    r"back to (?:what (?:i|we) \w+|my (?:\w+ )?(?:question|request|point|order))(?: (?:before|earlier|for))?\s*[,:.;-]"
    r"\s*(?=\w)"
)
"""Where somebody turns back to what they asked: nothing goes back, and nothing is asked by these words."""


def complete(text: str) -> str:
    """`text` with what people leave out of a condition: "No luck? Then a black one" -> "if not, then a black one"; and
    without a lead-in that says nothing."""
    return _NONE_THEN.sub("if not available,", _LEAD.sub("", text))


_SENTENCE = re.compile(r"(?<=[.!?;])(?<!str\.)(?<!nr\.)(?<!no\.)(?<!apt\.)(?<!ste\.)\s+|\n+|(?<=[?!])(?=\S)")


_POINT = re.compile(r"(?:^|\s+)\(?(?:[1-9]|[a-e])\)\s+")
"""Numbers the points of a list that somebody writes in one line: "1) cancel ... 2) the tablet ..."."""


def sentences(text: str) -> list[str]:
    """The sentences of a message, each stripped."""
    parts = _POINT.split(text) if len(_POINT.findall(text)) > 1 else [text]
    return [s.strip() for part in parts for s in _SENTENCE.split(part) if s.strip(" .,!?;")]


_PAST = r"(?:have|has|had|i|i've|we|already|was|were|been|got|just|my|the|a|that|this|an)\s+$"
_WANTED = re.compile(r"\b(?:want|like|need|have|get|be|both|all|and|it|them|one|please|should)\b[^.?!]*$")

VERBS: dict[str, re.Pattern[str]] = {
    "cancel": re.compile(
        r"\b(?:cancel(?:l?ing|led|ed|lation)?|call(?:ed|ing)? (?:\w+ ){0,3}?off|remov(?:e|ed|ing)|delet(?:e|ed|ing)|"
        r"tak(?:e|en|ing) (?:\w+ ){0,4}?(?:out of|out|off)|get(?:ting)? (?:[\w-]+ ){1,4}?out of (?=(?:there|it|my|the|"
        r"that|this|#))|withdraw(?:n|ing)?|scrap(?:ped|ping)?(?! (?:that|this|it)(?:[,.;:!]|\s*$))|void(?:ed)?|"
        r"(?:drop|pull|strike|cut|kick|knock)(?:ped|ed|ping|ing)? (?=(?:\w+ ){1,4}(?:order|from\b|off\b|out\b))|"
        r"stop (?=(?:\w+ ){1,3}order))\b"
    ),
    "return": re.compile(
        r"\b(?:return(?:ing|ed|s)?(?! to the (?!shop|store|branch|sender|warehouse))"
        r"(?! (?:on|to) (?:this|that|it|what|my (?:question|point|request))\b)|"
        r"(?:sen[dt](?:ing)?|giv(?:e|ing)|bring(?:ing)?|ship(?:ping|ped)?|mail(?:ing)?|hand(?:ing)?|post(?:ing)?|"
        r"tak(?:e|ing)|put(?:ting)?) (?:[#\w'-]+ ){0,7}?(?<!money )(?<!it on )back(?! (?:on|onto|in)\b)|"
        r"refund(?:ed)? (?:me|my)\b|get(?:ting)? rid of|refund for|(?:want|like|get|need|have|give me|send me) (?:my |"
        r"our |the )?money back(?! (?:to|on|onto)\b)|"
        r"(?:want|like|need) (?:a |my )(?:full )?refund\b|(?:goes|go|going) back(?! to\b(?! you\b)))\b"
    ),
    "swap": re.compile(
        r"\b(?:exchang(?:e|ed|ing)|swap(?:ped|ping)?|replac(?:e|ed|ing)|(?:want|like|need|get|have) (?:a |my )?"
        r"replacement|"
        r"chang(?:e|ed|ing)|switch(?:ed|ing)?(?! type)|"
        r"modif(?:y|ied|ying)|upgrad(?:e|ed|ing)|downgrad(?:e|ed|ing)|adjust(?:ed|ing)?|"
        r"trad(?:e|ed|ing)(?![ -]in\b)|"
        r"substitut(?:e|ed|ing)|convert(?:ed|ing)?|turn(?:ed)? (?:\w+ ){1,4}into)\b"
    ),
}
_ADDRESS = re.compile(
    r"\b(?:address(?:es)?|(?:sent|send|shipp?(?:ed)?|deliver(?:ed)?|go(?:ing)?(?! back)) "
    r"(?:\w+ ){0,4}?to (?:my|the|our|a new)\b|"
    r"moved (?:house|to)|new (?:home|house|place)|"
    r"(?:sent|send|shipp?(?:ed)?|deliver(?:ed)?|bring) [^.?!]{3,60}? (?:where|to the (?:same )?place(?: where)?) "
    r"(?:you|i|we|the|my)(?:'re|'m)?\b|"
    r"where (?:it|this|that|they|(?:the|my|that) (?:[\w-]+ )?(?:order|parcel|package|delivery))"
    r"(?:'s| is| are|'re)? (?:goes|going|go|sent|delivered|shipped))\b"
)
_MONEY_GOES = re.compile(r"\b(?:refund|money|difference|it back|gift ?card|paypal|credit|visa|card|amex|account)\b")
_PAYMENT = re.compile(
    r"\b(?:(?:change|switch|update|modify|split|move|transfer|shift)\w*\b[^.?!]{0,40}\bpay(?:ment|ing)?\b"
    r"(?! (?:the )?difference)|pay "
    r"(?:for )?(?:it|this|that|my order|the order)"
    r"\b[^.?!]{0,20}\bwith\b|payment (?:method )?(?:of|for|on) (?:my |the )?(?:order|#)\S*[^.?!]{0,40}\bto\b)"
)
_NOT = re.compile(
    r"\b(?:don't|do not|dont|didn't|never(?: want(?:ed)? to)?|not|no need to|rather not|without|"
    r"won't|wouldn't|shouldn't|instead of|rather than|can't be|stop)\s+(?:\w+ing\s+)?"
    r"(?:(?:want|wish|like|need|have|going|the|any|to|you|be|my)\s+){0,4}$"
)


_NOBODY = re.compile(r"\b(?:nobody|no one|none of \w+) (?:ever )?(?:told|asked|said|wants?|wanted)\b[^.?!,]*$")
_RATHER_NOT = (
    r"(?:(?:i|we)\W*(?:'d|would) )?(?:rather|prefer|better|maybe|perhaps|probably|on second thoughts?) not(?: to)?"
)
_BUT_NOT = re.compile(
    r"[^.?!]*?(?:\b(?:but|though|although)\b\W*"
    r"(?:(?:now|then|actually|well|honestly|sadly|in the end|on second thoughts?|i (?:think|guess))\W+)*"
    r"(?:(?:i|we)\W+(?:(?:have|'ve|now|then|just|really|would|'d)\W+)*(?:disagree|refused?|declined?|"
    r"changed (?:my|our) minds?|(?:do|did|will|would|am|are)(?: not|n't)(?: (?:want|going|wish|like)(?: to)?)?|"
    r"won't|'m not(?: going to)?)|(?:(?:i|we) )?(?:(?:have|'ve) )?decided (?:not to|against)|"
    rf"{_RATHER_NOT}|no|not any ?more|no longer(?: want to)?|never ?mind)|"
    rf"[,;-]\W*(?:{_RATHER_NOT}|(?:i|we) disagree))"
    r"(?:\W+(?:any ?more|any longer|now|today|it|them|that|this|with (?:it|that|her|him|them)|anyway|after all|so|do|"
    r"please|thanks?|though))*[\s.!]*(?:[.!]|$)"
)
"""A refusal behind what it is of, with no verb of its own: "I was going to return it but I'd rather not"."""
_NOUN_AFTER = re.compile(r"\W+(?:polic|label|window|period|condition|rule|address|fee|cost|process|request)")
_LATER = re.compile(r"\bi(?:'ll| will)\b[^.?!]*\b(?:later|myself)\b")
_CORRECTED = re.compile(
    r"\W+(?:well|i mean|no|sorry|er+|uh+m*|or rather|rather|actually)\W+(?:\w+\W+)?(?:cancel|return|exchange|change|"
    r"swap|modify)"
)


NEAR = 300
"""Characters on either side within which words may change what a verb asks for: reading on would cost a long message
time by the square of its length."""


def actions(clause: str) -> list[tuple[str, int, bool]]:
    """What a clause asks to have done: (kind, where, wanted), in order. `wanted` is False for "don't cancel it"."""
    found: list[tuple[str, int, bool]] = []
    for kind, pattern in VERBS.items():
        for match in pattern.finditer(clause):
            before = clause[max(0, match.start() - NEAR) : match.start()]
            after = clause[match.end() : match.end() + NEAR]
            if before.endswith("without ") or _NOUN_AFTER.match(after):
                continue
            if _LATER.search(before + after) or _CORRECTED.match(after):
                continue
            if match[0].startswith("refund") and _WHERE_IS.search(before):
                continue  # "where's my refund for the cancelled order" gives nothing back
            if _is_past(match[0], before, after):
                continue
            refused = _NOT.search(before) or _NOBODY.search(before) or _BUT_NOT.match(after)
            found.append((kind, match.start(), not refused))
    return sorted(found, key=lambda f: f[1])


_WHERE_IS = re.compile(r"\b(?:where|when)\b[^.?!]*\b(?:my|the|a)\s+$")


def _is_past(word: str, before: str, after: str) -> bool:
    """ "my cancelled order", "I returned it", "the return", "cancellation": told of, not asked for."""
    first = word.split()[0]
    if first == "cancellation" or (
        first in ("exchange", "change", "return") and re.search(r"\b(?:the|an?|that)\s+$", before)
    ):
        return not re.search(r"\b(?:want|like|need|make|do|get|have)\b", before)
    if first in ("change", "switch", "swap") and re.search(r"\b(?:no|any|some|for a)\s+$", before):
        return True
    if not first.endswith("ed"):
        return False
    if re.search(r"\b(?:want|like|need|wish|love|please|must|should|would|could|can|to) (?:[\w-]+ ){0,8}$", before):
        return False
    if _TURNED_ROUND.search(before):
        return True
    if re.match(r"\s+(?:for|to|into)\b", after) and not re.search(r"\b(?:i|i've|we)\s+$", before):
        return False
    return bool(re.search(_PAST, before)) or not _WANTED.search(before)


_TURNED_ROUND = re.compile(
    r"\b(?:was|were|is|are|has|have|had|did|got|been)\s+(?:it|that|this|they|those|(?:my|the) (?:[\w-]+ ){0,2}[\w#-]+)"
    r"(?: (?:already|been|just|even|ever|really))*\s+$"
)
"""A question for what became of something: "why was it cancelled?", "has the order been cancelled?"."""


def about_address(clause: str) -> bool:
    """Whether a clause speaks of where an order goes, or where the customer lives."""
    found = _ADDRESS.search(clause)
    if found is None or re.search(r"\be-?mail address", clause):
        return False
    return "address" in found[0] or not _MONEY_GOES.search(clause[max(0, found.start() - 30) : found.end() + 20])


def about_sending(clause: str) -> bool:
    """Whether a clause asks to have something sent somewhere."""
    return bool(re.search(r"\b(?:send|sent|ship|shipped|deliver|delivered|go|goes|change|address)\b", clause))


_CHARGE = re.compile(
    r"\b(?:pay(?:ing)?(?: for)?|charg(?:e|ed|ing)|bill(?:ed)?|put|move|go(?:es)?|be) (?:[#\w'-]+ ){0,8}?(?:with|to|on|"
    r"onto|by|from|via) (?:\w+ ){0,3}?(?:card|paypal|visa|mastercard|amex|gift ?card|account)\b|"
    r"\buse (?:\w+ ){0,3}(?:card|paypal|visa|mastercard|gift ?card)\b[^.?!]*\bfor (?:\w+ ){0,4}order\b"
)
_ORDER_PAID = re.compile(r"\border\b|\binstead\b|\brather (?:pay|use)\b|\b(?:another|different) (?:card|way)\b")


def about_paying(clause: str) -> bool:
    """Whether a clause asks to pay an order in another way."""
    return bool(_PAYMENT.search(clause))


def charges(clause: str) -> bool:
    """Whether a clause says what an order is to be charged to: "put the lamp order on my card instead"."""
    if not (_CHARGE.search(clause) and _ORDER_PAID.search(clause)) or _MONEY_BACK.search(clause):
        return False
    return not any(kind in ("return", "cancel") for kind, _, wanted in actions(clause) if wanted)


_MONEY_BACK = re.compile(r"\b(?:refund|difference|money back)\b")


_NO = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|well|oh|hm+|um|sorry|actually|just|wait|argh|ugh)\W+)*(?:no|nope|nah|don't|do not|not|never "
    r"mind|stop|"
    r"wait|hold on|forget|leave|rather not)\b(?! (?:idea|clue|sure|(?:\w+ )?(?:know|remember|recall)|worries|problem|"
    r"hurry|rush|pressure|stress|doubt|trouble|offen[cs]e|big deal|"
    r"have (?:the|my|a|any) (?:\w+ )?(?:number|id)|have it|longer (?:need|want|requir|us)\w*)\b)"
)


def says_no(text: str) -> bool:
    """A no at the beginning."""
    return bool(_NO.search(text))


_TAKES_BACK = re.compile(
    r"\W*(?:(?:oh|ah|no|hm+|um+|er+|ok(?:ay)?|well|wait|sorry|actually|stop|but|please|hang on|hold on|argh)\W+)*"
    r"(?:(?:please )?(?:don't|do not)(?: do (?:it|that|this))?|undo (?:it|that|this|everything)|"
    r"(?:can you |could you )?(?:reverse|revert|stop|undo|take back) (?:it|that|this|them)(?: again)?|"
    r"i(?:'ve| have)? (?:just )?changed my mind(?: again)?|"
    r"i(?:'d| would)? (?:want|like|rather keep|keep) (?:it|them|that) (?:after all|now)|"
    r"(?:that|it) was (?:a mistake|wrong|not what i (?:want|mean)\w*)|i didn't (?:mean|want) (?:that|it|to))"
    r"(?: (?:after all|please|again|now|sorry))*\W*"
)


def takes_back(text: str) -> bool:
    """Whether a (mended) message says no more than that what was just done shall not be."""
    return bool(_TAKES_BACK.fullmatch(text))


FORGET = re.compile(
    r"\b(?:(?:want|like|going|prefer) to keep (?:it|them|that)|keep it after all|"
    r"(?:need|want) (?:\w+ ){0,3}(?:more )?time to (?:decide|think)|"
    r"get back to you later|don't want (?:it|that|to) any ?more)\b|"
    r"\b(?:(?:scrap|scratch|strike) (?:it|that|this)|"
    r"forget (?:about )?(?:it|that|this|the(?! (?:other|rest|remaining))|those)|never ?mind|leave (?:it|that|"
    r"everything|them) (?:as|be|"
    r"alone|then)|leave that\b|"
    r"don't do (?:it|anything|that)|keep (?:it|the order|everything|them) (?:then|as|the way)|don't process "
    r"anything|no(?:t)? (?:cancellation|return|exchange) at all)\b"
)
"""What drops the request under discussion."""
