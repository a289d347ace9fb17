"""The data catalogue has a place for every field of every table, and says of each what is true."""

import pytest
from django.apps import apps
from django.db import connection, models

from backoffice.crypto.encryption import EncryptedField
from backoffice.ops import catalogue
from workflows.models import Case


def test_every_field_says_how_it_is_kept():
    assert [place.label for place in catalogue.places() if not place.kept] == [], catalogue.__doc__


def test_a_field_nobody_spoke_of_is_seen(monkeypatch):
    monkeypatch.setattr(Case, "in_clear", {k: v for k, v in Case.in_clear.items() if k != "subject_name"})
    assert [place.label for place in catalogue.places() if not place.kept] == ["workflows.Case.subject_name"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"codes": (*Case.codes, "gone")}, "workflows.Case has no gone"),
        ({"codes": (*Case.codes, "subject_name")}, "workflows.Case.subject_name is said twice"),
        ({"keyed": ("filed_on",)}, "workflows.Case.filed_on is said twice"),
    ],
)
def test_a_statement_about_nothing_or_said_twice_is_refused(monkeypatch, statement, said):
    for name, value in statement.items():
        monkeypatch.setattr(Case, name, value, raising=False)
    with pytest.raises(ValueError, match=said):
        catalogue.places()


def test_every_reason_is_given():
    assert [p.label for p in catalogue.places() if p.kept.rstrip(": ") in ("in clear", "encrypted by")] == []


def test_only_two_fields_are_encrypted_before_they_come_to_the_field():
    """By the session store and by the account adapter; their own tests read the ciphertext."""
    outside = {p.label for p in catalogue.places() if p.kept.startswith("encrypted by")}
    assert outside == {"mfa.Authenticator.data", "accounts.Session.data"}


def test_every_ciphertext_is_bound_to_its_row():
    fields = [place.field for place in catalogue.places() if isinstance(place.field, EncryptedField)]
    assert len(fields) > 10
    assert [str(field) for field in fields if not field.bound_to] == []


def test_what_holds_bytes_is_never_taken_for_a_code():
    """A ciphertext or a hash is bytes: whoever calls such a field a code has looked away."""
    kept = {p.label: p.kept for p in catalogue.places() if isinstance(p.field, models.BinaryField)}
    assert [label for label, how in kept.items() if how == catalogue.CODES] == []


def test_every_table_is_known(db):
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    without = catalogue.tables_without_model()
    assert set(connection.introspection.table_names()) - tables == set(without)
    assert all(without.values())


def test_the_page_is_current():
    assert catalogue.PAGE.read_text(encoding="utf-8") == catalogue.page(), "python -m backoffice.ops.catalogue"


def test_a_throttle_counter_does_not_say_whom_it_counts(db):
    from django.core.cache import cache

    cache.set("allauth:rl:login:ana@example.ro", [1.0])
    assert cache.get("allauth:rl:login:ana@example.ro") == [1.0]
    with connection.cursor() as cursor:
        cursor.execute("select encode(key_hash, 'escape') from throttle_count")
        [(name,)] = cursor.fetchall()
    assert "ana" not in name
    assert "example" not in name
