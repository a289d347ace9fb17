"""The lock and the shared settings of every flow."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from django.conf import settings
from django.db import OperationalError, connection, transaction
from viewflow.workflow.exceptions import FlowLockFailed
from viewflow.workflow.models import Process, Task


class By(StrEnum):
    """What one knows of a case when it is to be locked: each is one statement that finds its process and locks it."""

    PROCESS = "select lock_process(%s::bigint, %s)"
    TASK = "select lock_process(process_id, %s) from viewflow_task where id = %s"
    CASE = "select lock_process(process_id, %s) from workflows_assignment where case_id = %s"


@contextmanager
def locked(by: By, pk: int) -> Iterator[int | None]:
    """Inside, the process of a case is ours alone; None when there is none in sight. Never sleeps.

    FOR NO KEY UPDATE lets rows that point at the process be inserted meanwhile. Raises `FlowLockFailed` when the
    wait is over: the page answers 503 and asks to try again. Inside somebody's transaction this is a savepoint, so that
    a step that is refused undoes itself alone.
    """
    parameters = [pk, settings.LOCK_TIMEOUT] if by == By.PROCESS else [settings.LOCK_TIMEOUT, pk]
    with transaction.atomic():
        try:
            with connection.cursor() as cursor:
                cursor.execute(by, parameters)
                found = cursor.fetchone()
        except OperationalError as problem:
            raise FlowLockFailed(f"{by.name.lower()} {pk} is busy") from problem
        yield found[0] if found else None


class RowLock:
    """The lock that the engine itself asks for."""

    @contextmanager
    def __call__(self, flow_class: type, process_pk: int) -> Iterator[None]:
        with locked(By.PROCESS, process_pk) as found:
            if found is None:
                raise FlowLockFailed(f"process {process_pk} does not exist")
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
