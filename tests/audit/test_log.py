"""An event is written with its act, chained when the act commits, and never changed (security.md S8)."""

import pytest
from django.db import Error, connection, transaction

from backoffice.audit import log
from backoffice.audit.models import Event, Link


def write(people, code="membership.started", **facts):
    with transaction.atomic():
        log.record(code, on=people.head, by=people.administrator, house=people.house, **facts)


def settle():
    """What a commit does: the deferred triggers run."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def test_every_event_has_its_link_when_the_act_commits(people):
    write(people, role="head")
    settle()
    assert Event.objects.count() == Link.objects.count() > 0


def test_smoke(evidence):
    evidence.write(10)
    evidence.seal()
    answer = evidence.verify()
    print(answer.text)
    assert answer.code == 0
