"""`manage.py keys`: which keys there are, and new keys for the keysets. Prints ids, never a secret."""

import json
import os
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.crypto import encryption, keys, rotation


class Command(BaseCommand):
    help = "List the keys; `add`, `promote` and `retire` change a keyset (docs/crypto.md says in which order)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", nargs="?", default="list", choices=["list", "add", "promote", "retire"])
        parser.add_argument("name", nargs="?", choices=sorted(encryption.NEW_KEYSET))

    def handle(self, *args, **options) -> None:
        if options["act"] == "list":
            for key in keys.held():
                self.stdout.write(_line(key))
            return
        name = options["name"]
        if name is None:
            raise CommandError(f"Say which keyset: {', '.join(sorted(encryption.NEW_KEYSET))}.")
        if os.environ.get(keys.REGISTRY[name].variable):
            raise CommandError(f"{name} comes from {keys.REGISTRY[name].variable}: change it where that is set.")
        keyset = json.loads(keys.text(name))
        self.stdout.write(getattr(self, options["act"])(name, keyset))
        keys.replace(name, json.dumps(keyset))
        encryption.forget_keysets()

    def add(self, name: str, keyset: dict) -> str:
        """A new key that opens but does not seal yet: let every process know it before it is used."""
        entry = json.loads(encryption.NEW_KEYSET[name]())["key"][0]
        keyset["key"].append(entry)
        added = f"{name}: key {entry['keyId']} added."
        return f"{added} Copy the file everywhere, restart, then: manage.py keys promote {name}"

    def promote(self, name: str, keyset: dict) -> str:
        """The newest key seals from now on."""
        keyset["primaryKeyId"] = keyset["key"][-1]["keyId"]
        return f"{name}: key {keyset['primaryKeyId']} is primary. Copy the file, restart, then: manage.py rotate_fields"

    def retire(self, name: str, keyset: dict) -> str:
        """Former keys go, once nothing lies under them. Backups made before still need them."""
        if waiting := rotation.left():
            raise CommandError(f"{waiting} values still lie under former keys: run manage.py rotate_fields first.")
        former = [key["keyId"] for key in keyset["key"] if key["keyId"] != keyset["primaryKeyId"]]
        keyset["key"] = [key for key in keyset["key"] if key["keyId"] == keyset["primaryKeyId"]]
        return f"{name}: {len(former)} former keys removed. Copy the file, restart; keep the old file with old backups."


def _line(key: keys.Key) -> str:
    file = keys.path(key.name)
    if os.environ.get(key.variable):
        where = f"from {key.variable}"
    elif file.exists():
        made = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        where = f"{(datetime.now(UTC) - made).days} days old"
    else:
        return f"{key.name}: missing"
    if not key.is_keyset:
        return f"{key.name}: {where}, {len(keys.secrets_of(key.name)) - 1} former"
    keyset = json.loads(keys.text(key.name))
    ids = ", ".join(str(entry["keyId"]) for entry in keyset["key"])
    return f"{key.name}: {where}, primary {keyset['primaryKeyId']}, ids {ids}"
