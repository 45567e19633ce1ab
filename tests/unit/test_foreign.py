"""Messages that aren't in English get a polite answer in their language; English ones never do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.act.context import Context
from assistant.act.foreign import foreign
from assistant.act.plan import Plan
from assistant.understand.languages import LANGUAGES, detect
from assistant.understand.vocabulary import english_words

CASES = Path(__file__).parents[1] / "bench" / "truth"


def told(text: str, shop_words: frozenset[str] = frozenset()) -> str | None:
    english = english_words()
    return detect(text, lambda w: w in english, lambda w: w in shop_words)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wo ist mein Paket?", "de"),
        ("Haben Sie die Schuhe in 42?", "de"),
        ("combien coûte la bouilloire", "fr"),
        ("Hola, ¿cuánto cuesta la chaqueta azul?", "es"),
        ("hola", "es"),
        ("dove si trova il mio ordine", "it"),
        ("ik wil mijn bestelling annuleren", "nl"),
        ("gdzie jest moja paczka", "pl"),
        ("где мой заказ", "ru"),
        ("我的订单在哪里", "zh"),
        ("注文はどこですか", "ja"),
        ("siparişim nerede", "tr"),
        ("avete scarpe taglia 42", "it"),
        ("el gris por favor", "es"),
    ],
)
def test_another_language_is_told(text: str, language: str) -> None:
    assert told(text) == language


def test_english_is_never_taken_for_another_language() -> None:
    turns = [
        turn["say"]
        for file in sorted(CASES.glob("cases_*_dev.jsonl"))
        for line in file.read_text("utf-8").splitlines()
        for turn in json.loads(line)["turns"]
    ]
    assert len(turns) > 300
    assert [t for t in turns if told(t)] == []
    for text in ("hi", "ok", "42", "pls", "do u hav squall jaket", "Bodø Wool Beanie", "crêpe pan price", "W123?"):
        assert told(text) is None


@pytest.mark.parametrize(
    "text",
    ["heya do u do babygrows", "do u do dummys", "any jimjams", "1tb ones uder 1500?", "how mny cpus",
     "do u dlvr 2 irlnd", "wots a derailleur hanger", "shimano deore chain", "is da dash a mens"],
)  # fmt: skip
def test_hurried_english_is_no_other_language(text: str) -> None:
    assert told(text) is None


def test_the_shops_own_words_tell_no_language() -> None:
    assert told("Wandern Schuhe Berge?", frozenset({"wandern", "schuhe", "berge"})) is None


def test_the_answer_is_in_the_language_where_a_sentence_is_prepared() -> None:
    context = Context(None, None, None, {"name": "Larch"}, "en", None, None)  # type: ignore[arg-type]
    said = {}
    for language in LANGUAGES:
        plan = Plan()
        foreign(language, context, plan)
        said[language] = plan.core[0]
        assert "Larch" in plan.core[0] and "human" in plan.core[0] and not plan.answered
    assert "nur Englisch" in said["de"] and len(set(said.values())) >= 16
