"""Ciphertext belongs to its column and row; keys change under running data."""

import io
import json
import os

import pytest
import tink
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from backoffice.accounts.models import Person
from backoffice.accounts.services import persons
from backoffice.crypto import encryption, keys, rotation
from tests.world import act, approved, file_case
from workflows.models import Decision, Filing, Version


def swap(model, column, one, other):
    """Put the ciphertext of one row into another, as who has the database could."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(f'alter table "{table}" disable trigger user')
        cursor.execute(
            f'update "{table}" set "{column}" = (select "{column}" from "{table}" where id = %s) where id = %s',
            [one.pk, other.pk],
        )
        cursor.execute(f'alter table "{table}" enable trigger user')


@pytest.mark.parametrize(("model", "column"), [(Person, "cnp"), (Filing, "content"), (Version, "content")])
def test_a_ciphertext_moved_to_another_row_does_not_open(people, model, column):
    file_case(people.provider)
    file_case(people.provider, uic="98765438")
    one, other = model.objects.order_by("pk")[:2]
    assert getattr(other, column)
    swap(model, column, one, other)
    with pytest.raises(tink.TinkError):
        getattr(model.objects.get(pk=other.pk), column)


def test_a_ciphertext_moved_to_another_column_does_not_open(people):
    Person.objects.filter(pk=people.clerk.person_id).update(
        last_name=encryption.Sealed(raw(people.clerk.person, "cnp"))
    )
    with pytest.raises(tink.TinkError):
        Person.objects.get(pk=people.clerk.person_id).last_name  # noqa: B018


def raw(row, column):
    with connection.cursor() as cursor:
        cursor.execute(f'select "{column}" from "{row._meta.db_table}" where id = %s', [row.pk])
        return bytes(cursor.fetchone()[0])


def test_a_list_that_shows_no_secret_opens_none(people, monkeypatch):
    monkeypatch.setattr(encryption, "decrypt", lambda *a, **k: pytest.fail("opened"))
    assert len(Person.objects.all()) > 5


def test_an_encrypted_field_is_neither_searched_nor_written_without_its_row(people):
    with pytest.raises(TypeError, match="blind index"):
        Person.objects.filter(last_name="Popescu")
    with pytest.raises(TypeError, match="by row"):
        Person.objects.update(last_name="Popescu")


@pytest.fixture
def keysets(tmp_path, db):
    """Keysets of the test's own, beginning with the ones that the data lies under."""
    encryption.make_keysets()
    for name in keys.REGISTRY:
        (tmp_path / name).write_text(keys.text(name) if name in encryption.NEW_KEYSET else os.urandom(32).hex())
    keys.configure(directory=tmp_path, may_create=False)
    encryption.forget_keysets()
    yield tmp_path
    keys.configure(directory=settings.KEYS_DIR, may_create=True)
    encryption.forget_keysets()


def run(*words):
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_keys_rotate_under_living_data(keysets, people):
    """add → promote → rotate → retire; between the steps old and new processes read everything."""
    from allauth.mfa.models import Authenticator

    from backoffice.accounts.adapter import MFAAdapter

    case = file_case(people.provider)
    act(case, people.clerk, outcome="approve", text="Dosar complet.")
    factor = Authenticator.objects.create(user=people.clerk, type="totp", data={"secret": MFAAdapter().encrypt("S3")})
    cnp = Person.objects.get(pk=people.clerk.person_id).cnp
    for name in ("field_keyset.json", "index_keyset.json"):
        run("keys", "add", name)
        run("keys", "promote", name)
    assert rotation.left() > 0
    assert Decision.objects.get().text == "Dosar complet."
    assert persons.find(cnp) == persons.find_or_create(cnp=cnp, last_name="X", first_name="Y") == people.clerk.person
    with pytest.raises(CommandError, match="run manage.py rotate_fields first"):
        run("keys", "retire", "field_keyset.json")

    assert "Under former keys: 0" in run("rotate_fields", "--batch", "2")
    assert rotation.left() == 0
    for name in ("field_keyset.json", "index_keyset.json"):
        run("keys", "retire", name)
        assert len(json.loads(keys.text(name))["key"]) == 1
    assert Decision.objects.get().text == "Dosar complet."
    assert Person.objects.get(pk=people.clerk.person_id).cnp == cnp
    assert persons.find(cnp) == people.clerk.person
    factor.refresh_from_db()
    assert MFAAdapter().decrypt(factor.data["secret"]) == "S3"


def test_a_rotation_that_was_stopped_goes_on(keysets, people):
    run("keys", "add", "field_keyset.json")
    run("keys", "promote", "field_keyset.json")
    before = rotation.left()
    next(rotation.rotate(batch=3))
    assert rotation.left() == before - 3
    assert list(rotation.rotate(batch=1000))
    assert rotation.left() == 0


def test_sealed_acts_and_keys_survive_a_rotation(keysets, people):
    from notifications.models import Document
    from tests.world import run_jobs

    case = file_case(people.provider)
    approved(case, people)
    run_jobs()
    before = [(bytes(d.pdf), d.context) for d in Document.objects.all()]
    run("keys", "add", "field_keyset.json")
    run("keys", "promote", "field_keyset.json")
    run("rotate_fields")
    assert [(bytes(d.pdf), d.context) for d in Document.objects.all()] == before


def test_the_list_of_keys_shows_ids_and_no_secret(keysets):
    shown = run("keys")
    for name in keys.REGISTRY:
        assert name in shown
    for name in ("django_secret_key", "verifier_key"):
        assert keys.text(name) not in shown
    for entry in json.loads(keys.text("field_keyset.json"))["key"]:
        assert str(entry["keyId"]) in shown
        assert entry["keyData"]["value"] not in shown


@pytest.mark.parametrize(
    "statement",
    [
        "update workflows_decision set outcome = 'reject'",
        "delete from workflows_decision",
        "truncate workflows_decision",
    ],
)
def test_a_rotation_changes_ciphertext_and_nothing_else(people, statement):
    case = file_case(people.provider)
    act(case, people.clerk, outcome="approve")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("select set_config('app.rotating', 'on', true)")
        cursor.execute(statement)


def test_only_the_owner_of_the_tables_rotates(people):
    """Saying that one rotates is not enough: web and worker own no table."""
    case = file_case(people.provider)
    act(case, people.clerk, outcome="approve")
    with connection.cursor() as cursor:
        cursor.execute("select rotation_runs('workflows_decision'::regclass)")
        assert cursor.fetchone() == (False,)
        cursor.execute("select set_config('app.rotating', 'on', true)")
        cursor.execute("select rotation_runs('workflows_decision'::regclass), rotation_runs('pg_class'::regclass)")
        assert cursor.fetchone() == (True, False)
