"""Sessions of our own, known by the hash of their key; one table of throttle counts instead of a cache that loses some."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_rotation")]
    operations = [
        migrations.AddField(
            model_name="user", name="session_generation", field=models.IntegerField(default=0, db_default=0)
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("key_hash", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("generation", models.IntegerField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("seen_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            """
            create table throttle_count (
                key_hash bytea primary key, value jsonb not null, expires_at timestamptz not null
            );
            create index throttle_count_expires on throttle_count (expires_at);
            drop table throttle_cache;
            drop table if exists django_session;
            """,
            """
            drop table throttle_count;
            create table throttle_cache (
                cache_key varchar(255) primary key, value text not null, expires timestamptz not null
            );
            create index throttle_cache_expires on throttle_cache (expires);
            """,
        ),
    ]
