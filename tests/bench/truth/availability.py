"""Judges every yes or no about having something: in stock, available, sold out, comes in, we have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .context import DONT_KNOW, NOUN_NOT_GOODS, Sentence, variants_of
from .mentions import Constraint, Mention, find_products
from .world import Product, Variant

NEGATIVE = re.compile(
    r"\bout[\s\-]of[\s\-]stock\b|\bsold[\s\-]out\b|\bunavailable\b|\bno longer\b|\bdiscontinued\b"
    r"|\b(?:is|are|was|were|be)(?:n't| not)\b[^,.;]{0,45}?\b(?:available|in stock|offered|stocked|carried|sold)\b"
    r"|\b(?:not|never) (?:currently |presently |right now |actually |listed as )?(?:available"
    r"|in stock|offered|carried|sold|stocked)\b"
    rf"|\b(?:don't|do not|doesn't|does not|haven't|have not|hasn't)(?: currently| actually| "
    rf"really)? (?:have|carry|offer|stock|sell|got|come|list)\b(?! {NOUN_NOT_GOODS})"
    r"|\bno [\w\s\-'&/]{1,60}?\b(?:available|in stock|left)\b|\bnone (?:left|available|in "
    r"stock|are|is|of)\b|\bnot one\b"
    r"|\b(?:0|zero) (?:left|in stock|available|units?|of (?:the|them|these))\b|\bwe have "
    r"no\b(?! (?:information|details|data))|\bran out\b|\ball gone\b|\bisn't one\b|\bno such\b",
    re.I,
)
POSITIVE = re.compile(
    r"\bin[\s\-]stock\b|\bavailable\b|\bwe (?:do |still |also |currently )*(?:have|carry|sell"
    rf"|stock|offer)\b(?! {NOUN_NOT_GOODS})|\bwe've got\b|\bhave it\b"
    r"|(?<!I'm )(?<!we're )(?<!I am )(?<!we are )\bstill (?:there|here)\b"
    r"|\bcan be (?:ordered|bought|had)\b|\bcomes? in\b|\boffered in\b|\byou can (?:get|buy"
    r"|order|have)\b(?! (?:in touch|help|back|hold|through))|\bgot it\b|\bcan get (?:it|them|the)\b",
    re.I,
)
_SOLD = re.compile(
    r"\bwe (?:do |still |also |currently )*(?:have|carry|sell|stock|offer)\b|\bwe've got\b"
    r"|\bcan be (?:ordered|bought)\b|\bcomes? in\b|\boffered in\b|\byou can (?:buy|order)\b",
    re.I,
)
_THERE = re.compile(r"\bin[\s\-]stock\b|\bavailable\b|\bstill (?:there|here)\b", re.I)
"""Words for being in the range, and words for being there now: where nobody counts, only the former can be said."""
_STATE = r"(?:not )?(?:in stock|out of stock|available|sold out)"
_GOODS = r"(?:items?|articles?|goods|products|things|sizes)"
_ANY_GOODS = re.compile(
    rf"\bwhat(?:ever|'s)?(?: is| isn't)? {_STATE}\b(?!\s*:)"
    rf"|\b(?:anything|everything|{_GOODS}) (?:that|which)(?: is| are|'s| isn't| aren't) {_STATE}\b"
    rf"|\b{_GOODS} (?:in stock|out of stock) (?:is|are|can|will|may|ships?|gets?|leaves?)\b",
    re.I,
)
_SUCH = re.compile(
    r"\b(?:don't|do not) (?:have|sell|carry|stock) (?:exactly |quite |anything like )?(?:that|such a thing)\b",
    re.I,
)
_OF_ONE = frozenset({"avail", "stock", "price", "options", "count"})
"""What a case expects of a product that the customer means: "we don't have that" is of it then."""
_CONDITION = re.compile(r"^\W*(?:if|when|whenever|once|should|as long as|where)\b[^,]*", re.I)
_EXISTENCE = re.compile(r"\b(?:comes? in|offered in|come with|sizes? (?:are|include)|options? (?:are|include))\b", re.I)
_OPEN = re.compile(
    r"\b(?:if|whether|once|when|unless|back in stock|let me know|would you like|check|which|want me|tell me)\b", re.I
)
_OTHERS = re.compile(r"\b(?:other|another|others|different|else|similar|alternatives?|instead)\b", re.I)
_GENERAL = re.compile(r"\bfrom [$€£]|[$€£][\d.,]+ to [$€£]|\bin some versions\b")
"""A price range: what stands with it is said of the product as a whole."""
_HEAD = re.compile(
    r"\b(?:what is|what's|available|in stock|out of stock|sold out|those)[^.]{0,30}:?\s*(?:the )?$", re.I
)
_LIST = re.compile(
    r"^\s*\(|(?:for|from|at|costs?) [$€£]|^,|\((?:in stock|out of stock|available|sold out|not available)", re.I
)
_YES = re.compile(r"^\W*(?:yes|yep|yeah|yup|correct|indeed|absolutely|certainly|of course|it is|they are)\b", re.I)
_NO = re.compile(
    r"^\W*(?:no|nope|sorry,? no|(?:unfortunately|sorry|i'm afraid),? not?|not)\b(?! (?:problem|worries|one of|need))",
    re.I,
)


def polarity(clause: str) -> bool | None:
    """True: said to be there; False: said not to be; None: the clause claims neither."""
    if NEGATIVE.search(clause):
        return False
    return True if POSITIVE.search(clause) else None


def leading(reply: str) -> bool | None:
    """The yes or no that the reply opens with."""
    if _YES.search(reply):
        return True
    return False if _NO.search(reply) else None


def judge_availability(sentence: Sentence, first: bool) -> list[str]:
    """One line for every claim whose yes or no isn't true. `first`: no earlier sentence made such a claim."""
    wrong: list[str] = []
    if sentence.is_question or _of_no_product(sentence):
        return wrong
    products, carried = sentence.products, Constraint()
    for number, clause in enumerate(sentence.clauses):
        mentions = find_products(clause, sentence.turn.world, sentence.products)
        for part, said, named, words in _claims(clause, mentions):
            products = named or products
            explicit = sentence.explicit(part, products) or ({} if named else carried)
            carried = explicit
            if said is False and _other_options(sentence, part, products):
                continue
            if said is None or not products or _OPEN.search(part) or (DONT_KNOW.search(clause) and said is False):
                continue
            if said and _SOLD.search(words) and not _THERE.search(words) and _sold_uncounted(products, explicit):
                continue
            if problem := _problem(sentence, part, said, products, explicit, first and number == 0):
                wrong.append(problem)
    return wrong


def _of_no_product(sentence: Sentence) -> bool:
    """Whether it is of goods in general ("What is in stock is ready ...", "If your size is out of stock, we ..."), or
    of the kind of thing that was asked for, not of what was talked about before ("we don't have exactly that").

    Whether there is such a thing is judged by what the case expects (answered.py).
    """
    if sentence.mentions or sentence.explicit():
        return False
    if _SUCH.search(sentence.text) and not any(p["kind"] in _OF_ONE for p in sentence.turn.parts):
        return True
    condition = _CONDITION.search(sentence.text)
    return bool(_ANY_GOODS.search(sentence.text)) or bool(condition and polarity(condition[0]) is not None)


def _other_options(sentence: Sentence, part: str, products: Sequence[Product]) -> bool:
    """Whether the words name an option's value that the shop knows, but not of these products ("no T-Shirt in
    hardshell"): what isn't made can't be had."""
    own = " ".join(p.text for p in products).lower()
    known = {x.lower() for p in sentence.turn.world.products for v in p.variants for x in v.options.values()}
    asked = re.sub(r"[\s\-]", "", " ".join(sentence.turn.said).lower())
    words = part.lower()
    for name in sorted({p.name.lower() for p in sentence.turn.world.products}, key=len, reverse=True):
        words = words.replace(name, " ")
    return any(
        len(x) > 2 and x not in own and re.search(rf"\b{re.escape(x)}\b", words) and re.sub(r"[\s\-]", "", x) in asked
        for x in known
    )


def _sold_uncounted(products: Sequence[Product], said: Constraint) -> bool:
    """Whether all of these products are sold though nobody says that they are there."""
    return all(any(v.is_unknown for _, v in variants_of([p], said)) for p in products)


def _claims(clause: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, bool | None, list[Product], str]]:
    """What is claimed of which product: (the text about it, its polarity, the products named, the words that make the
    claim). In a list ("What is available: the A (size 7) for $5, the B (sold out)") each name has its own words, and
    the head's polarity, or that of what follows all names, when it has none of its own."""
    if not mentions:
        yield clause, polarity(clause), [], clause
        return
    head = clause[: mentions[0].start]
    if len(mentions) == 1 or not _LIST.search(clause[mentions[0].end :]):
        own = [p for m in mentions for p in m.products]
        words = head if polarity(head) is not None and _HEAD.search(head) else clause
        yield clause, polarity(words), own, words
        return
    tail = re.sub(r"\([^)]*\)", " ", clause[mentions[-1].end :])
    shared = head if polarity(head) is not None else tail
    for mention, after in zip(mentions, [*mentions[1:], None], strict=True):
        part = clause[mention.end : after.start if after else len(clause)]
        words = part if polarity(part) is not None else shared
        yield part, polarity(words), list(mention.products), words


def _problem(
    sentence: Sentence, clause: str, said: bool, products: Sequence[Product], explicit: Constraint, first: bool
) -> str | None:
    wanted = sentence.turn.wanted
    alternative = bool(_OTHERS.search(clause)) or any(k in wanted and wanted[k] not in v for k, v in explicit.items())
    readings: list[Constraint] = [explicit]
    if not alternative and not _GENERAL.search(clause):
        inherited = sentence.inherited(explicit, products)
        readings = [inherited] if first or not explicit else [inherited, explicit]
    if alternative:
        readings.append(sentence.inherited(explicit, products))
    if (asked := sentence.asked(explicit, products)) != explicit:
        readings.append(asked)
    if sentence.carried:
        readings.append({**sentence.carried, **explicit})
    problems = [_claim_problem(clause, said, products, reading) for reading in readings]
    return None if None in problems else problems[0]


def _claim_problem(clause: str, said: bool, products: Sequence[Product], options: Constraint) -> str | None:
    existence = bool(_EXISTENCE.search(clause))
    names = " / ".join(dict.fromkeys(p.name for p in products))
    for choice in _choices(options):
        shown = ", ".join(f"{k} {'/'.join(v)}" for k, v in choice.items())
        for group in _by_name(products):
            hits = variants_of(group, choice)
            there = bool(hits) if existence else any(v.can_be_had for _, v in hits)
            if said and not there:
                return f"says {names} ({shown}) {'exists' if existence else 'can be had'}: {_state(hits)}"
            if not said and any(v.can_be_had or v.is_unknown for _, v in hits):
                return f"says {names} ({shown}) can't be had: {_state(hits)}"
    return None


def _by_name(products: Sequence[Product]) -> list[list[Product]]:
    groups: dict[str, list[Product]] = {}
    for product in products:
        groups.setdefault(product.name, []).append(product)
    return list(groups.values())


def _choices(options: Constraint) -> list[Constraint]:
    """Several values of one option are several claims ("in red and blue"); of several options, one at a time each."""
    shared = [k for k in options if any(k != o and set(options[k]) & set(options[o]) for o in options)]
    plural = [k for k, values in options.items() if len(values) > 1 and k not in shared]
    if not plural:
        return [options]
    choices = []
    for key in plural:
        rest = {k: v for k, v in options.items() if k not in plural}
        choices += [{**rest, key: (value,)} for value in options[key]]
    return choices


def _state(hits: Sequence[tuple[Product, Variant]]) -> str:
    if not hits:
        return "the shop lists no such variant"
    if all(v.is_unknown for _, v in hits):
        return "the shop doesn't say whether it is there"
    num_there = sum(1 for _, v in hits if v.can_be_had)
    return f"{num_there} of {len(hits)} such variants can be had"
