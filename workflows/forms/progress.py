"""The pages of a filing as the person sees them on top of each page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.romania.calendar import today
from workflows import procedures
from workflows.attachments import services as attachments
from workflows.forms import display
from workflows.models import Filing
from workflows.services import filings


def progress(draft: Filing, current: str) -> list[dict]:
    """The pages with their state: done, current, with problems, or still empty."""
    form = procedures.get(draft.procedure).form
    wrong = {entry["page"].slug for entry in display.errors_by_page(form, filings.judge(draft, today=today()).errors)}
    pages = []
    for page in form.pages:
        started = any(name in draft.content for name in page.prefixes)
        state = "todo" if not started else "problem" if page.slug in wrong else "done"
        url = reverse("workflows:file_step", args=[draft.public_id, page.slug])
        pages.append({"slug": page.slug, "title": page.title, "state": state, "url": url})
    groups = attachments.groups(draft)
    attached = not all(group.is_missing for group in groups)
    ends = (
        [("acte-atasate", _("Acte atașate"), "done" if attached else "todo", "workflows:filing_scans")]
        if groups
        else []
    )
    ends += [("verificare", _("Verificare și depunere"), "todo", "workflows:file_review")]
    for slug, title, state, name in ends:
        pages.append({"slug": slug, "title": title, "state": state, "url": reverse(name, args=[draft.public_id])})
    return [page | {"state": "current"} if page["slug"] == current else page for page in pages]
