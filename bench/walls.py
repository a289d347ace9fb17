"""What the walls cost: a whole case and the first page of the inbox with them and without, in one interleaved run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from unittest import mock

from django.db import connection, transaction
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse

from backoffice.isolation import context
from backoffice.isolation.rules import RULES, Rule
from backoffice.jobs import queue
from bench import case
from bench.measure import interleaved, ratio, table

PLAIN_SESSION = """
    select s.user_id, s.data, s.seen_at < statement_timestamp() - make_interval(secs => %s) from accounts_session s
    left join accounts_user u on u.id = s.user_id
    where s.key_hash = %s and s.expires_at > statement_timestamp()
      and s.seen_at > statement_timestamp() - make_interval(secs => %s)
      and (s.user_id is null or (u.is_active and u.session_generation = s.generation))
"""


def run(*, rounds: int) -> None:
    """Print the two ratios of the promise: a case at most 1.25 times, an inbox page at most 1.15 times."""
    setup_test_environment()
    queue.publish = lambda job: True
    people = case._people()
    state = Switch()
    whole = interleaved(
        {"a case with the walls": lambda: case.ours(people), "a case without": lambda: case.ours(people)},
        rounds=rounds,
        times=4,
        before={"a case with the walls": state.up, "a case without": state.down},
    )
    inbox = reverse("workflows:inbox") + "?lista=take"
    pages = interleaved(
        {"an inbox page with the walls": _get(people, inbox), "an inbox page without": _get(people, inbox)},
        rounds=rounds,
        times=20,
        before={"an inbox page with the walls": state.up, "an inbox page without": state.down},
    )
    state.up()
    print(
        "WALLS: row-level security, contexts, roles and the chained log, with and without them, test client, fsync on"
    )
    table(whole)
    table(pages)
    print(f"  BENCH walls-case  {ratio(whole, 'a case with the walls', 'a case without')} x (target <= 1.25)")
    print(
        f"  BENCH walls-inbox {ratio(pages, 'an inbox page with the walls', 'an inbox page without')} x (target <= 1.15)"
    )


def _get(people: dict[str, Client], url: str) -> Callable[[], None]:
    def get() -> None:
        if people["functionar1"].get(url).status_code != 200:
            raise SystemExit(url)

    return get


class Switch:
    """Takes the walls down and puts them up again, outside the measured time."""

    def __init__(self) -> None:
        self._down: ExitStack | None = None

    def up(self) -> None:
        if self._down:
            self._down.close()
            self._down = None

    def down(self) -> None:
        if self._down is None:
            self._down = ExitStack()
            self._down.enter_context(walls_down())


@contextmanager
def walls_down() -> Iterator[None]:
    """As the pages were before: no policies, no context, no role, no transaction around a page, no chain of events."""
    tables = [name for name, rule in RULES.items() if isinstance(rule, Rule)]
    _each(tables, "alter table {} disable row level security, no force row level security")
    _each(["audit_event"], "alter table {} disable trigger chained_at_commit")
    with ExitStack() as stack:
        for name, plain in (
            ("walled", lambda role: nullcontext()),
            ("enter_account", lambda account: None),
            ("enter_session", _plain_session),
            ("hold_session", lambda key_hash: None),
            ("allow_account_lookup", lambda: None),
        ):
            stack.enter_context(mock.patch.object(context, name, plain))
        for module in ("workflows.services.filings", "workflows.services.steps"):
            stack.enter_context(mock.patch(f"{module}.acting_for", return_value=nullcontext()))
        stack.enter_context(mock.patch.dict(connection.settings_dict, {"ATOMIC_REQUESTS": False}))
        yield
    _each(["audit_event"], "alter table {} enable trigger chained_at_commit")
    _each(tables, "alter table {} enable row level security, force row level security")


def _each(tables: list[str], statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name in tables:
            cursor.execute(statement.format(name))


def _plain_session(key_hash: bytes, *, idle: int, seen_every: int):
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_SESSION, [seen_every, key_hash, idle])
        return cursor.fetchone()
