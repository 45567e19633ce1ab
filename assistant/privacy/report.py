"""The record of processing activities (Art. 30 GDPR) and a data-protection impact sheet (Art. 35), made from what is
really configured and kept: settings, the tables of the database with their rules, counts, the state of its protection.

Gives Markdown; report_page.py makes HTML of it. What only the shop can know is marked "to be filled in". Knows no
law beyond the headings: a sheet to start from, no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text

from assistant import __version__
from assistant.config import Settings
from assistant.privacy.certificate import public_key_of
from assistant.privacy.retention import periods
from assistant.privacy.rules import OwnedTable, owned_tables
from assistant.privacy.secrets import signing_key
from assistant.shop.schema import ShopInfo
from assistant.store.audit_verify import verify
from assistant.store.database import Database

OPEN = "_to be filled in_"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class State:
    """What the sheets are made of."""

    shop: str
    tables: list[tuple[OwnedTable, int]]
    num_erased: int
    num_held: int
    num_restricted: int
    audit: str
    public_key: str
    adapters: list[str]


def look(db: Database) -> State:
    """Read the state of a database; writes only the signing key, when there is none yet."""
    with db.write() as session:
        public_key = public_key_of(signing_key(session))
    with db.read() as session:
        shop = session.scalar(select(ShopInfo.value).where(ShopInfo.key == "name")) or OPEN

        def count(query: str) -> int:
            return int(session.scalar(text(query)) or 0)

        tables = [(table, count(f'SELECT count(*) FROM "{table.name}"')) for table in owned_tables(session)]
        held = "SELECT count(*) FROM privacy_hold WHERE kind = "
        state = State(
            shop=shop,
            tables=tables,
            num_erased=count("SELECT count(*) FROM erasure"),
            num_held=count(f"{held}'legal_hold'"),
            num_restricted=count(f"{held}'restriction'"),
            audit="",
            public_key=public_key,
            adapters=list(session.scalars(text("SELECT DISTINCT adapter FROM training_adapter ORDER BY adapter"))),
        )
    verdict = verify(db)
    chain = f"{verdict.num_entries} entries, " + ("chain verified" if verdict.ok else "CHAIN BROKEN")
    return State(**{**vars(state), "audit": f"{chain}, head {verdict.head}"})


def record_of_processing(settings: Settings, state: State) -> str:
    """The record of processing (Art. 30) as Markdown."""
    privacy = settings.privacy
    lines = [
        f"# Record of processing: {state.shop}",
        "",
        f"Art. 30 GDPR. Made on {_now()} by Backroom {__version__} from its settings and its database.",
        "",
        "## Who answers for it",
        "",
        f"- Controller: {privacy.controller or OPEN}",
        f"- Contact: {privacy.contact or OPEN}",
        f"- Data-protection officer: {privacy.officer or OPEN}",
        "",
        "## What is processed",
        "",
        "| data | tables (rows) | purpose | legal basis | kept |",
        "|---|---|---|---|---|",
        *_processing(settings, state),
        "",
        "People concerned: customers and visitors of the shop; staff (accounts, actions in the audit log).",
        "",
        "## Who receives it",
        "",
        *_recipients(settings),
        "",
        "## How it is protected",
        "",
        *_measures(settings, state),
        "",
    ]
    return "\n".join(lines)


def impact_sheet(settings: Settings, state: State) -> str:
    """The data-protection impact sheet (Art. 35) as Markdown."""
    exposed = settings.server.host not in _LOOPBACK
    risks = [
        ("A wrong answer about price, stock or an order", "figures come from the shop's rows with receipts; checked "
         "before they are shown", "low"),
        ("One customer sees another's data", "conversations, model memories and prompts are keyed by conversation; "
         "order matters need identification", "low"),
        ("Data leaves the building", "no connection out unless configured; the model runs on this machine",
         "low" if settings.server.host in _LOOPBACK else "medium: the server is reachable from the network"),
        ("The disk or a backup is stolen", "the database and its backups are encrypted; the key file lies beside the "
         "database unless BACKROOM_DB_KEY is used", "medium: keep the key apart from the disk"),
        ("Data is kept too long", _kept_sentence(settings), _risk_of_keeping(settings)),
        ("The model learnt personal data", "training data is masked and registered; adapters trained from a person's "
         f"conversations are named at erasure ({len(state.adapters)} registered)", "low"),
        ("A customer takes it for a person", "it says that it is an AI at the start and when asked", "low"),
        ("Staff look at or change what they need not", "roles; every action is in the audit log", "low"),
    ]  # fmt: skip
    kinds = sorted({table.rule.kind for table, rows in state.tables if rows})
    lines = [
        f"# Data-protection impact sheet: {state.shop}",
        "",
        f"Art. 35 GDPR. Made on {_now()} by Backroom {__version__}. A sheet to start from; the assessment is yours.",
        "",
        "## What it does",
        "",
        "An assistant answers customers in a chat from the shop's own data. A language model on the shop's own machine "
        "phrases the answers. It makes no decision with legal effect about anybody (Art. 22): orders change only under "
        "the shop's own rules and after the customer's confirmation.",
        "",
        f"- Model: {settings.model.name or 'the default'}; adapter: {settings.model.adapter or 'none'}",
        f"- Reachable at: {settings.server.host} port {settings.server.port}"
        + ("" if exposed else " (this machine only)"),
        f"- Personal data: {', '.join(kinds) or 'none yet'}",
        "",
        "## Risks and what is done about them",
        "",
        "| risk | measure | left over |",
        "|---|---|---|",
        *(f"| {risk} | {measure} | {left} |" for risk, measure, left in risks),
        "",
        "## Rights of those concerned",
        "",
        "Access and portability `backroom privacy export`, erasure `erase` (with a signed certificate), rectification "
        "`correct`, restriction `restrict`, consent `consent`.",
        "",
        f"- Erased so far: {state.num_erased} references; under restriction: {state.num_restricted}; "
        f"under legal hold: {state.num_held}",
        f"- Key that certificates are checked with (Ed25519): `{state.public_key}`",
        "",
        "## Necessity, proportionality, consultation",
        "",
        f"- {OPEN}",
        "",
    ]
    return "\n".join(lines)


def _processing(settings: Settings, state: State) -> list[str]:
    kinds: dict[str, list[tuple[OwnedTable, int]]] = {}
    for table, rows in state.tables:
        kinds.setdefault(table.rule.kind, []).append((table, rows))
    lines = []
    for kind, tables in sorted(kinds.items()):
        names = ", ".join(f"{table.name} ({rows:,})" for table, rows in tables)
        rule = tables[0][0].rule
        lines.append(f"| {kind} | {names} | {rule.purpose} | {rule.basis} | {_kept(kind, settings)} |")
    return lines


def _kept(kind: str, settings: Settings) -> str:
    days = periods(settings.privacy)
    follows = {"feedback": "conversations", "hand-overs": "conversations", "training": "conversations"}
    if kind in days or kind in follows:
        period = days[follows.get(kind, kind)]
        kept = f"{period} days" if period else "until erased"
        return kept + (
            f"; after an erasure {settings.privacy.bookkeeping_days} days without the person" * (kind == "orders")
        )
    return "until erased, or as long as the customer's account"


def _recipients(settings: Settings) -> list[str]:
    lines = ["- Nobody outside: the model runs on this machine and nothing is sent anywhere."]
    for name, section in settings:
        for key, value in section:
            if (
                isinstance(value, str)
                and value.startswith(("http://", "https://"))
                and (name, key) != ("server", "public_url")
            ):
                lines.append(f"- Configured by the operator: `{name}.{key}` = {value}")
    if len(lines) > 1:
        lines[0] = (
            "- Only the addresses below, which the operator configured; the model's own text stays on this machine."
        )
    return [*lines, "- Transfers to third countries: none by Backroom itself."]


def _measures(settings: Settings, state: State) -> list[str]:
    host = settings.server.host
    tls = "TLS by the server itself" if settings.server.tls_certificate else "put TLS in front"
    reach = "this machine only" if host in _LOOPBACK else f"the network ({host}): {tls}"
    return [
        "- At rest: SQLCipher (AES-256 in CBC mode with HMAC-SHA512 on every page), file mode 600; backups likewise.",
        "- Deletion: overwritten in place (secure_delete), copies in unused space found and overwritten, the log cut.",
        f"- Reachable from: {reach}.",
        f"- Audit log: {state.audit}; people in it are pseudonyms whose salts are destroyed with an erasure.",
        "- Card numbers are masked before anything is kept.",
        f"- Retention by itself every day; the file is rewritten at {settings.privacy.quiet_hour}:00.",
    ]


def _kept_sentence(settings: Settings) -> str:
    parts = [f"{kind} {days} days" if days else f"{kind} for ever" for kind, days in periods(settings.privacy).items()]
    return "retention runs every day: " + ", ".join(parts)


def _risk_of_keeping(settings: Settings) -> str:
    return "low" if settings.privacy.conversations_days else "high: conversations are kept for ever; set a period"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"
