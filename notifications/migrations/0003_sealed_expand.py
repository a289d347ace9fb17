"""Acts and the words of messages go under field encryption (security.md S16): first the column that will hold them."""

from django.db import migrations

from backoffice.crypto.encryption import EncryptedJSONField


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_guards")]
    operations = [migrations.AddField("message", "sealed_context", EncryptedJSONField(null=True))]
