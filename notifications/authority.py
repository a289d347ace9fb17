"""DEMO certificate authority, time-stamping authority and house seals, made on first use outside production.

Files per house: `<code>.key.pem`, `<code>.cert.pem`; beside them `ca.cert.pem` and `ca.crl.pem` (whom seals are judged
by), `tsa.key.pem` and `tsa.cert.pem` (who says when).
"""

import fcntl
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

# Authority, time stamps, seals and the list of revoked ones: all valid for ten years, so that an act of the demo can be
# judged long after. They begin in the past, because the clock of a test may be earlier than the file.
SINCE, YEARS_VALID = datetime(2024, 1, 1, tzinfo=UTC), 10
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
WHOSE = {
    "ca": "DEMO – Autoritate de certificare",
    "tsa": "DEMO – Autoritate de marcare temporală",
}


def demo_folder() -> Path:
    """Where the demo's authority and seals lie; nothing outside it is ever made."""
    return Path(settings.KEYS_DIR) / "seal"


def make_demo(*names: str) -> Path:
    """Make what is missing of the demo's authority and of these holders (`tsa`, or a house's code); the folder."""
    folder = demo_folder()
    wanted = ["ca.cert.pem", "ca.crl.pem", *(f"{name}.{part}.pem" for name in names for part in ("key", "cert"))]
    if all((folder / name).exists() for name in wanted):
        return folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers may ask for the first seal together
        _make_authority(folder)
        for name in names:
            if not (folder / f"{name}.cert.pem").exists():
                # The stamper of the demo is pyHanko's, which signs with RSA only.
                key = (
                    rsa.generate_private_key(65537, 2048) if name == "tsa" else ec.generate_private_key(ec.SECP256R1())
                )
                _write(folder / f"{name}.key.pem", _key_bytes(key))
                _write(folder / f"{name}.cert.pem", issue(name, key.public_key(), folder=folder))
    return folder


def issue(
    holder: str,
    public_key: PublicKey,
    *,
    folder: Path | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
) -> bytes:
    """A certificate (PEM) of the demo's authority for a house, or for the time stamps of the demo."""
    folder = folder or make_demo()
    ca_key = serialization.load_pem_private_key((folder / "ca.key.pem").read_bytes(), None)
    ca = x509.load_pem_x509_certificate((folder / "ca.cert.pem").read_bytes())
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{folder}/ca.key.pem is not a key of this demo authority: delete the folder.")
    if holder == "tsa":
        extensions = [x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), *extensions]
    subject = _name(WHOSE.get(holder, f"DEMO – Sigiliul {holder}"))
    return _certificate(subject, ca.subject, public_key, ca_key, is_authority=False, extensions=extensions)


def _make_authority(folder: Path) -> None:
    key_file, certificate, revoked = folder / "ca.key.pem", folder / "ca.cert.pem", folder / "ca.crl.pem"
    name = _name(WHOSE["ca"])
    if not certificate.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        _write(key_file, _key_bytes(key))
        _write(certificate, _certificate(name, name, key.public_key(), key, is_authority=True))
    if not revoked.exists():
        loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{key_file} is not a key of this demo authority: delete the folder.")
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(loaded.public_key())
        listed = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name)
            .last_update(SINCE)
            .next_update(_until())
            .add_extension(issuer, critical=False)
            .add_extension(x509.CRLNumber(1), critical=False)
            .sign(loaded, hashes.SHA256())
        )
        _write(revoked, listed.public_bytes(serialization.Encoding.PEM))


def _until() -> datetime:
    return datetime.now(UTC) + timedelta(days=366 * YEARS_VALID)


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
    key: PublicKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
    extensions: Sequence[x509.ExtensionType] = (),
) -> bytes:
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
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(_until())
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.ExtendedKeyUsage))
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _key_bytes(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a process that dies here leaves no half key."""
    draft = path.with_suffix(".part")
    draft.write_bytes(content)
    os.chmod(draft, 0o400)
    draft.rename(path)
