"""A new licence key: the old one is blocked in the moment in which the new one is made, or at once where it leaked."""

from typing import Any

from django.utils.translation import gettext_lazy

from backoffice.accounts.models import User
from enrolment.providers import licence, services
from enrolment.providers.follow_up import ENDED, REJECTION, AboutEnrolment
from enrolment.providers.key.flow import NewKeyFlow
from enrolment.providers.key.form import FORM
from enrolment.providers.key.schema import COMPROMISED, REASONS
from enrolment.providers.procedure import CONVENTION, Providers
from notifications.kinds import DocumentKind
from notifications.models import Document
from workflows.enums import Channel, Outcome
from workflows.models import Case
from workflows.procedures import Made, Text

NEW_KEY = DocumentKind("providers.new_key", gettext_lazy("Decizie privind cheia de licență nouă"), is_decision=True)
# Who files from an account or stands at the counter is known; a letter alone blocks nobody's key before it was read.
KNOWN = (Channel.ONLINE, Channel.COUNTER)


class NewKey(AboutEnrolment):
    """The holder of an enrolment asks for a new licence key."""

    code = "providers_key"
    title = gettext_lazy("Cheie de licență nouă")
    button = gettext_lazy("Cereți o cheie de licență nouă")
    lead = gettext_lazy(
        "Dacă ați pierdut cheia, a ajuns la altcineva sau nu mai este acceptată. Cea veche se blochează când se "
        "emite cea nouă."
    )
    asked = "eliberare a unei chei de licență noi"
    flow = NewKeyFlow
    form = FORM
    documents = {Outcome.APPROVE: (NEW_KEY, CONVENTION), Outcome.REJECT: (REJECTION,)}
    own_reasons = (ENDED,)
    letter_note = Providers.letter_note
    panel = "providers/panel.html"
    applicant_panel = "providers/applicant_panel.html"

    def filed(self, case: Case) -> None:
        """A key in wrong hands is blocked as soon as its holder says so."""
        enrolment = services.enrolment_of(case)
        if enrolment and case.content.get("reason") == COMPROMISED and case.filing.channel in KNOWN:
            services.block(enrolment, because=case)

    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """Why it was asked, and what becomes of the key that the provider has."""
        enrolment = services.enrolment_of(case)
        former = enrolment.key if enrolment else None
        return {
            **super().text(case, content, outcome),
            "why": str(REASONS.get(content.get("reason") or "", "")),
            "former_key": {"mask": former.mask, "blocked": former.blocked_at is not None} if former else {},
        }

    def make(self, outcome: Outcome) -> Made:
        """An approval brings a key, made like the first; the convention shows it masked."""
        if outcome != Outcome.APPROVE:
            return Made()
        key = licence.generate()
        return Made(words={"masked_key": licence.mask(key)}, secret=key)

    def issued(self, case: Case, made: Made) -> None:
        """The new key is kept, the old one blocked, and the new convention stands in the place of the former."""
        if made.secret is None:
            return
        key = services.issue(case, key=made.secret)
        convention = Document.objects.get(about=case.public_id, kind=CONVENTION.code, occasion=case.round)
        services.replace_conventions(key.enrolment, by=convention)

    def panel_context(self, case: Case, user: User) -> dict[str, Any]:
        """The keys of the enrolment; the applicant is shown the one that this request brought."""
        return super().panel_context(case, user) | {"key": case.licence_keys.last()}

    def effects_of_withdrawal(self, case: Case) -> list[Text]:
        """A key once blocked never works again."""
        if not case.licence_keys.filter(blocked_at__isnull=True).exists():
            return []
        return [gettext_lazy("Cheia emisă prin această decizie se blochează; cea dinainte rămâne blocată.")]

    def withdrawn(self, case: Case) -> None:
        """The key that this decision brought is blocked."""
        services.block_of(case)
