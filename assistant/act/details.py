"""Answers a question about a product: the value that it asks for, a sentence of the description, or that none is known.

Quotes what the shop has written, word for word; infers nothing.
"""

from __future__ import annotations

import re

from assistant.act.aspects import Aspect, best, is_general, nearly, sentences, weigh
from assistant.act.choice import choose
from assistant.act.comes_in import offered_options
from assistant.act.conditions import asks_just
from assistant.act.context import Context
from assistant.act.evidence import is_yes_no
from assistant.act.instead import no_longer
from assistant.act.offers import availability, price
from assistant.act.plan import Fact, Field, FieldKind, Plan
from assistant.act.words import cell, distinguishing, only
from assistant.language import fold, stems
from assistant.request import Request
from assistant.types import Product, Receipt, Variant

_YES = frozenset({"yes", "true", "y"})
_NO = frozenset({"no", "false", "n"})


def details(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """The answer to the question in `request.text` about `product`."""
    choice = choose(product, request.wanted, request.skus)
    variant = choice.exact[0] if len(choice.exact) == 1 else None
    if not product.active:
        no_longer(choice, context, plan)
        return
    if is_general(request.text) or not _asks_something(request, product) or _what_like(request.text, product):
        overview(request, product, context, plan)
        return
    found = best(request.text, product, context.encode, variant)
    named = {w.name for w in request.extra.get("named", ()) if w.value is not None}
    doubtful = is_yes_no(request.text) and request.extra.get("unlinked")
    if named and not doubtful and (not found or (found[0].kind == "option" and found[0].name in named)):
        availability(request, product, context, plan)
        return
    if named and found and found[0].kind == "option" and found[0].name in named:
        found = []  # "is the silver one dimmable": that it is silver was the customer's word
    found = found or nearly(request.text, product, context.encode, variant)
    if not found and request.follow_up:  # "and the toaster?": nothing written of what was asked of the last one
        overview(request, product, context, plan)
        return
    if not found:
        near = [a for a in weigh(request.text, product, context.encode) if a.kind == "sentence" and a.score >= _NEAR]
        unknown(product, context, plan, near[0].value if near else "")
        if request.from_context and _THING.match(fold(request.text)):
            plan.closing.insert(0, "If you mean a product of its own, I couldn't find one called that in our shop.")
    elif found[0].kind == "option" and not (variant and found[0].value):
        offered_options(request, product, [found[0].name], context, plan)
    else:
        state(request, found[0], product, variant, context, plan)


_THING = re.compile(
    r"^\W*(?:(?:and|oh|ok|so|pity|no)\W+)*(?:(?:what|how) about (?:an?|some) |an? )(?:[a-z-]+ ?){1,3}\W*$"
)
"""A thing with its article is rather another product than something of this one: "what about a microwave?"."""
_NEAR = 0.0
"""The head's score from which on a sentence that is no sure answer is worth showing."""


def overview(request: Request, product: Product, context: Context, plan: Plan) -> None:
    """A product in two or three sentences: what it is in the shop's words, what it costs, whether it is there."""
    described = sentences(product.description)
    fact = context.item(plan, product)
    for number, line in enumerate(described[:2]):
        name = "about" + "_also" * number
        receipt = Receipt("product", product.product_id, "description", line, context.as_of)
        fact.fields[name] = Field("quote", line, (receipt,), "the shop's description")
        plan.say(fact.key(name), fact.key(name))
    price(request, product, context, plan)
    plan.phrase = False


def quoted(line: str, product: Product, context: Context, plan: Plan) -> None:
    """A sentence of the product's description, as the shop wrote it."""
    fact = context.item(plan, product)
    receipt = Receipt("product", product.product_id, "description", line, context.as_of)
    fact.fields["about"] = Field("quote", line.rstrip("."), (receipt,), "the shop's description")
    plan.say(f"What our catalogue says is: “{fact.key('about')}.”", fact.key("about"))


def unknown(product: Product, context: Context, plan: Plan, hint: str = "") -> None:
    """Says that the shop's data doesn't hold it, and what can be told instead."""
    fact = context.item(plan, product)
    if hint:
        receipt = Receipt("product", product.product_id, "description", hint, context.as_of)
        fact.fields["about"] = Field("quote", hint.rstrip("."), (receipt,), "the shop's description")
        plan.say(
            f"I'm not sure that this answers it, but about the {fact.key('item')} our catalogue says: "
            f"“{fact.key('about')}.”",
            fact.key("about"),
        )
    else:
        plan.say(f"I'm sorry, I don't have that information about the {fact.key('item')}.")
    plan.closing.append("I can tell you its price and availability, or call a colleague who can find out.")
    plan.answered = False


def knows(question: str, product: Product, context: Context) -> bool:
    """Whether the product has a value of its own for what is asked (its own warranty, its own return policy)."""
    found = best(question, product, context.encode)
    return bool(found) and found[0].kind in ("attribute", "spec", "rating", "brand") and found[0].score >= 0.6


def named_options(question: str, product: Product, context: Context) -> list[str]:
    """The options of `product` that a question for choices names: "which colours" -> ["colour"]; empty: all of them."""
    found = best(question, product, context.encode, limit=3)
    if not found or found[0].kind != "option":
        return []
    return [a.name for a in found if a.kind == "option" and a.score >= 0.9 * found[0].score][:2]


def compare_aspect(question: str, product: Product, context: Context) -> Aspect | None:
    """The value of `product` that a comparison asks about, if it knows one."""
    found = [a for a in best(question, product, context.encode) if a.value and a.kind != "sentence"]
    return found[0] if found else None


def aspect_text(aspect: Aspect) -> str:
    """A value as it stands in a sentence: "waterproof: yes" reads "yes", a rating "4.5 out of 5"."""
    if aspect.kind == "rating":
        return f"{aspect.value} out of 5"
    unit = aspect.name.replace("_", " ").split()[-1]
    if unit in _UNITS and aspect.value.replace(".", "").isdigit():
        return f"{aspect.value} {unit if aspect.value != '1' else unit.removesuffix('s')}"
    return cell(aspect.value) if aspect.kind in ("attribute", "spec") else aspect.value


def aspect_name(aspect: Aspect) -> str:
    """How a value is called: "warranty" for `warranty_years`, whose value says the years."""
    words = aspect.name.replace("_", " ").split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1] in _UNITS else " ".join(words)


_UNITS = frozenset("years months weeks days hours minutes metres meters grams watts volts litres liters".split())


_LIKE = re.compile(r"\bwhat(?:'s| is| are|'re) (?:the |your |this |that )?([^?,.]{2,60}) like\W*$")


def _what_like(text: str, product: Product) -> bool:
    """ "What are the anvil secateurs like": of the product by its own name, not of a part or value of it."""
    match = _LIKE.search(fold(text))
    return bool(match) and set(stems(match[1] if match else "")) <= set(stems(f"{product.name} {product.category}"))


def _asks_something(request: Request, product: Product) -> bool:
    """Whether the clause says more than the product's name."""
    rest = fold(request.text)
    for word in product.name.lower().replace("-", " ").split():
        rest = rest.replace(word, " ")
    words = [
        w
        for w in rest.split()
        if w.strip(".,!?") not in ("the", "a", "an", "and", "what", "about", "of", "on", "ok", "")
    ]
    return bool(words)


def state(
    request: Request, aspect: Aspect, product: Product, variant: Variant | None, context: Context, plan: Plan
) -> None:
    """Say one known thing of a product, or of its `variant`, in the words that its kind needs."""
    shown = only(variant, distinguishing(product.variants)) if variant and aspect.kind == "option" else {}
    fact = context.item(plan, product, {n: v for n, v in shown.items() if n != aspect.name})
    receipt = (
        Receipt("sku", variant.sku, aspect.name, aspect.value, context.as_of)
        if variant and aspect.kind == "option"
        else Receipt("product", product.product_id, aspect.name, aspect.value, context.as_of)
    )
    if aspect.kind == "sentence":
        fact.fields["about"] = Field("quote", aspect.value.rstrip("."), (receipt,), "the shop's description")
        plan.say(
            f"About the {fact.key('item')} our catalogue says: “{fact.key('about')}.”",
            fact.key("item"),
            fact.key("about"),
        )
        return
    if aspect.value.strip().lower() in _YES | _NO:
        _yes_or_no(aspect, fact, receipt, context, plan, answers=asks_just(request.text, aspect.name, product))
    else:
        _value(aspect, fact, receipt, request, context, plan)


def _yes_or_no(aspect: Aspect, fact: Fact, receipt: Receipt, context: Context, plan: Plan, *, answers: bool) -> None:
    """A yes or no as a statement, which is true whatever was asked; with the word itself before it where that `answers`
    the question."""
    name, positive = aspect_name(aspect), aspect.value.strip().lower() in _YES
    answer: FieldKind = "yes" if positive else "no"
    words = _as_predicate(name, positive, plural=fact.plural)
    stated = context.add_value(fact, "statement", words or f"{name}: {answer}", receipt, f"whether it is {name}")
    item = fact.key("item")
    if words and answers:
        fact.fields[answer] = Field(answer, answer, (receipt,), f"the answer {answer}")
        plan.say(f"{fact.key(answer)}, the {item} {stated}.", fact.key(answer), item)
    else:
        plan.say(f"The {item} {stated}." if words else f"{item}: {stated}.", stated, item)


def _value(aspect: Aspect, fact: Fact, receipt: Receipt, request: Request, context: Context, plan: Plan) -> None:
    name = aspect_name(aspect)
    be, have = ("are", "have") if fact.plural else ("is", "has")
    item = fact.key("item")
    key = context.add_value(fact, name, aspect_text(aspect), receipt, f"its {name}")
    if aspect.kind == "rating":
        plan.say(f"The {item} {be} rated {key} by our customers.", key)
    elif aspect.kind == "brand":
        plan.say(f"The {item} {be} by {key}.", key)
    elif name.split()[-1] in _PREPOSITIONS or name.lower() in _VERBS:
        plan.say(f"For the {item} our catalogue gives: {name} {key}.", key)  # "suitable for" is no noun
    elif is_yes_no(request.text):
        this = "these" if re.search(r"[^s]s$", name) else "this"
        plan.say(f"For the {item}, our catalogue gives {this} {name}: {key}.", key)
    elif name[:1].isupper() and not name.isupper() and " " not in name and name.endswith("s"):
        plan.say(f"For the {item} our catalogue gives: {name} {key}.", key)  # "Sleeps: 2" is no noun
    else:
        plan.say(f"The {item} {have} this {name}: {key}.", key)
    plan.phrase = aspect.kind == "rating" or "material" in key


_VERBS = frozenset("keeps fits serves lasts holds seats sleeps weighs contains takes needs suits stores runs".split())
"""Names of values that are no nouns: "keeps: 6 weeks"."""
_PREPOSITIONS = frozenset("for to with by from in of on".split())


def _as_predicate(name: str, positive: bool, *, plural: bool) -> str:
    """A yes or no as it stands behind the product: "is not waterproof"; empty where its name is no such word."""
    if name.endswith(" included"):
        thing = name.removesuffix(" included")
        come = "come" if plural else "comes"
        return f"{come} with {thing} included" if positive else f"{come} without {thing}"
    if _is_adjective(name):
        return f"{'are' if plural else 'is'} {'' if positive else 'not '}{name}"
    return ""


def _is_adjective(name: str) -> bool:
    """Whether an attribute's name reads after "is": waterproof, vegan, machine washable; not "gift wrap"."""
    return name.split()[-1].endswith(
        ("proof", "able", "ible", "an", "free", "less", "safe", "resistant", "ful", "ed", "ic", "al", "ive", "en")
    )
