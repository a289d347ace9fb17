"""What the request to end an enrolment asks: one page, which says first what ends."""

from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import HOUSE_RULE
from enrolment.providers.withdrawal.schema import SCHEMA
from workflows.forms.spec import DATE_HINT, Box, FormSpec, Group, Page, Why

PAGE = Page(
    "incetarea",
    _("Încetarea înrolării"),
    _(
        "Din ziua aleasă: furnizorul nu mai este înrolat la această casă, cheia de licență se blochează, convenția de "
        "utilizare încetează și medicii săi nu mai folosesc platforma prin el. Nu se poate relua: pentru a reveni, "
        "depuneți o cerere nouă de înrolare."
    ),
    (
        Group(
            _("De când"),
            (
                Box(
                    "ends_on",
                    _("Ziua din care încetează înrolarea"),
                    "date",
                    hint=DATE_HINT,
                    width="half",
                ),
                Box("why", _("Motivul, dacă vreți să-l spuneți"), "textarea", required=False),
            ),
            why=Why(_("Din acea zi cheia se blochează și convenția încetează."), HOUSE_RULE),
            hint=_("Dacă decizia se semnează după ziua aleasă, înrolarea încetează în ziua semnării."),
        ),
    ),
)
FORM = FormSpec(pages=(PAGE,), schema=SCHEMA, takes=_("2 minute"))
