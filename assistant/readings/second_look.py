"""A second look at a message before it is answered: each way to take it is answered, and the likeliest answer is given.

Puts ways.py, traits.py, judge.py and answer_reader.py together. Leaves alone what asks nothing of the shop, and what a
customer tells of themselves: that is taken in once. Writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.act.answer import answer
from assistant.act.context import Context
from assistant.act.left_out import shows_avoided
from assistant.act.plan import Plan, in_code_words
from assistant.act.service import speaks_of_else
from assistant.act.trouble import went_wrong
from assistant.readings.answer_reader import Said, default_answer_reader
from assistant.readings.judge import default_judge, inputs
from assistant.readings.traits import READ, Scene, of_answer, read, scene
from assistant.readings.ways import ways
from assistant.request import Request
from assistant.types import Product
from assistant.understand import whoasks
from assistant.understand.clauses import ranks as says_rank
from assistant.understand.cues import asks_when_back
from assistant.understand.reading import Reader
from assistant.understand.state import State

MARGIN = 0.5
"""By how much another answer must be likelier (log odds) than that of the message's own reading to be given."""
DOUBT = -2.5
"""How likely it must be (log odds) that another answer is right where the first isn't, for the others to be made."""
SHARE = 0.5
"""What the reader of answers counts beside the judge of traits."""
_NUM_READ = 3
"""Of how many answers beside the first the sentences are read."""
_SETTLED = frozenset(
    """other_language mood preference preferences human greeting thanks goodbye are_you_human basket""".split()
)
"""What is nothing else than what it was read as."""
_OF_VERSIONS = frozenset({"in_stock", "sold_out", "stock", "yes", "no"})
_RANKS = frozenset({"cheapest", "most_expensive", "best_rated", "newest", "superlative"})
_OF_TOLD = re.compile(r"\b(?:of|among|between) (?:the (?:two|three|four|\d)|these|those|them)\b")
"""Asks for one of what was told: "which of the three is best rated"."""
_MADE_HERE = frozenset({"so_many", "together"})
"""The ways that add up what was talked of: there is no settled reading behind them."""
_OF_THE_TALK = ("of_it", "earlier", "joined", "page_it", "first", "unnamed")
"""The ways that lean on what was talked about."""
_NUM_NEAR, _SHORT = 10, 4
_PLAIN = 0.95
"""How sure a question for offers must be, for goods not found to be no answer to it."""
_SURELY_WRONG = 0.9
"""How sure a complaint of a thing that went wrong must be, to be no question about it."""
_BARE = 3
"""Words of a yes or no that says nothing else: where nothing was asked it answers no question of before."""


@dataclass(frozen=True)
class Taken:
    """How a message is taken, and the answer to it. `name` says which way it was (ways.NAMES)."""

    name: str
    requests: list[Request]
    plan: Plan


@dataclass(frozen=True)
class Looked:
    """All that one of several answers is chosen by: what was said last, the message as it is weighed, the answers, and
    what the judge sees of them, (num_answers, num_inputs)."""

    before: Said
    message: str
    taken: Sequence[Taken]
    inputs: NDArray[np.float32]


Choose = Callable[[Looked], int]
"""Which of several answers is given, by its place."""


def likeliest(scores: NDArray[np.float32], margin: float = MARGIN) -> int:
    """The answer that the judge holds for right, where it is surer of it than of the first."""
    best = int(np.argmax(scores))
    return best if scores[best] - scores[0] > margin else 0


def worth_reading(quick: NDArray[np.float32], replies: Sequence[Hashable]) -> list[int]:
    """The places of the answers whose sentences are read before one is given: the first, and those of the few others
    that are likeliest by the `quick` scores, one of each that say the same."""
    found = {replies[0]: 0}
    for at in np.argsort(-quick, kind="stable"):
        if len(found) <= _NUM_READ:
            found.setdefault(replies[at], int(at))
    return list(found.values())


def second_look(
    text: str, first: Taken, state: State, reader: Reader, context: Context, choose: Choose | None = None
) -> Taken:
    """The way to take `text` that is likeliest right; `first` is how it was read.

    Who writes tells at most where something is to be sent: what is weighed is the message without it. `choose` sees
    every answer with all that can be known of it, and takes the judge's place.
    """
    if _settled(first.requests) or (first.plan.clarifying and not state.focus) or _advises(first):
        return first
    looking = replace(context, shoppers=None)  # nothing that is tried is kept of anybody
    if any(r.extra.get("aside") for r in first.requests):
        text = " ".join(dict.fromkeys(r.text for r in first.requests))  # without what isn't wanted
    text, bare = whoasks.without(text), whoasks.without(text, always=True)
    near = context.search.near(bare, limit=_NUM_NEAR)
    if not near:
        return first  # nothing of the shop is embedded yet: what the judge goes by isn't known
    before = scene(bare, reader.scores(bare), near, state, looking)
    own = _traits(first, before, state, looking)
    own[READ] = read(first.plan, before)
    if choose is None and default_judge().doubt(inputs(before.traits, own[None], [in_code_words(first.plan)])) < DOUBT:
        return first
    taken = [first, *_others(text, first, [hit.product_id for hit in near], state, reader, looking)]
    replies = [in_code_words(each.plan) for each in taken]
    traits = np.array([own, *(_traits(each, before, state, looking) for each in taken[1:])])
    seen = inputs(before.traits, traits, replies)
    worth = list(range(len(taken))) if choose else worth_reading(default_judge().quickly(seen), replies)
    for at in worth[1:]:
        traits[at, READ] = read(taken[at].plan, before)
    seen = inputs(before.traits, traits, replies)
    if choose:
        return taken[choose(Looked(_last(state), bare, taken, seen))]
    reading = default_answer_reader().read(_last(state), bare, [replies[at] for at in worth])
    return taken[worth[likeliest(default_judge().weigh(seen[worth]) + SHARE * reading)]]


def _last(state: State) -> Said:
    """What was said last, in code's words."""
    return Said(state.log[-1]["said"], state.log[-1].get("told", "")) if state.log else Said()


def _others(
    text: str, first: Taken, near: Sequence[str], state: State, reader: Reader, context: Context
) -> Iterator[Taken]:
    """The answers of the other ways to take a message, but for those that can't be meant."""

    def lookup(product: str) -> Product | None:
        return next(iter(context.catalogue.products([product])), None)

    known = [first]
    spares = not shows_avoided(first.requests[0], first.plan, context)
    for way in ways(text, first.requests, state, reader, near, lookup)[1:]:
        if _settled(way.requests) and way.name not in _MADE_HERE:
            continue
        same = next((each.plan for each in known if each.requests == list(way.requests)), None)
        each = Taken(way.name, list(way.requests), same or answer(way.requests, context))
        if spares and shows_avoided(first.requests[0], each.plan, context):
            continue
        if speaks_of_else(first.requests[0], each.requests[0], each.plan, context):
            continue
        if not any(unfit(first.requests, each) for unfit in _UNFIT) and not _knows_less(first, each):
            known.append(each)
            yield each


def _traits(taken: Taken, before: Scene, state: State, context: Context) -> NDArray[np.float32]:
    return of_answer(taken.name, taken.requests, taken.plan, before, state, context)


def _settled(requests: Sequence[Request]) -> bool:
    """Whether there is nothing to doubt: it says what it is, points at something by its place, or tells of a trouble
    with feeling and nothing else."""
    if all(
        r.extra.get("felt") or r.extra.get("declined") or (r.act in ("yes", "no") and len(r.text.split()) <= _BARE)
        for r in requests
    ):
        return True
    if any(r.act == "complaint" and r.confidence >= _SURELY_WRONG and went_wrong(r) for r in requests):
        return True
    refined = [r for r in requests if "refine" in r.extra]
    if any(r.extra["refine"].how == "without" or " than " in r.text.lower() for r in refined):
        return True  # "not the tartan one", "cheaper than the tartan one" is never answered with it
    if any(r.limits.without for r in requests):
        return True
    if all(r.act in _RANKS and len(r.products) > 1 and _OF_TOLD.search(r.text.lower()) for r in requests):
        return True
    if any(r.act == "details" and r.from_context and asks_when_back(r.text) for r in requests):
        return True  # that it isn't there was said before
    if all(r.act == "availability" and r.from_context and _wants_version(r) for r in requests):
        return True  # "the blue one in large please"
    return any(r.act in _SETTLED or r.extra.get("told") or r.extra.get("pointed") or r.skus for r in requests)


def _wants_version(request: Request) -> bool:
    """Whether a version is named and nothing else: no question, no number of pieces, no word of another thing."""
    asks = "?" in request.text or request.quantity or re.search(r"\b(?:of|both|all|total)\b", request.text.lower())
    return bool(request.extra.get("named")) and not asks and not request.extra.get("unlinked")


def _advises(first: Taken) -> bool:
    """Whether it was asked for a recommendation in so many words, and one is given: a list would say no reasons, and go
    by nothing that is known of the customer."""
    return first.plan.answered and all(
        r.act == "recommend" and re.search(r"\b(?:recommend|suggest)\b", r.text.lower()) for r in first.requests
    )


def _passes_over(read: Sequence[Request], other: Taken) -> bool:
    """Whether an answer tells that something can be had and leaves out the version that was named: "in navy, L?"."""
    named = any(r.extra.get("named") for r in read)
    tells = any(field.kind in _OF_VERSIONS for fact in other.plan.facts for field in fact.fields.values())
    return named and tells and not any(r.extra.get("named") and r.wanted for r in other.requests)


def _ranks_unasked(read: Sequence[Request], other: Taken) -> bool:
    """Whether a superlative comes from the question before: "does the low one hold my ankle" asks for no dearest."""
    return other.name == "joined" and bool(_acts(other.requests) & _RANKS - _acts(read))


def _of_what_is_strange(read: Sequence[Request], other: Taken) -> bool:
    """Whether an answer is of what was talked about where a thing is named that neither the shop nor English knows."""
    strange = any(len(word) > _SHORT for r in read for word in r.extra.get("strange", ()) if not r.products)
    return strange and other.name.startswith(_OF_THE_TALK)


def _of_others_too(read: Sequence[Request], other: Taken) -> bool:
    """Whether an answer is of all that was talked about, or of another of it, where the message names one: "what about
    the lite", "does the 800 take batteries"."""
    mine = {p for r in read for p in r.products}
    theirs = {p for r in other.requests for p in r.products}
    one_of_several = len(mine) == 1 and any(len(r.extra.get("focus", ())) > 1 for r in read)
    if other.name == "first":
        return one_of_several and not mine & theirs
    return other.name.startswith("of_it") and bool(mine) and mine < theirs


def _ranks_no_more(read: Sequence[Request], other: Taken) -> bool:
    """Whether the message asks for the one with the most or least of what is talked of, and the answer tells of all of
    it: "and the cheapest one?"."""
    ranks = all(r.act in _RANKS and r.products and says_rank(r.text) for r in read)
    return ranks and other.name.startswith("of_it") and not _acts(other.requests) & _RANKS


_UNFIT = (_passes_over, _ranks_unasked, _ranks_no_more, _of_what_is_strange, _of_others_too)
"""What an answer can't be meant by, whatever is likely."""


def _knows_less(first: Taken, other: Taken) -> bool:
    """Whether an answer to this message and the one before it together leaves a part open where this one alone has its
    answer, or goods are looked for in vain where offers were plainly asked for."""
    offers = any(r.act == "promotion" and r.confidence >= _PLAIN for r in first.requests)
    in_vain = first.plan.answered and not other.plan.answered
    if other.name == "joined" and other.plan.clarifying and not other.plan.focus and first.plan.answered:
        return True  # "which product do you mean?" of what needs none
    return in_vain and (other.name == "joined" or (offers and other.name in ("search", "need", "fresh")))


def _acts(requests: Sequence[Request]) -> set[str]:
    return {r.act for r in requests}
