"""docs/crypto.md, the inventory of cryptography, written from `keys.REGISTRY`: `python -m backoffice.ops.crypto_page`."""

from pathlib import Path

from backoffice.crypto import keys

PAGE = Path(__file__).resolve().parents[2] / "docs" / "crypto.md"
HEAD = """# Cryptography

Written by `python -m backoffice.ops.crypto_page` from `backoffice/crypto/keys.py`; a test compares them. What lies under which key: [data.md](data.md).

| key | algorithm | protects | held by | changed by |
|---|---|---|---|---|
"""
TAIL = """
Besides keys: passwords are Argon2id; documents are sealed with the certificate of their house ([seal.md](seal.md)); the addresses of documents are 128 random bits.

## Rules

- A key is a file of mode 0400 in `KEYS_DIR`, or the variable `KEY_<NAME>` (`KEY_FIELD_KEYSET`). Never an argument of a command.
- `PROCESS` says what a process is; it gets the keys of its column and no other. Without it a command of an operator runs (`manage`).
- In production nothing starts with a key that is missing, weak, an example, equal to another, or readable by others; `manage.py check` says the same elsewhere.
- A ciphertext is bound to its column and row. Moved elsewhere it does not open.

## Changing a keyset, while the product runs

1. `manage.py keys add field_keyset.json`: a new key that opens and does not seal yet. Copy the file to every host, restart.
2. `manage.py keys promote field_keyset.json`: it seals from now on. Copy, restart.
3. `manage.py rotate_fields --batch 1000`, as the owner of the tables: rows come under the new key in short transactions; stop and start it as you like.
4. `manage.py keys retire field_keyset.json`: refused until nothing lies under former keys. Keep the old file with the backups made before.

`manage.py keys` lists names, key ids and ages, and no secret. `index_keyset.json` goes the same way: between 2 and 4 a person is looked up under both keys.
The hexadecimal keys change by hand: new value in the file, the old one as a line of `<name>.former`, restart.
"""


def page() -> str:
    """docs/crypto.md."""
    rows = [
        f"| `{key.name}` | {key.algorithm} | {key.purpose} | {', '.join(sorted(key.holders))} | {key.rotation} |"
        for key in keys.REGISTRY.values()
    ]
    return HEAD + "\n".join(rows) + "\n" + TAIL


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
