"""DEMO certificate authority and house seals; production brings its own qualified seals (SEAL_DIR).

Files per house: `<code>.key.pem`, `<code>.cert.pem`, and `ca.cert.pem` beside them.
"""

import fcntl
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings


class SealUnavailable(Exception):
    """The house has no seal here; the message says where to put it."""


@dataclass(frozen=True)
class SealFiles:
    """Where the key and the certificates of a seal lie."""

    key: Path
    certificate: Path
    authority: Path


def seal_files(house_code: str) -> SealFiles:
    """Where the seal of a house lives; a DEMO one is made on first use outside production.

    Raises `SealUnavailable`.
    """
    folder = Path(settings.SEAL_DIR) if settings.SEAL_DIR else settings.KEYS_DIR / "seal"
    files = SealFiles(folder / f"{house_code}.key.pem", folder / f"{house_code}.cert.pem", folder / "ca.cert.pem")
    if files.key.exists() and files.certificate.exists() and files.authority.exists():
        return files
    if settings.SEAL_DIR or settings.PRODUCTION:
        raise SealUnavailable(
            f"The seal of {house_code} is missing: put {files.key.name}, {files.certificate.name} and "
            f"{files.authority.name} into SEAL_DIR ({folder})."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers may ask for the first seal together
        _make_demo(folder, house_code, files)
    return files


def _make_demo(folder: Path, house_code: str, files: SealFiles) -> None:
    ca_key_file = folder / "ca.key.pem"
    if not files.authority.exists():
        ca_key = ec.generate_private_key(ec.SECP256R1())
        name = _name("DEMO – Autoritate de certificare")
        _write(ca_key_file, _key_bytes(ca_key))
        _write(files.authority, _certificate(name, name, ca_key, ca_key, is_authority=True))
    if not files.certificate.exists():
        loaded = serialization.load_pem_private_key(ca_key_file.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise SealUnavailable(f"{ca_key_file} is not a key of this demo authority: delete the folder.")
        ca_key = loaded
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        key = ec.generate_private_key(ec.SECP256R1())
        _write(files.key, _key_bytes(key))
        _write(
            files.certificate,
            _certificate(_name(f"DEMO – Sigiliul {house_code}"), authority.subject, key, ca_key, is_authority=False),
        )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RO"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "DEMO – fără valoare juridică"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> bytes:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650 if is_authority else 1095))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a process that dies here leaves no half key."""
    draft = path.with_suffix(".part")
    draft.write_bytes(content)
    os.chmod(draft, 0o400)
    draft.rename(path)
