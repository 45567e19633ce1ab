"""Answers from the shop's pages, and beside them what it states of itself. Quotes sentences, rewrites no rule.

Knows no products.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from assistant.act.aspects import fitting_kinds, sentences
from assistant.act.context import Context
from assistant.act.evidence import UNREAD, Line, scores
from assistant.act.plan import Fact, Field, Plan
from assistant.act.rows import outside
from assistant.act.shop_facts import ShopFact, also_hours, say_day, say_fact, shop_fact, told_facts
from assistant.act.till import SHIPPING_FACTS
from assistant.language import STOP_WORDS, fold, spelt_out, stem, stems
from assistant.shop.catalogue import Catalogue
from assistant.shop.search import Search
from assistant.shop.search_policies import PolicyHit
from assistant.types import Receipt

_FACT_SURE = 0.5
_NUM_PASSAGES = 8
"""How many paragraphs are read for the sentence that answers."""
_LIKELY, _ANYHOW = -1.0, -3.0
"""The score from which on a sentence is told; the second where it is known that there is an answer."""
_SURE = 3.0
"""The score from which on a fact of the shop is told that isn't asked for by its name."""
_AMERICA = re.compile(r"\bthe (?:u\.?s\.?(?:a\.?)?|states)(?!\w)|\busa\b", re.IGNORECASE)
"""A country that a reader of words takes for a pronoun."""
_STOP = {stem(w) for w in STOP_WORDS}
_SUBJECT = re.compile(r"((?:[\w'-]+ ){1,4}?)(?:can|can't|cannot|may|must|are|is|aren't|isn't|have|has|come|go|don't)\b")
"""What a rule is about, where it begins with that."""


def quote_if_sure(
    question: str,
    context: Context,
    plan: Plan,
    *,
    strict: bool = False,
    about: str = "",
    pages_only: bool = False,
    sure: bool = False,
) -> bool:
    """Say the sentences of the shop's pages, or its fact, that answer the question; False if there are none.

    `sure`: it is known that one of the paragraphs found answers, however little they look like it.
    """
    question = _read(question)
    found, stated = _weighed(question, context)
    if about:
        found = [t for t in found if set(stems(about)) & set(stems(f"{t.hit.title} {t.hit.passage}"))]
    found = found if found and found[0].score >= (_ANYHOW if sure else _LIKELY) else []
    fact = None if pages_only else _fact(question, stated, context, strict=strict)
    if fact is not None and fact.key in SHIPPING_FACTS and found:
        fact = None  # a bare amount says less than the page on delivery
    if strict:
        found = []
    if fact is not None and (not found or stated[fact.key] > found[0].score):
        facts = also_hours(question, fact, context)
        if len(facts) > 1:
            say_day(question, context, plan)
        for each in facts:
            say_fact(each, context, plan)
    elif found:
        if not _overview(question, context, plan):
            _quote(question, found, context, plan)
    else:
        return False
    return True


def quote_passage(question: str, number: int, context: Context, plan: Plan) -> bool:
    """Say what the `number`-th of the paragraphs found says to the question, the nearest first (0), however little it
    looks like an answer; False where there are fewer."""
    question = _read(question)
    found, _ = _weighed(question, context)
    order = list(dict.fromkeys(told.page for told in found))
    if number >= len(order):
        return False
    _quote(question, [told for told in found if told.page == order[number]], context, plan)
    return True


_OF_THE_WHOLE = frozenset(
    stem(w)
    for w in """policy policies rule rules information info terms conditions work works explain tell about know detail
    details whats ur u pls plz please question regarding general""".split()
)
_OF_A_PART = re.compile(
    r"\bhow (?:much|long|many|soon|fast|late)\b|\b(?:when|where|which|can|could|does|will|is there)\b"
)
_NUM_SECTIONS = 3


def _overview(question: str, context: Context, plan: Plan) -> bool:
    """ "What is your returns policy?" asks for a page as a whole: how each of its first sections begins."""
    asked = set(stems(question)) - _STOP - _OF_THE_WHOLE
    if not asked or _OF_A_PART.search(question.lower()):
        return False
    for page in context.catalogue.policies():
        if not asked <= set(stems(f"{page.title} {page.policy_id.replace('-', ' ').replace('_', ' ')}")):
            continue
        sections = re.split(r"^#+ .*$", page.text, flags=re.MULTILINE)
        firsts = [_plain(found[0]) for part in sections if (found := sentences(part.strip()))]
        if len(firsts) < 2 or any(_OF_USER.search(first) for first in firsts):
            return False
        fact = plan.fact(page.title)
        for number, first in enumerate(firsts[:_NUM_SECTIONS]):
            name = "rule" + "_also" * number
            receipt = Receipt("policy", page.policy_id, page.title, first, context.as_of)
            fact.fields[name] = Field("quote", first, (receipt,), f"from the page {page.title}")
            plan.say(fact.key(name), fact.key(name))
        return True
    return False


def _read(question: str) -> str:
    """The question in whole words, as the pages are written."""
    return _AMERICA.sub("the united states", spelt_out(fold(question)))


def unknown(plan: Plan) -> None:
    """Says that no page of the shop answers this."""
    plan.say("I'm sorry, I don't have that information about our shop.")
    plan.closing.append("A colleague can tell you; just say so and I'll call one.")
    plan.offer = "person"
    plan.answered = False


@dataclass(frozen=True)
class _Told:
    """A sentence of a page: where it stands, and how well it answers."""

    hit: PolicyHit
    page: int
    """The how-manyth of the paragraphs found."""
    at: int
    lines: Sequence[str]
    """The sentences of its paragraph."""
    score: float


def nearest(question: str, context: Context, *, pages_only: bool = False) -> float:
    """How well the best sentence of the shop's pages, or the best of its facts, answers; low where there is none."""
    found, stated = _weighed(_read(question), context)
    facts = [] if pages_only else list(stated.values())
    return max([UNREAD, *(t.score for t in found), *facts])


def _weighed(question: str, context: Context) -> tuple[list[_Told], dict[str, float]]:
    """The sentences of the paragraphs that are nearest to a question, the best answer first, and how well each of the
    shop's facts answers. An example alone answers nothing."""
    key = ("pages", question)
    if key not in context.worked_out:
        context.worked_out[key] = _weigh(question, context)
    found, stated = context.worked_out[key]
    return list(found), dict(stated)


def _weigh(question: str, context: Context) -> tuple[list[_Told], dict[str, float]]:
    if "staff" not in context.worked_out:
        context.worked_out["staff"] = _for_staff(context.catalogue)
    internal, facts = context.worked_out["staff"], told_facts(context.info)
    hits = context.search.policies(question, limit=_NUM_PASSAGES)
    pages = [(hit, [line for line in _lines_of(hit, internal) if not outside(question, line)]) for hit in hits]
    places = [(page, at) for page, (_, lines) in enumerate(pages) for at in range(len(lines))]
    places = [(page, at) for page, at in places if not pages[page][1][at].startswith("For example")]
    lines = [Line(pages[p][1][at], under=f"{pages[p][0].title} {pages[p][0].heading}") for p, at in places]
    asked = hits[0].asked if hits else question
    told = scores(asked, [*lines, *(Line(value, key) for key, value in facts.items())], context.encode).tolist()
    afar, best = _to_elsewhere(question, context), max((hit.score for hit in hits), default=0.0)
    found, goods = [], context.search.goods()
    for (p, at), line, read in zip(places, lines, told, strict=False):
        hit, own = pages[p]
        score = read + _PASSAGE * (hit.score - best) + _KIND * fitting_kinds(question, line.text)
        score += (_AFAR if afar and _ELSEWHERE.search(line.text) else 0.0) - (0.0 if hit.confident else _DOUBT)
        score -= _OF_GOODS if _of_other_goods(line.text, question, goods) else 0.0
        found.append(_Told(hit, p, at, own, score))
    return sorted(found, key=lambda t: -t.score), dict(zip(facts, told[len(lines) :], strict=True))


def lines_of_pages(catalogue: Catalogue, search: Search) -> list[Line]:
    """Every line of the shop's pages that could be told, as it is read for an answer."""
    internal = _for_staff(catalogue)
    return [
        Line(line, under=f"{hit.title} {hit.heading}") for hit in search.passages() for line in _lines_of(hit, internal)
    ]


def _of_other_goods(line: str, question: str, goods: Container[str]) -> bool:
    """Whether a rule is about goods that the question doesn't name: "Gas canisters can only be ..."."""
    subject = _SUBJECT.match(line)
    named = {word for word in stems(subject[1]) if word in goods} if subject else set()
    return bool(named) and not named & set(stems(question))


def _fact(question: str, stated: Mapping[str, float], context: Context, *, strict: bool) -> ShopFact | None:
    """The fact of the shop that is asked for, by its name or by reading it."""
    fact = shop_fact(question, context)
    if strict or not stated:
        return fact if fact is not None and (fact.score > _FACT_SURE or not strict) else None
    best = max(stated, key=lambda key: stated[key])
    if stated[best] >= _SURE and (fact is None or stated[best] > stated[fact.key]):
        return ShopFact(best, context.info[best], stated[best])
    return fact


def _quote(question: str, found: Sequence[_Told], context: Context, plan: Plan) -> None:
    """The sentence of the pages found that answers best, with the ones around it, word for word."""
    pages = {t.page: (t.hit, t.lines) for t in found}
    chosen = {(t.page, t.at) for t in found[:3] if t.score >= max(found[0].score - _NEARLY, _ALSO)} or {
        (found[0].page, found[0].at)
    }
    if len(chosen) == 1:  # alone, a sentence may lack what it refers to
        page, line = next(iter(chosen))
        chosen |= {(page, near) for near in (line - 1, line + 1) if 0 <= near < len(pages[page][1])}
    chosen |= {(page, at - 1) for page, at in chosen if at and _LEANS.search(pages[page][1][at])}
    for page in {page for page, _ in chosen}:
        lines_of = [line for p, line in chosen if p == page]
        chosen |= {(page, line) for line in range(min(lines_of), min(max(lines_of), min(lines_of) + 3))}
    facts: dict[int, Fact] = {}
    said = {entry.text for fact in plan.facts for entry in fact.fields.values()}
    if _ASKS_LEAVE.search(question.lower()):
        told = [pages[page][1][line] for page, line in sorted(chosen)]
        _say_rule(pages[min(chosen)[0]][0], told, said, context, plan)
    for number, (page, line) in enumerate(sorted(chosen)):
        hit, lines = pages[page]
        if lines[line] in said:
            continue
        said.add(lines[line])
        if page not in facts:
            facts[page] = plan.fact(hit.title)
        fact = facts[page]
        name = "rule" + "_also" * number
        receipt = Receipt("policy", hit.policy_id, hit.title, lines[line], context.as_of)
        fact.fields[name] = Field("quote", lines[line], (receipt,), f"from the page {hit.title}")
        plan.say(fact.key(name), fact.key(name))


def _say_rule(hit: PolicyHit, told: Sequence[str], said: set[str], context: Context, plan: Plan) -> None:
    """Before an exception of a page, what the page allows in general: "You may return anything within 30 days"."""
    page = next((p for p in context.catalogue.policies() if p.policy_id == hit.policy_id), None)
    lines = sentences(_without_heading(page.text).strip()) if page and not _OF_USER.search(page.text) else []
    rule = _plain(lines[0]) if lines else ""
    if rule in told or rule in said or not _ALLOWS.search(rule) or not any(_EXCEPTS.search(line) for line in told):
        return
    said.add(rule)
    fact = plan.fact(hit.title)
    receipt = Receipt("policy", hit.policy_id, hit.title, rule, context.as_of)
    fact.fields["rule"] = Field("quote", rule, (receipt,), f"from the page {hit.title}")
    plan.say(fact.key("rule"), fact.key("rule"))


_ASKS_LEAVE = re.compile(r"\b(?:can|could|may|am) (?:i|we)\b|\ballowed\b|\bpossible to\b")
_ALLOWS = re.compile(r"\b(?:you|everybody|anybody|customers) (?:may|can)\b", re.IGNORECASE)
_EXCEPTS = re.compile(r"\b(?:cannot|can't|can not|not|only|never|unless|except)\b|^if\b", re.IGNORECASE)
_LEANS = re.compile(r"^(?:\w+\W+){0,4}(?:it|they|them|this|these|that|then|both)\b", re.IGNORECASE)
"""How a sentence begins that can't be told without the one before it ("We replace it at once")."""
_OF_USER = re.compile(r"\b(?:the|a|each) user(?:'s|s)?\b|\b(?:the|an?) agent\b|\btool calls?\b", re.IGNORECASE)
_INSTRUCTS = re.compile(
    r",? (?:and|but|so) you (?:should|must|need to|have to|can|cannot|may)\b[^.;]*|^you (?:should|must|need to|have to|"
    r"can|cannot|may)\b[^.;]*",
    re.IGNORECASE,
)
_OF_THE_DESK = re.compile(
    r"\b(?:users?|agents?|you|your|tools?|functions?|database|actions?|attributes?|ids?|be sure|make sure|remember|"
    r"remind|"
    r"note|(?:before|after) (?:calling|making|taking))\b",
    re.IGNORECASE,
)
"""What is left of a page for those who serve is meant for them when it has one of these: "you" are they."""


def _for_staff(catalogue: Catalogue) -> frozenset[str]:
    """The pages that speak of "the user": written for whoever serves them."""
    return frozenset(p.policy_id for p in catalogue.policies() if _OF_USER.search(p.text))


def _lines_of(hit: PolicyHit, internal: frozenset[str]) -> list[str]:
    """The sentences of a passage that speak to customers.

    Of an `internal` page, what the user does and what "you" are to do is left out, and so are items of its lists; the
    rules of the case stay ("An order can only be cancelled if its status is 'pending'").
    """
    lines = [_plain(s) for s in sentences(_without_heading(hit.passage))] or [_plain(hit.passage)]
    if hit.policy_id not in internal:
        return lines
    cut = [_INSTRUCTS.sub("", line).strip(" .,!") for line in lines if line[:1].isupper() and line[-1] != ":"]
    return [line + "." for line in cut if len(line.split()) > 3 and not _OF_THE_DESK.search(line)]


def _to_elsewhere(question: str, context: Context) -> bool:
    """Whether it asks about sending to a place that no page names ("do you ship to Tennessee?")."""
    match = _PLACE.search(question.lower())
    if not match:
        return False
    words = set(stems(match["place"])) - _STOP
    return bool(words) and not any(words & set(stems(page.text)) for page in context.catalogue.policies())


_PLACE = re.compile(
    r"\b(?:ship\w*|deliver\w*|post\w*|sen[dt]\w*) (?:\w+ ){0,3}?(?:to|in|into) (?:the )?"
    r"(?!(?:me|my|you|a|an|be|your|home|get|stock|time|one)\b|\d)(?P<place>\w+(?: (?!by|for|and|or|in)\w+)?)"
)
_ELSEWHERE = re.compile(
    r"\b(?:other countr\w+|outside|abroad|overseas|worldwide|international\w*|elsewhere|anywhere|"
    r"only (?:to|within|in))\b",
    re.IGNORECASE,
)
_AFAR, _PASSAGE, _KIND, _DOUBT, _OF_GOODS = 1.0, 5.0, 0.75, 4.0, 1.5
"""What is added to a sentence's score: for speaking of elsewhere where a place is asked for that no page names, for how
near its paragraph is, behind the nearest one, for having the kind of answer asked for; and taken off where the search
doesn't find that the paragraph is about the question, and where a rule is for goods that weren't named. Of 171
questions of the read sets 79% had the sentence that answers first by its reading alone, 85% with the first four."""
_NEARLY, _ALSO = 1.0, 0.5
"""How much less well a second sentence may answer that is told beside the first, and how well it must."""


def _without_heading(passage: str) -> str:
    return "\n".join(line for line in passage.splitlines() if not line.startswith("#"))


def _plain(text: str) -> str:
    """Markdown marks off; the words stay."""
    text = re.sub(r"\*\*|__|`", "", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\s+", " ", text).strip(" -*•#|")
    return text if text.endswith((".", "!", "?", ":")) else text + "."
