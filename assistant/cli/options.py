"""Options that several commands share, and how they change the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

if TYPE_CHECKING:
    from assistant.config import Settings


class _Plain(TypedDict):
    rich_markup_mode: None
    pretty_exceptions_enable: bool


PLAIN: _Plain = {"rich_markup_mode": None, "pretty_exceptions_enable": False}
"""Help as plain text: quick to make, and the same in a pipe as in a terminal."""

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file (TOML); see backroom.example.toml.")
]
Db = Annotated[Path | None, typer.Option("--db", metavar="PATH", help="The shop's database; made when missing.")]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME|PATH", help="Model: a name of `backroom models list` or a GGUF file."),
]
Adapter = Annotated[
    str | None, typer.Option("--adapter", metavar="NAME|none", help="Fine-tuned adapter: a name, a GGUF file, or none.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def load_settings(
    config: Path | None, *, db: Path | None = None, model: str | None = None, adapter: str | None = None, **server: Any
) -> Settings:
    """The settings with a command's options over them; None means that the option wasn't given."""
    from assistant.config import Settings

    return Settings.load(config).override(
        shop={"db": db.expanduser() if db else None}, model={"name": model, "adapter": adapter}, server=server
    )


def print_json(data: Any) -> None:
    """One JSON document on stdout, readable by people too."""
    import json

    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
