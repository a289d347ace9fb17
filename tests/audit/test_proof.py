"""An applicant proves what happened to a request, offline, against nothing but the public key."""

import hashlib
import json
import subprocess
import sys

import pytest
from django.urls import reverse

from backoffice.audit import checkpoints, verify_log
from backoffice.audit.models import Event
from notifications.models import Document
from tests.audit.conftest import settle
from tests.world import approved, file_case, run_jobs


@pytest.fixture
def issued(people, case, checkpoint_file):
    approved(case, people)
    run_jobs()
    settle()
    return case


@pytest.fixture
def download(people, browse, issued):
    return lambda user=people.provider: browse(user).get(reverse("workflows:proof", args=[issued.public_id]))


@pytest.fixture
def check(tmp_path):
    """The verifier's judgement on a proof, as an applicant would run it."""

    def judge(proof):
        (tmp_path / "proof.json").write_text(json.dumps(proof))
        (tmp_path / "key.pem").write_text(checkpoints.public_key_pem())
        words = ["-I", verify_log.__file__, "proof", str(tmp_path / "proof.json"), "--key", str(tmp_path / "key.pem")]
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
        return done.returncode, done.stdout

    return judge


def test_the_proof_of_an_issued_case_holds(download, check, issued):
    checkpoints.seal()
    proof = download().json()
    code, said = check(proof)
    assert code == 0, said
    assert {e["code"] for e in proof["events"]} == set(
        ("filing.submitted", "case.registered", "decision.sign", "document.sealed")
    )
    sealed = [hashlib.sha256(bytes(d.pdf)).hexdigest() for d in Document.objects.filter(about=issued.public_id)]
    assert all(fingerprint in said for fingerprint in sealed)


def test_the_proof_waits_for_its_checkpoint(download, issued, people, browse):
    answer = download()
    assert answer.status_code == 302
    page = browse(people.provider).get(answer.url)
    assert answer.url == reverse("workflows:my_case", args=[issued.public_id])
    checkpoints.seal()
    assert download()["Content-Type"] == "application/json"
    assert page.status_code == 200


def test_the_proof_holds_only_this_case_and_no_name_of_staff(download, people, issued):
    other = file_case(people.provider, name="Alt Cabinet", uic="98765438")
    settle()
    checkpoints.seal()
    text = download().content.decode()
    ids = {verify_log.parse(e["canonical"].encode())[4] for e in json.loads(text)["events"]}
    mine = Event.objects.filter(pk__in=ids)
    assert not mine.filter(subject_type="workflows.Case", subject_id=other.pk).exists()
    assert not mine.filter(subject_type="workflows.Filing", subject_id=other.filing_id).exists()
    for person in (people.clerk, people.head, people.director):
        assert person.person.last_name not in text
        assert person.email not in text


def test_a_stranger_gets_no_proof(download, people):
    checkpoints.seal()
    assert download(people.clerk).status_code == 404
    assert download(people.stranger).status_code == 404


@pytest.mark.parametrize(
    "forge",
    [
        lambda p: p["events"][0].update(canonical=p["events"][0]["canonical"].replace("Case", "Cabe")),
        lambda p: p["events"][1].update(index=p["events"][1]["index"] ^ 1),
        lambda p: p["events"][1]["path"].pop(),
        lambda p: p["events"][1]["path"].append("00" * 32),
        lambda p: p["checkpoints"]["1"].update(signature="00" * 64),
        lambda p: p["checkpoints"]["1"].update(body=p["checkpoints"]["1"]["body"].replace('"number":1', '"number":2')),
        lambda p: p.update(events=[]),
    ],
)
def test_a_forged_proof_is_refused(download, check, forge):
    checkpoints.seal()
    proof = download().json()
    assert check(proof)[0] == 0
    forge(proof)
    assert check(proof)[0] == 1


def test_anybody_gets_the_verifier_and_the_key(client, db, checkpoint_file):
    checkpoints.seal()
    page = client.get(reverse("evidence:page")).content.decode()
    assert checkpoints.public_key_id() in page
    assert client.get(reverse("evidence:public_key")).content.decode() == checkpoints.public_key_pem()
    with open(verify_log.__file__, "rb") as file:
        assert client.get(reverse("evidence:verifier")).content == file.read()
