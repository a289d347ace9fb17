"""What a change of data asks: the form of the enrolment itself, filled in with what holds now.

The fiscal code stands (another one is another provider); the wish for a key has a request of its own.
"""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from enrolment.providers import form
from workflows.forms.spec import Box, FormSpec, Group, Page

FIXED = "provider.uic"
LEFT_OUT = "wants_licence_key"


def _changeable(group: Group) -> Group:
    parts = [_stands(part) if part.name == FIXED else part for part in group.parts if part.name != LEFT_OUT]
    return replace(group, parts=tuple(parts))


def _stands(part: Box | Group) -> Box | Group:
    if isinstance(part, Group):
        return part
    return replace(part, kind="fixed", hint=_("nu se poate schimba: alt cod înseamnă alt furnizor"))


def _page(page: Page, number: int) -> Page:
    lead = (
        _("Formularul este completat cu datele de acum. Schimbați numai ce este altfel.") if number == 0 else page.lead
    )
    return replace(page, lead=lead, groups=tuple(_changeable(group) for group in page.groups))


PAGES = tuple(_page(page, number) for number, page in enumerate(form.PAGES))
FORM = FormSpec(pages=PAGES, schema=form.FORM.schema, tidy=form.FORM.tidy, takes=_("5 minute"))
