"""The words that a sentence of the model may be made of, and beside which facts they stand. Tables only; English.

Whatever states something by itself is left out: it exists only as a placeholder. Knows no plan and no sentence.
"""

from __future__ import annotations

from assistant.act.plan import FieldKind

GLUE = frozenset(
    """a an the this that these those it they them its their we our i me my you your yours and also too as at by for
    from in into of to with about is are do does have has can there which it's we're we've you're they're i'm i'd i'll
    you'd here's there's please thanks thank welcome sure certainly course glad happy sorry hello hi like want need
    know help say says see find look looking get take choose pick sell come comes cost costs costing price priced prices
    called named item items product products version versions one ones option options shop store range question further
    information interested currently following made rated weigh weighs unfortunately was were""".split()
)
"""Words that state nothing by themselves. No negation, quantity, availability, hedge, condition or promise is here."""

AFTER = {
    "one": frozenset("the this that which our".split()),
    "ones": frozenset("the these those which our".split()),
    "can": frozenset("we you i they".split()),
}
"""Glue only behind one of these words: "the one", but not "we have one"; "you can", but not "it can cost"."""

CUES: dict[str, frozenset[str]] = {
    "rated": frozenset({"rating"}),
    "weigh": frozenset({"weight"}),
    "weighs": frozenset({"weight"}),
    "made of": frozenset({"material", "fabric"}),
    "made from": frozenset({"material", "fabric"}),
    "made with": frozenset({"material", "fabric"}),
    "made in": frozenset({"origin", "country"}),
    "made by": frozenset({"brand", "maker", "manufacturer"}),
    "from": frozenset({"origin", "country"}),
    "by": frozenset({"brand", "maker", "manufacturer"}),
}
"""Words right before a value that say which it is, and the names that such a value can have."""

PRICE_WORDS = frozenset("cost costs costing price priced prices".split())
LEADS: dict[str, frozenset[FieldKind]] = {
    **dict.fromkeys(PRICE_WORDS, frozenset({"price"})),
    "come": frozenset({"list", "value"}),
    "comes": frozenset({"list", "value"}),
}
"""Words that announce a kind of fact: the next fact has to be of it."""

BEFORE: dict[FieldKind, frozenset[str]] = {
    "price": frozenset("cost costs costing for at is are price of".split()),
    "in_stock": frozenset("is are it's they're currently and also".split()),
    "sold_out": frozenset("is are it's they're currently unfortunately and".split()),
    "stock": frozenset("have are is of has currently".split()),
    "list": frozenset("in from following options these of with is are".split()),
    "value": frozenset("of is in with a an has have are by the from at for rated following weigh weighs".split()),
    "name": frozenset("the our and".split()),
    "item": frozenset("the a an our of have this that and for called named or to your with about like".split()),
    "quote": frozenset("says that is from".split()),
}
"""The words right before a fact of each kind. Yes and no stand at the beginning instead."""

UNNAMED_LIST = frozenset("in from following options these".split())
DETERMINERS = frozenset("a an the its their this these with of has have following in".split())
BETWEEN_ITEMS = frozenset("and the our a an we have also".split())
CLAIMS = frozenset(
    """have has get take find look looking choose pick sell shop store range there there's see option options
    we've""".split()
)
"""Words by which a product seems to be there: said of a sold-out one only together with that."""

REGRET = frozenset({"sorry", "unfortunately"})
CHEER = frozenset({"glad", "happy", "sure", "certainly"})
BAD_NEWS: frozenset[FieldKind] = frozenset({"sold_out", "no"})
