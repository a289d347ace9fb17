"""What a signature covers: every document has the fingerprint of its own words, and nothing else is issued with it."""

import re
from pathlib import Path

import pytest
from django.template import engines

from backoffice.jobs import queue
from backoffice.jobs.models import Job
from notifications import kinds, pdf, words
from notifications.models import Document
from tests.notifications.test_documents import CODE, context, issued, text_of
from tests.world import approved, run_jobs
from workflows.models import Decision

pytestmark = pytest.mark.calendar

KINDS = ("providers.approval", "providers.convention", "providers.rejection")
REASON = {"code": "R05", "text": "Lipsă", "ground": "art. 1", "explanation": "fapt", "fix": "îndreptați"}


@pytest.fixture
def rewritten(monkeypatch):
    """Change a template for the rest of the test: `rewritten("pdf/….html", "old", "new")`; called back by `undo()`."""

    def change(name, old, new):
        engine = engines["django"].engine
        find = engine.find_template

        def found(wanted, *arguments, **options):
            template, origin = find(wanted, *arguments, **options)
            if wanted != name:
                return template, origin
            source = Path(origin.name).read_text()
            assert old in source
            return engine.from_string(source.replace(old, new)), origin

        monkeypatch.setattr(engine, "find_template", found)
        for loader in engine.template_loaders:
            loader.reset()

    yield change
    monkeypatch.undo()
    for loader in engines["django"].engine.template_loaders:
        loader.reset()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fingerprint_covers_what_is_read_and_nothing_that_comes_later(kind):
    one = pdf.frozen_text(kind, context())[1]
    assert pdf.frozen_text(kind, issued())[1] == one
    assert pdf.frozen_text(kind, context(content_sha256="b" * 64))[1] == one  # which nobody reads
    assert pdf.frozen_text(kind, context(provider=context()["provider"] | {"name": "Altul SRL"}))[1] != one


def test_every_document_has_a_fingerprint_of_its_own():
    assert len({pdf.frozen_text(kind, context())[1] for kind in KINDS}) == len(KINDS)


def test_mark_up_and_white_space_are_no_words():
    plain = "<body><p>Art. 1. Se aprobă\n  cererea.</p></body>"
    dressed = "<body class='x'><div><p>Art.  1. <strong>Se</strong> aprobă cererea.</p></div>\n</body>"
    assert words.words_of(plain) == words.words_of(dressed) == "Art. 1. Se aprobă cererea."
    assert words.words_of("<p>a</p><p>b</p>") != words.words_of("<p>a b</p>")  # another paragraph is another text


@pytest.mark.parametrize("kind", KINDS)
def test_the_paper_says_what_was_signed_and_more_only_at_the_marked_places(kind):
    html = pdf.frozen_text(kind, context(reasons=[REASON]))[0]
    marked = set(re.findall(r'<span class="later">(‹[^›]+›)</span>', html))
    assert {words.LATER["number"], words.LATER["date"], words.LATER["seal"], words.LATER["qr"]} <= marked
    assert (words.LATER["sign"] in marked) == kinds.get(kind).is_decision
    assert (words.MADE_LATER in marked) == (kind == "providers.convention")
    assert pdf.render(kind, issued(reasons=[REASON]), code=CODE)


@pytest.mark.parametrize(
    ("signed_words", "filled", "fits"),
    [
        ("Decizia nr. ‹numărul› din ‹data›", "Decizia nr. 7 din 1 mai", True),
        ("Decizia nr. ‹numărul› din ‹data›", "Decizia nr. 7 din 1 mai\n", True),
        ("Decizia nr. ‹numărul› din ‹data›.", "Decizia nr. 7 din 1 mai. Și încă ceva", False),
        ("Decizia nr. ‹numărul› din ‹data›", "Nu: Decizia nr. 7 din 1 mai", False),
        ("nr. ‹numărul› art. 1 ‹data›", "nr. 7 art. 2 1 mai", False),
        ("aa ‹numărul› aa", "aa ", False),
        ("fără locuri", "fără locuri", True),
        ("fără locuri", "fără locuri!", False),
    ],
)
def test_filled_words_fit_signed_ones(signed_words, filled, fits):
    assert words.fits(signed_words, filled) is fits


def test_a_template_that_says_more_once_it_is_issued_makes_no_document(rewritten):
    """Words that show only when there is a number were never read by the signer."""
    heading = "<h2>Anexa nr. 2"
    rewritten("pdf/providers/_approval_annexes.html", heading, "{% if sign %}Cu o taxă.{% endif %}" + heading)
    with pytest.raises(pdf.RenderFailed) as problem:
        pdf.render("providers.approval", issued(), code=CODE)
    assert problem.value.code == "render_added_words"


def test_the_signature_covers_the_decision_and_the_convention(people, case):
    approved(case, people)
    documents = list(Document.objects.filter(about=case.public_id))
    assert [document.kind for document in documents] == ["providers.approval", "providers.convention"]
    for document in documents:
        assert document.text_sha256 == pdf.frozen_text(document.kind, document.context)[1]
    decision = Decision.objects.get(case=case, stage="sign")
    listed = [(document.kind, document.text_sha256) for document in documents]
    assert decision.text_sha256 == words.fingerprint_of_all(f"{case.public_id} {case.round}", listed)
    assert decision.text_sha256 != words.fingerprint_of_all(f"{case.public_id} {case.round}", listed[:1])


def test_each_issued_paper_carries_the_fingerprint_of_its_own_words(people, case):
    approved(case, people)
    run_jobs("providers.issue")
    for document in Document.objects.filter(about=case.public_id):
        assert document.text_sha256 in re.sub(r"\s", "", text_of(bytes(document.pdf)))


@pytest.mark.parametrize("name", ["_approval_articles", "convention"])
def test_a_template_changed_after_the_signature_issues_nothing_until_it_is_put_back(people, case, rewritten, name):
    approved(case, people)
    word, other = (
        ("Se aprobă", "Se respinge") if name == "_approval_articles" else ("de îndată casei", "într-un an casei")
    )
    rewritten(f"pdf/providers/{name}.html", word, other)
    run_jobs("providers.issue")
    job = Job.objects.get(kind="providers.issue")
    assert (job.state, job.last_code) == ("failed", "text_changed")
    assert not Document.objects.filter(sealed_at__isnull=False).exists()
    [number] = set(Document.objects.values_list("number", flat=True))
    rewritten(f"pdf/providers/{name}.html", word, word)
    assert queue.retry(job, by=people.head)
    run_jobs("providers.issue")
    assert Document.objects.filter(sealed_at__isnull=False, number=number).count() == 2


def test_a_changed_look_is_no_changed_text(people, case, rewritten):
    approved(case, people)
    rewritten("pdf/providers/_approval_articles.html", "<strong>Art. 1.</strong>", "<em>Art. 1.</em>")
    run_jobs("providers.issue")
    assert Document.objects.filter(sealed_at__isnull=False).count() == 2
