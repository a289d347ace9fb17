"""An event is written with its act, chained when the act commits, and never changed."""

import threading
from types import SimpleNamespace

import pytest
from django.db import Error, IntegrityError, connection, transaction

from backoffice.audit import log
from backoffice.audit.models import Event, Link
from tests.audit.conftest import settle
from tests.test_races import together


def write(people, number=1, code="membership.started", **facts):
    on = SimpleNamespace(pk=number, _meta=people.head._meta)
    with transaction.atomic():
        log.record(code, on=on, by=people.administrator, house=people.house, **facts)


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def test_every_event_has_its_link_when_the_act_commits(people):
    write(people, role="head")
    settle()
    assert Event.objects.count() == Link.objects.count() > 0


def test_an_event_outside_a_transaction_is_refused(committed_people):
    with pytest.raises(RuntimeError, match="transaction"):
        log.record("membership.started", on=committed_people.head, by=None)


def test_an_act_that_is_rolled_back_leaves_neither_event_nor_place(committed_people):
    before = Event.objects.count(), Link.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(committed_people)
        raise ZeroDivisionError
    assert (Event.objects.count(), Link.objects.count()) == before


def test_a_chain_has_no_gap_and_each_link_continues_the_one_before(people):
    for number in range(200):
        write(people, number)
    settle()
    chains = {}
    for link in Link.objects.order_by("chain", "seq"):
        assert link.seq == len(chains.setdefault(link.chain, [])) + 1
        assert bytes(link.prev) == (chains[link.chain][-1] if chains[link.chain] else bytes(32))
        chains[link.chain].append(bytes(link.hash))
    assert len(chains) > 40


@pytest.mark.parametrize("table", ["audit_event", "audit_link", "audit_checkpoint"])
@pytest.mark.parametrize("statement", ["delete from {}", "truncate {}", "update {} set {}"])
def test_what_is_written_is_never_changed(people, table, statement):
    write(people)
    settle()
    column = {"audit_event": "code = 'x'", "audit_link": "seq = 9", "audit_checkpoint": "body = 'x'"}[table]
    with pytest.raises(Error, match="written once"):
        run(statement.format(table, column))


def test_a_link_that_somebody_writes_himself_is_computed_all_the_same(people):
    """Whatever an insert says of place and hash, the trigger says the truth; an event has one link."""
    write(people)
    settle()
    with pytest.raises(IntegrityError):
        run(
            "insert into audit_link (event_id, chain, seq, prev, hash) select max(id), 1, 77, 'x', 'x' from audit_event"
        )
    run("insert into audit_event (code, subject_type, subject_id, facts) values ('x', 'y', 3, '{}')")
    settle()
    last = Link.objects.select_related("event").latest("event_id")
    assert last.event.code == "x"
    assert last.seq == Link.objects.filter(chain=last.chain).count()


def test_two_transactions_that_write_to_two_chains_in_turned_order_do_not_wait_for_each_other(committed_people):
    """Each has written both its events before either commits; locks come at the commit, in one order."""
    both_have_written = threading.Barrier(2)

    def write_both(first, second):
        with transaction.atomic():
            write(committed_people, first)
            write(committed_people, second)
            both_have_written.wait(10)

    for _ in range(20):
        assert together(lambda: write_both(3, 4), lambda: write_both(4, 3)) == ["ok", "ok"]


def test_the_lock_of_a_chain_is_not_held_while_an_act_is_still_going_on(committed_people):
    """A second act on the same chain commits while the first is open."""
    before = Link.objects.count()
    with transaction.atomic():
        write(committed_people, 3)
        assert together(lambda: write(committed_people, 3)) == ["ok"]
        assert Link.objects.count() == before + 1
    assert Link.objects.count() == before + 2


def test_hashes_are_those_that_the_verifier_computes(people):
    """Two programs, one in SQL and one in Python, agree on every kind of value."""
    from backoffice.audit.verify_log import COLUMNS, HASH, canonical, leaf

    write(people, 5, text='Ștefan "x" 5:,-', nothing=None, many=[1, "ț", {"a": True}])
    write(people, -5)
    write(people, 2**40, code="job.failed")
    settle()
    rows = run(f"select {COLUMNS}, audit_canonical(l, e) from audit_link l join audit_event e on e.id = l.event_id")  # noqa: S608
    assert len(rows) > 3
    for row in rows:
        assert canonical(row[:HASH]) == row[-1].encode()
        assert leaf(row[-1].encode()) == row[HASH]
