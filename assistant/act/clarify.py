"""Questions back: which product, which option is meant, when the readings would be answered differently.

One question at a time, naming choices that really exist, and never for what the customer said. An answer that covers
every reading in a sentence is given as well; the question then settles what "it" is from now on. Words nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assistant.act.context import Context
from assistant.act.instead import value_text
from assistant.act.plan import Field, Plan
from assistant.act.words import distinguishing, join
from assistant.request import Request
from assistant.types import Product, Receipt, Variant

_NAMED = 6  # choices named one by one; of more, the first few "or another"
_SEVERAL_MEANT = re.compile(
    r"\b(?:they|them|these|those|both|all|each|every|any|either|the two|the three|which|ones|compare|are|do)\b"
)
_ONE_MEANT = re.compile(r"\b(?:it|its|it's|that|this|one|is|costs|does|has)\b")


def which_product(request: Request, products: Sequence[Product], context: Context, plan: Plan) -> None:
    """Ask which of several `products` is meant, where the words mean one of them and their answers differ."""
    if len(products) > 1 and _means_one(request):
        ask_products(products, context, plan)


def _means_one(request: Request) -> bool:
    """Whether one thing is asked about: one unclear name ("the tarn"), or "it" after several were shown."""
    words = request.text.lower()
    if request.pick or len(request.skus) > 1 or _SEVERAL_MEANT.search(words):
        return False
    return request.group or (request.from_context and bool(_ONE_MEANT.search(words)))


def ask_products(products: Sequence[Product], context: Context, plan: Plan) -> None:
    """ "Which one do you mean: the A, the B or the C?" """
    fact = plan.fact("the products that may be meant")
    receipts = tuple(Receipt("product", p.product_id, "name", p.name, context.as_of) for p in products[:_NAMED])
    names = [f"the {p.name}" for p in products[:_NAMED]] + (["another"] if len(products) > _NAMED else [])
    fact.fields["choices"] = Field("list", join(names, "or"), receipts, "the products that may be meant")
    named = [{"label": p.name, "product": p.product_id} for p in products]
    _ask(f"Which one do you mean: {fact.key('choices')}?", named, plan)


def which_option(variants: Sequence[Variant], context: Context, plan: Plan) -> None:
    """Ask for the option that decides between `variants` (those that what the customer said leaves), by its values."""
    names = distinguishing(variants)
    if not names:
        return
    name = _deciding(variants, names)
    values = list(dict.fromkeys(v.options[name] for v in variants if v.options.get(name)))
    if len(values) < 2:
        return
    fact = plan.fact("the versions that there are")
    having = [v for v in variants if v.options.get(name)]
    receipts = tuple(Receipt("sku", v.sku, name, v.options[name], context.as_of) for v in having)
    shown = [value_text(name, x) for x in values[:_NAMED]] + (["another"] if len(values) > _NAMED else [])
    fact.fields["choices"] = Field("list", join(shown, "or"), receipts[:24], f"the values of {name}")
    named = [{"label": x, "product": having[0].product_id, "option": name} for x in values]
    _ask(f"Which {name.replace('_', ' ')} would you like: {fact.key('choices')}?", named, plan)


def name_product(context: Context, plan: Plan) -> None:
    """Say in a question for an option which product it is of: an answer about several may end on another one."""
    of = next((str(c["product"]) for c in plan.choices if c.get("option")), "")
    product = context.catalogue.product(of) if plan.question and of else None
    if product is not None:
        fact = plan.fact("the product that the question is about")
        receipt = Receipt("product", product.product_id, "name", product.name, context.as_of)
        fact.fields["product"] = Field("name", product.name, (receipt,), "its name")
        plan.question = f"For the {fact.key('product')}, {plan.question[:1].lower()}{plan.question[1:]}"


def _deciding(variants: Sequence[Variant], names: Sequence[str]) -> str:
    """The option that settles the most: within each of its values, prices differ least often."""

    def undecided(name: str) -> int:
        by_value: dict[str, set[object]] = {}
        for variant in variants:
            by_value.setdefault(variant.options.get(name, ""), set()).add(variant.price)
        return sum(len(prices) - 1 for prices in by_value.values())

    return min(names, key=lambda n: (undecided(n), names.index(n)))


def which_listed(request: Request, plan: Plan, context: Context) -> None:
    """Ask which of the products that were listed is meant, where the words ask of one ("how much is the kettle")."""
    words = request.text.lower()
    if plan.listed and len(plan.listed) > 1 and _OF_ONE.search(words) and not _SEVERAL_MEANT.search(words):
        products = context.catalogue.products([str(item["product"]) for item in plan.listed])
        plan.closing.clear()
        ask_products(products, context, plan)


_OF_ONE = re.compile(
    r"(?:how (?:much|many|heavy|big|tall|long|expensive)|price|cost|stock)\b.*\b(?:is|does|of|for|would) (?:the|your) "
    r"|what(?:'s| is| does) (?:the|your) .*\b(?:cost|price|weigh)\b|^\W*(?:is|does) (?:the|your) "
)


def _ask(question: str, choices: list[dict[str, Any]], plan: Plan) -> None:
    """Make it the answer's one question, unless it has one already."""
    if not plan.question:
        plan.question, plan.choices, plan.clarifying = question, choices, True
