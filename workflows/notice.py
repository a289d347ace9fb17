"""The privacy notice of each house: its words, its page, and its PDF, which a worker makes when the words change.

Importing this module registers the kind of work.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House
from backoffice.jobs import queue
from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, Transient, register
from notifications import pdf
from notifications.models import PublicPaper
from notifications.services import papers
from workflows import privacy, procedures

KIND = "notice.privacy"
PUBLISH = "publish_notice"


def houses() -> list[House]:
    """The houses that answer requests here: one for each county."""
    return list(House.objects.exclude(county=""))


def words(house: House) -> dict[str, Any]:
    """What the notice of a house says, in the language of the page; JSON values only."""
    found = privacy.controller(house)
    return {
        "house": {"name": found.name, "address": found.address, "email": found.email, "code": house.code},
        "data_protection": found.data_protection,
        "contact": privacy.contact_line(house),
        "procedures": [_part(procedure) for procedure in procedures.every() if procedure.processing],
        "demo": not settings.PRODUCTION,
    }


def enqueue_due(day: date) -> int:
    """Write a job for each house whose PDF does not say what its notice says today; how many."""
    known = dict(PublicPaper.objects.filter(kind=KIND).values_list("house_id", "words_sha256"))
    due = 0
    with translation.override("ro"), transaction.atomic():
        for house in houses():
            sha256 = papers.fingerprint(words(house))
            if known.get(house.pk) != sha256:
                # A job that is there already is the same one; words that come back after a change are due again.
                key = f"{PUBLISH}:{house.pk}:{known.get(house.pk, '')[:12]}>{sha256[:12]}:{day}"
                queue.enqueue(PUBLISH, object_id=house.pk, house=house.pk, dedupe_key=key)
                due += 1
    return due


@dataclass(frozen=True)
class Prepared:
    """The words of one house, and the address of its page."""

    words: dict[str, Any]
    url: str


def prepare(job: Job) -> Prepared:
    """The words as they are when the work is done, not when it was asked for."""
    house = House.objects.get(pk=job.object_id)
    url = settings.BASE_URL + reverse("workflows:privacy_of", args=[house.code])
    with translation.override("ro"):
        return Prepared(words(house), url)


def work(prepared: Prepared) -> tuple[dict[str, Any], bytes]:
    """Render. May repeat: the same words give the same bytes."""
    try:
        with translation.override("ro"):
            return prepared.words, papers.render(KIND, prepared.words, url=prepared.url)
    except pdf.RenderFailed as problem:
        raise Transient(problem.code) from None


def settle(job: Job, made: tuple[dict[str, Any], bytes]) -> None:
    """Keep the PDF in the place of the one before."""
    said, file = made
    papers.publish(house=House.objects.get(pk=job.object_id), kind=KIND, words=said, file=file)


def _part(procedure: procedures.Procedure) -> dict[str, Any]:
    about = procedure.processing
    if about is None:
        raise ValueError(f"{procedure.code} says nothing about personal data")
    return {
        "title": str(procedure.title),
        "purpose": str(about.purpose),
        "data": [[str(who), str(what)] for who, what in about.data.items()],
        "grounds": [str(ground) for ground in about.grounds if ground.is_law],
        "recipients": [str(each) for each in about.recipients],
        "without": str(about.without),
    }


register(
    Handler(
        kind=PUBLISH,
        label=_("Informarea publică a casei, ca PDF"),
        queue="report",
        prepare=prepare,
        work=work,
        settle=settle,
    )
)
