"""The steps of a filing as the person sees them on top of each page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.romania.calendar import today
from enrolment import form
from enrolment.attachments import services as attachments
from enrolment.models import Filing
from enrolment.services import filings
from workflows.views import boxes


def progress(draft: Filing, current: str) -> list[dict]:
    """The steps with their state: done, current, with problems, or still empty."""
    errors = boxes.errors_by_page(filings.judge(draft, today=today()).errors)
    wrong = {entry["page"].slug for entry in errors}
    pages = []
    for page in form.steps():
        started = any(name in draft.content for name in page.prefixes)
        state = "todo" if not started else "problem" if page.slug in wrong else "done"
        url = reverse("workflows:file_step", args=[draft.public_id, page.slug])
        pages.append({"slug": page.slug, "title": page.title, "state": state, "url": url})
    attached = not all(shelf.is_missing for shelf in attachments.shelves(draft))
    for slug, title, state, name in (
        ("acte-atasate", _("Acte atașate"), "done" if attached else "todo", "workflows:filing_scans"),
        ("verificare", _("Verificare și depunere"), "todo", "workflows:file_review"),
    ):
        pages.append({"slug": slug, "title": title, "state": state, "url": reverse(name, args=[draft.public_id])})
    return [page | {"state": "current"} if page["slug"] == current else page for page in pages]
