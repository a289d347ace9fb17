"""Form F1 on screen: its steps and boxes as data, and the way between boxes and the nested content.

A box's name is the path of its value (`work_points.0.address.county`); the schema in `application` is the only
place where a value is judged. Nothing typed is ever dropped: what cannot be valid is kept in the draft as typed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice import counties
from enrolment import nomenclature

Text = str | Promise
MAX_INDEX = 99


@dataclass(frozen=True)
class Box:
    """One question. `kind` names the widget of `components/field.html`."""

    name: str
    label: Text
    kind: str = "text"
    hint: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    required: bool = True
    autocomplete: str = ""
    inputmode: str = ""
    width: str = ""


@dataclass(frozen=True)
class Group:
    """Boxes under one heading; with `repeats` the group is a list that grows by a button."""

    title: Text
    parts: tuple["Box | Group", ...]
    name: str = ""
    repeats: bool = False
    one: Text = ""
    add: Text = ""
    hint: Text = ""


@dataclass(frozen=True)
class Step:
    """One page of the form."""

    slug: str
    title: Text
    lead: Text
    groups: tuple[Group, ...]

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The top-level names this page asks for."""
        names = [part.name for group in self.groups for part in ([group] if group.repeats else group.parts)]
        return tuple(dict.fromkeys(name.split(".")[0] for name in names))


def _counties() -> tuple[tuple[str, Text], ...]:
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


def _yes_no() -> tuple[tuple[str, Text], ...]:
    return (("true", _("Da")), ("false", _("Nu")))


DATE_HINT = _("ZZ.LL.AAAA, de exemplu 31.12.2026")
NO_END_HINT = _("ZZ.LL.AAAA; lăsați gol dacă nu are dată de sfârșit")


def steps() -> tuple[Step, ...]:
    """The pages of the form, in order (domain.md 4, F1; proposed model, not an official annex)."""
    return (
        Step(
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
        Step(
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
                                    required=False,
                                    width="third",
                                ),
                                Box(
                                    "sanitary_authorisation.issuer", _("Emitentul"), hint=_("de exemplu DSP Constanța")
                                ),
                            ),
                        ),
                    ),
                    name="work_points",
                    repeats=True,
                    one=_("Punctul de lucru"),
                    add=_("Adaugă un punct de lucru"),
                ),
            ),
        ),
        Step(
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
                            required=False,
                            width="third",
                        ),
                    ),
                ),
            ),
        ),
        Step(
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
                                Box(
                                    "stamp_code", _("Codul de parafă"), hint=_("5 sau 6 litere și cifre"), width="third"
                                ),
                                Box(
                                    "membership.college",
                                    _("Colegiul profesional"),
                                    "select",
                                    choices=(
                                        ("CMR", _("Colegiul Medicilor din România")),
                                        ("CMDR", _("Colegiul Medicilor Dentiști")),
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
                            one=_("Specialitatea"),
                            add=_("Adaugă o specialitate"),
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
                                Box("malpractice.specialties", _("Specialitățile acoperite de poliță"), "covered"),
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
                                Box("work_point", _("Punctul de lucru"), "work_point", width="half"),
                                Box(
                                    "emergency_role",
                                    _("Acordă asistență de urgență (UPU, CPU, ambulanță, gardă)"),
                                    "radios",
                                    choices=_yes_no(),
                                ),
                            ),
                        ),
                    ),
                    name="physicians",
                    repeats=True,
                    one=_("Medicul"),
                    add=_("Adaugă un medic"),
                ),
            ),
        ),
        Step(
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
                            choices=_yes_no(),
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
                            choices=_yes_no(),
                        ),
                        Box(
                            "declaration",
                            _(
                                "Declar pe propria răspundere că datele sunt reale și cunosc că falsul în declarații se pedepsește (art. 326 din Codul penal)."
                            ),
                            "checkbox",
                        ),
                        Box(
                            "privacy_notice", _("Am citit informarea despre prelucrarea datelor personale."), "checkbox"
                        ),
                    ),
                ),
            ),
        ),
    )


def step(slug: str) -> Step | None:
    """The page with this slug."""
    return next((s for s in steps() if s.slug == slug), None)


BOOLEANS = re.compile(r"(^|\.)(emergency_role|wants_licence_key|no_contract_declaration|declaration|privacy_notice)$")
INTEGERS = re.compile(r"^physicians\.\d+\.work_point$")
LISTS = re.compile(r"(^provider\.service_categories|\.malpractice\.specialties)$")
CHECKBOXES = ("declaration", "privacy_notice")
OPTIONAL_DATES = re.compile(r"(sanitary_authorisation|identity_document)\.valid_until$")


def merge(content: dict, post: MultiValueDict, page: Step) -> dict:
    """The draft with what this page posted in place of what it held; other pages' answers stay."""
    posted: dict[str, Any] = {}
    for name in post:
        if name.split(".")[0] in page.prefixes:
            _put(posted, name.split("."), _value(name, post.getlist(name)))
    for name in CHECKBOXES:
        if name in page.prefixes:
            posted.setdefault(name, False)
    merged = {key: value for key, value in content.items() if key not in page.prefixes} | _compact(posted)
    return _with_own_application(_with_covered_specialties(merged))


def add_row(content: dict, path: str) -> dict:
    """One more empty row in the list at `path` (a list of the form, else nothing happens)."""
    rows = _at(content, path.split("."))
    if isinstance(rows, list) and len(rows) < MAX_INDEX:
        rows.append({})
    elif rows is None:
        _put(content, path.split("."), [{}])
    return content


def remove_row(content: dict, path: str) -> dict:
    """The list without the row at `path` (`physicians.2`)."""
    parent, _, index = path.rpartition(".")
    rows = _at(content, parent.split("."))
    if isinstance(rows, list) and index.isdigit() and int(index) < len(rows):
        del rows[int(index)]
    return content


def value_at(content: dict, name: str) -> Any:
    """What stands in the box `name`."""
    return _at(content, name.split("."))


def box_name(field_path: str) -> str:
    """`physicians[0].cnp` of the schema is the box `physicians.0.cnp`."""
    return re.sub(r"\[(\d+)\]", r".\1", field_path)


@dataclass(frozen=True)
class Line:
    """One line of a page as the template draws it: a heading, a box with its value and errors, or a row's edge."""

    kind: str
    title: Text = ""
    level: int = 3
    box: Box | None = None
    name: str = ""
    value: Any = ""
    errors: tuple[str, ...] = ()
    choices: tuple[tuple[str, Text], ...] = ()
    number: int = 0
    hint: Text = ""
    as_written: bool = False
    extra: dict = field(default_factory=dict)


def lines(page: Step, content: dict, errors: dict[str, list[str]], as_written: Iterable[str] = ()) -> list[Line]:
    """The page flattened for one plain template loop."""
    written = set(as_written)
    out: list[Line] = []
    for group in page.groups:
        out += _group_lines(group, "", content, errors, written, level=2)
    return out


def _group_lines(group: Group, prefix: str, content: dict, errors: dict, written: set, level: int) -> Iterator[Line]:
    path = f"{prefix}{group.name}"
    if not group.repeats:
        yield Line("heading", group.title, level, hint=group.hint)
        yield from _part_lines(group.parts, prefix, content, errors, written, level)
        yield Line("end")
        return
    rows = _at(content, path.split(".")) or []
    rows = rows if isinstance(rows, list) and rows else [{}]
    for index in range(len(rows)):
        yield Line("row", group.one, level, name=f"{path}.{index}", number=index + 1, extra={"alone": len(rows) == 1})
        yield from _part_lines(group.parts, f"{path}.{index}.", content, errors, written, level)
        yield Line("end_row")
    yield Line("add", group.add, name=path, errors=tuple(errors.get(path, ())))


def _part_lines(parts: tuple, prefix: str, content: dict, errors: dict, written: set, level: int) -> Iterator[Line]:
    for part in parts:
        if isinstance(part, Group):
            yield from _group_lines(part, prefix, content, errors, written, level + 1)
            continue
        name = f"{prefix}{part.name}"
        yield Line(
            "box",
            box=replace(part, kind=_WIDGETS.get(part.kind, part.kind)),
            name=name,
            value=_shown(part, _at(content, name.split("."))),
            errors=tuple(_errors_of(name, errors)),
            choices=_choices(part, name, content),
            as_written=name in written,
        )


_WIDGETS = {"covered": "checkboxes", "work_point": "select"}


def _errors_of(name: str, errors: dict[str, list[str]]) -> list[str]:
    """A list box (`provider.service_categories`) also shows the errors of its items."""
    inside = re.compile(re.escape(name) + r"\.\d+$")
    return [m for key, messages in errors.items() if key == name or inside.match(key) for m in messages]


def _choices(part: Box, name: str, content: dict) -> tuple[tuple[str, Text], ...]:
    if part.kind == "covered":
        physician = name.split(".")[:2]
        chosen = [row.get("code") for row in _rows(_at(content, [*physician, "specialties"]))]
        return (("*", _("toate specialitățile declarate mai sus")),) + tuple(
            (code, label) for code, label in nomenclature.choices("specialties") if code in chosen
        )
    if part.kind == "work_point":
        points = _rows(content.get("work_points"))
        return tuple((str(i), point.get("name") or f"{i + 1}") for i, point in enumerate(points)) or (("0", "1"),)
    return part.choices


def _shown(part: Box, value: Any) -> Any:
    if value is None:
        return [] if part.kind in ("checkboxes", "covered") else ""
    if isinstance(value, bool):
        return value if part.kind == "checkbox" else str(value).lower()
    if part.kind == "date" and isinstance(value, str):
        return re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3.\2.\1", value)
    return value if isinstance(value, (str, list)) else str(value)


def _value(name: str, values: list[str]) -> Any:
    if LISTS.search(name):
        return [value for value in values if value]
    value = values[-1]
    if BOOLEANS.search(name):
        return {"true": True, "on": True, "false": False}.get(value, value)
    if INTEGERS.match(name) and value.isascii() and value.isdigit():
        return int(value[:4])
    if OPTIONAL_DATES.search(name) and not value.strip():
        return None
    return value


def _with_covered_specialties(content: dict) -> dict:
    """ "All declared specialities" is kept as the list it means today."""
    for physician in _rows(content.get("physicians")):
        cover = physician.get("malpractice")
        if isinstance(cover, dict) and "*" in (cover.get("specialties") or []):
            cover["specialties"] = [row["code"] for row in _rows(physician.get("specialties")) if row.get("code")]
    return content


def _with_own_application(content: dict) -> dict:
    """The portal needs no application: its empty boxes say nothing."""
    if content.get("des_channel") == "portal":
        content["application"] = None
    return content


def _rows(value: Any) -> list[dict]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _at(content: Any, path: list[str]) -> Any:
    for key in path:
        if isinstance(content, dict):
            content = content.get(key)
        elif isinstance(content, list) and key.isdigit() and int(key) < len(content):
            content = content[int(key)]
        else:
            return None
    return content


def _put(target: dict, path: list[str], value: Any) -> None:
    """Rows are dicts keyed by number while boxes arrive in any order; `_compact` makes lists of them."""
    for key in path[:-1]:
        target = target.setdefault(key, {})
        if not isinstance(target, dict):
            return
    target[path[-1]] = value


def _compact(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, str) and key.isdigit() for key in value):
        return [_compact(value[key]) for key in sorted(value, key=int)][: MAX_INDEX + 1]
    return {key: _compact(item) for key, item in value.items()}
