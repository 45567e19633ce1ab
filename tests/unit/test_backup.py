"""Backup while serving, restore, and a change of key that survives a crash at any point."""

from __future__ import annotations

import errno
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import run
from assistant.errors import DatabaseError, UsageError, WrongKeyError
from assistant.privacy.erase import erase
from assistant.privacy.restore import restore_backup
from assistant.privacy.subject import find_subject
from assistant.store.audit import audit
from assistant.store.audit_verify import verify
from assistant.store.backup import back_up, check, manifest_file
from assistant.store.connections import DriverError
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.store.keys import key_file, next_key_file
from assistant.store.rotate import rotate_key
from assistant.types import Record

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a key file, a conversation and two audit entries; closed."""
    from tests.stand_in import small_shop

    path = tmp_path / "shop.db"
    Database.open(path).close()
    with small_shop(path, key_file(path).read_text().strip()) as db:
        say(db, "web-1", "hello")
        with db.write() as session:
            audit(session, "staff:anna", "a.b", "customer:mia", "request")
            audit(session, "staff:anna", "a.c", "product:MUG", "request")
    return path


def say(db: Database, name: str, text: str, customer: str | None = None) -> None:
    conversations = Conversations(db)
    message = conversations.begin_turn(name, text, NOW, customer)
    conversations.finish_turn(message, Record(reply=f"You said {text}"), {}, NOW)


def test_a_backup_made_under_load_is_consistent(path: Path, tmp_path: Path) -> None:
    """Every conversation in it has its question and its answer or neither; serving isn't held up."""
    over = threading.Event()
    with Database.open(path) as db:

        def serve(worker: int) -> None:
            number = 0
            while not over.is_set():
                say(db, f"web-{worker}-{number}", "is it there?")
                number += 1

        threads = [threading.Thread(target=serve, args=(worker,)) for worker in range(3)]
        for thread in threads:
            thread.start()
        manifests = [back_up(db, tmp_path / f"backup-{number}.db") for number in range(3)]
        over.set()
        for thread in threads:
            thread.join()
    assert manifests[0].rows["message"] < manifests[2].rows["message"]
    for number, manifest in enumerate(manifests):
        found = check(tmp_path / f"backup-{number}.db", key_file(path).read_text())
        assert found.rows == manifest.rows and found.sha256 == manifest.sha256
        assert not (tmp_path / f"backup-{number}.db-wal").exists()


def test_a_backup_is_on_the_disk_before_it_has_its_name(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, synced = tmp_path / "backup.db", set()

    def fsync(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr("assistant.store.backup.os.fsync", fsync)
    with Database.open(path) as db:
        back_up(db, out)
    assert out.stat().st_ino in synced


def test_a_restore_brings_everything_back(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        back_up(db, out)
        say(db, "web-2", "later")
    key = key_file(path).read_text()
    manifest, again = restore_backup(out, path, keep_orders_days=0, key=key)
    assert again == 0 and manifest.rows["message"] == 2
    with Database.open(path) as db:
        assert len(Conversations(db).messages("web-1")) == 2 and not Conversations(db).messages("web-2")
        assert verify(db).ok, verify(db).problems
    with Database.open(path.with_name("shop.db.replaced"), key=key.strip()) as old:
        assert Conversations(old).messages("web-2")


def test_a_restore_that_fails_at_the_very_end_leaves_the_old_one_in_place(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        back_up(db, out)
        say(db, "web-2", "later")
    replace = Path.replace

    def cut_off(draft: Path, target: Path) -> Path:
        if Path(target) == path:
            raise OSError(28, "No space left on device")
        return replace(draft, target)

    with monkeypatch.context() as patched, pytest.raises(DatabaseError, match="No space left"):
        patched.setattr(Path, "replace", cut_off)
        restore_backup(out, path, keep_orders_days=0)
    with Database.open(path, create=False) as db:
        assert Conversations(db).messages("web-2") and verify(db).ok
    restore_backup(out, path, keep_orders_days=0)
    with Database.open(path, create=False) as db:
        assert not Conversations(db).messages("web-2") and verify(db).ok


def test_a_restore_needs_no_database_in_place(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        back_up(db, out)
    key_file(out).write_text(key_file(path).read_text())
    key_file(out).chmod(0o600)
    other = tmp_path / "elsewhere" / "new.db"
    other.parent.mkdir()
    assert run(["restore", str(out), "--db", str(other)]) == 0
    with Database.open(other) as db:
        assert verify(db).ok and Conversations(db).messages("web-1")


def test_who_was_erased_since_stays_erased(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        say(db, "web-mia", "I am Mia", "mia")
        back_up(db, out)
        erase(db, find_subject(db, "mia"))
    assert restore_backup(out, path, keep_orders_days=0)[1] >= 1
    with Database.open(path) as db:
        assert not Conversations(db).messages("web-mia") and Conversations(db).messages("web-1")
        with pytest.raises(UsageError):
            find_subject(db, "mia")


def test_a_database_in_use_isnt_replaced(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        back_up(db, out)
        with db.read() as session, pytest.raises(DatabaseError, match="in use; stop the server"):
            Conversations(db).state("web-1")
            session.connection()
            restore_backup(out, path, keep_orders_days=0)
        with pytest.raises(DatabaseError, match="in use; stop the server"):
            rotate_key(path)
        assert Conversations(db).messages("web-1")


def test_a_backup_is_never_overwritten(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        back_up(db, out)
        with pytest.raises(DatabaseError, match="there already"):
            back_up(db, out)
        with pytest.raises(DatabaseError):
            back_up(db, tmp_path / "missing" / "backup.db")
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize("damage", ["byte", "cut", "empty", "text", "manifest"])
def test_a_damaged_backup_is_refused(path: Path, tmp_path: Path, damage: str) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        back_up(db, out)
    data = bytearray(out.read_bytes())
    if damage == "byte":
        data[len(data) // 2] ^= 1
    out.write_bytes({"cut": data[: len(data) // 2], "empty": b"", "text": b"no backup at all\n"}.get(damage, data))
    if damage == "manifest":
        manifest_file(out).write_text("{}")
    before = path.read_bytes()
    with pytest.raises(DatabaseError):
        restore_backup(out, path, keep_orders_days=0)
    if damage != "manifest":
        manifest_file(out).unlink()
        with pytest.raises(DatabaseError):
            restore_backup(out, path, keep_orders_days=0, key=key_file(path).read_text())
    assert path.read_bytes() == before


def test_a_wrong_key_is_refused(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "backup.db"
    with Database.open(path) as db:
        back_up(db, out)
    with pytest.raises(WrongKeyError):
        check(out, "ef" * 32)


def test_a_new_key(path: Path) -> None:
    old = key_file(path).read_text()
    rotate_key(path)
    assert key_file(path).read_text() != old and not next_key_file(path).exists()
    assert key_file(path).stat().st_mode & 0o077 == 0
    with pytest.raises(WrongKeyError):
        Database.open(path, key=old.strip())
    with Database.open(path) as db:
        verdict = verify(db)
        assert verdict.ok and verdict.num_entries == 3, verdict.problems
        assert len(Conversations(db).messages("web-1")) == 2
        say(db, "web-3", "still works")
    assert not list(path.parent.glob("*rotating*"))


def test_a_new_key_from_the_environment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKROOM_DB_KEY", key_file(path).read_text())
    key_file(path).unlink()
    with pytest.raises(UsageError, match="BACKROOM_DB_NEW_KEY"):
        rotate_key(path)
    monkeypatch.setenv("BACKROOM_DB_NEW_KEY", "correct horse battery staple")
    rotate_key(path)
    assert not key_file(path).exists()
    with Database.open(path, key="correct horse battery staple") as db:
        assert verify(db).ok and Conversations(db).messages("web-1")


@pytest.mark.parametrize(
    "step", ["copy_from", "_rekey", "_seal_anew", "write_key", "_put_in_place", "audit_anchor.write", "last rename"]
)
def test_a_change_of_key_that_is_cut_off_locks_nobody_out(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill at each step: nothing after it happens, not even the tidying up."""

    class Cut(BaseException):
        pass

    def cut(*args: Any, **kwargs: Any) -> Any:
        raise Cut

    monkeypatch.setattr("assistant.store.rotate._remove", lambda draft: None)
    if step == "last rename":
        replace = Path.replace

        def until_the_key(self: Path, target: Path) -> Path:
            return cut() if self.name.endswith(".key.next") else replace(self, target)

        monkeypatch.setattr(Path, "replace", until_the_key)
    else:
        monkeypatch.setattr(f"assistant.store.rotate.{step}", cut)
    with pytest.raises(Cut):
        rotate_key(path)
    monkeypatch.undo()
    with Database.open(path) as db:
        assert len(Conversations(db).messages("web-1")) == 2
        assert verify(db).ok, verify(db).problems
    rotate_key(path)
    with Database.open(path) as db:
        assert verify(db).ok and len(Conversations(db).messages("web-1")) == 2


def test_the_commands(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, where = str(tmp_path / "backup.db"), ["--db", str(path)]
    assert run(["backup", out, "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["message"] == 2
    assert run(["restore", out, "--check", *where]) == 0
    assert run(["privacy", "rotate-key", *where]) == 0
    assert run(["restore", out, *where]) == 2, "the backup needs the key of its time"
    assert run(["backup", str(tmp_path / "second.db"), *where]) == 0
    assert run(["restore", str(tmp_path / "second.db"), "--json", *where]) == 0
    assert run(["audit", "verify", *where]) == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [(["backup", "{0}/no/b.bak", "--db", "{0}/shop.db"], "the folder {0}/no isn't there; make it first"),
     (["restore", "{0}/no.bak", "--db", "{0}/other.db"], "{0}/no.bak isn't there; give the file of a backup")],
)  # fmt: skip
def test_what_is_missing_is_named(
    path: Path, capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    assert run([part.format(path.parent) for part in command]) == 2
    assert capsys.readouterr().err == f"backroom: {said.format(path.parent)}\n"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), DriverError("database or disk is full")])
def test_where_the_disk_is_full_is_named(path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr("assistant.store.database.copy_database", full)
    with Database.open(path) as db, pytest.raises(DatabaseError, match=r"^\S+/b\.bak\.part "):
        back_up(db, path.with_name("b.bak"))
