"""Small servers on loopback in the place of those on which a seal depends: remote signing (CSC API), time stamps."""

import base64
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"


class SigningService:
    """Remote signing as the Cloud Signature Consortium says it (v1): a token, then a PIN for this very hash."""

    def __init__(self, key, certificates, *, secret, pin):
        self.key, self.certificates, self.secret, self.pin = key, certificates, secret, pin
        self.authorised, self.calls = {}, []

    def answer(self, path, body, headers):
        """Status, type and body of an answer; every call is kept, to see how often one was asked."""
        self.calls.append(path)
        if path == "/login/oauth2/token":
            asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            right = (asked["grant_type"], asked["client_id"], asked["client_secret"])
            return (
                _json({"access_token": "token"}) if right == ("client_credentials", "casa", self.secret) else _no(401)
            )
        if path == "/csc/v1/info":
            return _json({"oauth2": f"http://{headers['Host']}/login"})
        if headers["Authorization"] != "Bearer token":
            return _no(401)
        return getattr(self, path.rpartition("/")[2])(json.loads(body))

    def info(self, asked):
        """`credentials/info`"""
        if asked["credentialID"] != "credential-7":
            return _no(400)
        listed = [base64.b64encode(certificate).decode() for certificate in self.certificates]
        return _json(
            {"cert": {"certificates": listed}, "key": {"algo": [ECDSA_WITH_SHA256]}, "multisign": 1, "SCAL": "2"}
        )

    def authorize(self, asked):
        """`credentials/authorize`"""
        if asked.get("PIN") != self.pin:
            return _no(400)
        self.authorised["sad"] = asked["hash"]
        return _json({"SAD": "sad"})

    def signHash(self, asked):  # noqa: N802 - the name of the standard
        """`signatures/signHash`"""
        if asked["hash"] != self.authorised.pop(asked["SAD"], None) or asked["signAlgo"] != ECDSA_WITH_SHA256:
            return _no(400)
        [digest] = asked["hash"]
        signature = self.key.sign(base64.b64decode(digest), ec.ECDSA(Prehashed(hashes.SHA256())))
        return _json({"signatures": [base64.b64encode(signature).decode()]})


class TimeStampingService:
    """A time-stamping authority (RFC 3161) that asks for a name and a password."""

    def __init__(self, stamper, *, user, password):
        self.stamper, self.calls = stamper, []
        self.right = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def answer(self, path, body, headers):
        """Status, type and body of an answer."""
        self.calls.append(path)
        if headers["Authorization"] != self.right:
            return _no(401)
        return 200, "application/timestamp-reply", self.stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump()


@contextmanager
def running(service):
    """The service on a free port of loopback, for as long as the block; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802 - the name of the library
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, content = service.answer(self.path, body, self.headers)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _json(content):
    return 200, "application/json", json.dumps(content).encode()


def _no(status):
    return status, "application/json", b'{"error": "access_denied"}'
