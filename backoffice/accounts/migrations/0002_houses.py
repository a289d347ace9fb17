"""The 43 houses (domain.md 8.1). Data of the product, so it comes with its tables."""

from django.db import migrations

from backoffice.romania import counties
from backoffice.romania.text import sort_key


def load(apps, schema_editor):
    House = apps.get_model("accounts", "House")
    for row in counties.houses():
        House.objects.update_or_create(
            code=row["code"],
            defaults={
                "county": row["county"],
                "name": row["name"],
                "seat": row["seat"],
                "kind": row["kind"],
                "sort_key": sort_key(row["name"]),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunSQL(
            """
            create function refuse_delete() returns trigger language plpgsql as $$
            begin
                raise exception using errcode = 'restrict_violation', constraint = 'nothing_is_deleted',
                    message = format('rows of %s are never deleted', tg_table_name);
            end $$;
            create trigger never_deleted before delete on accounts_user
                for each statement execute function refuse_delete();
            create trigger never_deleted before delete on accounts_person
                for each statement execute function refuse_delete();
            create trigger never_deleted before delete on accounts_membership
                for each statement execute function refuse_delete();
            """,
            """
            drop trigger never_deleted on accounts_user;
            drop trigger never_deleted on accounts_person;
            drop trigger never_deleted on accounts_membership;
            drop function refuse_delete();
            """,
        ),
    ]
