"""The person a request is about: a customer with all conversations and orders, or a visitor's single conversation.

Puts their ids into temporary tables (in memory, never on disk), which every statement of this room then joins.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from assistant.customers import find_customer
from assistant.errors import UsageError
from assistant.privacy.rules import OwnedTable
from assistant.store.connections import compact_json
from assistant.store.database import Database
from assistant.store.schema import ConversationRow

_HELD = {
    "customer_id": "subject_customer",
    "conversation_id": "subject_conversation",
    "order_id": "subject_order",
    "reference": "subject_reference",
}


@dataclass(frozen=True)
class Subject:
    """`reference` names the person: "customer:mia", or "conversation:web-1" for a visitor nobody knows by name."""

    reference: str

    @property
    def kind(self) -> str:
        return self.reference.partition(":")[0]

    @property
    def identity(self) -> str:
        return self.reference.partition(":")[2]


def find_subject(db: Database, who: str) -> Subject:
    """The subject by a customer's id or e-mail address, or a conversation's id ("customer:" or "conversation:" may
    stand before it). Raises UsageError when there is none or several."""
    kind, colon, identity = who.partition(":")
    if not colon or kind not in ("customer", "conversation"):
        kind, identity = "", who
    if kind != "conversation":
        try:
            if "@" in identity:
                return Subject(f"customer:{find_customer(db, email=identity).customer_id}")
            return Subject(f"customer:{find_customer(db, customer_id=identity).customer_id}")
        except UsageError:
            if kind or "@" in identity:
                raise
    with db.read() as session:
        query = text("SELECT 1 FROM conversation WHERE conversation_id = :id")
        if session.scalar(query, {"id": identity}):
            return Subject(f"conversation:{identity}")
    raise UsageError(f"nobody here is {who!r}; give a customer's id or e-mail address, or a conversation's id")


def customers_of(conversation: ConversationRow) -> list[str]:
    """Whose a conversation is: of who was signed in, and of everybody who said in it who they are; nobody's: []."""
    task = conversation.state.get("task") or {}
    told = (known.get("customer") for known in (task, *task.get("known", ())))
    return [str(customer) for customer in dict.fromkeys((conversation.customer_id, *told)) if customer]


def gather(session: Session, subject: Subject) -> None:
    """Put the ids of everything that is the subject's into the temporary tables of this session's connection.

    A conversation is a customer's who was signed in, or who said in it who they are: the dialogue state has it then.
    """
    run = session.execute
    for table in (*_HELD.values(), "subject_message"):
        run(text(f"CREATE TEMP TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY)"))
        run(text(f"DELETE FROM temp.{table}"))
    who = {"id": subject.identity}
    if subject.kind == "customer":
        run(text("INSERT INTO temp.subject_customer VALUES (:id)"), who)
        run(
            text("""INSERT INTO temp.subject_conversation
            SELECT conversation_id FROM conversation WHERE customer_id = :id OR instr(state, :identified) > 0"""),
            {**who, "identified": compact_json({"customer": subject.identity})[1:-1]},
        )
        run(text('INSERT INTO temp.subject_order SELECT order_id FROM "order" WHERE customer_id = :id'), who)
    else:
        run(text("INSERT INTO temp.subject_conversation VALUES (:id)"), who)
    run(
        text("""INSERT INTO temp.subject_message SELECT message_id FROM message
        WHERE conversation_id IN (SELECT id FROM temp.subject_conversation)""")
    )
    for kind in ("customer", "conversation", "order", "message"):
        run(text(f"INSERT INTO temp.subject_reference SELECT '{kind}:' || id FROM temp.subject_{kind}"))


def release(session: Session) -> None:
    """Drop the temporary tables: the connection goes back to the pool without anybody's ids."""
    for table in (*_HELD.values(), "subject_message"):
        session.execute(text(f"DROP TABLE IF EXISTS temp.{table}"))


def ids(session: Session, kind: str) -> list[str]:
    """What `gather` found: kind is "customer", "conversation", "order", "message" or "reference"."""
    return list(session.scalars(text(f"SELECT id FROM temp.subject_{kind} ORDER BY id")))


def theirs(table: OwnedTable) -> str:
    """The SQL condition for the rows of a table that are the subject's, by any of its owner columns.

    A row of a conversation that is theirs is theirs, as is one of an order or in their own name.
    """
    conditions = []
    for owner in table.owners:
        held = _HELD.get(owner, "subject_message")
        conditions.append(f'"{owner}" IN (SELECT id FROM temp.{held})')
    return " OR ".join(conditions)
