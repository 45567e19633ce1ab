"""The first stage: everything that is to be learnt, checked, de-duplicated, split and tokenised, with a card.

    OUT/data/train.jsonl dev.jsonl test.jsonl    examples (see finetune.example)
    OUT/data/tokens.safetensors                  the same as token ids, by the base's own tokenizer and template
    OUT/data/card.md  manifest.json              counts, sources, licences; hashes (written last)

Splits are by conversation; made dialogues, and questions with evidence, also by product: what one split talks about, no
other does. Knows no torch.
"""

from __future__ import annotations

import collections
import hashlib
import json
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from assistant.engine.request import Tokenizer
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.errors import UsageError
from assistant.models import resolve
from assistant.wording.phrasebook import default_phrasebook
from finetune.besides import besides
from finetune.collect import Refused, collect, consents
from finetune.config import DataSettings, RunSettings
from finetune.contents import contents
from finetune.example import Example, write
from finetune.pack import Tokens
from finetune.token_file import write_tokens

Progress = Callable[[str], None]
SPLITS = ("train", "dev", "test")


def make_data(settings: RunSettings, out: Path, progress: Progress = print) -> dict[str, Any]:
    """Make the data of a run in `out`/data and return its manifest; what is there already and fits is left as it is."""
    folder = out / "data"
    wanted = _digest(settings)
    manifest_file = folder / "manifest.json"
    if manifest_file.is_file():
        manifest: dict[str, Any] = json.loads(manifest_file.read_text("utf-8"))
        if manifest.get("settings") == wanted and _is_whole(folder, manifest):
            progress(f"data: {manifest['counts']} are there already")
            return manifest
    examples, refused = collect(settings.data, folder, progress)
    kept, num_near = without_near_duplicates(examples, settings.data.near, settings.data.max_near)
    kept, num_common = without_too_common(kept, settings.data.max_same_notes, settings.data.seed)
    tokenizer = LlamaTokenizer(resolve(settings.base).path)
    kept, tokenised = _fitting(kept, tokenizer, settings.train.row_tokens, refused, progress)
    splits = split(kept, settings.data)
    _enough(splits)
    for name in SPLITS:
        write(folder / f"{name}.jsonl", splits[name])
    tokens = {name: [tokenised[e.id] for e in splits[name]] for name in ("train", "dev")}
    if settings.data.keep:
        tokens["keep"] = besides(resolve(settings.base).path, settings.data.keep, settings.data.seed)
        progress(f"data: {len(tokens['keep'])} answers of the base itself to what has nothing to do with shops")
    write_tokens(folder / "tokens.safetensors", tokens)
    counts = {name: len(splits[name]) for name in SPLITS}
    manifest = {
        "settings": wanted,
        "counts": counts,
        "refused": refused.counts,
        "refused_first": refused.first,
        "near_duplicates_left_out": num_near,
        "too_common_left_out": num_common,
        "sha256": {f"{n}.jsonl": _file_hash(folder / f"{n}.jsonl") for n in SPLITS},
        "phrasebook_sha256": default_phrasebook().digest,
        "template_sha256": template_hash(tokenizer),
        "sources": _sources(kept),
        "consent": consents(settings.data),
        "answers_of_the_base": len(tokens.get("keep", [])),
    }
    (folder / "card.md").write_text(_card(manifest, splits, settings.data.whose_words()), "utf-8")
    manifest_file.write_text(json.dumps(manifest, indent=1), "utf-8")
    progress(f"data: {counts}, {num_near} near duplicates left out, {sum(refused.counts.values())} refused")
    return manifest


def _fitting(
    examples: Sequence[Example], tokenizer: Tokenizer, most: int, refused: Refused, progress: Progress
) -> tuple[list[Example], dict[str, Tokens]]:
    """The examples that fit into a row of training, and all of them as token ids; of the others the first is named."""
    tokenised = {example.id: tokenise(example, tokenizer) for example in examples}
    kept = [e for e in examples if len(tokenised[e.id].prompt) + len(tokenised[e.id].reply) <= most]
    if left_out := sorted(tokenised.keys() - {e.id for e in kept}):
        why = f"longer than a row of training ([train] row_tokens = {most})"
        for each in left_out:
            refused.add(each, why)
        progress(f"data: {len(left_out)} refused, the first at {left_out[0]}: {why}")
    return kept, tokenised


def _enough(splits: dict[str, list[Example]]) -> None:
    """Raises UsageError when there is nothing to train on, or nothing that could be held back to judge by."""
    found = sum(map(len, splits.values()))
    if not found:
        raise UsageError("the data: there is nothing to learn from; see above what was refused, and why")
    if not splits["train"] or not splits["test"]:
        raise UsageError(
            f"the data: all {found} examples hang together by conversation or product, so that none can be held back "
            "to judge by; add conversations about other products"
        )


def _is_whole(folder: Path, manifest: dict[str, Any]) -> bool:
    """Whether the files are those of the manifest: erasing somebody takes lines out, and tokens have to follow."""
    files = [folder / f"{name}.jsonl" for name in SPLITS]
    return (folder / "tokens.safetensors").is_file() and all(
        file.is_file() and _file_hash(file) == manifest["sha256"][file.name] for file in files
    )


def tokenise(example: Example, tokenizer: Tokenizer) -> Tokens:
    """An example as the runtime would ask it; the reply up to the template's end mark, which is learnt too."""
    messages = example.messages()
    prompt = tokenizer.chat(messages[:-1], generation_prompt=True)
    whole = tokenizer.chat(messages, generation_prompt=False)
    if whole[: len(prompt)] != prompt:
        raise UsageError("the base's chat template writes an answer otherwise than it asks for one; use another base")
    reply = whole[len(prompt) :]
    end = next((place for place, token in enumerate(reply) if token in tokenizer.eos_tokens), None)
    if end is None:
        raise UsageError("the base's chat template has no end mark after an answer; use another base")
    return Tokens(tuple(prompt), tuple(reply[: end + 1]))


def template_hash(tokenizer: Tokenizer) -> str:
    """The sha256 of the token ids of a fixed exchange in the runtime's prompt and the base's template."""
    example = Example("", "", "", "Is it there?", "The {1.item} costs {1.price}.", "It's {1.price}.")
    return hashlib.sha256(json.dumps(tokenizer.chat(example.messages(), generation_prompt=False)).encode()).hexdigest()


def without_near_duplicates(examples: Sequence[Example], near: float, most: int) -> tuple[list[Example], int]:
    """The examples without those of which `most` others are nearly the same (Jaccard similarity of word triples of
    question and reply at least `near`, estimated by MinHash), and how many were left out."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=near, num_perm=64)
    kept: list[Example] = []
    for example in examples:
        words = f"{example.question} | {example.reply}".lower().split()
        mark = MinHash(num_perm=64)
        mark.update_batch([" ".join(words[i : i + 3]).encode() for i in range(max(1, len(words) - 2))])
        if len(index.query(mark)) >= most:
            continue
        index.insert(example.id, mark)
        kept.append(example)
    return kept, len(examples) - len(kept)


def without_too_common(examples: Sequence[Example], most: int, seed: int) -> tuple[list[Example], int]:
    """At most `most` examples (0: all) for the same notes, by whole prompts, and how many were left out: what every
    second customer asks is soon learnt, and would crowd out the lists of several products."""
    prompts: dict[tuple[str, str], list[Example]] = {}
    for example in examples:
        prompts.setdefault((example.notes, example.question), []).append(example)
    order = list(prompts)
    random.Random(seed).shuffle(order)
    used: collections.Counter[str] = collections.Counter()
    kept: set[str] = set()
    for notes, question in order:
        same = prompts[notes, question]
        if most and used[notes] + len(same) > most:
            continue
        used[notes] += len(same)
        kept.update(example.id for example in same)
    return [e for e in examples if e.id in kept], len(examples) - len(kept)


def split(examples: Sequence[Example], settings: DataSettings) -> dict[str, list[Example]]:
    """The examples by split. Conversations that share a product stay together, as does each conversation. What hangs
    together with more than twice as much as is wanted is trained on; if all does, the least of it is the test."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for example in examples:
        if not example.product.endswith("/"):
            parent[root(f"g:{example.group}")] = root(f"p:{example.product}")
    clusters = sorted({root(f"g:{e.group}") for e in examples})
    random.Random(settings.seed).shuffle(clusters)
    sizes = collections.Counter(root(f"g:{e.group}") for e in examples)
    wanted = {"test": settings.test * len(examples), "dev": settings.dev * len(examples)}
    most = {name: 2 * number for name, number in wanted.items()}
    chosen: dict[str, str] = {}
    for cluster in clusters:
        name = next((n for n, left in wanted.items() if left > 0 and sizes[cluster] <= most[n]), "train")
        chosen[cluster] = name
        if name in wanted:
            wanted[name] -= sizes[cluster]
    if "test" not in chosen.values() and len(clusters) > 1 and settings.test > 0:
        chosen[min(clusters, key=sizes.__getitem__)] = "test"
    out: dict[str, list[Example]] = {name: [] for name in SPLITS}
    for example in examples:
        out[chosen[root(f"g:{example.group}")]].append(example)
    return out


def _sources(examples: Iterable[Example]) -> dict[str, Any]:
    counts = collections.Counter((e.origin, e.licence) for e in examples)
    return {origin: {"licence": licence, "examples": number} for (origin, licence), number in sorted(counts.items())}


def _digest(settings: RunSettings) -> str:
    """By which data is known to be made already: by the settings, and by what their sources hold now."""
    moods = [settings.data.moods] if settings.data.moods else []  # so that data without any is still known as made
    held = contents(settings.data)
    text = json.dumps([settings.base, repr(settings.data), default_phrasebook().digest, *moods, *held])
    return hashlib.sha256(text.encode()).hexdigest()


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _card(manifest: dict[str, Any], splits: dict[str, list[Example]], whose_words: str) -> str:
    registers = collections.Counter(e.register or "plain" for e in splits["train"])
    moods = collections.Counter(e.mood for e in splits["train"] if e.mood)
    lines = [
        "# The training data", "",
        "Customers' questions to shops, what the runtime's code answers (notes with placeholders), the reply to learn.",
        f"Facts are placeholders. It is learnt from: {whose_words}.", "",
        "| split | examples |", "|---|---|", *(f"| {n} | {c} |" for n, c in manifest["counts"].items()), "",
        "| source | licence | examples |", "|---|---|---|",
        *(f"| {o} | {s['licence']} | {s['examples']} |" for o, s in manifest["sources"].items()), "",
        "| people in it | what they have agreed to |", "|---|---|",
        *(f"| {source} | {consent} |" for source, consent in manifest["consent"].items()), "",
        f"Customers write: {', '.join(f'{k} {v}' for k, v in registers.items())} (c casual, f formal).",
        *([f"They feel: {', '.join(f'{k} {v}' for k, v in sorted(moods.items()))}."] if moods else []),
        f"Left out: {manifest['near_duplicates_left_out']} near duplicates, {manifest['too_common_left_out']} with the "
        f"same notes as many others; refused: {manifest['refused'] or 'none'}.",
        f"Held to {manifest['answers_of_the_base']} of the base's own answers to what has nothing to do with shops.",
        f"Phrasebook sha256 {manifest['phrasebook_sha256'][:16]}.", "",
    ]  # fmt: skip
    return "\n".join(lines)
