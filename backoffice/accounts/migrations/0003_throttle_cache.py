"""Where log-in throttles count: one table for all processes, so that no restart and no broker forgets (security.md finding 14)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_houses")]
    operations = [
        migrations.RunSQL(
            """
            create table throttle_cache (
                cache_key varchar(255) primary key, value text not null, expires timestamptz not null
            );
            create index throttle_cache_expires on throttle_cache (expires);
            """,
            "drop table throttle_cache",
        )
    ]
