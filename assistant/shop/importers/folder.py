"""The shop folder of SHOP_FORMAT.md: its files in order, each as CSV or JSON Lines, each row to the writer.

`shop.json`, products and variants are required. What the columns mean is in `folder_rows`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import ImportFailedError, UsageError
from assistant.shop import order_rules
from assistant.shop.importers import values
from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.folder_rows import FILES, FileFormat
from assistant.shop.importers.readers import read_csv, read_jsonl
from assistant.shop.importers.report import BadValue, Place
from assistant.shop.importers.values import first_heading

MAX_PAGE_BYTES = 1024 * 1024


def load(path: Path, writer: ShopWriter) -> None:
    """Read the folder at `path` into `writer`. Raises ImportFailedError when a required file is missing or unusable."""
    if not path.is_dir():
        raise ImportFailedError(
            f"{path} is not a folder; a shop is a folder with shop.json, products.csv and variants.csv"
        )
    files = {form.stem: _file_of(path, form, writer) for form in FILES}
    _load_shop(path / "shop.json", writer)
    _load_order_rules(path / order_rules.FILE, writer)
    for form in FILES:
        file = files[form.stem]
        if file is not None:
            _load_rows(file, form, writer)
    _load_policies(path / "policies", writer)


def _file_of(folder: Path, form: FileFormat, writer: ShopWriter) -> Path | None:
    there = [
        folder / f"{form.stem}{suffix}" for suffix in (".csv", ".jsonl") if (folder / f"{form.stem}{suffix}").is_file()
    ]
    if len(there) > 1:
        raise ImportFailedError(
            f"{folder} has {there[0].name} and {there[1].name}; keep one of them; nothing was imported"
        )
    if not there and form.needed:
        raise ImportFailedError(
            f"{folder / form.stem}.csv isn't there; a shop needs it (see docs/SHOP_FORMAT.md); nothing was imported"
        )
    return there[0] if there else None


def _load_shop(file: Path, writer: ShopWriter) -> None:
    place = Place(file.name, 1)
    if not file.is_file():
        raise ImportFailedError(f"{file} isn't there; a shop needs it, with its currency; nothing was imported")
    try:
        facts = json.loads(file.read_bytes().decode("utf-8-sig"), parse_float=str)
    except UnicodeDecodeError:
        raise writer.fatal(place, "file", "", "is not UTF-8", "save the file as UTF-8") from None
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise writer.fatal(Place(file.name, line), "file", "", f"is not JSON ({error})", "correct it there") from None
    if not isinstance(facts, dict):
        raise writer.fatal(place, "file", "", "is not a JSON object", 'write {"name": "...", "currency": "EUR"}')
    try:
        values.required(facts.get("currency"), "currency")
        writer.shop({key: _fact(value) for key, value in facts.items() if value is not None}, place)
    except BadValue as bad:
        row = bad.at(place)
        raise writer.fatal(place, row.column, row.value, row.problem, row.remedy) from None


def _load_order_rules(file: Path, writer: ShopWriter) -> None:
    """What customers may do with their orders, checked here so that no answer ever meets a broken rule."""
    if not file.is_file():
        return
    place = Place(file.name, 1)
    try:
        text = _page(file)
        order_rules.OrderRules.parse(text)
        writer.shop({order_rules.FACT: text}, place)
    except BadValue as bad:
        raise writer.fatal(place, bad.column, bad.value, bad.problem, bad.remedy) from None
    except UsageError as error:
        raise writer.fatal(place, "file", file.name, str(error), "see assistant/shop/rules/default.toml") from None


def _fact(value: Any) -> str:
    return values.text(value) if not isinstance(value, list | dict) else json.dumps(value, ensure_ascii=False)


def _load_rows(file: Path, form: FileFormat, writer: ShopWriter) -> None:
    rows: Iterator[tuple[Place, dict[str, Any]]]
    rows = read_csv(file, writer, form.required) if file.suffix == ".csv" else read_jsonl(file, writer)
    unknown: set[str] = set()
    for place, cells in rows:
        if form.known is not None and not form.known.issuperset(cells):
            unknown.update(set(cells) - form.known)
        try:
            form.take(cells, place, writer)
        except BadValue as bad:
            writer.reject(place, bad)
            if form.numbered is not None:
                table, parent = form.numbered
                writer.gap(table, values.text(cells.get(parent)), place)
    for column in sorted(unknown):
        writer.warn(f"{file.name}: the column {column!r} isn't known and was left out")


def _load_policies(folder: Path, writer: ShopWriter) -> None:
    if not folder.is_dir():
        return
    for file in sorted(folder.glob("*.md")):
        place = Place(f"policies/{file.name}", 1)
        try:
            text = _page(file)
            title = first_heading(text)
            if title is None:
                raise BadValue("title", "", "has no heading", "begin the page with # and its title")
            writer.policy({"policy_id": file.stem, "title": title, "text": text}, place)
        except BadValue as bad:
            writer.reject(place, bad)


def _page(file: Path) -> str:
    if file.stat().st_size > MAX_PAGE_BYTES:
        raise BadValue("file", file.name, f"is longer than {MAX_PAGE_BYTES} bytes", "split it into several pages")
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadValue("file", file.name, f"is not UTF-8 (line {line})", "save the file as UTF-8") from None
    if "\0" in text:
        raise BadValue("file", file.name, "holds a NUL character", "remove it")
    return text
