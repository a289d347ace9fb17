"""What isolation costs: a case and the inbox page with row-level security and without, in one interleaved run."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from unittest import mock

from django.db import connection, transaction

from backoffice.accounts import tenant
from backoffice.isolation import context, inspection
from backoffice.isolation.rules import Rule, declarations
from bench.contenders import ours
from bench.measure import Work, demand, here, interleaved, ratios, report, table, unmeasured

PLAIN_SESSION = """
    select s.user_id, s.data, s.seen_at < statement_timestamp() - make_interval(secs => %s) from accounts_session s
    left join accounts_user u on u.id = s.user_id
    where s.key_hash = %s and s.expires_at > statement_timestamp()
      and s.seen_at > statement_timestamp() - make_interval(secs => %s)
      and (s.user_id is null or (u.is_active and u.session_generation = s.generation))
"""


def run(size, team: ours.Team) -> None:
    """Print both ratios; the work checks itself in both modes, and each mode is looked at before it is measured."""
    print("ISOLATION: row-level security, tenant contexts, roles and the chained log, with and without them")
    ours.fill_inbox(team, size.inboxes[0])
    with Switch() as switch:
        _compare("case", "a case", partial(ours.to_signature, team), switch, size.rounds, size.cases, "≤ 1.25")
        _compare("inbox", "an inbox page", ours.inbox_page(team), switch, size.rounds, size.pages, "≤ 1.15")


def _compare(figure: str, what: str, work: Work, switch: "Switch", rounds: int, times: int, target: str) -> None:
    with_, without = f"{what} with isolation", f"{what} without"

    def prepared(turn: Callable[[], None]) -> Callable[[], None]:
        def before() -> None:
            turn()
            work(unmeasured)  # after a change of the tables the server plans every statement anew, once

        return before

    contenders = [
        here(with_, work, before=prepared(switch.on)),
        here(without, work, before=prepared(switch.off)),
    ]
    results = interleaved(contenders, rounds=rounds, times=times)
    table(contenders, results, times=rounds)
    report(f"isolation-{figure}", ratios(results, with_, without), f"as long as without (target {target})")


class Switch:
    """Takes isolation off and puts it on again, outside the measured time; on at the end."""

    def __init__(self) -> None:
        self._off: ExitStack | None = None

    def __enter__(self) -> "Switch":
        return self

    def __exit__(self, *_: object) -> None:
        self.on()

    def on(self) -> None:
        """Put isolation back, and look whether all of it stands."""
        if self._off:
            self._off.close()
            self._off = None
        demand(inspection.problems(connection), [], "isolation is on")

    def off(self) -> None:
        """Take isolation off, and look whether none of it stands."""
        if self._off is None:
            self._off = ExitStack()
            self._off.enter_context(without_isolation())
        demand(_tables_with_policies(), 0, "isolation is off")


@contextmanager
def without_isolation() -> Iterator[None]:
    """As the pages would be without: no policies, contexts, roles, transactions around pages, chains of events."""
    tables = [name for name, rule in declarations().rules.items() if isinstance(rule, Rule)]
    _each(tables, "alter table {} disable row level security, no force row level security")
    _each(["audit_event"], "alter table {} disable trigger chained_at_commit")
    with ExitStack() as stack:
        for function, plain in (
            (context.tenant_transaction, lambda role: nullcontext()),
            (context.acting_for, lambda houses: nullcontext()),
            (tenant.enter_account, lambda account: None),
            (tenant.enter_session, _plain_session),
            (tenant.hold_session, lambda key_hash: None),
            (tenant.allow_account_lookup, lambda: None),
        ):
            for module in _users_of(function):
                stack.enter_context(mock.patch.object(module, function.__name__, plain))
        stack.enter_context(mock.patch.dict(connection.settings_dict, {"ATOMIC_REQUESTS": False}))
        yield
    _each(["audit_event"], "alter table {} enable trigger chained_at_commit")
    _each(tables, "alter table {} enable row level security, force row level security")


def _users_of(function: Callable) -> list:
    """The modules that know a function of `context` under its name."""
    return [m for m in list(sys.modules.values()) if vars(m).get(function.__name__) is function]


def _each(tables: list[str], statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name in tables:
            cursor.execute(statement.format(name))


def _tables_with_policies() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace")
        return cursor.fetchone()[0]


def _plain_session(key_hash: bytes, *, idle: int, seen_every: int):
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_SESSION, [seen_every, key_hash, idle])
        return cursor.fetchone()
