"""The legal term: completions end inside it, and the director makes it longer once, by 15 days at most, told first."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from backoffice.romania.calendar import add_working_days, is_working_day, legal_due_date, on_or_after_working_day
from notifications.models import Message
from tests.conftest import DAY
from tests.world import act, approved, open_task, run_jobs
from workflows.enums import FILER
from workflows.errors import Refused
from workflows.models import Assignment, Case, Extension, Party
from workflows.services import closing, completions, steps, terms

pytestmark = pytest.mark.calendar
ASKING = {"outcome": "completion", "reasons": ("R11",), "text": "Lămuriți."}


def extend(case, by, **changes):
    asked = {"days": 15, "reason": "research", "text": "Verificăm la colegiu.", "today": DAY} | changes
    row = terms.extend(case, by=by, **asked)
    case.refresh_from_db()
    return row


def ask_on(case, user, day):
    """Ask for completion on that day."""
    task = open_task(case)
    if task.owner_id is None:
        steps.claim(task, by=user)
    steps.execute(task, by=user, answer=steps.Answer(**ASKING), today=day)
    return case.completion_requests.get()


def working_days_before(day, count):
    """The last day from which so many working days fit before `day`, itself included."""
    start = day
    while add_working_days(start, count) > day:
        start -= timedelta(days=1)
    return start


def test_a_completion_is_due_in_ten_working_days_and_never_after_the_legal_term(people, case):
    assert completions.due_on(case, today=DAY) == add_working_days(DAY, 10)
    late = working_days_before(case.due_on, 4)
    assert ask_on(case, people.clerk, late).due_on == case.due_on


def test_with_less_than_three_working_days_left_the_director_is_asked_first(people, case):
    last = working_days_before(case.due_on, 3)
    with pytest.raises(Refused, match="directorului"):
        ask_on(case, people.clerk, last + timedelta(days=1))
    assert not case.completion_requests.exists()
    before = case.due_on
    extend(case, people.director)
    assert ask_on(case, people.clerk, last + timedelta(days=1)).due_on > before


def test_after_an_extension_nobody_is_sent_to_the_director_again(people, case):
    extend(case, people.director)
    with pytest.raises(Refused, match="deja prelungit"):
        ask_on(case, people.clerk, case.due_on)


def test_the_director_extends_and_case_list_and_applicant_follow(people, case, browse):
    before = case.due_on
    page = reverse("workflows:extend", args=[case.public_id])
    director = browse(people.director)
    assert page in director.get(reverse("workflows:case", args=[case.public_id])).content.decode()
    asked = {"days": "15", "reason": "research", "text": "Verificăm la colegiu."}
    assert director.post(page, asked).status_code == 302
    case.refresh_from_db()
    row = case.extensions.get()
    assert case.due_on == on_or_after_working_day(case.entry.day + timedelta(days=45)) == row.to_due
    assert Assignment.objects.get(case=case).due_on == case.due_on
    assert (row.from_due, row.days, row.text) == (before, 15, "Verificăm la colegiu.")
    mine = browse(people.provider).get(reverse("workflows:my_case", args=[case.public_id])).content.decode()
    for shown in (mine, director.get(reverse("workflows:case", args=[case.public_id])).content.decode()):
        assert f"+ 15 zile = {case.entry.day + timedelta(days=45):%d.%m.%Y}" in " ".join(shown.split())
        assert "Verificăm la colegiu." in shown
        assert page not in shown
    run_jobs()
    [letter] = mail.outbox
    assert f"{before:%d.%m.%Y}" in letter.body
    assert f"{case.due_on:%d.%m.%Y}" in letter.body
    assert "art. 9" in letter.body


def test_the_notice_is_written_before_the_term_moves(people, case, monkeypatch):
    def unwritten(*words, **facts):
        raise RuntimeError("no letter")

    monkeypatch.setattr(terms.communication, "write", unwritten)
    before = case.due_on
    with pytest.raises(RuntimeError, match="no letter"):
        extend(case, people.director)
    case.refresh_from_db()
    assert case.due_on == before


@pytest.mark.parametrize("who", ["clerk", "jurist", "head", "stranger", "provider"])
def test_only_the_director_extends(people, case, browse, who):
    with pytest.raises(PermissionDenied):
        extend(case, getattr(people, who))
    answer = browse(getattr(people, who)).get(reverse("workflows:extend", args=[case.public_id]))
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("changes", [{"days": 0}, {"days": 16}, {"reason": "x"}, {"text": " "}])
def test_an_extension_has_its_days_and_its_reason(people, case, changes):
    with pytest.raises(Refused):
        extend(case, people.director, **changes)
    assert not Message.objects.exists()


def test_a_term_is_extended_once_and_before_it_passes(people, case):
    with pytest.raises(Refused, match="a trecut"):
        extend(case, people.director, today=case.due_on + timedelta(days=1))
    extend(case, people.director, today=case.due_on)
    with pytest.raises(Refused, match="deja prelungit"):
        extend(case, people.director)


def test_a_party_extends_nothing(people, case):
    Party.objects.create(case=case, person=people.director.person, capacity=FILER)
    with pytest.raises(Refused, match="parte"):
        extend(case, people.director)


def test_nothing_is_extended_that_is_signed_or_over(people, case):
    approved(case, people)
    with pytest.raises(Refused, match="semnată"):
        extend(case, people.director)
    run_jobs()
    with pytest.raises(Refused, match="altă etapă"):
        extend(case, people.director)


def test_the_database_moves_a_term_by_an_extension_only(people, case):
    with pytest.raises(IntegrityError, match="by an extension only"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(due_on=case.due_on + timedelta(days=1))
    row = extend(case, people.director, days=14)
    with pytest.raises(IntegrityError, match="by an extension only"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(due_on=row.to_due + timedelta(days=1))
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Extension.objects.filter(pk=row.pk).update(days=15)


def test_the_database_refuses_more_days_and_an_extension_without_notice(people, case):
    notice = terms.communication.write(case, "term_extended", dedupe_key="x", reason="", ground="", days=1)
    nominal = case.entry.day + timedelta(days=30)
    row = {"case": case, "reason": "research", "extended_by": people.director, "from_due": case.due_on}
    row |= {"membership": people.director.memberships.get(), "counted_from": nominal, "notice": notice.public_id}
    wrong = [
        {"days": 16, "to_due": nominal + timedelta(days=16)},
        {"days": 15, "to_due": nominal + timedelta(days=21)},
        {"days": 15, "to_due": nominal + timedelta(days=15), "notice": "00000000-0000-4000-8000-000000000000"},
        {"days": 15, "to_due": case.due_on + timedelta(days=15), "counted_from": case.due_on + timedelta(days=1)},
    ]
    for changes in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Extension.objects.create(**(row | changes))
    Extension.objects.create(**row, days=15, to_due=on_or_after_working_day(nominal + timedelta(days=15)))


def test_the_arithmetic_of_a_term_shows_each_step():
    first, longer = terms.Sum.of(date(2026, 11, 23), 30), terms.Sum.of(date(2026, 12, 23), 15)
    assert (first.end, first.moved) == (date(2026, 12, 23), None)
    assert (longer.end, longer.moved) == (date(2027, 1, 7), date(2027, 1, 8))  # the 7th is Saint John


def test_no_run_of_free_days_is_longer_than_the_database_allows():
    """The guard of extensions allows five days between the counted end and the working day after it."""
    day = date(2024, 1, 1)
    while day < date(2060, 1, 1):
        assert (on_or_after_working_day(day) - day).days <= 5, day
        day += timedelta(days=1)


def test_a_moved_term_is_extended_from_the_day_it_was_counted_to(people, case):
    """Forty-five days in all: the free days by which the first end moved are not won twice."""
    row = extend(case, people.director)
    assert row.counted_from == case.entry.day + timedelta(days=30)
    assert is_working_day(row.to_due)
    assert row.to_due == legal_due_date(case.entry.day, 45)


def test_a_case_closed_in_its_last_days_is_not_extended(people, case):
    closing.close(case, by=people.head, reason="anonymous", text="Fără nume.")
    with pytest.raises(Refused, match="Între timp"):
        extend(case, people.director)


def test_the_clerk_reads_who_can_extend_and_until_when_the_answer_is_due(people, case, browse):
    steps.claim(open_task(case), by=people.clerk)
    client = browse(people.clerk)
    page = client.get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert "Termenul îl poate prelungi directorul" in page
    assert reverse("workflows:extend", args=[case.public_id]) not in page
    with time_machine.travel(f"{case.due_on}T09:00:00+00:00"):
        late = completions.refusal_of_term(case, today=case.due_on)
    assert late
    assert "3 zile lucrătoare" in late


def test_reasons_that_can_be_put_right_reject_only_after_they_were_asked_for(people, case, browse):
    with pytest.raises(Refused, match="R11"):
        act(case, people.clerk, outcome="reject", reasons=("R05", "R11"), text="Lipsă.")
    page = browse(people.clerk).get(reverse("workflows:case", args=[case.public_id]))
    assert "R11" not in [reason.code for reason in page.context["actions"].reject_reasons]
    assert "R11" in [reason.code for reason in page.context["actions"].later_reasons]
    act(case, people.clerk, **ASKING)
    after = add_working_days(case.completion_requests.get().due_on, 1)
    steps.lapse(case, today=after)
    case.refresh_from_db()
    steps.claim(open_task(case), by=people.clerk)
    page = browse(people.clerk).get(reverse("workflows:case", args=[case.public_id]))
    assert "R11" in [reason.code for reason in page.context["actions"].reject_reasons]
    with pytest.raises(Refused, match="R14"):
        act(case, people.clerk, outcome="reject", reasons=("R11", "R14"), text="Lipsă.")
    assert act(case, people.clerk, outcome="reject", reasons=("R11",), text="Lipsă.").state == "visa"


def test_an_answer_that_does_not_suffice_opens_the_same_road(people, case):
    act(case, people.clerk, **ASKING)
    steps.complete(case, by=people.provider, content=case.content, today=DAY)
    case.refresh_from_db()
    assert act(case, people.clerk, outcome="reject", reasons=("R11",), text="Tot lipsește.").state == "visa"
