"""`python -m tests.static`: our own rules over the code, and secrets in the history; part of `make check`."""

import sys

from tests import promises
from tests.static import history, rules

broken = [*rules.broken(), *promises.problems()]
found, blobs = history.findings()
sys.stdout.writelines(f"{line}\n" for line in [*broken, *found])
sys.stdout.write(
    f"{len(broken)} breaches of {len(rules.RULES)} rules in {len(rules.files())} files; "
    f"{len(found)} secrets in {blobs} blobs\n"
)
sys.exit(bool(broken or found))
