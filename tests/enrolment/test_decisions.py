"""Four eyes as persons: service and database refuse the same things."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from enrolment.providers.models import Enrolment, LicenceKey
from tests.conftest import DAY
from tests.world import rejected
from workflows import procedures
from workflows.enums import FILER, CaseState, Outcome
from workflows.errors import Refused, Stale
from workflows.models import Decision, Party
from workflows.services import decisions, states, texts
from workflows.services.casefile import CaseFile

pytestmark = pytest.mark.calendar

APPROVE, REJECT, RETURN = Outcome.APPROVE, Outcome.REJECT, Outcome.RETURN


def also(user, role, house):
    """Give a person one more role: only four eyes stand in the way then."""
    return memberships.start(user=user, house=house, role=role, starts_on=DAY, by=None)


def test_an_approval_passes_three_people(people, case):
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)
    decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=APPROVE)
    act = texts.draft(CaseFile.of(case), APPROVE)
    decisions.sign(CaseFile.of(case), by=people.director, outcome=APPROVE, text_sha256=act.sha256)
    assert case.state == CaseState.ISSUING
    assert [d.stage for d in case.decisions.all()] == ["propose", "endorse", "sign"]
    assert Enrolment.objects.get(case=case).provider_uic == case.subject_key


def test_a_rejection_passes_the_legal_adviser_first(people, case):
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=REJECT, reasons=["R05"], text="Lipsește.")
    assert case.state == "visa"
    with pytest.raises(Stale):
        states.move(case, "endorse", "sign")
    with pytest.raises(Refused):
        decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=REJECT)


@pytest.mark.parametrize("reasons", [[], ["R01"], ["X"], ["R05", "R01"]])
def test_a_rejection_names_reasons_that_reject(people, case, reasons):
    with pytest.raises(Refused):
        decisions.propose(CaseFile.of(case), by=people.clerk, outcome=REJECT, reasons=reasons, text="Lipsește.")


def test_who_proposed_neither_endorses_nor_signs(people, case):
    also(people.clerk, Role.HEAD, people.house)
    also(people.clerk, Role.DIRECTOR, people.house)
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)
    with pytest.raises(Refused, match="altă etapă"):
        decisions.confirm(CaseFile.of(case), "endorse", by=people.clerk, outcome=APPROVE)
    decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=APPROVE)
    with pytest.raises(Refused, match="altă etapă"):
        decisions.sign(
            CaseFile.of(case),
            by=people.clerk,
            outcome=APPROVE,
            text_sha256=texts.draft(CaseFile.of(case), APPROVE).sha256,
        )


def test_two_accounts_of_one_human_are_one_person(people, case):
    second = User.objects.create_user("alt.cont@demo.example.ro", "x", person=people.clerk.person)
    also(second, Role.HEAD, people.house)
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)
    with pytest.raises(Refused, match="altă etapă"):
        decisions.confirm(CaseFile.of(case), "endorse", by=second, outcome=APPROVE)


def test_a_stage_of_an_earlier_round_still_counts(people, case):
    also(people.clerk, Role.HEAD, people.house)
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)
    decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=RETURN, text="Verificați adresa.")
    decisions.propose(CaseFile.of(case), by=people.clerk2, outcome=APPROVE)
    with pytest.raises(Refused, match="altă etapă"):
        decisions.confirm(CaseFile.of(case), "endorse", by=people.clerk, outcome=APPROVE)
    decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=APPROVE)
    assert case.round == 2


@pytest.mark.parametrize("capacity", [FILER, *procedures.get("providers").capacities])
def test_a_party_decides_nothing(people, case, capacity):
    Party.objects.create(case=case, person=people.clerk.person, capacity=capacity)
    with pytest.raises(Refused, match="parte"):
        decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)


def test_the_filer_who_is_also_a_clerk_decides_nothing(people, case):
    also(people.provider, Role.CLERK, people.house)
    with pytest.raises(Refused, match="parte"):
        decisions.propose(CaseFile.of(case), by=people.provider, outcome=APPROVE)


def test_an_account_without_a_person_decides_nothing(people, case):
    nobody = User.objects.create_user("nimeni@demo.example.ro", "x")
    also(nobody, Role.CLERK, people.house)
    with pytest.raises(Refused, match="persoană"):
        decisions.propose(CaseFile.of(case), by=nobody, outcome=APPROVE)


def test_a_role_that_ended_is_no_role(people, case):
    memberships.end(Membership.objects.get(user=people.clerk), by=None)
    with pytest.raises(PermissionDenied):
        decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)


def test_another_house_decides_nothing(people, case):
    with pytest.raises(PermissionDenied):
        decisions.propose(CaseFile.of(case), by=people.stranger, outcome=APPROVE)


def test_a_head_agrees_or_returns_but_never_turns_a_proposal_around(people, case):
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)
    with pytest.raises(Refused):
        decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=REJECT)


def test_a_return_says_why(people, case):
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)
    with pytest.raises(Refused, match="de ce"):
        decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=RETURN)


def test_another_text_than_the_one_read_is_not_signed(people, case):
    decisions.propose(CaseFile.of(case), by=people.clerk, outcome=APPROVE)
    decisions.confirm(CaseFile.of(case), "endorse", by=people.head, outcome=APPROVE)
    with pytest.raises(Refused, match="Textul"):
        decisions.sign(CaseFile.of(case), by=people.director, outcome=APPROVE, text_sha256="0" * 64)


def test_a_second_case_of_the_same_provider_is_not_approved(people, case):
    from tests.world import file_case

    second = file_case(people.provider)
    assert [f["code"] for f in second.checks.get().findings] == ["R12"]
    with pytest.raises(Refused, match="R12"):
        decisions.propose(CaseFile.of(second), by=people.clerk, outcome=APPROVE)


# --- the database itself: direct SQL ----------------------------------------------------------------------------------


def insert(
    case,
    user,
    stage,
    outcome="approve",
    *,
    round_=1,
    text="x",
    sha=None,
    membership=None,
    reasons=None,
    grounds=("ORDER",),
):
    membership = membership or Membership.objects.filter(user=user).first()
    with transaction.atomic():
        Decision.objects.create(
            case=case,
            round=round_,
            stage=stage,
            outcome=outcome,
            person=user.person,
            user=user,
            membership=membership,
            reasons=reasons or (["R05"] if outcome == "reject" else []),
            grounds=list(grounds) if outcome == "reject" else [],
            text=text,
            version_sha256=sha or case.versions.get(version=case.version).sha256,
            text_sha256="a" * 64,
        )


def test_the_database_lets_the_right_order_pass(people, case):
    insert(case, people.clerk, "propose")
    insert(case, people.head, "endorse")
    insert(case, people.director, "sign")


REFUSED = {
    "endorsement before proposal": lambda p, c: insert(c, p.head, "endorse"),
    "signature before endorsement": lambda p, c: (insert(c, p.clerk, "propose"), insert(c, p.director, "sign")),
    "the same stage twice": lambda p, c: (insert(c, p.clerk, "propose"), insert(c, p.clerk2, "propose")),
    "one person at two stages": lambda p, c: (insert(c, p.clerk, "propose"), insert(c, p.clerk, "endorse")),
    "a rejection without visa": lambda p, c: (
        insert(c, p.clerk, "propose", "reject"),
        insert(c, p.head, "endorse", "reject"),
    ),
    "a visa on an approval": lambda p, c: (insert(c, p.clerk, "propose"), insert(c, p.jurist, "visa")),
    "a proposal turned around": lambda p, c: (insert(c, p.clerk, "propose"), insert(c, p.head, "endorse", "reject")),
    "another application": lambda p, c: insert(c, p.clerk, "propose", sha="b" * 64),
    "another round": lambda p, c: insert(c, p.clerk, "propose", round_=2),
    "a membership of another person": lambda p, c: insert(
        c, p.clerk, "propose", membership=Membership.objects.get(user=p.head)
    ),
    "a membership of another house": lambda p, c: insert(c, p.stranger, "propose"),
    "a party": lambda p, c: insert(c, p.provider, "propose", membership=also(p.provider, Role.CLERK, p.house)),
    "a rejection without an article": lambda p, c: insert(c, p.clerk, "propose", "reject", grounds=()),
    "a rejection by a rule of the house": lambda p, c: insert(
        c, p.clerk, "propose", "reject", grounds=("ORDER", "house")
    ),
    "a rejection without reasons": lambda p, c: _bare_rejection(p, c),
    "an enrolment without decisions": lambda p, c: Enrolment.objects.create(
        case=c, house=c.house, provider_uic=c.subject_key, provider_name=c.subject_name
    ),
}


def _bare_rejection(p, c):
    with transaction.atomic():
        Decision.objects.create(
            case=c,
            round=1,
            stage="propose",
            outcome="reject",
            grounds=["ORDER"],
            person=p.clerk.person,
            user=p.clerk,
            membership=Membership.objects.get(user=p.clerk),
            version_sha256=c.versions.get().sha256,
        )


@pytest.mark.parametrize("attempt", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(people, case, attempt):
    with pytest.raises(IntegrityError):
        attempt(people, case)


def test_who_decided_cannot_become_a_party_afterwards(people, case):
    insert(case, people.clerk, "propose")
    with pytest.raises(IntegrityError):
        Party.objects.create(case=case, person=people.clerk.person, capacity="physician")


@pytest.mark.parametrize(
    "statement",
    [
        "update workflows_decision set outcome = 'reject'",
        "delete from workflows_decision",
        "update workflows_party set capacity = 'filer'",
        "delete from workflows_version",
        "update workflows_check set findings = '[]'",
        "delete from audit_event",
        "update audit_event set code = 'x'",
        "delete from accounts_user",
        "delete from viewflow_task",
        "delete from workflows_case",
    ],
)
def test_what_was_written_stands(people, case, statement):
    insert(case, people.clerk, "propose")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_key_stands_only_on_the_signed_approval_of_its_case(people, case):
    from tests.world import approved, file_case

    approved(case, people)
    enrolment = Enrolment.objects.get(case=case)
    other = file_case(people.provider, uic="98765438")
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(case=other, house=other.house, provider_uic=case.subject_key, provider_name="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        LicenceKey.objects.create(
            enrolment=enrolment, house=people.other_house, provider_uic=case.subject_key, verifier=b"x" * 32, mask="m"
        )


def test_a_rejected_case_gives_no_enrolment(people, case):
    rejected(case, people)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(case=case, house=case.house, provider_uic=case.subject_key, provider_name="x")
