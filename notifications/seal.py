"""The electronic seal of a house on a document: PAdES baseline B-LT, so that it can be judged years later.

The seal bears a time stamp, and the file the certificates and the lists of revoked ones that were valid then. They
stand in the one revision that the seal covers: the sealed file begins with the bytes that were sealed, and nothing may
follow.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from notifications import authority
from notifications.seal_keys import SECONDS, SealKey, SealRefused, SealUnavailable, key_of, secret

__all__ = ["HouseSeal", "SealRefused", "SealReport", "SealUnavailable", "seal_of", "verify"]


@dataclass(frozen=True)
class SealReport:
    """What a check of a sealed document says."""

    intact: bool
    trusted: bool
    signer: str
    stamped_at: datetime | None


@dataclass(frozen=True)
class Trust:
    """By whom seals and time stamps are judged: authorities, and the lists of revoked certificates that lie here."""

    roots: tuple[Any, ...]
    others: tuple[Any, ...]
    revoked: tuple[Any, ...]


@dataclass(frozen=True)
class HouseSeal:
    """The seal of a house, ready for use."""

    key: SealKey
    trust: Trust
    time_stamper: Any

    @property
    def name(self) -> str:
        """What kind of seal it is, as the act says it. The certificate decides, never a setting.

        A key in a file can be copied: it makes an advanced seal at most, whatever its certificate says.
        """
        qualified = self.key.kept_by_device and is_qualified(self.key.certificate)
        kind = "sigiliu electronic calificat" if qualified else "sigiliu electronic avansat"
        return kind if settings.PRODUCTION else f"{kind} (demonstrativ)"

    def put_on(self, pdf: bytes, *, reason: str) -> bytes:
        """`pdf` with the seal behind it: the sealed file begins with the bytes that were sealed."""
        sealed = asyncio.run(self._signed(pdf, reason))
        if not sealed.startswith(pdf):
            raise SealUnavailable("the seal changed the document")
        return sealed

    async def _signed(self, pdf: bytes, reason: str) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
        from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference

        context = _validation_context(self.trust)
        metadata = signers.PdfSignatureMetadata(
            field_name="Sigiliu",
            md_algorithm="sha256",
            certify=True,
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            embed_validation_info=True,
            validation_context=context,
            signer_key_usage=_usage(self.key.certificate),
            dss_settings=DSSContentSettings(
                include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
            ),
        )
        out = BytesIO()
        try:
            async with self.key.signer() as signer:
                await signers.PdfSigner(metadata, signer=signer, timestamper=self.time_stamper).async_sign_pdf(
                    IncrementalPdfFileWriter(BytesIO(pdf)), output=out
                )
        finally:
            await context.aclose()
        return out.getvalue()


@contextmanager
def seal_of(house_code: str) -> Iterator[HouseSeal]:
    """The seal of a house, open for as long as the block. Raises `SealUnavailable`, `SealRefused`."""
    with key_of(house_code) as key:
        yield HouseSeal(key, _trust(key), _time_stamper())


def is_qualified(certificate: Any) -> bool:
    """Does the certificate say: qualified, for a seal, its key in a qualified device? (eIDAS art. 39, EN 319 412-5)."""
    from pyhanko.sign.ades.qualified_asn1 import get_qc_statements

    statements = {s["statement_id"].native: s["statement_info"] for s in get_qc_statements(certificate)}
    kinds = statements["qc_type"].native if "qc_type" in statements else []
    return {"qc_compliance", "qc_sscd"} <= statements.keys() and "qct_eseal" in kinds


def verify(pdf: bytes, *, house_code: str, at: datetime | None = None) -> SealReport:
    """Check the seal of a document with what the file itself brings, as of the time that its time stamp proves.

    `at` is the day of the check, which may be years later. Nothing is fetched.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.ades.report import AdESPassed
    from pyhanko.sign.validation.ades import ades_with_time_validation
    from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
    from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

    with key_of(house_code) as key:
        trust = _trust(key)
    reader = PdfFileReader(BytesIO(pdf))
    if not reader.embedded_signatures:
        return SealReport(intact=False, trusted=False, signer="", stamped_at=None)
    signature, at = reader.embedded_signatures[0], at or timezone.now()
    signature.compute_integrity_info()
    judged = ades_with_time_validation(
        signature.signed_data,
        _validation_spec(trust, reader),
        timing_info=ValidationTimingInfo(at, best_signature_time=at, point_in_time_validation=False),
        raw_digest=signature.compute_digest(),
        extra_status_kwargs=signature.summarise_integrity_info(),
        status_cls=PdfSignatureStatus,
    )
    result = asyncio.run(judged)
    status, stamp = result.api_status, getattr(result.api_status, "timestamp_validity", None)
    whole = signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return SealReport(
        intact=bool(status and status.intact and status.valid and whole),
        trusted=result.ades_subindic == AdESPassed.OK,
        signer=signature.signer_cert.subject.native["common_name"],
        stamped_at=stamp.timestamp if stamp and stamp.valid else None,
    )


def _trust(key: SealKey) -> Trust:
    """The authorities of the configured seal; outside production those of the demo's time stamps too."""
    files = [*key.authorities, *([Path(settings.SEAL_AUTHORITIES)] if settings.SEAL_AUTHORITIES else [])]
    if not settings.PRODUCTION:
        demo = authority.make_demo("tsa")
        files += [demo / "ca.cert.pem", demo / "ca.crl.pem"]
    return _read(tuple(dict.fromkeys(files)))


def _read(files: tuple[Path, ...]) -> Trust:
    """Certificates and lists of revoked ones out of PEM files. Self-signed authorities are trusted, the rest helps."""
    from asn1crypto import crl, pem, x509

    certificates, revoked = {}, []
    for file in files:
        try:
            parts = list(pem.unarmor(file.read_bytes(), multiple=True))
        except (OSError, ValueError):
            raise SealUnavailable(f"{file} does not hold the authorities of the seal (SEAL_AUTHORITIES)") from None
        for kind, _headers, content in parts:
            if kind == "X509 CRL":
                revoked.append(crl.CertificateList.load(content))
            else:
                certificates[content] = x509.Certificate.load(content)
    found = tuple(certificates.values())
    roots = tuple(one for one in found if one.self_signed != "no") or found
    return Trust(roots, tuple(one for one in found if one not in roots), tuple(revoked))


def _validation_context(trust: Trust) -> Any:
    """What the seal is checked with before it is put on; the same goes into the file. Fetches in production only."""
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=list(trust.roots),
        other_certs=list(trust.others),
        crls=list(trust.revoked),
        allow_fetching=settings.PRODUCTION,
        revocation_mode="require",
    )


def _validation_spec(trust: Trust, reader: Any) -> Any:
    """pyHanko's rules for judging a file long after: whether a certificate was revoked is answered by the file."""
    from pyhanko.sign.validation import policy_decl
    from pyhanko_certvalidator.context import CertValidationPolicySpec
    from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
    from pyhanko_certvalidator.registry import SimpleTrustManager

    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(trust.roots)),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    gathering = policy_decl.RevocationInfoGatheringSpec(policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY)
    return policy_decl.SignatureValidationSpec(policy, gathering, local_knowledge=_validation_material(reader))


def _validation_material(reader: Any) -> Any:
    """What a sealed file brings for its own judgement: certificates, and answers about revoked ones."""
    from asn1crypto import crl, ocsp
    from pyhanko.pdf_utils.decode_limits import DecodePurpose
    from pyhanko.sign.validation import DocumentSecurityStore, policy_decl
    from pyhanko.sign.validation.errors import NoDSSFoundError
    from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return policy_decl.LocalKnowledge()
    lists = [one.get_object().read_data(DecodePurpose.CRL) for one in store.crls]
    answers = [one.get_object().read_data(DecodePurpose.OCSP_RESPONSE) for one in store.ocsps]
    return policy_decl.LocalKnowledge(
        known_certs=list(store.load_certs()),
        known_crls=[CRLContainer(crl.CertificateList.load(one)) for one in lists],
        known_ocsps=[part for one in answers for part in OCSPContainer.load_multi(ocsp.OCSPResponse.load(one))],
    )


@cache
def _demo_stamper(folder: Path) -> Any:
    """The time stamps of the demo: made once, because reading its RSA key takes longer than a seal."""
    from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
    from pyhanko.sign.timestamps import DummyTimeStamper

    return DummyTimeStamper(
        tsa_cert=load_cert_from_pemder(str(folder / "tsa.cert.pem")),
        tsa_key=load_private_key_from_pemder(str(folder / "tsa.key.pem"), None),
    )


def _time_stamper() -> Any:
    """Who says when a document was sealed: the authority of SEAL_TSA_URL; in the demo one inside this process."""
    from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper

    if settings.SEAL_TSA_URL:
        password = secret("SEAL_TSA_PASSWORD")
        auth = (settings.SEAL_TSA_USER, password or "") if settings.SEAL_TSA_USER else None
        return HTTPTimeStamper(settings.SEAL_TSA_URL, timeout=SECONDS, auth=auth)
    if settings.PRODUCTION:
        raise SealUnavailable("SEAL_TSA_URL is empty: name the time-stamping authority (RFC 3161).")
    return _demo_stamper(authority.make_demo("tsa"))


def _usage(certificate: Any) -> set[str]:
    """What the certificate lets its key do; authorities write either of two into certificates for seals."""
    given = set(certificate.key_usage_value.native) if certificate.key_usage_value else set()
    return {"non_repudiation"} if "non_repudiation" in given else {"digital_signature"}
