"""For migrations: turn a column in clear, or one bound to its column alone, into ciphertext bound to its row, and back.

Frozen with the migrations that use it (`*_sealed_fill`). It runs as the owner of the tables and lifts their triggers for
its own transaction: what was written stays the same words, under another lock.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from backoffice.crypto.encryption import decrypt, encrypt

BATCH = 1000


@dataclass(frozen=True)
class Cell:
    """A column to seal. `source` is the column in clear; without it the column's own ciphertext is bound anew.

    Bytes are sealed in their place, texts into the column `sealed_…`.
    """

    field: str
    bound_to: tuple[str, ...]
    source: str = ""
    source_type: str = "bytea"

    @property
    def table(self) -> str:
        app, model, _ = self.field.split(".")
        return f"{app}_{model}"

    @property
    def target(self) -> str:
        name = self.field.rpartition(".")[2]
        return name if self.source_type == "bytea" else f"sealed_{name}"


def forward(*cells: Cell) -> Callable[[Any, Any], None]:
    """For `RunPython`: seal every cell."""
    return lambda apps, editor: _all(editor.connection, cells, _seal, lambda cell: (cell.source, cell.target))


def backward(*cells: Cell) -> Callable[[Any, Any], None]:
    """For `RunPython`: the way back."""
    return lambda apps, editor: _all(editor.connection, cells, _unseal, lambda cell: (cell.target, cell.source))


def _seal(cell: Cell, value: Any, row: str) -> bytes | None:
    if value is None or value == "":
        return None
    if not cell.source:
        value = decrypt(value, context=cell.field)
    return encrypt(value.encode() if isinstance(value, str) else bytes(value), context=f"{cell.field}/{row}")


def _unseal(cell: Cell, value: Any, row: str) -> Any:
    if value is None:
        return "" if cell.source_type == "text" else None
    plain = decrypt(value, context=f"{cell.field}/{row}")
    if not cell.source:
        return encrypt(plain, context=cell.field)
    return plain if cell.source_type == "bytea" else plain.decode()


def _all(connection: Any, cells: tuple[Cell, ...], turn: Callable, columns: Callable) -> None:
    with connection.cursor() as cursor:
        # A table with deferred checks still open cannot be altered.
        cursor.execute("set constraints all immediate")
        for cell in cells:
            source, target = (name or cell.target for name in columns(cell))
            kind = cell.source_type if target == cell.source else "bytea"
            cursor.execute(f'alter table "{cell.table}" disable trigger user')
            for key, row, value in _rows(cursor, cell, source):
                cursor.execute(
                    f'update "{cell.table}" set "{target}" = %s::{kind} where id = %s', [turn(cell, value, row), key]
                )
            cursor.execute(f'alter table "{cell.table}" enable trigger user')


def _rows(cursor: Any, cell: Cell, source: str) -> Iterator[tuple[int, str, Any]]:
    row = " || '/' || ".join(f'"{name}"::text' for name in cell.bound_to)
    last = 0
    while True:
        cursor.execute(
            f'select id, {row}, "{source}" from "{cell.table}" where id > %s order by id limit {BATCH}', [last]
        )
        found = cursor.fetchall()
        yield from found
        if len(found) < BATCH:
            return
        last = found[-1][0]
