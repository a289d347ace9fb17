"""Guards in the database: triggers that hold whatever the code above does. Each stands beside the model it guards.

A model's module calls `append_only`, `never_deleted` or `guard` below the class. Whatever is registered when the
process has loaded its models is installed after each migrate, together with the policies (`install.py`), and compared
with the live database (`inspection.py`). So a guard is changed where it is read, and needs no migration.

A guard refuses by raising with `constraint = '<name>'`; the sentence of that name is the room's to give.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models

Target = type[models.Model] | str


@dataclass(frozen=True)
class Guard:
    """One trigger of one table, and its function where it has one of its own.

    `sees_all`: the function runs as the definer role, past the policies, because it judges a row by others.
    """

    table: str
    name: str
    when: str
    function: str
    body: str = ""
    sees_all: bool = False
    deferred: bool = False

    @property
    def function_name(self) -> str:
        """The function's name alone."""
        return self.function.partition("(")[0]

    @property
    def function_sql(self) -> str:
        """The trigger's function, made anew each time."""
        if not self.body:
            return ""
        # Temporary tables come last: nobody can put one in the place of a table of ours.
        as_definer = "security definer set search_path = pg_catalog, public, pg_temp" if self.sees_all else ""
        head = f"create or replace function {self.function_name}() returns trigger language plpgsql {as_definer}"
        return f"{head} as $${self.body}$$"

    @property
    def trigger_sql(self) -> str:
        """The trigger, made anew each time."""
        drop = f"drop trigger if exists {self.name} on {self.table};"
        kind, how = ("constraint trigger", "deferrable initially deferred") if self.deferred else ("trigger", "")
        when = self.when.format(table=self.table, how=how)
        return f"{drop} create {kind} {self.name} {when} execute function {self.function}"


_guards: dict[tuple[str, str], Guard] = {}


def registered() -> list[Guard]:
    """Every guard of the loaded models, in a fixed order."""
    return [_guards[key] for key in sorted(_guards)]


def guarded_tables() -> set[str]:
    """The tables of the loaded models: on these stand the registered guards and no others."""
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def guard(
    on: Target, name: str, event: str, body: str, *, sees_all: bool = False, deferred: bool = False, each: str = "row"
) -> None:
    """A trigger with a function of its own: `event` as in `before insert or update`, `body` in PL/pgSQL."""
    table = _table(on)
    _add(
        Guard(
            table,
            name,
            _when(event, each),
            f"{table}_{name}()",
            body=body.strip(),
            sees_all=sees_all,
            deferred=deferred,
        )
    )


def append_only(on: Target, *, ciphertext: Iterable[str] = (), event: str = "update or delete or truncate") -> None:
    """Rows are written once. The columns of `ciphertext` may be encrypted anew by the tables' owner."""
    table, columns = _table(on), list(ciphertext)
    function = "refuse_change_but_rotation()" if columns else "refuse_change()"
    _add(Guard(table, "append_only", _when(f"before {event}", "statement"), function))
    if columns:
        arguments = ", ".join(f"'{column}'" for column in columns)
        _add(Guard(table, "only_ciphertext", _when("before update", "row"), f"only_ciphertext_changes({arguments})"))


def never_deleted(on: Target) -> None:
    """Rows change, and stay."""
    _add(Guard(_table(on), "never_deleted", _when("before delete or truncate", "statement"), "refuse_delete()"))


# What the short forms share. Only who owns a table may encrypt it anew, and only in a transaction that says so.
SHARED = """
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', constraint = 'append_only',
        message = format('rows of %s are written once', tg_table_name);
end $$;
create or replace function refuse_delete() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'restrict_violation', constraint = 'nothing_is_deleted',
        message = format('rows of %s are never deleted', tg_table_name);
end $$;
create or replace function rotation_runs(relation oid) returns boolean language sql stable as $$
    select coalesce(current_setting('app.rotating', true), '') = 'on' and pg_has_role(
        current_user, (select relowner from pg_catalog.pg_class where oid = relation), 'usage')
$$;
create or replace function refuse_change_but_rotation() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or not rotation_runs(tg_relid) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = format('rows of %s are written once', tg_table_name);
    end if;
    return null;
end $$;
create or replace function only_ciphertext_changes() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - tg_argv::text[] is distinct from to_jsonb(old) - tg_argv::text[] then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = format('a rotation changes nothing but the ciphertext of %s', tg_table_name);
    end if;
    return new;
end $$;
"""


def _table(on: Target) -> str:
    return on if isinstance(on, str) else on._meta.db_table


def _when(event: str, each: str) -> str:
    return f"{event} on {{table}} {{how}} for each {each}"


def _add(made: Guard) -> None:
    _guards[made.table, made.name] = made
