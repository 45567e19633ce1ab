"""The settings: one TOML file, environment variables over it, and defaults that work without either.

    Settings.load()                       ./backroom.toml, else $XDG_CONFIG_HOME/backroom/backroom.toml, else defaults
    Settings.load(Path("shop.toml"))      that file, which must be there
    BACKROOM_SERVER_PORT=8080             overrides `port` in `[server]`: BACKROOM_<SECTION>_<KEY>

A key that doesn't exist is refused by name, in the file as in the environment: a misspelt retention or port must not be
ignored quietly. Knows no database, model or server; only their settings. `backroom.example.toml` lists every key.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.errors import ConfigError

PREFIX = "BACKROOM_"
OTHER_VARIABLES = frozenset(
    {"BACKROOM_CONFIG", "BACKROOM_DB_KEY", "BACKROOM_DB_NEW_KEY", "BACKROOM_SHARED_DATA", "BACKROOM_DEBUG"}
)
"""`BACKROOM_*` variables that are no settings: the settings' place, a secret, test data, tracebacks for developers."""


def config_home() -> Path:
    """Where the user's settings live: `$XDG_CONFIG_HOME/backroom`."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "backroom"


def data_home() -> Path:
    """Where databases and added models live unless a path says otherwise: `$XDG_DATA_HOME/backroom`."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "backroom"


def cache_home() -> Path:
    """Where things lie that can be made again: `$XDG_CACHE_HOME/backroom`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backroom"


def _split(value: Any) -> Any:
    """The environment writes a list as "a;b"; a file writes it as a list."""
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


TextList = Annotated[list[str], BeforeValidator(_split)]


class Section(BaseModel):
    """A section of the file. Frozen: settings don't change while the server runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(Section):
    """Where the server listens. Loopback only, unless the operator says otherwise."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=7860, ge=0, le=65535)
    public_url: str | None = None
    """The address that browsers use when a proxy stands in front; requests from other sites' pages are refused, and on
    a loopback address so are requests under any other name."""
    trust_customer: bool = False
    """Believe an API caller who says which customer is signed in. Only for a shop's own backend on a closed port."""
    tls_certificate: Path | None = None
    """A PEM file with the certificate chain; with `tls_key` the server speaks HTTPS."""
    tls_key: Path | None = None

    @property
    def over_https(self) -> bool:
        """Whether browsers come over HTTPS: to the server itself, or to the proxy at `public_url`."""
        return self.tls_certificate is not None or urlsplit(self.public_url or "").scheme == "https"


class AccessSettings(Section):
    """Who may use the API, and how often."""

    require_key: bool | None = None
    """Whether API callers need a key. None: when the server listens beyond this machine, or a proxy stands before it
    (`public_url`)."""
    requests_per_minute: int = Field(default=600, ge=0, le=1_000_000)
    """Per key, or per address without one (this machine's own is not counted). 0: no limit."""
    failures_per_minute: int = Field(default=20, ge=1, le=10_000)
    """Wrong keys, or wrong sign-ins of staff, from one address."""
    embed_in: TextList = []
    """Origins whose pages may show the chat in a frame ("https://www.shop.example")."""


class ModelSettings(Section):
    """Which model phrases the answers, and what a single answer may cost."""

    name: str | None = None
    """A catalogue id or the path of a GGUF file. None: the one chosen with `backroom models use`, else the default."""
    adapter: str | None = None
    threads: int | None = Field(default=None, ge=1, le=256)
    slots: int | None = Field(default=None, ge=1, le=256)
    """None: as many as `backroom models tune` found best for this machine, else 8."""
    context: int = Field(default=2048, ge=512, le=131072)
    queue: int = Field(default=64, ge=1, le=10000)
    max_tokens: int = Field(default=96, ge=8, le=1024)
    deadline_s: float = Field(default=30.0, gt=0, le=600)
    patience_s: float = Field(default=8.0, gt=0, le=600)
    """How long a customer waits for the model's first sentence before code's own words are said instead."""
    remote_url: str | None = Field(default=None, pattern=r"^https?://[^ ]+$")
    """An OpenAI-compatible server with this very model, instead of our own engine. None: nothing is sent anywhere."""
    remote_key: str = ""
    remote_model: str = ""
    remote_grammar: bool = True
    """Whether that server takes GBNF grammars, as llama-server does."""


class ShopSettings(Section):
    """The shop's database."""

    db: Path = Field(default_factory=lambda: data_home() / "shop.db")


class LimitSettings(Section):
    """What a customer may send."""

    message_chars: int = Field(default=4000, ge=1, le=100000)
    messages_per_conversation: int = Field(default=400, ge=2, le=100000)
    request_bytes: int = Field(default=256 * 1024, ge=1024, le=64 * 1024 * 1024)
    json_depth: int = Field(default=32, ge=8, le=200)
    turns_at_once: int = Field(default=64, ge=1, le=10000)
    messages_per_minute: int = Field(default=600, ge=0, le=1_000_000)
    """In the browser chat, of one address; 0: no limit. Generous, for a shop's own visitors may all come from one. This
    machine's own isn't counted: a proxy on it says whom it speaks for (X-Forwarded-For)."""
    turns_per_address: int = Field(default=32, ge=1, le=10000)
    """Answers being made at once in the browser chat for one address, counted as above."""
    isolated_shops: int = Field(default=64, ge=1, le=10000)


class ChatSettings(Section):
    """How the customer's chat looks and what it says of itself."""

    title: str | None = None
    accent: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    images: Path | None = None
    examples: TextList = []
    emotion: bool = True
    """Whether the tone of customers' messages is noticed and answered. A customer can switch it off for themselves."""


Action = Literal["block", "soften", "hand_over", "log"]
"""What is done about a message of a category: refused, answered with care, refused and a person called, only noted."""


class SafetySettings(Section):
    """What is done about messages that a shop shouldn't answer, by what they are about."""

    violence: Action = "block"
    weapons: Action = "block"
    self_harm: Action = "soften"
    sexual: Action = "block"
    minors: Action = "block"
    hate: Action = "block"
    illegal_goods: Action = "block"
    fraud: Action = "block"
    medical_legal: Action = "soften"
    abuse: Action = "soften"
    injection: Action = "block"
    helpline: str = Field(
        default="Please call your local emergency number, or find a free helpline at findahelpline.com", min_length=1
    )
    """Where somebody in a crisis is sent; name your country's own line."""

    def policy(self, category: str) -> Action:
        """The action for one category."""
        action: Action = getattr(self, category)
        return action


class OrderSettings(Section):
    """Order self-service. Its rules are the shop's data (`backroom orders rules`), not settings."""

    webhook: str | None = Field(default=None, pattern=r"^https?://")
    """Where a running server, or `backroom orders outbox --send`, delivers what was written. None: nothing is sent."""


class PrivacySettings(Section):
    """How long personal data stays, and who answers for it. Days; 0 is for ever."""

    conversations_days: int = Field(default=365, ge=0, le=36500)
    """Counted from a conversation's last message; hand-overs and feedback go with it."""
    browsing_days: int = Field(default=365, ge=0, le=36500)
    outbox_days: int = Field(default=90, ge=0, le=36500)
    """Of messages that were delivered; without a webhook, of all."""
    attempts_days: int = Field(default=30, ge=0, le=36500)
    """Of failed attempts to identify oneself."""
    orders_days: int = Field(default=0, ge=0, le=36500)
    bookkeeping_days: int = Field(default=3650, ge=0, le=36500)
    """An erased customer's orders stay this long, emptied of the person; 0: they are deleted too."""
    quiet_hour: int = Field(default=3, ge=0, le=23)
    """The hour of the shop's day in which the file may be rewritten, which holds up writers."""
    controller: str | None = None
    contact: str | None = None
    officer: str | None = None


class Settings(Section):
    """Every setting, by section."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    access: AccessSettings = Field(default_factory=AccessSettings)
    model: ModelSettings = Field(default_factory=ModelSettings)
    shop: ShopSettings = Field(default_factory=ShopSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    chat: ChatSettings = Field(default_factory=ChatSettings)
    orders: OrderSettings = Field(default_factory=OrderSettings)
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    safety: SafetySettings = Field(default_factory=SafetySettings)

    @classmethod
    def load(cls, path: Path | None = None, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of `path` (None: of the usual places, if there is a file) with the environment over them.

        Raises ConfigError when the file isn't there or isn't TOML, or a key is unknown or has a value that doesn't fit.
        """
        environ = os.environ if environ is None else environ
        file = _find(path, environ)
        data = _read(file) if file else {}
        if file:
            _refuse_unknown(data, str(file))
            _resolve_paths(data, file.parent)
        origins: dict[tuple[str, str], str] = {}
        for section, key, value, variable in _from_environment(environ):
            data.setdefault(section, {})[key] = value
            origins[section, key] = variable
        return cls._checked(data, origins, str(file or "settings"))

    @classmethod
    def _checked(cls, data: dict[str, Any], origins: Mapping[tuple[str, str], str], source: str) -> Self:
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = tuple(str(part) for part in first["loc"][:2])
            name = origins.get((where[0], where[-1])) or f"{source}: {'.'.join(where)}"
            raise ConfigError(f"{name}={first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}") from None

    def override(self, **sections: Mapping[str, Any]) -> Self:
        """These settings with some values replaced, None meaning "leave as it is": `override(server={"port": 80})`.

        The command line's options come in here. Raises ConfigError when a value doesn't fit.
        """
        data = self.model_dump()
        for section, values in sections.items():
            data[section].update({key: value for key, value in values.items() if value is not None})
        return self._checked(data, {}, "option")


def _find(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    named = path or (Path(environ["BACKROOM_CONFIG"]) if environ.get("BACKROOM_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise ConfigError(f"{named}: no such settings file; see backroom.example.toml for one to start from")
        return named
    return next((file for file in (Path("backroom.toml"), config_home() / "backroom.toml") if file.is_file()), None)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not a TOML file ({error}); see backroom.example.toml") from None
    except OSError as error:
        raise ConfigError(f"{file}: can't be read ({error.strerror}); check its owner and mode") from None


def sections() -> dict[str, type[Section]]:
    """The sections by name."""
    fields = Settings.model_fields.items()
    return {name: field.annotation for name, field in fields if isinstance(field.annotation, type)}


def _refuse_unknown(data: dict[str, Any], source: str) -> None:
    known = sections()
    for section, values in data.items():
        if section not in known:
            owners = [name for name, kind in known.items() if section in kind.model_fields]
            hint = f"it belongs in [{owners[0]}]" if owners else _nearest(section, known, "sections are {}")
            raise ConfigError(f"{source}: unknown setting {section!r}; {hint}")
        if not isinstance(values, dict):
            raise ConfigError(f"{source}: {section!r} must be a section: write [{section}] and its keys below")
        for key in values:
            if key not in known[section].model_fields:
                hint = _nearest(key, known[section].model_fields, f"[{section}] knows {{}}")
                raise ConfigError(f"{source}: unknown setting '{section}.{key}'; {hint}")


def _from_environment(environ: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """`(section, key, value, variable)` of every BACKROOM_* variable that is a setting; empty ones don't count."""
    names = {
        f"{PREFIX}{section}_{key}".upper(): (section, key)
        for section, kind in sections().items()
        for key in kind.model_fields
    }
    found = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in OTHER_VARIABLES or not environ[variable]:
            continue
        if variable not in names:
            hint = _nearest(variable, [*names, *OTHER_VARIABLES], "backroom.example.toml lists them")
            raise ConfigError(f"environment: unknown setting {variable}; {hint}")
        found.append((*names[variable], environ[variable], variable))
    return found


def _resolve_paths(data: dict[str, Any], folder: Path) -> None:
    """A relative path in a file counts from the file, so that the server may be started from anywhere."""
    for section, key in (("shop", "db"), ("chat", "images"), ("server", "tls_certificate"), ("server", "tls_key")):
        value = data.get(section, {}).get(key)
        if isinstance(value, str) and value:
            data[section][key] = str(folder / Path(value).expanduser())


def _nearest(name: str, known: Any, otherwise: str) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else otherwise.format(", ".join(sorted(known)))
