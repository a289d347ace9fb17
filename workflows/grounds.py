"""What each rule, term and notice rests on: an article of the law, or the house's own rule. As data, for all to see.

Here stands what holds in every procedure; a procedure adds its own (`Procedure.rules`), and its reasons and stages say
their grounds themselves. `manage.py check` refuses one that says none; `docs/law.md` is written from it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import CIVIL_CODE, GDPR, HOUSE_RULE, L554, OG27, OUG41, Ground, ground
from workflows import causes

if TYPE_CHECKING:
    from workflows.procedures import Procedure

KINDS_OF_REASON = ("reject", "completion", "redirect")


class Sort(StrEnum):
    """What a rule is about."""

    RULE = "rule"
    TERM = "term"
    NOTICE = "notice"


@dataclass(frozen=True)
class Rule:
    """One rule, term or notice, in a sentence, with what it rests on. A notice has the code of its template."""

    code: str
    sort: Sort
    says: str | Promise
    grounds: tuple[Ground, ...]
    days: int = 0


COMPLETION = Rule(
    "completion_term",
    Sort.TERM,
    _("La o solicitare de completări se răspunde în 10 zile lucrătoare."),
    (HOUSE_RULE,),
    days=10,
)
COMPLAINT = Rule(
    "complaint_term",
    Sort.TERM,
    _("Plângerea prealabilă se depune la emitent în 30 de zile de la comunicare."),
    (ground(L554, "art. 7"),),
    days=30,
)
GENERAL = (
    Rule(
        "legal_term",
        Sort.TERM,
        _("Se răspunde în 30 de zile de la înregistrare, fie că soluția este favorabilă sau nu."),
        (ground(OG27, "art. 8"),),
        days=30,
    ),
    Rule(
        "extension",
        Sort.TERM,
        _("Conducătorul poate prelungi termenul cu cel mult 15 zile, după înștiințarea solicitantului."),
        (ground(OG27, "art. 9"),),
        days=15,
    ),
    Rule(
        "redirection",
        Sort.TERM,
        _("Cererea depusă la o casă fără competență se trimite casei competente, iar solicitantul află."),
        (ground(OG27, "art. 6^1"),),
        days=5,
    ),
    Rule(
        "free_days",
        Sort.TERM,
        _("Termenul a cărui ultimă zi este nelucrătoare se mută pe prima zi lucrătoare."),
        (ground(CIVIL_CODE, "art. 2554"),),
    ),
    COMPLETION,
    Rule(
        "completion_reminders",
        Sort.TERM,
        _("Solicitantul este anunțat din nou în a 5-a și a 8-a zi lucrătoare a termenului de completare."),
        (HOUSE_RULE,),
    ),
    Rule(
        "posting",
        Sort.TERM,
        _("Decizia necitită la 10 zile calendaristice de la sigilare se trimite prin poștă."),
        (HOUSE_RULE,),
        days=10,
    ),
    COMPLAINT,
    Rule(
        "court_term",
        Sort.TERM,
        _("Acțiunea la instanța de contencios administrativ se introduce în șase luni."),
        (ground(L554, "art. 11"),),
    ),
    Rule("court", Sort.RULE, _("Instanța este cea de la sediul casei, scrisă de ea."), (ground(L554, "art. 10"),)),
    Rule(
        "registered_all_the_same",
        Sort.RULE,
        _("Orice cerere primește număr și răspuns; nimic nu se încheie fără înștiințare."),
        (ground(OG27, "art. 8"),),
    ),
    Rule(
        "connected",
        Sort.RULE,
        _("Cererile aceluiași solicitant despre același lucru se pot conexa."),
        (ground(OG27, "art. 10"),),
    ),
    Rule("silence", Sort.RULE, _("Lipsa răspunsului nu înseamnă aprobare."), (HOUSE_RULE,)),
    Rule(
        "grounds_stated",
        Sort.RULE,
        _("Decizia arată temeiul legal; o respingere are cel puțin un articol de lege."),
        (ground(OG27, "art. 13"), HOUSE_RULE),
    ),
    Rule("four_eyes", Sort.RULE, _("Fiecare etapă o hotărăște altă persoană."), (HOUSE_RULE,)),
    Rule("party_decides_nothing", Sort.RULE, _("Cine este parte într-un dosar nu îl poate decide."), (HOUSE_RULE,)),
    Rule(
        "communicated",
        Sort.RULE,
        _("Decizia este comunicată când destinatarul o deschide, o primește la ghișeu sau prin poștă."),
        (HOUSE_RULE,),
    ),
    Rule(
        "no_copies",
        Sort.RULE,
        _("Nu se cer copii ale actelor emise de alte instituții; formularul spune de ce se cere fiecare dată."),
        (ground(OUG41, "întreaga ordonanță"),),
    ),
    Rule(
        "informed",
        Sort.RULE,
        _("Cine depune o cerere și cine este numit în ea sunt informați despre prelucrarea datelor."),
        (ground(GDPR, "art. 13"), ground(GDPR, "art. 14")),
    ),
    Rule(
        "completion_asked",
        Sort.NOTICE,
        _("Solicitantul află ce are de completat și până când."),
        (HOUSE_RULE,),
    ),
    Rule(
        "decision_ready",
        Sort.NOTICE,
        _("Solicitantul află că decizia se poate citi în contul său."),
        (ground(OG27, "art. 8"),),
    ),
    Rule(
        "decision_attached",
        Sort.NOTICE,
        _("Solicitantul fără cont primește decizia în scrisoare."),
        (ground(OG27, "art. 8"),),
    ),
    Rule(
        "decision_joined",
        Sort.NOTICE,
        _("Cine a depus o cerere conexată primește răspunsul dat cererii la care s-a conexat."),
        (ground(OG27, "art. 10"),),
    ),
    Rule(
        "completion_reminder",
        Sort.NOTICE,
        _("Cine nu are cont este anunțat din nou, prin e-mail, de termenul completărilor."),
        (HOUSE_RULE,),
    ),
    Rule(
        "named_in_request",
        Sort.NOTICE,
        _("Cine este numit într-o cerere a altcuiva află ce date ale sale au ajuns la casă."),
        (ground(GDPR, "art. 14"),),
    ),
    Rule("letter", Sort.NOTICE, _("O scrisoare a casei ajunge prin e-mail la cine a dat o adresă."), (HOUSE_RULE,)),
    Rule("case_joined", Sort.NOTICE, _("Solicitantul află că cererea sa s-a conexat."), (ground(OG27, "art. 10"),)),
    Rule("case_closed", Sort.NOTICE, _("Solicitantul află că cererea sa s-a clasat și de ce."), (HOUSE_RULE,)),
    Rule("case_withdrawn", Sort.NOTICE, _("Solicitantul primește confirmarea retragerii."), (HOUSE_RULE,)),
    Rule(
        "term_extended",
        Sort.NOTICE,
        _("Solicitantul află înainte că termenul se prelungește, de ce și până când."),
        (ground(OG27, "art. 9"),),
    ),
)


@dataclass(frozen=True)
class Line:
    """One thing that must say its ground: of which procedure, which sort, its code and words."""

    procedure: str
    sort: str
    code: str
    says: str
    grounds: tuple[Ground, ...] | None

    @property
    def is_grounded(self) -> bool:
        """Does it name an article, or is it marked as the house's own rule?"""
        return bool(self.grounds) and all(isinstance(each, Ground) for each in self.grounds or ())


def lines(procedures: Iterable["Procedure"]) -> Iterator[Line]:
    """Everything that must say its ground: general rules, then of each procedure rules, stages and reasons."""
    yield from (_line("", rule) for rule in GENERAL)
    yield from (Line("", "cause", cause.code, str(cause.label), cause.grounds) for cause in causes.EVERY)
    known = {rule.code for rule in GENERAL}
    for procedure in procedures:
        known |= {rule.code for rule in procedure.rules}
        yield from (_line(procedure.code, rule) for rule in procedure.rules)
        for stage in procedure.stages:
            yield Line(procedure.code, "stage", stage.code, str(stage.title), stage.grounds)
        found = {reason.code: reason for kind in KINDS_OF_REASON for reason in procedure.reasons(kind)}
        for reason in found.values():
            yield Line(procedure.code, "reason", reason.code, str(reason.label), reason.grounds)
    # A letter that nobody gave a rule says no ground either.
    for code in sorted(_templates() - known):
        yield Line("", Sort.NOTICE, code, "", None)


def _line(procedure: str, rule: Rule) -> Line:
    return Line(procedure, rule.sort, rule.code, str(rule.says), rule.grounds)


def _templates() -> set[str]:
    """The letters of the product, by the code of their template."""
    folders = [Path(each) / "email" for engine in settings.TEMPLATES for each in cast(list[Path], engine["DIRS"])]
    return {path.name.partition(".")[0] for folder in folders for path in folder.glob("*.subject.txt")}
