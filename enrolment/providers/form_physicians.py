"""The page of the form on which physicians are declared (annex A), as data."""

from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import HOUSE_RULE
from enrolment import nomenclature
from enrolment.providers.form_parts import NO_END_HINT, THE_ORDER, choose, declared_specialties, specialty, work_points
from enrolment.providers.schema import MAX_PHYSICIANS, MAX_SPECIALTIES
from workflows.forms.spec import DATE_HINT, YES_NO, Box, Group, Page, Why

PHYSICIANS = Page(
    "medici",
    _("Medicii"),
    _("Toți medicii care vor folosi dosarul electronic la punctele de lucru declarate."),
    (
        Group(
            _("Medici"),
            (
                Group(
                    _("Identitatea"),
                    why=Why(
                        _(
                            "Fiecare medic este înrolat pe nume; îi scriem că a fost declarat, iar un angajat al "
                            "casei nu hotărăște asupra propriei cereri."
                        ),
                        THE_ORDER,
                    ),
                    parts=(
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
                    why=Why(
                        _("Se verifică dreptul de practică; codul de parafă îl deosebește pe medic de alții."),
                        HOUSE_RULE,
                    ),
                    parts=(
                        Box("stamp_code", _("Codul de parafă"), hint=_("5 sau 6 litere și cifre"), width="third"),
                        Box(
                            "membership.college",
                            _("Colegiul profesional"),
                            "select",
                            choices=choose(nomenclature.COLLEGES.items()),
                            width="third",
                        ),
                        Box("membership.number", _("Numărul certificatului de membru"), width="third"),
                        Box(
                            "without_specialty",
                            _("Medic fără specialitate (gradul „medic”)"),
                            "checkbox",
                            value="boolean",
                            required=False,
                        ),
                    ),
                ),
                Group(
                    _("Specialități"),
                    (
                        Box(
                            "code",
                            _("Specialitatea"),
                            "select",
                            choices=choose(nomenclature.choices("specialties")),
                            width="two-thirds",
                        ),
                        Box(
                            "grade",
                            _("Gradul profesional"),
                            "select",
                            choices=choose(nomenclature.GRADES.items()),
                            width="third",
                        ),
                    ),
                    why=Why(_("Drepturile în platformă și polița de malpraxis țin de specialitate."), HOUSE_RULE),
                    name="specialties",
                    repeats=True,
                    most=MAX_SPECIALTIES,
                    one=_("Specialitatea"),
                    add=_("Adaugă o specialitate"),
                    none=_("nicio specialitate pe hârtie"),
                ),
                Group(
                    _("Avizul anual"),
                    why=Why(_("Arată că medicul poate practica în ziua cererii."), HOUSE_RULE),
                    parts=(
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
                    why=Why(_("Se verifică dacă polița acoperă fiecare specialitate declarată."), HOUSE_RULE),
                    parts=(
                        Box("malpractice.insurer", _("Asigurătorul"), width="half"),
                        Box("malpractice.number", _("Numărul poliței"), width="half"),
                        Box(
                            "malpractice.valid_from",
                            _("Valabilă de la"),
                            "date",
                            hint=DATE_HINT,
                            value="optional",
                            required=False,
                            width="half",
                        ),
                        Box(
                            "malpractice.valid_until",
                            _("Valabilă până la"),
                            "date",
                            hint=DATE_HINT,
                            width="half",
                        ),
                        Box(
                            "malpractice.specialties",
                            _("Specialitățile acoperite de poliță"),
                            "checkboxes",
                            hint=_("la un medic fără specialitate nu se bifează nimic"),
                            value="list",
                            choices=declared_specialties,
                            label_of=specialty,
                        ),
                    ),
                ),
                Group(
                    _("Activitatea"),
                    why=Why(_("Se înrolează medicii care lucrează într-o formă legală la furnizor."), THE_ORDER),
                    parts=(
                        Box(
                            "engagement",
                            _("Forma de exercitare"),
                            "select",
                            choices=choose(nomenclature.choices("engagements")),
                            width="half",
                        ),
                        Box(
                            "work_point",
                            _("Punctul de lucru"),
                            "select",
                            value="integer",
                            choices=work_points,
                            width="half",
                        ),
                        Box(
                            "engagement_from",
                            _("Lucrează aici din"),
                            "date",
                            hint=DATE_HINT,
                            value="optional",
                            required=False,
                            width="half",
                        ),
                        Box(
                            "engagement_until",
                            _("Până la"),
                            "date",
                            hint=NO_END_HINT,
                            value="optional",
                            required=False,
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
)
