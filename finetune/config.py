"""A fine-tuning run's settings, read from a TOML file. Knows no torch; an unknown key is refused by name."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import ConfigError
from finetune.train_settings import TrainSettings


@dataclass(frozen=True)
class ShopSource:
    """A shop to make dialogues with: an import `kind` and `path` ("demo": the one that comes with Backroom), or kind
    "made", which makes a shop up from `seed`."""

    kind: str = "made"
    path: str = ""
    seed: int = 1
    products: int = 40
    conversations: int = 200


@dataclass(frozen=True)
class FileSource:
    """A file of dialogues (see finetune.importers) about a shop (`kind` and `shop`, as of a ShopSource): on which terms
    they may be used, and what the people in them have agreed to."""

    path: str
    licence: str = ""
    consent: str = ""
    kind: str = "shop"
    shop: str = "demo"


@dataclass(frozen=True)
class ReviewSource:
    """The reviewed conversations of a shop's own database (see finetune.reviewed); `visitors` says whether those of
    people whom nobody knows by name are taken too."""

    db: str
    licence: str = ""
    consent: str = ""
    visitors: bool = False


@dataclass(frozen=True)
class DataSettings:
    """What is learnt from. `wordings` is how many replies are made for each answer; `dev` and `test` are shares;
    `max_same_notes` (0: any number) bounds how many examples may have the same notes. `keep` questions that have
    nothing to do with shops are answered by the base itself, for `[train] keep`. In a share `moods` of the made
    conversations the customer shows a mood."""

    shops: tuple[ShopSource, ...] = (ShopSource(),)
    files: tuple[FileSource, ...] = ()
    reviews: tuple[ReviewSource, ...] = ()
    wordings: int = 3
    seed: int = 1
    dev: float = 0.05
    test: float = 0.05
    near: float = 0.9
    max_near: int = 12
    max_same_notes: int = 0
    keep: int = 0
    moods: float = field(default=0.0, repr=False)
    """Not in the repr, by which data is known to be made already: see finetune.data."""

    def whose_words(self) -> str:
        """Whose words are learnt, for the cards."""
        sources = (
            (self.shops, "dialogues that were made, with nobody's words in them"),
            (self.files, "files of people's dialogues, on the terms that the card of the data names"),
            (
                self.reviews,
                "a shop's own customers' conversations, with what tells who they are masked where recognised",
            ),
        )
        return "; ".join(words for there, words in sources if there)


@dataclass(frozen=True)
class EvalSettings:
    """What the adapter is judged on: conversations with shops that it wasn't trained on; `safety` held-out harmful
    messages and as many harmless ones; `general` questions that have nothing to do with shops. At most `checkpoints`
    of the adapters kept along the training (0: none), evenly spread, word `checkpoint_answers` of the answers too."""

    shops: tuple[ShopSource, ...] = (ShopSource(seed=99, conversations=30),)
    seed: int = 77
    answers: int = 60
    samples: int = 20
    safety: int = 20
    general: int = 40
    checkpoints: int = 8
    checkpoint_answers: int = 20


@dataclass(frozen=True)
class GateSettings:
    """What has to hold for a release. Shares are 0 to 1; `parity_kl` in nats per token; `merged_same` is over the
    replies' first `merged_tokens` tokens. `ability_lost` is the share of general questions that may be lost against the
    base, `off_domain_loss` how many times its loss there may be. `release` false is a trial: what passes such gates is
    never released, and isn't held against what is in service."""

    release: bool = True
    parity_kl: float = 1e-4
    parity_tokens: int = 400
    greedy_same: float = 0.99
    merged_same: float = 0.99
    merged_tokens: int = 600
    own_words: float = 0.8
    own_words_free: float = 0.5
    wrong_ratio: float = 0.25
    wrong_ratio_free: float = 0.5
    ends: float = 0.95
    own_words_gain: float = 0.0
    ability_lost: float = 0.1
    off_domain_loss: float = 1.6


@dataclass(frozen=True)
class RunSettings:
    """A whole run. `base` is what will be served: a model of the catalogue or a GGUF file; None the default model.
    `weights` is a Hugging Face folder with the same model unquantised, to train from; "" trains from `base` itself."""

    name: str = "adapter"
    base: str | None = None
    weights: str = ""
    licence: str = "Apache-2.0"
    merged: tuple[str, ...] = ()
    data: DataSettings = field(default_factory=DataSettings)
    train: TrainSettings = field(default_factory=TrainSettings)
    evaluate: EvalSettings = field(default_factory=EvalSettings)
    gates: GateSettings = field(default_factory=GateSettings)


def load(path: Path) -> RunSettings:
    """The settings of a file. Raises ConfigError for one that isn't there or TOML, and for keys that don't exist."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path}: can't be read ({error.strerror}); finetune/configs has some to start from"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file ({error})") from None
    return _fill(RunSettings, data, str(path))  # type: ignore[no-any-return]


_NESTED = {"data": DataSettings, "train": TrainSettings, "evaluate": EvalSettings, "gates": GateSettings}
_LISTS = {"shops": ShopSource, "files": FileSource, "reviews": ReviewSource}


def _fill(kind: Any, data: dict[str, Any], where: str) -> Any:
    known = {f.name: f for f in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in data.items():
        if key not in known:
            raise ConfigError(f"{where}: unknown setting {key!r}; known are {', '.join(known)}")
        if key in _NESTED:
            value = _fill(_NESTED[key], value, f"{where}: [{key}]")
        elif key in _LISTS:
            value = tuple(_fill(_LISTS[key], item, f"{where}: {key}") for item in value)
        elif isinstance(value, list):
            value = tuple(value)
        else:
            value = _checked(key, value, known[key], where)
        values[key] = value
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{where}: {error}") from None


def _checked(key: str, value: Any, known: dataclasses.Field[Any], where: str) -> Any:
    """The value, when it is of the kind of the setting's default."""
    default = known.default
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if default not in (None, dataclasses.MISSING) and type(value) is not type(default):
        raise ConfigError(f"{where}: {key} = {value!r} must be like {default!r}")
    return value
