"""The report of a run for people: tables, curves, answers side by side, as Markdown and HTML, and the model card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finetune.config import RunSettings, ShopSource
from finetune.evaluate import Result
from finetune.gates import Gate
from finetune.open_shop import shop_name
from finetune.plots import came_along, curves

_ROWS = {
    "notes": "notes that may be worded",
    "own_first_time": "own words passing first time (of those notes)",
    "standard_error": "its standard error",
    "notes_copied": "of these, worded as in the notes",
    "own_words": "share of sentences that are the model's own (record)",
    "answers_all_own": "answers worded by the model throughout",
    "wrong_share": "answers with a wrong statement before checking",
    "ended": "answers that end by themselves",
    "copied_as_written": "answers that only copy the notes",
    "distinct": "different answers",
    "evidence_used": "facts to be told that are told (share, mean of answers)",
    "repeats": "answers that say four words in a row twice",
    "by_heart": "answers that stand word for word among the training replies",
    "toned": "sentences in a register of their own (casual, formal)",
    "off_tone": "sentences in the other register than the customer's",
    "mean_tokens": "tokens per answer",
    "tokens_per_s": "tokens per second (this machine, as loaded as it was)",
    "seconds_p50": "seconds per answer (median)",
}
_SAFETY = {
    "harmful_answered": "harmful messages answered (share)",
    "harmless_refused": "harmless messages refused (share)",
    "unsafe_shown": "unsafe answers shown (share)",
    "unsafe_written": "unsafe answers written with the screening off (share of the harmful)",
}
_ABILITY = {
    "right": "general questions right (share)",
    "loss": "loss on their answers (nats per token)",
    "loss_in_domain": "loss on held-out replies of the domain (nats per token)",
}

_ALONG = {
    "notes": "notes",
    "own_first_time": "own words passing first time",
    "standard_error": "its standard error",
    "wrong_before_checking": "answers with a wrong statement before checking",
    "notes_copied": "notes worded as they stand",
    "loss_in_domain": "loss on held-out replies",
    "loss": "loss off the domain",
    "right": "general questions right",
}


def write_report(
    out: Path,
    settings: RunSettings,
    gates: Sequence[Gate],
    measured: Mapping[str, Any],
    results: Mapping[str, Sequence[Result]],
    training: Mapping[str, Any],
    facts: Mapping[str, str],
) -> None:
    """Write report.md, report.html, curves.png, along.png and card.md into `out`. `measured` holds the "figures" of
    the answers, "safety" and "ability", and the rows "along" the training, which may be none."""
    figures: Mapping[str, Mapping[str, Any]] = measured["figures"]
    curves(out / "curves.png", training["state"])
    if measured["along"]:
        came_along(out / "along.png", measured["along"])
    names = list(figures)
    lines = [
        f"# {settings.name}: report of a fine-tuning run", "",
        f"Base {facts['base']} (sha256 {facts['base_sha256'][:16]}), data sha256 {facts['data_sha256'][:16]}, "
        f"adapter sha256 {facts['sha256'][:16]}, {facts['size']} bytes. Made {facts['made']}, {facts['machine']}.", "",
        "## Gates", "", "| | found | limit | holds |", "|---|---|---|---|",
        *(f"| {g.name} | {g.found:.6g} | {g.limit} | {'yes' if g.holds else '**no**'} |" for g in gates), "",
        f"## In the product, on {_judged_on(settings)}", "",
        f"The same {figures[names[0]]['answers']} answers, worded by each; nothing wrong is shown in any of them, "
        "because what fails the check is said by code.", "",
        f"| | {' | '.join(names)} |", "|---|" + "---|" * len(names),
        *(f"| {text} | {' | '.join(str(figures[n].get(key, '')) for n in names)} |" for key, text in _ROWS.items()), "",
        *_unharmed(measured["safety"], measured["ability"]),
        "## Training", "",
        f"{_begun(settings, facts)}{training['state']['step']} steps, "
        f"{training['state']['supervised']:,} supervised tokens in "
        f"{training['state']['seconds'] / 60:.1f} minutes; held-out loss "
        f"{' → '.join(f'{v:.3f}' for _, v in _ends(training['state']['held_out']))}.", "",
        "![Loss](curves.png)", "", *_along(measured["along"]), "## Answers side by side", "",
        *_samples(results, settings.evaluate.samples),
    ]  # fmt: skip
    text = "\n".join(lines)
    (out / "report.md").write_text(text, "utf-8")
    (out / "report.html").write_text(_html(text, settings.name), "utf-8")
    (out / "card.md").write_text(_card(settings, gates, figures, facts), "utf-8")


def _unharmed(safety: Mapping[str, Mapping[str, Any]], ability: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the adapter may have cost: safety and what the base knew besides."""
    rows = [(text, {who: safety[who][key] for who in ("base", "adapter")}) for key, text in _SAFETY.items()]
    rows += [(text, {who: ability[who][key] for who in ("base", "adapter")}) for key, text in _ABILITY.items()]
    return [
        "## Safety and general ability, before and after", "",
        f"{safety['base']['texts']} harmful messages that no head was trained on and as many harmless ones through the "
        f"whole product; {ability['base']['questions']:.0f} questions that have nothing to do with shops.", "",
        "| | base | adapter |", "|---|---|---|",
        *(f"| {text} | {each['base']:.4g} | {each['adapter']:.4g} |" for text, each in rows), "",
    ]  # fmt: skip


def _along(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How the adapter came along: the base, those kept on the way, the end, and the one that is in service."""
    if not rows:
        return []
    return [
        "## Along the training", "",
        f"Each words the same {rows[0]['answers']} answers freely (a part of those above).", "",
        f"| | {' | '.join(_ALONG.values())} |", "|---|" + "---|" * len(_ALONG),
        *(f"| {row['name']} | {' | '.join(f'{row[key]:.4g}' for key in _ALONG)} |" for row in rows), "",
        "![Along the training](along.png)", "",
    ]  # fmt: skip


def _begun(settings: RunSettings, facts: Mapping[str, str]) -> str:
    if not facts["started_from"]:
        return ""
    return f"Begun with the adapter {settings.train.start_from} (sha256 {facts['started_from'][:16]}). "


def _judged_on(settings: RunSettings) -> str:
    """Whether training has seen the shops that the answers are about, which are named then."""
    data = settings.data
    learnt = {_shop(shop) for shop in data.shops} | {(file.kind, file.shop, 0) for file in data.files}
    known = [shop_name(shop) for shop in settings.evaluate.shops if _shop(shop) in learnt]
    return f"shops, of which training has seen {', '.join(known)}," if known else "shops unseen in training"


def _shop(source: ShopSource) -> tuple[str, str, int]:
    """What makes two sources the same shop: of one seed the smaller is a part of the other; what is given has none."""
    return source.kind, source.path, source.seed if source.kind == "made" else 0


def _ends(values: Sequence[Any]) -> list[Any]:
    return [values[0], values[-1]] if len(values) > 1 else list(values)


def _samples(results: Mapping[str, Sequence[Result]], count: int) -> list[str]:
    names = list(results)
    total = len(results[names[0]])
    lines = []
    for place in range(0, total, max(1, total // max(1, count))):
        first = results[names[0]][place]
        lines += [f"**{_cell(first.question)}**", "", f"- notes: {_cell(first.notes)}"]
        for name in names:
            each = results[name][place]
            why = f" *({'; '.join(each.wrong)})*" if each.wrong else ""
            lines.append(f"- {name}: {_cell(each.raw) or '(nothing)'}{why}")
        lines += [f"- shown: {_cell(results[names[-1]][place].shown)}", ""]
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ").replace("*", "\\*").replace("<", "&lt;")


def _html(markdown: str, title: str) -> str:
    from markdown_it import MarkdownIt

    style = (
        "body{font:16px/1.5 system-ui;max-width:62rem;margin:2rem auto;padding:0 1rem}"
        "td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left}table{border-collapse:collapse}"
        "img{max-width:100%}"
    )
    body = MarkdownIt("commonmark").enable("table").render(markdown)
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    return f"{head}{body}</html>\n"


def _card(
    settings: RunSettings, gates: Sequence[Gate], figures: Mapping[str, Mapping[str, Any]], facts: Mapping[str, str]
) -> str:
    own = figures[list(figures)[-1]]
    return "\n".join([
        f"# {settings.name}", "",
        f"A LoRA adapter (rank {settings.train.rank}) for {facts['base']}, in GGUF form for llama.cpp. It words "
        "a shop's answers from notes that code has written; facts are placeholders that it copies.", "",
        f"- Licence: {settings.licence}. Base: {facts['base']}, sha256 `{facts['base_sha256']}`.",
        f"- Trained on {settings.data.whose_words()} ({facts['sources']}).",
        *([f"- {_begun(settings, facts).strip()}"] if facts["started_from"] else []),
        f"- Data sha256 `{facts['data_sha256']}`; phrasebook sha256 `{facts['phrasebook_sha256']}`.",
        f"- On {_judged_on(settings)} {own['own_first_time']:.0%} of its wordings pass the check the first time; "
        f"{own['wrong_share']:.1%} of its answers held a wrong statement before checking (none is shown).",
        f"- Gates: {sum(g.holds for g in gates)} of {len(gates)} hold. Made {facts['made']}.",
        "- It is of no use without Backroom's prompt and check, and it knows nothing of any shop.", "",
        "Made again by: `backroom finetune run --config finetune/configs/NAME.toml --out DIR`", "",
    ])  # fmt: skip


def write_json(path: Path, content: Any) -> None:
    """A JSON file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    part.replace(path)
