"""Counts what a piece of work asks of the database: numbers that no noise of the machine changes.

Knows Django alone and nothing of the product, so that the peer is counted with the same rule.
"""

import re
import statistics
import sys
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from unittest import mock

from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
NOT_THE_PRODUCT = {"bench", "tests", ".venv"}
SAVEPOINT = re.compile(r"savepoint ", re.I)
# Ends of savepoints, and the roles that only a process takes that plays all of them (tests, this bench).
UNCOUNTED = re.compile(r"(release savepoint|rollback to savepoint|set local role|reset role)\b", re.I)
READS = re.compile(r"(select|show|set|reset)\b", re.I)
TABLE = re.compile(r"\b(?:from|into|update)\s+(\w+\s*\(?)|^select\s+(\w+\s*\()", re.I)


@dataclass(frozen=True)
class Cost:
    """Statements without transaction control, savepoint pairs, commits, and bytes of write-ahead log."""

    statements: int = 0
    savepoints: int = 0
    commits: int = 0
    wal: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Cost)))

    @staticmethod
    def median(costs: list["Cost"]) -> "Cost":
        """Of each number the median; a checkpoint or the sealer's clock may make one run dearer."""
        return Cost(*(round(statistics.median(getattr(cost, f.name) for cost in costs)) for f in fields(Cost)))


@dataclass(frozen=True)
class Statement:
    """One statement as it was sent, in which stage of the work, and the product's function that sent it."""

    sql: str
    stage: str
    caller: str

    @property
    def shape(self) -> str:
        """The statement without what differs between two of the same kind."""
        return shape_of(self.sql)

    @property
    def target(self) -> str:
        """What is done with which table or function, for instance `select workflows_case`."""
        found = TABLE.search(self.shape)
        name = next((group for group in found.groups() if group), "") if found else ""
        return f"{self.sql.split(None, 1)[0].lower()} {name.replace(' ', '')}".replace("(", "()").strip()


class Counter:
    """Counts inside its blocks: `with counter("file"): …`, as often as wanted, each under its stage."""

    def __init__(self, alias: str = "default") -> None:
        self._connection = connections[alias]
        self.stages: dict[str, Cost] = {}
        self.statements: list[Statement] = []
        self.savepoints: list[Statement] = []

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        connection = self._connection
        connection.ensure_connection()
        seen = Tally()

        def note(execute, sql, params, many, context):
            if SAVEPOINT.match(sql):
                seen["savepoints"] += 1
                self.savepoints.append(Statement("SAVEPOINT", stage, _caller()))
            elif not UNCOUNTED.match(sql):
                seen["statements"] += 1
                self.statements.append(Statement(sql, stage, _caller()))
                # Outside a transaction each statement that writes is a commit of its own.
                seen["commits"] += not connection.in_atomic_block and not READS.match(sql)
            return execute(sql, params, many, context)

        before = self._position()
        with (
            connection.execute_wrapper(note),
            mock.patch.object(connection, "_commit", wraps=connection._commit) as commit,
        ):
            yield
        cost = Cost(**seen, wal=self._position() - before)
        self.stages[stage] = self.stages.get(stage, Cost()) + cost + Cost(commits=commit.call_count)

    def total(self, *stages: str) -> Cost:
        """The sum over these stages, or over all."""
        return sum((self.stages[stage] for stage in stages or self.stages), Cost())

    def profile(self, *stages: str) -> str:
        """Statements and savepoints of these stages (or of all): by table, then by shape, with who sent them."""
        statements, savepoints = (
            [s for s in sent if not stages or s.stage in stages] for sent in (self.statements, self.savepoints)
        )
        lines = [f"{len(statements)} statements"]
        for target, count in Tally(s.target for s in statements).most_common():
            lines.append(f"{count:5}  {target}")
            shapes = Tally(s.shape for s in statements if s.target == target)
            for shape, times in shapes.most_common():
                lines.append(f"        {times:3} × {shape}")
                lines += _senders(s for s in statements if s.shape == shape)
        return "\n".join([*lines, f"{len(savepoints)} savepoint pairs", *_senders(savepoints)])

    def _position(self) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute("select (pg_current_wal_insert_lsn() - '0/0')::bigint")
            return cursor.fetchone()[0]


def shape_of(sql: str) -> str:
    """The statement on one line without quotes, lists of columns, conditions of joins and number of parameters."""
    text = " ".join(sql.replace('"', "").split())
    for pattern, short in (
        (r"%s(?:, %s)+", "%s…"),
        (r"(?<=\bSELECT ).*?(?= FROM )", "…"),
        (r" RETURNING .*", ""),
        (r"(INSERT INTO \w+) \(.*?\) VALUES .*", r"\1 …"),
        (r"\b(?:INNER|LEFT OUTER) (JOIN \w+(?: \w+)?) ON \([^()]*\)", r"\1"),
    ):
        text = re.sub(pattern, short, text)
    return text


def _senders(statements: Iterable[Statement]) -> Iterator[str]:
    for (caller, stage), times in sorted(Tally((s.caller, s.stage) for s in statements).items()):
        yield f"              {caller} in {stage!r}" + (f" ({times} ×)" if times > 1 else "")


def _caller() -> str:
    """The innermost function of the product that is running."""
    frame = sys._getframe(2)
    while frame:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] not in NOT_THE_PRODUCT:
            return f"{path.relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back
    return "a library"
