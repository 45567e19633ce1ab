"""Reading and writing: transactions, locks, full and read-only disks, sudden death, snapshots."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

import pytest
from sqlalchemy import select, text

from assistant.errors import DatabaseError
from assistant.shop.schema import ShopInfo
from assistant.store.database import Database

KEY = "ab" * 32


def put(db: Database, key: str, value: str = "x") -> None:
    with db.write() as session:
        session.add(ShopInfo(key=key, value=value))


def keys(db: Database) -> set[str]:
    with db.read() as session:
        return set(session.scalars(select(ShopInfo.key)))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    opened = Database.open(tmp_path / "shop.db", key=KEY)
    yield opened
    opened.close()


def test_a_write_is_all_or_nothing(db: Database) -> None:
    put(db, "a")
    with pytest.raises(ZeroDivisionError), db.write() as session:
        session.add(ShopInfo(key="b", value="x"))
        session.flush()
        _ = 1 / 0
    with pytest.raises(DatabaseError, match="UNIQUE"), db.write() as session:
        session.add_all([ShopInfo(key="c", value="x"), ShopInfo(key="a", value="x")])
    assert keys(db) == {"a"}


def test_what_a_read_changes_is_lost(db: Database) -> None:
    with db.read() as session:
        session.add(ShopInfo(key="a", value="x"))
        session.flush()
    assert keys(db) == set()


def test_a_commit_is_seen_at_once_by_every_other_connection(db: Database, tmp_path: Path) -> None:
    with Database.open(tmp_path / "shop.db", key=KEY) as other:
        for no in range(20):
            put(db, f"k{no}")
            assert f"k{no}" in keys(other)


def test_a_read_sees_one_state_while_others_write(db: Database) -> None:
    with db.read() as session:
        assert session.scalar(text("SELECT count(*) FROM shop_info")) == 0
        put(db, "a")
        assert session.scalar(text("SELECT count(*) FROM shop_info")) == 0
    assert keys(db) == {"a"}


def test_many_threads_write_and_read(db: Database) -> None:
    errors: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for no in range(20):
                put(db, f"{thread}-{no}")
                assert f"{thread}-{no}" in keys(db)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and len(keys(db)) == 160


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(db: Database) -> None:
    with pytest.raises(DatabaseError, match="write inside a write"), db.write(), db.write():
        pass
    put(db, "a")


def test_a_lock_held_by_another_process_is_one_clear_line_after_the_timeout(db: Database, tmp_path: Path) -> None:
    with Database.open(tmp_path / "shop.db", key=KEY, busy_timeout_s=0.2) as waiting:
        with db.write():
            started = time.perf_counter()
            with pytest.raises(DatabaseError, match="locked by another process") as caught:
                put(waiting, "a")
            assert 0.15 < time.perf_counter() - started < 3
            assert keys(waiting) == set()  # reading goes on
        assert "\n" not in str(caught.value)
        put(waiting, "a")
    assert keys(db) == {"a"}


def test_a_full_disk_loses_nothing(db: Database) -> None:
    put(db, "a")
    with pytest.raises(DatabaseError, match="disk is full"), db.write() as session:
        session.execute(text("PRAGMA max_page_count = 60"))
        for no in range(200):
            session.add(ShopInfo(key=f"big{no}", value="x" * 4000))
            session.flush()
    assert keys(db) == {"a"}


def test_a_full_file_system_loses_nothing(tmp_path: Path) -> None:
    """A real one: a tmpfs of 2 MB in a mount namespace of its own."""
    program = (
        "import sys; from pathlib import Path; from assistant.store.database import Database;"
        "from assistant.errors import DatabaseError; from assistant.shop.schema import ShopInfo\n"
        "db = Database.open(Path(sys.argv[1]) / 'shop.db', key='ab' * 32)\n"
        "with db.write() as session: session.add(ShopInfo(key='kept', value='x'))\n"
        "try:\n"
        "    with db.write() as session:\n"
        "        for no in range(2000):\n"
        "            session.add(ShopInfo(key=str(no), value='x' * 4000)); session.flush()\n"
        "except DatabaseError as error: print(error)\n"
        "with db.read() as session: print(session.get(ShopInfo, 'kept').value, session.get(ShopInfo, '0'))\n"
    )
    mount = f'mount -t tmpfs -o size=2m none {tmp_path} && exec {sys.executable} -c "$PROGRAM" {tmp_path}'
    command = ["unshare", "--mount", "sh", "-c", mount]
    try:
        probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare command here")
    if probe.returncode:
        pytest.skip("no right to make a mount namespace here")
    run = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PROGRAM": program}, check=False, timeout=60
    )
    assert "disk is full" in run.stdout, run.stderr
    assert run.stdout.splitlines()[-1] == "x None"


def test_a_file_that_may_not_be_written() -> None:
    """Seen by a process without root's rights, in a folder where only reading is allowed."""
    program = (
        "import os, sys; from pathlib import Path; from assistant.store.database import Database;"
        "from assistant.errors import DatabaseError\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    with Database.open(Path(sys.argv[1]), key='ab' * 32) as db, db.write() as session: print('written')\n"
        "except DatabaseError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "shop.db"
        with Database.open(path, key=KEY) as db:
            put(db, "a")
        path.chmod(0o444)
        Path(place).chmod(0o555)
        try:
            run = subprocess.run(
                [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, timeout=60
            )
        finally:
            Path(place).chmod(0o700)
    assert len(run.stdout.splitlines()) == 1, run.stderr
    assert str(path) in run.stdout and ("can't be written" in run.stdout or "can't be opened" in run.stdout)


def test_kill_9_loses_nothing_that_was_committed(db: Database, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from assistant.store.database import Database;"
        "from assistant.shop.schema import ShopInfo\n"
        "db = Database.open(Path(sys.argv[1]), key='ab' * 32)\n"
        "for no in range(100000):\n"
        "    with db.write() as session: session.add(ShopInfo(key=f'k{no}', value='x' * 500))\n"
        "    print(no, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(db.path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = -1
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged == 150:
            writer.send_signal(signal.SIGKILL)
    writer.wait()
    with Database.open(tmp_path / "shop.db", key=KEY) as again:
        assert {f"k{no}" for no in range(acknowledged + 1)} <= keys(again)
        with again.read() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_snapshot_is_a_database_of_its_own(db: Database, tmp_path: Path) -> None:
    put(db, "a")
    copy = db.copy_to(tmp_path / "copy.db")
    put(copy, "b")
    put(db, "c")
    assert keys(copy) == {"a", "b"} and keys(db) == {"a", "c"}
    copy.delete()
    assert not list(tmp_path.glob("copy.db*"))


def test_snapshots_follow_every_change_by_anybody(db: Database, tmp_path: Path) -> None:
    with Database.open(tmp_path / "shop.db", key=KEY) as other:
        for no in range(6):
            put(other if no % 2 else db, f"k{no}")
            for copy_no in range(2):
                copy = db.copy_to(tmp_path / f"copy{copy_no}.db")
                assert keys(copy) == {f"k{done}" for done in range(no + 1)}
                copy.delete()


def test_a_snapshot_while_others_write_is_one_state(db: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def work() -> None:
        no = 0
        while not stop.is_set():
            with db.write() as session:
                session.add_all([ShopInfo(key=f"l{no}", value="x" * 300), ShopInfo(key=f"r{no}", value="x" * 300)])
            no += 1

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for no in range(15):
            copy = db.copy_to(tmp_path / f"copy{no}.db")
            found = keys(copy)
            assert {key[1:] for key in found if key[0] == "l"} == {key[1:] for key in found if key[0] == "r"}
            copy.delete()
    finally:
        stop.set()
        writer.join()


def test_a_second_snapshot_of_some_megabytes_takes_milliseconds(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        session.add_all([ShopInfo(key=f"k{no}", value="x" * 1000) for no in range(3000)])
    db.copy_to(tmp_path / "first.db").close()
    took = []
    for no in range(5):
        started = time.perf_counter()
        db.copy_to(tmp_path / f"copy{no}.db").close()
        took.append(time.perf_counter() - started)
    assert min(took) < 0.05


def test_opening_is_quick_when_there_is_nothing_to_migrate(db: Database) -> None:
    took = []
    for _ in range(5):
        started = time.perf_counter()
        Database.open(db.path, key=KEY).close()
        took.append(time.perf_counter() - started)
    assert min(took) < 0.03


def test_no_error_of_the_database_repeats_what_a_customer_wrote(tmp_path: Path) -> None:
    said = "-".join(("mill", "lane"))  # a traceback shows this line, too
    with Database.open(tmp_path / "shop.db") as db, pytest.raises(DatabaseError) as caught, db.write() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": said})
    told = "".join(traceback.format_exception(caught.value))
    assert "nowhere" in told
    assert said not in told
