"""The data catalogue knows every field of every table, and says of each what is true (security.md S16)."""

from collections import Counter

from django.apps import apps
from django.db import connection

from backoffice.crypto.encryption import EncryptedField
from backoffice.ops import catalogue


def fields():
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
    }


def test_every_field_has_one_place_in_the_catalogue():
    places = Counter(catalogue.classified())
    assert set(fields()) - set(places) == set(), "classify these in backoffice/ops/catalogue.py"
    assert set(places) - set(fields()) == set(), "these fields are gone"
    assert [label for label, times in places.items() if times > 1] == []


def test_what_is_called_encrypted_is():
    really = {label for label, field in fields().items() if isinstance(field, EncryptedField)}
    sealed_elsewhere = {
        "mfa.Authenticator.data",
        "accounts.Session.data",
    }  # by the account adapter, by the session store
    assert catalogue.encrypted() - sealed_elsewhere == really


def test_every_ciphertext_is_bound_to_its_row():
    assert [label for label, f in fields().items() if isinstance(f, EncryptedField) and not f.bound_to] == []


def test_every_table_is_known(db):
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert set(connection.introspection.table_names()) - tables == set(catalogue.TABLES)


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
