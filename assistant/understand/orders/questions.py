"""What a customer wants to know of their orders: tracking, dates, totals, refunds, contents, facts of an item.

A question is {"ask": kind, ...}; act.orders.info answers it. Knows no rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.shop.accounts import Account
from assistant.types import Json
from assistant.understand.orders import periods
from assistant.understand.orders.items import Find, described, key
from assistant.understand.orders.named_for import only_tell_orders
from assistant.understand.orders.refs import order_ids, orders_at, statuses
from assistant.understand.orders.wording import sentences

_OWN = (
    r"\b(?:my|mine|i(?:'ve| have)? (?:just |recently )?(?:bought|ordered|got|received|have|purchased|paid)|orders?|"
    r"#?[a-z]{1,3}-?\d{4,}|\d{6,}|you sent)\b"
)
"""Says of a price in the present that it is of what somebody has; else it is the shop's price that is asked for."""
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "tracking",
        r"\btracking\b|\btrack (?:my|the|it|that|this)\b",
    ),
    (
        "balance",
        r"\bbalance\b|\b(?:left|remain\w*|what(?:'s| is)|how much(?: is)?|anything) (?:\w+ )?(?:on|in) (?:my|the|that) "
        r"(?:gift )?card\b|\bgift ?card\b[^.?!]{0,25}\b(?:left|remain\w*|hold\w*)\b",
    ),
    (
        "rest",
        r"\b(?:remaining|rest of (?:the|my)|other) items?\b|\bwhat's left\b(?! on\b)|\bremaining (?:items|total)",
    ),
    (
        "refund",
        r"\b(?:how much|what|total)\b[^.?!]{0,60}\b(?:get back|refund(?:ed)?|back|receive)\b|\brefund "
        r"(?:total|amount)\b|\bamount of (?:the|my) refund\b|"
        r"\btotal (?:amount )?(?:refund|i get back)\b|\bin total\b[^.?!]*\?.*\brefund|"
        r"total (?:in )?refund|\bhow (?:much|many)\b[^.?!]{0,40}\b(?:com(?:e|es|ing)|go(?:es|ing)?) (?:back )?"
        r"(?:to|on|onto) my|"
        r"\b(?:where|when)(?:'?s| is| do i get| will i get)? (?:my|the) (?:refund|money(?! back\b))\b|"
        r"\bhow much (?:do|would|will|could|can|did|shall) (?:i|we) get\b(?! (?:it|one|an?)\b)|"
        r"\bget(?:ting)? (?:anything|something|any money|money|how much) back\b[^.?!]*\?",
    ),
    (
        "save",
        r"\bhow much (?:money )?(?:would|will|do|can|could) i save\b|\bsave (?:the )?most\b|how much is "
        r"it for each",
    ),
    (
        "pay",
        r"\bhow much (?:\w+ ){0,3}(?:have|need) to pay\b|\b(?:price|cost) difference\b|\bhow much "
        r"(?:extra|more|will (?:it|that|this) cost)\b|what (?:would|will) (?:it|that) cost|\bhow much "
        r"(?:do|will|would) i (?:owe|pay)\b",
    ),
    (
        "dearest",
        r"\bmost expensive (?:item|thing|one|product)\b[^.?!]*\?|\bmost expensive item\b",
    ),
    (
        "total",
        r"\b(?:how much|what) (?:did|have|had) i (?:\w+ )?(?:pay|paid|spend|spent)\b|\bhow much i(?:'ve)? (?:paid|"
        r"spent)\b|\btotal (?:price|cost|amount|value|of)\b|"
        r"\bhow much (?:was|is|were|did) (?:it|that|everything|the order)\b(?: \w+){0,3} (?:total|altogether|all)\b|"
        r"\b(?:order|grand) total\b|\border\b[^.?!]{0,40}\b(?:costs?|amount(?:ed)? to|add(?:ed)? up|"
        r"(?:come|came)(?: up| out)? (?:to|at)\W*$)|"
        r"^\W*(?:(?:and|so|ok) )*what(?:'s| is| was) the total\W*$|"
        r"\btotal\b[^.?!]{0,30}\border\b|\border\b[^.?!]{0,60}\b(?:in )?total(?:led|ed)?\W*$",
    ),
    (
        "when",
        r"\bwhen (?:will|is|does|do|are|can|was|did)\b[^.?!]{0,60}\b(?:arriv|com(?:e|ing)|deliver|get|"
        r"ship|here|expect)|\bwhere(?:'?s| is| are) (?:my|it|they|that|"
        r"the (?:order|parcel|package)|order|#?\w*-?\d{4,})|\bstatus\b|\b(?:has|have) (?:it|my|the|"
        r"they)\b[^.?!]{0,40}\b(?:shipped|arrived|left|sent|cancell?ed|refunded)\b(?! to\b)|"
        r"\bhow long\b[^.?!]{0,30}\b(?:take|until)\b|"
        r"\bwhat(?:'?s| is) (?:happening|going on|up|the matter) with (?:my|the|order|#)|"
        r"\b(?:is|are) my (?:[\w-]+ ){1,3}(?:on (?:its|the|their) way|coming|shipped|here yet)\b|"
        r"\bwhen (?:it|they|that|this)(?:'s| is|'ll| will|'re| are)? (?:be )?(?:arriv|com(?:e|ing)|deliver|get here|"
        r"due|expected|here)|\b(?:is|are) (?:there )?(?:a |the |my |any )(?:parcel|package|delivery|order)s?\b"
        r"[^.?!]{0,20}\b(?:on (?:its|the|their) way|coming|due|expected)\b|"
        r"\bhow(?:'s| is| are) (?:my|the) (?:[\w-]+ ){0,3}(?:orders?|parcel|package|delivery)\b|"
        r"\bwhy is (?:it|my|that)\b|\b(?:why|is|are|how come)\b[^.?!]*\bstill \"?pending|still \"?pending[^.?!]*\?",
    ),
    (
        "why",
        r"\bwhy (?:was|were|has|have|did|is|are)\b[^.?!]{0,40}"
        r"\b(?:cancell?ed|refunded|returned|refused|stopped|sent back)\b",
    ),
    (
        "carrier",
        r"\bwho(?:'s| is| will| was|se)?\b[^.?!]{0,20}\b(?:bring|deliver|carr(?:y|ies|ie)|ship)\w*|\b(?:which|what) "
        r"(?:\w+ )?(?:carrier|courier|(?:delivery|shipping|parcel) (?:company|firm|service))\b|"
        r"\b(?:is|by|with) (?:it |that )?(?:a |the |which |what )?couriers?\b",
    ),
    (
        "waiting",
        r"\b(?:hasn'?t|haven'?t|didn'?t|not|never|nothing) (?:\w+ ){0,2}(?:come|came|arrived?|turn(?:ed)? up|shown up|"
        r"got here|get here|been delivered)\b|\bmy (?:parcel|package|order|delivery)\b[^.?!]{0,12}\blate\b",
    ),
    (
        "ordered",
        r"\bwhen (?:was|did)\b[^.?!]{0,25}\b(?:order|ordered|placed?|buy|bought)\b",
    ),
    (
        "email",
        r"\bwh\w+\b[^.?!]{0,25}\bmy e-?mail\b|\be-?mail\b[^.?!]{0,20}\b(?:do you have for me|on file)\b",
    ),
    (
        "address",
        r"\b(?:check|which|what(?:'s| is)?)\b[^.?!]{0,30}\baddress\b|\baddress wrong\b|typed? my address",
    ),
    (
        "paid_with",
        r"\b(?:which|what|how)\b[^.?!]{0,30}\b(?:card|payment method|did i pay (?:with|for it "
        r"with))\b",
    ),
    (
        "made_of",
        r"\bwhat (?:materials?|are they made of|is it made of)|\bmade of\b",
    ),
    (
        "contents",
        r"\bwhat (?:did i|have i|all did i|did we|have we) (?:\w+ )?(?:order(?:ed)?|buy|bought|get|got|purchased?)\b|"
        r"\bwhat(?:'s| is| was| are| items are| items were) in "
        r"(?:my|the|that|order)\b|\bwhich (?:ones|items|orders|one)\b[^.?!]{0,25}\b(?:were they|was it|did i|do "
        r"i have|are in|again)\b|\bmy (?:recent )?orders\?|\blist (?:of )?my orders|what orders|"
        r"\b(?:which|what|any|are|do)\b[^.?!]{0,20}\borders?\b[^.?!]{0,20}\b(?:open|pending|outstanding|under way|"
        r"delivered|shipped|processed|cancell?ed)\b|"
        r"\b(?:did|have) (?:i|we) (?:already |ever )+(?:\w+ )?(?:order(?:ed)?|buy|bought|get|got|purchased?) "
        r"(?!it|that|this)",
    ),
    (
        "item_price",
        r"\b(?:what was the price|how much (?:was|did|i paid|i've paid|were|had|has|have)|what "
        r"(?:price )?(?:did i|i|have i) "
        r"(?:pay|paid|spend|spent)|did (?:\w+ ){1,4}cost|was i charged|i was charged|cost me)\b|"
        rf"^(?=.*{_OWN})(?:.*\bhow much (?:is|are)\b|.*(?:\bthe |^\W*)price\b|.*\bdo(?:es)? (?:\w+ ){{1,4}}cost\b)",
    ),
    (
        "guarantee",
        r"\bguarantee\b",
    ),
)
_LIST = re.compile(
    r"\b(?:what|which|tell me|list|all)\b[^.?!]{0,60}\b(?:options?|versions?|variants?|choices?|kinds|models)\b|"
    r"\bare there (?:any|other)\b|options and (?:their )?prices|(?:what|which) (?:\S+ ){0,4}(?:do you have|are "
    r"(?:there|available))"
)
HOW_MANY = re.compile(
    r"\bhow many\b[^.?!]{0,60}\b(?:options?|variants?|versions?|kinds|types|choices)\b|\b(?:exact )?number of "
    r"[\w -]{3,30} options\b|\bhow many ([\w -]+?) (?:options|variants) "
)


_AMOUNT = (
    r"(?:refunds?|refunded|total|sum|amount|difference|surcharge|net|money|dollars?|bucks|euros?|pounds|figure|charged?|"
    r"extra|sav(?:e|es|ed|ing|ings)|back|owe|bill|cost|costs|credited)"
)
_SO = r"^\W*(?:(?:and|so|ok(?:ay)?|but|oh|well|right|fine|great|cool|sweet|thanks|thank you|now|then|please|nice)\W+)*"
_ASKS_FIGURE = re.compile(
    rf"{_SO}(?:(?:what(?! (?:about|if|i)\b)|how (?:much|many))\b[^?]*\?|(?:(?:would|could|can) you )?"
    rf"(?:(?:please|kindly) )?(?:state|report|tell me|give me|name|show me|confirm|let me know)\b[^.?!]*\b{_AMOUNT}\b)"
)
_OF_AMOUNT = re.compile(rf"\bhow much\b|\b{_AMOUNT}\b|\b(?:come|comes|came|amounts?|adds? up) to\b")


_PAYS = re.compile(r"\b(?:gift ?card|my (?:\w+ )?(?:card|account)|paypal)\b")
"""Beside what is asked of what was done it tells of the money: "what's that going to burn off my gift card?"."""
_DIFFERENT = re.compile(
    r"\bhow many (?:different|(?:kinds|types|sorts) of) [\w -]{3,40}?\b(?:could|can|do|are|does|have)\b[^.?!]*"
    r"\b(?:choose from|have|stock|sell|available|there|get|buy)\b"
)


def counts_versions(sentence: str) -> bool:
    """Whether a sentence asks how many versions of a product there are; "how many kettles do you have?" asks for
    pieces."""
    return bool(HOW_MANY.search(sentence) or _DIFFERENT.search(sentence))


def asks_figure(sentence: str) -> bool:
    """Whether a sentence asks for a figure of what was or will be done: "what's the damage for both swaps?", "state the
    refund for the second one"."""
    return bool(_ASKS_FIGURE.match(sentence))


def questions(low: str, account: Account, find: Find, *, counts: bool = False) -> list[Json]:
    """The questions in a (mended) message, each kind once, with the orders and lines that they name. `find`: where a
    text names items of the customer's. `counts`: something was done or proposed that money may be asked of."""
    found: dict[str, Json] = {}
    last: Json = {}
    for sentence in sentences(low):
        asked = [kind for kind, pattern in _KINDS if re.search(pattern, sentence)]
        about = _about(sentence, account, find)
        if asked and (days := periods.named(sentence)):
            about["days"] = days
            about.pop("latest", None)  # "last month" names no last order
        of_no_order = not (about.get("orders") or about.get("lines") or re.search(r"\borders?\b", sentence))
        if counts and asked == ["total"] and of_no_order:
            asked = []  # "how much is it altogether?" behind what was done is of that
        of_money = _OF_AMOUNT.search(sentence) or (_PAYS.search(sentence) and asks_figure(sentence))
        if counts and not asked and of_money and (asks_figure(sentence) or sentence.endswith("?")):
            asked = ["reckoned"]
        for kind in asked:
            found.setdefault(kind, {"ask": kind, **(about or last)})
        if HOW_MANY.search(sentence):
            found.setdefault("count", {"ask": "count", "text": sentence})
        elif not asked and (lines := _facts_of(sentence, about, account)):
            found.setdefault("made_of", {"ask": "made_of", "lines": lines})
        elif _LIST.search(sentence):
            found.setdefault("list", {"ask": "list", "text": sentence, **(about or last)})
        last = about or last
    _of_one_order(list(found.values()), low, account)
    if "waiting" in found:
        found.pop("when", None)
    if "why" in found:
        found.pop("when", None)
    if "email" in found:
        found.pop("address", None)
    if "tracking" in found:
        found.pop("when", None)
    return list(found.values())


def _of_one_order(asked: Sequence[Json], low: str, account: Account) -> None:
    """A message that points at one order by number or place means it in all its questions."""
    named = {o for s in sentences(low) for o in (order_ids(s, account)[0] or orders_at(s, account))}
    for question in asked if len(named) == 1 else ():
        if not (question.get("orders") or question.get("lines")):
            question["orders"] = list(named)
            question.pop("status", None)


def _facts_of(sentence: str, about: Json, account: Account) -> list[list[object]]:
    """ "What storage does my tablet have?": the lines named, when the sentence asks for one of their options."""
    if not re.search(r"^\W*(?:\w+\W+){0,8}?(?:what|which|how)\b", sentence) or not sentence.endswith("?"):
        return []
    lines = [x for k in about.get("lines", []) if (x := account.line(str(k[0]), int(k[1])))]
    words = set(re.findall(r"[a-z]+", sentence))
    return [list(key(x)) for x in lines if any(set(n.lower().split()) & words for n in x.options)]


def wants_to_know(sentence: str) -> bool:
    """Whether a sentence only asks about an order, and requests nothing."""
    asks = re.match(
        r"\W*(?:and |also |by the way,? |oh,? |please |can you |could you )*"
        r"(?:(?:tell me|let me know|show me|remind me|say) )?"
        r"(?:how much|what|when|where|which)\b",
        sentence,
    )
    return bool(asks) and any(re.search(pattern, sentence) for _, pattern in _KINDS)


def _about(sentence: str, account: Account, find: Find) -> Json:
    """The orders and lines that a sentence names."""
    ids, unknown = order_ids(sentence, account)
    found = find(sentence)
    lines = [x for m in found for x in _described(m.names, sentence, account)]
    about: Json = {}
    wanted = statuses(sentence)
    if ids or (ids := orders_at(sentence, account)):
        about["orders"] = ids
        lines = [x for x in lines if x.order_id in ids] or []
    if lines:
        about["lines"] = [list(key(x)) for x in lines]
    context = only_tell_orders(found, sentence, "")
    if context and len(context) == len(found):
        sets = [{x.order_id for x in _described(m.names, sentence, account)} for m in context]
        about["of_order"] = sorted(set.intersection(*sets))
    if lines and _IN_ALL.search(sentence):
        about["sum"] = True
    if wanted and not ids:
        about["status"] = wanted
    if re.search(r"\b(?:most recent|latest|last|newest|recently)\b", sentence):
        about["latest"] = True
    if unknown:
        about["unknown"] = unknown
    return about


_IN_ALL = re.compile(r"\b(?:all|both|every|each|together|altogether|combined|in total|in sum|summed up)\b")


def _described(wanted: Sequence[str], sentence: str, account: Account) -> list:  # type: ignore[type-arg]
    return described([x for o in account.orders for x in o.lines if x.name in wanted], sentence)
