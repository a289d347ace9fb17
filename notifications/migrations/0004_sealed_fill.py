"""Seal what is there and bind every ciphertext to its row."""

from django.db import migrations

from backoffice.sealing import Cell, backward, forward

CELLS = (
    Cell("notifications.document.context", ("public_id",)),
    Cell("notifications.document.pdf", ("public_id",), "pdf"),
    Cell("notifications.message.address", ("public_id",)),
    Cell("notifications.message.context", ("public_id",), "context", "jsonb"),
)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_sealed_expand")]
    operations = [migrations.RunPython(forward(*CELLS), backward(*CELLS))]
