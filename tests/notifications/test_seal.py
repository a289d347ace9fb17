"""The seal: where its key may lie, what it may call itself, and that it can be judged years later."""

import io
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as django_settings

from backoffice.jobs.models import Job
from notifications import authority, pdf, seal, seal_keys
from notifications.models import Document
from tests import extras
from tests.notifications.servers import SigningService, TimeStampingService, running
from tests.notifications.test_documents import CODE, issued, text_of
from tests.world import approved, run_jobs

HOUSE, YEAR = "CAS-CT", timedelta(days=365.25)
USER = "me:wrong-value"  # who an address of a service may not name
QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
ALL_STATEMENTS = ("qc_compliance", "qc_sscd", "qct_eseal")


def sealed(content, house=HOUSE):
    with seal.seal_of(house) as house_seal:
        return house_seal.put_on(content, reason="Decizie")


def qualified(*statements):
    """The statements of a qualified certificate (EN 319 412-5), as an extension."""
    from pyhanko.sign.ades.qualified_asn1 import QcCertificateType, QcStatement, QcStatements

    listed = [QcStatement({"statement_id": name}) for name in statements if not name.startswith("qct")]
    if types := [name for name in statements if name.startswith("qct")]:
        listed.append(QcStatement({"statement_id": "qc_type", "statement_info": QcCertificateType(types)}))
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(QC_STATEMENTS), QcStatements(listed).dump())


def certificate_with(*statements, key=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    extensions = [qualified(*statements)] if statements else []
    return x509.load_pem_x509_certificate(authority.issue(HOUSE, key.public_key(), extensions=extensions))


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


@pytest.fixture(scope="module")
def act():
    return pdf.render("providers.approval", issued(), code=CODE)


@pytest.fixture(scope="module")
def sealed_act(act):
    return sealed(act)


@pytest.mark.calendar
def test_the_sealed_file_begins_with_the_bytes_that_were_sealed_and_notices_a_change(act, sealed_act):
    assert sealed_act.startswith(act)
    report = seal.verify(sealed_act, house_code=HOUSE)
    assert (report.intact, report.trusted) == (True, True)
    assert "DEMO" in report.signer
    changed = bytearray(sealed_act)
    changed[len(act) // 2] ^= 1
    assert not seal.verify(bytes(changed), house_code=HOUSE).intact


def test_nothing_may_follow_the_seal(sealed_act, tmp_path):
    """An update behind it, even of the document's facts only, and a file saved anew by another program."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer, out = IncrementalPdfFileWriter(io.BytesIO(sealed_act)), io.BytesIO()
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    writer.write(out)
    assert not seal.verify(out.getvalue(), house_code=HOUSE).intact
    with pikepdf.open(io.BytesIO(sealed_act)) as document:
        document.save(tmp_path / "again.pdf")
    assert not seal.verify((tmp_path / "again.pdf").read_bytes(), house_code=HOUSE).intact


# --- judged years later -----------------------------------------------------------------------------------------------


@pytest.mark.calendar
def test_the_seal_holds_four_years_later_as_of_its_time_stamp(sealed_act):
    """Judged by pyHanko with what the file brings: B-LT, nothing fetched, revocation must be answered."""
    now = datetime.now(UTC)
    report = seal.verify(sealed_act, house_code=HOUSE, at=now + 4 * YEAR)
    assert (report.intact, report.trusted) == (True, True)
    assert abs(report.stamped_at - now) < timedelta(minutes=10)
    assert not seal.verify(sealed_act, house_code=HOUSE, at=now + 15 * YEAR).trusted  # authorities end too


@pytest.mark.calendar
def test_the_file_itself_brings_what_a_stranger_needs_to_judge_it(sealed_act):
    """pyHanko's plain validation, by somebody who has the authority's certificate and the file, and no network."""
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature

    reader = PdfFileReader(io.BytesIO(sealed_act))
    material = DocumentSecurityStore.read_dss(reader)
    assert len(material.crls) == 1
    names = {certificate.subject.native["common_name"] for certificate in material.load_certs()}
    assert {authority.WHOSE["tsa"], f"DEMO – Sigiliul {HOUSE}"} <= names
    [signature] = reader.embedded_signatures
    context = material.as_validation_context(
        {
            "trust_roots": [load_cert_from_pemder(authority.demo_folder() / "ca.cert.pem")],
            "allow_fetching": False,
            "revocation_mode": "require",
            "moment": datetime.now(UTC) + 4 * YEAR,
        }
    )
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert status.timestamp_validity.trusted
    assert signature.docmdp_level.name == "NO_CHANGES"


def test_a_seal_without_stamp_and_material_does_not_hold(act):
    """So that the judgement above can fail: the same key, as a plain signature (B-B)."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    folder = authority.make_demo(HOUSE)
    signer = signers.SimpleSigner.load(f"{folder}/{HOUSE}.key.pem", f"{folder}/{HOUSE}.cert.pem")
    metadata = signers.PdfSignatureMetadata(field_name="Sigiliu", subfilter=fields.SigSeedSubFilter.PADES)
    out = io.BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(act)), metadata, signer=signer, output=out)
    report = seal.verify(out.getvalue(), house_code=HOUSE, at=datetime.now(UTC) + 4 * YEAR)
    assert (report.intact, report.trusted, report.stamped_at) == (True, False, None)


def test_authority_stamps_and_seals_of_the_demo_live_ten_years():
    folder = authority.make_demo(HOUSE, "tsa")
    for name in ("ca", "tsa", HOUSE):
        certificate = x509.load_pem_x509_certificate((folder / f"{name}.cert.pem").read_bytes())
        assert certificate.not_valid_after_utc > datetime.now(UTC) + 9.9 * YEAR
    revoked = x509.load_pem_x509_crl((folder / "ca.crl.pem").read_bytes())
    assert revoked.next_update_utc > datetime.now(UTC) + 9.9 * YEAR


def test_the_demo_needs_no_network(act, monkeypatch):
    def refuse(*_):
        raise AssertionError("a seal of the demo asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert sealed(act)


def test_a_revoked_certificate_seals_nothing(act, settings, tmp_path):
    demo = authority.make_demo(HOUSE)
    ca_key = serialization.load_pem_private_key((demo / "ca.key.pem").read_bytes(), None)
    ca = x509.load_pem_x509_certificate((demo / "ca.cert.pem").read_bytes())
    mine = x509.load_pem_x509_certificate((demo / f"{HOUSE}.cert.pem").read_bytes())
    entry = x509.RevokedCertificateBuilder().serial_number(mine.serial_number).revocation_date(authority.SINCE).build()
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.subject).last_update(authority.SINCE + YEAR)
    listed = builder.next_update(datetime.now(UTC) + YEAR).add_revoked_certificate(entry).sign(ca_key, hashes.SHA256())
    (tmp_path / "ca.pem").write_bytes(listed.public_bytes(serialization.Encoding.PEM))
    settings.SEAL_AUTHORITIES = str(tmp_path / "ca.pem")
    with pytest.raises(seal.SealUnavailable):
        sealed(act)


def test_pdfsig_calls_the_act_valid_with_the_demo_authority(act, sealed_act, tmp_path):
    extras.needs("pdfsig", "certutil")
    store = tmp_path / "nss"
    store.mkdir()
    ca = authority.demo_folder() / "ca.cert.pem"
    subprocess.run(["certutil", "-N", "-d", f"sql:{store}", "--empty-password"], check=True)
    subprocess.run(["certutil", "-A", "-d", f"sql:{store}", "-n", "demo", "-t", "C,C,C", "-i", ca], check=True)

    def check(content):
        (tmp_path / "a.pdf").write_bytes(content)
        return subprocess.run(
            ["pdfsig", "-nssdir", f"sql:{store}", tmp_path / "a.pdf"], capture_output=True, text=True
        ).stdout

    answer = check(sealed_act)
    assert "Signature is Valid" in answer
    assert "Certificate is Trusted" in answer
    assert "Total document signed" in answer
    changed = bytearray(sealed_act)
    changed[len(act) // 2] ^= 1
    assert "Digest Mismatch" in check(bytes(changed))


# --- what it may call itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "is_qualified"),
    [
        (ALL_STATEMENTS, True),
        (("qc_compliance", "qc_sscd", "qct_esign"), False),  # of a person, not of an institution
        (("qc_compliance", "qc_sscd"), False),
        (("qc_compliance", "qct_eseal"), False),  # no qualified device
        (("qc_sscd", "qct_eseal"), False),
        ((), False),
    ],
)
def test_the_certificate_says_whether_a_seal_is_qualified(statements, is_qualified):
    from asn1crypto.x509 import Certificate

    assert seal.is_qualified(Certificate.load(der(certificate_with(*statements)))) is is_qualified


@pytest.mark.parametrize(
    ("production", "name"),
    [(True, "sigiliu electronic avansat"), (False, "sigiliu electronic avansat (demonstrativ)")],
)
def test_a_key_in_a_file_is_never_qualified_whatever_its_certificate_says(settings, tmp_path, production, name):
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / f"{HOUSE}.key.pem").write_bytes(authority._key_bytes(key))
    certificate = certificate_with(*ALL_STATEMENTS, key=key)
    (tmp_path / f"{HOUSE}.cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "ca.cert.pem").write_bytes((authority.demo_folder() / "ca.cert.pem").read_bytes())
    settings.SEAL_URL, settings.PRODUCTION = f"file:{tmp_path}", production
    settings.SEAL_TSA_URL = "http://127.0.0.1:9/"
    with seal.seal_of(HOUSE) as house_seal:
        assert house_seal.name == name


def test_the_act_says_which_kind_it_is(people, case):
    approved(case, people)
    run_jobs("providers.issue")
    for document in Document.objects.filter(about=case.public_id):
        text = " ".join(text_of(bytes(document.pdf)).split())
        assert "cu sigiliu electronic avansat (demonstrativ) al casei" in text
        assert "calificat" not in text


# --- where its key may lie --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("production", "in_place"), [(True, True), (False, False)])
def test_a_seal_that_is_not_there_is_made_by_the_demo_alone(settings, tmp_path, production, in_place):
    settings.PRODUCTION = production
    if not in_place:
        settings.SEAL_URL = f"file:{tmp_path}"
    with pytest.raises(seal.SealUnavailable, match="SEAL_URL"), seal.seal_of("CAS-XX"):
        pass


@pytest.mark.parametrize(
    "url",
    [
        "dir:/seals",
        "/seals",
        "pkcs11:token=x?module-path=/x.so&pin-value=1234",
        f"csc:https://{USER}@sign.example.ro",
    ],
)
def test_an_address_of_another_kind_or_with_a_secret_in_it_stops_the_start(url):
    done = subprocess.run(
        [sys.executable, "-c", "import backoffice.settings"],
        env=os.environ | {"SEAL_URL": url},
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert "SEAL_URL is file:/folder" in done.stderr
    assert "1234" not in done.stderr
    assert USER not in done.stderr


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    """A PKCS#11 device in software (SoftHSM): a key and a qualified certificate under the label of the house."""
    extras.needs("softhsm2-util")
    import pkcs11
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
    from pkcs11.util.rsa import encode_rsa_public_key

    [module, *_] = sorted(Path("/usr/lib").glob("**/libsofthsm2.so"))
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        words = ["softhsm2-util", "--init-token", "--free", "--label", "sigilii", "--pin", "1234", "--so-pin", "5678"]
        subprocess.run(words, check=True, capture_output=True)
        library = pkcs11.lib(str(module))
        library.reinitialize()
        with library.get_token(token_label="sigilii").open(user_pin="1234", rw=True) as session:
            curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
            public, _private = parameters.generate_keypair(store=True, label=HOUSE)
            other, _private = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="CAS-CJ")
            keys = {HOUSE: encode_ec_public_key(public), "CAS-CJ": encode_rsa_public_key(other)}
            for label, statements in ((HOUSE, ALL_STATEMENTS), ("CAS-CJ", ())):
                key = serialization.load_der_public_key(keys[label])
                extensions = [qualified(*statements)] if statements else []
                certificate = x509.load_pem_x509_certificate(authority.issue(label, key, extensions=extensions))
                session.create_object(
                    {
                        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                        pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                        pkcs11.Attribute.TOKEN: True,
                        pkcs11.Attribute.LABEL: label,
                        pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                        pkcs11.Attribute.VALUE: der(certificate),
                    }
                )
        yield f"pkcs11:token=sigilii?module-path={module}"


@pytest.fixture
def in_device(settings, device, tmp_path):
    """The houses' seals lie in the device; its PIN in a file of its own."""
    (tmp_path / "pin").write_text("1234\n")
    settings.SEAL_URL, settings.SEAL_PIN_FILE = device, str(tmp_path / "pin")
    settings.SEAL_AUTHORITIES = str(authority.make_demo() / "ca.cert.pem")
    return tmp_path / "pin"


def test_a_device_seals_and_its_certificate_calls_it_qualified(act, in_device, settings):
    for house in (HOUSE, "CAS-CJ"):  # an elliptic curve, RSA
        report = seal.verify(sealed(act, house), house_code=house, at=datetime.now(UTC) + 4 * YEAR)
        assert (report.intact, report.trusted, report.signer) == (True, True, f"DEMO – Sigiliul {house}")
    settings.PRODUCTION, settings.SEAL_TSA_URL = True, "http://127.0.0.1:9/"
    names = {}
    for house in (HOUSE, "CAS-CJ"):
        with seal.seal_of(house) as house_seal:
            names[house] = house_seal.name
    assert names == {HOUSE: "sigiliu electronic calificat", "CAS-CJ": "sigiliu electronic avansat"}


def test_a_house_that_the_device_does_not_know_has_no_seal(in_device):
    with pytest.raises(seal.SealUnavailable), seal.seal_of("CAS-XX"):
        pass


def test_a_wrong_pin_is_said_once_and_not_tried_again(people, case, in_device):
    """Three wrong PINs lock a card: the work waits for a person."""
    in_device.write_text("4321")
    approved(case, people)
    assert run_jobs("providers.issue") == 1
    job = Job.objects.get(kind="providers.issue")
    assert (job.state, job.last_code) == ("failed", "seal_refused")


@pytest.fixture
def service(settings):
    """A remote signing service that keeps the key of the house; secrets as variables of their own."""
    key = ec.generate_private_key(ec.SECP256R1())
    ca = x509.load_pem_x509_certificate((authority.make_demo() / "ca.cert.pem").read_bytes())
    chain = [der(certificate_with(*ALL_STATEMENTS, key=key)), der(ca)]
    found = SigningService(key, chain, secret="client secret", pin="9876")
    with running(found) as address:
        settings.SEAL_URL = f"csc:{address}?{HOUSE}=credential-7"
        settings.SEAL_CSC_CLIENT_ID, settings.SEAL_CSC_SECRET, settings.SEAL_PIN = "casa", "client secret", "9876"
        settings.SEAL_AUTHORITIES = str(authority.make_demo() / "ca.cert.pem")
        yield found


def test_a_service_seals_with_the_credential_of_the_house(act, service):
    content = sealed(act)
    report = seal.verify(content, house_code=HOUSE, at=datetime.now(UTC) + 4 * YEAR)
    assert (report.intact, report.trusted) == (True, True)
    with seal.seal_of(HOUSE) as house_seal:
        assert house_seal.name == "sigiliu electronic calificat (demonstrativ)"


@pytest.mark.parametrize("name", ["SEAL_PIN", "SEAL_CSC_SECRET"])
def test_a_service_that_refuses_us_is_not_asked_again(act, service, settings, name, caplog):
    setattr(settings, name, "wrong-value")
    with pytest.raises(seal.SealRefused) as problem:
        sealed(act)
    assert "wrong-value" not in str(problem.value) + caplog.text
    assert service.calls.count("/csc/v1/signatures/signHash") == 0


def test_a_service_that_is_away_is_asked_later(act, service, settings):
    settings.SEAL_URL = "csc:http://127.0.0.1:9"
    with pytest.raises(seal.SealUnavailable):
        sealed(act)


# --- who says when ----------------------------------------------------------------------------------------------------


def test_time_stamps_come_from_the_authority_in_the_settings(act, settings, tmp_path):
    (tmp_path / "password").write_text("parola\n")
    authority.make_demo("tsa")
    service = TimeStampingService(seal._demo_stamper(authority.demo_folder()), user="casa", password="parola")
    with running(service) as address:
        settings.SEAL_TSA_URL, settings.SEAL_TSA_USER = address, "casa"
        settings.SEAL_TSA_PASSWORD_FILE = str(tmp_path / "password")
        assert seal.verify(sealed(act), house_code=HOUSE).stamped_at
        assert service.calls
        settings.SEAL_TSA_PASSWORD_FILE = ""
        with pytest.raises(seal.SealRefused):
            sealed(act)


def test_production_without_a_time_stamping_authority_seals_nothing(settings):
    authority.make_demo(HOUSE)  # files that an operator put there
    settings.PRODUCTION = True
    with pytest.raises(seal.SealUnavailable, match="SEAL_TSA_URL"), seal.seal_of(HOUSE):
        pass


def test_a_secret_is_the_content_of_its_file_or_its_variable(settings, tmp_path):
    settings.SEAL_PIN, settings.SEAL_PIN_FILE = "from the variable", ""
    assert seal_keys.secret("SEAL_PIN") == "from the variable"
    (tmp_path / "pin-CAS-CT").write_text("from the file\n")
    settings.SEAL_PIN_FILE = str(tmp_path / "pin-{house}")
    assert seal_keys.secret("SEAL_PIN", HOUSE) == "from the file"
    with pytest.raises(seal.SealUnavailable, match="SEAL_PIN_FILE cannot be read"):
        seal_keys.secret("SEAL_PIN", "CAS-CJ")
