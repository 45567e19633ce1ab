"""The first stage: everything that is to be learnt, checked, de-duplicated, split and tokenised, with a card.

    OUT/data/train.jsonl dev.jsonl test.jsonl    examples (see finetune.example)
    OUT/data/tokens.safetensors                  the same as token ids, by the base's own tokenizer and template
    OUT/data/card.md  manifest.json              counts, sources, licences; hashes (written last)

Splits are by conversation and by product: what one split talks about, no other does. Knows no torch.
"""

from __future__ import annotations

import collections
import hashlib
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.engine.tokenizer import LlamaTokenizer
from assistant.errors import UsageError
from assistant.models import resolve
from assistant.runtime import DEMO_SHOP
from assistant.wording.phrasebook import default_phrasebook
from finetune.build import build, imported
from finetune.config import DataSettings, RunSettings, ShopSource
from finetune.example import Example, check, write
from finetune.importers import read_dialogues
from finetune.learn import learn
from finetune.pack import Tokens
from finetune.shops import make_shop
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
        if manifest.get("settings") == wanted:
            progress(f"data: {manifest['counts']} are there already")
            return manifest
    examples, refused = _collect(settings.data, progress)
    kept, num_near = without_near_duplicates(examples, settings.data.near, settings.data.max_near)
    kept, num_common = without_too_common(kept, settings.data.max_same_notes, settings.data.seed)
    splits = split(kept, settings.data)
    if not splits["train"]:
        raise UsageError(
            "nothing is left to train on after splitting by conversation and product: one conversation is not enough"
        )
    tokenizer = LlamaTokenizer(resolve(settings.base).path)
    for name in SPLITS:
        write(folder / f"{name}.jsonl", splits[name])
    write_tokens(
        folder / "tokens.safetensors", {n: [tokenise(e, tokenizer) for e in splits[n]] for n in ("train", "dev")}
    )
    counts = {name: len(splits[name]) for name in SPLITS}
    manifest = {
        "settings": wanted,
        "counts": counts,
        "refused": dict(refused),
        "near_duplicates_left_out": num_near,
        "too_common_left_out": num_common,
        "sha256": {f"{n}.jsonl": _file_hash(folder / f"{n}.jsonl") for n in SPLITS},
        "phrasebook_sha256": default_phrasebook().digest,
        "sources": _sources(kept),
    }
    (folder / "card.md").write_text(_card(manifest, splits), "utf-8")
    manifest_file.write_text(json.dumps(manifest, indent=1), "utf-8")
    progress(f"data: {counts}, {num_near} near duplicates left out, {sum(refused.values())} refused")
    return manifest


def tokenise(example: Example, tokenizer: LlamaTokenizer) -> Tokens:
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


def open_shop(source: ShopSource) -> Any:
    """A context manager with the imported database of a shop of the settings."""
    if source.kind != "made":
        return imported(source.kind, DEMO_SHOP if source.path == "demo" else Path(source.path))
    return _made(source)


class _made:
    """A made-up shop's database, for as long as it is needed."""

    def __init__(self, source: ShopSource) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="backroom-shop-")
        self._shop = imported("shop", make_shop(Path(self._folder.name) / "shop", source.seed, source.products))

    def __enter__(self) -> Any:
        return self._shop.__enter__()

    def __exit__(self, *details: Any) -> None:
        self._shop.__exit__(*details)
        self._folder.cleanup()


def shop_name(source: ShopSource) -> str:
    """How a shop is called in ids and reports."""
    return f"made-{source.seed}" if source.kind == "made" else Path(source.path).name


def _collect(settings: DataSettings, progress: Progress) -> tuple[list[Example], collections.Counter[str]]:
    refused: collections.Counter[str] = collections.Counter()
    kept: list[Example] = []
    for example in _all(settings, progress, refused):
        problem = check(example)
        if problem is None:
            kept.append(example)
        else:
            refused[problem] += 1
    return kept, refused


def _all(settings: DataSettings, progress: Progress, refused: collections.Counter[str]) -> Iterator[Example]:
    for file in settings.files:
        if not file.licence or not file.consent:
            raise UsageError(
                f"{file.path}: name its licence, and what the people in it have agreed to, in the settings"
            )
        progress(f"data: {file.path}")
        with open_shop(ShopSource(kind=file.kind, path=file.shop)) as db:
            yield from learn(db, read_dialogues(Path(file.path)), Path(file.path).stem, file.licence, refused)
    for number, source in enumerate(settings.shops):
        progress(f"data: {source.conversations} conversations with {shop_name(source)}")
        with open_shop(source) as db:
            yield from build(db, shop_name(source), source.conversations, settings.seed + number, settings.wordings)


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
    """The examples by split. Conversations that share a product stay together, as does each conversation."""
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
    chosen: dict[str, str] = {}
    for cluster in clusters:
        name = next((n for n, left in wanted.items() if left > 0 and sizes[cluster] < 0.5 * len(examples)), "train")
        chosen[cluster] = name
        if name in wanted:
            wanted[name] -= sizes[cluster]
    out: dict[str, list[Example]] = {name: [] for name in SPLITS}
    for example in examples:
        out[chosen[root(f"g:{example.group}")]].append(example)
    return out


def _sources(examples: Iterable[Example]) -> dict[str, Any]:
    counts = collections.Counter((e.origin, e.licence) for e in examples)
    return {origin: {"licence": licence, "examples": number} for (origin, licence), number in sorted(counts.items())}


def _digest(settings: RunSettings) -> str:
    text = json.dumps([settings.base, repr(settings.data), default_phrasebook().digest])
    return hashlib.sha256(text.encode()).hexdigest()


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _card(manifest: dict[str, Any], splits: dict[str, list[Example]]) -> str:
    registers = collections.Counter(e.register or "plain" for e in splits["train"])
    lines = [
        "# The training data", "",
        "Customers' questions to shops, what the runtime's code answers (notes with placeholders), the reply to learn.",
        "Figures and names of customers are in none of it: facts are placeholders.", "",
        "| split | examples |", "|---|---|", *(f"| {n} | {c} |" for n, c in manifest["counts"].items()), "",
        "| source | licence | examples |", "|---|---|---|",
        *(f"| {o} | {s['licence']} | {s['examples']} |" for o, s in manifest["sources"].items()), "",
        f"Customers write: {', '.join(f'{k} {v}' for k, v in registers.items())} (c casual, f formal).",
        f"Left out: {manifest['near_duplicates_left_out']} near duplicates, {manifest['too_common_left_out']} with the "
        f"same notes as many others; refused: {manifest['refused'] or 'none'}.",
        f"Phrasebook sha256 {manifest['phrasebook_sha256'][:16]}.", "",
    ]  # fmt: skip
    return "\n".join(lines)
