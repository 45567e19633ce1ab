"""Files of dialogues from outside, read row by row: JSON Lines, JSON, tables, and Hugging Face data sets on disk.

What a row holds is import_turns' and import_records' to know. A bad line is refused by its number, and never stops
the rest. Knows no shop and no model.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from finetune import import_records
from finetune.import_turns import ANSWER, QUESTION, Evidence, Exchange, Refusal, exchanges

__all__ = ["Evidence", "Exchange", "Refusal", "read_dialogues"]
_LISTS = ("tickets", "conversations", "data")


def read_dialogues(path: Path) -> Iterator[Exchange | Refusal]:
    """The exchanges of a file (.jsonl, .json, .csv, .tsv) or of a folder that `datasets` has saved.

    Raises UsageError when it can't be read at all.
    """
    try:
        if path.is_dir():
            yield from _saved(path)
        elif path.suffix.lower() in (".csv", ".tsv"):
            yield from _table(path)
        elif path.suffix.lower() == ".json":
            yield from _document(path)
        else:
            yield from _lines(path)
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror}); give a file of dialogues") from None


def _row(row: Any, where: str) -> Iterator[Exchange | Refusal]:
    if isinstance(row, Mapping) and import_records.is_record(row):
        yield from import_records.exchange(row, where)
    else:
        yield from exchanges(row, where)


def _lines(path: Path) -> Iterator[Exchange | Refusal]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                row = json.loads(raw.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                yield Refusal(where, f"not JSON in UTF-8 ({str(error)[:60]})")
                continue
            yield from _row(row, where)


def _document(path: Path) -> Iterator[Exchange | Refusal]:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON in UTF-8 ({error}); mend it") from None
    if isinstance(data, Mapping):
        several = next((k for k in _LISTS if _of_conversations(data.get(k))), None)
        data = data[several] if several else [data]
    for number, row in enumerate(data if isinstance(data, list) else [data], start=1):
        yield from _row(row, f"{path.name}[{number}]")


def _of_conversations(value: Any) -> bool:
    """Whether it is a list of whole conversations, and not one conversation's turns (ShareGPT's own name for them)."""
    return isinstance(value, list) and all(isinstance(v, Mapping) and not {"from", "value"} <= set(v) for v in value)


def _saved(path: Path) -> Iterator[Exchange | Refusal]:
    """The rows of a Dataset, or of every split of a DatasetDict, that `save_to_disk` has written."""
    try:
        from datasets import Dataset, DatasetDict, load_from_disk
    except ImportError as error:
        raise UsageError(
            f"{path}: reading a saved data set needs {error.name}; install it with `uv sync --extra finetune`"
        ) from None
    try:
        found: Dataset | DatasetDict = load_from_disk(str(path))
    except Exception as error:  # the library raises whatever its formats raise
        raise UsageError(
            f"{path}: not a data set that `save_to_disk` has written ({str(error).splitlines()[0]}); name a file in it"
        ) from None
    splits = dict(found) if isinstance(found, Mapping) else {path.name: found}
    for name, rows in splits.items():
        for number, row in enumerate(rows, start=1):
            yield from _row(row, f"{name}[{number}]")


def _table(path: Path) -> Iterator[Exchange | Refusal]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = 1
        try:
            head = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter="\t" if head.count("\t") > head.count(",") else ",")
            columns = dict.fromkeys(reader.fieldnames or ())
            records = import_records.is_record(columns)
            question, answer = import_records.find(columns, QUESTION), import_records.find(columns, ANSWER)
            if not records and (question is None or answer is None):
                raise UsageError(
                    f"{path}: its columns are {', '.join(columns)}; one named question and one named answer are needed"
                )
            for row in reader:
                line = reader.line_num
                where = f"{path.name}:{line}"
                if records:
                    yield from import_records.exchange(row, where)
                    continue
                said, replied = (row.get(str(question)) or "").strip(), (row.get(str(answer)) or "").strip()
                good = bool(said and replied)
                yield Exchange(where, said, replied) if good else Refusal(where, "question or answer is empty")
        except (UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"{path}: not a table in UTF-8 near line {line} ({error}); mend it") from None
