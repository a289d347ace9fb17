"""What the request for a new licence key asks: one page, which says first what will happen."""

from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import HOUSE_RULE
from enrolment.providers.key.schema import REASONS, SCHEMA
from workflows.forms.spec import Box, FormSpec, Group, Page, Why

PAGE = Page(
    "cheia",
    _("Cheie de licență nouă"),
    _(
        "Cheia veche se blochează în clipa în care se emite cea nouă. Dacă spuneți că a ajuns sau poate ajunge la "
        "altcineva și depuneți cererea din cont sau la ghișeu, se blochează îndată, la depunere, și rămâne blocată "
        "oricum s-ar răspunde la cerere."
    ),
    (
        Group(
            _("De ce cereți o cheie nouă"),
            (
                Box("reason", _("Motivul"), "radios", choices=tuple(REASONS.items())),
                Box(
                    "explanation",
                    _("Ce s-a întâmplat"),
                    "textarea",
                    hint=_("pe scurt; fără cheia însăși. Obligatoriu la „alt motiv”."),
                    required=False,
                ),
            ),
            why=Why(_("De motiv depinde când se blochează cheia veche."), HOUSE_RULE),
        ),
    ),
)
FORM = FormSpec(pages=(PAGE,), schema=SCHEMA, takes=_("2 minute"))
