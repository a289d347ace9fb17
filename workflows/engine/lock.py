"""The lock and the shared settings of every flow."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.conf import settings
from django.db import OperationalError, connection, transaction
from viewflow.workflow.exceptions import FlowLockFailed
from viewflow.workflow.models import Process, Task


class RowLock:
    """Lock the process row, waiting a bounded time; works inside a transaction, never sleeps.

    FOR NO KEY UPDATE lets rows that point at the process be inserted meanwhile. Raises `FlowLockFailed` when the
    wait is over: the page answers 503 and asks to try again.
    """

    @contextmanager
    def __call__(self, flow_class: type, process_pk: int) -> Iterator[None]:
        # Inside somebody's transaction a savepoint keeps it usable when the lock is not got.
        guard = transaction.atomic() if connection.in_atomic_block else nullcontext()
        with transaction.atomic():
            try:
                with guard:
                    with connection.cursor() as cursor:
                        cursor.execute("select set_config('lock_timeout', %s, true)", [settings.LOCK_TIMEOUT])
                    found = Process.objects.select_for_update(no_key=True).filter(pk=process_pk)
                    if not found.values_list("pk").first():
                        raise FlowLockFailed(f"process {process_pk} does not exist")
            except OperationalError as problem:
                raise FlowLockFailed(f"process {process_pk} is busy") from problem
            yield


@contextmanager
def belonging_to(house: int) -> Iterator[None]:
    """A process inserted inside belongs to this house; the engine's own tables have no such field."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.flow_house', %s, true)", [str(house)])
    yield


class CaseRules:
    """Settings shared by flows. Holds no node: an inherited node would run in the base flow."""

    process_class = Process
    task_class = Task
    lock_impl = RowLock()
