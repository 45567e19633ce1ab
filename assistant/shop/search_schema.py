"""The search index as tables, and the triggers that keep it in step with the shop whatever program changes it.

    search_doc         one row per product: its number in the index, whether its vector is up to date
    search_text        FTS5 over the texts of active products (row number = doc_id); neither price nor stock is in it
    search_option      every option value that any variant has; search_option_doc says which products have it
    search_vector      one int8 vector per product; search_bits its signs, for a first pass over very many
    search_passage     vectors of policy paragraphs by the hash of their text
    search_meta        `texts` and `vectors` change with every change: what a cache in memory goes by

All of it can be made again from the shop's tables, so it is no part of the migrations: `ensure` makes it when it is
missing or from another version. SQLite only. Knows nothing of queries.
"""

from __future__ import annotations

from typing import Any

from assistant.store.database import Database, driver

VERSION = 3

_FACTS = """(SELECT coalesce(group_concat(CASE
        WHEN lower(value) IN ('yes', 'true', '1') THEN replace(key, '_', ' ')
        WHEN lower(value) IN ('no', 'false', '0') THEN ''
        ELSE replace(key, '_', ' ') || ' ' || value END, ' '), '')
    FROM json_each(CASE WHEN json_valid(p.{column}) THEN p.{column} ELSE '{{}}' END))"""

_INDEX = f"""INSERT INTO search_text(rowid, name, kind, brand, facts, description)
    SELECT d.doc_id, p.name, p.category || ' ' || coalesce(p.subcategory, ''), coalesce(p.brand, ''),
        {_FACTS.format(column="attributes")} || ' ' || {_FACTS.format(column="specs")}, p.description
    FROM product p JOIN search_doc d ON d.product_id = p.product_id WHERE p.active"""

_OPTIONS = "json_each(CASE WHEN json_valid({v}.options) THEN {v}.options ELSE '{{}}' END) j"

TABLES = (
    "CREATE TABLE search_meta(version INTEGER NOT NULL, texts INTEGER NOT NULL, vectors INTEGER NOT NULL)",
    """CREATE TABLE search_doc(doc_id INTEGER PRIMARY KEY, product_id TEXT NOT NULL UNIQUE,
        embedded INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX ix_search_doc_stale ON search_doc(doc_id) WHERE embedded = 0",
    """CREATE VIRTUAL TABLE search_text USING fts5(name, kind, brand, facts, description,
        content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2')""",
    "CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_text, col)",
    """CREATE TABLE search_option(option_id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL,
        UNIQUE(name, value))""",
    """CREATE TABLE search_option_doc(option_id INTEGER NOT NULL, doc_id INTEGER NOT NULL,
        PRIMARY KEY(option_id, doc_id)) WITHOUT ROWID""",
    "CREATE TABLE search_vector(doc_id INTEGER PRIMARY KEY, hash BLOB NOT NULL, vector BLOB NOT NULL)",
    "CREATE TABLE search_bits(doc_id INTEGER PRIMARY KEY, bits BLOB NOT NULL)",
    "CREATE TABLE search_passage(hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID",
    # for lists in the order of price, rating and age, which are read live
    "CREATE INDEX ix_search_variant_price ON variant(price_minor)",
    "CREATE INDEX ix_search_product_rating ON product(rating)",
    "CREATE INDEX ix_search_product_position ON product(position)",
)

_NEW_DOC = """INSERT INTO search_doc(product_id) SELECT new.product_id
    WHERE NOT EXISTS (SELECT 1 FROM search_doc WHERE product_id = new.product_id);"""
_UNINDEX = (
    """DELETE FROM search_text WHERE rowid = (SELECT doc_id FROM search_doc WHERE product_id = {row}.product_id);"""
)
_CHANGED = "UPDATE search_meta SET texts = random();"
_FORGET = """DELETE FROM search_vector WHERE doc_id = (SELECT doc_id FROM search_doc WHERE product_id = old.product_id);
    DELETE FROM search_bits WHERE doc_id = (SELECT doc_id FROM search_doc WHERE product_id = old.product_id);
    DELETE FROM search_doc WHERE product_id = old.product_id;
    UPDATE search_meta SET texts = random(), vectors = random();"""
_ADD_OPTIONS = f"""INSERT INTO search_option(name, value) SELECT j.key, j.value FROM {_OPTIONS.format(v="new")}
    WHERE j.value <> '' AND NOT EXISTS (SELECT 1 FROM search_option o WHERE o.name = j.key AND o.value = j.value);
    INSERT INTO search_option_doc(option_id, doc_id) SELECT o.option_id, d.doc_id
    FROM {_OPTIONS.format(v="new")} JOIN search_option o ON o.name = j.key AND o.value = j.value
    JOIN search_doc d ON d.product_id = new.product_id
    WHERE NOT EXISTS (SELECT 1 FROM search_option_doc x WHERE x.option_id = o.option_id AND x.doc_id = d.doc_id);"""

TRIGGERS = (
    # Every step asks whether its row is there already: "OR IGNORE" would give way to the outer statement's OR REPLACE.
    f"""CREATE TRIGGER search_product_insert AFTER INSERT ON product BEGIN
        {_NEW_DOC} {_UNINDEX.format(row="new")} {_INDEX} AND p.product_id = new.product_id; {_CHANGED} END""",
    f"""CREATE TRIGGER search_product_update AFTER UPDATE OF product_id, name, category, subcategory, brand,
        description, active, specs, attributes ON product WHEN old.product_id = new.product_id BEGIN
        {_UNINDEX.format(row="new")} {_INDEX} AND p.product_id = new.product_id;
        UPDATE search_doc SET embedded = 0 WHERE product_id = new.product_id AND
            (old.name, old.category, old.subcategory, old.brand, old.description, old.specs, old.attributes) IS NOT
            (new.name, new.category, new.subcategory, new.brand, new.description, new.specs, new.attributes);
        {_CHANGED} END""",
    f"""CREATE TRIGGER search_product_rename AFTER UPDATE OF product_id ON product
        WHEN old.product_id <> new.product_id BEGIN
        {_UNINDEX.format(row="old")} {_FORGET} {_NEW_DOC} {_INDEX} AND p.product_id = new.product_id; END""",
    f"""CREATE TRIGGER search_product_delete AFTER DELETE ON product BEGIN
        {_UNINDEX.format(row="old")} {_FORGET} END""",
    f"""CREATE TRIGGER search_variant_insert AFTER INSERT ON variant WHEN new.options <> '{{}}' BEGIN
        {_ADD_OPTIONS} {_CHANGED} END""",
    f"""CREATE TRIGGER search_variant_update AFTER UPDATE OF options, product_id ON variant BEGIN
        {_ADD_OPTIONS} {_CHANGED} END""",
)

_FILL = (
    "INSERT INTO search_doc(product_id) SELECT product_id FROM product ORDER BY position",
    _INDEX,
    f"""INSERT INTO search_option(name, value) SELECT DISTINCT j.key, j.value
        FROM variant v, {_OPTIONS.format(v="v")} WHERE j.value <> ''""",
    f"""INSERT INTO search_option_doc(option_id, doc_id) SELECT DISTINCT o.option_id, d.doc_id
        FROM variant v, {_OPTIONS.format(v="v")} JOIN search_option o ON o.name = j.key AND o.value = j.value
        JOIN search_doc d ON d.product_id = v.product_id""",
    f"INSERT INTO search_meta VALUES ({VERSION}, random(), random())",
)


def ensure(db: Database) -> None:
    """Make the index when it is missing or of another version; otherwise a single look. Raises DatabaseError."""
    with db.look() as raw:
        if _version(raw) == VERSION:
            return
    with db.write() as session:
        raw = driver(session)
        if _version(raw) == VERSION:  # another process was quicker
            return
        _drop(raw)
        for statement in (*TABLES, *_FILL, *TRIGGERS):
            raw.execute(statement)


def _version(raw: Any) -> int | None:
    if raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_meta'").fetchone() is None:
        return None
    found = raw.execute("SELECT version FROM search_meta").fetchone()
    return None if found is None else int(found[0])


def _drop(raw: Any) -> None:
    rows = raw.execute(
        """SELECT type, name FROM sqlite_master
        WHERE name LIKE 'search\\_%' ESCAPE '\\' AND type IN ('trigger', 'table')
        OR name LIKE 'ix\\_search\\_%' ESCAPE '\\' ORDER BY type = 'table', sql NOT LIKE '%fts5vocab%'"""
    ).fetchall()
    for kind, name in rows:
        raw.execute(f'DROP {kind} IF EXISTS "{name}"')
