"""How an adapter does in the product itself: made conversations with a shop, answered with it and without it.

The very pipeline asks the model; what it wrote is kept beside what was shown. Knows no training.
"""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.act.plan import Plan
from assistant.adapters import Adapter, InUse
from assistant.config import ModelSettings
from assistant.engine.request import Engine, Tokenizer
from assistant.errors import EngineError
from assistant.speak import Speaker, Turn
from assistant.types import Record
from assistant.wording.notes import as_prompt, notes
from assistant.wording.rewording import Rewording
from assistant.wording.ways import is_bare_quote
from finetune import certainty
from finetune.build import plans
from finetune.claims import wrong
from finetune.config import EvalSettings
from finetune.listening import Listening
from finetune.open_shop import open_shop, shop_name

_ATTEMPTS = 3


@dataclass(frozen=True)
class Asked:
    """One answer to be worded."""

    shop: str
    question: str
    register: str
    plan: Plan


@dataclass
class Result:
    """What came of an answer: the model's text, its sentences by fate, and what the customer saw.

    Of `num_worded` notes that could be worded the model has said `num_own` in words, `num_quoted` that are nothing but
    a quotation, and `num_copied` (of `num_own`) as they stand in the notes.
    """

    shop: str
    question: str
    notes: str
    raw: str
    shown: str
    num_worded: int
    num_own: int
    num_refused: int
    own_words: float
    num_quoted: int = 0
    num_copied: int = 0
    wrong: list[str] = field(default_factory=list)
    ended: bool = True
    seconds: float = 0.0
    tokens: int = 0


def asked(settings: EvalSettings) -> list[Asked]:
    """The answers to be worded: the same for everybody who is compared."""
    out: list[Asked] = []
    for number, source in enumerate(settings.shops):
        with open_shop(source) as db:
            found = list(plans(db, source.conversations, settings.seed + number))
        each = [
            Asked(shop_name(source), q, register, plan) for _, _, q, register, plan in found if as_prompt(notes(plan))
        ]
        out += each[: settings.answers // len(settings.shops)]
    return out


def answer_all(
    engine: Engine, tokenizer: Tokenizer, adapter: Adapter | None, todo: Sequence[Asked], *, guided: bool = False
) -> list[Result]:
    """Word all answers with one engine and adapter; freely, or `guided` by the phrasebook as in service."""
    listening = Listening(engine)
    speaker = Speaker(
        listening, tokenizer, ModelSettings(deadline_s=300.0, patience_s=200.0), InUse(adapter), guided=guided
    )
    return [_one(speaker, listening, tokenizer, adapter, number, each) for number, each in enumerate(todo)]


def _one(
    speaker: Speaker, listening: Listening, tokenizer: Tokenizer, adapter: Adapter | None, number: int, each: Asked
) -> Result:
    turn, seconds = _said(speaker, listening, number, each)
    found = notes(each.plan)
    raw = tokenizer.decode(listening.tokens).strip()
    judge = Rewording(each.plan, found)
    for _ in (*judge.begin(), *judge.feed(raw + " "), *judge.end()):
        pass
    text = " ".join(note.text for note in found)
    in_notes = adapter is not None and adapter.form == "notes"
    return Result(
        shop=each.shop, question=each.question, notes=text, raw=raw, shown=turn.record.reply,
        num_worded=sum(bool(n.entries) for n in found) if in_notes else 1,
        num_own=judge.num_own if in_notes else int(turn.record.own_words > 0),
        num_refused=len(judge.refused) if in_notes else 0,
        num_quoted=judge.num_quoted if in_notes else 0,
        num_copied=sum(n.text in raw for n in found if n.entries and not is_bare_quote(n.text)) if in_notes else 0,
        own_words=turn.record.own_words,
        wrong=beyond(raw, text, each.plan),
        ended=listening.reason == "stop" or not listening.tokens, seconds=seconds, tokens=len(listening.tokens),
    )  # fmt: skip


def _said(speaker: Speaker, listening: Listening, number: int, each: Asked) -> tuple[Turn, float]:
    """The turn and its seconds; asked again when the engine failed, which says nothing of the model."""
    for attempt in range(_ATTEMPTS):
        listening.tokens, listening.reason = [], ""
        began = time.perf_counter()
        turn = Turn(Record(), began)
        for _ in speaker.say(turn, f"evaluate-{number}-{attempt}", each.question, each.plan):
            pass
        if "engine_error" not in turn.record.ms:
            return turn, time.perf_counter() - began
    raise EngineError(
        f"the engine failed {_ATTEMPTS} times at one answer; run `backroom finetune eval` again when the machine has "
        "time, it goes on from there"
    )


def beyond(raw: str, told: str, plan: Plan) -> list[str]:
    """What a model's text states beyond the notes `told`, sentence by sentence."""
    return [why for sentence in sentences(raw) if (why := wrong(sentence, told, plan))]


def sentences(raw: str) -> list[str]:
    """The sentences of a model's text."""
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+", raw) if s.strip()]


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The figures of a set of answers. Shares are of worded notes (`own_first_time`, `notes_copied`) or answers (the
    others). A quotation that the model has said as it stands has no words to be judged and counts as no note."""
    if not results:
        return {"answers": 0}
    words = words_of(results)
    own, worded = (sum(column) for column in zip(*words, strict=True))
    texts = Counter(r.raw for r in results if r.raw)
    copied = sum(r.raw == " ".join(r.notes.split()) for r in results)
    return {
        "answers": len(results),
        "notes": worded,
        "own_first_time": round(certainty.share(words), 4),
        "standard_error": round(certainty.error(words), 4),
        "notes_copied": round(sum(min(r.num_copied, r.num_own) for r in results) / max(1, own), 4),
        "own_words": round(statistics.mean(r.own_words for r in results), 4),
        "answers_all_own": round(sum(r.num_own >= r.num_worded for r in results) / len(results), 4),
        "refused_sentences": sum(r.num_refused for r in results),
        "wrong_before_checking": sum(bool(r.wrong) for r in results),
        "wrong_share": round(sum(bool(r.wrong) for r in results) / len(results), 4),
        "ended": round(sum(r.ended for r in results) / len(results), 4),
        "copied_as_written": round(copied / len(results), 4),
        "distinct": round(len(texts) / max(1, sum(texts.values())), 4),
        "mean_tokens": round(statistics.mean(r.tokens for r in results), 1),
        "tokens_per_s": round(sum(r.tokens for r in results) / max(1e-9, sum(r.seconds for r in results)), 1),
        "seconds_p50": round(statistics.median(r.seconds for r in results), 3),
    }


def words_of(results: Sequence[Result]) -> list[certainty.Words]:
    """Of each answer, how many notes are worded right the first time, and how many there are to be worded."""
    return [(min(r.num_own, r.num_worded), r.num_worded - r.num_quoted) for r in results]


def by_shop(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """The summary of each shop."""
    return {shop: summary([r for r in results if r.shop == shop]) for shop in dict.fromkeys(r.shop for r in results)}


def as_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    return [asdict(result) for result in results]
