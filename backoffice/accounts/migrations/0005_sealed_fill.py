"""Seal the names that are there and bind each CNP to its row."""

from django.db import migrations

from backoffice.sealing import Cell, backward, forward

CELLS = (
    Cell("accounts.person.cnp", ("public_id",)),
    Cell("accounts.person.last_name", ("public_id",), "last_name", "text"),
    Cell("accounts.person.first_name", ("public_id",), "first_name", "text"),
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sealed_expand")]
    operations = [migrations.RunPython(forward(*CELLS), backward(*CELLS))]
