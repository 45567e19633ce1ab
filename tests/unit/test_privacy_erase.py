"""Erasure: nothing of the person is left in any table, file, log or training set, and everybody else's data is."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.adapters import lineage, local
from assistant.cli import run
from assistant.config import PrivacySettings
from assistant.errors import UsageError
from assistant.privacy import training
from assistant.privacy.caretaker import Caretaker
from assistant.privacy.certificate import is_genuine
from assistant.privacy.erase import erase, erase_again, finish_all
from assistant.privacy.pending import unfinished
from assistant.privacy.retention import apply
from assistant.privacy.rights import LEGAL_HOLD, set_hold
from assistant.privacy.rules import RULES, owned_tables
from assistant.privacy.subject import Subject, find_subject
from assistant.runtime import DEMO_SHOP
from assistant.shop.schema import CustomerRow, ShopInfo
from assistant.store import pages
from assistant.store.audit_verify import verify
from assistant.store.conversations import Conversations
from assistant.store.database import Database
from assistant.store.reviews import Reviews
from assistant.store.schema import ConversationRow
from assistant.types import Record
from finetune.release import release
from tests.unit.privacy_shop import AT, STRINGS, TARGET, busy_shop
from tests.unit.test_adapters import a_run, gguf

NOT_PERSONAL = {
    "alembic_version", "audit_entry", "audit_head", "erasure", "policy", "privacy_state", "product", "promotion",
    "review", "search_bits", "search_doc", "search_meta", "search_option", "search_option_doc", "search_passage",
    "search_vector", "shop_info", "training_adapter", "variant",
}  # fmt: skip
"""Tables without persons: the shop's own, search, digests. Reviews are public; who signed one by name is masked."""
STAFF = {"identity_failure", "staff", "staff_session", "api_key"}
"""Accounts of staff and programs, and hashed claims that failed: none of a customer's."""
KEPT_DAYS = 3650
KEY = "ab" * 32
UNLOCKED: Any = ("assistant.store.connections._unlock", lambda connection, cipher_key: None)


@pytest.fixture
def busy(tmp_path: Path) -> Any:
    """The busy shop, small."""
    db = busy_shop(tmp_path / "shop.db", "test key", 8, 30)
    yield db
    db.close()


@pytest.fixture(scope="module", params=["encrypted", "plain"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The busy shop, also in a file without encryption, whose bytes show what is left on the disk."""
    path = tmp_path_factory.mktemp(request.param) / "shop.db"
    with pytest.MonkeyPatch.context() as patched:
        if request.param == "plain":
            patched.setattr(*UNLOCKED)
        busy_shop(path, KEY, 40, 300).close()
    return path


@pytest.fixture
def large(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A copy of it."""
    if built.parent.name.startswith("plain"):
        monkeypatch.setattr(*UNLOCKED)
    for file in built.parent.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    with Database.open(tmp_path / built.name, key=KEY) as db:
        yield db


def on_disk(folder: Path) -> dict[str, int]:
    """How often each identifying string is in any file below the folder, in UTF-8 as in UTF-16, case aside."""
    data = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file()).lower()
    counts = {}
    for string in STRINGS:
        num = data.count(string.lower().encode()) + data.count(string.lower().encode("utf-16-le"))
        if num:
            counts[string] = num
    return counts


def is_plain(db: Database) -> bool:
    return db.path.read_bytes()[:15] == b"SQLite format 3"


def test_no_byte_is_left(large: Database, tmp_path: Path) -> None:
    large.checkpoint()
    if is_plain(large):
        assert set(on_disk(tmp_path)) == set(STRINGS), "the strings aren't where this test looks for them"
    with large.read() as session:
        before = session.scalar(text("SELECT count(*) FROM message WHERE conversation_id NOT LIKE 'web-wil-%'"))
    result = erase(large, find_subject(large, TARGET), keep_orders_days=KEPT_DAYS)
    assert result.is_clean and result.rows["message"] > 50
    assert on_disk(tmp_path) == {}
    with large.read() as session:
        assert session.scalar(text("SELECT count(*) FROM message")) == before
        for table in owned_tables(session):
            rows = session.execute(text(f'SELECT * FROM "{table.name}"')).all()
            for string in STRINGS:
                assert string.lower() not in repr(rows).lower(), (table.name, string)
    assert verify(large).ok


def test_orders_stay_for_the_accounts_without_the_person(busy: Database) -> None:
    result = erase(busy, find_subject(busy, TARGET), keep_orders_days=KEPT_DAYS)
    assert result.emptied["order"] == 1 and result.rows["order"] == 1, "one is younger than the duty, one older"
    with busy.read() as session:
        (row,) = session.execute(text("SELECT * FROM \"order\" WHERE order_id = 'W-wil-1'")).mappings()
        assert row["total_minor"] == 1250 and row["address"] == "{}" and row["customer_id"].startswith("erased-")
        assert session.scalar(text("SELECT count(*) FROM order_line WHERE order_id = 'W-wil-1'")) == 1
        assert session.scalar(text("SELECT payment_method_id FROM payment WHERE order_id = 'W-wil-1'")) is None


def test_without_a_duty_the_orders_go_too(busy: Database) -> None:
    erase(busy, find_subject(busy, TARGET), keep_orders_days=0)
    with busy.read() as session:
        assert session.scalar(text("SELECT count(*) FROM \"order\" WHERE order_id LIKE 'W-wil-%'")) == 0
        assert session.scalar(text("SELECT count(*) FROM customer WHERE customer_id LIKE 'erased-%'")) == 0


def test_a_visitor_without_a_name_is_erased_by_the_conversation(busy: Database) -> None:
    result = erase(busy, find_subject(busy, "web-stranger"))
    assert result.rows["conversation"] == 1
    assert Conversations(busy).messages("web-stranger") == []
    assert Conversations(busy).messages("web-wil-1")


def test_a_conversation_in_which_they_said_who_they_are_is_theirs(busy: Database) -> None:
    conversations = Conversations(busy)
    message = conversations.begin_turn("web-claimed", "where is my order?", datetime.now(UTC))
    conversations.finish_turn(message, Record(reply="x"), {"task": {"customer": TARGET}}, datetime.now(UTC))
    erase(busy, find_subject(busy, TARGET))
    assert conversations.messages("web-claimed") == [] and conversations.messages("web-stranger")


def test_every_table_that_belongs_to_persons_has_a_rule(shop_db: Database) -> None:
    """A new table fails here until somebody has decided what erasure does with it."""
    with shop_db.read() as session:
        owned = {table.name for table in owned_tables(session)}
        names = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    assert owned - set(RULES) == set(), "add a Rule to assistant/privacy/rules.py"
    names = {name for name in names if not name.startswith(("sqlite_", "search_"))}
    assert names - owned - NOT_PERSONAL - STAFF == set(), "say in NOT_PERSONAL why this table holds no person's data"


def test_a_table_that_was_forgotten_is_erased_all_the_same(busy: Database) -> None:
    with busy.write() as session:
        session.execute(text("CREATE TABLE forgotten (note TEXT, conversation_id TEXT)"))
        session.execute(text("INSERT INTO forgotten VALUES ('a', 'web-wil-1'), ('b', 'web-stranger')"))
    erase(busy, find_subject(busy, TARGET))
    with busy.read() as session:
        assert list(session.scalars(text("SELECT note FROM forgotten"))) == ["b"]


def test_training_data_is_cleaned_and_adapters_are_named(busy: Database, tmp_path: Path) -> None:
    folder = tmp_path / "training"
    folder.mkdir()
    lines = [{"conversation_id": name, "text": "hello"} for name in ("web-wil-1", "web-a", "web-wil-2")]
    (folder / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "packed.bin").write_bytes(b"\0\1web-wil-2\0")
    training.register_data(busy, folder, ["web-wil-1", "web-wil-2", "web-a"])
    training.register_adapter(busy, folder, "fern", "f" * 64)
    result = erase(busy, find_subject(busy, TARGET))
    assert result.adapters == [f"fern (sha256 {'f' * 64})"] and result.training_lines == 2
    assert [json.loads(line)["conversation_id"] for line in (folder / "train.jsonl").open()] == ["web-a"]
    assert result.not_cleaned == [str(folder / "packed.bin")]


def test_what_retention_took_is_out_of_the_training_data_and_its_adapters_are_still_named(
    busy: Database, tmp_path: Path
) -> None:
    names = ("reviews/web-wil-1", "reviews/web-wil-11", "reviews/web-said", "reviews/web-a")
    (tmp_path / "train.jsonl").write_text("".join(json.dumps({"group": name}) + "\n" for name in names))
    (tmp_path / "tokens.safetensors").write_bytes(b"numbers")
    conversations = Conversations(busy)
    conversations.finish_turn(
        conversations.begin_turn("web-said", "it's me", AT), Record(reply="x"), {"task": {"customer": TARGET}}, AT
    )
    training.register_data(busy, tmp_path, ["web-wil-1", "web-said", "web-a"])
    training.register_adapter(busy, tmp_path, "fern", "f" * 64)
    apply(busy, PrivacySettings(), now=AT + timedelta(days=400))
    left = [json.loads(line)["group"] for line in (tmp_path / "train.jsonl").open()]
    assert left == ["reviews/web-wil-11", "reviews/web-a"] and not (tmp_path / "tokens.safetensors").exists()
    result = erase(busy, find_subject(busy, TARGET))
    assert not result.conversations and result.adapters == [f"fern (sha256 {'f' * 64})"]
    assert result.certificate["statement"]["adapters_trained_from_the_data"] == result.adapters
    with busy.read() as session:
        assert session.scalar(text("SELECT count(*) FROM training_customer")) == 0


def test_adapters_are_named_as_they_serve_and_with_those_that_went_on_from_them(busy: Database, tmp_path: Path) -> None:
    earlier = a_run(tmp_path / "earlier")
    assert release(earlier) == "mine"
    trained = a_run(tmp_path / "theirs")
    assert release(trained) == "mine-2", "another file has the name already"
    theirs = lineage(trained / "mine.gguf")
    gguf(tmp_path / "not-released.gguf", started_from_sha256=" ".join(theirs))
    later = lineage(tmp_path / "not-released.gguf")
    assert later[1:] == theirs
    gguf(local() / "fern" / "fern.gguf", started_from_sha256=" ".join(later))
    gguf(local() / "moss.gguf", started_from_sha256="0" * 64)
    (local() / "broken.gguf").write_bytes(b"GGUF")
    training.register_data(busy, tmp_path, ["web-wil-1"])
    training.register_adapter(busy, tmp_path, "mine", theirs[0])
    assert erase(busy, find_subject(busy, TARGET)).adapters == ["fern", "mine-2"]


def test_a_training_file_that_cant_be_written_is_named_and_stops_nothing(
    busy: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text('{"conversation_id": "web-wil-1"}\n')
    training.register_data(busy, tmp_path, ["web-wil-1"])

    def full(file: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training, "_replace", full)
    result = erase(busy, find_subject(busy, TARGET))
    assert result.not_cleaned == [str(file)] and is_genuine(result.certificate)


def test_the_certificate_is_signed_and_names_nobody(busy: Database) -> None:
    certificate = erase(busy, find_subject(busy, TARGET)).certificate
    assert is_genuine(certificate)
    assert not any(string in json.dumps(certificate) for string in STRINGS)
    changed = json.loads(json.dumps(certificate))
    changed["statement"]["conversations"] = 99
    assert not is_genuine(changed)
    assert not is_genuine(certificate, public_key="another")


def test_a_legal_hold_stops_it(busy: Database) -> None:
    subject = find_subject(busy, TARGET)
    assert set_hold(busy, subject, LEGAL_HOLD, True, actor="staff:anna", reason="dispute")
    with pytest.raises(UsageError, match="legal hold"):
        erase(busy, subject)
    assert Conversations(busy).messages("web-wil-1")
    set_hold(busy, subject, LEGAL_HOLD, False, actor="staff:anna", reason="settled")
    erase(busy, subject)
    assert not Conversations(busy).messages("web-wil-1")


def test_who_comes_back_is_erased_again(busy: Database, tmp_path: Path) -> None:
    erase(busy, find_subject(busy, TARGET))
    assert erase_again(busy, keep_orders_days=KEPT_DAYS) == 0
    with busy.write() as session:
        session.add(CustomerRow(customer_id=TARGET, email="wilhelmina.okonkwo@example.com"))
    assert erase_again(busy, keep_orders_days=KEPT_DAYS) == 1
    with pytest.raises(UsageError):
        find_subject(busy, TARGET)


def test_a_legal_hold_holds_every_conversation_of_theirs(busy: Database) -> None:
    """Asked for by its own id, or by another who said in it who they are."""
    conversations, now = Conversations(busy), datetime.now(UTC)
    message = conversations.begin_turn("web-both", "and mine?", now, "cust-other-001")
    known = {"task": {"customer": "cust-other-001", "known": [{"customer": TARGET}]}}
    conversations.finish_turn(message, Record(reply="x"), known, now)
    set_hold(busy, find_subject(busy, TARGET), LEGAL_HOLD, True, actor="staff:anna", reason="dispute")
    for who in ("web-wil-1", "web-both", "cust-other-001"):
        with pytest.raises(UsageError, match=f"{TARGET} is under a legal hold"):
            erase(busy, find_subject(busy, who))
    assert conversations.messages("web-wil-1") and conversations.messages("web-both")
    assert erase(busy, find_subject(busy, "cust-other-002")).conversations


def test_one_who_is_held_keeps_nobody_else_here(busy: Database, caplog: pytest.LogCaptureFixture) -> None:
    both = ("cust-other-001", TARGET)
    for who in both:
        erase(busy, find_subject(busy, who))
    with busy.write() as session:
        session.add_all(CustomerRow(customer_id=who, email=f"{who}@example.com") for who in both)
    set_hold(busy, Subject(f"customer:{both[0]}"), LEGAL_HOLD, True, actor="staff:anna", reason="dispute")
    assert erase_again(busy, keep_orders_days=0) == 1
    assert "1 erased before and back here are under a legal hold" in caplog.text and both[0] not in caplog.text
    with busy.read() as session:
        assert list(session.scalars(text(f"SELECT customer_id FROM customer WHERE customer_id IN {both}"))) == [both[0]]


def test_nobody_is_found_by_guessing(busy: Database) -> None:
    for who in ("nobody", "customer:nobody", "conversation:nobody", "a@b.c", ""):
        with pytest.raises(UsageError):
            find_subject(busy, who)
    assert find_subject(busy, "WILHELMINA.okonkwo@example.com") == Subject(f"customer:{TARGET}")


def test_it_works_while_others_read(large: Database, tmp_path: Path) -> None:
    """A reader that stays open keeps old pages in the log: the erasure says so, and is finished when it has gone."""
    with large.read() as session:
        session.execute(text("SELECT count(*) FROM message")).all()
        result = erase(large, find_subject(large, TARGET))
        assert not result.is_clean and result.seconds < 10
        assert finish_all(large) == []
    (certificate,) = finish_all(large)
    assert is_genuine(certificate) and "no byte left" in certificate["statement"]["storage"]
    assert on_disk(tmp_path) == {} and finish_all(large) == []


def test_others_write_while_the_file_is_looked_at(
    large: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they write goes on, and what they say of the person meanwhile is masked all the same."""
    other = Database.open(large.path, key=KEY, busy_timeout_s=0.2)
    read_pages = pages.chunks

    def with_writers(path: Path, secret: str) -> Any:
        for chunk in read_pages(path, secret):
            yield chunk
            for number in range(40):
                words = f"{STRINGS[1].upper()} asked me this, " + "and more " * number
                message = Conversations(other).begin_turn(f"web-later-{number}", words, datetime.now(UTC))
                Conversations(other).finish_turn(message, Record(reply="no " * number), {}, datetime.now(UTC))

    monkeypatch.setattr("assistant.privacy.clean.chunks", with_writers)
    assert erase(large, find_subject(large, TARGET)).is_clean
    other.close()
    assert on_disk(tmp_path) == {}
    kept = Conversations(large).messages("web-later-7")
    assert [message.text for message in kept[:2]] == ["[erased] asked me this, " + "and more " * 7, "no " * 7]
    with large.read() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"


@pytest.mark.parametrize("point", ["training.clean", "clean", "compact", "_certify"])
def test_an_erasure_that_is_cut_off_is_finished_by_the_next_start(
    large: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """A kill in the middle: whatever comes after the point doesn't happen any more, in this life."""
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "train.jsonl").write_text('{"conversation_id": "web-wil-1"}\n{"conversation_id": "web-a"}\n')
    training.register_data(large, folder, ["web-wil-1"])

    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        module = "clean" if point == "compact" else "erase"
        patched.setattr(f"assistant.privacy.{module}.{point}", kill)
        if point == "compact":
            patched.setattr("assistant.privacy.clean._overwrite", lambda *_: False)
        erase(large, find_subject(large, TARGET))
    done = finish_all(large)
    assert len(done) == (0 if point == "_certify" else 1) and all(map(is_genuine, done))
    assert verify(large).ok
    large.checkpoint()
    assert on_disk(tmp_path) == {}
    assert (folder / "train.jsonl").read_text() == '{"conversation_id": "web-a"}\n'


def test_a_process_that_is_killed_in_the_middle_of_an_erasure(busy: Database, tmp_path: Path) -> None:
    """The same with a real process and a real signal; a server's caretaker finishes it."""
    code = (
        "import os, signal, sys; from pathlib import Path; from assistant.privacy import erase, subject\n"
        "from assistant.store.database import Database\n"
        "erase.clean = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "db = Database.open(Path(sys.argv[1]), key='test key')\n"
        "erase.erase(db, subject.find_subject(db, sys.argv[2]))\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(busy.path), TARGET], capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with busy.read() as session:
        assert len(unfinished(session, time.time())) == 1
    assert [is_genuine(certificate) for certificate in finish_all(busy)] == [True]
    assert finish_all(busy) == []


def test_mentions_are_masked_whatever_their_case_and_letters(shop_db: Database) -> None:
    with shop_db.write() as session:
        names = {"first_name": "Άννα", "last_name": "Ωχρά"}
        session.add(CustomerRow(customer_id="c-1", email="jörg.ÄRMEL@example.com", **names))
    conversations = Conversations(shop_db)
    said = [
        "mail JÖRG.ärmel@EXAMPLE.com",
        "ask άννα ΩΧΡΆ",
        "long " + "x " * 4000 + "to Jörg.Ärmel@example.com",
        "hello",
    ]
    for number, words in enumerate(said):
        conversations.begin_turn(f"web-{number}", words, datetime.now(UTC))
    assert erase(shop_db, Subject("customer:c-1")).is_clean
    kept = [conversations.messages(f"web-{number}")[0].text for number in range(len(said))]
    assert kept == ["mail [erased]", "ask [erased]", "long " + "x " * 4000 + "to [erased]", "hello"]


def test_a_phone_is_masked_however_it_is_written_and_in_corrections_too(shop_db: Database) -> None:
    with shop_db.write() as session:
        session.add(
            CustomerRow(customer_id="c-1", email="ann@example.com", first_name="Ann", last_name="Orr",
                        phone="+353 21 555 0199")
        )  # fmt: skip
    theirs = (
        "+353 21 555 0199", "0035321 5550199", "+353 (0)21 555-0199", "(021) 555 01 99", "021/5550199", "555 0199",
        "+353215550199", "353 21 5550199", "0 21 555 0199",
    )  # fmt: skip
    others = ("+353 64 555 0199", "+49 30 555 0199", "21 555 01991", "9215550199", "order 215550198", "55 0199")
    conversations = Conversations(shop_db)
    for number, phone in enumerate(theirs + others):
        message = conversations.begin_turn(f"web-{number}", f"call {phone} 2 times, {number}", datetime.now(UTC))
        answer = conversations.finish_turn(message, Record(reply="I will."), {}, datetime.now(UTC))
        Reviews(shop_db).keep(answer, "anna", datetime.now(UTC), text=f"Tell ann@EXAMPLE.com at {phone} that.")
    assert erase(shop_db, Subject("customer:c-1")).is_clean
    kept = [conversations.messages(f"web-{number}")[0].text for number in range(len(theirs + others))]
    shown = ["[erased]"] * len(theirs) + list(others)
    assert kept == [f"call {phone} 2 times, {number}" for number, phone in enumerate(shown)]
    said = sorted(review.text or "" for review in Reviews(shop_db).all())
    assert said == sorted(f"Tell [erased] at {phone} that." for phone in shown)


def test_a_masked_word_breaks_nobody_elses_state(shop_db: Database) -> None:
    """Another customer's conversation that no longer was JSON failed at every later turn."""
    with shop_db.write() as session:
        session.add(CustomerRow(customer_id="100000", email="ann@example.com"))
        session.add(CustomerRow(customer_id="other", email="other@example.com"))
    conversations = Conversations(shop_db)
    state = {
        "search": {"max": 100000, "at": "100000-01-01"},
        "log": [{"said": 'her id "100000" or \\100000'}],
        "n": None,
    }
    record = Record(reply="Ann's id is 100000.", tokens={"prompt": 100000})
    message = conversations.begin_turn(
        "web-o", "Under 100000? Her id: 100000, and 1000001.", datetime.now(UTC), "other"
    )
    conversations.finish_turn(message, record, state, datetime.now(UTC))
    with shop_db.write() as session:
        session.add(ConversationRow(conversation_id="web-b", started_at=datetime.now(UTC), last_at=datetime.now(UTC)))
        session.flush()
        broken = {"state": '{"max":[erased], 100000}'}
        session.execute(text("UPDATE conversation SET state = :state WHERE conversation_id = 'web-b'"), broken)
    assert erase(shop_db, Subject("customer:100000")).is_clean
    assert conversations.state("web-o") == {
        **state,
        "search": {"max": 100000, "at": "[erased]-01-01"},
        "log": [{"said": 'her id "[erased]" or \\[erased]'}],
    }
    question, reply = conversations.messages("web-o")
    assert question.text == "Under [erased]? Her id: [erased], and 1000001." and reply.text == "Ann's id is [erased]."
    assert reply.record["tokens"] == {"prompt": 100000}
    with shop_db.read() as session:
        found = session.scalar(text("SELECT state FROM conversation WHERE conversation_id = 'web-b'"))
    assert found == '{"max":[erased], [erased]}'


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKROOM_DB_KEY", "test key")
    busy_shop(tmp_path / "shop.db", "test key", 10, 60).close()
    where = ["--db", str(tmp_path / "shop.db")]
    assert run(["privacy", "erase", "nobody", *where]) == 2
    assert run(["privacy", "erase", TARGET, "--reason", "She asked me to", *where]) == 2
    file, older = tmp_path / "certificate.json", tmp_path / "shop.db.replaced"
    older.touch()
    assert run(["privacy", "erase", TARGET, "--certificate", str(file), *where]) == 0
    shown = capsys.readouterr()
    assert f"delete this file by hand: {older}" in shown.err
    assert json.loads(file.read_text())["statement"]["older_copies_to_delete_by_hand"] == 1
    assert "hadn't been told" in shown.err and '"order_id": "W-wil-1"' in shown.err
    assert "1 orders stay" in shown.out and file.stat().st_mode & 0o077 == 0
    assert run(["privacy", "check-certificate", str(file), *where]) == 0
    file.write_text(file.read_text().replace('"conversations": 2', '"conversations": 3'))
    assert run(["privacy", "check-certificate", str(file), *where]) == 1
    assert run(["privacy", "compact", *where]) == 0


def test_a_running_server_forgets_what_another_process_erased(busy: Database) -> None:
    forgotten = threading.Event()
    caretaker = Caretaker(busy, PrivacySettings(), forgotten.set, poll_s=0.05)
    caretaker.start()
    time.sleep(0.3)
    assert not forgotten.is_set()
    with Database.open(busy.path, key="test key") as other:
        erase(other, find_subject(other, TARGET))
    assert forgotten.wait(10)
    caretaker.stop()


def test_retention_runs_by_itself_whatever_else_fails(shop_db: Database) -> None:
    with shop_db.write() as session:
        session.merge(ShopInfo(key="timezone", value="Nowhere/Atlantis"))
    conversations = Conversations(shop_db)
    conversations.begin_turn("web-old", "hello", datetime.now(UTC) - timedelta(days=400))
    conversations.begin_turn("web-new", "hello", datetime.now(UTC))
    caretaker = Caretaker(shop_db, PrivacySettings(), lambda: None, poll_s=0.05, first_after_s=0.2)
    caretaker.start()
    deadline = time.monotonic() + 20
    while conversations.messages("web-old") and time.monotonic() < deadline:
        time.sleep(0.05)
    caretaker.stop()
    assert not conversations.messages("web-old") and conversations.messages("web-new")


def test_an_import_or_a_backup_brings_nobody_back_and_takes_no_order_from_the_accounts(
    tmp_path: Path, capsys: Any
) -> None:
    path, backup = str(tmp_path / "demo.db"), str(tmp_path / "backup.db")

    def num_orders() -> list[tuple[int, int]]:
        with Database.open(Path(path)) as db, db.read() as session:
            query = """SELECT count(*), sum(customer_id LIKE 'erased-%' AND address = '{}') FROM "order"
                WHERE order_id IN (SELECT value FROM json_each(:theirs))"""
            return [tuple(row) for row in session.execute(text(query), {"theirs": json.dumps(theirs)})]

    assert run(["import", "shop", str(DEMO_SHOP), "--db", path]) == 0
    with Database.open(Path(path)) as db, db.read() as session:
        who = session.scalar(text('SELECT customer_id FROM "order" GROUP BY 1 ORDER BY count(*) DESC'))
        theirs = list(session.scalars(text('SELECT order_id FROM "order" WHERE customer_id = :who'), {"who": who}))
    assert run(["backup", backup, "--db", path]) == 0
    assert run(["privacy", "erase", who, "--db", path]) == 0
    assert num_orders() == [(len(theirs), len(theirs))]
    assert run(["import", "shop", str(DEMO_SHOP), "--db", path]) == 0
    assert "erased again" in capsys.readouterr().err
    assert num_orders() == [(len(theirs), len(theirs))], "after the import"
    assert run(["restore", backup, "--db", path]) == 0
    assert num_orders() == [(len(theirs), len(theirs))], "after the restore"
    assert run(["privacy", "export", who, "--db", path]) == 2
