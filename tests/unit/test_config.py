"""The settings: places, overrides, and refusals that name the key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant.config import Settings, sections
from assistant.errors import ConfigError

EXAMPLE = Path(__file__).resolve().parents[2] / "backroom.example.toml"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_defaults_stay_on_this_machine() -> None:
    settings = Settings.load(environ={})
    assert settings.server.host == "127.0.0.1"
    assert settings.server.trust_customer is False
    assert settings.shop.db.name == "shop.db"


def test_a_named_file_then_the_working_folder_then_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "xdg" / "backroom" / "backroom.toml", "[server]\nport = 1001\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert Settings.load(environ={}).server.port == 1001
    write(tmp_path / "backroom.toml", "[server]\nport = 1002\n")
    assert Settings.load(environ={}).server.port == 1002
    named = write(tmp_path / "other" / "mine.toml", "[server]\nport = 1003\n[shop]\ndb = 'mine.db'\n")
    assert Settings.load(named, environ={}).server.port == 1003
    assert Settings.load(environ={"BACKROOM_CONFIG": str(named)}).server.port == 1003
    assert Settings.load(named, environ={}).shop.db == tmp_path / "other" / "mine.db"


def test_the_environment_beats_the_file_and_an_option_beats_both(tmp_path: Path) -> None:
    file = write(tmp_path / "a.toml", "[server]\nport = 1003\ntrust_customer = false\n")
    environ = {
        "BACKROOM_SERVER_PORT": "1004",
        "BACKROOM_SERVER_TRUST_CUSTOMER": "true",
        "BACKROOM_CHAT_EXAMPLES": "a; b",
    }
    settings = Settings.load(file, environ)
    assert (settings.server.port, settings.server.trust_customer, settings.chat.examples) == (1004, True, ["a", "b"])
    changed = settings.override(server={"port": 1005, "host": None})
    assert (changed.server.port, changed.server.host, changed.server.trust_customer) == (1005, "127.0.0.1", True)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[server]\nprot = 1\n", ["server.prot", "'port'"]),
        ("[servr]\nport = 1\n", ["'servr'", "'server'"]),
        ("port = 1\n", ["'port'", "[server]"]),
        ("server = 1\n", ["'server'", "section"]),
        ("[server]\nport = 'x'\n", ["server.port", "'x'", "integer"]),
        ("[server]\nport = 99999\n", ["server.port", "99999", "65535"]),
        ("[chat]\naccent = 'red'\n", ["chat.accent", "'red'"]),
        ("[server\n", ["not a TOML file"]),
    ],
)
def test_a_bad_file_is_refused_by_the_key_s_name(tmp_path: Path, text: str, named: list[str]) -> None:
    file = write(tmp_path / "bad.toml", text)
    with pytest.raises(ConfigError) as error:
        Settings.load(file, environ={})
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)
    for part in named:
        assert part in str(error.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bytes.toml"
    file.write_bytes(b"\xff\xfe[server]")
    with pytest.raises(ConfigError, match="not a TOML file"):
        Settings.load(file, environ={})
    with pytest.raises(ConfigError, match="no such settings file"):
        Settings.load(tmp_path / "missing.toml", environ={})


def test_unknown_and_unfit_variables_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"BACKROOM_SERVER_PROT; did you mean 'BACKROOM_SERVER_PORT'"):
        Settings.load(environ={"BACKROOM_SERVER_PROT": "1"})
    with pytest.raises(ConfigError, match=r"BACKROOM_SERVER_PORT='many': input should be a valid integer"):
        Settings.load(environ={"BACKROOM_SERVER_PORT": "many"})
    Settings.load(environ={"BACKROOM_DB_KEY": "secret", "BACKROOM_SERVER_PORT": "", "PATH": "/bin"})


def test_the_example_file_names_every_setting_with_its_default() -> None:
    text = EXAMPLE.read_text("utf-8")
    assert Settings.load(EXAMPLE, environ={}) == Settings.load(environ={})
    lines = [line.removeprefix("# ") if "=" in line.split(" ")[1:3] else line for line in text.splitlines()]
    shown = tomllib.loads("\n".join(lines))
    assert {name: set(keys) for name, keys in shown.items()} == {n: set(s.model_fields) for n, s in sections().items()}
    Settings.model_validate(shown)
    optional = {
        ("server", "public_url"),
        ("shop", "db"),
        ("chat", "examples"),
        ("model", "threads"),
        ("access", "embed_in"),
    }
    for section, keys in shown.items():
        for key, value in keys.items():
            default = getattr(getattr(Settings(), section), key)
            assert default is None or value == default or (section, key) in optional, f"{section}.{key}"
