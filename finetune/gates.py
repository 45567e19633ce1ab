"""What has to hold before an adapter may be served, each with its figure. Knows how nothing is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finetune.config import GateSettings


@dataclass(frozen=True)
class Gate:
    """One condition: what it is, the figure found, the limit, and whether it holds."""

    name: str
    found: float
    limit: str
    holds: bool


def judge(
    limits: GateSettings,
    parity: Mapping[str, float],
    base: Mapping[str, Any],
    adapter: Mapping[str, Any],
    base_served: Mapping[str, Any],
    served: Mapping[str, Any],
) -> list[Gate]:
    """All gates. `base` and `adapter` are summaries of the same answers, worded freely (see evaluate.summary);
    `base_served` and `served` are theirs in service: the base under its grammar, the adapter by the phrasebook."""
    most_wrong = limits.wrong_ratio * base_served["wrong_share"]
    most_free = limits.wrong_ratio_free * base["wrong_share"]
    gain = adapter["own_first_time"] - base["own_first_time"]
    return [
        Gate("served logits are the trained ones (KL, nats per token)", parity["kl"], f"<= {limits.parity_kl}",
             parity["kl"] <= limits.parity_kl),
        Gate("training changed something (KL against the base)", parity["kl_untrained"], "> 0.01",
             parity["kl_untrained"] > 0.01),
        Gate("greedy tokens on the served type", parity["greedy_same"], f">= {limits.greedy_same}",
             parity["greedy_same"] >= limits.greedy_same),
        Gate("end mark learned", parity["end_learned"], f">= {limits.ends}", parity["end_learned"] >= limits.ends),
        Gate("answers that end by themselves", adapter["ended"], f">= {limits.ends}", adapter["ended"] >= limits.ends),
        Gate("own words passing first time in service, shop unseen in training", served["own_first_time"],
             f">= {limits.own_words}", served["own_first_time"] >= limits.own_words),
        Gate("own words passing first time when free", adapter["own_first_time"], f">= {limits.own_words_free}",
             adapter["own_first_time"] >= limits.own_words_free),
        Gate("wrong statements before checking in service", served["wrong_share"],
             f"<= {limits.wrong_ratio} x base ({most_wrong:.4f})", served["wrong_share"] <= most_wrong),
        Gate("more own words than the base", gain, f"> {limits.own_words_gain}", gain > limits.own_words_gain),
        Gate("wrong statements before checking, free", adapter["wrong_share"],
             f"<= {limits.wrong_ratio_free} x base ({most_free:.4f})", adapter["wrong_share"] <= most_free),
    ]  # fmt: skip
