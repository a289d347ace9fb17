"""Every act writes its event in its own transaction, or does not happen."""

import itertools
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from backoffice.accounts.services import memberships
from backoffice.audit import codes as event_codes
from backoffice.audit import log
from backoffice.audit.models import Event
from tests.audit.conftest import checkpoint_file  # noqa: F401  (fixture)
from tests.audit.lives import acts
from tests.test_consistency import names
from workflows.services import decisions

# Kept apart: what counts attempts and visits, not acts.
UNCOUNTED = ("accounts_session", "throttle_count", "audit_flood", "django_migrations")
# A job that failed is noted on its row, and a mail that is under way is no act yet.
SPECIAL = {
    "jobs_job": "row(t.public_id, t.state in ('done', 'failed'))",
    "notifications_message": "row(t.public_id, t.state in ('sent', 'failed'))",
}
# Every address of ours: what changes something is driven by its service in tests/audit/lives.py, a draft changes
# nothing yet, the rest only reads.
ACTS = {
    "accounts:identity",
    "accounts:people",
    "accounts:house_data",
    "accounts:end_role",
    "workflows:my_document",
    "providers:key",
    "providers:hand_over",
}
ACTS |= {f"workflows:{n}" for n in ("file_review", "completion", "paper", "paper_answer", "communicate", "retry")}
ACTS |= {f"workflows:{n}" for n in ("claim", "release", "reassign", "execute")}
ACTS |= {f"workflows:{n}" for n in ("inspect_again", "retry_failed", "retry_all_failed")}
ACTS |= {f"workflows:{n}" for n in ("close", "join", "extend", "withdraw")}
ACTS |= {
    f"workflows:{place}_{n}" for place in ("filing", "paper", "case") for n in ("scans", "scan_remove", "scan_original")
}
DRAFTS = {"workflows:my_follow_up", "workflows:follow_up"}
DRAFTS |= {"workflows:file_new", "workflows:file_step", "workflows:paper_new", "accounts:choose_house", "set_language"}
READS = {"home", "healthz", "evidence:page", "evidence:verifier", "evidence:public_key"}
READS |= {f"workflows:{n}" for n in ("mine", "my_case", "proof")} | {"notifications:verify", "notifications:verify_any"}
READS |= {f"workflows:{n}" for n in ("file", "file_receipt", "inbox", "search", "case", "document")}

READS |= {f"workflows:{place}_{n}" for place in ("filing", "paper", "case") for n in ("scan", "scan_page")}
READS |= {"workflows:to_communicate", "workflows:communicated_document"}
READS |= {"workflows:privacy", "workflows:privacy_of", "workflows:privacy_pdf"}
READS |= {"workflows:failed", "accounts:sessions"}  # a session that ends is no act on anybody's rows

FAILING = """
create function audit_fails() returns trigger language plpgsql as $$
begin
    if current_setting('test.audit_fails', true) = 'on' then raise exception 'no event'; end if;
    return new;
end $$;
create trigger fails before insert on audit_event for each row execute function audit_fails();
"""


@contextmanager
def failing_audit():
    with connection.cursor() as cursor:
        cursor.execute("set test.audit_fails = 'on'")
        try:
            yield
        finally:
            cursor.execute("set test.audit_fails = 'off'")


def everything():
    """A fingerprint of each table's rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in UNCOUNTED:
                row = SPECIAL.get(table, "t.*")
                cursor.execute(
                    f"select md5(string_agg(x, '' order by x)) from (select md5({row}::text) x from {table} t) r"  # noqa: S608
                )
                found[table] = cursor.fetchone()[0]
    return found


def try_without_audit(act):
    with failing_audit():
        try:
            with transaction.atomic():
                act()
        except DatabaseError:
            return


def drive(people):
    """Each act with a log that refuses, then for good: acts that left an effect, acts without event, codes seen."""
    with connection.cursor() as cursor:
        cursor.execute(FAILING)
    leaky, silent, tried = [], [], 0
    for name, act in acts(people):
        before, last = everything(), Event.objects.count()
        try_without_audit(act)
        after = everything()
        leaky += [(name, table) for table in before if before[table] != after[table]]
        act()
        silent += [name] if Event.objects.count() == last else []
        tried += 1
    return leaky, silent, tried, set(Event.objects.values_list("code", flat=True))


def test_event_completeness(people, goal):
    leaky, silent, tried, codes = drive(people)
    missing = sorted(
        code for code in set(event_codes.every()) - codes if not code.startswith(("campaign.", "toy."))
    )  # a test's own words
    ours = {n for n, _ in names() if not n.startswith(("account_", "mfa_"))}
    unclassified = sorted(ours - ACTS - DRAFTS - READS)
    goal(
        "event_completeness",
        value=f"{len(silent)} of {tried} acts without event, {len(leaky)} effects left when the log refuses "
        f"{leaky[:3]},"
        f" {len(missing)} of {len(event_codes.every())} codes not seen {missing[:3]}, {len(unclassified)} of "
        f"{len(ours)} addresses"
        f" unclassified {unclassified[:3]}",
        target="0, 0, 0, 0",
        ok=tried >= 40 and not (leaky or silent or missing or unclassified),
    )


def test_event_completeness_self_test_sees_an_act_whose_event_may_fail(people, monkeypatch):
    def careless(*words, **facts):
        try:
            with transaction.atomic():
                log.record(*words, **facts)
        except DatabaseError:
            pass

    monkeypatch.setattr(memberships, "log", type("Log", (), {"record": staticmethod(careless)}))
    with connection.cursor() as cursor:
        cursor.execute(FAILING)
    left = []
    for name, act in itertools.islice(acts(people), 2):
        before = everything()
        try_without_audit(act)
        left += [name] if everything() != before else []
        if not left:
            act()
    assert left == ["give a role"]


def test_event_completeness_self_test_sees_an_act_without_event(people, monkeypatch):
    monkeypatch.setattr(decisions, "log", type("Log", (), {"record": staticmethod(lambda *w, **f: None)}))
    silent = []
    for name, act in itertools.islice(acts(people), 9):
        last = Event.objects.filter(code__startswith="decision.").count()
        act()
        if name == "propose" and Event.objects.filter(code__startswith="decision.").count() == last:
            silent.append(name)
    assert silent == ["propose"]
