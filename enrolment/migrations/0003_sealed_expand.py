"""Free texts and findings go under field encryption (security.md S16): first the columns that will hold them."""

from django.db import migrations

from backoffice.crypto.encryption import EncryptedJSONField, EncryptedTextField


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0002_guards")]
    operations = [
        migrations.AddField("completionrequest", "sealed_text", EncryptedTextField(null=True, blank=True)),
        migrations.AddField("decision", "sealed_text", EncryptedTextField(null=True, blank=True)),
        migrations.AddField("rulecheck", "sealed_findings", EncryptedJSONField(null=True)),
        # It reads the column in clear; its like for the sealed one comes with the contraction.
        migrations.RemoveConstraint("decision", "return_says_why"),
    ]
