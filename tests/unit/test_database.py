"""Opening a database: keys, rights, and one clear line for everything that can be wrong with the file."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import assistant.store.schema
from assistant.errors import DatabaseError, UsageError, WrongKeyError
from assistant.shop.schema import ShopInfo
from assistant.store import migrate
from assistant.store.database import Database

KEY = "ab" * 32


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKROOM_DB_KEY", raising=False)


def one_line(error: BaseException) -> str:
    shown = str(error)
    assert "\n" not in shown
    assert isinstance(error, UsageError)  # exit code 2
    return shown


def test_makes_an_encrypted_file_and_a_private_key(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with Database.open(path) as db, db.write() as session:
        session.add(ShopInfo(key="name", value="Larch & Loom"))
    key = tmp_path / "shop.db.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key.read_text().strip()) == 64
    content = path.read_bytes()
    assert b"Larch" not in content and not content.startswith(b"SQLite format 3")


def test_reopens_with_its_key_file_and_keeps_the_data(tmp_path: Path) -> None:
    with Database.open(tmp_path / "shop.db") as db, db.write() as session:
        session.add(ShopInfo(key="name", value="Larch"))
    with Database.open(tmp_path / "shop.db", create=False) as db, db.read() as session:
        assert session.get(ShopInfo, "name").value == "Larch"


@pytest.mark.parametrize("key", [KEY, "a passphrase with ünïcode and 'quotes\""])
def test_takes_the_key_from_the_caller_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    Database.open(tmp_path / "shop.db", key=key).close()
    assert not (tmp_path / "shop.db.key").exists()
    monkeypatch.setenv("BACKROOM_DB_KEY", key)
    Database.open(tmp_path / "shop.db").close()


@pytest.mark.parametrize(("made_with", "tried"), [(KEY, "cd" * 32), (KEY, "wrong"), ("right", "wrong")])
def test_wrong_key(tmp_path: Path, made_with: str, tried: str) -> None:
    path = tmp_path / "shop.db"
    Database.open(path, key=made_with).close()
    before = path.read_bytes()
    with pytest.raises(WrongKeyError) as caught:
        Database.open(path, key=tried)
    assert "the key doesn't open" in one_line(caught.value) and str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_wrong_key_prints_nothing_of_the_library(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Database.open(tmp_path / "shop.db", key=KEY).close()
    with pytest.raises(WrongKeyError):
        Database.open(tmp_path / "shop.db", key="cd" * 32)
    assert capfd.readouterr() == ("", "")


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    Database.open(tmp_path / "shop.db").close()
    (tmp_path / "shop.db.key").unlink()
    with pytest.raises(WrongKeyError, match="put its key file back"):
        Database.open(tmp_path / "shop.db")
    assert not (tmp_path / "shop.db.key").exists()


def test_refuses_a_key_file_that_others_can_read(tmp_path: Path) -> None:
    Database.open(tmp_path / "shop.db").close()
    (tmp_path / "shop.db.key").chmod(0o640)
    with pytest.raises(DatabaseError, match="chmod 600"):
        Database.open(tmp_path / "shop.db")


def test_empty_key_file_and_empty_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Database.open(tmp_path / "shop.db").close()
    (tmp_path / "shop.db.key").write_text("\n")
    with pytest.raises(DatabaseError, match="is empty"):
        Database.open(tmp_path / "shop.db")
    monkeypatch.setenv("BACKROOM_DB_KEY", "")
    with pytest.raises(WrongKeyError, match="is empty"):
        Database.open(tmp_path / "shop.db")


def test_missing_file_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="isn't there"):
        Database.open(tmp_path / "shop.db", create=False)
    with pytest.raises(DatabaseError, match=r"folder .* isn't there"):
        Database.open(tmp_path / "no" / "shop.db")
    with pytest.raises(DatabaseError, match="is a folder"):
        Database.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"sku,price\n1,2\n" * 400, "is not a Backroom database"),
        (os.urandom(5000), "is not a Backroom database"),
        (os.urandom(8192), "the key doesn't open"),
    ],
    ids=["text", "cut off", "noise"],
)
def test_not_a_database(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseError) as caught:
        Database.open(path, key=KEY)
    assert message in one_line(caught.value)
    assert path.read_bytes() == content


def test_an_unencrypted_database_is_named_as_such(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "plain.db")
    plain.execute("CREATE TABLE t (a)")
    plain.close()
    with pytest.raises(DatabaseError, match="unencrypted"):
        Database.open(tmp_path / "plain.db", key=KEY)


def test_a_damaged_file_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    Database.open(path, key=KEY).close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = os.urandom(4096)
    content[4096 * 8 : 4096 * 20] = os.urandom(4096 * 12)
    path.write_bytes(content)
    with pytest.raises(DatabaseError) as caught, Database.open(path, key=KEY) as db, db.read() as session:
        for table in ShopInfo.metadata.tables:
            session.execute(text(f'SELECT * FROM "{table}"')).all()
        session.execute(text("PRAGMA integrity_check")).all()
        pytest.skip("the damage hit no page that is read")
    one_line(caught.value)


def test_the_schema_of_the_migrations_is_that_of_the_models(tmp_path: Path) -> None:
    assert assistant.store.schema.ConversationRow.metadata is ShopInfo.metadata
    ours = set(ShopInfo.metadata.tables)
    with Database.open(tmp_path / "shop.db") as db, db.read() as session:
        context = MigrationContext.configure(
            session.connection(),
            opts={"include_object": lambda _item, name, kind, reflected, _other: kind != "table" or name in ours},
        )
        assert compare_metadata(context, ShopInfo.metadata) == []
        assert migrate.current_revision(session.connection()) == migrate.newest_revision()


def test_a_newer_schema_and_a_foreign_one_are_refused(tmp_path: Path) -> None:
    with Database.open(tmp_path / "new.db", key=KEY) as db, db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="newer Backroom"):
        Database.open(tmp_path / "new.db", key=KEY)
    with Database.open(tmp_path / "other.db", key=KEY) as db, db.write() as session:
        session.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(DatabaseError, match="other tables"):
        Database.open(tmp_path / "other.db", key=KEY)


def test_full_text_search_and_vectors_are_there_on_every_connection(tmp_path: Path) -> None:
    with Database.open(tmp_path / "shop.db", key=KEY) as db, db.read() as one, db.read() as other:
        for session in (one, other):
            assert session.scalar(text("SELECT vec_version()")).startswith("v")
            assert session.scalar(text("PRAGMA foreign_keys")) == 1
            assert session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert session.scalar(text("SELECT sqlite_compileoption_used('ENABLE_FTS5')")) == 1
