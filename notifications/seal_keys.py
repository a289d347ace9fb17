"""Where the key of a house's seal lies: a file, a PKCS#11 device, a remote service (CSC API). `SEAL_URL` says which.

All three sign through pyHanko. No secret stands in the address: PIN and passwords come from files or variables of their
own (docs/seal.md).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings

from notifications import authority

SECONDS = 20  # that a service may take for one answer
REFUSALS = (400, 401, 403)


class SealUnavailable(Exception):
    """The seal of the house cannot be used now; the message says why, without any secret."""


class SealRefused(Exception):
    """The device or the service refused our PIN or password: to try again by itself would lock it."""


@dataclass(frozen=True)
class SealKey:
    """The key of a seal: its certificate, and the signer of pyHanko that uses it while the `signer` block is open.

    `kept_by_device`: the key cannot leave a device or a service, so the certificate may call the seal qualified.
    `authorities`: files that say by whom the seal is judged, where they lie beside the key.
    """

    certificate: Any
    signer: Callable[[], AbstractAsyncContextManager[Any]]
    kept_by_device: bool
    authorities: tuple[Path, ...] = ()


@contextmanager
def key_of(house_code: str) -> Iterator[SealKey]:
    """The key of a house's seal, wherever it lies, for as long as the block.

    Raises `SealUnavailable`, `SealRefused`, also for what goes wrong inside the block while it signs.
    """
    from aiohttp import ClientError
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError
    from pyhanko_certvalidator.errors import PathError, ValidationError

    scheme, _, address = settings.SEAL_URL.partition(":")
    kept = {"file": _in_file, "pkcs11": _in_device, "csc": _at_service}[scheme]
    try:
        with kept(address, house_code) as key:
            yield key
    except (SigningError, TimestampRequestError, PathError, ValidationError, ClientError, TimeoutError) as problem:
        status = getattr(problem, "status", None) or getattr(problem.__cause__, "status", None)
        if status in REFUSALS:
            raise SealRefused(f"the service refused our credentials ({status})") from None
        # The words of others stay out of ours; what is wrong is in the class.
        raise SealUnavailable(f"no seal for {house_code}: {type(problem).__name__}") from None


def secret(name: str, house_code: str = "") -> str | None:
    """A secret of the seal: what the file named by `<NAME>_FILE` holds, or the variable `<NAME>`."""
    file = getattr(settings, f"{name}_FILE").replace("{house}", house_code)
    try:
        return Path(file).read_text().strip() if file else (getattr(settings, name) or None)
    except OSError:
        raise SealUnavailable(f"{name}_FILE cannot be read: {file}") from None


@contextmanager
def _in_file(address: str, house_code: str) -> Iterator[SealKey]:
    """`file:/folder`: `<house>.key.pem`, `<house>.cert.pem` and `ca.cert.pem`. The demo's are made on first use."""
    from pyhanko.sign.signers import SimpleSigner

    folder = Path(unquote(urlsplit(address).path))
    if folder == authority.demo_folder() and not settings.PRODUCTION:
        authority.make_demo(house_code)
    key, certificate, ca = (
        folder / name for name in (f"{house_code}.key.pem", f"{house_code}.cert.pem", "ca.cert.pem")
    )
    if missing := [file.name for file in (key, certificate, ca) if not file.exists()]:
        raise SealUnavailable(
            f"The seal of {house_code} is missing: put {', '.join(missing)} into {folder} (SEAL_URL)."
        )
    signer = SimpleSigner.load(str(key), str(certificate), ca_chain_files=(str(ca),))
    if signer is None:
        raise SealUnavailable(f"the seal of {house_code} cannot be read")
    beside = tuple(file for file in (ca, folder / "ca.crl.pem") if file.exists())
    yield SealKey(signer.signing_cert, _always(signer), kept_by_device=False, authorities=beside)


@contextmanager
def _in_device(address: str, house_code: str) -> Iterator[SealKey]:
    """`pkcs11:token=…;object={house}?module-path=/…so` (RFC 7512): key and certificate bear the label `object`."""
    from pkcs11 import exceptions
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    path, _, query = address.partition("?")
    named = dict(parse_qsl(path, separator=";")) | dict(parse_qsl(query))
    label = named.get("object", "{house}").replace("{house}", house_code)
    token = TokenCriteria(label=named["token"].replace("{house}", house_code)) if "token" in named else None
    try:
        with open_pkcs11_session(
            named["module-path"], token_criteria=token, user_pin=secret("SEAL_PIN", house_code)
        ) as session:
            signer = PKCS11Signer(session, cert_label=label, key_label=label, other_certs_to_pull=())
            # Every device signs a ready digest with an elliptic curve; many do not make the digest themselves.
            signer.use_raw_mechanism = signer.signing_cert.public_key.algorithm == "ec"
            yield SealKey(signer.signing_cert, _always(signer), kept_by_device=True)
    except (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange, exceptions.PinLocked) as problem:
        raise SealRefused(f"the device refused the PIN ({type(problem).__name__})") from None
    except exceptions.PKCS11Error as problem:
        raise SealUnavailable(f"the device did not seal for {house_code} ({type(problem).__name__})") from None


@contextmanager
def _at_service(address: str, house_code: str) -> Iterator[SealKey]:
    """`csc:https://service?<house>=<credential>`: without its own entry the credential is called as the house."""
    from pyhanko.sign.signers.csc_signer import CSCSigner, fetch_certs_in_csc_credential

    service, _, query = address.partition("?")
    credential = dict(parse_qsl(query)).get(house_code, house_code)

    async def look() -> Any:
        async with _session(service, credential, house_code) as (session, info):
            return await fetch_certs_in_csc_credential(session, info, timeout=SECONDS)

    @asynccontextmanager
    async def signer() -> AsyncIterator[Any]:
        async with _session(service, credential, house_code) as (session, info):
            manager = _authorisation(session, info, known, secret("SEAL_PIN", house_code))
            yield CSCSigner(session, manager, sign_timeout=SECONDS)

    known = asyncio.run(look())
    yield SealKey(known.signing_cert, signer, kept_by_device=True)


@asynccontextmanager
async def _session(service: str, credential: str, house_code: str) -> AsyncIterator[tuple[Any, Any]]:
    """An open connection to the service, with a fresh access token (OAuth 2.0, client credentials)."""
    from aiohttp import ClientSession, ClientTimeout
    from pyhanko.sign.signers.csc_signer import CSCServiceSessionInfo

    info = CSCServiceSessionInfo(service, credential)
    async with ClientSession(timeout=ClientTimeout(total=SECONDS), raise_for_status=True) as session:
        async with session.post(info.endpoint_url("info"), json={}) as answer:
            about = await answer.json()
        asked = {
            "grant_type": "client_credentials",
            "client_id": settings.SEAL_CSC_CLIENT_ID,
            "client_secret": secret("SEAL_CSC_SECRET", house_code) or "",
        }
        async with session.post(f"{about.get('oauth2') or service}/oauth2/token", data=asked) as answer:
            token = (await answer.json()).get("access_token")
        yield session, CSCServiceSessionInfo(service, credential, oauth_token=token)


def _authorisation(session: Any, info: Any, known: Any, pin: str | None) -> Any:
    """Asks the service to let this very hash be signed, with the PIN of the credential."""
    from pyhanko.sign.signers.csc_signer import CSCAuthorizationInfo, CSCAuthorizationManager

    class ByPin(CSCAuthorizationManager):
        async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
            asked = self.format_csc_auth_request(pin=pin, hash_b64s=hash_b64s)
            url = self.csc_session_info.endpoint_url("credentials/authorize")
            async with session.post(url, headers=self.auth_headers, json=asked, raise_for_status=False) as answer:
                if answer.status in REFUSALS:  # pyHanko would make one failure of all that goes wrong from here on
                    raise SealRefused(f"the service refused the PIN ({answer.status})")
                answer.raise_for_status()
                return self.parse_csc_auth_response(await answer.json())

    return ByPin(info, known)


def _always(signer: Any) -> Callable[[], AbstractAsyncContextManager[Any]]:
    """A signer that needs no connection of its own."""

    @asynccontextmanager
    async def ready() -> AsyncIterator[Any]:
        yield signer

    return ready
