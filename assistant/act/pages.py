"""Answers from the shop's pages and facts: policies, opening hours, contact. Quotes sentences; never rewrites a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.act.aspects import pick_sentences, sentences
from assistant.act.context import Context
from assistant.act.plan import Field, Plan
from assistant.language import STOP_WORDS, stem, stems
from assistant.types import Receipt

_NOT_TOLD = frozenset({"name", "currency", "locale", "timezone", "now"})
_FACT_CONFIDENT = 0.42
_FACT_SURE = 0.5
_STOP = {stem(w) for w in STOP_WORDS}


@dataclass(frozen=True)
class ShopFact:
    """One fact that the shop states of itself, and how well it fits the question."""

    key: str
    value: str
    score: float


def quote_if_sure(question: str, context: Context, plan: Plan, *, strict: bool = False) -> bool:
    """Say the sentences of the shop's pages, or the fact of the shop, that answer the question; False if there are none."""
    hits = [h for h in context.search.policies(question, limit=3) if h.confident]
    fact = shop_fact(question, context)
    if strict:
        hits, fact = [], fact if fact and fact.score > _FACT_SURE else None
    if fact is not None and (not hits or fact.score > 0.62):
        _say_fact(fact, context, plan)
    elif hits:
        _quote(question, hits[0].policy_id, hits[0].title, hits[0].passage, context, plan)
    else:
        return False
    return True


def unknown(plan: Plan) -> None:
    """Says that no page of the shop answers this."""
    plan.say("I'm sorry, I don't have that information about our shop.")
    plan.closing.append("A colleague can tell you; just say so and I'll call one.")
    plan.answered = False


def shop_fact(question: str, context: Context) -> ShopFact | None:
    """The fact of the shop that fits the question best, None when none fits well."""
    told = {k: v for k, v in context.info.items() if k not in _NOT_TOLD and v and len(v) < 400}
    if not told:
        return None
    vectors = context.encode([question, *(f"{k.replace('_', ' ')}: {v}" for k, v in told.items())])
    asked = set(stems(question)) - _STOP
    scored = []
    for (key, value), vector in zip(told.items(), vectors[1:], strict=True):
        shared = asked & set(stems(key.replace("_", " ")))
        scored.append(ShopFact(key, value, float(vector @ vectors[0]) + 0.2 * len(shared)))
    top = max(scored, key=lambda f: f.score)
    return top if top.score >= _FACT_CONFIDENT else None


def _say_fact(found: ShopFact, context: Context, plan: Plan) -> None:
    fact = plan.fact("our shop")
    name = found.key.replace("_", " ")
    receipt = Receipt("shop", found.key, found.key, found.value, context.as_of)
    fact.fields["value"] = Field("quote", found.value.rstrip("."), (receipt,), name)
    label = name[:1].upper() + name[1:]
    plan.say(f"{label}: {fact.key('value')}.", fact.key("value"))


def _quote(question: str, policy_id: str, title: str, passage: str, context: Context, plan: Plan) -> None:
    lines = [_plain(s) for s in sentences(_without_heading(passage))]
    chosen = [lines[i] for i in pick_sentences(question, lines, context.encode)] or [_plain(passage)]
    fact = plan.fact(title)
    for number, line in enumerate(chosen):
        name = "rule" + "_also" * number
        receipt = Receipt("policy", policy_id, title, line, context.as_of)
        fact.fields[name] = Field("quote", line, (receipt,), f"from the page {title}")
        plan.say(fact.key(name), fact.key(name))


def _without_heading(passage: str) -> str:
    return "\n".join(line for line in passage.splitlines() if not line.startswith("#"))


def _plain(text: str) -> str:
    """Markdown marks off; the words stay."""
    text = re.sub(r"\*\*|__|`", "", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\s+", " ", text).strip(" -*•#|")
    return text if text.endswith((".", "!", "?", ":")) else text + "."
