"""Documents on paper: sealed for a stranger to check, right in the pixels, fetched from nowhere."""

import io
import re
from contextlib import closing
from datetime import date, datetime

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from backoffice.romania.calendar import BUCHAREST
from notifications import pdf
from notifications.models import Document
from notifications.services import documents
from tests.world import approved, rejected, run_jobs

pytestmark = pytest.mark.calendar

CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = "ȘșȚțĂăÂâÎî"


def line(stage, signature, name, role, at):
    return {"stage": stage, "signature": signature, "recital": "referatul", "name": name, "role": role, "at": at}


def context(**changes):
    at = datetime(2026, 11, 23, 10, tzinfo=BUCHAREST).isoformat()
    return {
        "house": {
            "name": "CAS Constanța",
            "seat": "Constanța",
            "code": "CAS-CT",
            "full_name": "Casa de Asigurări de Sănătate Constanța",
            "address": "Str. Exemplului nr. 1, Constanța, județul Constanța",
            "fiscal_code": "1000009",
            "phone": "0200 000 000",
            "email": "casa@example.ro",
            "court": "Tribunalul Constanța, secția de contencios administrativ și fiscal",
        },
        "grounds": ["art. 30 alin. (2) și art. 346⁶ din Legea nr. 95/2006", "Ordinul nr. 1.123/849/2016"],
        "remedy": {"days": 30, "complaint": "art. 7 din Legea nr. 554/2004", "court": "art. 10", "term": "art. 11"},
        "annexes": ["Puncte de lucru", "Medici", "Convenție de utilizare"],
        "provider": {
            "name": f"Centrul Medical {LETTERS} SRL",
            "uic": "12345674",
            "legal_form": "Policlinică",
            "headquarters": "Str. Ș, nr. 1",
        },
        "entry_number": "12/23.11.2026",
        "filed_on": "2026-11-20",
        "registered_on": "2026-11-23",
        "due_on": "2026-12-23",
        "decided_by": [
            line("propose", "Întocmit", "DINU Ana", "Funcționar", at),
            line("endorse", "Avizat", "NISTOR Elena", "Șef serviciu", at),
        ],
        "reasons": [],
        "remark": "",
        "work_points": [{"name": "Sediu", "address": "Str. Ț", "authorisation": "1 – DSP"}],
        "physicians": [
            {"name": "ȘERBAN Țuțu", "stamp_code": "BX2OC", "specialties": "Cardiologie", "work_point": "Sediu"}
        ],
        "content_sha256": "a" * 64,
        "user_name": "12345674_CAS-CT",
        "demo": True,
    } | changes


def issued(**changes):
    return context(**changes) | {
        "number": "15/23.11.2026",
        "date": date(2026, 11, 23),
        "sign": line(
            "sign",
            "Aprobat",
            "ALBU Sorina",
            "Președinte – director general",
            datetime(2026, 11, 23, 12, tzinfo=BUCHAREST).isoformat(),
        ),
        "text_sha256": "b" * 64,
        "verify_url": f"http://127.0.0.1:8000/verifica/{CODE}/",
        "made": {"masked_key": "AB012-****-****-****"},
        "seal": "sigiliu electronic avansat (demonstrativ)",
    }


@pytest.fixture(scope="module")
def act():
    return pdf.render("providers.approval", issued(), code=CODE)


def text_of(content):
    """What a reader of the file can select, page after page."""
    with closing(pypdfium2.PdfDocument(content)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def fonts_of(content):
    """The fonts of all pages by name, and whether the file carries their glyphs."""
    found = {}
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            for font in page.Resources.Font.values():
                part = font.DescendantFonts[0] if font.Subtype == "/Type0" else font
                descriptor = part.FontDescriptor
                found[str(font.BaseFont)] = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found


def test_the_same_act_gives_the_same_bytes(act):
    assert pdf.render("providers.approval", issued(), code=CODE) == act


def test_romanian_letters_are_text_and_embedded_glyphs(act):
    assert LETTERS in text_of(act)
    fonts = fonts_of(act)
    assert sum("Plex" in name for name in fonts) >= 2
    assert all(fonts.values())


def test_comma_below_is_right_in_the_pixels():
    """ș drawn by the PDF differs from s below the line and from ş by its shape: compare ink, not text."""
    inks = {}
    for letter in ("s", "ș", "t", "ț"):
        name = f"{letter * 30}"
        content = pdf.render("providers.approval", issued(provider=context()["provider"] | {"name": name}), code=CODE)
        with closing(pypdfium2.PdfDocument(content)) as document:
            page = document[0].render(scale=110 / 72, grayscale=True).to_pil()
        inks[letter] = sum(255 - ink for ink in page.tobytes())
    assert inks["ș"] > inks["s"] * 1.002
    assert inks["ț"] > inks["t"] * 1.002


def test_an_act_is_archival_and_titled(act, tmp_path):
    (tmp_path / "a.pdf").write_bytes(act)
    with pikepdf.open(tmp_path / "a.pdf") as document:
        with document.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
        assert document.Root.Lang == "ro"
        assert document.Root.MarkInfo.Marked


def test_an_act_of_forty_physicians_repeats_its_heading():
    many = [context()["physicians"][0] | {"name": f"MEDIC {n}"} for n in range(40)]
    text = text_of(pdf.render("providers.approval", issued(physicians=many), code=CODE))
    assert text.count("Cod de parafă") >= 2
    assert "MEDIC 39" in text
    assert re.search(r"pagina 2 din \d", text)


def pages_of(content):
    with closing(pypdfium2.PdfDocument(content)) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def reasons(count):
    one = {
        "code": "R05",
        "text": "Lipsește autorizația sanitară.",
        "facts": ["Autorizația nr. 1 a expirat.", "Autorizația nr. 2 a expirat."],
        "ground": "regula casei; temei general: Ordinul nr. 1.123/849/2016",
        "fix": "Obțineți autorizația.",
    }
    return [one for _ in range(count)]


def test_a_decision_names_the_house_its_articles_its_annexes_and_the_court(act):
    text = " ".join(pages_of(act))
    for words in (
        "Casa de Asigurări de Sănătate Constanța",
        "Casa Națională de Asigurări de Sănătate",
        "Str. Exemplului nr. 1, Constanța, județul Constanța",
        "Cod de identificare fiscală 1000009",
        "În temeiul următoarelor prevederi:",
        "art. 30 alin. (2) și art. 346⁶ din Legea nr. 95/2006",
        "Platforma informatică din asigurările de sănătate",
        "Prezenta decizie are 3 anexe",
        "anexa nr. 3 – convenție de utilizare",
        "în termen de 30 de zile de la comunicare (art. 7 din Legea nr. 554/2004)",
        "Tribunalul Constanța, secția de contencios administrativ și fiscal (art. 10)",
        "în termenul de șase luni prevăzut de art. 11",
        "Anexa nr. 1 – Puncte de lucru",
        "Anexa nr. 2 – Medici",
    ):
        assert words in text, words
    assert "sursă necitită" not in text


def test_a_rejection_says_each_reason_in_words_in_fact_in_law_and_what_to_do():
    text = " ".join(pages_of(pdf.render("providers.rejection", issued(reasons=reasons(1)), code=CODE)))
    assert "Motivul R05 Lipsește autorizația sanitară." in text
    assert "În fapt Autorizația nr. 1 a expirat. Autorizația nr. 2 a expirat." in text
    assert "În drept regula casei; temei general: Ordinul nr. 1.123/849/2016" in text
    assert "Ce puteți face Obțineți autorizația." in text


def test_a_reason_that_no_rule_saw_has_the_facts_of_the_clerk():
    bare = [reasons(1)[0] | {"facts": []}]
    text = " ".join(
        pages_of(pdf.render("providers.rejection", issued(reasons=bare, remark="Nu l-am găsit."), code=CODE))
    )
    assert "În fapt Nu l-am găsit." in text


def test_the_convention_fits_one_page_and_says_what_the_key_is():
    [page] = pages_of(pdf.render("providers.convention", issued(), code=CODE))
    assert "serie de licență sau cheie de activare" in page


@pytest.mark.parametrize("count", range(1, 9))
def test_signatures_never_stand_alone_and_the_code_stands_on_the_last_page_only(count):
    """However much comes before: the last article stands on the page of the signatures."""
    pages = pages_of(pdf.render("providers.rejection", issued(reasons=reasons(count)), code=CODE))
    [signed] = [page for page in pages if "Aprobat ALBU Sorina" in page]
    assert "Întocmit DINU Ana" in signed
    assert "Prezenta decizie se comunică solicitantului." in signed
    assert ["Amprenta textului (SHA-256)" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    assert signed == pages[-1]  # no page of the code alone


def test_nothing_is_fetched_from_anywhere(tmp_path, monkeypatch):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    real = render_to_string

    def with_link(name, context=None, **kwargs):
        return real(name, context, **kwargs).replace("</head>", f'<link rel=attachment href="file://{secret}"></head>')

    monkeypatch.setattr(pdf, "render_to_string", with_link)
    with pytest.raises(pdf.RenderFailed) as problem:
        pdf.render("providers.approval", issued(), code=CODE)
    assert "SECRET" not in str(problem.value)


def test_what_a_person_typed_is_text_and_never_markup():
    name = '<img src="file:///etc/passwd">'
    text = text_of(pdf.render("providers.approval", issued(provider=context()["provider"] | {"name": name}), code=CODE))
    assert "<img" in text
    assert "root:" not in text


@pytest.fixture
def decision(people, case):
    approved(case, people)
    run_jobs("providers.issue")
    return Document.objects.get(about=case.public_id, kind="providers.approval")


def upload(content, code=""):
    url = reverse("notifications:verify", args=[code]) if code else reverse("notifications:verify_any")
    return Client().post(url, {"file": SimpleUploadedFile("a.pdf", content)})


def test_the_public_page_tells_genuine_altered_superseded_and_unknown(decision):
    pdf_ = bytes(decision.pdf)
    altered = pdf_[:-10] + b"x" * 10
    page = Client().get(reverse("notifications:verify", args=[decision.code]))
    assert page.context["verdict"] == "known"
    assert decision.number in page.content.decode()
    assert upload(pdf_, decision.code).context["verdict"] == "genuine"
    assert upload(pdf_).context["verdict"] == "genuine"
    assert upload(altered, decision.code).context["verdict"] == "altered"
    assert upload(altered).context["verdict"] == "altered"
    assert upload(b"%PDF-1.7 something else").context["verdict"] == "unknown"
    assert Client().get(reverse("notifications:verify", args=["A" * 26])).status_code == 404
    newer = Document.objects.create(
        about="00000000-0000-4000-8000-000000000001",
        kind="providers.approval",
        house=decision.house,
        code=documents.new_code(),
        context=decision.context,
        text_sha256=decision.text_sha256,
    )
    Document.objects.filter(pk=decision.pk).update(superseded_by=newer)
    assert upload(pdf_).context["verdict"] == "superseded"
    assert Client().get(reverse("notifications:verify", args=[decision.code])).context["verdict"] == "superseded"


def test_the_public_page_says_no_more_than_the_paper(decision):
    text = Client().get(reverse("notifications:verify", args=[decision.code])).content.decode()
    assert "1750514139013" not in text
    assert "GEORGESCU" not in text


def test_the_issued_paper_carries_the_signed_fingerprint(decision):
    assert decision.text_sha256 in re.sub(r"\s", "", text_of(bytes(decision.pdf)))
    assert decision.text_sha256 == pdf.frozen_text("providers.approval", decision.context)[1]


def test_a_sealed_act_never_changes(decision):
    from django.db import IntegrityError, transaction

    from backoffice.crypto.encryption import encrypted

    words, bytes_ = encrypted(decision, context={}), encrypted(decision, pdf=b"x")
    for change in ({"number": "9/01.01.2026"}, bytes_, {"text_sha256": "c" * 64}, words):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=decision.pk).update(**change)


def test_a_convention_keeps_only_the_beginning_of_the_key(people, decision):
    convention = Document.objects.get(about=decision.about, kind="providers.convention")
    text = text_of(bytes(convention.pdf))
    assert re.search(r"[A-Z]{2}\d{3}-\*{4}-\*{4}-\*{4}", text)
    assert not re.search(r"[A-Z]{2}\d{3}-[A-Z]\d{3}", text)


def test_a_rejection_letter_says_why_and_what_to_do(people, case):
    rejected(case, people)
    run_jobs("providers.issue")
    text = " ".join(text_of(bytes(Document.objects.get(about=case.public_id).pdf)).split())
    assert "autorizația sanitară" in text
    assert "plângere prealabilă" in text
    assert "art. 7 din Legea contenciosului administrativ nr. 554/2004" in text
    assert "În fapt Lipsește autorizația." in text
    assert "În drept regula casei; temei general: art. 30 alin. (2)" in text
    assert "Vizat juridic" in text
