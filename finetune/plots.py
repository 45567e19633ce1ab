"""The pictures of a run: its losses by step, and how the adapter came along. Knows no report and no measuring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def curves(path: Path, state: Mapping[str, Any]) -> None:
    """The losses by step as a PNG."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(7, 3.5), dpi=110)
    axes.plot(*zip(*state["losses"], strict=True), label="training", linewidth=0.8)
    if state["held_out"]:
        axes.plot(*zip(*state["held_out"], strict=True), label="held out", marker="o", markersize=3)
    axes.set_xlabel("step")
    axes.set_ylabel("loss per supervised token")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def came_along(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Own words, wrong answers and losses by step as a PNG; `rows` as finetune.along gives them."""
    of_run = [row for row in rows if row["steps"] is not None]
    steps = [row["steps"] for row in of_run]
    pyplot = _pyplot()
    figure, (shares, losses) = pyplot.subplots(1, 2, figsize=(9, 3.5), dpi=110)
    shares.errorbar(
        steps, [r["own_first_time"] for r in of_run], [r["standard_error"] for r in of_run],
        label="own words passing, free", marker="o", markersize=3, capsize=2,
    )  # fmt: skip
    shares.plot(
        steps, [r["wrong_before_checking"] / max(1, r["answers"]) for r in of_run],
        label="answers with a wrong statement", marker="o", markersize=3,
    )  # fmt: skip
    losses.plot(steps, [r["loss_in_domain"] for r in of_run], label="in the domain", marker="o", markersize=3)
    losses.plot(steps, [r["loss"] for r in of_run], label="off it", marker="o", markersize=3)
    shares.set_ylim(-0.02, 1.02)
    shares.set_ylabel("share")
    losses.set_ylabel("loss per token (nats)")
    for axes in (shares, losses):
        axes.set_xlabel("step")
        axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot
