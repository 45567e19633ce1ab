"""Who speaks in a conversation changes: a sign-in ends, another customer signs in, somebody's data is restricted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.act.orders.task import Task
from assistant.errors import InputError
from assistant.orders import OrderTalk
from assistant.privacy.rights import RESTRICTION, set_hold
from assistant.privacy.subject import customers_of, find_subject, gather, ids, release
from assistant.shop.catalogue import Catalogue
from assistant.store.database import Database
from assistant.store.schema import ConversationRow
from assistant.types import CustomerRef, Json, Record
from tests.unit.orders_shop import assistant, counts, order, order_shop

UNTOUCHED = (0, 0)
MIA, TOM = CustomerRef("mia"), CustomerRef("tom")
CANCEL = "Cancel my order #W1000001, I don't need it any more"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = order_shop(tmp_path / "orders.db")
    yield db
    db.close()


def theirs(db: Database, who: str) -> list[str]:
    """The conversations that are this customer's to have exported or erased."""
    with db.read() as session:
        gather(session, find_subject(db, who))
        found = ids(session, "conversation")
        release(session)
        return found


@pytest.mark.parametrize(
    "said", ["yes", "yes, go ahead", "Where is my order #W1000002?", "what's my address?", "thanks"]
)
def test_nobody_goes_on_with_an_account_whose_sign_in_has_ended(db: Database, said: str) -> None:
    one = assistant(db)
    assert "Shall I go ahead" in one.reply("c", CANCEL, customer=MIA).reply
    with pytest.raises(InputError, match="start a new one"):
        one.reply("c", said)
    assert [m.text for m in one.conversations.messages("c", "customer")] == [CANCEL]
    assert one.reply("c", "yes", customer=MIA).writes, "it goes on as soon as she is signed in again"


def take(db: Database, data: Json, said: str, customer: CustomerRef | None) -> tuple[Task, list[Json], str]:
    """What order talk alone does with a message: the task, the writes and the words."""
    one = assistant(db)
    context = one._context(None, customer, done_before=False, reached=True)
    answer = OrderTalk(db, Catalogue(db)).take(said, [], data, context, customer, "c")
    words = " ".join(map(str, (*answer.plan.core, *answer.plan.closing))) if answer else ""
    return Task.from_json(data), answer.writes if answer else [], words


@pytest.mark.parametrize("customer", [None, TOM])
@pytest.mark.parametrize("said", ["yes", "yes please, do that", "and where is #W1000002?", "leave it"])
def test_what_was_under_way_ends_with_who_it_was_for(db: Database, said: str, customer: CustomerRef | None) -> None:
    data: Json = {}
    before, _, _ = take(db, data, CANCEL, MIA)
    assert before.proposal and before.signed_in
    after, writes, words = take(db, data, said, customer)
    assert not (writes or after.proposal or after.goals or after.lines or after.order or "€" in words)
    assert after.customer == (customer.customer_id if customer else None)
    assert order(db, "#W1000001")["status"] == "pending" and counts(db) == UNTOUCHED


def test_the_same_customer_goes_on(db: Database) -> None:
    data: Json = {}
    take(db, data, CANCEL, MIA)
    assert take(db, data, "yes", MIA)[1] and order(db, "#W1000001")["status"] == "cancelled"


def test_who_told_who_they_are_is_known_for_the_conversation_and_who_signs_in_takes_over(db: Database) -> None:
    one = assistant(db)
    said = ("Where is my order?", "mia@example.com", CANCEL)
    assert "Shall I go ahead" in [one.reply("c", text).reply for text in said][-1]
    with pytest.raises(InputError, match="another customer"):
        one.reply("c", "yes", customer=TOM)
    assert one.reply("c", "yes", customer=MIA).writes
    with pytest.raises(InputError, match="start a new one"):
        one.reply("c", "and where is #W1000002?")
    visitor = [one.reply("v", text) for text in (*said[:2], "Where is #W1000002?")]
    assert "TR123456789" in visitor[-1].reply


def restrict(db: Database, who: str, on: bool = True) -> None:
    set_hold(db, find_subject(db, who), RESTRICTION, on, actor="staff:anna")


@pytest.mark.parametrize("said", ["yes", "Where is #W1000002?", "what did I pay for it?"])
def test_a_restriction_holds_from_the_next_message_on(db: Database, said: str) -> None:
    one = assistant(db)
    for words in ("Where is my order?", "mia@example.com", CANCEL):
        one.reply("c", words)
    restrict(db, "mia")
    record: Record = one.reply("c", said)
    assert not record.writes and "€" not in record.reply and "TR123456789" not in record.reply
    assert order(db, "#W1000001")["status"] == "pending" and theirs(db, "mia") == ["c"]
    with db.read() as session:
        assert customers_of(session.get_one(ConversationRow, "c")) == ["mia"], "nor is it learnt from as a visitor's"
    assert one.reply("c", "Where is my order? I'm mia@example.com").handoff
    restrict(db, "mia", on=False)
    assert not one.reply("c", "yes").writes, "what was proposed before is over"


def test_a_signed_in_customer_under_a_restriction_is_a_stranger(db: Database) -> None:
    one = assistant(db)
    one.reply("c", CANCEL, customer=MIA)
    restrict(db, "mia")
    with pytest.raises(InputError, match="start a new one"):
        one.reply("c", "yes", customer=MIA)
    assert "who you are" in one.reply("d", "Where is my order #W1000001?", customer=MIA).reply
