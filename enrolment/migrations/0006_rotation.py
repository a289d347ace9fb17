"""Append-only tables with ciphertext: the same guard, open for the owner's rotation of keys (security.md S16)."""

from django.db import migrations

CIPHERTEXT = {"application": "content", "rulecheck": "findings", "decision": "text"}


def _guard(table, column):
    return migrations.RunSQL(
        f"""
        drop trigger append_only on enrolment_{table};
        create trigger append_only before update or delete or truncate on enrolment_{table}
            for each statement execute function refuse_change_but_rotation();
        create trigger only_ciphertext before update on enrolment_{table}
            for each row execute function only_ciphertext_changes('{column}');
        """,
        f"""
        drop trigger only_ciphertext on enrolment_{table};
        drop trigger append_only on enrolment_{table};
        create trigger append_only before update or delete or truncate on enrolment_{table}
            for each statement execute function refuse_change();
        """,
    )


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0005_sealed_contract"), ("accounts", "0007_rotation")]
    operations = [_guard(table, column) for table, column in CIPHERTEXT.items()]
