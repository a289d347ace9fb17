"""The column in clear goes; no release ran on it, so nothing waits for its end."""

from django.db import migrations

from backoffice.crypto.encryption import EncryptedField, EncryptedJSONField

ROW = ("public_id",)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_sealed_fill")]
    operations = [
        migrations.RemoveField("message", "context"),
        migrations.RenameField("message", "sealed_context", "context"),
        migrations.AlterField("message", "context", EncryptedJSONField(bound_to=ROW)),
        migrations.AlterField("message", "address", EncryptedJSONField(bound_to=ROW)),
        migrations.AlterField("document", "context", EncryptedJSONField(bound_to=ROW)),
        migrations.AlterField("document", "pdf", EncryptedField(bound_to=ROW, null=True)),
    ]
