"""URL x principal x method x relation, generated from the URLconf: who may open what, and what nobody else may learn.

Every URL has a class here; one that has none is a failure, so that a new page cannot slip in unjudged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from types import SimpleNamespace

from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from PIL import Image

from backoffice.accounts.models import User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships, persons
from backoffice.jobs.models import Job
from enrolment.providers import demo
from notifications.models import Document
from tests.conftest import DAY
from tests.world import act, application, approved, file_case, open_task, run_jobs, step_up
from workflows import procedures
from workflows.attachments import services as attachments

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
CANARY = {"ours": "Zorelefant", "theirs": "Zbenghelic"}
NOWHERE = {"uuid": "00000000-0000-4000-8000-000000000000", "int": 999999999, "str": "A" * 26, "slug": "furnizor"}

SCANS = ("scans", "scan", "scan_page", "scan_original", "scan_remove")

# What a URL is. `office` pages show the rows of the houses in which one works; objects belong to a case.
PUBLIC = {
    "home",
    "healthz",
    "set_language",
    "workflows:file",
    "notifications:verify",
    "notifications:verify_any",
    "evidence:page",
    "evidence:verifier",
    "evidence:public_key",
    "workflows:privacy",
    "workflows:privacy_of",
    "workflows:privacy_pdf",
}
ACCOUNT = re.compile(r"^(account_|mfa_)")
OWN_PAGES = {"accounts:sessions", "workflows:mine", "workflows:file_new", "accounts:identity", "accounts:choose_house"}
OWNER_OBJECTS = {
    "workflows:my_case",
    "workflows:my_document",
    "workflows:my_follow_up",
    "providers:key",
    "workflows:proof",
    "workflows:completion",
    "workflows:withdraw",
    "workflows:file_review",
    "workflows:file_receipt",
    "workflows:file_step",
    *(f"workflows:filing_{page}" for page in SCANS),
}
OFFICE_PAGES = {
    "workflows:inbox",
    "workflows:search",
    "workflows:paper_new",
    "workflows:failed",
    "workflows:to_communicate",
    "workflows:retry_all_failed",
}
OFFICE_OBJECTS = {
    "workflows:case",
    "workflows:document",
    "workflows:paper_answer",
    "workflows:communicate",
    "workflows:communicated_document",
    "workflows:follow_up",
    "providers:hand_over",
    "workflows:retry",
    "workflows:paper",
    "workflows:claim",
    "workflows:release",
    "workflows:reassign",
    "workflows:execute",
    "workflows:close",
    "workflows:join",
    "workflows:extend",
    "workflows:inspect_again",
    "workflows:retry_failed",
    *(f"workflows:{place}_{page}" for place in ("case", "paper") for page in SCANS),
}
PEOPLE_PAGES = {"accounts:people", "accounts:house_data"}
PEOPLE_OBJECTS = {"accounts:end_role"}
CLASSES = {
    "public": PUBLIC,
    "own page": OWN_PAGES,
    "owner object": OWNER_OBJECTS,
    "office page": OFFICE_PAGES,
    "office object": OFFICE_OBJECTS,
    "people page": PEOPLE_PAGES,
    "people object": PEOPLE_OBJECTS,
}
# Which side of the world a principal belongs to: the house or the filer whose rows they may see.
SIDES = {
    "anonymous": None,
    "filer": "ours",
    "other filer": "theirs",
    "clerk": "ours",
    "legal adviser": "ours",
    "head": "ours",
    "director": "ours",
    "administrator": None,
    "clerk of the other house": "theirs",
    "director of the other house": "theirs",
    "clerk whose role ended": None,
}
STAFF = {"clerk", "legal adviser", "head", "director", "clerk of the other house", "director of the other house"}
FILERS = {"filer", "other filer"}


@dataclass
class Tally:
    """What the matrix saw: requests sent, and a line for each thing that must not be."""

    requests: int = 0
    nowhere: dict[tuple, tuple] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    unclassified: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def classify(name: str) -> str | None:
    """The class of a URL, or None when nobody said what it is."""
    if ACCOUNT.match(name):
        return "account"
    return next((label for label, members in CLASSES.items() if name in members), None)


def urls(patterns=None, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every URL pattern of the product with its full name."""
    for pattern in patterns or get_resolver().url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from urls(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}", pattern


def build(people, between=lambda: None) -> SimpleNamespace:
    """Two houses and two filers with a case each in every stage that has pages; the names of one side are canaries.

    `between()` is called when our side stands and theirs does not yet.
    """
    other = User.objects.create_user(
        "alt.furnizor@demo.example.ro",
        "x",
        person=persons.find_or_create(cnp="1750514139021", last_name="Vlad", first_name="Ion"),
    )
    ended = User.objects.create_user(
        "fost@demo.example.ro",
        "x",
        person=persons.find_or_create(cnp="2850101139018", last_name="Fost", first_name="Ana"),
    )
    for role in (Role.CLERK, Role.HEAD):
        memberships.start(user=ended, house=people.house, role=role, starts_on=DAY.replace(day=1), by=None)
    for membership in ended.memberships.all():
        memberships.end(membership, by=None)
    director = User.objects.get(email="director@cj.demo.example.ro")
    ours = side(people.provider, "ours", "CT", people.clerk, people.head, people.director)
    between()
    theirs = side(other, "theirs", "CJ", people.stranger, None, director)
    return SimpleNamespace(
        objects={"ours": ours, "theirs": theirs},
        principals={
            "anonymous": None,
            "filer": people.provider,
            "other filer": other,
            "clerk": people.clerk,
            "legal adviser": people.jurist,
            "head": people.head,
            "director": people.director,
            "administrator": people.administrator,
            "clerk of the other house": people.stranger,
            "director of the other house": director,
            "clerk whose role ended": ended,
        },
    )


def side(filer, name: str, county: str, clerk, head, director) -> dict[str, dict[str, object]]:
    """The objects of one side, by the kind of converter that addresses them."""

    def filed(number):
        content = application(
            name=f"{CANARY[name]} {number}", uic=demo.fiscal_code(f"{3000000 + number}{len(county)}0"), number=number
        )
        for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
            place |= {"county": county}
        return file_case(filer, content=content)

    from workflows.services import filings

    start = 10 if name == "ours" else 50
    waiting, asked = filed(start), filed(start + 1)
    act(asked, clerk, outcome="completion", reasons=("R11",), text="Completați.")
    issued = filed(start + 2)
    if head is not None:
        approved(issued, SimpleNamespace(clerk=clerk, head=head, director=director))
        run_jobs()
    draft = filings.start_online(procedures.get("providers"), owner=filer)
    filings.save_draft(draft, content=application(name=f"{CANARY[name]} ciornă"))
    paper = filings.start_paper(
        procedures.get("providers"), house=waiting.house, channel="counter", content={}, by=clerk
    )
    scanned = {"draft": (draft, filer), "case": (asked.filing, filer), "paper": (paper, clerk)}
    scans = {name: scan(filing, by) for name, (filing, by) in scanned.items()}
    run_jobs("inspect")
    failed_job = Job.objects.create(
        kind="mail", object_id=0, house=waiting.house_id, dedupe_key=f"matrix:{name}", state="failed"
    )
    document = Document.objects.filter(about=issued.public_id).first()
    return {
        "case": {"public_id": issued.public_id, "document_id": document.public_id if document else issued.public_id},
        "waiting": {"public_id": waiting.public_id, "task": open_task(waiting).pk},
        "completion": {"public_id": asked.public_id},
        "letter": {"document_id": document.public_id if document else issued.public_id},
        "draft": {"public_id": draft.public_id, "step": "furnizor"},
        "paper": {"public_id": paper.public_id},
        "people": {"pk": clerk.memberships.get().pk},
        "filing_scan": {"public_id": draft.public_id, "attachment_id": scans["draft"], "number": 1},
        "case_scan": {"public_id": asked.public_id, "attachment_id": scans["case"], "number": 1},
        "paper_scan": {"public_id": paper.public_id, "attachment_id": scans["paper"], "number": 1},
        "failed": {"public_id": failed_job.public_id},
    }


def scan(filing, by):
    """A photograph attached to a filing."""
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "JPEG")
    kind = "identity_document"
    return attachments.add(filing, by=by, kind=kind, name="act.jpg", data=picture.getvalue()).public_id


OBJECT_OF = {
    "workflows:completion": "completion",
    **{f"workflows:{page}": "waiting" for page in ("withdraw", "close", "join", "extend")},
    "workflows:file_review": "draft",
    "workflows:file_receipt": "draft",
    "workflows:file_step": "draft",
    "workflows:paper": "paper",
    "workflows:claim": "waiting",
    "workflows:release": "waiting",
    "workflows:reassign": "waiting",
    "workflows:execute": "waiting",
    "accounts:end_role": "people",
    "workflows:retry_failed": "failed",
    "workflows:inspect_again": "completion",
    "workflows:paper_answer": "completion",
    "workflows:communicate": "letter",
    "workflows:communicated_document": "letter",
    **{f"workflows:{place}_{page}": f"{place}_scan" for place in ("filing", "case", "paper") for page in SCANS},
}


def address(name: str, pattern, owner: dict | None) -> str:
    """The URL of one side's object, or of an object that does not exist."""
    kwargs = {}
    known = owner[OBJECT_OF.get(name, "case")] if owner else {}
    for argument, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        kwargs[argument] = known.get(argument, NOWHERE[kind])
    if "step" in kwargs:
        kwargs["step"] = "furnizor"
    if "procedure" in kwargs:
        kwargs["procedure"] = "complaints"
    if not kwargs and pattern.pattern.regex.groups:
        return "/" + pattern.pattern.regex.pattern.strip("^$").replace("(?P<key>[-:\\w]+)/\\Z", "x/")
    return reverse(name, kwargs=kwargs)


def client_of(user) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
        step_up(client)
    return client


def send(client: Client, method: str, url: str):
    """One request, undone afterwards: the next one meets the same world."""
    kept = client.cookies.output(header="", sep=";")
    with transaction.atomic():
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(kept)
    return answer


def may(principal: str, kind: str, relation: str | None) -> bool:
    """Has this principal any business with an object of that class on that side?"""
    if kind == "owner object":
        return principal in FILERS and SIDES[principal] == relation
    if kind == "office object":
        return principal in STAFF and SIDES[principal] == relation
    if kind == "people object":
        return principal == "administrator" and relation == "ours"
    return True


def run(world) -> Tally:
    """Walk the whole matrix."""
    tally = Tally()
    clients = {name: client_of(user) for name, user in world.principals.items()}
    for name, pattern in urls():
        kind = classify(name)
        if kind is None:
            tally.unclassified.append(name)
            continue
        is_object = kind.endswith("object")
        for principal, client in clients.items():
            for relation in ("ours", "theirs", None) if is_object else (None,):
                owner = world.objects[relation] if relation else None
                url = address(name, pattern, owner)
                for method in METHODS:
                    judge(tally, client, principal, kind, name, relation, method, url, address(name, pattern, None))
    return tally


def judge(tally, client, principal, kind, name, relation, method, url, nowhere) -> None:
    """One cell: no server error, nothing of the other side in the answer, and for a stranger the answer of nowhere."""
    answer = send(client, method, url)
    tally.requests += 1
    where = f"{method.upper()} {name} as {principal} on {relation}"
    if answer.status_code >= 500:
        tally.broken.append(f"{where}: {answer.status_code}")
    shown = answer.content.decode(errors="replace") + str(answer.headers)
    for side_, canary in CANARY.items():
        if canary in shown and SIDES[principal] != side_:
            tally.leaks.append(f"{where}: shows {side_}")
    if relation is None or may(principal, kind, relation):
        return
    if answer.status_code < 300 and method != "options":
        tally.leaks.append(f"{where}: {answer.status_code}")
    missing = (principal, name, method)
    if missing not in tally.nowhere:
        other = send(client, method, nowhere)
        tally.requests += 1
        tally.nowhere[missing] = (other.status_code, plain(other, nowhere))
    if tally.nowhere[missing] != (answer.status_code, plain(answer, url)):
        tally.leaks.append(f"{where}: answers otherwise than for what does not exist")


def plain(answer, url: str) -> str:
    """The body and address without what differs in every answer."""
    body = answer.content.decode(errors="replace") + answer.headers.get("Location", "")
    body = body.replace(url, "URL").replace(url.replace("/", "%2F"), "URL")
    return re.sub(r'(csrfmiddlewaretoken" value=|nonce=)"[^"]+"', "", body)
