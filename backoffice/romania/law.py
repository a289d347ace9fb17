"""The law that rules, reasons, terms and notices rest on: acts and articles as data. Pure.

A ground is one article of one act, or the house's own rule. `read` says whether somebody of ours has read the article's
text, or knows it from a page that cites it: a mark for staff, never printed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# Articles that were put between two others are written `346^6` here and 346⁶ for people.
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Act:
    """A normative act: how it is called in short, how an act of a house cites it, and its key in our own data."""

    code: str
    full: str
    key: str = ""


@dataclass(frozen=True)
class Ground:
    """What a rule rests on: an article of an act, or the house's own rule (no act then)."""

    act: Act | None
    article: str = ""
    says: str = ""
    read: bool = False

    @property
    def is_law(self) -> bool:
        """Can an act of the house rest on it?"""
        return self.act is not None

    @property
    def code(self) -> str:
        """How rows and code lists name it, for example `OG27 art. 10`."""
        if self.act is None:
            return HOUSE
        return f"{self.act.key} {self.article}" if self.place else self.act.key

    @property
    def place(self) -> str:
        """The article as people write it; empty for a whole act."""
        if not self.article.startswith("art."):
            return ""
        before, _, number = self.article.partition("^")
        digits = number[: len(number) - len(number.lstrip("0123456789"))]
        return before + digits.translate(RAISED) + number[len(digits) :]

    def __str__(self) -> str:
        if self.act is None:
            return "regula casei"
        return f"{self.place} din {self.act.code}" if self.place else self.act.code


HOUSE = "house"
HOUSE_RULE = Ground(None)

AMENDED = ", cu modificările și completările ulterioare"
L95 = Act("Legea nr. 95/2006", f"Legea nr. 95/2006 privind reforma în domeniul sănătății, republicată{AMENDED}", "L95")
ORDER = Act(
    "Ordinul nr. 1.123/849/2016",
    "Ordinul ministrului sănătății și al președintelui Casei Naționale de Asigurări de Sănătate "
    f"nr. 1.123/849/2016{AMENDED}",
    "ORDER",
)
OG27 = Act(
    "Ordonanța Guvernului nr. 27/2002",
    "Ordonanța Guvernului nr. 27/2002 privind reglementarea activității de soluționare a petițiilor" + AMENDED,
    "OG27",
)
L554 = Act("Legea nr. 554/2004", f"Legea contenciosului administrativ nr. 554/2004{AMENDED}", "L554")
CIVIL_CODE = Act("Codul civil", f"Legea nr. 287/2009 privind Codul civil, republicată{AMENDED}", "CIVIL_CODE")
OUG41 = Act("Ordonanța de urgență a Guvernului nr. 41/2016", "", "OUG41")
L214 = Act("Legea nr. 214/2024", "", "L214")
GDPR = Act(
    "Regulamentul (UE) 2016/679",
    "Regulamentul (UE) 2016/679 privind protecția persoanelor fizice în ceea ce privește prelucrarea datelor cu "
    "caracter personal",
    "GDPR",
)
ACTS = (L95, ORDER, OG27, L554, CIVIL_CODE, OUG41, L214, GDPR)

# What each article says, in our own words, as far as we know it; `read` only where its words were before us.
_ARTICLES = (
    Ground(
        L95, "art. 30 alin. (2)", "Furnizorii folosesc dosarul electronic de sănătate, parte a platformei.", read=True
    ),
    Ground(L95, "art. 280 alin. (2)", "Dosarul electronic de sănătate este unul din sistemele platformei."),
    Ground(L95, "art. 346^6", "Transmiterea datelor medicale în dosarul electronic de sănătate."),
    Ground(
        ORDER, "întregul ordin", "Datele, informațiile și procedurile de folosire a dosarului electronic de sănătate."
    ),
    Ground(OG27, "art. 6 alin. (4)", "Răspunsul se expediază prin compartimentul de relații cu publicul.", read=True),
    Ground(
        OG27,
        "art. 6^1",
        "Petiția greșit îndreptată se trimite în 5 zile celui competent și petiționarul află.",
        read=True,
    ),
    Ground(OG27, "art. 8", "Se răspunde în 30 de zile de la înregistrare, fie soluția favorabilă sau nu.", read=True),
    Ground(
        OG27,
        "art. 9",
        "Conducătorul poate prelungi termenul cu cel mult 15 zile, după înștiințarea petiționarului.",
        read=True,
    ),
    Ground(OG27, "art. 10", "Petițiile aceluiași petiționar despre aceeași problemă se conexează.", read=True),
    Ground(OG27, "art. 13", "Răspunsul arată temeiul legal și e semnat de conducător și de șeful compartimentului."),
    Ground(L554, "art. 7", "Plângerea prealabilă la emitent, în 30 de zile de la comunicare."),
    Ground(L554, "art. 10", "Instanța competentă."),
    Ground(L554, "art. 11", "Termenul de șase luni al acțiunii în contencios administrativ."),
    Ground(CIVIL_CODE, "art. 2554", "Termenul a cărui ultimă zi e nelucrătoare se împlinește în prima zi lucrătoare."),
    Ground(
        OUG41,
        "întreaga ordonanță",
        "Formularul public spune cât durează și de ce se cere fiecare dată; nu se cer copii.",
    ),
    Ground(
        L214, "întreaga lege", "Semnătura sau sigiliul calificat face din actul unei autorități un înscris autentic."
    ),
    Ground(GDPR, "art. 13", "Informarea celui de la care se colectează date."),
    Ground(GDPR, "art. 14", "Informarea celui despre care se colectează date de la altcineva."),
)
_GROUNDS = {(found.act.code, found.article): found for found in _ARTICLES if found.act}
_BY_CODE = {found.code: found for found in (*_ARTICLES, HOUSE_RULE)}


def ground(act: Act, article: str) -> Ground:
    """The ground that this article of this act is. Raises `KeyError` when the data has no such article."""
    return _GROUNDS[act.code, article]


def by_code(code: str) -> Ground:
    """The ground of this code, `house` included. Raises `KeyError`."""
    return _BY_CODE[code]


def articles() -> tuple[Ground, ...]:
    """Every article of the data, in the order of the acts."""
    return _ARTICLES


def cited(grounds: Iterable[Ground], *, full: bool = False) -> list[str]:
    """Articles as an act of a house cites them, those of one act together: „art. 7 și art. 10 din Legea nr. …”."""
    found: dict[Act, list[str]] = {}
    for each in grounds:
        if each.act is not None:
            places = found.setdefault(each.act, [])
            places += [each.place] if each.place and each.place not in places else []
    return [_cited(places, (act.full or act.code) if full else act.code) for act, places in found.items()]


def _cited(places: list[str], name: str) -> str:
    *others, last = places or [""]
    listed = f"{', '.join(others)} și {last}" if others else last
    return f"{listed} din {name}" if listed else name
