"""What every form must say, checked at each start.

Why each group is asked and how long it takes (OUG 41/2016), and what is done with personal data (GDPR art. 13).
"""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, register

from workflows import procedures
from workflows.forms.spec import FormSpec


@register
def forms_give_their_reasons(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Run with `manage.py check`, `migrate` and every server that Django starts."""
    found = [problem for procedure in procedures.every() for problem in problems(procedure.code, procedure.form)]
    return found + [
        Error(
            f"{procedure.code}: nothing is said about personal data.",
            hint="Give the procedure `processing=Processing(…)` (workflows/privacy.py).",
            id="workflows.E022",
        )
        for procedure in procedures.every()
        if procedure.processing is None
    ]


def problems(code: str, form: FormSpec) -> Iterator[CheckMessage]:
    """What one form leaves unsaid."""
    if not str(form.takes):
        yield Error(
            f"{code}: the form does not say how long it takes.", hint="Give FormSpec.takes.", id="workflows.E020"
        )
    for group in form.groups:
        if group.gives_no_reason:
            yield Error(
                f"{code}: the group „{group.title}” does not say why it is asked.",
                hint="Give it `why=Why(sentence, ground)`, the ground from backoffice/romania/law.py.",
                id="workflows.E021",
            )
