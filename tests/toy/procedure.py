"""A second, small procedure, for tests: an organisation tells a house where letters go. Two people decide."""

from backoffice.accounts.models import House
from backoffice.accounts.roles import Can, Role
from backoffice.audit import log
from backoffice.crypto.encryption import blind_index
from backoffice.romania.law import HOUSE_RULE, OG27, ground
from notifications.kinds import DocumentKind
from tests.toy import text
from tests.toy.flow import AddressFlow, ReviewFlow
from tests.toy.form import FORM, REVIEW_FORM
from tests.toy.models import Address
from workflows.enums import Outcome
from workflows.privacy import Processing
from workflows.procedures import FollowUp, Offer, Procedure, Reason, Subject

APPROVAL = DocumentKind("toy.approval", "Confirmarea adresei", is_decision=True)
REVIEW = DocumentKind("toy.review", "Răspunsul la reexaminare", is_decision=True)
REJECTION = DocumentKind("toy.rejection", "Respingerea adresei", is_decision=True)
UNKNOWN = Reason(
    "T1", "Adresa nu este a organizației.", fix="Scrieți o adresă a ei.", grounds=(ground(OG27, "art. 8"),)
)
UNREADABLE = Reason("T2", "Adresa nu se poate citi.", fix="Scrieți-o din nou.", grounds=(HOUSE_RULE,))


class Toy(Procedure):
    """No attachments, no rules, no secret, no page of its own; a table, an event and rights of its own."""

    code = "toy"
    title = "Adresa de corespondență"
    flow = AddressFlow
    rights = {
        Role.LEGAL_ADVISER: frozenset({Can.SEE_CASES, Can.KEY_IN, Can.REVIEW}),
        Role.DIRECTOR: frozenset({Can.SEE_CASES, Can.SIGN, Can.REASSIGN, Can.CLOSE, Can.EXTEND}),
    }
    form = FORM
    documents = {Outcome.APPROVE: (APPROVAL,), Outcome.REJECT: (REJECTION,)}
    introduction = "toy/introduction.html"
    general_grounds = (ground(OG27, "art. 8"),)
    processing = Processing("Casa scrie unde i se cere.", {"Organizația": "adresa de e-mail"}, (HOUSE_RULE,))

    def houses(self, content):
        """One house answers for all."""
        return list(House.objects.filter(code="CAS-CT"))

    def subject(self, content):
        """The organisation is known by the domain of its address."""
        email = content["email"]
        if email is None:  # the paper does not say it
            return Subject(key="", name="", email="")
        return Subject(
            key=blind_index(email, context="toy.email").hex()[:20], name=email.rpartition("@")[2], email=email
        )

    def reasons(self, outcome):
        """One reason of each kind."""
        return [UNKNOWN if outcome == "reject" else UNREADABLE]

    def text(self, case, content, outcome):
        """The address."""
        return text.words(content)

    def signed(self, case, outcome):
        """An approved address stands in the list of its house."""
        if outcome == Outcome.APPROVE:
            address = Address.objects.create(case=case, house=case.house)
            log.record("toy.noted", on=address, by=None, house=case.house)

    def effects_of_withdrawal(self, case):
        """The address that was noted does not count any more."""
        return ["Adresa notată nu se mai folosește."]


class Review(FollowUp):
    """Somebody asks that a decided address be looked at again, by others; agreed, it is decided anew."""

    code = "toy_review"
    title = "Reexaminarea adresei"
    flow = ReviewFlow
    rights = Toy.rights
    general_grounds = Toy.general_grounds
    processing = Toy.processing
    form = REVIEW_FORM
    documents = {Outcome.APPROVE: (REVIEW,), Outcome.REJECT: (REVIEW,)}
    introduction = "toy/introduction.html"
    reviews = by_others = True

    def offer(self, case, *, today):
        """About every decided address."""
        return Offer("Cereți reexaminarea") if case.procedure == "toy" and case.is_decided else None

    def reasons(self, outcome):
        """One reason for both."""
        return [UNKNOWN]

    def text(self, case, content, outcome):
        """What was asked."""
        return {"email": content["why"]}
