"""Submitting: the cases and their flows stand together or not at all."""

from datetime import date

from django.db import transaction

from backoffice.accounts.models import User
from enrolment.providers.flow import EnrolmentFlow
from workflows.models import Case, Filing
from workflows.services import filings


@transaction.atomic
def submit(filing: Filing, *, by: User | None, today: date) -> filings.Submission:
    """Register the filing and open the flow of each of its cases, once. Raises `Invalid`."""
    return filings.submit(filing, by=by, today=today, on_registered=_open_flow)


def _open_flow(case: Case) -> None:
    EnrolmentFlow.start.run(case=case)
