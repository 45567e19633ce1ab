"""The command line without a model: help, exit codes, one-line errors, JSON, and how quickly it starts."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import __version__
from assistant.access.accounts import Accounts
from assistant.cli import run
from assistant.store.database import Database
from tests.stand_in import small_shop

COMMANDS = [
    ["demo"],
    ["serve"],
    ["chat"],
    ["ask"],
    ["replay"],
    ["import"],
    ["export"],
    ["export", "shop"],
    ["models"],
    *(["models", name] for name in ("list", "add", "verify", "use", "path", "pull")),
    *(["audit", *rest] for rest in ([], ["verify"], ["list"], ["export"])),
    ["backup"],
    ["restore"],
    ["privacy"],
    *(["privacy", name] for name in ("export", "erase", "check-certificate", "correct", "restrict", "hold", "consent")),
    *(["privacy", name] for name in ("retention", "compact", "report", "rotate-key")),
    ["eval"],
    ["eval", "conversation"],
    ["doctor"],
]
Captured = pytest.CaptureFixture[str]


def fails(capsys: Captured, arguments: list[str], code: int = 2) -> str:
    """Runs a command that must fail with one line on stderr; gives that line."""
    capsys.readouterr()
    assert run(arguments) == code
    error = capsys.readouterr().err
    assert error.startswith("backroom: ") and error.count("\n") == 1 and "Traceback" not in error, error
    return error


@pytest.mark.parametrize("command", [[], *COMMANDS], ids=lambda command: " ".join(command) or "backroom")
def test_every_command_has_help(capsys: Captured, command: list[str]) -> None:
    assert run([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Usage: backroom" in shown and "--help" in shown


def test_a_group_without_a_command_names_what_there_is(capsys: Captured) -> None:
    error = fails(capsys, ["models"])
    assert "needs a command: list, add, " in error and "Usage" not in error and len(error) < 200
    assert run([]) == 2
    shown = capsys.readouterr()
    assert shown.out.count("\n") > 15 and "  doctor " in shown.out and not shown.err


def test_ctrl_c_ends_with_a_word_and_a_code_of_ours(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assistant.cli.models.print_json", interrupted)
    assert fails(capsys, ["models", "list", "--json"], 1) == "backroom: stopped\n"


def test_what_prints_results_has_json(capsys: Captured) -> None:
    for command in (["ask"], ["replay"], ["import"], ["export", "shop"], ["doctor"], ["models", "list"]):
        run([*command, "--help"])
        assert "--json" in capsys.readouterr().out, command


def test_version(capsys: Captured) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"backroom {__version__}\n"


def test_help_doesn_t_import_what_takes_long() -> None:
    heavy = "sqlalchemy gradio fastapi uvicorn llama_cpp onnxruntime numpy pydantic rich httpx".split()
    imported = f"print([m for m in {heavy} if m in sys.modules], file=sys.stderr)"
    code = f"import assistant.cli as c, sys; c.run(['--help']); {imported}"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stderr.strip() == "[]"


@pytest.mark.parametrize("arguments", [["nothing"], ["serve", "--nothing"], ["ask"], ["serve", "--port", "many"]])
def test_a_wrong_command_line_is_one_line(capsys: Captured, arguments: list[str]) -> None:
    assert "--help" in fails(capsys, arguments)


def test_settings_errors_reach_the_operator(capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no such settings file" in fails(capsys, ["ask", "hi", "--config", str(tmp_path / "none.toml")])
    (tmp_path / "bad.toml").write_text("[server]\nprot = 1\n")
    assert "server.prot" in fails(capsys, ["serve", "--config", str(tmp_path / "bad.toml")])
    assert "port" in fails(capsys, ["serve", "--port", "70000"])
    monkeypatch.setenv("BACKROOM_SERVER_PROT", "1")
    assert "BACKROOM_SERVER_PROT" in fails(capsys, ["serve"])


def test_a_port_in_use_is_said_before_anything_is_loaded(capsys: Captured, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = fails(capsys, ["serve", "--port", str(port), "--db", str(tmp_path / "shop.db")])
    assert f"port {port} is in use" in error and "--port" in error
    assert not (tmp_path / "shop.db").exists()
    assert "203.0.113.9" in fails(capsys, ["serve", "--host", "203.0.113.9", "--port", "0"])


def test_a_wrong_key_a_missing_folder_and_no_database(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_shop(tmp_path / "shop.db").close()
    monkeypatch.setenv("BACKROOM_DB_KEY", "not the key")
    assert "key" in fails(capsys, ["ask", "hi", "--db", str(tmp_path / "shop.db")])
    assert "folder" in fails(capsys, ["ask", "hi", "--db", str(tmp_path / "no" / "shop.db")])
    assert "isn't there" in fails(capsys, ["export", "shop", str(tmp_path / "x"), "--db", str(tmp_path / "none.db")])


@pytest.mark.parametrize("model", ["missing-model", "broken.gguf"])
def test_a_missing_or_broken_model(capsys: Captured, tmp_path: Path, model: str) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF, but not really")
    name = str(tmp_path / model) if model.endswith(".gguf") else model
    error = fails(capsys, ["ask", "hi", "--db", str(tmp_path / "shop.db"), "--model", name])
    assert model in error
    assert "adapter" in fails(capsys, ["ask", "hi", "--db", str(tmp_path / "shop.db"), "--adapter", "missing"])


FOLDER = {
    "shop.json": '{"name": "Tiny", "currency": "EUR", "locale": "en_IE"}',
    "products.csv": "product_id,name,category\nboot,Trail Boot,Shoes\n",
    "variants.csv": "sku,product_id,price,stock\nB-1,boot,89.00,3\n",
}


def shop_folder(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in (FOLDER | {f"{stem}.csv": text for stem, text in files.items()}).items():
        (path / name).write_text(text, "utf-8")
    return path


def test_import_again_and_export(capsys: Captured, tmp_path: Path) -> None:
    folder, db = shop_folder(tmp_path / "tiny"), ["--db", str(tmp_path / "shop.db")]
    assert run(["import", "shop", str(folder), *db, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["variants"]["inserted"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["tiny"], "a dry run leaves nothing, not even a key"
    assert run(["import", "shop", str(folder), *db, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["variants"]["inserted"] == 1
    assert run(["import", "shop", str(folder), *db]) == 0
    shown = capsys.readouterr().out
    assert "variants" in shown and " 0 written" in shown
    assert run(["export", "shop", str(tmp_path / "out"), *db, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["variants.csv"] == 1
    assert "89.00" in (tmp_path / "out" / "variants.csv").read_text()


def test_bad_rows_are_listed_and_nothing_or_the_rest_is_kept(capsys: Captured, tmp_path: Path) -> None:
    rows = "sku,product_id,price,stock\nB-1,boot,-5,3\nB-2,boot,10.00,1\n"
    folder, db = shop_folder(tmp_path / "tiny", variants=rows), ["--db", str(tmp_path / "shop.db")]
    assert run(["import", "shop", str(folder), *db]) == 2
    error = capsys.readouterr().err
    assert "variants.csv:2" in error and "-5" in error and error.splitlines()[-1].startswith("backroom: ")
    assert run(["import", "shop", str(folder), *db, "--skip-bad"]) == 0
    shown = capsys.readouterr()
    assert "variants.csv:2" in shown.err and "1 bad row" in shown.err
    assert "there is no import of kind 'excel'" in fails(capsys, ["import", "excel", str(folder), *db])
    assert "isn't there" in fails(capsys, ["import", "shop", str(tmp_path / "none"), *db])


SHOPIFY = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty\n"
MUG = "mug,Mug,Title,Default Title,M1,12.50,3\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ((SHOPIFY + MUG).replace(",", ";").encode(), "the columns look separated by ;; save it as CSV with commas"),
        ((SHOPIFY + MUG).replace(",", "\t").encode(), "the columns look separated by tabs"),
        ((SHOPIFY + MUG.replace("Mug", "Café")).encode("latin-1"), "Title='Caf?': is not UTF-8"),
        ((SHOPIFY + MUG).encode("utf-16"), "the file is UTF-16; save it as UTF-8"),
        ((SHOPIFY + MUG + MUG.replace("mug", "cup")).encode(), "products.csv:3: sku='M1': is there twice"),
        ((SHOPIFY + MUG.replace("12.50", "-1")).encode(), "Variant Price='-1': is negative"),
        ((SHOPIFY + MUG.replace("Mug", "x" * 200_000)).encode(), "has a cell of more than 131,072 characters; shorten"),
        ((SHOPIFY + MUG.replace("Mug", '"Mug')).encode(), "products.csv:2: row='': is not well-formed"),
        (b"", "products.csv:1: header='': is missing"),
    ],
)
def test_one_defect_of_a_file_is_one_line(capsys: Captured, tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "products.csv").write_bytes(data)
    command = ["import", "shopify", str(tmp_path / "products.csv"), "--db", str(tmp_path / "shop.db")]
    error = fails(capsys, command)
    assert said in error and "nothing was imported" in error


def test_models_list_and_path(capsys: Captured, tmp_path: Path) -> None:
    assert run(["models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [model["id"] for model in listed if model["is_default"]] == ["smollm2-135m"]
    assert run(["models", "path"]) == 0
    assert Path(capsys.readouterr().out.strip()).is_file()
    assert "nonesuch" in fails(capsys, ["models", "use", "nonesuch"])
    (tmp_path / "x.gguf").write_bytes(b"no model")
    assert "x.gguf" in fails(capsys, ["models", "add", str(tmp_path / "x.gguf")])


def test_an_unexpected_error_is_one_line_too(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: object = None) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr("assistant.config.Settings.load", broken)
    assert "internal error" in fails(capsys, ["ask", "hi"], code=1)


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from assistant.cli import main; main()", "models", "list"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_replay_makes_no_database(capsys: Captured, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": "a", "turns": ["hello"]}\n')
    error = fails(capsys, ["replay", str(cases), "--out", str(tmp_path / "o.jsonl"), "--db", str(tmp_path / "no.db")])
    assert "no.db isn't there" in error and list(tmp_path.iterdir()) == [cases]


def test_an_operators_slip_is_one_line_that_says_what_to_do(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = str(tmp_path / "shop.db")
    small_shop(Path(db)).close()
    monkeypatch.setenv("BACKROOM_DB_KEY", "test key")
    for arguments, says in (
        (["users", "keys", "add", "x", "--scope", "chat", "--days", "3000000"], "less than or equal to 36500"),
        (["audit", "list", "--limit", "99999999999999999999"], "less than or equal to"),
        (["privacy", "consent", "mia", "--give", "--purpose", "x y"], "write one word"),
    ):
        assert says in fails(capsys, [*arguments, "--db", db])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"pass\xffword and more\n"), "utf-8"))
    assert "not UTF-8" in fails(capsys, ["users", "add", "anna", "owner", "--password-stdin", "--db", db])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("sieben grüne Kessel\r\n".encode()), "ascii"))
    assert run(["users", "add", "anna", "owner", "--password-stdin", "--db", db]) == 0
    with Database.open(Path(db)) as shop:
        assert Accounts(shop).sign_in("anna", "sieben grüne Kessel").role == "owner"
