"""The sentences that the model may word a plan's answer with: a small grammar of English over the plan's placeholders.

The engine holds the model to it token by token, so that even a tiny model says a whole, true sentence, in the order and
with the words that it finds likeliest. verify.py still judges what comes. A larger or fine-tuned model can be given
more room by adding edges here. Knows no model and no shop.
"""

from __future__ import annotations

from assistant.act.plan import PLACEHOLDER, Plan
from assistant.engine.request import Grammar, Placeholders

_ANY = {
    "": ("@yes", "@no", "the", "we"),
    "@yes": (",",),
    "@no": (",",),
    ",": ("the",),
    "the": ("@item",),
    "we": ("have",),
    "have": ("@stock",),
    "@stock": ("of",),
    "of": ("the", "@material"),
    "made": ("of",),
    "rated": ("@rating",),
    "in": ("@list",),
    "@price": ("and", "which", "."),
    "@in_stock": ("and", "for", "at", "."),
    "@sold_out": (".",),
    "@material": (".",),
    "@rating": (".",),
    "@list": (".",),
    "for": ("@price",),
    "at": ("@price",),
}
_ONE = {
    "@item": ("is", "costs", "comes", "."),
    "is": ("@in_stock", "@sold_out", "made", "rated"),
    "costs": ("@price",),
    "comes": ("in",),
    "and": ("is", "costs", "it"),
    "it": ("is", "costs"),
    "which": ("is", "costs"),
}
_SEVERAL = {
    "@item": ("are", "cost", "come", "."),
    "are": ("@in_stock", "@sold_out", "made", "rated"),
    "cost": ("@price",),
    "come": ("in",),
    "and": ("are", "cost", "they"),
    "they": ("are", "cost"),
    "which": ("are", "cost"),
}


def _superlative(be: str, pronoun: str) -> dict[str, tuple[str, ...]]:
    """ "The X is the cheapest for 5 euros and is in stock"; where a word comes twice, its node goes on after "#"."""
    return {
        "": ("the",),
        "the": ("@item",),
        "@item": (be,),
        be: ("the#2",),
        "the#2": ("@rank",),
        "@rank": ("for", "at"),
        "for": ("@price",),
        "at": ("@price",),
        "@price": ("and", "which", "."),
        "and": (f"{be}#2", pronoun),
        pronoun: (f"{be}#2",),
        "which": (f"{be}#2",),
        f"{be}#2": ("@in_stock", "@sold_out"),
        "@in_stock": (".",),
        "@sold_out": (".",),
    }


def frames(plan: Plan) -> Placeholders | None:
    """The sentences with which the model may say the plan's first one; None when the grammar has none for it.

    Only what that sentence states is offered; the sentences after it are code's.
    """
    first = [(int(m[1]), m[2], m[0]) for m in PLACEHOLDER.finditer(plan.core[0])] if plan.core else []
    if not first or len({number for number, _, _ in first}) > 1:
        return None
    fact = plan.facts[first[0][0] - 1]
    nodes: dict[str, str] = {}
    for _, name, key in first:
        kind = fact.fields[name].kind
        nodes[f"@{name}" if kind in ("value", "name") else f"@{kind}"] = key
    if "@rank" in nodes:
        rules = _superlative("are", "they") if fact.plural else _superlative("is", "it")
    else:
        rules = _ANY | (_SEVERAL if fact.plural else _ONE)
    if not nodes.keys() <= rules.keys():
        return None
    follow = tuple(
        (nodes.get(node, node), tuple(nodes.get(n, n) for n in after if n in nodes or not n.startswith("@")))
        for node, after in rules.items()
        if node in nodes or not node.startswith("@")
    )
    needed = frozenset(key for kind, key in nodes.items() if kind not in ("@yes", "@no"))
    return Placeholders(allowed=tuple(nodes.values()), grammar=Grammar(follow, needed))
