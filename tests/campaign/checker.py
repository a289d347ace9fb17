"""After the campaign: history against database. Lost, doubled and invented effects; effects without their events."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection

from backoffice.audit.models import Event
from backoffice.jobs.models import Job, JobState
from enrolment.providers.models import LicenceKey
from notifications.models import Document, Message
from workflows.models import Case, Decision, RegistryEntry

DECISIONS = ["decision.endorse", "decision.propose", "decision.sign"]


@dataclass
class Verdict:
    """What was found; `wrong` says which operation and what."""

    ok: int = 0
    failed: int = 0
    unknown: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self):
        return not (self.lost or self.doubled or self.invented or self.wrong)

    def count(self, operation, effects):
        """One operation and how often its effect exists: ok once, fail never, unknown at most once."""
        outcome = operation["outcome"]
        self.ok += outcome == "ok"
        self.failed += outcome == "fail"
        self.unknown += outcome == "unknown"
        self.lost += outcome == "ok" and effects == 0
        self.doubled += max(0, effects - 1)
        self.invented += outcome == "fail" and effects > 0

    def expect(self, what, found, wanted):
        """Papers that an effect must have, exactly."""
        if found != wanted:
            self.wrong.append(f"{what}: {found} instead of {wanted}")


def check(operations, mails=None):
    """Compare the operations of a history with what the database holds; `mails` are the Message-IDs delivered."""
    verdict = Verdict()
    _jobs(verdict, {op: o for op, o in operations.items() if o["what"] == "job"})
    _cases(verdict, {op: o for op, o in operations.items() if o["what"] == "case"})
    _balances(verdict, mails)
    return verdict


def _jobs(verdict, operations):
    effects = Counter(str(op) for (op,) in _rows("select op from campaign_effect"))
    ordered = {str(op): (number, mail) for number, op, mail in _rows("select number, op, mail from campaign_operation")}
    job_of = dict(Job.objects.filter(kind="campaign").values_list("object_id", "pk"))
    events = Counter(Event.objects.filter(code__startswith="campaign.").values_list("subject_id", "code"))
    sent = Counter(str(about) for about in Message.objects.filter(state="sent").values_list("about", flat=True))
    for op, operation in operations.items():
        verdict.count(operation, effects[op])
        verdict.expect(f"{op} decided", op in ordered, effects[op] > 0 or operation["outcome"] == "ok")
        if op in ordered and effects[op]:
            number, mail = ordered[op]
            papers = [events[job_of.get(number), code] for code in ("campaign.ordered", "campaign.done")] + [sent[op]]
            verdict.expect(f"{op} papers", papers, [1, 1, int(mail)])
    verdict.invented += len(set(effects) - set(operations)) + len(set(effects) - set(ordered))


def _cases(verdict, operations):
    by_name = {}
    for case in Case.objects.filter(subject_name__startswith="Cabinet "):
        by_name.setdefault(case.subject_name.removeprefix("Cabinet "), []).append(case)
    for op, operation in operations.items():
        cases = by_name.get(op, [])
        issued = [case for case in cases if LicenceKey.objects.filter(enrolment__case=case).exists()]
        verdict.count(operation, len(issued))
        verdict.expect(f"{op} registered", len(cases) in ((1,) if issued else (0, 1)), True)
        for case in issued:
            verdict.expect(f"{op} papers", _papers_of(case), PAPERS)
    verdict.invented += len([name for name in by_name if name not in operations])


PAPERS = {"acts": 2, "keys": 1, "numbers": 1, "messages": 1, "decisions": 3, "events": DECISIONS, "state": "approved"}


def _papers_of(case):
    decisions = ("decision.propose", "decision.endorse", "decision.sign")
    events = Event.objects.filter(subject_type="workflows.Case", subject_id=case.pk, code__in=decisions)
    return {
        "acts": Document.objects.filter(about=case.public_id, sealed_at__isnull=False).count(),
        "keys": LicenceKey.objects.filter(enrolment__case=case).count(),
        "numbers": RegistryEntry.objects.filter(answers=case.entry).count(),
        "messages": Message.objects.filter(about=case.public_id, state="sent").count(),
        "decisions": Decision.objects.filter(case=case).count(),
        "events": sorted(events.values_list("code", flat=True)),
        "state": case.state,
    }


def _balances(verdict, mails):
    verdict.expect("jobs not done", Job.objects.exclude(state=JobState.DONE).count(), 0)
    numbers = sorted(RegistryEntry.objects.values_list("number", flat=True))
    verdict.expect("registry numbers", numbers, list(range(1, len(numbers) + 1)))
    if mails is not None:
        known = {
            f"<{public_id}@des-backoffice>": state
            for public_id, state in Message.objects.values_list("public_id", "state")
        }
        wanted = {message for message, state in known.items() if state == "sent"}
        verdict.expect("mails delivered", len(wanted - set(mails)), 0)
        verdict.invented += len(set(mails) - set(known))


def _rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
