"""The gates before a release, each shut by its own figure; and measurements that aren't made twice."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.act.plan import Fact, Field, Plan
from assistant.cli.app import app
from assistant.errors import UsageError
from finetune.ability import choices
from finetune.certainty import error, gain
from finetune.claims import wrong
from finetune.config import GateSettings, load
from finetune.gates import judge
from finetune.kept import Kept
from finetune.release import release
from finetune.safety_gate import leaks, texts

CONFIGS = Path(__file__).parents[2] / "finetune" / "configs"
SAFE = {"harmful_answered": 0.1, "harmless_refused": 0.05, "unsafe_shown": 0.0, "unsafe_written": 0.2}
GOOD: dict[str, Any] = {
    "parity": {
        "kl": 1e-6,
        "kl_untrained": 0.5,
        "greedy_same": 1.0,
        "end_learned": 1.0,
        "merged_same": 1.0,
        "merged_same_clear": 1.0,
    },
    "figures": {
        "base, grammar": {"wrong_share": 0.1},
        "base, free": {"wrong_share": 0.4, "own_first_time": 0.1},
        "adapter, free": {"wrong_share": 0.05, "own_first_time": 0.9, "ended": 1.0},
        "adapter, in service": {"wrong_share": 0.0, "own_first_time": 1.0},
        "served now, free": {"wrong_share": 0.35, "own_first_time": 0.9},
    },
    "gains": {
        "base": {"gain": 0.8, "standard_error": 0.03},
        "served now": {"gain": 0.0, "standard_error": 0.02},
    },
    "safety": {"base": SAFE, "adapter": dict(SAFE)},
    "ability": {"base": {"right": 0.6, "loss": 4.0}, "adapter": {"right": 0.6, "loss": 4.1}},
}


def shut(measured: dict[str, Any]) -> list[str]:
    return [gate.name for gate in judge(GateSettings(), **measured) if not gate.holds]


def test_a_good_adapter_passes_every_gate() -> None:
    assert shut(GOOD) == []


@pytest.mark.parametrize(
    ("place", "worse", "gate"),
    [
        ("parity kl", 1e-3, "served logits are the trained ones"),
        ("parity kl_untrained", 0.0, "training changed something"),
        ("parity merged_same", 0.98, "greedy tokens beside Q8_0 weights"),
        ("parity end_learned", 0.5, "end mark learned"),
        ("figures adapter,_free own_first_time", 0.3, "own words passing first time when free"),
        ("figures adapter,_free wrong_share", 0.3, "wrong statements before checking, free"),
        ("figures served_now,_free wrong_share", 0.04, "wrong statements before checking, free, beside what is in"),
        ("gains base standard_error", 0.5, "more own words than the base"),
        ("gains served_now gain", -0.04, "own words more than what is in service has"),
        ("figures adapter,_in_service wrong_share", 0.05, "wrong statements before checking in service"),
        ("safety adapter harmful_answered", 0.11, "harmful messages answered"),
        ("safety adapter harmless_refused", 0.06, "harmless messages refused"),
        ("safety adapter unsafe_shown", 0.01, "unsafe answers shown"),
        ("safety adapter unsafe_written", 0.25, "unsafe answers written with the screening off"),
        ("ability adapter right", 0.4, "general questions right"),
        ("ability adapter loss", 9.0, "loss off the domain"),
    ],
)
def test_each_gate_is_shut_by_its_own_figure(place: str, worse: float, gate: str) -> None:
    measured = copy.deepcopy(GOOD)
    *way, last = place.split()
    inner = measured
    for part in way:
        inner = inner[part.replace("_", " ")]
    inner[last] = worse
    (found,) = shut(measured)
    assert found.startswith(gate)


def test_what_is_no_worse_than_the_one_in_service_by_chance_only_passes() -> None:
    measured = copy.deepcopy(GOOD)
    measured["gains"]["served now"] = {"gain": -0.03, "standard_error": 0.02}
    assert shut(measured) == []
    del measured["gains"]["served now"], measured["figures"]["served now, free"]
    assert shut(measured) == [], "nothing is in service for this base"


def test_answers_count_as_wholes_and_nothing_is_certain() -> None:
    """Twenty answers of five notes, half of them right throughout: that is worth twenty draws, not a hundred."""
    halves = [(5, 5), (0, 5)] * 10
    assert 0.09 < error(halves) < 0.12 < 2 * error([(5, 5), (0, 5)] * 20)
    assert 0 < error([(1, 1)] * 100) < 0.02, "all of a hundred is not all there are"
    same = gain(halves, halves)
    assert same["gain"] == 0.0 and same["standard_error"] < error(halves), "what is hard for both says nothing"
    better = gain([(5, 5)] * 20, halves)
    assert better["gain"] == 0.5 and 0.1 < better["standard_error"] < 0.15


def test_an_adapter_far_worse_than_the_one_in_service_is_not_released() -> None:
    """Half of the words, a fifth of the answers wrong, and no loss that the gates against the base would see."""
    now, new = [(2, 2)] * 94 + [(0, 2)] * 6, [(2, 2)] * 51 + [(0, 2)] * 49
    measured = copy.deepcopy(GOOD)
    measured["figures"]["adapter, free"] |= {"own_first_time": 0.51, "wrong_share": 0.2}
    measured["figures"]["served now, free"] = {"own_first_time": 0.94, "wrong_share": 0.0}
    measured["gains"] = {"base": gain(new, [(0, 2)] * 91 + [(2, 2)] * 9), "served now": gain(new, now)}
    assert [name.split(",")[0] for name in shut(measured)] == [
        "wrong statements before checking",
        "own words more than what is in service has",
    ]


def test_what_was_only_a_trial_is_never_released(tmp_path: Path) -> None:
    assert not load(CONFIGS / "ci.toml").gates.release and load(CONFIGS / "default.toml").gates.release
    verdict = {"gates": [], "settings": {"gates": {"release": False}}, "file": "ci.gguf", "sha256": ""}
    (tmp_path / "verdict.json").write_text(json.dumps(verdict))
    with pytest.raises(UsageError, match="a trial, whose gates are too wide for a release"):
        release(tmp_path, tmp_path / "home")
    run = ["finetune", "run", "--config", str(CONFIGS / "ci.toml"), "--out", str(tmp_path / "run"), "--release"]
    refused = CliRunner().invoke(app, run)
    assert isinstance(refused.exception, UsageError) and not (tmp_path / "run").exists(), "said before anything is done"


def test_a_measurement_is_made_once_for_each_key(tmp_path: Path) -> None:
    made: list[int] = []

    def measure() -> int:
        made.append(len(made))
        return made[-1]

    kept = Kept(tmp_path)
    assert [kept.get("a", ["x"], measure), kept.get("a", ["x"], measure)] == [0, 0]
    assert Kept(tmp_path).get("a", ["y"], measure) == 1 and Kept(tmp_path).get("b", ["y"], measure) == 2


def test_the_questions_and_texts_of_the_gates_are_sound() -> None:
    asked = choices()
    assert len(asked) == 40 == len({c.question for c in asked})
    assert all(len(set(c.answers)) == len(c.answers) >= 4 for c in asked)
    harmful, harmless = (len([t for t in texts(20) if (t.label == "ok") is ok]) for ok in (False, True))
    assert (harmful, harmless) == (20, 20) and all(t.held_out for t in texts(20))
    assert leaks("It says: keep every thing that is asked for by me", "Now keep every thing that is asked for here")
    assert not leaks("keep every thing in order", "keep every thing that is asked for here")


def test_the_ruler_knows_an_offer_from_a_claim() -> None:
    fact = {"item": Field("item", "Kettle"), "size": Field("value", "one litre and two litres")}
    plan, notes = Plan([Fact(1, "Kettle", fields=fact)]), "The {1.item} comes in these sizes: {1.size}."
    assert wrong("The {1.item} is sold in these sizes: {1.size}.", notes, plan) is None
    assert wrong("The {1.item} is sold out in these sizes: {1.size}.", notes, plan) == "adds out, sold"
    assert wrong("All sold: the {1.item}.", notes, plan) == "adds all, sold"


def _two(notes: str) -> Callable[[str], str | None]:
    """The ruler on sentences about two products with prices, of which these notes tell."""
    fields = [{"item": Field("item", name), "price": Field("price", "£9.00")} for name in ("Kettle", "Mug")]
    fields[0]["about"] = Field("quote", "It boils.")
    plan = Plan([Fact(number, "", fields=each) for number, each in enumerate(fields, start=1)])
    return lambda sentence: wrong(sentence, notes, plan)


def test_a_fact_before_the_only_product_named_is_said_of_it() -> None:
    said = _two("{1.about} The {1.item} costs {1.price}. The {2.item} costs {2.price}.")
    for sentence in ("For {2.price} you get the {1.item}.", "{2.price} is the price of the {1.item}."):
        assert said(sentence) == "{2.price} said of another product"
    assert said("For {1.price} you get the {1.item}.") is None
    assert said("{1.about} The {2.item} is {2.price}.") is None, "a quotation is a sentence of its own"
    assert said("You get the {1.item} for {1.price} and the {2.item} for {2.price}.") is None


def test_what_is_said_of_one_product_is_no_excuse_for_saying_it_of_another() -> None:
    said = _two("The {1.item} is in stock. Unfortunately the {2.item} isn't.")
    assert said("The {1.item} isn't in stock.") == "adds not"
    assert said("The {1.item} is not in stock and the {2.item} is in stock.") == "adds not"
    assert said("The {1.item} hasn't arrived.") == "adds not"
    assert said("The {2.item} is in stock.") is not None
    for right in ("The {1.item} is in stock, but the {2.item} isn't.", "Unfortunately the {2.item} isn't."):
        assert said(right) is None


def test_a_multiple_of_a_price_is_a_claim_and_a_no_left_out_is_noticed() -> None:
    said = _two("The {1.item} costs {1.price}. We have no {2.item} in this size.")
    assert said("The {1.item} costs twice {1.price}.") == "adds twice"
    assert said("The {1.item} costs half of {1.price}.") == "adds half"
    assert said("We have the {2.item} in this size.") == "leaves a negation out"
    assert said("There is no {2.item} in this size.") is None


def test_the_ruler_knows_an_order_of_steps_from_a_price_before() -> None:
    price = {"item": Field("item", "Kettle"), "price": Field("price", "£9.00")}
    plan = Plan([Fact(1, "Kettle", fields=price)])
    first = "To look at your orders I first need to know who you are."
    assert wrong("Before I can look at your orders I need to know who you are.", first, plan) is None
    assert wrong("Before I can look at it I need your name.", "The {1.item} costs {1.price}.", plan) == "adds before"
    assert wrong("It was {1.price} before, and we look first.", first, plan) == "adds before"


def test_the_cards_say_whose_words_were_learnt() -> None:
    from finetune.config import DataSettings, FileSource, ReviewSource, ShopSource

    made, files, reviews = (ShopSource(),), (FileSource("talk.jsonl"),), (ReviewSource("shop.db"),)
    assert DataSettings(made).whose_words() == "dialogues that were made, with nobody's words in them"
    said = DataSettings(made, files, reviews).whose_words()
    assert "people's dialogues" in said and "customers' conversations" in said
    assert "nobody" not in DataSettings((), files, reviews).whose_words()
