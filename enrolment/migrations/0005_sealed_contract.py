"""The columns in clear go; no release ran on them, so nothing waits for their end."""

from django.db import migrations, models
from django.db.models import Q

from backoffice.crypto.encryption import EncryptedField, EncryptedJSONField, EncryptedTextField

ROW = ("public_id",)
VERSION = ("case_id", "version")
STAGE = ("case_id", "round", "stage")
WHY = "Scrieți de ce întoarceți dosarul."


def _moved(model, name, field):
    """The sealed column takes the name of the one in clear."""
    return [
        migrations.RemoveField(model, name),
        migrations.RenameField(model, f"sealed_{name}", name),
        migrations.AlterField(model, name, field),
    ]


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0004_sealed_fill")]
    operations = [
        # On the way back the emptied columns need a value before they are filled.
        migrations.AlterField("completionrequest", "text", models.TextField(blank=True, default="")),
        migrations.AlterField("decision", "text", models.TextField(blank=True, default="")),
        migrations.AlterField("rulecheck", "findings", models.JSONField(default=list)),
        *_moved("completionrequest", "text", EncryptedTextField(bound_to=("case_id",), null=True, blank=True)),
        *_moved("decision", "text", EncryptedTextField(bound_to=STAGE, null=True, blank=True)),
        *_moved("rulecheck", "findings", EncryptedJSONField(bound_to=VERSION)),
        migrations.AddConstraint(
            "decision",
            models.CheckConstraint(
                name="return_says_why",
                condition=~Q(outcome="return") | Q(text__isnull=False),
                violation_error_message=WHY,
            ),
        ),
        migrations.AlterField("filing", "content", EncryptedJSONField(bound_to=ROW)),
        migrations.AlterField("application", "content", EncryptedJSONField(bound_to=VERSION)),
        migrations.AlterField("licencekey", "envelope", EncryptedField(bound_to=ROW, null=True)),
    ]
