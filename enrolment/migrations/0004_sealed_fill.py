"""Seal what is there and bind every ciphertext to its row."""

from django.db import migrations

from backoffice.sealing import Cell, backward, forward

CELLS = (
    Cell("enrolment.filing.content", ("public_id",)),
    Cell("enrolment.application.content", ("case_id", "version")),
    Cell("enrolment.completionrequest.text", ("case_id",), "text", "text"),
    Cell("enrolment.decision.text", ("case_id", "round", "stage"), "text", "text"),
    Cell("enrolment.rulecheck.findings", ("case_id", "version"), "findings", "jsonb"),
)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0003_sealed_expand")]
    operations = [migrations.RunPython(forward(*CELLS), backward(*CELLS))]
