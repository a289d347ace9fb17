"""The columns in clear go; no release ran on them, so nothing waits for their end. Back again, sort keys are empty."""

from django.db import migrations, models

from backoffice.crypto.encryption import EncryptedJSONField, EncryptedTextField

ROW = ("public_id",)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_sealed_fill")]
    operations = [
        migrations.AlterModelOptions("person", {"ordering": ["pk"]}),
        migrations.AlterField("person", "sort_key", models.CharField(max_length=160, default="")),
        migrations.AlterField("person", "last_name", models.CharField(max_length=80, default="")),
        migrations.AlterField("person", "first_name", models.CharField(max_length=80, default="")),
        migrations.RemoveField("person", "sort_key"),
        migrations.RemoveField("person", "last_name"),
        migrations.RemoveField("person", "first_name"),
        migrations.RenameField("person", "sealed_last_name", "last_name"),
        migrations.RenameField("person", "sealed_first_name", "first_name"),
        migrations.AlterField("person", "last_name", EncryptedTextField(bound_to=ROW, null=True)),
        migrations.AlterField("person", "first_name", EncryptedTextField(bound_to=ROW, null=True)),
        migrations.AlterField("person", "cnp", EncryptedJSONField(bound_to=ROW)),
    ]
