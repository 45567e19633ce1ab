"""Whole conversations from a file: each on its own copy of the shop, side by side, results in the order of the cases.

    {"id", "customer": {"email"|"id"}|null, "now": ISO 8601|null, "turns": [TEXT | {"say": TEXT, "feed": [CHANGE...]}]}
 -> {"id", "turns": [RECORD...], "changes": [rows of the shop that the conversation wrote]}

The whole file is checked before the first turn. Results are appended to OUT.part as far as they are complete in order,
and OUT appears whole at the end. Knows no engine; an assistant for a database comes from the caller.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.customers import find_customer
from assistant.desk import TurnTaker
from assistant.errors import BackroomError, BusyError, InputError, UsageError
from assistant.replay_changes import Rows, changed_rows, written_rows
from assistant.shop.catalogue import Catalogue
from assistant.shop.changes import apply_change
from assistant.store.database import Database
from assistant.types import CustomerRef, Done, Json, Record

MAX_RETRIES = 60
MAX_WAIT_S = 5.0
Build = Callable[[Database], TurnTaker]
Progress = Callable[[int, int], None]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Customer(_Strict):
    """Who is signed in, by one of the two."""

    email: str | None = None
    id: str | None = None


class Turn(_Strict):
    """What the customer says, and what changes in the shop just before."""

    say: str
    feed: list[Json] = Field(default_factory=list)


class Case(_Strict):
    """One conversation. `line` is where it stands in its file."""

    id: str = Field(min_length=1)
    customer: Customer | None = None
    now: datetime | None = None
    turns: list[Turn] = Field(min_length=1)
    line: int = Field(default=0, exclude=True)


@dataclass(frozen=True)
class Summary:
    """What a replay did."""

    num_cases: int
    num_turns: int
    seconds: float


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises UsageError that names the line for what doesn't fit, ids used twice included."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(
            f"{path}: can't be read ({error.strerror}); give a file of cases, one JSON object per line"
        ) from None
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        case = _parse(line, f"{path}:{number}", number)
        if case.id in cases:
            raise UsageError(
                f"{path}:{number}: id {case.id!r} is already on line {cases[case.id].line}; ids must differ"
            )
        cases[case.id] = case
    if not cases:
        raise UsageError(f"{path}: holds no cases; write one JSON object per line")
    return list(cases.values())


def _parse(line: bytes, where: str, number: int) -> Case:
    try:
        data = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not a JSON object in UTF-8 ({error}); mend or remove the line") from None
    if not isinstance(data, dict):
        raise UsageError(f'{where}: not a JSON object; a case is {{"id": ..., "turns": [...]}}')
    if isinstance(data.get("turns"), list):
        data["turns"] = [{"say": turn} if isinstance(turn, str) else turn for turn in data["turns"]]
    if isinstance(data.get("id"), int):
        data["id"] = str(data["id"])
    try:
        case = Case.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}; mend the case") from None
    case.line = number
    return case


def check_customers(cases: Sequence[Case], path: Path, db: Database) -> None:
    """Raises UsageError that names the line of a case whose customer the shop doesn't have."""
    for case in cases:
        try:
            _customer(case, db)
        except UsageError as error:
            raise UsageError(f"{path}:{case.line}: {error}") from None


def _customer(case: Case, db: Database) -> CustomerRef | None:
    if case.customer is None:
        return None
    return find_customer(db, customer_id=case.customer.id, email=case.customer.email)


def run_cases(
    cases: Sequence[Case],
    out: Path,
    *,
    db: Database,
    build: Build,
    jobs: int,
    resume: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Answer all cases, `jobs` at once, and write the results to `out`. With `resume`, `out`.part is taken as begun.

    Raises UsageError when a case's feed can't be applied or `out` can't be written.
    """
    began = time.monotonic()
    part = out.with_name(out.name + ".part")
    num_done = _done(part, cases) if resume else 0
    num_turns = sum(len(case.turns) for case in cases)
    try:
        with (
            part.open("ab" if num_done else "wb") as file,
            tempfile.TemporaryDirectory(prefix="backroom-replay-") as folder,
        ):
            runner = _Runner(db, build, Path(folder))
            for number, result in enumerate(_in_order(runner, cases[num_done:], jobs), start=num_done + 1):
                file.write(json.dumps(result, ensure_ascii=False, default=str).encode() + b"\n")
                file.flush()
                if progress is not None:
                    progress(number, len(cases))
        part.replace(out)
    except OSError as error:
        raise UsageError(f"{out}: can't be written ({error.strerror}); give another place with --out") from None
    return Summary(len(cases), num_turns, round(time.monotonic() - began, 3))


def _done(part: Path, cases: Sequence[Case]) -> int:
    """How many results `part` already holds; a last line that was cut off is removed."""
    if not part.is_file():
        return 0
    whole = [line for line in part.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    if [json.loads(line)["id"] for line in whole] != [case.id for case in cases[: len(whole)]]:
        raise UsageError(f"{part} holds results of other cases; remove it, or leave out --resume")
    part.write_bytes(b"".join(whole))
    return len(whole)


def _in_order(runner: _Runner, cases: Sequence[Case], jobs: int) -> Iterator[Json]:
    """The results in the order of the cases. At most `jobs` run, and no more than twice that are kept waiting."""
    with ThreadPoolExecutor(jobs, thread_name_prefix="replay") as pool:
        waiting = deque(pool.submit(runner.run, case) for case in cases[: 2 * jobs])
        try:
            for case in [*cases[2 * jobs :], *[None] * len(waiting)]:
                yield waiting.popleft().result()
                if case is not None:
                    waiting.append(pool.submit(runner.run, case))
        except BaseException:
            runner.stop.set()
            for future in waiting:
                future.cancel()
            raise


class _Runner:
    """Answers one case at a time per thread, each on a copy of `db` in `folder`."""

    def __init__(self, db: Database, build: Build, folder: Path) -> None:
        self._db = db
        self._build = build
        self._folder = folder
        self._before: Rows = written_rows(db)
        self.stop = threading.Event()

    def run(self, case: Case) -> Json:
        """A case's result."""
        copy = self._db.copy_to(self._folder / f"{case.line}.db")
        try:
            assistant = self._build(copy)
            customer, now = _customer(case, copy), _now(case, copy)
            records = []
            for number, turn in enumerate(case.turns):
                _feed(copy, turn, f"case {case.id!r} (line {case.line}), turn {number + 1}")
                records.append(self._turn(assistant, case, turn.say, customer, now).as_json())
            return {"id": case.id, "turns": records, "changes": changed_rows(self._before, written_rows(copy))}
        finally:
            copy.delete()

    def _turn(
        self, assistant: TurnTaker, case: Case, text: str, customer: CustomerRef | None, now: datetime | None
    ) -> Record:
        """One turn; waits when the engine is busy. A message that can't be answered has its reason as the reply."""
        for _ in range(MAX_RETRIES):
            if self.stop.is_set():
                raise BackroomError("stopped")
            try:
                for event in assistant.turn(f"replay-{case.id}", text, customer=customer, now=now):
                    if isinstance(event, Done):
                        return event.record
            except InputError as error:
                return replace(Record(), reply=str(error))
            except BusyError as busy:
                self.stop.wait(min(busy.retry_after_s, MAX_WAIT_S))
        raise BackroomError(f"case {case.id!r} (line {case.line}): the engine stays busy; use fewer --jobs")


def _now(case: Case, db: Database) -> datetime | None:
    """The case's time; one without a zone is in the shop's."""
    if case.now is None or case.now.tzinfo is not None:
        return case.now
    return case.now.replace(tzinfo=Catalogue(db).timezone)


def _feed(db: Database, turn: Turn, where: str) -> None:
    if not turn.feed:
        return
    try:
        with db.write() as session:
            for change in turn.feed:
                apply_change(session, change)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
