"""Names of persons go under field encryption (security.md S16): first the columns that will hold them."""

from django.db import migrations

from backoffice.crypto.encryption import EncryptedTextField


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_throttle_cache")]
    operations = [
        migrations.AddField("person", "sealed_last_name", EncryptedTextField(null=True)),
        migrations.AddField("person", "sealed_first_name", EncryptedTextField(null=True)),
    ]
