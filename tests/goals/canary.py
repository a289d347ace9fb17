"""The canary scan: values that occur nowhere else, and every place where they must not be found."""

import base64
import codecs
import email
import html
import json
import re
import threading
from contextlib import contextmanager

import redis
from django.conf import settings
from django.db import connection
from django.utils.encoding import iri_to_uri

from backoffice.ops import catalogue, engines
from backoffice.romania.text import sort_key

ENGINES_LOG = settings.VAR_DIR / "log" / "engines.log"
VALKEY_DATA = engines.home(settings.VAR_DIR) / "valkey"


def encodings(value: str) -> set[bytes]:
    """A value as it may hide: as typed, in capitals, without diacritics; JSON, address, base64, hex, UTF-16."""
    found = set()
    for text in {value, value.upper(), value.lower(), sort_key(value)}:
        plain = text.encode()
        found |= {plain, json.dumps(text)[1:-1].encode(), iri_to_uri(text).encode(), html.escape(text).encode()}
        found |= {
            plain.hex().encode(),
            plain.hex().upper().encode(),
            text.encode("utf-16-le"),
            text.encode("utf-16-be"),
        }
        # In base64 the neighbours reach into the first and last characters: each of three positions, without its ends.
        found |= {base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4] for shift in range(3)}
    return {needle for needle in found if len(needle) > 5}


def hits(places: dict[str, bytes], values: dict[str, str]) -> list[str]:
    """`worker log: cnp` for each value found in a place, in whatever encoding."""
    needles = {name: encodings(value) for name, value in values.items()}
    return [
        f"{place}: {name}"
        for place, content in places.items()
        for name, forms in needles.items()
        if any(form in content for form in forms)
    ]


def columns() -> dict[str, bytes]:
    """Every column of every table but those that the catalogue keeps in clear for a reason."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
            " and table_name in (select tablename from pg_tables where schemaname = 'public')"
        )
        fields = [place.field for place in catalogue.places() if place.kept.startswith("in clear")]
        clear = {(field.model._meta.db_table, field.column) for field in fields}
        for table, column, kind in cursor.fetchall():
            if (table, column) not in clear:
                found[f"column {table}.{column}"] = _content(cursor, table, column, kind)
    return found


def _content(cursor, table, column, kind) -> bytes:
    shape = f'"{column}"' if kind == "bytea" else f"convert_to(\"{column}\"::text, 'UTF8')"
    cursor.execute(f'select {shape} from "{table}" where "{column}" is not null')
    return b"\n".join(bytes(row[0]) for row in cursor.fetchall())


@contextmanager
def monitored(broker: str):
    """Every command that the broker is given while the block runs; the list grows as they come."""
    socket, _, number = broker.partition("?virtual_host=")
    client = (
        redis.Redis(unix_socket_path=socket.removeprefix("redis+socket://"), db=int(number), socket_timeout=None)
        if "+socket" in socket
        else redis.Redis.from_url(socket, db=int(number), socket_timeout=None)
    )
    seen: list[bytes] = []
    with client.monitor() as monitor:

        def listen():
            for command in monitor.listen():
                # MONITOR writes what is not ASCII as \xNN.
                seen.append(codecs.escape_decode(command["command"].encode())[0])
                if "canary-scan-ends" in command["command"]:
                    return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield seen, client
        finally:
            client.echo("canary-scan-ends")
            thread.join(10)


def broker_files() -> bytes:
    """What the broker keeps on disk, and what waits in it."""
    return b"".join(path.read_bytes() for path in sorted(VALKEY_DATA.rglob("*")) if path.is_file())


def readable(mail: str) -> bytes:
    """A mail but for its recipient: headers, and each part decoded. Sealed acts are what the addressee is sent."""
    message = email.message_from_string(mail)
    del message["To"]
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if part.get_content_maintype() == "text"]
    return b"\n".join([str(message.items()).encode(), *parts])


ADDRESSES = re.compile(rb"""(?:href|action|src|formaction)="([^"]*)\"""")


def addresses(response) -> bytes:
    """Where an answer leads: its redirect, every link and form in it."""
    found = [response.headers.get("Location", "").encode()]
    if not response.streaming and "html" in response.headers.get("Content-Type", ""):
        found += [link for link in ADDRESSES.findall(response.content) if not link.startswith(b"mailto:")]
    return b"\n".join(found)
