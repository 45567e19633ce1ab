"""Whether a newly trained head may take the place of the one in use: both are measured on texts that neither learnt.

    train_to("safety", out, shared)    train one of HEADS by its recipe into a file of its own
    gates("safety", out, shared)       what must hold, with the figures of both
    put_in("safety", out, found)       the new file in place of the one in use, when all of it holds

messages (the screening's first head, with its encoder) and safety (its second): harmful texts blocked, harmless ones
allowed, injections, on the held-out third; emotion: macro-F1 on GoEmotions' dev part of what the head would say, by the
thresholds in its file; messages also of what the emotion head in use, which reads the same encoder, makes of the new
states; acts: macro-F1 on strangers' questions that the recipe doesn't draw. Heads are safetensors or JSON, read without
running code. Knows no command line.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from sklearn.metrics import f1_score

from assistant.encoder import Encoder
from assistant.errors import UsageError
from assistant.linear import LinearHead
from assistant.messages import LAYERS, message_encoder, states_of
from assistant.opinions import opinion_of
from assistant.screen.head import SafetyHead
from assistant.screen.judge import Judge
from assistant.shop.embed import default_embedder
from assistant.understand.feeling import EMOTIONS, EmotionHead
from finetune import acts_head, emotion, heads, safety_eval, safety_head

HEADS = {"messages": LAYERS, "safety": safety_head.HEAD, "emotion": heads.EMOTION_HEAD, "acts": acts_head.HEAD}
"""The heads that have gates -> the files in use."""
TOLERANCE = 0.002
"""How much macro-F1 may fall before it counts as worse: the noise of another seed."""


@dataclass(frozen=True)
class Gate:
    """One figure of the new head and of the one in use, and whether it holds."""

    name: str
    new: float
    in_use: float
    holds: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.new:.4g}, in use {self.in_use:.4g}{'' if self.holds else ': WORSE'}"


def train_to(name: str, out: Path, shared: Path) -> None:
    """Train a head into `out`. Raises UsageError for a name that isn't in HEADS, or for the file in use itself."""
    if name not in HEADS:
        raise UsageError(f"no head {name!r} with gates; there are {', '.join(sorted(HEADS))}")
    if out.resolve() == HEADS[name].resolve():
        raise UsageError(f"{out} is the head in use; train into another file, the gates decide what follows")
    if name == "messages":
        from finetune import message_bundle  # torch, which the other recipes don't need

        message_bundle.train_to(out, shared)
    elif name == "safety":
        safety_head.train(shared, out=out)
    elif name == "emotion":
        heads.train_emotion(out)
    else:
        acts_head.train_acts(out=out)


def gates(name: str, new: Path, shared: Path, in_use: Path | None = None) -> list[Gate]:
    """What must hold before `new` is put in, each measured for both files now. Raises UsageError without the data."""
    files = (new, in_use or HEADS[name])
    if name == "emotion":
        return [of_f1("macro_f1", *(_emotion(EmotionHead.load(file), states_of, shared) for file in files))]
    if name == "acts":
        return [of_f1("macro_f1", *(_acts(file, shared) for file in files))]
    found = of_safety(*(safety_eval.measure(_judge(name, file), shared) for file in files))
    if name == "messages":
        found.append(of_f1("emotion macro_f1", *(_emotion_in(file, shared) for file in files)))
    return found


def put_in(name: str, new: Path, found: Sequence[Gate], in_use: Path | None = None) -> None:
    """Replace the file in use by `new` in one step; the old one stays beside it as `.before`. Raises UsageError, and
    changes nothing, unless there are gates and all hold."""
    target = in_use or HEADS[name]
    failed = [str(gate) for gate in found if not gate.holds]
    if failed or not found:
        raise UsageError(f"{new} is not put in: {'; '.join(failed) or 'nothing was measured'}")
    shutil.copyfile(target, target.with_name(target.name + ".before"))
    part = target.with_name(target.name + ".part")
    shutil.copyfile(new, part)
    part.chmod(0o644)
    part.replace(target)


def _judge(name: str, file: Path) -> Judge:
    """With one of the screening's two heads out of `file`, and the other that is in use."""
    if name == "messages":
        return Judge(opinion_of(Encoder.open(file)))
    return Judge(opinion_of(message_encoder(), SafetyHead(load_file(file))))


def of_safety(new: dict[str, Any], in_use: dict[str, Any]) -> list[Gate]:
    """Every share that safety_eval aims at; what takes time is the machine's, not the head's."""
    worse = {line.split()[0] for line in safety_eval.worse(new, in_use)}
    names = [name for name in safety_eval.TARGETS if not name.startswith("latency")]
    return [Gate(name, new[name], in_use[name], name not in worse) for name in names]


def of_f1(name: str, new: float, in_use: float) -> Gate:
    """Macro-F1, which may fall by what another seed makes of it."""
    return Gate(name, new, in_use, new >= in_use - TOLERANCE)


def _emotion(head: EmotionHead, read: Callable[[str], NDArray[np.float32]], shared: Path) -> float:
    """Macro-F1 of the one emotion that a turn would show, beside the several that a text may be marked with."""
    path = shared / "goemotions" / "ekman" / "dev.tsv"
    if not path.is_file():
        raise UsageError(f"{path}: the texts that the gate needs aren't there; see BACKROOM_SHARED_DATA")
    dev = emotion.read_goemotions(path)
    shown = [EMOTIONS.index(head.feel(text, read(text)).emotion) for text in dev.texts]
    return float(f1_score(dev.emotions > 0.5, np.eye(len(EMOTIONS))[shown] > 0.5, average="macro"))


def _emotion_in(file: Path, shared: Path) -> float:
    """What the emotion head in use hears in the states of the encoder in `file`."""
    encoder = Encoder.open(file)
    return _emotion(EmotionHead.load(HEADS["emotion"]), lambda text: encoder.states(text)[1:-1], shared)


def _acts(file: Path, shared: Path) -> float:
    texts, labels = strangers(shared)
    if not texts:
        raise UsageError(f"{shared}: the texts that the gate needs aren't there; see BACKROOM_SHARED_DATA")
    head = LinearHead.load(file)
    vectors = default_embedder().encode(texts)
    found = [head.probabilities(v, t) for v, t in zip(vectors, texts, strict=True)]
    said = [max(p.items(), key=lambda item: item[1])[0] for p in found]
    return float(f1_score(labels, said, average="macro", labels=sorted({*labels})))


def strangers(shared: Path, most: int = 60, seed: int = 17) -> tuple[list[str], list[str]]:
    """Questions of strangers with their acts, at most `most` of an act, none of those that are learnt from."""
    learnt = set(acts_head.human_examples(shared)[0])
    by_act: dict[str, list[str]] = {}
    if (path := shared / "bitext" / "customer_support.csv").is_file():
        for row in csv.DictReader(path.open(encoding="utf-8")):
            if act := acts_head.BITEXT.get(row["intent"]):
                by_act.setdefault(act, []).append(row["instruction"])
    if (path := shared / "product-qa" / "hetPQA" / "dev.csv").is_file():
        rows = csv.DictReader(path.open(encoding="utf-8"), delimiter="\t")
        by_act["details"] = [r["question"] for r in rows if len(r["question"]) < 90]
    draw = random.Random(seed)
    pairs = []
    for act, texts in sorted(by_act.items()):
        unseen = sorted({t for t in texts if t not in learnt})
        pairs += [(t, act) for t in draw.sample(unseen, min(most, len(unseen)))]
    return [t for t, _ in pairs], [a for _, a in pairs]
