"""The legal term made longer: by the director, once, by at most 15 days, and the applicant is told first."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.romania.calendar import LEGAL_TERM_DAYS, legal_due_date, on_or_after_working_day
from workflows import causes
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Assignment, Case, Extension
from workflows.models.extension import ALREADY_EXTENDED, MOST_DAYS
from workflows.services import communication, steps


@dataclass(frozen=True)
class Sum:
    """One line of the arithmetic of a term: from a day, so many days, to a day that may move to a working day."""

    start: date
    days: int
    end: date
    moved: date | None

    @classmethod
    def of(cls, start: date, days: int) -> "Sum":
        end = start + timedelta(days=days)
        moved = on_or_after_working_day(end)
        return cls(start, days, end, moved if moved != end else None)

    @property
    def due_on(self) -> date:
        """The day on which the term ends."""
        return self.moved or self.end


def arithmetic(case: Case) -> list[Sum]:
    """How the legal term of a case is counted: thirty days from its registration, and its extension."""
    extension = case.extensions.last()
    if extension is None or extension.to_due != case.due_on:
        return [Sum.of(began_on(case, case.due_on), LEGAL_TERM_DAYS)]
    first = Sum.of(began_on(case, extension.from_due), LEGAL_TERM_DAYS)
    return [first, Sum.of(extension.counted_from, extension.days)]


def began_on(case: Case, due_on: date) -> date:
    """The day from which a term is counted: the registration, or that of a new term when it is decided anew."""
    return case.entry.day if legal_due_date(case.entry.day) == due_on else due_on - timedelta(days=LEGAL_TERM_DAYS)


def refusal(case: Case, *, today: date) -> str | None:
    """Why the term of this case cannot be extended now, or None."""
    if case.extensions.filter(to_due=case.due_on).exists():
        return str(ALREADY_EXTENDED)
    if today > case.due_on:
        return _("Termenul legal a trecut la {day}: se prelungește numai înainte.").format(
            day=f"{case.due_on:%d.%m.%Y}"
        )
    return None


@transaction.atomic
def extend(case: Case, *, by: User, days: int, reason: str, text: str, today: date) -> Extension:
    """Make the legal term longer by up to 15 days. The notice to the applicant is written before the term moves.

    Counted from the last day of the term before it moved to a working day; the new end moves to one again.
    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    cause = next((cause for cause in causes.EXTENSION if cause.code == reason), None)
    with steps.undecided(case.pk) as file:
        case = file.case
        membership = file.membership_of(by, Can.EXTEND)
        if membership is None:
            raise PermissionDenied
        if sentence := file.refusal_of_person(by) or refusal(case, today=today):
            raise Refused(sentence)
        if cause is None or not text.strip():
            raise Refused(_("Alegeți motivul prelungirii și scrieți pe scurt de ce."))
        if not 1 <= days <= MOST_DAYS:
            raise Refused(_("Termenul se prelungește cu cel puțin o zi și cel mult 15 zile."))
        counted_from = began_on(case, case.due_on) + timedelta(days=LEGAL_TERM_DAYS)
        longer = Sum.of(counted_from, days).due_on
        if longer <= case.due_on:
            raise Refused(_("Cu atâtea zile termenul nu se mută: ultima zi este nelucrătoare. Alegeți mai multe."))
        notice = communication.notify(
            case,
            "term_extended",
            dedupe_key=f"term_extended:{case.public_id}:{case.due_on}",
            reason=str(cause.label),
            ground=cause.ground,
            days=days,
            before=f"{case.due_on:%d.%m.%Y}",
            due=f"{longer:%d.%m.%Y}",
            has_account=communication.owner_of(case) is not None,
        )
        with constraints_as_sentences(Extension, Case):
            row = Extension.objects.create(
                case=case,
                days=days,
                reason=cause.code,
                text=text,
                counted_from=counted_from,
                from_due=case.due_on,
                to_due=longer,
                notice=notice,
                extended_by=by,
                membership=membership,
            )
            Case.objects.filter(pk=case.pk).update(due_on=longer)
        Assignment.objects.filter(case=case.pk).update(due_on=longer)
        case.due_on = longer
        log.record("case.term_extended", on=case, by=by, house=case.house, days=days, due_on=longer.isoformat())
    return row
