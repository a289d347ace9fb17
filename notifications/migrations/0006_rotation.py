"""A sealed act stands, but for the key its bytes lie under: the owner may rotate it (security.md S16)."""

from django.db import migrations

GUARD = """
create or replace function document_guard() returns trigger language plpgsql as $$
begin
    {rotation}
    if row(new.code, new.about, new.kind, new.house_id, new.context, new.text_sha256, new.public_id)
        is distinct from
        row(old.code, old.about, old.kind, old.house_id, old.context, old.text_sha256, old.public_id)
        or (old.number <> '' and row(new.number, new.day) is distinct from row(old.number, old.day))
        or (old.sealed_at is not null and row(new.pdf, new.pdf_sha256, new.sealed_at)
            is distinct from row(old.pdf, old.pdf_sha256, old.sealed_at)) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'a frozen act does not change';
    end if;
    return new;
end $$;
"""
ROTATION = """if rotation_runs(tg_relid)
        and to_jsonb(new) - array['context', 'pdf'] = to_jsonb(old) - array['context', 'pdf'] then
        return new;
    end if;"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_sealed_contract"), ("accounts", "0007_rotation")]
    operations = [migrations.RunSQL(GUARD.format(rotation=ROTATION), GUARD.format(rotation=""))]
