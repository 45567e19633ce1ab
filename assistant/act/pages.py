"""Answers from the shop's pages, and beside them what it states of itself. Quotes sentences, rewrites no rule.

Knows no products.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.act.aspects import score_sentences, sentences
from assistant.act.context import Context
from assistant.act.plan import Fact, Field, Plan
from assistant.act.rows import outside
from assistant.act.shop_facts import also_hours, say_day, say_fact, shop_fact
from assistant.act.till import SHIPPING_FACTS
from assistant.language import STOP_WORDS, fold, spelt_out, stem, stems
from assistant.shop.search_policies import PolicyHit
from assistant.types import Receipt

_FACT_SURE = 0.5
_NUM_PASSAGES = 5
_BEHIND = 0.2
"""How many paragraphs are read for the sentence that answers, and how far their score may lie behind the first's."""
_AMERICA = re.compile(r"\bthe (?:u\.?s\.?(?:a\.?)?|states)(?!\w)|\busa\b", re.IGNORECASE)
"""A country that a reader of words takes for a pronoun."""
_STOP = {stem(w) for w in STOP_WORDS}


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
    hits = [h for h in context.search.policies(question, limit=_NUM_PASSAGES) if h.confident or sure]
    hits = [h for h in hits if h.score >= hits[0].score - _BEHIND][: 4 if sure else _NUM_PASSAGES]
    if about:
        hits = [h for h in hits if set(stems(about)) & set(stems(f"{h.title} {h.passage}"))]
    fact = None if pages_only else shop_fact(question, context)
    if fact is not None and fact.key in SHIPPING_FACTS and hits:
        fact = None  # a bare amount says less than the page on delivery
    if strict:
        hits, fact = [], fact if fact and fact.score > _FACT_SURE else None
    if fact is not None and (not hits or fact.score > 0.62):
        facts = also_hours(question, fact, context)
        if len(facts) > 1:
            say_day(question, context, plan)
        for each in facts:
            say_fact(each, context, plan)
    elif hits:
        if not _overview(question, context, plan):
            _quote(question, hits, context, plan)
    else:
        return False
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


def lines_for(question: str, context: Context, limit: int = 4) -> list[tuple[PolicyHit, str]]:
    """The sentences of the paragraphs that are nearest to a question; an example alone answers nothing."""
    question = _read(question)
    hits = context.search.policies(question, limit=limit)
    internal = _for_staff(context)
    return [(hit, line) for hit in hits for line in _lines_of(hit, internal) if not line.startswith("For example")]


def _quote(question: str, hits: Sequence[PolicyHit], context: Context, plan: Plan) -> None:
    """The sentence of the pages found that answers best, with the ones around it, word for word."""
    internal = _for_staff(context)
    pages = [(hit, [line for line in _lines_of(hit, internal) if not outside(question, line)]) for hit in hits]
    pages = [(hit, lines) for hit, lines in pages if lines]
    if not pages:
        unknown(plan)
        return
    scores = [_in_place(question, hit, lines, context) for hit, lines in pages]
    ranked = sorted(
        (
            (score + (0.05 if page == 0 else 0.0), page, line)
            for page, row in enumerate(scores)
            for line, score in enumerate(row)
        ),
        reverse=True,
    )
    chosen = {(page, line) for score, page, line in ranked[:3] if score >= _NEARLY * ranked[0][0]}
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


def _for_staff(context: Context) -> frozenset[str]:
    """The pages that speak of "the user": written for whoever serves them."""
    return frozenset(p.policy_id for p in context.catalogue.policies() if _OF_USER.search(p.text))


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


def _in_place(question: str, hit: PolicyHit, lines: Sequence[str], context: Context) -> list[float]:
    """How well each sentence answers, read under its page's title and heading: alone it may lack what it is about."""
    vectors = context.encode([question, *(f"{hit.title}. {hit.heading}. {line}" for line in lines)])
    under = vectors[1:] @ vectors[0]
    alone = score_sentences(question, lines, context.encode)
    afar = _to_elsewhere(question, context)
    return [
        a + _UNDER * float(u) + _PASSAGE * hit.score + (_AFAR if afar and _ELSEWHERE.search(line) else 0.0)
        for a, u, line in zip(alone, under, lines, strict=True)
    ]


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
_AFAR = 0.25


_NEARLY = 0.85
_UNDER, _PASSAGE = 0.6, 0.3
"""Of 32 questions to the demo shop's pages: 24 answered without them, 27 with them (half A of the voices)."""


def _without_heading(passage: str) -> str:
    return "\n".join(line for line in passage.splitlines() if not line.startswith("#"))


def _plain(text: str) -> str:
    """Markdown marks off; the words stay."""
    text = re.sub(r"\*\*|__|`", "", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\s+", " ", text).strip(" -*•#|")
    return text if text.endswith((".", "!", "?", ":")) else text + "."
