"""What can be told of an answer without knowing the shop: numbers that the judge weighs.

Of the message (what it looks like, what the trained heads make of it), of the conversation, and of an answer that one
way of taking the message leads to: what kind of facts it holds, how much of the message it takes up, how well its lines
answer. Decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.act.context import Context
from assistant.act.evidence import UNREAD, Line, is_yes_no, scores
from assistant.act.line_reader import default_reader
from assistant.act.plan import FieldKind, Plan, render
from assistant.act.rescue import of_pages, of_product
from assistant.language import STOP_WORDS, fold, stem, stems
from assistant.readings.ways import NAMES
from assistant.request import Request
from assistant.shop.search import Hit
from assistant.understand.state import State

ACTS = (
    "price", "availability", "stock", "details", "options", "cheapest", "most_expensive", "best_rated", "newest",
    "superlative", "search", "compare", "policy", "promotion", "basket", "recommend", "order", "human", "complaint",
    "none", "yes", "no", "thanks", "feedback",
)  # fmt: skip
KINDS: tuple[FieldKind, ...] = (
    "item",
    "price",
    "stock",
    "in_stock",
    "sold_out",
    "value",
    "quote",
    "list",
    "yes",
    "no",
    "name",
)
_LINES = ("value", "quote")
_STOP = frozenset(stem(w) for w in STOP_WORDS)
_POINTS = re.compile(r"\b(?:it|its|they|them|this|that|these|those|ones?|he|she|both|either|the other)\b")
_GOES_ON = re.compile(r"^\W*(?:and|or|but|so|ok|okay|what about|how about|then)\b")
_LOOKS = re.compile(
    r"\b(?:do|have|did) (?:you|u|ya)\b|\b(?:sell|got any|any|looking for|need|want|something|after|show me|find)\b"
)
_CAN_I = re.compile(r"\b(?:can|could|may|do|should|will|if) (?:i|we|you|u)\b")
_CLOSEST = re.compile(r"what comes closest", re.IGNORECASE)
_SORRY = re.compile(r"\bi'm sorry|\bi don't know|couldn't find|doesn't say", re.IGNORECASE)
_CLIP = 12.0
_NUM_PLAIN = 32
_NUM_AFTER = 6
NUM_TRAITS = len(NAMES) + len(ACTS) + len(KINDS) + _NUM_PLAIN
READ = slice(NUM_TRAITS - _NUM_AFTER - 3, NUM_TRAITS - _NUM_AFTER)
"""Which traits of an answer tell how well its own sentences answer (`read`): the ones that cost most to know."""
_NUM_SENTENCES = 4


@dataclass(frozen=True)
class Scene:
    """What is the same for all ways to take a message."""

    text: str
    words: frozenset[str]
    nearest: str
    """The product that is nearest in meaning; empty without one."""
    traits: NDArray[np.float32]


def scene(text: str, acts: Mapping[str, float], near: Sequence[Hit], state: State, context: Context) -> Scene:
    """`acts` are the head's probabilities for the whole message, `near` the products nearest in meaning."""
    focus = tuple(context.catalogue.products(list(state.focus[:2])))
    low, words = fold(text), frozenset(stems(text)) - _STOP
    closest = context.catalogue.products([hit.product_id for hit in near[:1]])
    likeness = {hit.product_id: hit.similarity for hit in near}
    own = max((likeness.get(product, 0.0) for product in state.focus), default=0.0)
    values = [
        *(acts.get(act, 0.0) for act in ACTS),
        min(len(low.split()), 30) / 10, len(words) / 5, float("?" in text), float(is_yes_no(text)),
        *(float(bool(sign.search(low))) for sign in (_POINTS, _GOES_ON, _LOOKS, _CAN_I)),
        float(state.num_turns == 0), float(bool(focus)), float(len(state.focus) > 1), float(bool(state.search)),
        *(float(state.act == act) for act in ACTS[:16]),
        of_pages(text, context) / 5,
        (of_product(text, focus[0], context) if focus else UNREAD) / 5,
        (of_product(text, closest[0], context) if closest else UNREAD) / 5,
        near[0].similarity if near else 0.0, own, float(bool(near) and near[0].product_id in state.focus),
        float(bool(re.search(r"\d", low))),
    ]  # fmt: skip
    nearest = near[0].product_id if near else ""
    return Scene(text, words, nearest, np.clip(np.array(values, np.float32), -_CLIP, _CLIP))


def of_answer(
    way: str, requests: Sequence[Request], plan: Plan, scene: Scene, state: State, context: Context
) -> NDArray[np.float32]:
    """What the answer looks like that one way to take the message leads to, (NUM_TRAITS,); READ is left at 0."""
    said = [render(sentence, plan)[0] for sentence in plan.core]
    whole = " ".join(said)
    told = frozenset(stems(whole)) - _STOP
    about = context.catalogue.products(list((plan.focus or [])[:2]))
    named = frozenset(s for p in about for s in stems(f"{p.name} {p.category} {p.subcategory}"))
    kinds = [f.kind for fact in plan.facts for f in fact.fields.values()]
    lines = [
        Line(field.text, name if field.kind == "value" else "")
        for fact in plan.facts[:4] for name, field in fact.fields.items() if field.kind in _LINES
    ]  # fmt: skip
    answers = float(scores(scene.text, lines, context.encode).max()) if lines else UNREAD
    agrees = bool(said) and said[0].startswith(("Yes", "No"))
    count = max(1, len(scene.words))
    first = requests[0]
    own = set(plan.focus or ()) & set(state.focus)
    values = [
        *(float(way == name) for name in NAMES),
        *(float(first.act == act) for act in ACTS),
        *(min(kinds.count(kind), 4) / 2 for kind in KINDS),
        float(len(requests) > 1), float(plan.answered), float(plan.clarifying), float(plan.handoff),
        min(len(said), 6) / 3, min(len(whole), 600) / 200, float(bool(_CLOSEST.search(whole))),
        float(bool(_SORRY.search(whole))), float(bool(plan.question)), float(bool(plan.offer)),
        float(bool(about)), float(bool(own)), float(bool(about) and not own), min(len(plan.listed or ()), 4) / 2,
        len(scene.words & told) / count, len(scene.words & named) / count,
        len(scene.words & (told | named)) / count, float(bool(scene.words & named)),
        len(scene.words & frozenset(map(str, first.extra.get("unlinked", ())))) / count,
        answers / 5, float(agrees), float(agrees and is_yes_no(scene.text)),
        float(scene.nearest in (plan.focus or ())), 0.0, 0.0, 0.0,
        float(first.from_context), float(first.group), float(bool(first.wanted)), float(bool(first.limits)),
        min(float(first.extra.get("coverage", 0.0)), 1.0), float(any(w.value is None for w in first.wanted)),
    ]  # fmt: skip
    return np.clip(np.array(values, np.float32), -_CLIP, _CLIP)


def read(plan: Plan, scene: Scene) -> NDArray[np.float32]:
    """How well the sentences of an answer answer: the best, the first, all of them, (3,)."""
    said = [render(sentence, plan)[0] for sentence in plan.core[:_NUM_SENTENCES]]
    found = default_reader().read(scene.text, said, [False] * len(said)) if said else np.array([UNREAD])
    told = np.array([found.max(), found[0], found.mean()], np.float32) / 5
    return np.clip(told, -_CLIP, _CLIP)
