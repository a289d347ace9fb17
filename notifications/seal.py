"""The electronic seal of a house on a document: PAdES baseline B."""

from dataclasses import dataclass
from io import BytesIO

from notifications.authority import SealUnavailable, seal_files

__all__ = ["SealReport", "SealUnavailable", "seal", "verify"]


@dataclass(frozen=True)
class SealReport:
    """What a check of a sealed document says."""

    intact: bool
    trusted: bool
    signer: str


def seal(pdf: bytes, *, house_code: str, reason: str) -> bytes:
    """`pdf` with the seal of the house behind it: the sealed file begins with the bytes that were sealed.

    Raises `SealUnavailable`.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    files = seal_files(house_code)
    signer = signers.SimpleSigner.load(str(files.key), str(files.certificate), ca_chain_files=(str(files.authority),))
    if signer is None:
        raise SealUnavailable(f"the seal of {house_code} cannot be read")
    metadata = signers.PdfSignatureMetadata(
        field_name="Sigiliu",
        md_algorithm="sha256",
        certify=True,
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer=signer, output=out)
    sealed = out.getvalue()
    if not sealed.startswith(pdf):
        raise SealUnavailable("the seal changed the document")
    return sealed


def verify(pdf: bytes, *, house_code: str) -> SealReport:
    """Check the seal of a document against the authority of the house's seal."""
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    authority = load_cert_from_pemder(str(seal_files(house_code).authority))
    signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[authority], allow_fetching=False))
    return SealReport(
        intact=status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        trusted=status.trusted,
        signer=status.signing_cert.subject.native["common_name"],
    )
