"""The language catalogues. Romanian is the language of the source; English must be complete.

`python locale/catalogues.py` collects the sentences and compiles; `--check` says what is missing or out of date.
The Romanian catalogue overrides words of Django and allauth (months in small letters, diacritics), and says how our own
sentences count from 20 on: "20 de zile".
"""

import subprocess
import sys
from pathlib import Path

import polib

HERE = Path(__file__).parent
ROOT = HERE.parent
ENGLISH = HERE / "en" / "LC_MESSAGES" / "django.po"
ROMANIAN = HERE / "ro" / "LC_MESSAGES" / "django.po"
COLLECT = [
    "manage.py",
    "makemessages",
    "--locale",
    "en",
    "--no-location",
    "--no-wrap",
    "--no-obsolete",
    "--ignore",
    "tests/*",
    "--ignore",
    "bench/*",
    "--ignore",
    ".venv/*",
    "--ignore",
    "var/*",
    "--extension",
    "html,txt,py",
]


def collect() -> None:
    """Bring the English catalogue up to date with the source."""
    subprocess.run([sys.executable, *COLLECT], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    catalogue = polib.pofile(str(ENGLISH), wrapwidth=0)
    catalogue.metadata = {
        "Language": "en",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    catalogue.save()


def compile_all() -> None:
    """Write the binary catalogues that the running product reads."""
    for path in (ENGLISH, ROMANIAN):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def missing() -> list[str]:
    """Sentences of the source that English does not have."""
    catalogue = polib.pofile(str(ENGLISH))
    return [entry.msgid for entry in catalogue if not entry.obsolete and (not entry.translated() or entry.fuzzy)]


def not_counted() -> list[str]:
    """Sentences that count and say nowhere how Romanian does it from 20 on."""
    counted = {entry.msgid for entry in polib.pofile(str(ROMANIAN)) if entry.msgid_plural and 2 in entry.msgstr_plural}
    return [entry.msgid for entry in polib.pofile(str(ENGLISH)) if entry.msgid_plural and entry.msgid not in counted]


def problems() -> list[str]:
    """What `--check` complains about."""
    before = ENGLISH.read_bytes()
    known = {(e.msgctxt, e.msgid) for e in polib.pofile(str(ENGLISH))}
    collect()
    found = [f"not collected: {e.msgid!r}" for e in polib.pofile(str(ENGLISH)) if (e.msgctxt, e.msgid) not in known]
    ENGLISH.write_bytes(before)
    found += [f"not in English: {text!r}" for text in missing()]
    found += [f"does not count in Romanian: {text!r}" for text in not_counted()]
    for path in (ENGLISH, ROMANIAN):
        binary = path.with_suffix(".mo")
        fresh = polib.pofile(str(path)).to_binary()
        if not binary.exists() or binary.read_bytes() != fresh:
            found.append(f"{binary.relative_to(ROOT)} is out of date")
    return found


if __name__ == "__main__":
    if "--check" in sys.argv:
        bad = problems()
        print("\n".join(bad) or "both languages are complete")
        sys.exit(1 if bad else 0)
    collect()
    compile_all()
    print(f"{len(missing())} sentences without English")
