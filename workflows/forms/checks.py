"""What every form must say, checked at each start: why each group is asked, and how long it takes (OUG 41/2016)."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, register

from workflows import procedures
from workflows.forms.spec import FormSpec


@register
def forms_give_their_reasons(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Run with `manage.py check`, `migrate` and every server that Django starts."""
    return [problem for procedure in procedures.every() for problem in problems(procedure.code, procedure.form)]


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
