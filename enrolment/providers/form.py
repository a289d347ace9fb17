"""What the request for enrolment asks, page by page, as data (a proposed model, form F1 of docs/domain.md)."""

from django.utils.translation import gettext_lazy as _

from backoffice.romania import counties
from enrolment import nomenclature
from enrolment.providers.schema import MAX_PHYSICIANS, MAX_SPECIALTIES, MAX_WORK_POINTS, SCHEMA
from workflows.forms.binding import rows_of, value_at
from workflows.forms.spec import DATE_HINT, YES_NO, Box, Choices, FormSpec, Group, Page, Text

NO_END_HINT = _("ZZ.LL.AAAA; lăsați gol dacă nu are dată de sfârșit")


def _counties() -> Choices:
    return (("", _("alegeți")), *counties.choices())


def _address(prefix: str) -> tuple[Box, ...]:
    return (
        Box(f"{prefix}.county", _("Județul"), "select", choices=_counties(), width="third"),
        Box(f"{prefix}.locality", _("Localitatea"), autocomplete="address-level2", width="third"),
        Box(
            f"{prefix}.postal_code",
            _("Codul poștal"),
            hint=_("6 cifre, de exemplu 900178"),
            inputmode="numeric",
            autocomplete="postal-code",
            width="third",
        ),
        Box(f"{prefix}.street", _("Strada"), autocomplete="address-line1", width="two-thirds"),
        Box(f"{prefix}.number", _("Numărul"), width="third"),
    )


def _declared_specialties(content: dict, name: str) -> Choices:
    """A policy covers specialities that the same physician declares, or all of them."""
    physician = name.split(".")[:2]
    declared = [row.get("code") for row in rows_of(value_at(content, [*physician, "specialties"]))]
    every: Choices = (("*", _("toate specialitățile declarate mai sus")),)
    return every + tuple((code, label) for code, label in nomenclature.choices("specialties") if code in declared)


def _work_points(content: dict, name: str) -> Choices:
    """The work points declared so far, by their place."""
    points = rows_of(content.get("work_points"))
    return tuple((str(i), point.get("name") or f"{i + 1}") for i, point in enumerate(points)) or (("0", "1"),)


def _specialty(code: str) -> Text:
    return nomenclature.specialty(code).label if code in nomenclature.codes("specialties") else code


def _tidy(content: dict) -> dict:
    """ "All declared specialities" is kept as the list it means today; the portal needs no application of one's own."""
    for physician in rows_of(content.get("physicians")):
        cover = physician.get("malpractice")
        if isinstance(cover, dict) and "*" in (cover.get("specialties") or []):
            cover["specialties"] = [row["code"] for row in rows_of(physician.get("specialties")) if row.get("code")]
    own = content.get("application")
    if content.get("des_channel") == "portal" or (
        isinstance(own, dict) and content.get("des_channel") != "own_application" and not any(own.values())
    ):
        content["application"] = None
    return content


PAGES = (
    Page(
        "furnizor",
        _("Furnizorul"),
        _("Cine cere înrolarea. Scrieți datele ca în certificatul de înregistrare fiscală."),
        (
            Group(
                _("Date de identificare"),
                (
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
                        choices=(("", _("alegeți")), *nomenclature.choices("legal_forms")),
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
            Group(_("Sediul social"), _address("provider.headquarters")),
            Group(
                _("Cum vă contactăm"),
                (
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
                (
                    Box("name", _("Denumirea punctului de lucru"), hint=_("de exemplu Sediu")),
                    Group(_("Adresa"), _address("address")),
                    Group(
                        _("Autorizația sanitară de funcționare"),
                        (
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
                (
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
                (
                    Box(
                        "legal_representative.identity_document.type",
                        _("Felul actului"),
                        "select",
                        choices=(
                            ("CI", _("carte de identitate")),
                            ("BI", _("buletin de identitate")),
                            ("PASS", _("pașaport")),
                        ),
                        width="third",
                    ),
                    Box("legal_representative.identity_document.series", _("Seria"), width="third"),
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
        ),
    ),
    Page(
        "medici",
        _("Medicii"),
        _("Toți medicii care vor folosi dosarul electronic la punctele de lucru declarate."),
        (
            Group(
                _("Medici"),
                (
                    Group(
                        _("Identitatea"),
                        (
                            Box("last_name", _("Numele"), width="third"),
                            Box("first_name", _("Prenumele"), width="third"),
                            Box(
                                "cnp",
                                _("Codul numeric personal"),
                                inputmode="numeric",
                                hint=_("13 cifre"),
                                width="third",
                            ),
                            Box("email", _("Adresa de e-mail"), "email", width="half"),
                            Box("phone", _("Telefonul"), "tel", hint=_("10 cifre"), width="half"),
                        ),
                    ),
                    Group(
                        _("Profesia"),
                        (
                            Box("stamp_code", _("Codul de parafă"), hint=_("5 sau 6 litere și cifre"), width="third"),
                            Box(
                                "membership.college",
                                _("Colegiul profesional"),
                                "select",
                                choices=(
                                    ("CMR", _("Colegiul Medicilor din România")),
                                    ("CMDR", _("Colegiul Medicilor Stomatologi din România")),
                                ),
                                width="third",
                            ),
                            Box("membership.number", _("Numărul certificatului de membru"), width="third"),
                        ),
                    ),
                    Group(
                        _("Specialități"),
                        (
                            Box(
                                "code",
                                _("Specialitatea"),
                                "select",
                                choices=(("", _("alegeți")), *nomenclature.choices("specialties")),
                                width="two-thirds",
                            ),
                            Box(
                                "grade",
                                _("Gradul profesional"),
                                "select",
                                choices=(
                                    ("specialist", _("medic specialist")),
                                    ("primary", _("medic primar")),
                                    ("physician", _("medic")),
                                ),
                                width="third",
                            ),
                        ),
                        name="specialties",
                        repeats=True,
                        most=MAX_SPECIALTIES,
                        one=_("Specialitatea"),
                        add=_("Adaugă o specialitate"),
                        none=_("nicio specialitate pe hârtie"),
                    ),
                    Group(
                        _("Avizul anual"),
                        (
                            Box(
                                "annual_endorsement.valid_from",
                                _("Valabil de la"),
                                "date",
                                hint=DATE_HINT,
                                width="half",
                            ),
                            Box(
                                "annual_endorsement.valid_until",
                                _("Valabil până la"),
                                "date",
                                hint=DATE_HINT,
                                width="half",
                            ),
                        ),
                    ),
                    Group(
                        _("Asigurarea de malpraxis"),
                        (
                            Box("malpractice.insurer", _("Asigurătorul"), width="third"),
                            Box("malpractice.number", _("Numărul poliței"), width="third"),
                            Box(
                                "malpractice.valid_until",
                                _("Valabilă până la"),
                                "date",
                                hint=DATE_HINT,
                                width="third",
                            ),
                            Box(
                                "malpractice.specialties",
                                _("Specialitățile acoperite de poliță"),
                                "checkboxes",
                                value="list",
                                choices=_declared_specialties,
                                label_of=_specialty,
                            ),
                        ),
                    ),
                    Group(
                        _("Activitatea"),
                        (
                            Box(
                                "engagement",
                                _("Forma de exercitare"),
                                "select",
                                choices=tuple(nomenclature.choices("engagements")),
                                width="half",
                            ),
                            Box(
                                "work_point",
                                _("Punctul de lucru"),
                                "select",
                                value="integer",
                                choices=_work_points,
                                width="half",
                            ),
                            Box(
                                "emergency_role",
                                _("Acordă asistență de urgență (UPU, CPU, ambulanță, gardă)"),
                                "radios",
                                value="boolean",
                                choices=YES_NO,
                            ),
                        ),
                    ),
                ),
                name="physicians",
                repeats=True,
                most=MAX_PHYSICIANS,
                one=_("Medicul"),
                add=_("Adaugă un medic"),
                none=_("niciun medic pe hârtie"),
            ),
        ),
    ),
    Page(
        "declaratii",
        _("Folosirea DES și declarații"),
        _("Cum veți trimite datele în dosarul electronic de sănătate și pe ce răspundere depuneți cererea."),
        (
            Group(
                _("Folosirea dosarului electronic"),
                (
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
                (
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
                    ),
                ),
            ),
        ),
    ),
)

FORM = FormSpec(pages=PAGES, schema=SCHEMA, tidy=_tidy)
