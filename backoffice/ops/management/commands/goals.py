"""`manage.py goals [ID]`: the measured promises, one line `GOAL id | value | target | PASS|FAIL` each, with the machine's name."""

import os
import platform
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

FILES = {
    "G1": "test_url_matrix_goal.py",
    "G2": "test_walls_goal.py::test_direct_sql",
    "G3": "test_walls_goal.py::test_pool_soak",
    "INTAKE": "test_intake_goal.py",
    "G11": "test_four_eyes_goal.py",
    "G12": "test_races_goal.py",
    "G15": "test_evidence_goal.py",
    "G16": "test_completeness_goal.py",
    "G17": "test_crash_goal.py",
    "UPLOADS": "test_uploads_goal.py",
    "G4": "test_mass_assignment_goal.py",
    "G31": "test_canary_goal.py",
    "G35": "test_static_goal.py::test_static",
    "G36": "test_static_goal.py::test_secrets",
    "G21": "test_backup_goal.py",
    "CAMPAIGN": "test_campaign_goal.py",
    "G9": "test_replay_goal.py",
    "G18-G19": "test_broker_goal.py",
    "QUERIES": "test_pages_goal.py::test_queries",
    "WORDS": "test_pages_goal.py::test_words",
    "G45": "test_evidence_goal.py::test_independence",
    "G27": "test_fuzz_goal.py",
    "G28": "test_headers_goal.py::test_headers",
    "G29": "test_pages_goal.py::test_tour",
    "G30": "test_headers_goal.py::test_deploy",
    "G39": "test_pages_goal.py::test_tour",
}


class Command(BaseCommand):
    help = "Run the measured promises (tests/goals) and their self-tests; SCALE=campaign for the large sizes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("goal", nargs="?", choices=sorted(FILES), help="only this one")

    def handle(self, *args, **options) -> None:
        chosen = [FILES[options["goal"]]] if options["goal"] else list(dict.fromkeys(FILES.values()))
        self.stdout.write(
            f"{platform.node()}: {os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"
        )
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "no:randomly"),
                *("--timeout", "7200" if os.environ.get("SCALE") == "campaign" else "900"),
                *([] if options["goal"] else ["-n", "2", "--dist", "loadfile"]),
                *[f"tests/goals/{name}" for name in chosen],
            ],
            cwd=settings.BASE_DIR,
            # The tests choose engines of their own.
            env={k: v for k, v in os.environ.items() if k not in ("VAR_DIR", "DEMO")},
        )
        sys.exit(done.returncode)
