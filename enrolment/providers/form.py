"""What the request for enrolment asks, page by page, as data (a proposed model, form F1 of docs/domain.md)."""

from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import GDPR, HOUSE_RULE, OG27, ground
from enrolment import nomenclature
from enrolment.providers.form_parts import NO_END_HINT, THE_ORDER, address, choose, identity_documents
from enrolment.providers.form_physicians import PHYSICIANS
from enrolment.providers.schema import MAX_WORK_POINTS, SCHEMA
from workflows.forms.binding import rows_of
from workflows.forms.spec import DATE_HINT, YES_NO, Box, FormSpec, Group, Page, Why


def _tidy(content: dict) -> dict:
    """What one answer means for others.

    "All declared specialities" is kept as the list it means today; a physician without speciality has no empty line of
    one; the portal needs no application of one's own; a contact or a mandate of which nothing was written is none.
    """
    for physician in rows_of(content.get("physicians")):
        if physician.get("without_specialty") is True:
            physician["specialties"] = [row for row in rows_of(physician.get("specialties")) if row.get("code")]
        cover = physician.get("malpractice")
        if isinstance(cover, dict) and physician.get("without_specialty") is True:
            cover.setdefault("specialties", [])
        if isinstance(cover, dict) and "*" in (cover.get("specialties") or []):
            cover["specialties"] = [row["code"] for row in rows_of(physician.get("specialties")) if row.get("code")]
    own = content.get("application")
    if content.get("des_channel") == "portal" or (
        isinstance(own, dict) and content.get("des_channel") != "own_application" and not any(own.values())
    ):
        content["application"] = None
    for name in ("contact", "mandate"):
        part = content.get(name)
        if isinstance(part, dict) and not any(str(answer or "").strip() for answer in part.values()):
            content[name] = None
    return content


PAGES = (
    Page(
        "furnizor",
        _("Furnizorul"),
        _("Cine cere înrolarea. Scrieți datele ca în certificatul de înregistrare fiscală."),
        (
            Group(
                _("Date de identificare"),
                why=Why(
                    _("Decizia și convenția îl numesc pe furnizor; după codul fiscal se vede dacă este deja înrolat."),
                    THE_ORDER,
                ),
                parts=(
                    Box("provider.name", _("Denumirea furnizorului"), autocomplete="organization"),
                    Box(
                        "provider.uic",
                        _("Codul de identificare fiscală"),
                        hint=_("2–10 cifre, cu sau fără RO, de exemplu 12345674"),
                        inputmode="numeric",
                        width="half",
                    ),
                    Box(
                        "provider.legal_form",
                        _("Forma de organizare"),
                        "select",
                        choices=choose(nomenclature.choices("legal_forms")),
                        width="half",
                    ),
                    Box(
                        "provider.service_categories",
                        _("Categorii de asistență medicală"),
                        "checkboxes",
                        value="list",
                        choices=tuple(nomenclature.choices("service_categories")),
                    ),
                    Box(
                        "provider.trade_register_no",
                        _("Numărul din registrul comerțului"),
                        hint=_("numai pentru societăți, de exemplu J13/123/2020"),
                        required=False,
                        width="half",
                    ),
                    Box(
                        "provider.cabinet_register_no",
                        _("Numărul din registrul unic al cabinetelor medicale"),
                        hint=_("numai pentru cabinete"),
                        required=False,
                        width="half",
                    ),
                ),
            ),
            Group(
                _("Sediul social"),
                address("provider.headquarters"),
                why=Why(_("Sediul stă în decizie și în convenție; acolo vă scriem pe hârtie."), HOUSE_RULE),
            ),
            Group(
                _("Cum vă contactăm"),
                why=Why(_("Casa vă răspunde la această adresă și vă cere ce lipsește."), ground(OG27, "art. 8")),
                parts=(
                    Box(
                        "provider.email",
                        _("Adresa de e-mail"),
                        "email",
                        hint=_("la această adresă comunicăm cu dumneavoastră"),
                        autocomplete="email",
                        width="half",
                    ),
                    Box(
                        "provider.phone",
                        _("Telefonul"),
                        "tel",
                        hint=_("10 cifre, de exemplu 0241 123 456"),
                        autocomplete="tel",
                        width="half",
                    ),
                ),
            ),
        ),
    ),
    Page(
        "puncte-de-lucru",
        _("Punctele de lucru"),
        _(
            "Unde lucrați. Județul fiecărui punct de lucru hotărăște casa care vă răspunde: pentru mai multe județe facem câte un dosar la fiecare casă."
        ),
        (
            Group(
                _("Puncte de lucru"),
                why=Why(_("Prin denumire se leagă fiecare medic de locul în care lucrează."), HOUSE_RULE),
                parts=(
                    Box("name", _("Denumirea punctului de lucru"), hint=_("de exemplu Sediu")),
                    Group(
                        _("Adresa"),
                        address("address"),
                        why=Why(_("Casa județului în care lucrați este cea care vă răspunde."), THE_ORDER),
                    ),
                    Group(
                        _("Autorizația sanitară de funcționare"),
                        why=Why(
                            _("Casa verifică dacă punctul de lucru poate funcționa; copia autorizației nu se cere."),
                            HOUSE_RULE,
                        ),
                        parts=(
                            Box("sanitary_authorisation.number", _("Numărul"), width="third"),
                            Box(
                                "sanitary_authorisation.issued_on",
                                _("Data emiterii"),
                                "date",
                                hint=DATE_HINT,
                                width="third",
                            ),
                            Box(
                                "sanitary_authorisation.valid_until",
                                _("Valabilă până la"),
                                "date",
                                hint=NO_END_HINT,
                                value="optional",
                                required=False,
                                width="third",
                            ),
                            Box("sanitary_authorisation.issuer", _("Emitentul"), hint=_("de exemplu DSP Constanța")),
                        ),
                    ),
                ),
                name="work_points",
                repeats=True,
                most=MAX_WORK_POINTS,
                one=_("Punctul de lucru"),
                add=_("Adaugă un punct de lucru"),
                none=_("niciun punct de lucru pe hârtie"),
            ),
        ),
    ),
    Page(
        "reprezentant",
        _("Reprezentantul legal"),
        _("Persoana care reprezintă furnizorul în fața legii. Pentru un cabinet individual, medicul titular."),
        (
            Group(
                _("Reprezentantul legal"),
                why=Why(
                    _(
                        "Se verifică cine cere în numele furnizorului și că persoana nu hotărăște asupra propriei "
                        "cereri, ca angajat al casei."
                    ),
                    HOUSE_RULE,
                ),
                parts=(
                    Box("legal_representative.last_name", _("Numele"), autocomplete="family-name", width="half"),
                    Box("legal_representative.first_name", _("Prenumele"), autocomplete="given-name", width="half"),
                    Box(
                        "legal_representative.cnp",
                        _("Codul numeric personal"),
                        hint=_("13 cifre, ca în actul de identitate"),
                        inputmode="numeric",
                        width="half",
                    ),
                    Box(
                        "legal_representative.capacity",
                        _("Calitatea"),
                        hint=_("de exemplu administrator sau medic titular"),
                        width="half",
                    ),
                ),
            ),
            Group(
                _("Actul de identitate"),
                why=Why(_("Cheia se înmânează la ghișeu numai după verificarea identității."), HOUSE_RULE),
                parts=(
                    Box(
                        "legal_representative.identity_document.type",
                        _("Felul actului"),
                        "select",
                        choices=identity_documents,
                        width="third",
                    ),
                    Box(
                        "legal_representative.identity_document.series",
                        _("Seria"),
                        hint=_("la cartea de identitate obligatorie; cea electronică și pașaportul nu au serie"),
                        required=False,
                        width="third",
                    ),
                    Box("legal_representative.identity_document.number", _("Numărul"), width="third"),
                    Box("legal_representative.identity_document.issuer", _("Emitentul"), width="two-thirds"),
                    Box(
                        "legal_representative.identity_document.valid_until",
                        _("Valabil până la"),
                        "date",
                        hint=NO_END_HINT,
                        value="optional",
                        required=False,
                        width="third",
                    ),
                ),
            ),
            Group(
                _("Persoana de contact"),
                (
                    Box("contact.name", _("Numele și prenumele"), required=False),
                    Box("contact.phone", _("Telefonul"), "tel", hint=_("10 cifre"), required=False, width="half"),
                    Box("contact.email", _("Adresa de e-mail"), "email", required=False, width="half"),
                ),
                why=Why(_("Cine dă lămuriri despre cerere, dacă nu reprezentantul legal."), HOUSE_RULE),
            ),
            Group(
                _("Împuternicirea"),
                (
                    Box(
                        "mandate.number",
                        _("Numărul împuternicirii"),
                        hint=_("numai dacă cererea este depusă de un împuternicit"),
                        required=False,
                        width="third",
                    ),
                    Box(
                        "mandate.issued_on",
                        _("Data împuternicirii"),
                        "date",
                        hint=DATE_HINT,
                        required=False,
                        width="third",
                    ),
                    Box(
                        "mandate.issuer",
                        _("Cine a dat-o"),
                        hint=_("de exemplu reprezentantul legal, un notar sau un avocat"),
                        required=False,
                        width="third",
                    ),
                ),
                why=Why(_("Arată dreptul de a depune cererea în locul reprezentantului legal."), HOUSE_RULE),
            ),
        ),
    ),
    PHYSICIANS,
    Page(
        "declaratii",
        _("Folosirea DES și declarații"),
        _("Cum veți trimite datele în dosarul electronic de sănătate și pe ce răspundere depuneți cererea."),
        (
            Group(
                _("Folosirea dosarului electronic"),
                why=Why(_("Datele se trimit prin portal sau printr-o aplicație certificată în DES."), THE_ORDER),
                parts=(
                    Box(
                        "des_channel",
                        _("Veți folosi"),
                        "radios",
                        choices=(
                            ("portal", _("portalul DES")),
                            ("own_application", _("o aplicație proprie, certificată în DES")),
                        ),
                    ),
                    Box(
                        "application.vendor",
                        _("Producătorul aplicației"),
                        required=False,
                        hint=_("numai pentru aplicație proprie"),
                        width="half",
                    ),
                    Box("application.product", _("Denumirea aplicației"), required=False, width="half"),
                    Box("application.version", _("Versiunea"), required=False, width="half"),
                    Box(
                        "application.certification_no",
                        _("Numărul certificării în DES"),
                        required=False,
                        width="half",
                    ),
                    Box(
                        "wants_licence_key",
                        _("Cer convenția de utilizare și cheia de licență"),
                        "radios",
                        value="boolean",
                        choices=YES_NO,
                    ),
                ),
            ),
            Group(
                _("Declarații"),
                why=Why(
                    _("Cererea privește numai furnizorii fără contract; informarea arată ce se face cu datele."),
                    ground(GDPR, "art. 13"),
                ),
                parts=(
                    Box(
                        "no_contract_declaration",
                        _("Furnizorul nu este în relație contractuală cu nicio casă de asigurări de sănătate"),
                        "radios",
                        value="boolean",
                        choices=YES_NO,
                    ),
                    Box(
                        "declaration",
                        _(
                            "Declar pe propria răspundere că datele sunt reale și cunosc că falsul în declarații se pedepsește (art. 326 din Codul penal)."
                        ),
                        "checkbox",
                        value="boolean",
                    ),
                    Box(
                        "privacy_notice",
                        _("Am citit informarea despre prelucrarea datelor personale."),
                        "checkbox",
                        value="boolean",
                        link="workflows:privacy",
                        link_label=_("Citiți informarea"),
                    ),
                ),
            ),
        ),
    ),
)

FORM = FormSpec(
    pages=PAGES,
    schema=SCHEMA,
    tidy=_tidy,
    takes=_("cam 15 minute pentru un cabinet cu un medic"),
)
