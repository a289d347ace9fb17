"""What approved enrolments of any house say otherwise (R03, R04, R08): facts for the clerk, and for nobody else."""

import copy

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from backoffice.accounts import tenant
from backoffice.accounts.models import User
from backoffice.accounts.services import persons
from backoffice.isolation import context, roles
from enrolment.providers.models import EnrolledPhysician, Enrolment, EnrolmentState
from notifications.models import Document
from tests import world
from tests.conftest import DAY
from tests.world import act, approved, file_case, run_jobs, sign
from workflows.models import Case
from workflows.services import filings

pytestmark = pytest.mark.calendar
OTHER = {"cnp": "2811103409027", "last_name": "Dobre", "first_name": "Mara"}


def in_cluj(content):
    """The same content with its places in the county of the other house."""
    content = copy.deepcopy(content)
    for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
        place |= {"county": "CJ", "locality": "Cluj-Napoca"}
    return content


def findings(case):
    return [(f["code"], f["facts"]["fact"], f["facts"]["house"]) for f in case.checks.last().findings]


@pytest.fixture
def enrolled(people):
    """A provider enrolled in Constanța, its decision issued."""
    case = file_case(people.provider)
    approved(case, people)
    run_jobs()
    return Enrolment.objects.get(case=case)


def test_an_approval_keeps_representative_name_and_physicians(enrolled):
    content = enrolled.case.content
    assert enrolled.representative == persons.find(content["legal_representative"]["cnp"])
    [physician] = enrolled.physicians.all()
    assert physician.person == persons.find(content["physicians"][0]["cnp"])
    assert (physician.stamp_code, physician.since, physician.until) == ("D1000", DAY, None)
    assert enrolled.name_key == "cabinet medical dr. tutea"


def test_the_same_provider_at_another_house_raises_nothing(people, enrolled):
    owner = User.objects.create_user("rl@demo.example.ro", "x", person=enrolled.representative)
    assert findings(file_case(owner, content=in_cluj(enrolled.case.content))) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda c: c["provider"].update(name="CABINET MEDICAL dr. Tuțea"), []),
        (lambda c: c["provider"].update(name="Cabinetul Altcuiva"), [("R04", "other_name")]),
        (lambda c: c["legal_representative"].update(OTHER), [("R03", "other_representative")]),
        (lambda c: c["physicians"][0].update(stamp_code="E2222"), [("R08", "other_stamp")]),
        (lambda c: c["physicians"][0].update(OTHER), [("R08", "other_person")]),
    ],
)
def test_each_fact_raises_its_rule_across_houses(people, enrolled, change, found):
    content = in_cluj(enrolled.case.content)
    change(content)
    owner = User.objects.create_user("rl@demo.example.ro", "x", person=enrolled.representative)
    case = file_case(owner, content=content)
    assert findings(case) == [(code, fact, "CAS-CT") for code, fact in found]


def test_a_filer_who_is_not_the_approved_representative_is_a_fact(people, enrolled):
    filer = persons.find_or_create(**OTHER)
    owner = User.objects.create_user("altul@demo.example.ro", "x", person=filer)
    assert findings(file_case(owner, content=in_cluj(enrolled.case.content))) == [("R03", "other_filer", "CAS-CT")]


def test_what_is_not_approved_or_has_ended_says_nothing(people, enrolled):
    content = in_cluj(enrolled.case.content)
    content["physicians"][0]["stamp_code"] = "E2222"
    owner = User.objects.create_user("rl@demo.example.ro", "x", person=enrolled.representative)
    EnrolledPhysician.objects.update(until=DAY)
    assert findings(file_case(owner, content=content)) == []


def test_the_clerk_reads_house_and_decision_and_the_applicant_reads_nothing(people, enrolled, browse):
    content = in_cluj(enrolled.case.content)
    content["provider"]["name"] = "Cabinetul Altcuiva"
    draft = filings.start_online(world.procedures.get("providers"), owner=people.provider)
    filings.save_draft(draft, content=content)
    provider = browse(people.provider)
    number = Document.objects.get(about=enrolled.case.public_id, kind="providers.approval").number
    before = provider.get(reverse("workflows:file_review", args=[draft.public_id])).content.decode()
    provider.post(reverse("workflows:file_review", args=[draft.public_id]))
    case = Case.objects.get(filing=draft)
    assert "R04" in [f["code"] for f in case.checks.last().findings]
    shown = browse(people.stranger).get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert f"La CAS-CT, decizia nr. {number} are altă denumire" in shown
    receipt = provider.get(reverse("workflows:file_receipt", args=[draft.public_id])).content.decode()
    mine = provider.get(reverse("workflows:my_case", args=[case.public_id])).content.decode()
    for page in (before, receipt, mine):
        assert "altă denumire" not in page
        assert number not in page


def test_a_fact_reaches_the_applicant_only_by_the_reason_that_the_clerk_chose(people, enrolled):
    """In a decision stands the fact of each reason chosen, and of no other."""
    content = in_cluj(enrolled.case.content)
    content["provider"]["name"] = "Cabinetul Altcuiva"
    content["physicians"][0]["stamp_code"] = "E2222"
    other = file_case(people.provider, content=content)
    act(other, people.stranger, outcome="reject", reasons=("R04",), text="Denumirea diferă.")
    from workflows.services import texts
    from workflows.services.casefile import CaseFile

    words = str(texts.draft(CaseFile.of(other), "reject").context["reasons"])
    assert "altă denumire" in words
    assert "parafă" not in words


class TestTheFunction:
    """`approved_otherwise` is a way past row-level security: it answers little, and only about one's own case."""

    def asked(self, user, case, *, persons_=(), stamps=(), name="x", representative=None):
        with transaction.atomic(), context.tenant_transaction(roles.WEB):
            tenant.enter_account(user.pk)
            with connection.cursor() as cursor:
                cursor.execute(
                    "select * from approved_otherwise(%s, %s, %s, null, %s::bigint[], %s::text[])",
                    [case.pk, name, representative, list(persons_), list(stamps)],
                )
                return [column.name for column in cursor.description], cursor.fetchall()

    def test_it_returns_a_code_a_place_a_house_and_a_number(self, people, enrolled):
        case = file_case(people.provider, content=in_cluj(enrolled.case.content))
        columns, rows = self.asked(people.stranger, case)
        assert columns == ["fact", "place", "house", "number"]
        number = Document.objects.get(about=enrolled.case.public_id, kind="providers.approval").number
        assert rows == [("other_name", None, "CAS-CT", number)]
        assert enrolled.representative.cnp not in str(rows)

    def test_it_says_nothing_about_a_case_of_another_house_or_to_an_applicant(self, people, enrolled):
        case = file_case(people.provider, content=in_cluj(enrolled.case.content))
        for stranger in (people.clerk, people.provider, people.administrator):
            assert self.asked(stranger, case)[1] == []

    def test_it_says_nothing_about_a_person_who_is_no_party_of_the_case(self, people, enrolled):
        content = in_cluj(enrolled.case.content)
        content["legal_representative"] |= OTHER
        content["physicians"][0] |= OTHER | {"stamp_code": "E9999"}
        case = file_case(people.provider, content=content)
        physician = enrolled.physicians.get()
        asked = {"name": enrolled.name_key, "persons_": [physician.person_id], "stamps": ["E1111"]}
        assert self.asked(people.stranger, case, **asked)[1] == []
        asked["persons_"] = [persons.find(OTHER["cnp"]).pk]
        assert self.asked(people.stranger, case, **asked | {"stamps": [physician.stamp_code]})[1] != []

    @pytest.mark.parametrize("role", [roles.WORKER, roles.REPORT, roles.SEALER, roles.VERIFIER])
    def test_no_other_role_may_ask(self, people, enrolled, role):
        with pytest.raises(DatabaseError), transaction.atomic(), context.tenant_transaction(role):
            context.run("select count(*) from approved_otherwise(1, '', null, null, '{}', '{}')")


def test_an_enrolled_physician_stands_on_decisions_and_only_ends(people, enrolled):
    row = enrolled.physicians.get()
    with pytest.raises(IntegrityError, match="only the end"), transaction.atomic():
        EnrolledPhysician.objects.filter(pk=row.pk).update(stamp_code="X1111")
    EnrolledPhysician.objects.filter(pk=row.pk).update(until=DAY)
    with pytest.raises(IntegrityError, match="only the end"), transaction.atomic():
        EnrolledPhysician.objects.filter(pk=row.pk).update(until=None)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="stands on decisions"), transaction.atomic():
        EnrolledPhysician.objects.create(
            enrolment=enrolled, house=people.other_house, person=row.person, stamp_code="X1111", since=DAY
        )


def test_what_stands_in_the_way_is_said_as_it_is(people):
    """R12: a pending request, an enrolment whose key is not opened, an active one; each with the number of its case."""
    first = file_case(people.provider)
    second = file_case(people.provider)
    facts = lambda case: [f["facts"] for f in case.checks.last().findings if f["code"] == "R12"]  # noqa: E731
    assert [(f["fact"], f["number"]) for f in facts(second)] == [("pending", str(first.entry))]
    third = file_case(people.provider, uic=world.UICS[1])
    approved(third, people)
    assert [f["fact"] for f in facts(file_case(people.provider, uic=world.UICS[1]))] == ["approved"]
    Enrolment.objects.update(state=EnrolmentState.ACTIVE, active_at=third.created_at)
    [found] = facts(file_case(people.provider, uic=world.UICS[1]))
    assert (found["fact"], found["number"]) == ("active", str(third.entry))


class TestNoKeyAsked:
    """Who does not ask for a licence key gets none."""

    @pytest.fixture
    def without_key(self, people):
        case = file_case(people.provider, content=world.application() | {"wants_licence_key": False})
        approved(case, people)
        return case

    def test_no_key_is_made_and_no_convention(self, without_key):
        run_jobs()
        without_key.refresh_from_db()
        assert without_key.state == "approved"
        assert not without_key.enrolments.get().keys.exists()
        kinds = Document.objects.filter(about=without_key.public_id).values_list("kind", flat=True)
        assert list(kinds) == ["providers.approval"]

    def test_the_enrolment_is_active_from_the_signature(self, without_key):
        enrolment = without_key.enrolments.get()
        assert (enrolment.state, enrolment.active_at is None) == ("active", False)

    def test_decision_and_pages_say_so_and_how_to_ask_later(self, without_key, people, browse):
        run_jobs()
        decision = Document.objects.get(about=without_key.public_id)
        from notifications import pdf

        html, _sha = pdf.frozen_text("providers.approval", decision.context)
        assert "nu a cerut cheie de licență" in html
        assert "potrivit convenției" not in html
        for who, name, follow_up in ((people.provider, "my_case", "my_follow_up"), (people.clerk, "case", "follow_up")):
            page = browse(who).get(reverse(f"workflows:{name}", args=[without_key.public_id])).content.decode()
            assert "Nu a fost cerută la înrolare." in page
            assert reverse(f"workflows:{follow_up}", args=[without_key.public_id, "providers_key"]) in page

    def test_who_asks_for_one_gets_it_as_before(self, people):
        case = file_case(people.provider)
        act(case, people.clerk, outcome="approve")
        act(case, people.head, outcome="agree")
        sign(case, people.director)
        run_jobs()
        assert case.enrolments.get().keys.count() == 1
        assert Document.objects.filter(about=case.public_id).count() == 2
