"""Is what comes from the operating system there? Says the one command that installs what is missing. Pure."""

import ctypes.util
import shutil
import sys

PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
PROGRAMS = {"pdfsig": "poppler-utils", "certutil": "libnss3-tools"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing_libraries() -> list[str]:
    """The shared libraries of Pango that WeasyPrint needs and that are not here."""
    return [name for name in PANGO if ctypes.util.find_library(name) is None]


def browser() -> str | None:
    """A Chromium for the browser tests."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def missing_programs() -> list[str]:
    """What only the tests need and is not here."""
    return [name for name in PROGRAMS if shutil.which(name) is None] + ([] if browser() else ["chromium"])


def main() -> int:
    """0 when the product can run; missing test programs are only said."""
    if missing := missing_libraries():
        print(
            f"Missing: {', '.join(missing)}. Debian and Ubuntu: "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        )
        return 1
    if missing := missing_programs():
        print(
            "For the whole test suite also: apt-get install chromium poppler-utils libnss3-tools  "
            f"(missing: {', '.join(missing)})"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
